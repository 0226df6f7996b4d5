"""A figure is judged by its ratio where it has a floor, and is written as bench.jsonl says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.figures import Figure, show


def test_a_figure_with_a_floor_is_judged_by_its_ratio() -> None:
    figure = Figure("ingest.cpu", 2.4, "ms/delivery", "<=1.6", floor=2.0)
    assert figure.ratio == pytest.approx(1.2)
    assert figure.met


def test_a_figure_without_a_floor_is_judged_by_its_value() -> None:
    figure = Figure("shop.reads", 0.06, "requests/SKU", "<=0.05")
    assert figure.ratio is None
    assert not figure.met


@pytest.mark.parametrize(("value", "met"), [(22.4, False), (22.5, True), (25.0, True)])
def test_a_goal_of_at_least_is_met_at_its_very_limit(value: float, met: bool) -> None:
    assert Figure("drain.ebay", value, "listings/s", ">=0.9", floor=25.0).met is met


def test_a_line_holds_every_name_that_readers_of_the_file_know() -> None:
    figure = Figure("drain.ebay", 23.8, "listings/s", ">=0.9", floor=25.0, settings={"listings": 600})
    assert json.loads(figure.line()) == {
        "name": "drain.ebay",
        "value": 23.8,
        "unit": "listings/s",
        "floor": 25.0,
        "ratio": 0.952,
        "goal": ">=0.9",
        "met": True,
        "busy": None,
        "settings": {"listings": 600},
    }


def test_a_line_without_a_floor_says_null() -> None:
    line = json.loads(Figure("shop.reads", 0.0423456, "requests/SKU", "<=0.05").line())
    assert (line["value"], line["floor"], line["ratio"], line["met"]) == (0.042, None, None, True)


def test_the_table_and_the_file_show_each_figure_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = [
        Figure("ingest.cpu", 4.0, "ms/delivery", "<=1.6", floor=2.0),
        Figure("shop.reads", 0.04, "requests/SKU", "<=0.05"),
    ]
    show(figures, tmp_path / "build" / "bench.jsonl")
    written = (tmp_path / "build" / "bench.jsonl").read_text().splitlines()
    assert [json.loads(line)["name"] for line in written] == ["ingest.cpu", "shop.reads"]
    table = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith(("ingest", "shop"))]
    assert table == [
        ["ingest.cpu", "4.000", "ms/delivery", "2.000", "2.000", "<=1.6", "NO"],
        ["shop.reads", "0.040", "requests/SKU", "-", "-", "<=0.05", "yes"],
    ]

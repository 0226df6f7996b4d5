"""The figures are of the pair that is asked for, and know it by its own files only."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from benchmarks import outside
from localrun.simulators import UnknownPlatform
from localrun.system import ROOT
from simulators.kit.stand_in import MarketplaceStandIn


def asked(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=ROOT,
        env={"PYTHONPATH": ".:shared"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("own", "expected"), [(outside.OF_SHOP, outside.Shop), (outside.OF_MARKETPLACE, outside.Marketplace)]
)
def test_a_platforms_file_has_all_that_the_figures_ask_of_it(own: Any, expected: Any) -> None:
    names = {name for name in (*expected.__annotations__, *vars(expected)) if not name.startswith("_")}
    assert len(names) >= 5
    assert [name for name in sorted(names) if not hasattr(own, name)] == []


def test_a_platform_without_a_file_is_named() -> None:
    with pytest.raises(UnknownPlatform, match=r"benchmarks/pair/nowhere\.py is missing"):
        outside._own("nowhere")


@pytest.mark.parametrize("option", ["--shop", "--marketplace"])
def test_a_pair_that_does_not_exist_is_refused_before_anything_is_measured(option: str) -> None:
    told = asked(option, "nowhere", "shop.reads")
    assert told.returncode == 2
    assert "nowhere" in told.stderr
    assert "measuring" not in told.stdout


def test_the_pair_of_the_figures_is_one_that_the_local_run_has() -> None:
    assert outside.PAIR.slugs == (outside.SHOP, outside.MARKETPLACE)
    assert isinstance(outside.marketplace_door("http://127.0.0.1:9"), MarketplaceStandIn)


def test_every_file_of_a_pair_is_a_platforms_or_its_floor() -> None:
    files = {path.stem for path in outside.FLOORS[0].parent.glob("*.py")} - {"__init__"}
    floors = {name for name in files if name.endswith("_floor")}
    platforms = files - floors
    assert {outside.SHOP, outside.MARKETPLACE} <= platforms
    assert {name.removesuffix("_floor") for name in floors} == platforms

"""Random histories against an oracle that shares no code with the product, on the deployed system over HTTP."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from localrun.simulators import Pair
from localrun.system import LocalSystem
from tests.histories.history import History
from tests.histories.street import Street

_HERE = Path(__file__).parent


def test_the_oracle_shares_no_code_with_the_product() -> None:
    imported = {
        name
        for file in _HERE.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    }
    assert {name.split(".")[0] for name in imported} & {"listbridge", "functions", "simulators"} == set()


def _played(seed: int, *, events: int, products: int, harm: bool, short: bool = False) -> list[str]:
    with LocalSystem(pair=Pair.of("shopify", "ebay"), name=f"history-{seed}") as system:
        history = History(Street(system, products=products), seed, harm=harm, cancellations=not short)
        history.play(events)
        wrong = history.come_to_rest(within_s=600)
    return [*wrong, *history.played] if wrong else []


@pytest.mark.emulator
@pytest.mark.xdist_group("history")
@pytest.mark.timeout(900)
def test_a_short_history_comes_true() -> None:
    assert _played(1, events=30, products=6, harm=False, short=True) == []


@pytest.mark.emulator
@pytest.mark.full
@pytest.mark.xdist_group("history")
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(2, 5))
@pytest.mark.parametrize("harm", [False, True])
def test_a_long_history_comes_true(seed: int, harm: bool) -> None:
    assert _played(seed, events=120, products=30, harm=harm) == []

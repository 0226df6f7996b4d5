"""What a stock change and an order cost stands in the reference, and does not grow unseen."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.conftest import MakeInstallation
from tests.integration.cost_history import Cost, cost_of_a_change, cost_of_an_order
from tests.integration.installation import Installation

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("integration")]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "benchmarks.md"
COLUMNS = ("cost.change", "cost.order")


def documented(column: str) -> dict[str, float]:
    """The reference's table: what is counted, by its name there."""
    at = COLUMNS.index(column)
    rows = re.findall(r"^\| (\w[\w ]+) \| ([\d.]+) \| ([\d.]+) \|$", PAGE.read_text(), re.MULTILINE)
    return {name: float((change, order)[at]) for name, change, order in rows}


@pytest.mark.parametrize(
    ("column", "history"), [("cost.change", cost_of_a_change), ("cost.order", cost_of_an_order)], ids=COLUMNS
)
def test_the_counts_are_those_of_the_reference(
    make_installation: MakeInstallation, column: str, history: Callable[[Installation], Cost]
) -> None:
    cost = history(make_installation(stepping_budgets=True))
    counted = {
        "read units": cost.read_units,
        "write units": cost.write_units,
        "messages": cost.messages,
        "invocations": cost.invocations,
        "remote calls": cost.remote_calls,
    }
    where = sorted([*cost.counts.writes.items(), *cost.counts.reads.items()])
    assert counted == documented(column), where

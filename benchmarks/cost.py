"""`cost.change` and `cost.order`: what one stock change and one order ask of AWS and of the platforms, counted exactly.

The histories are those of `tests/integration/cost_history.py`; its test holds them to the table of the reference.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks import stage
from benchmarks.figures import Figure
from tests.integration.cost_history import Cost, cost_of_a_change, cost_of_an_order
from tests.integration.installation import Installation

_FIRST_COUNTED = {"cost.change": 27, "cost.order": 88}
"""Write units when they were first counted; the goal is half of them."""
_HISTORIES: dict[str, Callable[[Installation], Cost]] = {
    "cost.change": cost_of_a_change,
    "cost.order": cost_of_an_order,
}


def measure() -> list[Figure]:
    """One run of each: a count has no spread."""
    return [_measured(name, history) for name, history in _HISTORIES.items()]


def _measured(name: str, history: Callable[[Installation], Cost]) -> Figure:
    with stage.local_aws(name.replace(".", "-")):
        cost = history(Installation(stepping_budgets=True))
    places = [f"{units:g} {where} {call}" for (where, call), units in sorted(cost.counts.writes.items())]
    settings = {
        "read_units": cost.read_units,
        "messages": cost.messages,
        "invocations": cost.invocations,
        "remote_calls": cost.remote_calls,
        "first_counted": _FIRST_COUNTED[name],
        "written": places,
    }
    return Figure(name, cost.write_units, "write units", f"<={_FIRST_COUNTED[name] / 2:g}", settings=settings)

"""One seed's history, from the start of a system of its own to the verdict."""

from __future__ import annotations

from localrun.simulators import Pair
from localrun.system import LocalSystem
from tests.histories.history import History
from tests.histories.street import Street


def played(seed: int, *, events: int, products: int, harm: bool, short: bool = False) -> list[str]:
    """What is wrong in the end, followed by all that was played; empty is good."""
    with LocalSystem(pair=Pair.of("shopify", "ebay"), name=f"history-{seed}") as system:
        history = History(Street(system, products=products), seed, harm=harm, cancellations=not short)
        history.play(events)
        wrong = history.come_to_rest(within_s=600)
    return [*wrong, *history.played] if wrong else []

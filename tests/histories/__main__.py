"""`python -m tests.histories --seeds 1 2 3 [--events 120] [--harm]`: random histories on a system of their own."""

from __future__ import annotations

import argparse
import sys

from localrun.progress import Progress
from localrun.simulators import Pair
from localrun.system import LocalSystem
from tests.histories.history import History
from tests.histories.street import Street


def main() -> int:
    """Play each seed on a fresh street; 1 when any of them ends with something wrong."""
    parser = argparse.ArgumentParser(prog="histories", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--events", type=int, default=120)
    parser.add_argument("--products", type=int, default=30)
    parser.add_argument("--harm", action="store_true", help="kill workers and freeze processes too")
    parser.add_argument("--rest", type=float, default=600, help="seconds in which everything must have come to rest")
    told = parser.parse_args()
    failed = 0
    for seed in told.seeds:
        with LocalSystem(
            pair=Pair.of("shopify", "ebay"), name=f"history-{seed}", progress=Progress(quiet=True)
        ) as system:
            history = History(Street(system, products=told.products), seed, harm=told.harm, tell=_say)
            history.play(told.events)
            wrong = history.come_to_rest(within_s=told.rest)
        _say(f"seed {seed}: {len(history.played)} events, {len(history.street.oracle.sales)} sales")
        for line in wrong:
            _say(f"  WRONG {line}")
        failed += bool(wrong)
    _say(f"{len(told.seeds) - failed} of {len(told.seeds)} histories came true")
    return int(failed > 0)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())

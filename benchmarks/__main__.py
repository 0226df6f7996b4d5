"""`python -m benchmarks [NAME ...]`: measure all figures, or those whose name begins so."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    cold_start,
    cost,
    drain,
    end_to_end,
    ingest,
    orders,
    processor,
    recompute,
    shop_reads,
)
from benchmarks.figures import FULL, Figure, show

BUSY = 3

_BENCHES: dict[str, Callable[[], list[Figure]]] = {
    "shop.reads": shop_reads.measure,
    "cost": cost.measure,
    "recompute": recompute.measure,
    "ingest": ingest.measure,
    "cold": cold_start.measure,
    "drain": drain.measure,
    "e2e.webhook": end_to_end.measure,
    "orders": orders.measure,
}


def main() -> int:
    """0 when every goal is met, 1 when one is missed, 3 when one is missed for want of a processor."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"one of {', '.join(_BENCHES)}")
    wanted = parser.parse_args().names
    if unknown := [one for one in wanted if not any(name.startswith(one) for name in _BENCHES)]:
        parser.error(f"{', '.join(unknown)}: none of {', '.join(_BENCHES)} begins so")
    figures: list[Figure] = []
    for name, measure in _BENCHES.items():
        if wanted and not any(name.startswith(one) for one in wanted):
            continue
        began = time.monotonic()
        print(f"measuring {name} ...", flush=True)
        figures += processor.watched(measure)
        print(f"measuring {name}: {time.monotonic() - began:.1f} s", flush=True)
    show(figures, Path("build/bench.jsonl"))
    verdicts = {figure.verdict for figure in figures}
    if "NO" in verdicts:
        return 1
    if "busy" in verdicts:
        print(
            f"goals were missed while more than {FULL:.0%} of the processors were in use: measure on a quieter machine"
        )
        return BUSY
    return 0


if __name__ == "__main__":
    sys.exit(main())

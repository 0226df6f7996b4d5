"""`python -m benchmarks [--shop=] [--marketplace=] [NAME ...]`: measure all figures, or those whose name begins so."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import processor
from benchmarks.figures import FULL, Figure, show
from localrun.simulators import UnknownPlatform

BUSY = 3

_BENCHES = {
    "shop.reads": "shop_reads",
    "mirror": "mirror",
    "cost": "cost",
    "recompute": "recompute",
    "ingest": "ingest",
    "cold": "cold_start",
    "drain": "drain",
    "drain.day": "day",
    "memory": "memory",
    "e2e.webhook": "end_to_end",
    "orders": "orders",
}
"""The module of each figure. They are imported when the pair is known."""


def main() -> int:
    """0 when every goal is met, 1 when one is missed, 3 when one is missed for want of a processor."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"one of {', '.join(_BENCHES)}")
    parser.add_argument("--shop", default="", help="which shop has a stand-in (default: the first)")
    parser.add_argument("--marketplace", default="", help="which marketplace has one")
    options = parser.parse_args()
    wanted = options.names
    if unknown := [one for one in wanted if not any(name.startswith(one) for name in _BENCHES)]:
        parser.error(f"{', '.join(unknown)}: none of {', '.join(_BENCHES)} begins so")
    os.environ |= {"BENCH_SHOP": options.shop, "BENCH_MARKETPLACE": options.marketplace}
    try:
        measures = {
            name: _measure_of(module)
            for name, module in _BENCHES.items()
            if not wanted or any(name.startswith(one) for one in wanted)
        }
    except UnknownPlatform as unknown:
        parser.error(str(unknown))
    figures: list[Figure] = []
    for name, measure in measures.items():
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


def _measure_of(module: str) -> Callable[[], list[Figure]]:
    measure: Callable[[], list[Figure]] = importlib.import_module(f"benchmarks.{module}").measure
    return measure


if __name__ == "__main__":
    sys.exit(main())

"""`drain.…` where a marketplace takes many changes in one submission: the urgent ones alone, all others in feeds beside them."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import cast

from benchmarks import outside, stage
from benchmarks.figures import Figure
from listbridge import bootstrap
from listbridge.domain.ids import AccountId, ListingKey
from listbridge.domain.listings.bands import Band
from listbridge.infra import settings
from listbridge.services.catalog.nudge import nudge
from listbridge.services.deps import Deps

CHANGES = int(os.environ.get("BENCH_CHANGES", "10000"))
URGENT = CHANGES * 3 // 20
"""Half of them zeros, half of them a last few."""
ACCOUNT, SELLER = "acc_bench", "anna"
_PRICE, _SHOWN, _FEW, _LOWER = "19.90", 20, 3, 15
_ENOUGH_S = 900.0
_WORKERS = 2


def measure() -> list[Figure]:
    """Changed quantities of one account, from the first call until the last of them is decided or sent."""
    arguments = cast("outside.Submitting", outside.OF_MARKETPLACE).ARGUMENTS
    with stage.local_aws("drain"), outside.marketplace("drain", arguments) as market:
        os.environ["PLATFORM_URLS"] = json.dumps({outside.MARKETPLACE: market.url})
        settings.forget()
        bootstrap.use(None)
        deps = bootstrap.deps()
        seller = market.door.add_seller(SELLER)
        stage.connect(deps, [ACCOUNT], sellers={ACCOUNT: seller})
        wanted = _wanted()
        offers = outside.put_on_sale(market.door, SELLER, list(wanted), quantity=_SHOWN, price=_PRICE)
        keys = _seeded(deps, wanted, offers)
        stage.compute(deps, keys)
        nudge(deps, keys[0].account)
        began = time.monotonic()
        _drain(deps)
        return [_figure(market, wanted, time.monotonic() - began)]


def _wanted() -> dict[str, int]:
    """By SKU the new quantity, the urgent ones among all others."""
    every = CHANGES // URGENT
    return {
        f"D{number:05d}": _LOWER if number % every or number // every >= URGENT else (number // every % 2) * _FEW
        for number in range(CHANGES)
    }


def _seeded(deps: Deps, wanted: dict[str, int], offers: dict[str, tuple[str, str]]) -> list[ListingKey]:
    keys: list[ListingKey] = []
    for stock in sorted(set(wanted.values())):
        skus = [sku for sku, one in wanted.items() if one == stock]
        keys += stage.seed_ledger(deps, ACCOUNT, skus, offers=offers, stock=stock, shown=_SHOWN, price=_PRICE)
    return keys


def _drain(deps: Deps) -> None:
    from benchmarks.drain import work  # it is the one that chooses between the two

    over = Event()
    with ThreadPoolExecutor(_WORKERS) as pool:
        workers = [pool.submit(work, deps, over) for _ in range(_WORKERS)]
        ends = time.monotonic() + _ENOUGH_S
        try:
            while deps.listings.due(AccountId(ACCOUNT), list(Band), at=_far(), limit=1):
                if time.monotonic() > ends:
                    raise AssertionError(f"not drained within {_ENOUGH_S:.0f} s")
                time.sleep(2.0)
        finally:
            over.set()
        for worker in workers:
            worker.result()


def _far() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


def _figure(market: outside.Market, wanted: dict[str, int], accepted_s: float) -> Figure:
    calls = market.door.get("calls", limit=CHANGES * 4)["calls"]
    shown = {sku: row["quantity"] for sku, row in market.door.on_sale(SELLER).items()}
    if wrong := [sku for sku, quantity in wanted.items() if shown.get(sku) != quantity]:
        raise AssertionError(f"{len(wrong)} listings show another quantity than the ledger's, {wrong[0]} among them")
    platform = cast("outside.Submitting", outside.OF_MARKETPLACE)
    patches = [call for call in calls if call["operation"] == platform.REVISE]
    feeds = market.door.get("feeds")["feeds"]
    first = min(
        datetime.fromisoformat(call["at"]) for call in calls if call["operation"] in (platform.REVISE, "createFeed")
    )
    ends = [datetime.fromisoformat(call["at"]) for call in patches]
    ends += [datetime.fromisoformat(feed["processingEndTime"]) for feed in feeds]
    seconds = (max(ends) - first).total_seconds()
    per_second, _ = platform.rate(market.limits())
    by_name = Counter(call["operation"] for call in calls)
    settings_ = {
        "changes": CHANGES,
        "urgent": URGENT,
        "alone": len(patches),
        "feeds": len(feeds),
        "feeds_made_after_s": [
            round((datetime.fromisoformat(call["at"]) - first).total_seconds(), 1)
            for call in calls
            if call["operation"] == "createFeed" and call["status"] < 400
        ],
        "last_alone_after_s": round((max(ends[: len(patches)]) - first).total_seconds(), 1),
        "seconds": round(seconds, 1),
        "seconds_until_all_accepted": round(accepted_s, 1),
        "calls": dict(by_name),
        "calls_per_change": round(sum(by_name.values()) / CHANGES, 4),
        "refused": dict(Counter(call["operation"] for call in calls if call["status"] == 429)),
        "latency_s": outside.LATENCY_S,
        "floor": "the longer of the urgent ones at the rate of revisions, and one feed",
        **platform.limits_told(market.limits()),
    }
    floor = CHANGES / max(URGENT / per_second, platform.FEED_S)
    print(market.door.get("limits")["text"])
    name = f"drain.{outside.MARKETPLACE}"
    return Figure(name, CHANGES / seconds, "changes/s", ">=0.9", floor=floor, settings=settings_)

"""`drain.…day`, by the marketplace's name: a day whose calls are fewer than what is to be sent, in virtual time.

More changes than the day allows are due at once. What sold out has its own part of the day and goes first, polls of orders have theirs,
and the rest goes on when the calls of yesterday come back. Only for a marketplace whose quota slides: its file in
`benchmarks/pair` has `DAYS`.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from benchmarks import outside
from benchmarks.figures import Figure
from listbridge.domain.ids import ListingKey, RemoteId
from listbridge.domain.listings import ledger
from listbridge.domain.listings.listing import Listing, Status, Values
from listbridge.domain.money import Money
from listbridge.services.catalog.nudge import nudge
from tests.fakes.world import ACCOUNT
from tests.faults.any_pair import AnyPair, any_pair

CHANGES = int(os.environ.get("BENCH_DAY_CHANGES", "4000"))
_ZEROS = 10
"""One in so many is a zero."""
_OF_A_PRODUCT = 100
_SHOWN, _OLD, _NEW = 5, Decimal("9.00"), "10.00"
_READS_S = 10.0
_MOST_DAYS = 4
_DAY = timedelta(days=1)
_STEP_S = 1800.0
_LATENCY_S = 0.3
"""What a call takes there, in virtual time: calls that take none come in bursts that nobody makes."""


@dataclass(frozen=True, slots=True)
class Day:
    """What the marketplace allows: calls in 24 hours, and in a second."""

    per_day: int
    per_second: int


def measure() -> list[Figure]:
    """Nothing for a marketplace without such a day."""
    return [_measured(Day(*one)) for one in getattr(outside.OF_MARKETPLACE, "DAYS", ())]


def _measured(day: Day) -> Figure:
    p = any_pair(outside.SHOP, outside.MARKETPLACE, budgets=True)
    market: Any = outside.OF_MARKETPLACE
    market.set_day(p.market, day.per_day, day.per_second)
    keys = _due(p)
    market.take_time(p.market, _LATENCY_S)
    began = p.world.now
    nudge(p.world.deps, ACCOUNT)
    while _waiting(p, keys):
        if p.world.now - began > _MOST_DAYS * _DAY:
            raise AssertionError(f"{len(_waiting(p, keys))} changes wait after {_MOST_DAYS} days")
        p.run(_STEP_S)
    zeros, others = _done(p, keys, began)
    done = sorted(zeros + others)
    calls, polls = _calls(p, began), _most_polls(p, began)
    per_change = market.CALLS
    # Zeros out of their fifth, all others out of what is left when both fifths are kept.
    allowed = min(len(zeros), day.per_day / 5 / per_change) + (day.per_day * 3 / 5) / per_change
    settings = {
        "changes": CHANGES,
        "zeros": len(zeros),
        "per_day": day.per_day,
        "per_second": day.per_second,
        "zeros_done_s": round(max(zeros)),
        "all_done_h": round(done[-1] / 3600, 1),
        "polls_of_a_day": polls,
        "polls_allowed": day.per_day // 5,
        "calls_of_a_day": calls.total(),
        "refused": _refused(p, began),
        "calls_by_operation": dict(calls.most_common(6)),
        "floor": "the zeros' fifth and the three fifths of all others, at two calls a change",
    }
    if polls > day.per_day / 5:
        raise AssertionError("polls took more than their fifth of a day")
    name = f"drain.{outside.MARKETPLACE}.day.{day.per_day}"
    first_day = sum(at < _DAY.total_seconds() for at in done)
    return Figure(name, first_day, "changes/day", ">=0.9", floor=min(CHANGES, allowed), settings=settings)


def _due(p: AnyPair) -> list[ListingKey]:
    """Live listings that all show an old price, one in ten of a product that sold out. What the shop tells of them meanwhile
    is lost: it was read, and the marketplace's day is what is measured."""
    p.deaf = True
    products = [
        p.add_product(
            *(f"D{start + number:05d}" for number in range(_OF_A_PRODUCT)),
            stock=0 if (start // _OF_A_PRODUCT) % _ZEROS == 0 else _SHOWN,
            price=str(_OLD) if (start // _OF_A_PRODUCT) % _ZEROS == 0 else _NEW,
        )
        for start in range(0, CHANGES, _OF_A_PRODUCT)
    ]
    keys: list[ListingKey] = []
    for product in products:
        keys += p.world.add(product)
        p.world.stores.clock.advance(_READS_S)  # the shop has its own limit, which is not what is measured
    market: Any = outside.OF_MARKETPLACE
    offers = market.put_on_sale_at(p.market, [str(key.sku) for key in keys], quantity=_SHOWN, price=str(_OLD))
    for key in keys:
        p.world.stores.listings.change(key, lambda row, of=offers[str(key.sku)]: _live(row, of, p.world.now))
    p.pump()
    p.deaf = False
    return keys


def _live(row: Listing, of: tuple[str, str], now: datetime) -> Listing:
    shown = Values(_SHOWN, Money(_OLD, outside.CURRENCY), now)
    on_sale = replace(
        row,
        status=Status.ACTIVE,
        offer=RemoteId(of[0]),
        remote=RemoteId(of[1]),
        sent=shown,
        accepted=shown,
        seen=shown,
        on_sale=_SHOWN,
    )
    return ledger.refreshed(on_sale, now)


def _waiting(p: AnyPair, keys: Sequence[ListingKey]) -> list[ListingKey]:
    rows = p.world.stores.listings.get_many(keys)
    return [key for key, row in rows.items() if row.due_band is not None]


def _done(p: AnyPair, keys: Sequence[ListingKey], began: datetime) -> tuple[list[float], list[float]]:
    """After how many seconds each zero was accepted, and each other change."""
    zeros: list[float] = []
    others: list[float] = []
    for row in p.world.stores.listings.get_many(keys).values():
        if row.accepted.at is None or not row.accepted.at > began:
            raise AssertionError(f"{row.key} is not due and was not accepted")
        (others if row.computed.quantity else zeros).append((row.accepted.at - began).total_seconds())
    return zeros, others


def _most_polls(p: AnyPair, began: datetime) -> int:
    """Of any 24 hours, for the day slides."""
    market: Any = p.market
    polls = [one.at for one in market.simulator.world.journal if one.operation == "getShopReceipts" and began <= one.at]
    most, first = 0, 0
    for last, at in enumerate(polls):
        while polls[first] <= at - _DAY:
            first += 1
        most = max(most, last + 1 - first)
    return most


def _calls(p: AnyPair, began: datetime) -> Counter[str]:
    """Of the first day."""
    market: Any = p.market
    ends = began + _DAY
    return Counter(one.operation for one in market.simulator.world.journal if began <= one.at < ends)


def _refused(p: AnyPair, began: datetime) -> int:
    """Calls of the first day that the marketplace's own limits refused: they count for its day as well."""
    market: Any = p.market
    ends = began + _DAY
    return sum(one.status == 429 for one in market.simulator.world.journal if began <= one.at < ends)

"""`memory.…`, by the marketplace's name: how much one process needs for the largest submission of many changes, and its report."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from benchmarks import outside, stage
from benchmarks.figures import Figure
from listbridge.domain.ids import AccountId, ListingKey, ProductId, Site, Sku, VariantId, VariantKey
from listbridge.domain.listings.bands import Band
from listbridge.domain.listings.listing import BOTH, Attempt, Listing, Values
from listbridge.domain.money import Money
from listbridge.domain.ports import MarketplaceAdapter, Revision, Submitted, UnitRevision

UNITS = 25_000
LIMIT_MB = 256
SELLER, ACCOUNT = "anna", AccountId("acc_memory")
_PRICE = "19.90"
_FEED_S = "3"


def measure() -> list[Figure]:
    """The peak of a fresh process that submits so many units at once and asks for each of them until all are decided. It holds the
    ledger's row of each meanwhile: more than a drainer does."""
    if not outside.OF_MARKETPLACE.SUBMITS:
        return []
    arguments = (*outside.ARGUMENTS, "--feed-time", _FEED_S)
    with outside.marketplace("memory", arguments) as market:
        seller = market.door.add_seller(SELLER)
        skus = [_sku(number) for number in range(UNITS)]
        outside.put_on_sale(market.door, SELLER, skus, quantity=20, price=_PRICE)
        asked = {"url": market.url, "settings": dict(seller.settings), "secret": dict(seller.credentials)}
        command = [sys.executable, "-m", "benchmarks.memory"]
        ran = subprocess.run(
            command, input=json.dumps(asked), capture_output=True, text=True, env=dict(os.environ), check=False
        )
        if ran.returncode:
            raise AssertionError(ran.stderr)
        told: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
        shown = {row["quantity"] for row in market.door.on_sale(SELLER).values()}
    if shown != {15}:
        raise AssertionError(f"listings show {shown}, not 15")
    peak = float(told.pop("peak_mb"))
    name = f"memory.{outside.MARKETPLACE}"
    return [Figure(name, peak, "MB", f"<={LIMIT_MB}", settings={"units": UNITS, **told})]


def _sku(number: int) -> str:
    return f"M{number:05d}"


def _work(asked: dict[str, Any]) -> dict[str, float]:
    """In the fresh process: the peak, and what there was before the submission, in MB."""
    adapter = _adapter(asked)
    bulk = adapter.bulk()
    if bulk is None:
        raise AssertionError("nothing is submitted there")
    before = _peak_mb()
    values = Values(15, Money(Decimal(_PRICE), outside.CURRENCY))
    keys = [ListingKey(ACCOUNT, Site(outside.SITE), Sku(_sku(number))) for number in range(UNITS)]
    rows = [_row(key) for key in keys]
    held = _peak_mb()
    units = [UnitRevision((Revision(row.key, row.offer, row.remote, None, values),)) for row in rows]
    open_ones = {one.key: one.submission for one in bulk.submit(units)}
    submitted = _peak_mb()
    began = datetime.now(UTC)
    while open_ones:
        told = adapter.outcomes(
            [Submitted(key, one.ticket, values, began) for key, one in open_ones.items() if one is not None]
        )
        if failed := [one.error for one in told if one.error is not None]:
            raise failed[0]
        open_ones = {one.key: one.submission for one in told if one.submission is not None}
    return {
        "peak_mb": _peak_mb(),
        "before_mb": before,
        "with_rows_mb": held,
        "submitted_mb": submitted,
        "rows": len(rows),
    }


def _row(key: ListingKey) -> Listing:
    """As a drainer holds it: live, with an attempt begun."""
    home = VariantKey(stage.SHOP, ProductId(f"p-{key.sku}"), VariantId(f"v-{key.sku}"))
    known = Values(20, Money(Decimal(_PRICE), outside.CURRENCY), datetime.now(UTC))
    row = stage.live_listing(ACCOUNT, home, key.sku, (key.sku, f"B0{key.sku}"), known)
    attempt = Attempt(f"att_{key.sku}", BOTH, known, known, datetime.now(UTC))
    return replace(row, attempt=attempt, due_band=Band.DOWN, due_since=datetime.now(UTC))


def _adapter(asked: dict[str, Any]) -> MarketplaceAdapter:
    from benchmarks.unlimited import NoCounters, NoGrants, NoLimit
    from listbridge import registry
    from listbridge.infra.calls.connection import Connection
    from listbridge.infra.calls.http import HttpSession
    from listbridge.infra.calls.tokens import TokenCache
    from listbridge.infra.clock import SystemClock

    budget = NoLimit()
    session = HttpSession(budget=budget)
    connection = Connection(
        ACCOUNT,
        asked["settings"],
        asked["secret"],
        asked["url"],
        session,
        budget,
        TokenCache(),
        SystemClock(),
        NoGrants(),
        NoCounters(),
    )
    return registry.open_marketplace(outside.MARKETPLACE, connection)


def _peak_mb() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


if __name__ == "__main__":
    print(json.dumps(_work(json.load(sys.stdin))))

"""Rows for the contract suite."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from listbridge.domain.catalog import Observation, Variant, VariantFacts, Visibility
from listbridge.domain.ids import (
    AccountId,
    JobId,
    ListingKey,
    LocationId,
    ProductId,
    RemoteId,
    SalesListId,
    ShopId,
    Site,
    Sku,
    VariantId,
    VariantKey,
)
from listbridge.domain.listing import (
    BOTH,
    Attempt,
    Band,
    Cause,
    Computed,
    Field,
    Listing,
    Status,
    TraceLine,
    Values,
)
from listbridge.domain.money import Money
from listbridge.domain.problem import Problem
from tests.fakes.clock import START


def variant_key(name: str, variant: str = "1", product: str = "gid://shop/Product/7") -> VariantKey:
    return VariantKey(ShopId(f"shp_{name}"), ProductId(product), VariantId(variant))


def variant(key: VariantKey, stock: int, start: int, end: int, **changes: Any) -> Variant:
    facts = VariantFacts(
        variant=key.variant,
        sku=Sku("CUP/ø#1"),
        title="Cup",
        price=Money(Decimal("12.50"), "EUR"),
        stock={LocationId("l1"): stock, LocationId("l2"): -1},
        options={"Colour": "blue"},
    )
    return replace(Variant(key, facts, Visibility.VISIBLE, Observation(start, end), "h1"), **changes)


def listing_key(name: str, sku: str = "CUP/ø#1", site: str = "SITE_A") -> ListingKey:
    return ListingKey(AccountId(f"acc_{name}"), Site(site), Sku(sku))


def listing(key: ListingKey, **changes: Any) -> Listing:
    plain = Listing(
        key, VariantKey(ShopId("shp_1"), ProductId("p1"), VariantId("v1")), SalesListId(f"lst_{key.account}")
    )
    return replace(plain, **changes)


def due(key: ListingKey, band: Band, since_s: float, not_before_s: float | None = None) -> Listing:
    """A due row: seconds are after the test clock's start."""
    postponed = None if not_before_s is None else START + timedelta(seconds=not_before_s)
    return listing(
        key,
        due_band=band,
        due_since=START + timedelta(seconds=since_s),
        not_before=postponed,
        status=Status.ACTIVE,
    )


def rich_listing(key: ListingKey) -> Listing:
    """A row with something in every field."""
    at = datetime.fromisoformat("2026-11-01T12:00:00.123456+00:00")
    money = Money(Decimal("0.10"), "EUR")
    values = Values(3, money, at)
    return Listing(
        key=key,
        variant=VariantKey(ShopId("shp_1"), ProductId("p1"), VariantId("v1")),
        sales_list=SalesListId("lst_1"),
        title="Täßchen “blue”",
        status=Status.ACTIVE,
        group=RemoteId("g"),
        offer=RemoteId("o"),
        remote=RemoteId("r"),
        computed=Computed(
            quantity=0,
            price=money,
            quantity_problem=Problem("stock_unknown", {"where": "l1"}, "check"),
            price_problem=Problem("price_missing"),
            quantity_trace=(TraceLine("cap", "3", "3"), TraceLine("reserved", "1", "2")),
            price_trace=(TraceLine("ratio", "1.1", "0.10"),),
            basis={"variant:v1": 12, "profile:p": 3},
            facts="3|0.10",
            cause=Cause.ORDER,
            at=at,
        ),
        sent=values,
        accepted=Values(price=money),
        seen=values,
        attempt=Attempt("att_1", frozenset({Field.QUANTITY}), values, Values(4), at),
        settle_at=at,
        auto=frozenset({Field.PRICE}),
        demanded=BOTH,
        job=JobId("job_1"),
        hold=Problem("guard", {"limit": "share"}, "approve_changes"),
        attempts=3,
        not_before=at,
        due_band=Band.ZERO,
        due_since=at,
        content_hash="abc",
        guard_passed=True,
        fence=1_795_000_000_123,
    )

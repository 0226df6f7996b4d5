"""Marketplace orders for the tests: one mug for 10.00 and 4.90 for the way, and whatever a test changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from listbridge.domain.ids import (
    AccountId,
    LineId,
    OrderKey,
    ProductId,
    RemoteOrderId,
    ShopId,
    Site,
    Sku,
    VariantId,
    VariantKey,
)
from listbridge.domain.money import Money
from listbridge.domain.orders.changes import first_seen
from listbridge.domain.orders.orders import Match, MatchedBy, Order, RemoteLine, RemoteOrder, ShippingCharge, Tax
from listbridge.domain.orders.schedule import ImportRules

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
CONNECTED = NOW - timedelta(days=1)
SHOP, ACCOUNT, SITE = ShopId("shop_1"), AccountId("acc_1"), Site("X_DE")
RULES = ImportRules(automatic=True, observe=False, connected_at=CONNECTED, unpaid_expires=timedelta(days=8))


def euros(amount: str, currency: str = "EUR") -> Money:
    return Money(Decimal(amount), currency)


def sold(
    sku: str = "MUG", quantity: int = 1, amount: str = "10.00", *, id: str = "", taxes: tuple[Tax, ...] = ()
) -> RemoteLine:
    """One line as sold; its id is made of the SKU unless a test names one."""
    return RemoteLine(
        id=LineId(id or f"line-{sku}"),
        sku=Sku(sku),
        title=f"A {sku.lower()}",
        quantity=quantity,
        amount=euros(amount),
        taxes=taxes,
        site=SITE,
    )


def remote_order(*lines: RemoteLine, id: str = "12-1", **changes: Any) -> RemoteOrder:
    """An order placed and changed just now, paid, whose total is what its parts come to."""
    lines = lines or (sold(),)
    total = sum((line.amount.amount for line in lines), Decimal("4.90"))
    made = RemoteOrder(
        id=RemoteOrderId(id),
        site=SITE,
        placed_at=NOW,
        changed_at=NOW,
        lines=lines,
        shipping=ShippingCharge("DHL", "DHL Paket", euros("4.90")),
        total=Money(total, "EUR"),
        adjustment=euros("0.00"),
    )
    return replace(made, **changes)


def variant_key(sku: str = "MUG", shop: ShopId = SHOP) -> VariantKey:
    """Of a product of its own, named as a scripted shop names the variants of a product."""
    return VariantKey(shop, ProductId(f"p-{sku}"), VariantId(f"p-{sku}v0"))


def match(sku: str = "MUG", by: MatchedBy = MatchedBy.SKU) -> Match:
    return Match(variant_key(sku), by)


def order_row(
    *lines: RemoteLine,
    id: str = "12-1",
    rules: ImportRules = RULES,
    now: datetime = NOW,
    facts: dict[str, Any] | None = None,
    **changes: Any,
) -> Order:
    """The row of an order that was first seen now, with `facts` of the marketplace's and fields of the row changed."""
    read = remote_order(*lines, id=id, **(facts or {}))
    row = first_seen(OrderKey(ACCOUNT, read.id), SHOP, read, rules, now)
    return replace(row, **changes)

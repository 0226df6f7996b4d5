"""Drafts of orders for the tests: one mug for 10.00, and whatever a test changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from listbridge.domain.ids import LineId, RemoteOrderId, ShopOrderId, Sku, VariantId
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import Address, Buyer, ShippingCharge, ShopOrderRef, Tax
from listbridge.domain.orders.shop_orders import DraftLine, OrderMark, ShopOrderDraft

PLACED = datetime(2026, 10, 31, 9, 30, tzinfo=UTC)
MARK = OrderMark("ebay", RemoteOrderId("12-34567-89012"))
ADDRESS = Address(
    name="Ada M. Lovelace",
    company="Engines Ltd",
    lines=("1 Analytical Way", "Flat 2"),
    city="Leeds",
    region="West Yorkshire",
    postal_code="LS1 4AP",
    country="GB",
    phone="+44 113 4960000",
)
BUYER = Buyer(name="Ada M. Lovelace", email="x1@members.ebay.com", phone="+44 113 4960000", shipping=ADDRESS)


def money(amount: str, currency: str = "EUR") -> Money:
    return Money(Decimal(amount), currency)


def tax(amount: str, rate: str | None = None, *, remitted: bool = False, currency: str = "EUR") -> Tax:
    return Tax("VAT", money(amount, currency), Decimal(rate) if rate else None, remitted)


def line(
    amount: str = "10.00",
    *,
    id: str = "10001",
    variant: str | None = "7",
    sku: str = "MUG",
    quantity: int = 1,
    taxes: tuple[Tax, ...] = (),
    currency: str = "EUR",
) -> DraftLine:
    return DraftLine(
        line=LineId(id),
        variant=VariantId(variant) if variant is not None else None,
        sku=Sku(sku),
        title="Mug, white",
        quantity=quantity,
        amount=money(amount, currency),
        taxes=taxes,
    )


def shipping(amount: str = "4.90", taxes: tuple[Tax, ...] = (), currency: str = "EUR") -> ShippingCharge:
    return ShippingCharge("DE_DHLPaket", "DHL Paket", money(amount, currency), taxes)


def draft(*lines: DraftLine, adjustment: str = "0.00", tax_included: bool = True, **changes: Any) -> ShopOrderDraft:
    """A draft whose total is what its parts come to, as the domain has it."""
    lines = lines or (line(),)
    charge = changes.pop("shipping", shipping())
    currency = charge.amount.currency
    total = sum((one.amount.amount for one in lines), charge.amount.amount) + Decimal(adjustment)
    if not tax_included:
        taxes = [one for of in lines for one in of.taxes] + list(charge.taxes)
        total += sum((one.amount.amount for one in taxes if not one.remitted), Decimal(0))
    made = ShopOrderDraft(
        mark=MARK,
        marketplace_label="eBay",
        placed_at=PLACED,
        lines=lines,
        shipping=charge,
        adjustment=money(adjustment, currency),
        total=Money(total, currency),
        tax_included=tax_included,
        buyer=BUYER,
    )
    return replace(made, **changes)


def refs(*orders: str) -> list[ShopOrderRef]:
    """References to these orders of the shop, as rows have them whose lines carry the marketplace's ids."""
    return [ShopOrderRef(ShopOrderId(order), f"#{order}") for order in orders]

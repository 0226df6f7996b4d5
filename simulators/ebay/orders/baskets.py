"""What a buyer puts together before they pay: the arguments of `checkout`, read and checked.

Amounts come as texts or numbers of at most two decimals and are refused below 0 (an adjustment may be).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from simulators.ebay.orders.pricing import NOTHING, LinePrice, Wallet
from simulators.ebay.sites import Site
from simulators.ebay.state import Listing, Offer
from simulators.kit.amounts import amount
from simulators.kit.deeds import DeedRefused

LINE_FIELDS = frozenset(
    {
        "sku",
        "quantity",
        "by_hand",
        "price",
        "title",
        "discount",
        "delivery_cost",
        "delivery_discount",
        "tax",
        "tax_type",
        "remitted_tax",
        "remitted_type",
        "remitted_taxes",
    }
)
BUYER_FIELDS = frozenset(
    {
        "username",
        "name",
        "company",
        "email",
        "phone",
        "line1",
        "line2",
        "city",
        "region",
        "county",
        "postal_code",
        "country",
    }
)
INSTRUCTIONS = ("SHIP_TO", "DIGITAL", "FULFILLED_BY_EBAY", "PREPARE_FOR_PICKUP")


@dataclass(frozen=True, slots=True)
class Purchase:
    """Some units of one SKU: of a live offer, or (offer None) of a listing that the seller made on the site by hand."""

    sku: str
    title: str
    quantity: int
    price: LinePrice
    offer: Offer | None = None
    listing: Listing | None = None


@dataclass(frozen=True, slots=True)
class Basket:
    """An order about to be placed. `buyer` overrides what the simulator makes up; an empty text takes a field away."""

    site: Site
    purchases: list[Purchase]
    wallet: Wallet
    adjustment: Decimal = NOTHING
    paid: bool = True
    tax_id: str = ""
    notes: str = ""
    instructions: str = "SHIP_TO"
    address: bool = True
    global_shipping: bool = False
    buyer: Mapping[str, str] = field(default_factory=dict)


def line_price(line: Mapping[str, Any], unit_price: Decimal, quantity: int) -> LinePrice:
    """The amounts of one line. Raises `DeedRefused` for a discount above what it is a discount on."""
    cost = unit_price * quantity
    given = {
        name: amount(line.get(name, 0), name)
        for name in ("discount", "delivery_cost", "delivery_discount", "tax", "remitted_tax")
    }
    if given["discount"] > cost or given["delivery_discount"] > given["delivery_cost"]:
        raise DeedRefused("a discount is larger than what it is taken from")
    remitted = [(str(row["type"]), amount(row["amount"], "remitted_taxes")) for row in line.get("remitted_taxes", ())]
    if given["remitted_tax"]:
        remitted.append((str(line.get("remitted_type", "STATE_SALES_TAX")), given["remitted_tax"]))
    return LinePrice(
        cost=cost,
        discount=given["discount"],
        delivery=given["delivery_cost"],
        delivery_discount=given["delivery_discount"],
        tax=given["tax"],
        tax_type=str(line.get("tax_type", "STATE_SALES_TAX")),
        remitted=tuple(remitted),
    )


def with_shared_delivery(lines: list[dict[str, Any]], cost: Any, discount: Any) -> list[dict[str, Any]]:
    """The lines with an order's delivery cost and discount spread over them, to the cent.

    Raises `DeedRefused` for a field that no line has, and where the order and a line both name the delivery.
    """
    unknown = {name for line in lines for name in line} - LINE_FIELDS
    if unknown:
        raise DeedRefused(f"a line has no {sorted(unknown)}; it has {sorted(LINE_FIELDS)}")
    spread = [dict(line) for line in lines]
    for name, whole in (("delivery_cost", cost), ("delivery_discount", discount)):
        if not amount(whole, name):
            continue
        if any(line.get(name) for line in lines):
            raise DeedRefused(f"{name} stands on the order or on its lines, not on both")
        for line, share in zip(spread, _shares(amount(whole, name), len(lines)), strict=True):
            line[name] = share
    return spread


def _shares(whole: Decimal, count: int) -> list[Decimal]:
    """Equal shares; the first ones carry the cents that are left over."""
    cents, over = divmod(int(whole * 100), count)
    return [Decimal(cents + (place < over)) / 100 for place in range(count)]


def wallet_of(site: Site, buyer_currency: str, rate: Any) -> Wallet:
    """The order's currency. Raises `DeedRefused` for a rate that is not above 0."""
    try:
        factor = Decimal(str(rate))
    except InvalidOperation:
        factor = NOTHING
    if not factor.is_finite() or factor <= 0:
        raise DeedRefused(f"the rate is {rate}")
    return Wallet(site.currency, buyer_currency if buyer_currency != site.currency else "", factor)


def known_buyer(buyer: Mapping[str, str] | None) -> dict[str, str]:
    """Raises `DeedRefused` for a field that no buyer has."""
    unknown = set(buyer or ()) - BUYER_FIELDS
    if unknown:
        raise DeedRefused(f"a buyer has no {sorted(unknown)}; he has {sorted(BUYER_FIELDS)}")
    return {name: str(value) for name, value in (buyer or {}).items()}

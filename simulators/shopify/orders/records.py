"""What an order is made of. Records are frozen, as all of a shop's (`records.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from simulators.shopify.orders.money import Money

Pairs = tuple[tuple[str, str], ...]
Address = dict[str, str | None]  # keys as in webhook payloads: first_name, address1, country_code ...


@dataclass(frozen=True, slots=True)
class TaxLine:
    """A tax on a line or on shipping, for its whole quantity. `rate` is a proportion: 0.19."""

    title: str
    rate: Decimal
    amount: Money
    channel_liable: bool = False


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line. `price` is for one piece, `discount` the line's share of a discount on the order's goods."""

    id: int
    title: str
    sku: str | None
    quantity: int
    current_quantity: int
    variant_id: int | None
    product_id: int | None
    price: Money
    requires_shipping: bool
    location_id: int | None  # where stock was taken, None when it was left alone
    discount: Money
    variant_title: str | None = None
    vendor: str | None = None
    taxable: bool = True
    properties: Pairs = ()
    tax_lines: tuple[TaxLine, ...] = ()
    taken_off: int = 0  # refunded or cancelled before they were shipped
    sent: int = 0  # in parcels that stand

    @property
    def unsent(self) -> int:
        """Pieces that are still to be shipped."""
        return max(0, self.quantity - self.taken_off - self.sent)


@dataclass(frozen=True, slots=True)
class ShippingLine:
    id: int
    title: str
    code: str | None
    source: str | None
    price: Money
    discount: Money
    tax_lines: tuple[TaxLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Discount:
    """The one discount code of an order. `kind` is fixed_amount, percentage or shipping, as payloads name it; `value`
    the amount or the percentage asked for, `amount` what it came to."""

    code: str
    kind: str
    value: Decimal
    amount: Money


@dataclass(frozen=True, slots=True)
class Transaction:
    id: int
    kind: str
    status: str
    gateway: str | None
    amount: Money
    processed_at: datetime
    test: bool = False


@dataclass(frozen=True, slots=True)
class Tracking:
    company: str | None = None
    number: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Fulfillment:
    """One parcel. `status` is SUCCESS or CANCELLED."""

    id: int
    status: str
    created_at: datetime
    updated_at: datetime
    lines: tuple[tuple[int, int, int], ...]  # (own id, line item id, quantity)
    tracking: tuple[Tracking, ...]
    location_id: int


@dataclass(frozen=True, slots=True)
class Refund:
    id: int
    created_at: datetime
    total: Money
    lines: tuple[tuple[int, int, int, str], ...]  # (own id, line item id, quantity, restock type)


@dataclass(frozen=True, slots=True)
class Order:
    """`currency` is what the shop counts this order in (its own, unless told otherwise), `presentment_currency` what
    the buyer saw. Totals: `totals.py`."""

    id: int
    name: str
    number: int
    email: str | None
    note: str | None
    tags: tuple[str, ...]
    source_identifier: str | None
    source_name: str | None
    currency: str
    presentment_currency: str
    financial_status: str
    fulfillment_status: str
    lines: tuple[LineItem, ...]
    zero: Money  # no money, in the order's currencies
    test: bool
    created_at: datetime
    processed_at: datetime
    updated_at: datetime
    phone: str | None = None
    po_number: str | None = None
    source_url: str | None = None
    taxes_included: bool = True
    attributes: Pairs = ()
    shipping_lines: tuple[ShippingLine, ...] = ()
    discount: Discount | None = None
    transactions: tuple[Transaction, ...] = ()
    shipping_address: Address | None = None
    billing_address: Address | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    closed_at: datetime | None = None
    fulfillments: tuple[Fulfillment, ...] = ()
    refunds: tuple[Refund, ...] = ()

    def line(self, line_id: int) -> LineItem:
        return next(line for line in self.lines if line.id == line_id)

    def sent_so_far(self) -> str:
        """The fulfilment status that follows from what was shipped and removed."""
        if not any(line.sent for line in self.lines):
            return "UNFULFILLED"
        return "PARTIALLY_FULFILLED" if any(line.unsent for line in self.lines) else "FULFILLED"

    def shipped(self) -> dict[int, int]:
        """Pieces in parcels that stand, by line item id."""
        told: dict[int, int] = {}
        for parcel in self.fulfillments:
            if parcel.status == "SUCCESS":
                for _, line_id, count in parcel.lines:
                    told[line_id] = told.get(line_id, 0) + count
        return told

"""Receipts: what a buyer took in one order, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from simulators.etsy.offers.state import Value

NOTHING = Decimal("0.00")


@dataclass(slots=True)
class Transaction:
    """One line. `price` is of one unit; `personal` are the buyer's answers: (question, words)."""

    transaction_id: int
    listing_id: int | None
    product_id: int | None
    sku: str
    title: str
    quantity: int
    price: Decimal
    values: tuple[Value, ...] = ()
    personal: tuple[tuple[str, str], ...] = ()
    personalizable: bool = False
    image_id: int | None = None
    profile_id: int | None = None
    days: tuple[int, int] = (1, 3)
    coupon: Decimal = NOTHING


@dataclass(slots=True)
class Shipment:
    """A parcel that Etsy was told of."""

    shipment_id: int
    at: datetime
    carrier: str
    tracking: str


@dataclass(slots=True)
class Refund:
    refund_id: int
    at: datetime
    amount: Decimal
    reason: str
    note: str


@dataclass(slots=True)
class Mail:
    """What Etsy wrote to the buyer about a parcel: nobody can take it back."""

    at: datetime
    tracking: str
    note: str


@dataclass(slots=True)
class Receipt:
    """An order. `buyer` and its address are what the buyer wrote; `address` is whether Etsy shows it to this app."""

    receipt_id: int
    payment_id: int
    shop_id: int
    buyer_id: int
    buyer: dict[str, str]
    currency: str
    transactions: list[Transaction]
    created_at: datetime
    updated_at: datetime
    shipping: Decimal = NOTHING
    tax: Decimal = NOTHING
    vat: Decimal = NOTHING
    gift_wrap: Decimal = NOTHING
    is_gift: bool = False
    gift_message: str = ""
    gift_sender: str = ""
    message: str = ""
    address: bool = True
    paid_at: datetime | None = None
    processing: bool = False
    cancelled: bool = False
    shipped_at: datetime | None = None
    delivered: bool = False
    shipments: list[Shipment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)

    @property
    def goods(self) -> Decimal:
        return sum((one.price * one.quantity for one in self.transactions), NOTHING)

    @property
    def discount(self) -> Decimal:
        return sum((one.coupon for one in self.transactions), NOTHING)

    @property
    def total(self) -> Decimal:
        return self.goods - self.discount + self.shipping + self.tax + self.gift_wrap

    @property
    def refunded(self) -> Decimal:
        return sum((one.amount for one in self.refunds), NOTHING)

    @property
    def status(self) -> str:
        """One of the document's: what ended it first, then what was refunded, then how far it has come."""
        if self.cancelled:
            return "canceled"
        if self.refunds:
            return "fully refunded" if self.refunded >= self.total else "partially refunded"
        if self.shipped_at is not None:
            return "completed"
        if self.paid_at is not None:
            return "paid"
        return "payment processing" if self.processing else "open"

    def told(self) -> dict[str, Any]:
        """For the control door."""
        return {
            "receipt_id": self.receipt_id,
            "status": self.status,
            "total": str(self.total),
            "currency": self.currency,
            "shipments": [{"carrier_name": one.carrier, "tracking_code": one.tracking} for one in self.shipments],
            "mails": [{"tracking_code": one.tracking, "note_to_buyer": one.note} for one in self.mails],
            "refunds": [str(one.amount) for one in self.refunds],
        }

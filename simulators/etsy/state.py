"""The sellers, each with the one shop that Etsy gives them: what belongs to a shop rather than to a listing or an order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU = frozenset(_EU.split())
WITHOUT_CENTS = frozenset({"JPY"})
"""Currencies whose divisor is 1. Not verified: Etsy's document says only that there is a divisor."""


@dataclass(slots=True)
class ShippingProfile:
    """A shipping profile. `calculated` ones need weight and dimensions of each listing; an incomplete one activates nothing."""

    profile_id: int
    title: str
    country: str
    calculated: bool = False
    complete: bool = True
    deleted: bool = False
    cost: Decimal = Decimal("4.90")
    destination_id: int = 0


@dataclass(slots=True)
class Readiness:
    """A processing profile."""

    readiness_id: int
    state: str
    least_days: int
    most_days: int


@dataclass(slots=True)
class ReturnPolicy:
    policy_id: int
    returns: bool
    exchanges: bool
    deadline: int | None


@dataclass(slots=True)
class Section:
    section_id: int
    title: str


@dataclass(slots=True)
class Fee:
    """What Etsy charged the seller: always in US dollars, the ledger is in the shop's currency and converts nothing here."""

    entry_id: int
    at: datetime
    kind: str
    amount: Decimal
    listing_id: int


@dataclass(slots=True)
class Seller:
    """A seller and their shop. `name` is ours, for deeds and journal; the ids are Etsy's."""

    name: str
    user_id: int
    shop_id: int
    shop_name: str
    currency: str
    country: str
    created_at: datetime
    refresh_token: str = ""
    vacation: bool = False
    profiles: dict[int, ShippingProfile] = field(default_factory=dict)
    readiness: dict[int, Readiness] = field(default_factory=dict)
    policies: dict[int, ReturnPolicy] = field(default_factory=dict)
    sections: dict[int, Section] = field(default_factory=dict)
    fees: list[Fee] = field(default_factory=list)
    buyer_emails: bool = False
    """Etsy shows buyers' addresses of mail to this app."""

    @property
    def in_eu(self) -> bool:
        return self.country in EU

    def money(self, amount: Decimal, currency: str = "") -> dict[str, Any]:
        """As the document's `Money`."""
        currency = currency or self.currency
        divisor = 1 if currency in WITHOUT_CENTS else 100
        return {"amount": int(amount * divisor), "divisor": divisor, "currency_code": currency}

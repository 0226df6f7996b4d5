"""One item of a seller: what each store shows of it, and the stock that all stores of the region share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from simulators.amazon.offers import issues
from simulators.amazon.offers.issues import Issue

Entries = list[dict[str, Any]]
STOCK = "fulfillment_availability"


@dataclass(slots=True)
class SiteListing:
    """An item in one store. `attributes` are without the stock; `refused` are the issues of the last submission that was refused."""

    marketplace_id: str
    product_type: str
    requirements: str
    attributes: dict[str, Entries]
    created_at: datetime
    updated_at: datetime
    materialised: bool = True
    refused: list[Issue] = field(default_factory=list)
    suppressed: list[Issue] = field(default_factory=list)

    def first(self, name: str, key: str = "value") -> Any:
        """A field of an attribute's first entry, or None."""
        entries = self.attributes.get(name)
        return entries[0].get(key) if entries else None

    @property
    def is_parent(self) -> bool:
        return bool(self.first("parentage_level") == "parent")

    @property
    def parent_sku(self) -> str:
        return str(self.first("child_parent_sku_relationship", "parent_sku") or "")

    def offer(self) -> dict[str, Any] | None:
        """The offer to everybody."""
        offers = self.attributes.get("purchasable_offer", ())
        return next((one for one in offers if one.get("audience", "ALL") == "ALL"), None)

    def price(self, now: datetime) -> tuple[Decimal, str] | None:
        """What buyers pay, and its currency; None without a price, or once the offer has ended."""
        offer = self.offer()
        if offer is None or not offer.get("our_price") or _over(offer.get("end_at"), now):
            return None
        for sale in (offer.get("discounted_price") or [{}])[0].get("schedule", ()):
            if datetime.fromisoformat(sale["start_at"]) <= now < datetime.fromisoformat(sale["end_at"]):
                return Decimal(str(sale["value_with_tax"])), str(offer["currency"])
        return Decimal(str(offer["our_price"][0]["schedule"][0]["value_with_tax"])), str(offer["currency"])


@dataclass(slots=True)
class Item:
    """A SKU of a seller in a region. `fba` is the quantity in Amazon's own warehouses, None where Amazon does not fulfil it."""

    sku: str
    asin: str | None
    sites: dict[str, SiteListing] = field(default_factory=dict)
    stock: Entries = field(default_factory=list)
    fba: int | None = None

    @property
    def is_fba(self) -> bool:
        return any(one.get("fulfillment_channel_code") != "DEFAULT" for one in self.stock)

    @property
    def quantity(self) -> int | None:
        """What the seller has in stock; None where they have named no number."""
        for one in self.stock:
            if one.get("fulfillment_channel_code") == "DEFAULT":
                return None if one.get("quantity") is None else int(one["quantity"])
        return None

    def attributes_of(self, site: SiteListing) -> dict[str, Entries]:
        """All attributes as the API shows them, the shared stock among them."""
        return {**site.attributes, **({STOCK: self.stock} if self.stock else {})}

    def issues_of(self, site: SiteListing, now: datetime) -> list[Issue]:
        found = [*site.refused, *site.suppressed]
        if site.materialised:
            if not site.is_parent and site.price(now) is None:
                found.append(issues.no_price(site.marketplace_id))
            if site.requirements != "LISTING_OFFER_ONLY" and not site.attributes.get("main_product_image_locator"):
                found.append(issues.no_picture(site.marketplace_id))
        return found

    def status_of(self, site: SiteListing, now: datetime, *, closed: bool = False) -> list[str]:
        """BUYABLE and DISCOVERABLE as far as they are true. `closed`: the seller's listings in this store are suspended."""
        if not site.materialised or self.asin is None or closed:
            return []
        actions = {
            action["action"]
            for one in self.issues_of(site, now)
            for action in one.get("enforcements", {}).get("actions", ())
        }
        if issues.SUPPRESSED in actions:
            return []
        in_stock = (self.fba or 0) > 0 if self.is_fba else (self.quantity or 0) > 0
        buyable = not site.is_parent and site.price(now) is not None and in_stock
        discoverable = issues.UNSEARCHABLE not in actions
        return [*(["BUYABLE"] if buyable else []), *(["DISCOVERABLE"] if discoverable else [])]


@dataclass(frozen=True, slots=True)
class ShownOffer:
    """An item in one store, as a buyer or a report sees it. `quantity` is None where Amazon fulfils."""

    sku: str
    marketplace_id: str
    asin: str
    title: str
    price: Decimal | None
    currency: str
    quantity: int | None
    fulfilled_by: Literal["MERCHANT", "AMAZON"]
    buyable: bool
    created_at: datetime
    condition: str
    parent_sku: str = ""


def _over(end: Any, now: datetime) -> bool:
    value = end.get("value") if isinstance(end, dict) else None
    return bool(value) and datetime.fromisoformat(str(value)) <= now

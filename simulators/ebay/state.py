"""What eBay remembers: sellers and, per seller, items, groups, offers, listings, locations, policies and orders.

Money in the records stays as eBay writes it (`{"value": "19.99", "currency": "USD"}`); times are aware UTC.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Json = dict[str, Any]
OUT_OF_STOCK_CONTROL = "OUT_OF_STOCK_CONTROL"
SELLING_POLICY_MANAGEMENT = "SELLING_POLICY_MANAGEMENT"
EndReason = Literal["seller", "ebay", "api", "sold_out", "deleted"]
_UNSET = 1 << 60  # above any quantity: an offer without availableQuantity is bounded by its item alone


@dataclass(slots=True)
class Item:
    """An inventory item as last written, in one single locale (a write in another language moves it)."""

    sku: str
    locale: str
    data: Json

    @property
    def quantity(self) -> int:
        """Ship-to-home quantity; 0 where the last write had none, for a write replaces everything."""
        ship_to = (self.data.get("availability") or {}).get("shipToLocationAvailability") or {}
        return int(ship_to.get("quantity") or 0)

    @quantity.setter
    def quantity(self, value: int) -> None:
        availability = self.data.setdefault("availability", {})
        availability.setdefault("shipToLocationAvailability", {})["quantity"] = value

    @property
    def product(self) -> Json:
        return self.data.get("product") or {}


@dataclass(slots=True)
class Group:
    """An inventory item group as last written."""

    key: str
    data: Json

    @property
    def skus(self) -> list[str]:
        return list(self.data.get("variantSKUs") or [])


@dataclass(slots=True)
class Offer:
    """An offer. Published exactly while it has a listing id; `sold` counts what this listing's buyers took."""

    offer_id: str
    data: Json
    listing_id: str | None = None
    sold: int = 0

    @property
    def sku(self) -> str:
        return str(self.data["sku"])

    @property
    def marketplace_id(self) -> str:
        return str(self.data["marketplaceId"])

    @property
    def format(self) -> str:
        return str(self.data.get("format", "FIXED_PRICE"))

    @property
    def price(self) -> Json | None:
        price = (self.data.get("pricingSummary") or {}).get("price")
        return dict(price) if isinstance(price, dict) else None


@dataclass(slots=True)
class Listing:
    """A listing, live until `ended_at`. `revisions` counts changes per calendar day."""

    listing_id: str
    seller: str
    marketplace_id: str
    group_key: str | None
    offer_ids: list[str]
    started_at: datetime
    title: str
    ended_at: datetime | None = None
    end_reason: EndReason | None = None
    on_hold: bool = False
    revisions: dict[date, int] = field(default_factory=dict)

    @property
    def live(self) -> bool:
        return self.ended_at is None


@dataclass(slots=True)
class HubVariation:
    """What a buyer can choose in a listing that was made in Seller Hub; the only one of a single listing."""

    sku: str
    quantity: int
    price: str


@dataclass(slots=True)
class HubListing:
    """A listing that was made in Seller Hub: the Inventory API knows nothing of it until it is migrated, under the same id."""

    listing_id: str
    marketplace_id: str
    format: Literal["FIXED_PRICE", "AUCTION"]
    title: str
    variations: list[HubVariation]
    business_policies: bool
    immediate_pay: bool
    located: bool
    live: bool = True
    migrated: bool = False


@dataclass(slots=True)
class FeedTask:
    """An inventory task: what its file will say was there when it was created."""

    task_id: str
    created_at: datetime
    ready_at: datetime
    ends_as: str
    criteria: Json
    rows: list[Json]


@dataclass(slots=True)
class SellingLimit:
    """The most a seller may have on sale at once: units, and value in one currency."""

    quantity: int | None = None
    amount: str | None = None
    currency: str = "USD"


@dataclass(slots=True)
class Order:
    """An order as eBay shows it (`data` is the Order of sell_fulfillment), with what only eBay knows.

    `changes` are the times of its changes, oldest first, its placing included; `breakdown` is what TAX_BREAKDOWN adds.
    """

    order_id: str
    number: int
    created_at: datetime
    changes: list[datetime]
    data: Json
    breakdown: Json = field(default_factory=dict)
    fulfillments: list[Json] = field(default_factory=list)
    refund_due_at: datetime | None = None
    cancel_requests: list[Json] = field(default_factory=list)

    @property
    def modified_at(self) -> datetime:
        return self.changes[-1]

    def touch(self, now: datetime) -> None:
        """The order has changed; a change that came true earlier than it was looked at takes its own place."""
        insort(self.changes, now)

    def changed_by(self, moment: datetime) -> datetime:
        """The last change that an index knows which has seen everything up to a moment."""
        return next((change for change in reversed(self.changes) if change <= moment), self.created_at)


@dataclass(slots=True)
class Seller:
    """One seller account; its refresh token is its key to the API."""

    username: str
    user_id: str
    refresh_token: str
    registration_marketplace_id: str
    programs: set[str]
    selling_limit: SellingLimit | None = None
    suspended: bool = False
    free_listings: int = 250
    items: dict[str, Item] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    group_of: dict[str, str] = field(default_factory=dict)
    offers: dict[str, Offer] = field(default_factory=dict)
    offers_of: dict[str, list[str]] = field(default_factory=dict)
    listings: dict[str, Listing] = field(default_factory=dict)
    hub: dict[str, HubListing] = field(default_factory=dict)
    tasks: dict[str, FeedTask] = field(default_factory=dict)
    locations: dict[str, Json] = field(default_factory=dict)
    policies: dict[str, dict[str, Json]] = field(
        default_factory=lambda: {"fulfillment": {}, "payment": {}, "return": {}}
    )
    orders: dict[str, Order] = field(default_factory=dict)
    programs_asked: set[str] = field(default_factory=set)
    """Asked to opt in to, and not processed yet."""
    store_categories: list[str] = field(default_factory=list)
    """Whole paths, "/Wool/Hats"; a seller without any has no store."""
    documents: set[str] = field(default_factory=set)
    """Ids of documents that eBay has taken in (by the Media API, which is not modelled)."""

    @property
    def name(self) -> str:
        return self.username

    @property
    def out_of_stock_control(self) -> bool:
        return OUT_OF_STOCK_CONTROL in self.programs

    def offers_for(self, sku: str) -> list[Offer]:
        """All offers of a SKU, oldest first."""
        return [self.offers[offer_id] for offer_id in self.offers_of.get(sku, ())]

    def add_offer(self, offer: Offer) -> None:
        self.offers[offer.offer_id] = offer
        self.offers_of.setdefault(offer.sku, []).append(offer.offer_id)

    def drop_offer(self, offer: Offer) -> None:
        del self.offers[offer.offer_id]
        self.offers_of[offer.sku].remove(offer.offer_id)

    def live_listings(self) -> Iterator[Listing]:
        return (listing for listing in self.listings.values() if listing.live)

    def live_listing_of_group(self, key: str, marketplace_id: str) -> Listing | None:
        for listing in self.live_listings():
            if listing.group_key == key and listing.marketplace_id == marketplace_id:
                return listing
        return None

    def shown_quantity(self, offer: Offer, *, item_quantity: int | None = None, offered: int | None = None) -> int:
        """What a buyer sees: the smaller of the offer's and the item's quantity.

        With `item_quantity` or `offered`, what a buyer would see after such a change.
        Source: sell_inventory 1.18.4, OfferPriceQuantity.availableQuantity.
        """
        if item_quantity is None:
            item = self.items.get(offer.sku)
            item_quantity = item.quantity if item else 0
        if offered is None:
            offered = offer.data.get("availableQuantity")
        return max(0, min(item_quantity, _UNSET if offered is None else int(offered)))

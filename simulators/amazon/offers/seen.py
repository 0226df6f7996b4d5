"""What sellers have listed, to look at: items, stores, what buyers see."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from simulators.amazon.documents import Document
from simulators.amazon.offers.catalog_state import Catalog
from simulators.amazon.offers.checking import Checker
from simulators.amazon.offers.issues import Issue
from simulators.amazon.offers.items_state import Item, ShownOffer, SiteListing
from simulators.amazon.offers.product_types import product_types
from simulators.amazon.sites import SITES
from simulators.amazon.state import Seller

if TYPE_CHECKING:
    from simulators.amazon.world import World

_WRITES_KEPT = 200_000


Stage = Literal["preview", "submission", "decision", "lost"]


@dataclass(slots=True)
class Planned:
    """What the next `times` submissions of matching SKUs suffer at one stage."""

    sku: str
    stage: Stage
    issue: Issue | None
    times: int


class SeenListings:
    """Every seller's items, Amazon's catalogue and the product types, and what was planned to go wrong."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.catalog = Catalog(world.random)
        self.types = product_types()
        self.checker = Checker()
        self.decide_after_s = float(world.limits.number("decide_after_s"))
        self.pending: dict[tuple[str, str], int] = {}
        self.planned: list[Planned] = []
        self.all_stores = False
        self.writes: deque[dict[str, Any]] = deque(maxlen=_WRITES_KEPT)
        self._items: dict[str, dict[str, Item]] = {}
        self.made: dict[tuple[str, str, str], bool] = {}  # every item that there ever was, and whether it was a child
        self.schema_documents: dict[str, Document] = {}
        self._asins: dict[tuple[str, str], str] = {}

    def told_of(self, wanted: list[str]) -> list[str]:
        """The stores of which a read of items tells: of several the first alone (amzn/selling-partner-api-models issue 3008)."""
        return wanted if self.all_stores else wanted[:1]

    def items(self, seller: Seller) -> dict[str, Item]:
        return self._items.setdefault(seller.name, {})

    def item(self, seller: Seller, sku: str) -> Item | None:
        return self.items(seller).get(sku)

    def site(self, seller: Seller, sku: str, marketplace_id: str) -> tuple[Item, SiteListing] | None:
        item = self.item(seller, sku)
        found = item.sites.get(marketplace_id) if item else None
        return (item, found) if item and found else None

    def children(self, seller: Seller, parent: str, marketplace_id: str) -> list[str]:
        """The SKUs of a parent's children in one store."""
        return [
            sku
            for sku, item in self.items(seller).items()
            if marketplace_id in item.sites and item.sites[marketplace_id].parent_sku == parent
        ]

    def shown(self, seller: Seller) -> Iterator[ShownOffer]:
        """One for each item and store where it can be sold; no parents."""
        for item in self.items(seller).values():
            for site in item.sites.values():
                if site.materialised and not site.is_parent:
                    yield self._shown(seller, item, site)

    def offer(self, seller: Seller, sku: str, marketplace_id: str) -> ShownOffer | None:
        found = self.site(seller, sku, marketplace_id)
        if found is None or not found[1].materialised or found[1].is_parent:
            return None
        return self._shown(seller, *found)

    def _shown(self, seller: Seller, item: Item, site: SiteListing) -> ShownOffer:
        now = self._world.now()
        price = site.price(now)
        return ShownOffer(
            sku=item.sku,
            marketplace_id=site.marketplace_id,
            asin=item.asin or "",
            title=self.title(item, site, seller.region),
            price=price[0] if price else None,
            currency=price[1] if price else SITES[site.marketplace_id].currency,
            quantity=None if item.is_fba else item.quantity or 0,
            fulfilled_by="AMAZON" if item.is_fba else "MERCHANT",
            buyable="BUYABLE" in self.status(seller, item, site),
            created_at=site.created_at,
            condition=str(site.first("condition_type") or "new_new"),
            parent_sku=site.parent_sku,
        )

    def title(self, item: Item, site: SiteListing, region: str) -> str:
        product = self.catalog.of(region, item.asin) if item.asin else None
        return str(site.first("item_name") or (product.title if product else ""))

    def status(self, seller: Seller, item: Item, site: SiteListing) -> list[str]:
        return item.status_of(site, self._world.now(), closed=site.marketplace_id in seller.suspended_in)

    def _told_of(self, seller: Seller, item: Item, marketplace_id: str) -> tuple[list[str], int | None]:
        site = item.sites.get(marketplace_id)
        return (self.status(seller, item, site) if site else [], item.quantity)

    def _tell(self, seller: Seller, item: Item, marketplace_id: str, before: tuple[list[str], int | None]) -> None:
        status, quantity = self._told_of(seller, item, marketplace_id)
        if not self._world.listeners:
            return
        if status != before[0]:
            facts = self._facts(seller, item, marketplace_id, self._world.now(), status)
            self._world.happened("LISTINGS_ITEM_STATUS_CHANGE", seller, facts)
        if quantity is not None and quantity != before[1]:
            facts = {
                "SellerId": seller.seller_id,
                "FulfillmentChannelCode": "DEFAULT",
                "Sku": item.sku,
                "Quantity": quantity,
            }
            self._world.happened("LISTINGS_ITEM_MFN_QUANTITY_CHANGE", seller, facts)

    def _issues_changed(self, seller: Seller, item: Item, site: SiteListing) -> None:
        found = item.issues_of(site, self._world.now())
        facts = {
            "SellerId": seller.seller_id,
            "MarketplaceId": site.marketplace_id,
            "Asin": item.asin or "",
            "Sku": item.sku,
            "Severities": sorted({one["severity"] for one in found}),
            "EnforcementActions": sorted(
                {action["action"] for one in found for action in one.get("enforcements", {}).get("actions", ())}
            ),
        }
        self._world.happened("LISTINGS_ITEM_ISSUES_CHANGE", seller, facts)

    def _facts(
        self, seller: Seller, item: Item, marketplace_id: str, at: datetime, status: list[str]
    ) -> dict[str, Any]:
        return {
            "SellerId": seller.seller_id,
            "MarketplaceId": marketplace_id,
            "Asin": item.asin or "",
            "Sku": item.sku,
            "CreatedDate": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "Status": status,
        }

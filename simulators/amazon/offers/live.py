"""What buyers of a store find: single items, and families as one listing with its variations."""

from __future__ import annotations

from typing import Any

from simulators.amazon.offers.items_state import Item, SiteListing
from simulators.amazon.state import Seller
from simulators.amazon.world import World
from simulators.kit.times import iso


def live_listings(world: World, seller: Seller, origin: str) -> list[dict[str, Any]]:
    """One row for each single item or parent in each store. It is live while something of it can be bought, or could if it were in stock.

    `price` and `quantity` of a variation are as buyers meet them; `status` as the API says.
    """
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    items = world.listings.items(seller)
    for item in items.values():
        for site in item.sites.values():
            head = items.get(site.parent_sku, item) if site.parent_sku else item
            row = rows.setdefault(
                (head.sku, site.marketplace_id), _head(world, seller, head, site.marketplace_id, origin)
            )
            if not site.is_parent:
                row["variations"].append(_variation(world, seller, item, site))
    for row in rows.values():
        row["live"] = any(one["offered"] for one in row["variations"])
    return list(rows.values())


def _head(world: World, seller: Seller, item: Item, marketplace_id: str, origin: str) -> dict[str, Any]:
    site = item.sites.get(marketplace_id)
    return {
        "sku": item.sku,
        "asin": item.asin or "",
        "seller": seller.name,
        "marketplaceId": marketplace_id,
        "title": world.listings.title(item, site, seller.region) if site else "",
        "url": f"{origin}/dp/{item.asin}" if item.asin else "",
        "createdAt": iso(site.created_at) if site else "",
        "variations": [],
    }


def _variation(world: World, seller: Seller, item: Item, site: SiteListing) -> dict[str, Any]:
    price = site.price(world.now())
    kind = world.listings.types.get(site.product_type)
    differing = kind.themes.get(str(site.first("variation_theme", "name")), ()) if kind else ()
    closed = site.marketplace_id in seller.suspended_in
    suppressed = any("enforcements" in one and one in site.suppressed for one in item.issues_of(site, world.now()))
    return {
        "sku": item.sku,
        "asin": item.asin or "",
        "title": world.listings.title(item, site, seller.region),
        "quantity": item.fba if item.is_fba else item.quantity or 0,
        "fulfilledBy": "AMAZON" if item.is_fba else "MERCHANT",
        "price": f"{price[0]:.2f}" if price else None,
        "currency": price[1] if price else None,
        "status": world.listings.status(seller, item, site),
        "offered": site.materialised and price is not None and not closed and not suppressed,
        "aspects": {name: [site.first(name)] for name in differing},
        "condition": site.first("condition_type"),
        "issues": [one["code"] for one in item.issues_of(site, world.now())],
    }

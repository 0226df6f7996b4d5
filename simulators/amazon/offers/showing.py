"""An item as the Listings Items API shows it: the data sets of `includedData`."""

from __future__ import annotations

from typing import Any

from simulators.amazon.offers.items_state import Item, SiteListing
from simulators.amazon.state import Seller
from simulators.amazon.world import World
from simulators.kit.times import iso

INCLUDED = (
    "summaries",
    "attributes",
    "issues",
    "offers",
    "fulfillmentAvailability",
    "procurement",
    "relationships",
    "productTypes",
)


def shown_item(world: World, seller: Seller, item: Item, sites: list[str], included: list[str]) -> dict[str, Any]:
    """What the API tells of an item in these stores, all of which have it. Sellers have no procurement: vendors do."""
    there = [item.sites[site] for site in sites]
    now = world.now()
    told: dict[str, Any] = {"sku": item.sku}
    if "summaries" in included:
        told["summaries"] = [_summary(world, seller, item, site) for site in there]
    if "attributes" in included:
        told["attributes"] = _attributes(item, there)
    if "issues" in included:
        told["issues"] = [one for site in there for one in item.issues_of(site, now)]
    if "offers" in included:
        told["offers"] = [offer for site in there for offer in _offers(world, site)]
    if "fulfillmentAvailability" in included:
        told["fulfillmentAvailability"] = _availability(item)
    if "relationships" in included:
        told["relationships"] = [_relations(world, seller, item, site) for site in there]
    if "productTypes" in included:
        told["productTypes"] = [
            {"marketplaceId": site.marketplace_id, "productType": site.product_type} for site in there
        ]
    return told


def _summary(world: World, seller: Seller, item: Item, site: SiteListing) -> dict[str, Any]:
    told: dict[str, Any] = {"marketplaceId": site.marketplace_id}
    if item.asin and site.materialised:
        told["asin"] = item.asin
    told |= {"productType": site.product_type, "status": world.listings.status(seller, item, site)}
    if condition := site.first("condition_type"):
        told["conditionType"] = condition
    if title := world.listings.title(item, site, seller.region):
        told["itemName"] = title
    told |= {"createdDate": iso(site.created_at), "lastUpdatedDate": iso(site.updated_at)}
    if link := site.first("main_product_image_locator", "media_location"):
        told["mainImage"] = {"link": link, "height": 500, "width": 500}
    return told


def _attributes(item: Item, sites: list[SiteListing]) -> dict[str, Any]:
    """Those of all the stores side by side; what is the same in each stands once."""
    told: dict[str, list[Any]] = {}
    for site in sites:
        for name, entries in item.attributes_of(site).items():
            known = told.setdefault(name, [])
            known += [entry for entry in entries if entry not in known]
    return told


def _offers(world: World, site: SiteListing) -> list[dict[str, Any]]:
    price = site.price(world.now())
    if price is None or not site.materialised:
        return []
    amount, currency = price
    return [
        {
            "marketplaceId": site.marketplace_id,
            "offerType": "B2C",
            "price": {"currencyCode": currency, "amount": f"{amount:.2f}"},
            "audience": {"value": "ALL", "displayName": "Sell on Amazon"},
        }
    ]


def _availability(item: Item) -> list[dict[str, Any]]:
    told = []
    for one in item.stock:
        row: dict[str, Any] = {"fulfillmentChannelCode": one["fulfillment_channel_code"]}
        quantity = one.get("quantity") if one["fulfillment_channel_code"] == "DEFAULT" else item.fba
        if quantity is not None:
            row["quantity"] = quantity
        told.append(row)
    return told


def _relations(world: World, seller: Seller, item: Item, site: SiteListing) -> dict[str, Any]:
    theme = site.first("variation_theme", "name")
    relations: list[dict[str, Any]] = []
    if theme:
        kind = world.listings.types.get(site.product_type)
        differing = list(kind.themes.get(theme, ())) if kind else []
        told: dict[str, Any] = {"type": "VARIATION", "variationTheme": {"attributes": differing, "theme": theme}}
        if site.is_parent:
            told["childSkus"] = world.listings.children(seller, item.sku, site.marketplace_id)
        elif site.parent_sku:
            told["parentSkus"] = [site.parent_sku]
        relations.append(told)
    return {"marketplaceId": site.marketplace_id, "relationships": relations}

"""What a listing needs before it may go live, from `required_at_publish.json` (our overlay over eBay's document)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from simulators.ebay.errors import EbayError, not_serializable
from simulators.ebay.offers import category_rules, checks, option_rules
from simulators.ebay.offers.taxonomy import CATALOGUE, Category
from simulators.ebay.sites import SITES, language_of
from simulators.ebay.state import Group, Offer, Seller
from simulators.ebay.world import World

OVERLAY: dict[str, Any] = json.loads(Path(__file__).with_name("required_at_publish.json").read_text())
_POLICIES = (("fulfillment", 25007), ("payment", 25008), ("return", 25009))
DURATIONS = (*(f"DAYS_{days}" for days in (1, 3, 5, 7, 10, 21, 30)), "GTC")
"""ListingDurationEnum."""
_CODES = ("ean", "upc", "isbn")
_ASK_FOR_UPC = frozenset({"EBAY_US", "EBAY_CA"})


class MissingData(EbayError):
    """A required field is absent. In a group such a variant is silently left out; alone it is a refusal."""


def value_at(data: dict[str, Any], dotted: str) -> Any:
    """The value at a dotted path, or None."""
    value: Any = data
    for name in dotted.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def refuse_malformed_aspects(aspects: object, field: str) -> None:
    """Aspects are `{name: [values]}`, though eBay's document calls them a string. Raises 2004."""
    if aspects is None:
        return
    good = isinstance(aspects, dict) and all(
        isinstance(values, list) and all(isinstance(value, str) for value in values) for values in aspects.values()
    )
    if not good:
        raise not_serializable(field)


def _supplied(schema: str, field: str, group: Group | None, item: dict[str, Any]) -> Any:
    if group is not None:
        source = OVERLAY["supplied"]["by_group"].get(f"{schema}.{field}")
        if source and value_at(group.data, source):
            return value_at(group.data, source)
    source = OVERLAY["supplied"]["by_item"].get(f"{schema}.{field}")
    return value_at(item, source) if source and schema == "Offer" else None


def _refuse_missing(
    schema: str, data: dict[str, Any], group: Group | None = None, item: dict[str, Any] | None = None
) -> None:
    for field, rule in OVERLAY[schema].items():
        value = value_at(data, field)
        if value in (None, "", [], {}):
            value = _supplied(schema, field, group, item or {})
        if value in (None, "", [], {}):
            raise MissingData(rule["errorId"], f"{field} is missing.", parameters={"field": field})


def _refuse_too_long(schema: str, data: dict[str, Any]) -> None:
    for field, rule in OVERLAY[schema].items():
        value = value_at(data, field)
        if value is None:
            continue
        if "maxLength" in rule and len(str(value)) > rule["maxLength"]:
            raise EbayError(
                rule["errorId"], f"{field} is longer than {rule['maxLength']}.", parameters={"field": field}
            )
        if "maxItems" in rule and len(value) > rule["maxItems"]:
            raise EbayError(rule["errorId"], f"{field} has more than {rule['maxItems']}.", parameters={"field": field})


def _refuse_bad_aspects(aspects: dict[str, list[str]] | None) -> None:
    rule = OVERLAY["aspect"]
    for name, values in (aspects or {}).items():
        if len(name) > rule["nameLength"] or any(len(value) > rule["valueLength"] for value in values):
            raise EbayError(rule["errorId"], f"{name} is too long.", parameters={"fieldName": name})


def _refuse_bad_images(urls: list[str] | None) -> None:
    rule = OVERLAY["image_scheme"]
    for url in urls or []:
        if not str(url).startswith(rule["prefix"]):
            raise EbayError(rule["errorId"], f"{url} does not use HTTPS.")


def refuse_invalid_item(data: dict[str, Any]) -> None:
    """Raises for item content that no listing may show: too long, bad aspects, images without HTTPS."""
    _refuse_too_long("InventoryItem", data)
    _refuse_too_long("InventoryItem.optional", data)
    product = data.get("product") or {}
    _refuse_bad_aspects(product.get("aspects"))
    _refuse_bad_images(product.get("imageUrls"))


def refuse_invalid_group(data: dict[str, Any]) -> None:
    """Raises for group content that no listing may show."""
    _refuse_too_long("InventoryItemGroup", data)
    _refuse_bad_aspects(data.get("aspects"))
    specifications = value_at(data, "variesBy.specifications") or []
    _refuse_bad_aspects({row["name"]: row.get("values") or [] for row in specifications})
    _refuse_bad_images(data.get("imageUrls"))


def refuse_unpublishable(world: World, seller: Seller, offer: Offer, group: Group | None = None) -> None:
    """Raises `MissingData` or another `EbayError` for an offer that eBay would not put on sale."""
    item = seller.items.get(offer.sku)
    if item is None:
        raise MissingData(25702, parameters={"SKU": offer.sku})
    _refuse_missing("InventoryItem", item.data, group)
    _refuse_missing("Offer", offer.data, group, item.data)
    refuse_invalid_item(item.data)
    refuse_invalid_offer(world, seller, offer)
    site = SITES[offer.marketplace_id]
    if language_of(item.locale) not in site.languages:
        raise EbayError(
            25604, f"SKU not found for marketplace {offer.marketplace_id}.", parameters={"locale": item.locale}
        )
    aspects = {**((group.data.get("aspects") if group else None) or {}), **(item.product.get("aspects") or {})}
    category = _leaf(site.tree_id, str(offer.data["categoryId"]))
    category_rules.refuse_unfit_aspects(category, aspects)
    category_rules.refuse_unfit_condition(category, item.data)
    if category.needs_code:
        _refuse_without_code(item.product, offer.marketplace_id)


def refuse_invalid_offer(world: World, seller: Seller, offer: Offer) -> None:
    """Raises for an offer whose values do not fit its site, its seller's policies or their locations."""
    data = offer.data
    _refuse_too_long("Offer", data)
    checks.refuse_bad_price(offer.price, world.limits, currency=SITES[offer.marketplace_id].currency)
    if data.get("listingDuration") != "GTC":
        raise EbayError(25006, "The duration of a fixed-price listing is GTC.")
    location = seller.locations.get(str(data.get("merchantLocationKey")))
    if location is None or location["merchantLocationStatus"] != "ENABLED":
        raise EbayError(25012, f"No enabled location {data.get('merchantLocationKey')}.")
    option_rules.refuse_bad_options(seller, offer)
    for kind, error_id in _POLICIES:
        name = f"{kind}PolicyId"
        policy = seller.policies[kind].get(str(value_at(data, f"listingPolicies.{name}")))
        if policy is None:
            raise EbayError(error_id, f"{name} is not a policy of the seller.")
        if policy["marketplaceId"] != offer.marketplace_id:
            # Seen on the sandbox, and as misleading there: openlinker, spike 2880, evidence 30.
            raise EbayError(25713, status=404)


def refuse_incomplete_offer(offer: Offer) -> None:
    """Raises `MissingData` for an offer without its own required fields: asked of every revision of a live offer."""
    _refuse_missing("Offer", offer.data)


def _leaf(tree_id: str, category_id: str) -> Category:
    category = CATALOGUE.category(tree_id, category_id)
    if category is None or not category.leaf:
        raise EbayError(25005, f"{category_id} is not a leaf category of the site.")
    return category


def _refuse_without_code(product: dict[str, Any], marketplace_id: str) -> None:
    """Raises 25002 for a product without EAN, UPC or ISBN: asked in most categories, and told by no other API."""
    if not any(product.get(name) for name in _CODES):
        name = "UPC" if marketplace_id in _ASK_FOR_UPC else "EAN"
        raise category_rules.missing_by_name(name, f"The {name} field is missing.")


def refuse_unpublishable_group(group: Group) -> None:
    """Raises for a group that lacks what the whole listing needs."""
    _refuse_missing("InventoryItemGroup", group.data)
    refuse_invalid_group(group.data)


def refuse_conflicting_variations(seller: Seller, group: Group, offers: list[Offer]) -> None:
    """Raises 25013 where variants do not differ, or lie outside `variesBy`, or differ in an aspect that may not vary."""
    specifications = value_at(group.data, "variesBy.specifications")
    taken: dict[tuple[str, ...], str] = {}
    for offer in offers:
        aspects = seller.items[offer.sku].product.get("aspects") or {}
        combination: list[str] = []
        for specification in specifications:
            values = aspects.get(specification.get("name")) or []
            if len(values) != 1 or values[0] not in (specification.get("values") or []):
                raise EbayError(
                    25013,
                    f"{specification.get('name')} of the variation is not one of the group's values.",
                    parameters={"SKU": offer.sku},
                )
            combination.append(values[0])
        other = taken.setdefault(tuple(combination), offer.sku)
        if other != offer.sku:
            raise EbayError(25013, f"Two variations are alike: {other} and {offer.sku}.")
    if any((value_at(offer.data, "listingPolicies.bestOfferTerms") or {}).get("bestOfferEnabled") for offer in offers):
        raise EbayError(25013, "Best Offer is not available for multi-variation listings.")
    _refuse_mixed_codes([seller.items[offer.sku].product for offer in offers])
    first = offers[0]
    category = CATALOGUE.category(SITES[first.marketplace_id].tree_id, str(first.data["categoryId"]))
    for specification in specifications:
        if category is None or not category.may_vary(str(specification["name"])):
            raise EbayError(25013, f"{specification['name']} is not allowed as a variation specific.")
    shared = ("categoryId", "merchantLocationKey", "listingPolicies")
    if any(offer.data.get(name) != first.data.get(name) for offer in offers for name in shared):
        raise EbayError(25013, "The offers of one group share category, location and policies.")


def _refuse_mixed_codes(products: list[dict[str, Any]]) -> None:
    """Raises 25013 where variations name different kinds of product code (which id it is, is not documented)."""
    kinds = {tuple(name for name in _CODES if product.get(name)) for product in products}
    if len(kinds) > 1:
        raise EbayError(25013, "All variations must use the same product identifier type.")

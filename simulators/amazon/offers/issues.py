"""What is wrong with an item, as the Listings Items API words it (`Issue` of listingsItems_2021-08-01).

90220, 90000900 and 18027 with their texts are from that model's examples, 13013, 8541, 8572, 5461 and 99022 as sellers report
them. Amazon publishes no list: the other codes are ours, by category, and no adapter should know them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Issue = dict[str, Any]
SUPPRESSED = "LISTING_SUPPRESSED"
UNSEARCHABLE = "SEARCH_SUPPRESSED"
UNKNOWN_SKU = "13013"


def issue(
    code: str,
    message: str,
    category: str,
    *attributes: str,
    severity: str = "ERROR",
    action: str = "",
    marketplace_id: str = "",
) -> Issue:
    """One issue. `action` is the enforcement that it entails."""
    told: Issue = {"code": code, "message": message, "severity": severity}
    if attributes:
        told["attributeNames"] = list(attributes)
    told["categories"] = [category] if category else []
    if action:
        told["enforcements"] = {"actions": [{"action": action}], "exemption": {"status": "NOT_EXEMPT"}}
    if marketplace_id:
        told["marketplaceIds"] = [marketplace_id]
    return told


def fatal(issues: Iterable[Issue]) -> bool:
    """Whether a submission with these is refused."""
    return any(one["severity"] == "ERROR" for one in issues)


def missing(attribute: str) -> Issue:
    category = "MISSING_PRICE" if attribute == "purchasable_offer" else "MISSING_ATTRIBUTE"
    return issue("90220", f"'{attribute}' is required but not supplied.", category, attribute)


def unknown(attributes: Sequence[str]) -> Issue:
    return issue("90000900", "The attributes are invalid.", "INVALID_ATTRIBUTE", *attributes)


def wrong(attribute: str, why: str) -> Issue:
    category = {"purchasable_offer": "INVALID_PRICE", "main_product_image_locator": "INVALID_IMAGE"}.get(attribute)
    return issue("99022", f"'{attribute}' is not valid: {why}", category or "INVALID_ATTRIBUTE", attribute)


def wrong_price(why: str) -> Issue:
    return issue("90117", f"The price is not valid: {why}", "INVALID_PRICE", "purchasable_offer")


def wrong_barcode(value: str) -> Issue:
    name = "externally_assigned_product_identifier"
    return issue("8572", f"The product id {value} is not a valid one.", "INVALID_ATTRIBUTE", name)


def conflict(asin: str, brand: str) -> Issue:
    words = f"The data provided conflicts with the Amazon catalog: {asin} is of the brand {brand}."
    return issue("8541", words, "INVALID_ATTRIBUTE", "brand", "externally_assigned_product_identifier")


def no_such_asin(asin: str) -> Issue:
    return issue("8560", f"There is no ASIN {asin}.", "INVALID_ATTRIBUTE", "merchant_suggested_asin")


def unqualified(brand: str) -> Issue:
    return issue("5461", f"You need approval to list products of the brand {brand}.", "QUALIFICATION_REQUIRED", "brand")


def no_such_sku(sku: str) -> Issue:
    return issue(UNKNOWN_SKU, f"The SKU {sku} does not exist in the Amazon catalog.", "INVALID_ATTRIBUTE")


def no_parent(parent: str, why: str) -> Issue:
    return issue("8007", f"The parent {parent} {why}.", "INVALID_ATTRIBUTE", "child_parent_sku_relationship")


def twin(sku: str, differing: Sequence[str]) -> Issue:
    return issue("8026", f"{sku} has the same {' and '.join(differing)}.", "DUPLICATE", *differing)


def no_picture(marketplace_id: str) -> Issue:
    return issue(
        "18027",
        "The main image is missing. Submit a compliant image to lift the suppression.",
        "MISSING_IMAGE",
        "main_product_image_locator",
        action=UNSEARCHABLE,
        marketplace_id=marketplace_id,
    )


def no_price(marketplace_id: str) -> Issue:
    return issue(
        "13999",
        "Without a price the item cannot be bought.",
        "MISSING_PRICE",
        "purchasable_offer",
        severity="WARNING",
        marketplace_id=marketplace_id,
    )

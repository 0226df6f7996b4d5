"""A product type of these tests alone, and what Amazon's adapter makes of a product with it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from listbridge.domain.catalog import ProductFacts, VariantFacts, Visibility
from listbridge.domain.ids import ProductId, RemoteId, Site, Sku, VariantId
from listbridge.domain.money import Money
from listbridge.marketplaces.amazon.offers.mapping import Content, Schemas, listing_content
from listbridge.marketplaces.amazon.offers.schema import TypeSchema
from listbridge.marketplaces.amazon.settings import CreationSettings
from listbridge.marketplaces.amazon.sites import site_of

SITE = site_of(Site("AMAZON_DE"))
GROUP = RemoteId("LB-1")


def rows(value: Mapping[str, Any], *selecting: str, most: int = 1, **more: Any) -> dict[str, Any]:
    """An attribute whose rows have a value, and the site's fields that are named."""
    fields = {"value": dict(value), **{name: {"$ref": f"#/$defs/{name}"} for name in selecting}}
    items = {"type": "object", "required": [*fields], "properties": fields, "additionalProperties": False}
    return {"type": "array", "selectors": [*selecting], "maxUniqueItems": most, "items": items, **more}


LOCALISED = ("marketplace_id", "language_tag")
TEXT = {"type": "string", "maxLength": 20}
HAT: dict[str, Any] = {
    "type": "object",
    "$defs": {"marketplace_id": {"type": "string", "enum": [SITE.marketplace_id]}, "language_tag": {"type": "string"}},
    "required": ["item_name", "brand", "material"],
    "properties": {
        "item_name": rows(TEXT, *LOCALISED),
        "brand": rows(TEXT, *LOCALISED),
        "product_description": rows({"type": "string", "maxUtf8ByteLength": 30}, *LOCALISED),
        "bullet_point": rows(TEXT, *LOCALISED, most=2),
        "material": rows({"type": "string", "enum": ["wool", "felt"], "enumNames": ["Wolle", "Filz"]}, *LOCALISED),
        "condition_type": rows({"type": "string"}, "marketplace_id"),
        "waterproof": rows({"type": "boolean"}, "marketplace_id", title="Waterproof"),
        "secret": rows({"type": "string"}, "marketplace_id", hidden=True),
        "size": rows({"type": "string"}, *LOCALISED),
        "color": rows({"type": "string"}, *LOCALISED, title="Farbe"),
        "variation_theme": {
            "type": "array",
            "items": {
                "properties": {
                    "name": {"enum": ["SIZE", "SIZE/COLOR", "OLD"], "$lifecycle": {"enumDeprecated": ["OLD"]}}
                }
            },
        },
        "parentage_level": rows({"type": "string", "enum": ["parent", "child"]}, "marketplace_id"),
        "child_parent_sku_relationship": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "child_relationship_type": {"type": "string"},
                    "parent_sku": {"type": "string"},
                    "marketplace_id": {"$ref": "#/$defs/marketplace_id"},
                },
            },
        },
        "externally_assigned_product_identifier": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "value"],
                "properties": {
                    "type": {"enum": ["ean", "upc"]},
                    "value": {"type": "string"},
                    "marketplace_id": {"$ref": "#/$defs/marketplace_id"},
                },
            },
        },
        "supplier_declared_has_product_identifier_exemption": rows({"type": "boolean"}, "marketplace_id"),
        "merchant_suggested_asin": rows({"type": "string"}, "marketplace_id"),
        "main_product_image_locator": {
            "type": "array",
            "items": {"type": "object", "properties": {"media_location": {"type": "string"}}},
        },
        "purchasable_offer": {"type": "array"},
        "fulfillment_availability": {"type": "array"},
    },
    "additionalProperties": False,
    "allOf": [
        {
            "if": {
                "properties": {"waterproof": {"contains": {"properties": {"value": {"const": True}}}}},
                "required": ["waterproof"],
            },
            "then": {"required": ["color"]},
        }
    ],
}
SETTINGS: dict[str, Any] = {"product_type": "HAT", "without_barcode": "exempt", "attributes": {"material": "Wolle"}}


def hat(**changes: Any) -> TypeSchema:
    """The type, with other parts of its schema where some are named."""
    return TypeSchema("HAT", "1", {**HAT, **changes})


def variant(sku: str = "A", **changes: Any) -> VariantFacts:
    facts: dict[str, Any] = {"title": "t", "price": Money(Decimal(5), "EUR"), **changes}
    return VariantFacts(VariantId(f"v-{sku}"), Sku(sku), **facts)


def product(*variants: VariantFacts, **changes: Any) -> ProductFacts:
    facts: dict[str, Any] = {
        "title": "Hat",
        "vendor": "Nordlicht",
        "images": ("https://images.example/a.jpg",),
        "description_html": "<p>Warm.</p>",
        **changes,
    }
    return ProductFacts(ProductId("p"), visibility=Visibility.VISIBLE, variants=variants or (variant(),), **facts)


def content(facts: ProductFacts | None = None, *, asins: Mapping[str, str] | None = None, **settings: Any) -> Content:
    """What is sent of all SKUs of a product."""
    facts = facts or product()
    known = {Sku(sku): asin for sku, asin in (asins or {}).items()}
    chosen = CreationSettings.model_validate({**SETTINGS, **settings})
    skus = [one.sku for one in facts.variants]
    return listing_content(facts, skus, chosen, SITE, Schemas(hat()), group=GROUP, asins=known)


def told(found: Content) -> list[tuple[str, str, str | None]]:
    """Field, code and SKU of every problem."""
    return [(one.field, one.problem.code, one.sku) for one in found.problems]

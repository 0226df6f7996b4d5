"""How attributes stand in a product type's schema: each an array of objects, told apart by its `selectors`.

The texts are our own. The form is that of Amazon's meta-schema as its documentation describes it ("Product Type Definition
Meta-Schema (v1)"): JSON Schema 2019-09 with the words `selectors`, `minUniqueItems`, `maxUniqueItems`, `maxUtf8ByteLength`,
`enumNames`, `editable` and `hidden`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Schema = dict[str, Any]

MARKETPLACE: Schema = {"$ref": "#/$defs/marketplace_id"}
LANGUAGE: Schema = {"$ref": "#/$defs/language_tag"}
CONDITIONS = (
    "new_new",
    "new_open_box",
    "new_oem",
    "refurbished_refurbished",
    "used_like_new",
    "used_very_good",
    "used_good",
    "used_acceptable",
    "collectible_like_new",
    "collectible_very_good",
    "collectible_good",
    "collectible_acceptable",
    "club_club",
)
"""`conditionType` of listingsItems_2021-08-01."""
_COUNTRIES = {
    "AT": "Austria",
    "CN": "China",
    "CZ": "Czechia",
    "DE": "Germany",
    "ES": "Spain",
    "FR": "France",
    "GB": "United Kingdom",
    "IN": "India",
    "IT": "Italy",
    "JP": "Japan",
    "PL": "Poland",
    "PT": "Portugal",
    "SE": "Sweden",
    "TR": "Turkey",
    "US": "United States",
    "VN": "Vietnam",
}
_WEIGHTS = {"grams": "Grams", "kilograms": "Kilograms", "ounces": "Ounces", "pounds": "Pounds"}
LENGTHS = {"millimeters": "Millimetres", "centimeters": "Centimetres", "inches": "Inches"}
_HAZARDS = {
    "ghs": "Globally harmonised system",
    "not_applicable": "Not applicable",
    "storage": "Storage",
    "transportation": "Transport",
    "unknown": "Unknown",
    "waste": "Waste",
}


def attribute(
    title: str,
    properties: Mapping[str, Schema],
    *,
    required: Sequence[str] = ("value",),
    selectors: Sequence[str] = ("marketplace_id",),
    most: int = 1,
    description: str = "",
) -> Schema:
    """An attribute with these fields beside those of its selectors. `most` entries may share one set of selectors."""
    shared = {"marketplace_id": MARKETPLACE, "language_tag": LANGUAGE}
    known = {**properties, **{name: shared[name] for name in selectors if name in shared and name not in properties}}
    return {
        "title": title,
        "description": description or f"{title} of the product, as buyers should read it.",
        "type": "array",
        "minItems": 1,
        "minUniqueItems": 1,
        "maxUniqueItems": most,
        "selectors": list(selectors),
        "items": {"type": "object", "required": list(required), "properties": known, "additionalProperties": False},
    }


def text(title: str, *, longest: int, most: int = 1, longest_bytes: int = 0, description: str = "") -> Schema:
    """A text in a language."""
    value: Schema = {
        "title": title,
        "type": "string",
        "minLength": 1,
        "maxLength": longest,
        "editable": True,
        "hidden": False,
    }
    if longest_bytes:
        value["maxUtf8ByteLength"] = longest_bytes
    return attribute(
        title,
        {"value": value},
        required=("value", "language_tag"),
        selectors=("marketplace_id", "language_tag"),
        most=most,
        description=description,
    )


def choice(title: str, values: Mapping[str, str], *, description: str = "") -> Schema:
    """One of these values, each with its name for people."""
    return attribute(title, {"value": enumeration(title, values)}, description=description)


def open_choice(title: str, values: Mapping[str, str]) -> Schema:
    """A text in a language, for which Amazon recommends values and takes others."""
    value = {"title": title, "anyOf": [{"type": "string", "maxLength": 100}, enumeration(title, values)]}
    return attribute(
        title, {"value": value}, required=("value", "language_tag"), selectors=("marketplace_id", "language_tag")
    )


def enumeration(title: str, values: Mapping[str, str]) -> Schema:
    return {
        "title": title,
        "type": "string",
        "enum": list(values),
        "enumNames": list(values.values()),
        "editable": True,
        "hidden": False,
    }


def measure(title: str, units: Mapping[str, str], *, most: float = 10_000) -> Schema:
    """A number with its unit."""
    value: Schema = {"title": f"{title}: value", "type": "number", "minimum": 0, "maximum": most}
    return attribute(title, {"value": value, "unit": enumeration(f"{title}: unit", units)}, required=("value", "unit"))


def weight(title: str) -> Schema:
    return measure(title, _WEIGHTS)


def count(title: str, most: int) -> Schema:
    return attribute(title, {"value": {"title": title, "type": "integer", "minimum": 1, "maximum": most}})


def flag(title: str, *, description: str = "") -> Schema:
    names = {"title": title, "type": "boolean", "enum": [False, True], "enumNames": ["No", "Yes"]}
    return attribute(title, {"value": names}, description=description)


def picture(title: str) -> Schema:
    value: Schema = {"title": title, "type": "string", "pattern": "^https?://", "maxLength": 2000}
    return attribute(title, {"media_location": value}, required=("media_location",))


def variation_theme(themes: Mapping[str, str]) -> Schema:
    return attribute("Variation theme", {"name": enumeration("Theme", themes)}, required=("name",))


def product_facts() -> dict[str, Schema]:
    """What every product type asks for of the product itself."""
    identifier: Schema = {"title": "Product id", "type": "string", "minLength": 8, "maxLength": 14}
    kinds = {"ean": "EAN", "gtin": "GTIN", "upc": "UPC"}
    facts = {
        "item_name": text("Title", longest=200, longest_bytes=500),
        "brand": text("Brand", longest=100),
        "product_description": text("Description", longest=2000, longest_bytes=4000),
        "bullet_point": text(
            "Highlight", longest=500, most=5, description="What sets the product apart, one point each."
        ),
        "item_type_keyword": attribute(
            "Item type", {"value": {"title": "Keyword", "type": "string", "minLength": 1, "maxLength": 100}}
        ),
        "country_of_origin": choice("Country of origin", _COUNTRIES),
        "supplier_declared_dg_hz_regulation": choice("Dangerous goods", _HAZARDS),
        "externally_assigned_product_identifier": attribute(
            "Barcode",
            {"type": enumeration("Kind of barcode", kinds), "value": identifier},
            required=("type", "value"),
            selectors=("marketplace_id", "type"),
        ),
        "supplier_declared_has_product_identifier_exemption": flag(
            "Exempt from barcodes", description="Whether Amazon has exempted the brand from product identifiers."
        ),
        "merchant_suggested_asin": attribute(
            "ASIN", {"value": {"title": "ASIN", "type": "string", "minLength": 10, "maxLength": 10}}
        ),
        "list_price": attribute(
            "List price",
            {"value": _amount("Price"), "currency": {"$ref": "#/$defs/currency"}},
            required=("value", "currency"),
            selectors=("marketplace_id", "currency"),
        ),
        "main_product_image_locator": picture("Main picture"),
    }
    for number in range(1, 9):
        facts[f"other_product_image_locator_{number}"] = picture(f"Further picture {number}")
    return facts


def relations(themes: Mapping[str, str]) -> dict[str, Schema]:
    """How parents and children name each other."""
    sku: Schema = {"title": "Parent's SKU", "type": "string", "minLength": 1, "maxLength": 40}
    return {
        "parentage_level": choice("Parentage", {"child": "Child", "parent": "Parent"}),
        "variation_theme": variation_theme(themes),
        "child_parent_sku_relationship": attribute(
            "Parent",
            {"child_relationship_type": enumeration("Relation", {"variation": "Variation"}), "parent_sku": sku},
            required=("child_relationship_type", "parent_sku"),
        ),
    }


def sales_terms() -> dict[str, Schema]:
    """The offer: condition, price, stock."""
    schedule = {"type": "array", "minItems": 1, "maxItems": 1, "items": _timed({"value_with_tax": _amount("Price")})}
    prices = {"type": "array", "minItems": 1, "maxItems": 1}
    price = {**prices, "items": {"type": "object", "required": ["schedule"], "properties": {"schedule": schedule}}}
    sale = _timed({"value_with_tax": _amount("Price")}, also=("start_at", "end_at"))
    sales = {**prices, "items": {"type": "object", "properties": {"schedule": {**prices, "items": sale}}}}
    day: Schema = {"type": "string", "format": "date-time"}
    return {
        "condition_type": choice("Condition", {name: name.replace("_", " ").title() for name in CONDITIONS}),
        "purchasable_offer": attribute(
            "Offer",
            {
                "currency": {"$ref": "#/$defs/currency"},
                "audience": enumeration("Audience", {"ALL": "Everybody", "B2B": "Business buyers"}),
                "our_price": {"title": "Your price", **price},
                "discounted_price": {"title": "Sale price", **sales},
                "start_at": {"type": "object", "properties": {"value": day}},
                "end_at": {"type": "object", "properties": {"value": day}},
            },
            required=("currency",),
            selectors=("marketplace_id", "currency", "audience"),
        ),
        "fulfillment_availability": attribute(
            "Stock",
            {
                "fulfillment_channel_code": enumeration("Channel", {"DEFAULT": "Seller", **_CHANNELS}),
                "quantity": {"title": "Quantity", "type": "integer", "minimum": 0, "maximum": 99_999_999},
                "lead_time_to_ship_max_days": {
                    "title": "Handling days",
                    "type": "integer",
                    "minimum": 0,
                    "maximum": 30,
                },
                "restock_date": {"title": "Restock date", "type": "string", "format": "date"},
            },
            required=("fulfillment_channel_code",),
            selectors=("fulfillment_channel_code",),
        ),
    }


_CHANNELS = {
    "AMAZON_NA": "Amazon in North America",
    "AMAZON_EU": "Amazon in Europe",
    "AMAZON_JP": "Amazon in Japan",
    "AMAZON_AU": "Amazon in Australia",
}


def _amount(title: str) -> Schema:
    return {"title": title, "type": "number", "minimum": 0, "maximum": 1_000_000_000}


def _timed(fields: dict[str, Schema], *, also: Sequence[str] = ()) -> Schema:
    moments: dict[str, Schema] = {name: {"type": "string", "format": "date-time"} for name in ("start_at", "end_at")}
    return {
        "type": "object",
        "required": [*fields, *also],
        "properties": {**fields, **moments},
        "additionalProperties": False,
    }


SALES_TERMS = frozenset(sales_terms())
RELATIONS = frozenset(relations({}))

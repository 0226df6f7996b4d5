"""Three product types of our own writing: CANDLE (no variations), SWEATER (sizes and colours), KITCHEN_KNIFE (over 400 KB).

Amazon's own are not public. These have what theirs have: required attributes, `$defs`, conditions (`allOf` with `if`), units,
lists of values, variation themes. `schema_of` draws one of them up for a store, a set of requirements and a parentage.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from simulators.amazon.offers.attributes import (
    LENGTHS,
    RELATIONS,
    SALES_TERMS,
    Schema,
    choice,
    count,
    flag,
    measure,
    open_choice,
    product_facts,
    relations,
    sales_terms,
    text,
    weight,
)
from simulators.amazon.sites import SITES

META_SCHEMA_ID = "https://schemas.amazon.com/selling-partners/definitions/product-types/meta-schema/v1"
REQUIREMENTS = ("LISTING", "LISTING_PRODUCT_ONLY", "LISTING_OFFER_ONLY")
PARENTAGES = ("NONE", "CHILD", "PARENT")
_FACTS_NEEDED = (
    "item_name",
    "brand",
    "product_description",
    "bullet_point",
    "item_type_keyword",
    "country_of_origin",
    "supplier_declared_dg_hz_regulation",
)
_OFFER_NEEDED = ("merchant_suggested_asin", "condition_type", "purchasable_offer", "fulfillment_availability")


@dataclass(frozen=True)
class ProductType:
    """One type. `own` are its attributes beside those that every type has, `needs` which of them are required.

    `themes` maps each variation theme to the attributes by which its children differ. `conditions` are further `allOf` clauses.
    """

    name: str
    label: str
    keywords: tuple[str, ...]
    own: Mapping[str, Schema]
    needs: tuple[str, ...] = ()
    themes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    conditions: tuple[Schema, ...] = ()

    @cached_property
    def version(self) -> str:
        """What `productTypeVersion` says: another one whenever anything of the type is different."""
        told = json.dumps([self.name, self.own, self.needs, list(self.themes), self.conditions], sort_keys=True)
        return base64.b64encode(hashlib.sha256(told.encode()).digest()[:8]).decode()

    @cached_property
    def attributes(self) -> dict[str, Schema]:
        themes = {name: name.replace("_", " ").title() for name in self.themes}
        return {**product_facts(), **(relations(themes) if themes else {}), **sales_terms(), **self.own}

    def needing(self, *names: str) -> ProductType:
        """A later version that requires more of its attributes."""
        return replace(self, needs=tuple(dict.fromkeys((*self.needs, *names))))


def has(name: str, /, **fields: Any) -> Schema:
    """That an attribute has an entry with these values."""
    wanted: Schema = {"properties": {key: {"const": value} for key, value in fields.items()}, "required": list(fields)}
    return {"properties": {name: {"contains": wanted}}, "required": [name]}


def schema_of(
    kind: ProductType,
    marketplace_id: str,
    *,
    requirements: str = "LISTING",
    parentage: str | None = None,
    enforced: bool = True,
) -> Schema:
    """The schema of a type in one store. Without a parentage it says by conditions what parents and children need."""
    shown = dict(kind.attributes)
    if requirements == "LISTING_PRODUCT_ONLY" or parentage == "PARENT":
        shown = {name: shape for name, shape in shown.items() if name not in SALES_TERMS or name == "condition_type"}
    if requirements == "LISTING_OFFER_ONLY":
        shown = {name: shape for name, shape in shown.items() if name in SALES_TERMS or name in _OFFER_NEEDED}
    if parentage == "NONE":
        shown = {name: shape for name, shape in shown.items() if name not in RELATIONS}
    needed, clauses = _needed(kind, requirements, parentage)
    conditions = {"allOf": clauses} if clauses and enforced else {}
    return {
        "$schema": META_SCHEMA_ID,
        "$id": f"https://schemas.amazon.com/selling-partners/definitions/product-types/schema/v1/{kind.name}",
        "$comment": f"Product type definition of {kind.name}",
        "$defs": _definitions(marketplace_id),
        "type": "object",
        "properties": shown,
        "required": [name for name in needed if name in shown] if enforced else [],
        **conditions,
        "additionalProperties": False,
    }


def _needed(kind: ProductType, requirements: str, parentage: str | None) -> tuple[list[str], list[Schema]]:
    """What is always required, and under which conditions what else is."""
    if requirements == "LISTING_OFFER_ONLY":
        return list(_OFFER_NEEDED), []
    needed = [*_FACTS_NEEDED, *kind.needs]
    identified: Schema = {
        "anyOf": [
            {"required": ["externally_assigned_product_identifier"]},
            {"required": ["merchant_suggested_asin"]},
            has("supplier_declared_has_product_identifier_exemption", value=True),
        ]
    }
    barcode: Schema = {"if": {"not": identified}, "then": {"required": ["externally_assigned_product_identifier"]}}
    sold: Schema = {"required": ["condition_type"]} if requirements == "LISTING" else {}
    clauses = list(kind.conditions)
    if not kind.themes or parentage == "NONE":
        return [*needed, *sold.get("required", ())], [*clauses, barcode]
    parent, child = has("parentage_level", value="parent"), has("parentage_level", value="child")
    if parentage == "PARENT":
        return [*needed, "parentage_level", "variation_theme"], clauses
    by_theme = _by_theme(kind)
    if parentage == "CHILD":
        related = ["parentage_level", "variation_theme", "child_parent_sku_relationship"]
        return [*needed, *sold.get("required", ()), *related], [*clauses, *by_theme, barcode]
    family: list[Schema] = [
        {"if": parent, "then": {"required": ["variation_theme"]}, "else": {"allOf": [sold, barcode]}},
        {"if": child, "then": {"required": ["variation_theme", "child_parent_sku_relationship"], "allOf": by_theme}},
    ]
    return needed, [*clauses, *family]


def _by_theme(kind: ProductType) -> list[Schema]:
    return [
        {"if": has("variation_theme", name=theme), "then": {"required": list(differing)}}
        for theme, differing in kind.themes.items()
    ]


def _definitions(marketplace_id: str) -> dict[str, Schema]:
    site = SITES[marketplace_id]
    return {
        "marketplace_id": {
            "title": "Store",
            "type": "string",
            "default": marketplace_id,
            "enum": [marketplace_id],
            "enumNames": [site.name],
            "editable": False,
            "hidden": True,
        },
        "language_tag": {
            "title": "Language",
            "type": "string",
            "default": site.language_tag,
            "enum": list(dict.fromkeys([site.language_tag, "en_US", "en_GB"])),
            "enumNames": list(dict.fromkeys([site.language_tag, "en_US", "en_GB"])),
            "editable": False,
            "hidden": True,
        },
        "currency": {
            "title": "Currency",
            "type": "string",
            "default": site.currency,
            "enum": [site.currency],
            "enumNames": [site.currency],
            "editable": False,
            "hidden": True,
        },
    }


def _named(*values: str) -> dict[str, str]:
    return {value.lower().replace(" ", "_"): value for value in values}


def _candle() -> ProductType:
    holder = {"if": has("has_holder", value=True), "then": {"required": ["holder_material"]}}
    return ProductType(
        "CANDLE",
        "Candle",
        ("candle", "beeswax", "tealight", "wax"),
        {
            "material": open_choice("Wax", _named("Beeswax", "Paraffin", "Soy", "Stearin")),
            "scent": open_choice("Scent", _named("Unscented", "Lavender", "Cinnamon", "Pine")),
            "item_weight": weight("Weight"),
            "burn_time": measure("Burning time", {"hours": "Hours", "minutes": "Minutes"}),
            "number_of_wicks": count("Number of wicks", 20),
            "has_holder": flag("Comes with a holder"),
            "holder_material": choice("Holder", _named("Glass", "Metal", "Ceramic", "Wood")),
        },
        needs=("material", "item_weight"),
        conditions=(holder,),
    )


def _sweater() -> ProductType:
    return ProductType(
        "SWEATER",
        "Sweater",
        ("sweater", "jumper", "pullover", "wool"),
        {
            "size": text("Size", longest=50),
            "color": text("Colour", longest=50),
            "department": open_choice("Department", _named("Mens", "Womens", "Unisex Adult", "Boys", "Girls")),
            "fabric_type": text("Fabric", longest=500),
            "neck_style": choice("Neck", _named("Crew Neck", "V Neck", "Turtleneck", "Boat Neck")),
            "care_instructions": text("Care", longest=200, most=3),
            "item_length": measure("Length", LENGTHS),
        },
        needs=("department", "fabric_type"),
        themes={"SIZE": ("size",), "COLOR": ("color",), "SIZE/COLOR": ("size", "color")},
    )


_METALS = ("Steel", "Carbon", "Damascus", "Titanium", "Ceramic", "Bronze", "Copper", "Iron", "Nickel", "Chrome")
_FINISHES = (
    "Polished",
    "Brushed",
    "Hammered",
    "Etched",
    "Coated",
    "Forged",
    "Stamped",
    "Satin",
    "Matt",
    "Mirror",
    "Raw",
)
_PARTS = ("Blade", "Edge", "Spine", "Tip", "Heel", "Bolster", "Tang", "Handle", "Rivet", "Guard", "Sheath", "Box")
_TRAITS = ("Finish", "Treatment", "Coating", "Origin", "Grade", "Shape", "Pattern", "Texture")


def _kitchen_knife() -> ProductType:
    """A knife of which every part can be described: the schema is large because the lists of values are long."""
    values = _named(*[f"{finish} {metal}" for finish in _FINISHES for metal in _METALS])
    described = {
        f"{part}_{trait}".lower(): choice(f"{part}: {trait.lower()}", values) for part in _PARTS for trait in _TRAITS
    }
    edge = {"if": has("is_serrated", value=True), "then": {"required": ["edge_pattern"]}}
    return ProductType(
        "KITCHEN_KNIFE",
        "Kitchen knife",
        ("knife", "kitchen", "blade", "santoku"),
        {
            "blade_length": measure("Blade length", LENGTHS, most=1_000),
            "color": text("Colour", longest=50),
            "item_weight": weight("Weight"),
            "is_serrated": flag("Serrated"),
            "material": open_choice("Material", values),
            **described,
        },
        needs=("blade_length", "material"),
        themes={"BLADE_LENGTH": ("blade_length",), "BLADE_LENGTH/COLOR": ("blade_length", "color")},
        conditions=(edge,),
    )


def product_types() -> dict[str, ProductType]:
    """The three, by name."""
    return {one.name: one for one in (_candle(), _sweater(), _kitchen_knife())}


def property_groups(kind: ProductType, shown: Sequence[str]) -> dict[str, Any]:
    """How a form would group the attributes of a schema."""
    groups = {
        "offer": ("Offer", [name for name in shown if name in SALES_TERMS]),
        "variations": ("Variations", [name for name in shown if name in RELATIONS]),
        "product_details": (
            "Product details",
            [name for name in shown if name not in SALES_TERMS and name not in RELATIONS],
        ),
    }
    return {
        name: {"title": title, "description": f"{title} of a {kind.label.lower()}", "propertyNames": names}
        for name, (title, names) in groups.items()
        if names
    }

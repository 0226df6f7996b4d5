"""The form of a creation profile, drawn from a category: which conditions it takes, and its item specifics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from listbridge.marketplaces.ebay.offers.categories import Categories
from listbridge.marketplaces.ebay.offers.category_wire import Aspect, Descriptor, ItemCondition
from listbridge.marketplaces.ebay.offers.conditions import NUMBERS
from listbridge.marketplaces.ebay.settings import CreationSettings
from listbridge.marketplaces.ebay.sites import NationalSite

_LONGEST_VALUE = 50
_REQUIRED = "Required in this category."
_SAFETY: Mapping[str, str] = {"MANUFACTURER_CONTACT": "manufacturer", "PRODUCT_SAFETY": "safety_statements"}


def creation_form(categories: Categories, site: NationalSite, kind: str) -> Mapping[str, Any]:
    """The settings that all categories have, and of one category (`kind` is its id) its conditions and item specifics. None of these
    is required: brand and options come from the shop. Raises Rejected for a category that there is not."""
    form = CreationSettings.model_json_schema()
    if not kind:
        return form
    properties = dict(form["properties"])
    properties["category_id"] = {**properties["category_id"], "const": kind, "default": kind}
    told = categories.aspects(site, kind)
    if told:
        known = {name: _aspect(one) for name, one in told.items()}
        properties["aspects"] = {**properties["aspects"], "properties": known}
        varying = [name for name, one in told.items() if one.varies]
        name = {**properties["option_aspects"]["additionalProperties"], "examples": varying}
        properties["option_aspects"] = {**properties["option_aspects"], "additionalProperties": name}
    allowed = categories.conditions(site, kind)
    if allowed:
        properties["condition"] = _condition(properties["condition"], allowed)
        descriptors = {one.condition_descriptor_id: _descriptor(one) for one in _descriptors(allowed)}
        properties["condition_descriptors"] = {**properties["condition_descriptors"], "properties": descriptors}
        if not descriptors:
            del properties["condition_descriptors"]
    for need in sorted(categories.safety_needs(site, kind) & set(_SAFETY)):
        properties[_SAFETY[need]] = {**properties[_SAFETY[need]], "description": _REQUIRED}
    return {**form, "properties": properties}


def _condition(field: Mapping[str, Any], allowed: Mapping[str, ItemCondition]) -> dict[str, Any]:
    """With the site's own words, which differ from category to category ("New with tags")."""
    names = {number: name for name, number in NUMBERS.items()}
    found = [{"const": names[id], "title": one.condition_description} for id, one in allowed.items() if id in names]
    rest = {word: value for word, value in field.items() if word not in ("enum", "$ref", "default")}
    default = {"default": field["default"]} if any(one["const"] == field.get("default") for one in found) else {}
    return {**rest, "type": "string", "oneOf": found, **default}


def _aspect(one: Aspect) -> dict[str, Any]:
    value: dict[str, Any] = {"type": "string", "maxLength": one.aspect_constraint.aspect_max_length or _LONGEST_VALUE}
    known = [value.localized_value for value in one.aspect_values or ()]
    if one.selected:
        value = {"type": "string", "enum": known}
    elif known:
        value["examples"] = known
    return {
        "title": one.localized_aspect_name,
        "type": "array",
        "items": value,
        "maxItems": one.most_values,
        **({"description": _REQUIRED} if one.required else {}),
    }


def _descriptors(allowed: Mapping[str, ItemCondition]) -> list[Descriptor]:
    return [one for condition in allowed.values() for one in condition.condition_descriptors or ()]


def _descriptor(one: Descriptor) -> dict[str, Any]:
    longest = one.condition_descriptor_constraint.max_length
    value: dict[str, Any] = {"type": "string", **({"maxLength": longest} if longest else {})}
    if not one.free:
        rows = one.condition_descriptor_values or ()
        named = [
            {"const": row.condition_descriptor_value_id, "title": row.condition_descriptor_value_name} for row in rows
        ]
        value = {"type": "string", "oneOf": named}
    return {
        "title": one.condition_descriptor_name,
        "type": "array",
        "items": value,
        **({"maxItems": 1} if one.single else {}),
    }

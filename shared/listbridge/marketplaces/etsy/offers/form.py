"""The form of a creation profile, drawn from a category: which of its properties may vary, and which are attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from listbridge.marketplaces.etsy.offers.eras import eras
from listbridge.marketplaces.etsy.offers.taxonomy import Taxonomy
from listbridge.marketplaces.etsy.offers.wire import TaxonomyPropertyTold
from listbridge.marketplaces.etsy.settings import CreationSettings


def creation_form(taxonomy: Taxonomy, kind: str, year: int) -> Mapping[str, Any]:
    """The settings that all categories have, and of one category (`kind` is its id) its properties. The times of making are this
    year's. Raises Rejected for a category that there is not."""
    form = CreationSettings.model_json_schema()
    when_made = {**form["properties"]["when_made"], "enum": list(eras(year))}
    form = {**form, "properties": {**form["properties"], "when_made": when_made}}
    if not kind:
        return form
    told = taxonomy.properties(kind)
    attributes = {id: _attribute(one) for id, one in told.items() if one.supports_attributes}
    properties = dict(form["properties"])
    properties["taxonomy_id"] = {**properties["taxonomy_id"], "const": kind, "default": kind}
    properties["attributes"] = {
        "title": properties["attributes"]["title"],
        "type": "object",
        "properties": attributes,
        "required": [id for id in attributes if told[id].is_required],
        "additionalProperties": False,
        "default": {},
    }
    varying = [{"const": id, "title": _name(one)} for id, one in told.items() if one.supports_variations]
    if varying:
        properties["option_properties"] = {
            **properties["option_properties"],
            "additionalProperties": {"type": "string", "oneOf": varying},
        }
    needed = [*form.get("required", ()), *(["attributes"] if properties["attributes"]["required"] else [])]
    return {**form, "properties": properties, "required": needed}


def _attribute(told: TaxonomyPropertyTold) -> dict[str, Any]:
    """The values of one attribute, by name; without a list of them the seller writes their own."""
    names = list(dict.fromkeys(one.name for one in told.possible_values if one.name))
    value: dict[str, Any] = {"type": "string", "enum": names} if names else {"type": "string", "minLength": 1}
    most = (told.max_values_allowed or None) if told.is_multivalued else 1
    field = {"title": _name(told), "type": "array", "items": value, "minItems": 1}
    return field if most is None else {**field, "maxItems": most}


def _name(told: TaxonomyPropertyTold) -> str:
    return told.display_name or told.name or str(told.property_id)

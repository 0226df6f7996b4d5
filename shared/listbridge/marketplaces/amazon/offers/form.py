"""The form of a creation profile, drawn from a product type: what the shop does not fill is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from listbridge.marketplaces.amazon.offers.mapping import BY_SHOP
from listbridge.marketplaces.amazon.offers.product_types import Definitions
from listbridge.marketplaces.amazon.offers.schema import SELECTING, TypeSchema
from listbridge.marketplaces.amazon.settings import CreationSettings
from listbridge.marketplaces.amazon.sites import NationalSite

_WORDS = ("title", "description", "examples")


def creation_form(definitions: Definitions, site: NationalSite, kind: str) -> Mapping[str, Any]:
    """The settings that all types have, and of one type its attributes. Raises Rejected for a type that there is not."""
    form = CreationSettings.model_json_schema()
    if not kind:
        return form
    schema = definitions.schema(site, kind)
    attributes = {name: _field(schema, name) for name in schema.attributes if _asked(schema, name)}
    properties = dict(form["properties"])
    properties["product_type"] = {**properties["product_type"], "const": schema.name, "default": schema.name}
    properties["attributes"] = {
        "title": properties["attributes"].get("title", ""),
        "type": "object",
        "properties": attributes,
        "required": [name for name in schema.required if name in attributes],
        "additionalProperties": False,
        "default": {},
    }
    if schema.themes:
        properties["variation_theme"] = {**properties["variation_theme"], "enum": ["", *schema.themes]}
    else:
        properties = {
            name: one for name, one in properties.items() if name not in ("variation_theme", "option_attributes")
        }
    needed = [*form.get("required", ()), *(["attributes"] if properties["attributes"]["required"] else [])]
    return {
        **form,
        "properties": properties,
        "required": needed,
        "$defs": {**schema.root.get("$defs", {}), **form.get("$defs", {})},
    }


def _asked(schema: TypeSchema, name: str) -> bool:
    return name not in BY_SHOP and not schema.attributes[name].get("hidden", False)


def _field(schema: TypeSchema, name: str) -> dict[str, Any]:
    """One attribute: a plain value where its rows hold nothing else, several of these, or rows as Amazon has them. The site's
    own fields are filled in by us."""
    node = schema.resolved(schema.attributes[name])
    words = {word: node[word] for word in _WORDS if word in node}
    fields = {field: one for field, one in schema.row(name).items() if field not in SELECTING}
    several = schema.most_rows(name, 1) > 1
    if set(fields) == {"value"}:
        value = {**fields["value"], **words}
        return {**words, "type": "array", "items": value, "maxItems": schema.most_rows(name, 1)} if several else value
    row = {
        "type": "object",
        "properties": fields,
        "required": [field for field in schema.row_needs(name) if field in fields],
        "additionalProperties": False,
    }
    return {**words, "type": "array", "items": row, "maxItems": schema.most_rows(name, 1)}

"""Values in the shape that a product type's schema gives an attribute: a list of rows, each with its site. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from listbridge.marketplaces.amazon.offers.schema import SELECTING, TypeSchema
from listbridge.marketplaces.amazon.sites import NationalSite

_BOOLEANS = {"true": True, "yes": True, "false": False, "no": False}


@dataclass(frozen=True, slots=True)
class Rows:
    """Makes the rows of one schema's attributes on one site."""

    schema: TypeSchema
    site: NationalSite

    def of(self, attribute: str, value: Any, *, key: str = "", **more: Any) -> list[dict[str, Any]]:
        """One row. `key` names the field of the value where the schema does not; `more` are other fields, where it has them."""
        fields = self.schema.row(attribute)
        name = key or self.key(attribute)
        extra = {field: one for field, one in more.items() if field in fields}
        return [{name: spelled(value, fields.get(name, {})), **extra, **self._selecting(fields)}]

    def all(self, attribute: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        """A row for each value."""
        return [row for value in values for row in self.of(attribute, value)]

    def given(self, attribute: str, value: Any) -> list[dict[str, Any]]:
        """What a seller entered: a value, several, or rows as Amazon has them, of which only the site's fields are missing."""
        fields = self.schema.row(attribute)
        rows: list[dict[str, Any]] = []
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Mapping):
                rows.append({**self._selecting(fields), **one})
            else:
                rows.extend(self.of(attribute, one))
        return rows

    def key(self, attribute: str) -> str:
        """The field in which an attribute has its value: nearly always `value`."""
        fields = self.schema.row(attribute)
        if not fields or "value" in fields:
            return "value"
        own = [name for name in self.schema.row_needs(attribute) if name in fields and name not in SELECTING]
        return attribute if attribute in fields else next(iter(own), "value")

    def _selecting(self, fields: Mapping[str, Any]) -> dict[str, str]:
        told = {"marketplace_id": self.site.marketplace_id, "language_tag": self.site.language_tag}
        return {name: value for name, value in told.items() if name in fields}


def spelled(value: Any, node: Mapping[str, Any]) -> Any:
    """A value in the type and in the spelling of a schema: of a list of values the one that people call so."""
    if not isinstance(value, str):
        return value
    kind = node.get("type")
    if kind == "boolean":
        return _BOOLEANS.get(value.strip().lower(), value)
    if kind in ("integer", "number"):
        return _number(value, whole=kind == "integer")
    listed = _listed(node)
    if value in listed:
        return value
    alike = [one for one, name in listed.items() if value.strip().casefold() in (one.casefold(), name.casefold())]
    return alike[0] if alike else value


def _listed(node: Mapping[str, Any]) -> dict[str, str]:
    """Amazon's values, each with its name for people."""
    values, names = node.get("enum"), node.get("enumNames")
    if values is None:
        for way in (*node.get("anyOf", ()), *node.get("oneOf", ())):
            if isinstance(way, Mapping) and "enum" in way:
                values, names = way["enum"], way.get("enumNames")
    texts = [str(one) for one in values or ()]
    return dict(zip(texts, [str(one) for one in names] if names else texts, strict=False))


def _number(value: str, *, whole: bool) -> Any:
    try:
        return int(value) if whole else float(value)
    except ValueError:
        return value

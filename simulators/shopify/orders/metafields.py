"""Metafields of orders, their definitions, and the look-up by a unique value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from simulators.shopify.execution import Resolver
from simulators.shopify.global_ids import gid

_DEFAULT = "custom"
_AT_ONCE = 25  # metafieldsSet: "Allows a maximum of 25 metafields to be set at a time"
_LENGTHS = {"namespace": (3, 255), "key": (2, 64)}  # MetafieldsSetInput, MetafieldDefinitionInput
_NAME = re.compile(r"[A-Za-z0-9_-]+")


class Metafields:
    """All metafields of the shop. Values of a field whose definition is of type `id` are unique among its owners."""

    def __init__(self) -> None:
        self.definitions: dict[tuple[str, str, str], dict[str, Any]] = {}  # owner type, namespace, key
        self._held: dict[tuple[str, str, str], dict[str, Any]] = {}  # owner, namespace, key
        self._owners: dict[tuple[str, str, str], str] = {}  # namespace, key, value: the latest owner

    def definition(self, namespace: str | None, key: str) -> dict[str, Any] | None:
        return self.definitions.get(("ORDER", namespace or _DEFAULT, key))

    def unique(self, namespace: str | None, key: str) -> bool:
        found = self.definition(namespace, key)
        return found is not None and found["type"] == "id"

    def get(self, owner: str, namespace: str | None, key: str) -> dict[str, Any] | None:
        return self._held.get((owner, namespace or _DEFAULT, key))

    def owner_of(self, namespace: str | None, key: str, value: str | None) -> str | None:
        return self._owners.get((namespace or _DEFAULT, key, value or ""))

    def taken(self, namespace: str | None, key: str, value: str | None, by_other_than: str = "") -> bool:
        """Whether another owner has this value of a unique field."""
        owner = self.owner_of(namespace, key, value) if self.unique(namespace, key) else None
        return owner is not None and owner != by_other_than

    def store(self, number: int, owner: str, told: dict[str, Any]) -> dict[str, Any]:
        namespace, key = told.get("namespace") or _DEFAULT, told["key"]
        definition = self.definition(namespace, key)
        kind = told.get("type") or (definition["type"] if definition else "single_line_text_field")
        before = self._held.get((owner, namespace, key))
        if before is not None and self._owners.get((namespace, key, before["value"])) == owner:
            del self._owners[namespace, key, before["value"]]
        field = {
            "id": gid("Metafield", number),
            "legacyResourceId": number,
            "namespace": namespace,
            "key": key,
            "type": kind,
            "value": told["value"],
        }
        self._held[owner, namespace, key] = field
        self._owners[namespace, key, told["value"]] = owner
        return field

    def remove(self, owner: str, namespace: str | None, key: str) -> bool:
        """Take a field from its owner; whether there was one."""
        field = self._held.pop((owner, namespace or _DEFAULT, key), None)
        if field is None:
            return False
        if self._owners.get((field["namespace"], key, field["value"])) == owner:
            del self._owners[field["namespace"], key, field["value"]]
        return True


def _about_names(told: dict[str, Any], bad_character: str) -> Iterator[tuple[str, str, str]]:
    """What is wrong with namespace and key: which of them, the code, and words of ours."""
    for part, (least, most) in _LENGTHS.items():
        name = told.get(part)
        if name is None:
            continue
        if len(name) < least:
            yield part, "TOO_SHORT", f"{part.capitalize()} is too short (minimum is {least} characters)"
        elif len(name) > most:
            yield part, "TOO_LONG", f"{part.capitalize()} is too long (maximum is {most} characters)"
        elif not _NAME.fullmatch(name):
            yield part, bad_character, f"{part.capitalize()} contains one or more invalid characters."


def _set_metafields(_: Any, info: Any, metafields: list[dict[str, Any]]) -> dict[str, Any]:
    world = info.context.world
    fields: Metafields = world.metafields
    if len(metafields) > _AT_ONCE:
        error = {
            "field": ["metafields"],
            "code": "LESS_THAN_OR_EQUAL_TO",
            "message": f"Exceeded the maximum metafields input limit of {_AT_ONCE}.",
        }
        return {"metafields": [], "userErrors": [error]}
    for place, one in enumerate(metafields):
        for part, code, message in _about_names(one, "INVALID"):
            return _refused(place, part, code, message)
        if fields.definition(one.get("namespace"), one["key"]) is None and not one.get("type"):
            return _refused(place, "type", "INVALID_TYPE", "Type can't be blank")
        if fields.taken(one.get("namespace"), one["key"], one["value"], by_other_than=one["ownerId"]):
            return _refused(place, "value", "TAKEN", "Value must be unique")
    return {"metafields": [fields.store(world.next_id(), one["ownerId"], one) for one in metafields], "userErrors": []}


def _refused(place: int, part: str, code: str, message: str) -> dict[str, Any]:
    error = {"field": ["metafields", str(place), part], "code": code, "message": message, "elementIndex": place}
    return {"metafields": [], "userErrors": [error]}


def _define(_: Any, info: Any, definition: dict[str, Any]) -> dict[str, Any]:
    world = info.context.world
    fields: Metafields = world.metafields
    namespace = definition.get("namespace") or _DEFAULT
    for part, code, message in _about_names(definition, "INVALID_CHARACTER"):
        error = {"field": ["definition", part], "code": code, "message": message}
        return {"createdDefinition": None, "userErrors": [error]}
    place = (definition["ownerType"], namespace, definition["key"])
    if place in fields.definitions:
        error = {
            "field": ["definition", "key"],
            "code": "TAKEN",
            "message": f"Key is in use for {definition['ownerType']} metafields",
        }
        return {"createdDefinition": None, "userErrors": [error]}
    made = {
        "id": gid("MetafieldDefinition", world.next_id()),
        "namespace": namespace,
        "key": definition["key"],
        "name": definition["name"],
        "type": definition["type"],
    }
    fields.definitions[place] = made
    return {"createdDefinition": made, "userErrors": []}


METAFIELDS: dict[str, dict[str, Resolver]] = {
    "Mutation": {"metafieldsSet": _set_metafields, "metafieldDefinitionCreate": _define}
}

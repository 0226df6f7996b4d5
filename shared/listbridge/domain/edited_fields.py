"""What an edit changes in a document, field by field, for the person who approves or refuses it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from listbridge.domain.configuration import Document

_OF_THE_ROW = frozenset({"rev", "guard_rule", "import_orders"})


class EditedField(BaseModel):
    """One field by its dotted place (`rules.price.ratio`), with its old and its new value; null where it has none."""

    field: str
    before: Any
    after: Any


def edited_fields(before: Document, after: Document) -> list[EditedField]:
    """The fields that differ, by name. Lists and free settings' values are compared whole."""
    old = dict(_places("", before.model_dump(mode="json", exclude=set(_OF_THE_ROW))))
    new = dict(_places("", after.model_dump(mode="json", exclude=set(_OF_THE_ROW))))
    return [
        EditedField(field=place, before=old.get(place), after=new.get(place))
        for place in sorted(old.keys() | new.keys())
        if old.get(place) != new.get(place)
    ]


def _places(under: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _places(f"{under}.{name}" if under else name, inner)
    else:
        yield under, value

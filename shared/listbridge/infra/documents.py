"""Domain objects as the JSON text of one attribute."""

from __future__ import annotations

from collections.abc import Set
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

VERSION = 1
"""Of every row. Readers accept the version before, the version after, and fields they do not know."""
T = TypeVar("T")


class Json(Generic[T]):
    """Writes and reads one type. `apart` names the fields that stand in attributes of their own.

    Reading fills absent fields with their defaults and passes over unknown ones: old and new code run side by side
    during a deployment. The adapter is built at first use, for its building costs milliseconds.
    """

    def __init__(self, kind: Any, *, apart: Set[str] = frozenset()) -> None:
        self._kind = kind
        self._apart = set(apart) or None
        self._adapter: TypeAdapter[T] | None = None

    def write(self, value: T) -> str:
        """The JSON text."""
        return self._built().dump_json(value, exclude=self._apart).decode()

    def read(self, text: str) -> T:
        """Raises pydantic's ValidationError for a row that is not of this type at all."""
        return self._built().validate_json(text)

    def _built(self) -> TypeAdapter[T]:
        if self._adapter is None:
            self._adapter = TypeAdapter(self._kind)
        return self._adapter

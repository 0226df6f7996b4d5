"""Domain objects as the JSON text of one attribute."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from listbridge.domain.word import reading_stored

VERSION = 1
"""Of every row. Readers accept the version before, the version after, and fields they do not know."""
T = TypeVar("T")


class Json(Generic[T]):
    """Writes and reads one type. `apart` names the fields that stand in attributes of their own.

    Reading fills absent fields with their defaults, passes over unknown ones and keeps unknown words: old and new code run
    side by side during a deployment, and old code reads what new code wrote after it was rolled back. The adapter is built at first use, for its building costs milliseconds.
    """

    def __init__(self, kind: Any, *, apart: Set[str] = frozenset()) -> None:
        self._kind = kind
        self._apart = frozenset(apart)
        self._adapter: TypeAdapter[T] | None = None

    def write(self, value: T, *, without: Set[str] = frozenset()) -> str:
        """The JSON text, without these fields: they say what their defaults say."""
        return self._built().dump_json(value, exclude={*self._apart, *without} or None).decode()

    def read(self, text: str) -> T:
        """Raises pydantic's ValidationError for a row that is not of this type at all."""
        with reading_stored():
            return self._built().validate_json(text)

    def _built(self) -> TypeAdapter[T]:
        if self._adapter is None:
            self._adapter = TypeAdapter(self._kind)
        return self._adapter


def with_unknown(stored: Any, known: Any, new: Any) -> Any:
    """The new document with what its stored text holds beyond what this version reads of it (`known`), to any depth.

    So an edit made after a rollback takes nothing away that the newer version had written.
    """
    if not (isinstance(stored, Mapping) and isinstance(known, Mapping) and isinstance(new, Mapping)):
        return new
    beyond = {name: value for name, value in stored.items() if name not in known}
    inner = {name: with_unknown(stored.get(name), known.get(name), value) for name, value in new.items()}
    return {**beyond, **inner}

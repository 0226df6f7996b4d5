"""A product type's JSON Schema: what it asks of an item, and everything that is wrong with one. Pure.

Draft 2019-09 with Amazon's own words (developer-docs.amazon.com/sp-api, "Product Type Definition Meta-Schema"): `selectors`
names the fields by which the rows of an attribute are told apart, `minUniqueItems` and `maxUniqueItems` count the rows that
agree in all of these, `minUtf8ByteLength` and `maxUtf8ByteLength` count bytes. A plain validator would pass over them.
`jsonschema` is imported by the first validation alone (ADR 67).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

SELECTING = ("marketplace_id", "language_tag")
"""Fields of a row that the site fills."""
_MOST_VALUES_TOLD = 12
_LONGEST_WORDS = 200
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that the schema does not take: the attribute, whether it is missing as a whole, and in which way it is wrong."""

    attribute: str
    missing: bool
    words: str


@dataclass(frozen=True)
class TypeSchema:
    """The schema of one product type, for one site and one use of it."""

    name: str
    version: str
    root: Mapping[str, Any] = field(repr=False, hash=False, compare=False)

    @property
    def attributes(self) -> Mapping[str, Any]:
        """All attributes, by name, as the schema has them."""
        found: Mapping[str, Any] = self.root.get("properties", {})
        return found

    @property
    def required(self) -> tuple[str, ...]:
        """What every item needs; conditions may ask for more."""
        return tuple(self.root.get("required", ()))

    def resolved(self, node: Any) -> Mapping[str, Any]:
        """A part of the schema with what its `$ref` points at."""
        found: dict[str, Any] = dict(node) if isinstance(node, Mapping) else {}
        for _ in range(_DEEPEST):
            ref = found.pop("$ref", None)
            if ref is None:
                break
            found = {**self._at(str(ref)), **found}
        return found

    def row(self, attribute: str) -> Mapping[str, Any]:
        """The fields of one row of an attribute, each with its own schema resolved."""
        items = self.resolved(self.resolved(self.attributes.get(attribute)).get("items"))
        return {name: self.resolved(node) for name, node in items.get("properties", {}).items()}

    def row_needs(self, attribute: str) -> tuple[str, ...]:
        """The fields without which a row is not whole."""
        items = self.resolved(self.resolved(self.attributes.get(attribute)).get("items"))
        return tuple(items.get("required", ()))

    def most_characters(self, attribute: str, otherwise: int) -> int:
        """How long the text of an attribute may be."""
        told = self.row(attribute).get("value", {}).get("maxLength")
        return told if isinstance(told, int) else otherwise

    def most_rows(self, attribute: str, otherwise: int) -> int:
        """How many values an attribute may have on one site."""
        told = self.resolved(self.attributes.get(attribute))
        most = told.get("maxUniqueItems", told.get("maxItems"))
        return most if isinstance(most, int) else otherwise

    @cached_property
    def themes(self) -> tuple[str, ...]:
        """The variation themes of the type that may still be used."""
        name = self.row("variation_theme").get("name", {})
        old = set((name.get("$lifecycle") or {}).get("enumDeprecated", ()))
        return tuple(theme for theme in name.get("enum", ()) if theme not in old)

    def faults(self, attributes: Mapping[str, Any]) -> tuple[Fault, ...]:
        """Everything that is wrong with an item's attributes, each once, in the schema's order."""
        instance = json.loads(json.dumps(dict(attributes)))
        found = (fault for error in self._validator.iter_errors(instance) for fault in _faults(error))
        return tuple(dict.fromkeys(found))

    @cached_property
    def _validator(self) -> Any:
        return _validator_class()(self.root)

    def _at(self, ref: str) -> Mapping[str, Any]:
        node: Any = self.root
        for part in ref.removeprefix("#").strip("/").split("/"):
            node = node.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(node, Mapping) else None
        return node if isinstance(node, Mapping) else {}


@cache
def _validator_class() -> Any:
    from jsonschema.validators import Draft201909Validator, extend

    words = {
        "maxUniqueItems": _max_unique_items,
        "minUniqueItems": _min_unique_items,
        "maxUtf8ByteLength": _max_bytes,
        "minUtf8ByteLength": _min_bytes,
        "pattern": _pattern,
    }
    return extend(Draft201909Validator, words)  # type: ignore[no-untyped-call]


def _refused(words: str) -> ValidationError:
    from jsonschema.exceptions import ValidationError

    return ValidationError(words)


def _counts(rows: Iterable[Any], selectors: Iterable[str]) -> Counter[str]:
    """How many rows there are of each combination of what the selectors select."""
    names = tuple(selectors)
    return Counter(
        json.dumps([row.get(name) for name in names] if isinstance(row, Mapping) else row, sort_keys=True)
        for row in rows
    )


def _max_unique_items(_: Any, most: int, rows: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    if isinstance(rows, list) and max(_counts(rows, schema.get("selectors", ())).values(), default=0) > most:
        yield _refused(f"has more than {most} value(s)")


def _min_unique_items(_: Any, least: int, rows: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    if isinstance(rows, list) and min(_counts(rows, schema.get("selectors", ())).values(), default=0) < least:
        yield _refused(f"has fewer than {least} value(s)")


def _max_bytes(_: Any, most: int, text: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(text, str) and len(text.encode()) > most:
        yield _refused(f"is longer than {most} bytes")


def _min_bytes(_: Any, least: int, text: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(text, str) and len(text.encode()) < least:
        yield _refused(f"is shorter than {least} bytes")


def _pattern(_: Any, pattern: str, text: Any, __: Any) -> Iterator[ValidationError]:
    """One that Python cannot read is left to Amazon."""
    try:
        refused = isinstance(text, str) and re.search(pattern, text) is None
    except re.error:
        return
    if refused:
        yield _refused(f"does not have the form {pattern}")


def _faults(error: ValidationError) -> Iterator[Fault]:
    path = [str(part) for part in error.absolute_path]
    if path:
        yield Fault(path[0], missing=False, words=_words(error, path[1:]))
    elif error.validator == "required":
        missing = re.match(r"'([^']+)'", error.message)
        yield Fault(missing[1] if missing else "", missing=True, words="is missing")
    elif error.context:
        # Any of several ways would do: what the first of them lacks.
        first = next(iter(error.context)).schema_path[0] if error.context[0].schema_path else 0
        for one in error.context:
            if one.schema_path and one.schema_path[0] == first:
                yield from _faults(one)
    else:
        yield Fault("", missing=False, words=_words(error, []))


def _words(error: ValidationError, path: list[str]) -> str:
    where = ".".join(part for part in path if not part.isdigit())
    value = error.validator_value
    if error.validator == "enum" and isinstance(value, list):
        told = ", ".join(str(one) for one in value[:_MOST_VALUES_TOLD])
        words = f"is not one of {told}{', …' if len(value) > _MOST_VALUES_TOLD else ''}"
    elif error.validator == "maxLength":
        words = f"is longer than {value} characters"
    elif error.validator == "minLength":
        words = f"is shorter than {value} characters"
    elif error.validator == "required":
        words = error.message.replace("is a required property", "is missing")
    elif error.validator in ("minimum", "exclusiveMinimum"):
        words = f"is less than {value}"
    elif error.validator in ("maximum", "exclusiveMaximum"):
        words = f"is more than {value}"
    elif error.validator == "type":
        words = f"is no {value}"
    else:
        words = error.message
    return f"{where} {words}".strip()[:_LONGEST_WORDS]

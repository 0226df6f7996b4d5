"""Shopify's search syntax, the part that catalogue and order queries need.

Understood: `field:value`, the comparators `>` `>=` `<` `<=`, quotes (a backslash escapes what follows), `*` at the end of a value, a leading `-` or NOT,
AND (also implied) and OR; words without a field match titles and names. A field that the resource does not filter
by is ignored with a warning, as Shopify does, so that a typing error widens a result instead of failing.
Not understood: parentheses. Source: shopify.dev, "Shopify API search syntax", read 2026-11-23.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

R = TypeVar("R")
Facts = Mapping[str, Callable[[R], Any]]

_TERM = re.compile(
    r"""\s*(?P<not>-|NOT\s+)?(?:(?P<field>[A-Za-z_]+):(?P<op>>=|<=|>|<)?)?(?P<value>"(?:\\.|[^"\\])*"|'[^']*'|[^\s]+)"""
)


@dataclass(frozen=True, slots=True)
class Term:
    field: str
    operator: str
    value: str
    negated: bool


@dataclass(frozen=True, slots=True)
class Search:
    """A parsed query: any of the groups must hold, and in a group all of its terms."""

    groups: tuple[tuple[Term, ...], ...]
    ignored: tuple[str, ...]

    def keeps(self, record: R, facts: Facts[R]) -> bool:
        return any(all(_holds(term, record, facts) != term.negated for term in group) for group in self.groups)


@dataclass(frozen=True, slots=True)
class Words:
    """Texts that are searched by whole words: a phrase is found where its words follow each other."""

    texts: tuple[str, ...]

    @classmethod
    def of(cls, texts: Iterable[str | None]) -> Words:
        return cls(tuple(f" {' '.join(cls.split(text))} " for text in texts if text))

    @staticmethod
    def split(text: str) -> list[str]:
        return re.findall(r"\w+", text.lower())

    def hold(self, phrase: str) -> bool:
        """`phrase` may end in `*`: then its last word is the beginning of one."""
        words = " ".join(self.split(phrase))
        wanted = f" {words}" if phrase.endswith("*") else f" {words} "
        return any(wanted in text for text in self.texts)


def parse(query: str | None, fields: Mapping[str, Any]) -> Search | None:
    """The search, or None where nothing is asked. `fields` are those the resource filters by."""
    if not query or not query.strip():
        return None
    groups: list[list[Term]] = [[]]
    ignored: list[str] = []
    for found in _TERM.finditer(query):
        field, value = found["field"], found["value"]
        if field is None and value == "OR":
            groups.append([])
            continue
        if field is None and value == "AND":
            continue
        if field is not None and field not in fields:
            ignored.append(field)
            continue
        plain = re.sub(r"\\(.)", r"\1", value[1:-1]) if value[0] == value[-1] == '"' else value.strip("\"'")
        groups[-1].append(Term(field or "default", found["op"] or "=", plain, found["not"] is not None))
    return Search(tuple(tuple(group) for group in groups), tuple(ignored))


def _holds(term: Term, record: R, facts: Facts[R]) -> bool:
    reader = facts.get(term.field)
    if reader is None:
        return False
    held = reader(record)
    if isinstance(held, Words):
        return held.hold(term.value)
    if isinstance(held, (tuple, list, set, frozenset)):
        return any(_compare(one, term) for one in held)
    return _compare(held, term)


def _compare(held: Any, term: Term) -> bool:
    if held is None:
        return False
    if isinstance(held, datetime):
        wanted = _instant(term.value)
        return wanted is not None and _ordered(held, wanted, term.operator)
    if isinstance(held, (int, float)) and not isinstance(held, bool):
        number = re.sub(r"^gid://shopify/[A-Za-z]+/", "", term.value)
        try:
            return _ordered(held, type(held)(number), term.operator)
        except ValueError:
            return False
    text, wanted_text = str(held).lower(), term.value.lower()
    if term.field == "default":
        return wanted_text.rstrip("*") in text
    if wanted_text.endswith("*"):
        return text.startswith(wanted_text[:-1])
    return _ordered(text, wanted_text, term.operator)


def _ordered(held: Any, wanted: Any, operator: str) -> bool:
    if operator == "=":
        return bool(held == wanted)
    if operator == ">":
        return bool(held > wanted)
    if operator == ">=":
        return bool(held >= wanted)
    if operator == "<":
        return bool(held < wanted)
    return bool(held <= wanted)


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)

"""Cursor pages: a slice of sorted records, stable while the records change."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from graphql import GraphQLError

from simulators.kit.wire import json_of

R = TypeVar("R")
Key = Callable[[R], tuple[Any, int]]


@dataclass(slots=True)
class Edge(Generic[R]):
    node: R
    cursor: str


@dataclass(slots=True)
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


class Page(Generic[R]):
    """One page of a connection; edges and cursors are made only when asked for."""

    __slots__ = ("_key", "has_next", "has_previous", "nodes")

    def __init__(self, nodes: list[R], key: Key[R], has_next: bool, has_previous: bool) -> None:
        self.nodes = nodes
        self._key = key
        self.has_next = has_next
        self.has_previous = has_previous

    @property
    def edges(self) -> list[Edge[R]]:
        return [Edge(node, cursor_of(self._key(node))) for node in self.nodes]

    @property
    def page_info(self) -> PageInfo:
        first = cursor_of(self._key(self.nodes[0])) if self.nodes else None
        last = cursor_of(self._key(self.nodes[-1])) if self.nodes else None
        return PageInfo(self.has_next, self.has_previous, first, last)


def cursor_of(key: tuple[Any, int]) -> str:
    value, number = key
    shown = value.isoformat() if isinstance(value, datetime) else value
    return base64.b64encode(json.dumps({"last_id": number, "last_value": shown}).encode()).decode()


def _key_of(cursor: str, like: Any) -> tuple[Any, int]:
    try:
        told = json_of(base64.b64decode(cursor, validate=True))
        value = datetime.fromisoformat(told["last_value"]) if isinstance(like, datetime) else told["last_value"]
        return type(like)(value) if not isinstance(like, datetime) else value, int(told["last_id"])
    except (binascii.Error, ValueError, KeyError, TypeError) as broken:
        raise refused("Invalid cursor for current pagination sort.") from broken


def refused(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "BAD_REQUEST"})


def window(arguments: dict[str, Any], max_page: int) -> tuple[int, bool]:
    """The page size, and whether it counts from the end; raises what Shopify answers to an impossible window.

    Sizes above the maximum of 250 are refused (shopify.dev, API limits); the wording of that one is ours.
    """
    first, last = arguments.get("first"), arguments.get("last")
    if first is None and last is None:
        raise refused("you must provide one of first or last")
    if first is not None and last is not None:
        raise refused("providing both first and last is not supported")
    count = first if first is not None else last
    if count is None or count < 0:
        raise refused("page size must not be negative")
    if count > max_page:
        raise refused(f"page size {count} exceeds the maximum of {max_page}")
    return count, first is None


def page(records: Sequence[R], key: Key[R], arguments: dict[str, Any], max_page: int) -> Page[R]:
    """The page that first/last, after/before and reverse ask for, of `records` in any order."""
    count, from_end = window(arguments, max_page)
    backwards = bool(arguments.get("reverse"))
    ordered = sorted(records, key=key, reverse=backwards)
    low, high = 0, len(ordered)
    if ordered:
        like = key(ordered[0])[0]
        after, before = arguments.get("after"), arguments.get("before")
        if after:
            low = _position(ordered, key, _key_of(after, like), backwards, past=True)
        if before:
            high = _position(ordered, key, _key_of(before, like), backwards, past=False)
    inside = ordered[low : max(low, high)]
    nodes = inside[max(0, len(inside) - count) :] if from_end else inside[:count]
    cut = len(inside) > len(nodes)
    has_next = high < len(ordered) if from_end else cut or high < len(ordered)
    has_previous = cut or low > 0 if from_end else low > 0
    return Page(nodes, key, has_next, has_previous)


def _position(ordered: Sequence[R], key: Key[R], mark: tuple[Any, int], backwards: bool, *, past: bool) -> int:
    low, high = 0, len(ordered)
    while low < high:
        middle = (low + high) // 2
        here = key(ordered[middle])
        beyond = (here < mark if backwards else here > mark) or (here == mark and not past)
        if beyond:
            high = middle
        else:
            low = middle + 1
    return low

"""Finding orders: what they can be filtered by, and an index so that a search among thousands looks at a few.

Filter names: the documentation of QueryRoot.orders(query:), introspection 2026-04. Free text is there "a case-insensitive
search of multiple fields"; which ones is not said. Here: name, mail, note, tags, the buyer's name, titles and SKUs, in
whole words, a phrase in its order. So an id with hyphens is also found inside a longer one: the searcher must
look at what was found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from simulators.shopify.orders.records import Order
from simulators.shopify.search import Search, Term, Words

_SHIPPED = {
    "UNFULFILLED": ("unfulfilled", "unshipped"),
    "PARTIALLY_FULFILLED": ("partial",),
    "FULFILLED": ("fulfilled", "shipped"),
}


def _texts(order: Order) -> Iterator[str | None]:
    yield from (order.name, order.email, order.note, *order.tags)
    address = order.shipping_address or {}
    yield from (address.get("first_name"), address.get("last_name"))
    for line in order.lines:
        yield from (line.title, line.sku)


def _words(order: Order) -> Words:
    return Words.of(_texts(order))


ORDER_FACTS: dict[str, Callable[[Order], Any]] = {
    "default": _words,
    "id": lambda one: one.id,
    "name": lambda one: Words.of([one.name]),
    "email": lambda one: one.email,
    "tag": lambda one: one.tags,
    "sku": lambda one: tuple(line.sku for line in one.lines),
    "source_identifier": lambda one: one.source_identifier,
    "source_name": lambda one: one.source_name,
    "po_number": lambda one: one.po_number,
    "discount_code": lambda one: one.discount.code if one.discount else None,
    "gateway": lambda one: tuple(paid.gateway for paid in one.transactions),
    "financial_status": lambda one: one.financial_status,
    "fulfillment_status": lambda one: _SHIPPED.get(one.fulfillment_status, ()),
    "status": lambda one: "cancelled" if one.cancelled_at else "closed" if one.closed_at else "open",
    "test": lambda one: str(one.test).lower(),
    "created_at": lambda one: one.created_at,
    "processed_at": lambda one: one.processed_at,
    "updated_at": lambda one: one.updated_at,
}
_EXACT = ("source_identifier", "tag", "email")
_WORDED = ("default", "name")


class OrderIndex:
    """Which orders may hold a text. It never forgets: what it names is looked at before it is shown."""

    def __init__(self) -> None:
        self._held: defaultdict[tuple[str, str], set[int]] = defaultdict(set)

    def learn(self, order: Order) -> None:
        for tag in order.tags:
            self._held["tag", tag.lower()].add(order.id)
        for field, text in (("source_identifier", order.source_identifier), ("email", order.email)):
            if text:
                self._held[field, text.lower()].add(order.id)
        for text in _texts(order):
            for word in Words.split(text or ""):
                self._held["word", word].add(order.id)

    def found(self, orders: Mapping[int, Order], asked: Search) -> list[Order]:
        """The orders, as given, that a search finds."""
        groups = [self._candidates(group) for group in asked.groups]
        looked_at: Iterable[int] = (
            orders
            if any(one is None for one in groups)
            else sorted(set().union(*(one for one in groups if one is not None)))
        )
        found = (orders[number] for number in looked_at if number in orders)
        return [one for one in found if asked.keeps(one, ORDER_FACTS)]

    def _candidates(self, terms: Iterable[Term]) -> set[int] | None:
        """The smallest set that must hold all orders of these terms; None where no term narrows."""
        sets = [one for one in map(self._of_term, terms) if one is not None]
        return min(sets, key=len) if sets else None

    def _of_term(self, term: Term) -> set[int] | None:
        if term.negated or term.operator != "=" or term.value.endswith("*"):
            return None
        if term.field in _EXACT:
            return self._held.get((term.field, term.value.lower()), set())
        if term.field in _WORDED:
            words = Words.split(term.value)
            return min((self._held.get(("word", one), set()) for one in words), key=len, default=None)
        return None

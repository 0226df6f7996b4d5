"""Who created a shop order: Listbridge, by our mark, or another tool, by the marketplace's order id."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from listbridge.domain.ids import ShopOrderId
from listbridge.domain.orders.orders import ShopOrderRef
from listbridge.domain.orders.shop_orders import FoundOrder, OrderMark

_TELLING = 8
"""An id shorter than this says nothing inside a name or a note: the shop's own order is called #1001."""


@dataclass(frozen=True, slots=True)
class OrderTraces:
    """What one order of the shop holds that may tell whose it is.

    `marks` stand where we put ours. An id stands `alone` in a text that is nothing but a value (a source identifier, a tag, a
    field), and `within` one that may have words around it (a name, a note).
    """

    order: ShopOrderId
    name: str
    marks: frozenset[str]
    alone: frozenset[str]
    within: tuple[str, ...]

    def whose(self, mark: OrderMark) -> FoundOrder | None:
        """Ours by our mark, another's by the marketplace's order id; None when it stands for another order."""
        if self.marks:
            # Marked for another marketplace's order with the same id: not this one, whatever else it says.
            return FoundOrder(self.order, self.name, True) if mark.value in self.marks else None
        remote = str(mark.remote)
        if remote in self.alone or any(_names(text, remote) for text in self.within):
            return FoundOrder(self.order, self.name, False)
        return None


def each_once(found: Iterable[FoundOrder]) -> tuple[FoundOrder, ...]:
    """Ours first; none twice."""
    unique: dict[ShopOrderId, FoundOrder] = {}
    for one in sorted(found, key=lambda one: not one.ours):
        unique.setdefault(one.id, one)
    return tuple(unique.values())


def our_order(found: Iterable[FoundOrder]) -> ShopOrderRef | None:
    """The first that carries our mark."""
    return next((ShopOrderRef(one.id, one.name, True, one.lines) for one in found if one.ours), None)


def _names(text: str, remote: str) -> bool:
    """Whether a text holds this id whole, and not as a part of a longer one."""
    if len(remote) < _TELLING:
        return False
    return re.search(rf"(?<!\d)(?<!\d-){re.escape(remote)}(?!-?\d)", text) is not None

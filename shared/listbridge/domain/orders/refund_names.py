"""Ids for refunds that a marketplace reports without an id, or more than once. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from listbridge.domain.ids import LineId
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import Refund


class RefundNames:
    """Names for the refunds of one line, or of the order as a whole, in the order in which they are told.

    A name is the same in every read: of the line, the time as it was told, the amount, and the place among equal ones.
    """

    def __init__(self, line: LineId | None) -> None:
        self._of = line or "order"
        self._alike: Counter[str] = Counter()

    def name(self, at: str, amount: Money) -> str:
        """The next refund's."""
        name = f"{self._of}@{at}:{amount}"
        self._alike[name] += 1
        return name if self._alike[name] == 1 else f"{name}#{self._alike[name]}"


def each_once(refunds: Sequence[Refund]) -> tuple[Refund, ...]:
    """Each id once: what was told first, where it was told last."""
    return tuple({one.id: one for one in reversed(refunds)}.values())[::-1]

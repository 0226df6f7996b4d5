"""What Etsy says was refunded. Pure. Etsy refunds the receipt, never a line, and gives no ids (ShopRefund)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from listbridge.domain.money import Money
from listbridge.domain.orders.orders import Refund
from listbridge.domain.orders.refund_names import RefundNames
from listbridge.marketplaces.etsy.orders.wire import RefundTold

_FAILED = frozenset({"failed", "canceled", "cancelled", "rejected"})
"""`status` has no list of values in the document: what sounds like no refund is left out, and the receipt's own status tells of the rest."""


def refunds_of(told: Iterable[RefundTold]) -> tuple[Refund, ...]:
    """Each refund with a name that is the same in every read."""
    return tuple(_refunds(told))


def _refunds(told: Iterable[RefundTold]) -> Iterator[Refund]:
    names = RefundNames(None)
    for row in told:
        if row.amount is None or row.amount.amount <= 0 or row.status.casefold() in _FAILED:
            continue
        amount = Money(row.amount.value, row.amount.currency_code).in_units()
        at = None if row.created_timestamp is None else datetime.fromtimestamp(row.created_timestamp, UTC)
        yield Refund(names.name(str(row.created_timestamp or ""), amount), amount, at=at)

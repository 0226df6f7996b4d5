"""What eBay says was refunded, for the order and for its lines. Pure. Source: OrderRefund and LineItemRefund."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from listbridge.domain.ids import LineId
from listbridge.domain.money import money
from listbridge.domain.orders.orders import Refund
from listbridge.domain.orders.refund_names import RefundNames, each_once
from listbridge.infra.calls.answers import moment
from listbridge.marketplaces.ebay.orders.wire import ToldOrder, ToldRefund

_FAILED = "FAILED"


def refunds_of(told: ToldOrder) -> tuple[Refund, ...]:
    """Each refund once, those of lines first: a row of the order with the same id repeats them.

    A refund that cannot be read is left out, for it must not cost the order: `orderPaymentStatus` still tells about it.
    """
    rows = [row for line in told.line_items for row in _rows(line.refunds or (), LineId(line.line_item_id))]
    summary = told.payment_summary
    rows += _rows((summary.refunds if summary else None) or (), None)
    return each_once(rows)


def _rows(told: Iterable[ToldRefund], line: LineId | None) -> Iterator[Refund]:
    names = RefundNames(line)
    for row in told:
        amount = money(row.amount.value, row.amount.currency) if row.amount is not None else None
        if amount is None or amount.amount <= 0 or row.refund_status == _FAILED:
            continue
        id = row.refund_id or row.refund_reference_id or names.name(row.refund_date or "", amount)
        yield Refund(id, amount, line, moment(row.refund_date))

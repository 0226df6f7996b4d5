"""Refunds on one side of an order that the other side does not show yet. Pure.

Amounts of different currencies are never added: each is kept apart, and named as it was told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from listbridge.domain.ids import LineId
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import Cancellation, Order, Payment, Refund, RemoteOrder
from listbridge.domain.orders.shop_orders import ShopOrder

UNTOLD = "untold"
"""The id of a refund of which the marketplace tells that it was made, and nothing more."""

Amounts = Mapping[str, Decimal]
"""By currency."""


def refunds_there(facts: RemoteOrder) -> tuple[Refund, ...]:
    """The marketplace's refunds; one of the whole total where it says no more than that all was refunded."""
    if facts.refunds or facts.payment is not Payment.REFUNDED:
        return facts.refunds
    return (Refund(UNTOLD, facts.total),)


def amount_unknown(facts: RemoteOrder) -> bool:
    """The marketplace says that a part was refunded, and not how much."""
    return facts.payment is Payment.PARTLY_REFUNDED and not facts.refunds


def missing_in_shop(order: Order, found: ShopOrder) -> Amounts:
    """What the marketplace refunded, less what the shop order shows of it.

    Lines that the shop's order does not hold, or holds no longer, need no refund there.
    """
    if found.cancelled_at is not None:
        return {}
    facts = order.facts
    if found.lines and not any(found.lines.values()):
        return {}
    left = _sums(refunds_there(facts))
    for line in facts.lines:
        if found.lines and not found.lines.get(line.id):
            back = _sums(one for one in facts.refunds if one.line == line.id)
            goods = Money(min(back.get(line.amount.currency, Decimal(0)), line.amount.amount), line.amount.currency)
            left = _less(left, goods)
    left = _less(left, found.refunded) if found.refunded is not None else left
    return {currency: amount for currency, amount in left.items() if amount > 0}


def missing_there(order: Order, found: ShopOrder) -> Amounts:
    """What the shop order refunded, less what the marketplace refunded.

    Where the marketplace does not say how much that was, nothing can be said to be missing.
    """
    facts = order.facts
    whole = facts.cancellation is Cancellation.CANCELLED or facts.refunded
    if found.refunded is None or whole or amount_unknown(facts):
        return {}
    there = _sums(facts.refunds)
    left = found.refunded.amount - there.get(found.refunded.currency, Decimal(0))
    return {found.refunded.currency: left} if left > 0 else {}


def in_words(amounts: Amounts) -> str:
    """Such as `10.00 USD`, or `10.00 USD + 3.00 EUR`."""
    return " + ".join(str(Money(amount, currency)) for currency, amount in sorted(amounts.items()))


def given_back(refunds: Iterable[Refund]) -> Amounts:
    """All of it."""
    return dict(_sums(refunds))


def lines_of(refunds: Iterable[Refund], facts: RemoteOrder) -> str:
    """Which lines the refunds are for, by SKU or title, with the sum of each; empty where none names a line."""
    names = {line.id: line.sku or line.title or line.id for line in facts.lines}
    by_line: dict[LineId, list[Refund]] = {}
    for one in refunds:
        if one.line is not None:
            by_line.setdefault(one.line, []).append(one)
    return ", ".join(f"{names.get(line, line)}: {in_words(_sums(some))}" for line, some in by_line.items())


def _sums(refunds: Iterable[Refund]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for one in refunds:
        sums[one.amount.currency] = sums.get(one.amount.currency, Decimal(0)) + one.amount.amount
    return sums


def _less(sums: Amounts, money: Money) -> dict[str, Decimal]:
    return {**sums, money.currency: sums.get(money.currency, Decimal(0)) - money.amount}

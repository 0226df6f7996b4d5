"""A receipt as Etsy tells it, in our words. Pure. Every reading of an amount is explained in the README."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from listbridge.domain.ids import LineId, RemoteId, RemoteOrderId, Sku
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import (
    Cancellation,
    Delivery,
    Payment,
    RemoteLine,
    RemoteOrder,
    Shipment,
    ShippingCharge,
    Tax,
)
from listbridge.domain.orders.sums import ToldSums, sums_of
from listbridge.infra.mapping.order_reading import OrderReader, Unmappable
from listbridge.marketplaces.etsy.offers.wire import Amount
from listbridge.marketplaces.etsy.orders.buyer import buyer_of, personal
from listbridge.marketplaces.etsy.orders.refunds import refunds_of
from listbridge.marketplaces.etsy.orders.wire import ReceiptTold, TransactionTold
from listbridge.marketplaces.etsy.sites import SITE

_ZERO = Decimal(0)
_PAYMENTS = {
    "paid": Payment.PAID,
    "completed": Payment.PAID,
    "partially refunded": Payment.PARTLY_REFUNDED,
    "fully refunded": Payment.REFUNDED,
}


def order_id_of(body: Any) -> RemoteOrderId | None:
    """The id of a receipt that cannot be understood otherwise."""
    found = body.get("receipt_id") if isinstance(body, dict) else None
    return RemoteOrderId(str(found)) if isinstance(found, int) and not isinstance(found, bool) else None


def changed_at_of(body: Any) -> datetime | None:
    """When a receipt was changed, whether the rest of it can be understood or not."""
    names = ("updated_timestamp", "update_timestamp", "created_timestamp", "create_timestamp")
    times = (body.get(name) for name in names) if isinstance(body, dict) else iter(())
    return next((_moment(one) for one in times if isinstance(one, int) and one > 0), None)


def _order(body: Any) -> RemoteOrder:
    told = ReceiptTold.model_validate(body)
    placed = told.created_timestamp or told.create_timestamp
    changed = told.updated_timestamp or told.update_timestamp or placed
    if placed is None or changed is None:
        raise Unmappable("no time")
    amounts = _Amounts(told)
    lines = amounts.lines()
    service = next((one.shipping_upgrade or one.shipping_method for one in told.transactions), "")
    shipping = ShippingCharge(service, service, amounts.money(amounts.number(told.total_shipping_cost)))
    sums = sums_of(amounts.sums, lines, shipping)
    return RemoteOrder(
        id=RemoteOrderId(str(told.receipt_id)),
        site=SITE,
        placed_at=_moment(placed),
        changed_at=_moment(changed),
        lines=lines,
        shipping=shipping,
        total=sums.total,
        adjustment=sums.adjustment,
        payment=_PAYMENTS.get(told.status.casefold(), Payment.PAID if told.is_paid else Payment.PENDING),
        cancellation=Cancellation.CANCELLED if canceled(told.status) else Cancellation.NONE,
        shipment=_shipment(told),
        tax_included=sums.tax_included,
        delivery=Delivery.DIGITAL if all(one.is_digital for one in told.transactions) else Delivery.SHIP,
        # With the cancellation of an order its money goes back as a matter of course.
        refunds=() if canceled(told.status) else refunds_of(told.refunds),
    )


READER = OrderReader(_order, buyer_of, order_id_of, changed_at_of)


class _Amounts:
    """A receipt's amounts, in its one currency."""

    def __init__(self, told: ReceiptTold) -> None:
        self._told = told
        self._currency = told.transactions[0].price.currency_code
        self._goods = [self.number(one.price) * one.quantity for one in told.transactions]
        self._paid = _spread(abs(self.number(told.discount_amt)), self._goods, self._currency)
        self._tax, self._vat = self.number(told.total_tax_cost), self.number(told.total_vat_cost)
        self._total = self.number(told.grandtotal) if told.grandtotal is not None else None

    @property
    def sums(self) -> ToldSums:
        """Etsy's grand total holds the taxes, by its text (ShopReceipt.grandtotal)."""
        return ToldSums(
            currency=self._currency,
            total=self._total,
            other=self.number(self._told.gift_wrap_price),
            holds_remitted=True,
        )

    def number(self, told: Amount | None) -> Decimal:
        """Zero where nothing is told. Raises Unmappable for another currency than the receipt's."""
        if told is None:
            return _ZERO
        if told.currency_code != self._currency:
            raise Unmappable("amounts in two currencies")
        return told.value

    def money(self, amount: Decimal) -> Money:
        return Money(amount, self._currency).in_units()

    def lines(self) -> tuple[RemoteLine, ...]:
        taxes = self._taxes()
        return tuple(
            replace(_line(one, self.money(paid)), taxes=rows)
            for one, paid, rows in zip(self._told.transactions, self._paid, taxes, strict=True)
        )

    def _taxes(self) -> list[tuple[Tax, ...]]:
        """The receipt's taxes, dealt out to its lines by what these cost: Etsy tells them for the whole alone.

        Sales tax is collected and paid by Etsy. VAT is where it was added to the prices; else the prices contain it, and it is the
        seller's.
        """
        parts = sum(self._paid, self.number(self._told.total_shipping_cost)) + self.number(self._told.gift_wrap_price)
        added = self._total is None or self._total == parts + self._tax + self._vat
        kinds = (("Sales tax", self._tax, True), ("VAT", self._vat, added))
        rows: list[tuple[Tax, ...]] = [()] * len(self._paid)
        for title, amount, remitted in kinds:
            if amount:
                shares = _shares(amount, self._paid, self._currency)
                rows = [
                    (*row, Tax(title, self.money(share), remitted=remitted)) if share else row
                    for row, share in zip(rows, shares, strict=True)
                ]
        return rows


def _spread(off: Decimal, amounts: Sequence[Decimal], currency: str) -> list[Decimal]:
    """The amounts less their shares of a discount, which reaches no further than they do."""
    off = min(off, sum(amounts, _ZERO))
    return [one - share for one, share in zip(amounts, _shares(off, amounts, currency), strict=True)]


def _shares(whole: Decimal, by: Sequence[Decimal], currency: str) -> list[Decimal]:
    """`whole` in parts that are to each other as these, exact in their sum: each part is rounded of what is left."""
    shares: list[Decimal] = []
    left, weight = whole, sum(by, _ZERO)
    for one in by:
        share = Money(left * one / weight, currency).rounded().amount if weight else _ZERO
        shares.append(share)
        left, weight = left - share, weight - one
    if left and shares:  # there is nothing to deal it out by
        shares[0] += left
    return shares


def _line(told: TransactionTold, amount: Money) -> RemoteLine:
    return RemoteLine(
        id=LineId(str(told.transaction_id)),
        sku=Sku(told.sku),
        title=told.title,
        quantity=told.quantity,
        amount=amount,
        site=SITE,
        listing=RemoteId(str(told.listing_id)) if told.listing_id is not None else None,
        options={one.formatted_name: one.formatted_value for one in told.variations if not personal(one)},
        shipped=Shipment.SHIPPED if told.shipped_timestamp else Shipment.NOTHING,
    )


def canceled(status: str) -> bool:
    """Whether this state of a receipt is the end of its order."""
    return status.casefold() in ("canceled", "cancelled")


def _shipment(told: ReceiptTold) -> Shipment:
    sent = [bool(one.shipped_timestamp) for one in told.transactions]
    if told.is_shipped or all(sent):
        return Shipment.SHIPPED
    return Shipment.PARTLY if any(sent) else Shipment.NOTHING


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)

"""An order as eBay tells it, in our words. Pure. Every reading of an amount is explained in the README."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import combinations
from typing import Any

from pydantic import ValidationError

from listbridge.domain.ids import LineId, RemoteId, RemoteOrderId, Site, Sku
from listbridge.domain.money import Money
from listbridge.domain.orders import (
    Cancellation,
    Delivery,
    OrderRead,
    Payment,
    RemoteLine,
    RemoteOrder,
    Shipment,
    ShippingCharge,
    Tax,
)
from listbridge.infra.answers import places
from listbridge.marketplaces.ebay.order_buyer import buyer_of
from listbridge.marketplaces.ebay.order_refunds import refunds_of
from listbridge.marketplaces.ebay.order_wire import (
    LineItem,
    OrderPricing,
    TaxReference,
    ToldAmount,
    ToldOrder,
    ToldTax,
)

_ZERO = Decimal(0)
_MOST_ROWS = 10
"""Tax rows of which every combination is tried; more are all in the total, or none."""
_PAYMENTS = {
    "PAID": Payment.PAID,
    "FAILED": Payment.FAILED,
    "PENDING": Payment.PENDING,
    "PARTIALLY_REFUNDED": Payment.PARTLY_REFUNDED,
    "FULLY_REFUNDED": Payment.REFUNDED,
}
_CANCELLATIONS = {
    None: Cancellation.NONE,
    "NONE_REQUESTED": Cancellation.NONE,
    "IN_PROGRESS": Cancellation.REQUESTED,
    "CANCELED": Cancellation.CANCELLED,
}
_SHIPMENTS = {"IN_PROGRESS": Shipment.PARTLY, "FULFILLED": Shipment.SHIPPED}
_SAME_SITE = {"EBAY_MOTORS_US": "EBAY_US"}
"""Offers for eBay Motors are made on EBAY_US, but their orders name the other (seen in public code)."""


class Unmappable(Exception):
    """The order cannot be understood. Its text names the places, never what stands there."""


def order_read(body: Any, *, strict: bool = False) -> OrderRead:
    """The order with its buyer. `strict`: what is odd about the buyer counts too, else he is left out.

    Raises Unmappable.
    """
    try:
        order = _order(ToldOrder.model_validate(body))
    except ValidationError as error:
        raise Unmappable(places(error)) from None
    try:
        return OrderRead(order, buyer_of(body))
    except ValidationError as error:
        if strict:
            raise Unmappable(places(error)) from None
        return OrderRead(order)


def order_id_of(body: Any) -> RemoteOrderId | None:
    """The id of an order that cannot be understood otherwise."""
    found = body.get("orderId") if isinstance(body, dict) else None
    return RemoteOrderId(found) if isinstance(found, str) and found else None


def changed_at_of(body: Any) -> datetime | None:
    """When an order was changed, whether the rest of it can be understood or not."""
    told = body.get("lastModifiedDate") or body.get("creationDate") if isinstance(body, dict) else None
    try:
        moment = datetime.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _order(told: ToldOrder) -> RemoteOrder:
    pricing = told.pricing_summary or OrderPricing()
    amounts = _Amounts((pricing.total or told.line_items[0].line_item_cost).currency)
    lines = tuple(_line(line, amounts) for line in told.line_items)
    shipping = _shipping(told, pricing, amounts)
    shipping = replace(shipping, taxes=_tax_on_shipping(told, pricing, lines, shipping.amount, amounts))
    sums = _sums(pricing, lines, shipping, told.line_items, amounts)
    return RemoteOrder(
        id=RemoteOrderId(told.order_id),
        site=lines[0].site,
        placed_at=told.creation_date,
        changed_at=told.changed_at,
        lines=lines,
        shipping=shipping,
        total=sums.total,
        adjustment=sums.adjustment,
        payment=_payment(told),
        cancellation=_cancellation(told),
        shipment=_SHIPMENTS.get(told.order_fulfillment_status or "", Shipment.NOTHING),
        tax_included=sums.tax_included,
        fulfilled_by_marketplace=_fulfilled_by_ebay(told),
        delivery=_delivery(told),
        pickup_at=_pickup_at(told),
        refunds=refunds_of(told),
    )


@dataclass(frozen=True, slots=True)
class _Amounts:
    """Reads amounts in the order's one currency."""

    currency: str

    def number(self, told: ToldAmount | None) -> Decimal:
        """Zero where nothing is told. Raises Unmappable for what is no number, or in another currency."""
        if told is None:
            return _ZERO
        value = told.value
        if told.currency != self.currency:
            if told.converted_from_currency != self.currency or told.converted_from_value is None:
                raise Unmappable("amounts in two currencies")
            value = told.converted_from_value
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise Unmappable("an amount that is no number") from None
        if not number.is_finite():
            raise Unmappable("an amount that is no number")
        return number

    def money(self, number: Decimal) -> Money:
        """With the currency's decimal places: eBay writes 10.0 for 10.00."""
        whole = Money(number, self.currency).rounded()
        return whole if whole.amount == number else Money(number, self.currency)


def _line(told: LineItem, amounts: _Amounts) -> RemoteLine:
    cost = amounts.number(told.discounted_line_item_cost or told.line_item_cost)
    own, _ = _apart(told.taxes or (), told.ebay_collect_and_remit_taxes or (), amounts)
    site = told.listing_marketplace_id or ""
    return RemoteLine(
        id=LineId(told.line_item_id),
        sku=Sku(told.sku or ""),
        title=told.title or "",
        quantity=told.quantity,
        amount=amounts.money(cost),
        taxes=(
            *(_tax(row, amounts, remitted=False) for row in own),
            *(_tax(row, amounts, remitted=True) for row in told.ebay_collect_and_remit_taxes or () if row.amount),
        ),
        site=Site(_SAME_SITE.get(site, site)),
        listing=RemoteId(told.legacy_item_id) if told.legacy_item_id else None,
        options={aspect.name: aspect.value for aspect in told.variation_aspects or ()},
        shipped=_SHIPMENTS.get(told.line_item_fulfillment_status or "", Shipment.NOTHING),
    )  # fmt: skip


def _tax(row: ToldTax, amounts: _Amounts, *, remitted: bool) -> Tax:
    known = row.ebay_reference or TaxReference()
    return Tax(
        row.tax_type or "Tax", amounts.money(amounts.number(row.amount)), remitted=remitted,
        scheme=known.name, reference=known.value,
    )  # fmt: skip


def _apart(
    taxes: Sequence[ToldTax], remitted: Sequence[ToldTax], amounts: _Amounts
) -> tuple[list[ToldTax], list[ToldTax]]:
    """The seller's own taxes, and the rows that only repeat one that eBay remits (same amount, and type where told)."""
    open_rows = Counter((row.tax_type, amounts.number(row.amount)) for row in remitted if row.amount)
    own: list[ToldTax] = []
    repeated: list[ToldTax] = []
    for row in taxes:
        if row.amount is None:
            continue
        number = amounts.number(row.amount)
        kinds = [
            (kind, amount) for (kind, amount), left in open_rows.items()
            if left and amount == number and row.tax_type in (None, kind)
        ]  # fmt: skip
        if kinds:
            open_rows[kinds[0]] -= 1
            repeated.append(row)
        elif number:
            own.append(row)
    return own, repeated


def _shipping(told: ToldOrder, pricing: OrderPricing, amounts: _Amounts) -> ShippingCharge:
    """The order's delivery cost less its discount; where the order tells none, what its lines tell (after discount)."""
    if pricing.delivery_cost is not None:
        cost = amounts.number(pricing.delivery_cost) - abs(amounts.number(pricing.delivery_discount))
    else:
        costs = [line.delivery_cost for line in told.line_items if line.delivery_cost is not None]
        cost = sum(
            (amounts.number(row.shipping_cost) + amounts.number(row.handling_cost) for row in costs),
            _ZERO,
        )
    steps = [one.shipping_step for one in told.fulfillment_start_instructions or () if one.shipping_step]
    service = next((step.shipping_service_code for step in steps if step.shipping_service_code), "")
    return ShippingCharge(service, service, amounts.money(max(cost, _ZERO)))


@dataclass(frozen=True, slots=True)
class _Sums:
    total: Money
    adjustment: Money
    tax_included: bool


def _sums(
    pricing: OrderPricing, lines: Sequence[RemoteLine], shipping: ShippingCharge, told: Sequence[LineItem], amounts: _Amounts
) -> _Sums:  # fmt: skip
    """What the buyer owes the seller, and what the parts leave unexplained.

    eBay's texts leave two questions open: whether the total holds the tax that eBay remits, and whether the seller's own
    tax is added or contained. The amounts answer them where they add up in one way; else the texts' usual answer holds.
    """
    parts = sum((line.amount.amount for line in lines), shipping.amount.amount)
    taxes = [tax for line in lines for tax in line.taxes] + list(shipping.taxes)
    remitted = [tax.amount.amount for tax in taxes if tax.remitted]
    own = sum((tax.amount.amount for tax in taxes if not tax.remitted), _ZERO)
    if pricing.total is None:
        whole = amounts.money(parts + own)
        return _Sums(whole, amounts.money(_ZERO), tax_included=not own)
    total = amounts.number(pricing.total)
    explained = parts + amounts.number(pricing.adjustment) + amounts.number(pricing.fee)
    repeated = any(
        _apart(line.taxes or (), line.ebay_collect_and_remit_taxes or (), amounts)[1] for line in told
    )
    usual = (own, sum(remitted, _ZERO) if repeated else _ZERO)
    added, held = next(
        (one for one in _readings(own, remitted, usual) if explained + sum(one) == total), usual
    )
    owed = total - held
    return _Sums(amounts.money(owed), amounts.money(owed - parts - added), tax_included=not added)


def _readings(
    own: Decimal, remitted: Sequence[Decimal], usual: tuple[Decimal, Decimal]
) -> Iterator[tuple[Decimal, Decimal]]:
    """What the total may hold beside the parts, likeliest first: the seller's tax added or contained, and of what eBay
    remits all, nothing, or the rows of some lines only."""
    whole = sum(remitted, _ZERO)
    yield usual
    for added in (own, _ZERO):
        yield added, _ZERO
        yield added, whole
    if len(remitted) <= _MOST_ROWS:
        for added in (own, _ZERO):
            for count in range(1, len(remitted)):
                for some in combinations(remitted, count):
                    yield added, sum(some, _ZERO)


def _tax_on_shipping(
    told: ToldOrder, pricing: OrderPricing, lines: Sequence[RemoteLine], shipping: Money, amounts: _Amounts
) -> tuple[Tax, ...]:
    """The part of the order's tax that no line tells, where the total proves that the buyer pays it: shipping's."""
    if pricing.tax is None or pricing.total is None:
        return ()
    taxes = [tax for line in lines for tax in line.taxes]
    own = sum((tax.amount.amount for tax in taxes if not tax.remitted), _ZERO)
    remitted = [tax.amount.amount for tax in taxes if tax.remitted]
    explained = sum((line.amount.amount for line in lines), shipping.amount)
    explained += amounts.number(pricing.adjustment) + amounts.number(pricing.fee)
    whole, total = amounts.number(pricing.tax), amounts.number(pricing.total)
    held = sum(remitted, _ZERO)
    if any(explained + sum(one) == total for one in _readings(own, remitted, (own, held))):
        return ()
    for told_already, within in ((own, _ZERO), (own + held, held), (own, held)):
        rest = whole - told_already
        if rest > 0 and explained + own + rest + within == total:
            return (Tax("Tax", amounts.money(rest)),)
    return ()


def _payment(told: ToldOrder) -> Payment:
    """An unknown state counts as unpaid. "Pending" and "failed" may be a refund's: then the payments themselves decide."""
    state = _PAYMENTS.get(told.order_payment_status or "", Payment.PENDING)
    if state in (Payment.PENDING, Payment.FAILED):
        payments = (told.payment_summary.payments if told.payment_summary else None) or []
        if payments and all(payment.payment_status == "PAID" for payment in payments):
            return Payment.PAID
    return state


def _cancellation(told: ToldOrder) -> Cancellation:
    """An unknown state counts as a request: nothing is undone for it, but nobody sends the goods unawares."""
    state = told.cancel_status.cancel_state if told.cancel_status else None
    return _CANCELLATIONS.get(state, Cancellation.REQUESTED)


def _fulfilled_by_ebay(told: ToldOrder) -> bool:
    """Not `ebaySupportedFulfillment`: there the seller still sends, to eBay's hub."""
    program = told.program.fulfillment_program if told.program else None
    kinds = {one.fulfillment_instructions_type for one in told.fulfillment_start_instructions or ()}
    return "FULFILLED_BY_EBAY" in kinds or (program is not None and program.fulfilled_by == "EBAY")


def _delivery(told: ToldOrder) -> Delivery:
    """An order that is digital in part is sent like any other: somebody has to look at it."""
    kinds = {one.fulfillment_instructions_type for one in told.fulfillment_start_instructions or ()}
    if "PREPARE_FOR_PICKUP" in kinds:
        return Delivery.PICKUP
    return Delivery.DIGITAL if kinds == {"DIGITAL"} else Delivery.SHIP


def _pickup_at(told: ToldOrder) -> str:
    steps = [one.pickup_step for one in told.fulfillment_start_instructions or () if one.pickup_step]
    return next((step.merchant_location_key for step in steps if step.merchant_location_key), "")

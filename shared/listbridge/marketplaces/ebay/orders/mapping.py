"""An order as eBay tells it, in our words. Pure. Every reading of an amount is explained in the README."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from listbridge.domain.ids import LineId, RemoteId, RemoteOrderId, Site, Sku
from listbridge.domain.money import Money, number
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
from listbridge.domain.orders.sums import ToldSums, sums_of, tax_on_shipping
from listbridge.infra.calls.answers import moment
from listbridge.infra.mapping.order_reading import OrderReader, Unmappable
from listbridge.marketplaces.ebay.orders.buyer import buyer_of
from listbridge.marketplaces.ebay.orders.refunds import refunds_of
from listbridge.marketplaces.ebay.orders.wire import (
    LineItem,
    OrderPricing,
    TaxReference,
    ToldAmount,
    ToldOrder,
    ToldTax,
)

_ZERO = Decimal(0)
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


def order_id_of(body: Any) -> RemoteOrderId | None:
    """The id of an order that cannot be understood otherwise."""
    found = body.get("orderId") if isinstance(body, dict) else None
    return RemoteOrderId(found) if isinstance(found, str) and found else None


def changed_at_of(body: Any) -> datetime | None:
    """When an order was changed, whether the rest of it can be understood or not."""
    return moment(body.get("lastModifiedDate") or body.get("creationDate")) if isinstance(body, dict) else None


def _order(body: Any) -> RemoteOrder:
    told = ToldOrder.model_validate(body)
    pricing = told.pricing_summary or OrderPricing()
    amounts = _Amounts((pricing.total or told.line_items[0].line_item_cost).currency)
    lines = tuple(_line(line, amounts) for line in told.line_items)
    shipping = _shipping(told, pricing, amounts)
    told_sums = _told_sums(told, pricing, amounts)
    shipping = replace(shipping, taxes=tax_on_shipping(told_sums, lines, shipping.amount))
    sums = sums_of(told_sums, lines, shipping)
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


READER = OrderReader(_order, buyer_of, order_id_of, changed_at_of)


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
        found = number(value)
        if found is None:
            raise Unmappable("an amount that is no number")
        return found

    def money(self, amount: Decimal) -> Money:
        """With the currency's decimal places: eBay writes 10.0 for 10.00."""
        return Money(amount, self.currency).in_units()


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
    )


def _tax(row: ToldTax, amounts: _Amounts, *, remitted: bool) -> Tax:
    known = row.ebay_reference or TaxReference()
    return Tax(
        row.tax_type or "Tax",
        amounts.money(amounts.number(row.amount)),
        remitted=remitted,
        scheme=known.name,
        reference=known.value,
    )


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
            (kind, amount)
            for (kind, amount), left in open_rows.items()
            if left and amount == number and row.tax_type in (None, kind)
        ]
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
        cost = sum((amounts.number(row.shipping_cost) + amounts.number(row.handling_cost) for row in costs), _ZERO)
    steps = [one.shipping_step for one in told.fulfillment_start_instructions or () if one.shipping_step]
    service = next((step.shipping_service_code for step in steps if step.shipping_service_code), "")
    return ShippingCharge(service, service, amounts.money(max(cost, _ZERO)))


def _told_sums(told: ToldOrder, pricing: OrderPricing, amounts: _Amounts) -> ToldSums:
    """eBay's texts leave open whether the total holds the tax that it remits; it does where a row of `taxes` repeats one."""
    rows = (_apart(line.taxes or (), line.ebay_collect_and_remit_taxes or (), amounts) for line in told.line_items)
    return ToldSums(
        currency=amounts.currency,
        total=amounts.number(pricing.total) if pricing.total is not None else None,
        tax=amounts.number(pricing.tax) if pricing.tax is not None else None,
        other=amounts.number(pricing.adjustment) + amounts.number(pricing.fee),
        holds_remitted=any(repeated for _, repeated in rows),
    )


def _payment(told: ToldOrder) -> Payment:
    """An unknown state counts as unpaid. "Pending" and "failed" may be a refund's: then the payments themselves decide."""
    state = _PAYMENTS.get(told.order_payment_status or "", Payment.PENDING)
    if state in (Payment.PENDING, Payment.FAILED):
        payments = (told.payment_summary.payments if told.payment_summary else None) or []
        if payments and all(payment.payment_status == "PAID" for payment in payments):
            return Payment.PAID
    return state


def _cancellation(told: ToldOrder) -> Cancellation:
    """An unknown state counts as a request: nothing is undone for it, but nobody ships the goods unawares."""
    state = told.cancel_status.cancel_state if told.cancel_status else None
    return _CANCELLATIONS.get(state, Cancellation.REQUESTED)


def _fulfilled_by_ebay(told: ToldOrder) -> bool:
    """Not `ebaySupportedFulfillment`: there the seller still ships, to eBay's hub."""
    program = told.program.fulfillment_program if told.program else None
    kinds = {one.fulfillment_instructions_type for one in told.fulfillment_start_instructions or ()}
    return "FULFILLED_BY_EBAY" in kinds or (program is not None and program.fulfilled_by == "EBAY")


def _delivery(told: ToldOrder) -> Delivery:
    """An order that is digital in part is shipped like any other: somebody has to look at it."""
    kinds = {one.fulfillment_instructions_type for one in told.fulfillment_start_instructions or ()}
    if "PREPARE_FOR_PICKUP" in kinds:
        return Delivery.PICKUP
    return Delivery.DIGITAL if kinds == {"DIGITAL"} else Delivery.SHIP


def _pickup_at(told: ToldOrder) -> str:
    steps = [one.pickup_step for one in told.fulfillment_start_instructions or () if one.pickup_step]
    return next((step.merchant_location_key for step in steps if step.merchant_location_key), "")

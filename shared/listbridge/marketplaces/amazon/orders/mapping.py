"""An order as Amazon tells it, in our words. Pure. Every reading of an amount is explained in the README."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from listbridge.domain.ids import LineId, RemoteId, RemoteOrderId, Site, Sku
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import (
    NO_SITE,
    Cancellation,
    Delivery,
    Payment,
    Refund,
    RemoteLine,
    RemoteOrder,
    Shipment,
    ShippingCharge,
    Tax,
)
from listbridge.domain.orders.sums import ToldSums, sums_of
from listbridge.infra.calls.answers import moment
from listbridge.infra.mapping.order_reading import OrderReader, Unmappable
from listbridge.marketplaces.amazon.orders.buyer import buyer_of
from listbridge.marketplaces.amazon.orders.wire import Amount, Item, ToldMoney, ToldOrder
from listbridge.marketplaces.amazon.sites import BY_MARKETPLACE

_ZERO = Decimal(0)
_PENDING = frozenset({"PENDING", "PENDING_AVAILABILITY"})
_OF_NO_LINE = frozenset({"COD_FEE", "DELIVERY_TIP", "OTHER"})
_FACILITATED = "MARKETPLACE_FACILITATOR"
_INSTEAD = frozenset({"REPLACEMENT_ORIGINAL_ID", "EXCHANGE_ORIGINAL_ID"})
"""Orders that come in place of another are free, and need no price."""


def order_id_of(body: Any) -> RemoteOrderId | None:
    """The id of an order that cannot be understood otherwise."""
    found = body.get("orderId") if isinstance(body, dict) else None
    return RemoteOrderId(found) if isinstance(found, str) and found else None


def changed_at_of(body: Any) -> datetime | None:
    """When an order was changed, whether the rest of it can be understood or not."""
    return moment(body.get("lastUpdatedTime")) if isinstance(body, dict) else None


def _order(body: Any) -> RemoteOrder:
    told = ToldOrder.model_validate(body)
    site = BY_MARKETPLACE.get(told.sales_channel.marketplace_id)
    items = [item for item in told.order_items if item.quantity_ordered] or list(told.order_items)
    priced = _priced(told, items)
    currency = _currency(told, items) or (site.currency if site else "")
    if not currency:
        raise Unmappable("no currency")
    sheets = [_Sheet(item, currency, priced=priced) for item in items]
    place = site.id if site else NO_SITE
    lines = tuple(sheet.line(place) for sheet in sheets)
    service = told.fulfillment.fulfillment_service_level if told.fulfillment else ""
    shipping = ShippingCharge(
        service,
        service,
        _money(sum((one.shipping for one in sheets), _ZERO), currency),
        tuple(tax for sheet in sheets for tax in sheet.shipping_taxes()),
    )
    grand = told.proceeds.grand_total if priced else None
    told_sums = ToldSums(
        currency=currency,
        total=_number(grand, currency) if grand is not None else None,
        other=sum((_number(row.subtotal, currency) for row in _rows(told, _OF_NO_LINE)), _ZERO) if priced else _ZERO,
    )
    sums = sums_of(told_sums, lines, shipping)
    return RemoteOrder(
        id=RemoteOrderId(told.order_id),
        site=place,
        placed_at=told.created_time,
        changed_at=told.last_updated_time,
        lines=lines,
        shipping=shipping,
        total=sums.total,
        adjustment=sums.adjustment,
        payment=Payment.PAID if priced or _cancelled(told) else Payment.PENDING,
        cancellation=_cancellation(told),
        shipment=_shipment(told, items),
        tax_included=sums.tax_included,
        fulfilled_by_marketplace=_fulfilled_by_amazon(told),
        delivery=Delivery.PICKUP if "IN_STORE_PICK_UP" in told.programs else Delivery.SHIP,
        refunds=() if _cancelled(told) or not priced else _taken_out(told, lines),
        priced=priced,
    )


READER = OrderReader(_order, buyer_of, order_id_of, changed_at_of)


class _Sheet:
    """One item's amounts, in the order's currency: of all its units, after discounts, shipping apart."""

    def __init__(self, item: Item, currency: str, *, priced: bool) -> None:
        self._item, self._currency = item, currency
        rows = item.proceeds.breakdowns if priced else ()
        by_type = {kind: self._sum(row for row in rows if row.type == kind) for kind in {row.type for row in rows}}
        items = by_type.get("ITEM")
        if items is None:
            price = item.product.price.unit_price if priced else None
            items = _number(price, currency) * item.quantity_ordered if price is not None else _ZERO
        discount = abs(by_type.get("DISCOUNT", _ZERO))
        off_shipping = min(self._about_shipping(rows, "DISCOUNT"), discount)
        goods = items + by_type.get("GIFT_WRAP", _ZERO)
        off_goods = min(discount - off_shipping, goods)
        self.goods = goods - off_goods
        self.shipping = max(_ZERO, by_type.get("SHIPPING", _ZERO) - (discount - off_goods))
        tax = by_type.get("TAX", _ZERO)
        self.shipping_tax = min(self._about_shipping(rows, "TAX"), tax)
        self.tax = tax - self.shipping_tax

    def line(self, site: Site) -> RemoteLine:
        item = self._item
        return RemoteLine(
            id=LineId(item.order_item_id),
            sku=Sku(item.product.seller_sku),
            title=item.product.title,
            quantity=item.quantity_ordered,
            amount=_money(self.goods, self._currency),
            taxes=(self._tax(self.tax),) if self.tax else (),
            site=site,
            listing=RemoteId(item.product.asin) if item.product.asin else None,
            shipped=_shipped(item),
        )

    def shipping_taxes(self) -> tuple[Tax, ...]:
        return (self._tax(self.shipping_tax),) if self.shipping_tax else ()

    def _tax(self, amount: Decimal) -> Tax:
        told, ioss = self._item.tax, self._item.fulfillment.shipping.international_shipping.ioss_number
        remitted = any(one.model == _FACILITATED for one in told.tax_collections)
        scheme = next((one.reporting_scheme for one in told.tax_calculation_breakdowns if one.reporting_scheme), "")
        return Tax("Tax", _money(amount, self._currency), remitted=remitted, scheme=scheme, reference=ioss)

    def _sum(self, rows: Iterable[Amount]) -> Decimal:
        return sum((_number(row.subtotal, self._currency) for row in rows), _ZERO)

    def _about_shipping(self, rows: Iterable[Amount], type: str) -> Decimal:
        """The part of a line's discount or tax that is the shipping's."""
        parts = (part for row in rows if row.type == type for part in row.detailed_breakdowns)
        named = (part.value for part in parts if part.subtype == "SHIPPING" and part.value is not None)
        return sum((abs(_number(value, self._currency)) for value in named), _ZERO)


def _rows(told: ToldOrder, kinds: frozenset[str]) -> list[Amount]:
    return [row for row in told.proceeds.breakdowns if row.type in kinds]


def _number(told: ToldMoney, currency: str) -> Decimal:
    """Raises Unmappable for another currency than the order's."""
    if told.currency_code != currency:
        raise Unmappable("amounts in two currencies")
    return told.amount


def _money(amount: Decimal, currency: str) -> Money:
    return Money(amount, currency).in_units()


def _currency(told: ToldOrder, items: list[Item]) -> str:
    amounts = [told.proceeds.grand_total, *(item.product.price.unit_price for item in items)]
    amounts += [row.subtotal for item in items for row in item.proceeds.breakdowns]
    return next((one.currency_code for one in amounts if one is not None), "")


def _status(told: ToldOrder) -> str:
    """Empty where a region does not tell it just now."""
    return told.fulfillment.fulfillment_status if told.fulfillment else ""


def _priced(told: ToldOrder, items: list[Item]) -> bool:
    """A pending order has no prices, whatever it says; without a state the prices themselves decide."""
    if _status(told) in _PENDING:
        return False
    if any(one.association_type in _INSTEAD for one in told.associated_orders):
        return True
    return all(item.proceeds.breakdowns or item.product.price.unit_price is not None for item in items)


def _taken_out(told: ToldOrder, lines: Sequence[RemoteLine]) -> tuple[Refund, ...]:
    """A line that was cancelled alone before it was shipped is paid by nobody: as if its price were refunded."""
    gone = {item.order_item_id for item in told.order_items if item.cancellation.cancellation_execution is not None}
    return tuple(
        Refund(f"cancelled:{line.id}", line.amount, line.id)
        for line in lines
        if line.id in gone and line.shipped is Shipment.NOTHING
    )


def _cancelled(told: ToldOrder) -> bool:
    executed = all(item.cancellation.cancellation_execution is not None for item in told.order_items)
    return _status(told) == "CANCELLED" or executed


def _cancellation(told: ToldOrder) -> Cancellation:
    if _cancelled(told):
        return Cancellation.CANCELLED
    asked = any(item.cancellation.cancellation_request is not None for item in told.order_items)
    return Cancellation.REQUESTED if asked else Cancellation.NONE


def _shipment(told: ToldOrder, items: list[Item]) -> Shipment:
    """By the order's state; where that is not told, by its packages."""
    states = {"SHIPPED": Shipment.SHIPPED, "PARTIALLY_SHIPPED": Shipment.PARTLY}
    if _status(told) or not told.packages:
        return states.get(_status(told), Shipment.NOTHING)
    packed = sum(row.quantity for package in told.packages for row in package.package_items)
    return Shipment.SHIPPED if packed >= sum(item.quantity_ordered for item in items) else Shipment.PARTLY


def _shipped(item: Item) -> Shipment:
    done = item.fulfillment.quantity_fulfilled or 0
    if not done:
        return Shipment.NOTHING
    return Shipment.SHIPPED if done >= item.quantity_ordered else Shipment.PARTLY


def _fulfilled_by_amazon(told: ToldOrder) -> bool:
    """Also an order of another channel, which Amazon's warehouse sends out."""
    by = told.fulfillment.fulfilled_by if told.fulfillment else ""
    return by == "AMAZON" or (by == "" and told.sales_channel.channel_name == "NON_AMAZON")

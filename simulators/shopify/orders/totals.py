"""What an order comes to, as Shopify adds it up.

Facts (introspection 2026-04, Order): the subtotal is the lines after discounts, taxes in it where `taxesIncluded`;
`totalPriceSet` "includes taxes and discounts"; `totalTaxSet` is before returns; "current" amounts leave out what was
refunded or removed; a positive outstanding amount is owed to the seller. A tax line counts towards the total, no matter
who is liable for it: `channelLiable` only says who pays it to the state.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from simulators.shopify.orders.money import Money, total
from simulators.shopify.orders.records import LineItem, Order, TaxLine

_RECEIVED = ("SALE", "CAPTURE")


def goods(order: Order) -> Money:
    """The lines before discounts."""
    return total((line.price * line.quantity for line in order.lines), order.zero)


def subtotal(order: Order) -> Money:
    return total((discounted(line) for line in order.lines), order.zero)


def discounted(line: LineItem) -> Money:
    """The whole line after its share of the discount."""
    return line.price * line.quantity - line.discount


def discounts(order: Order) -> Money:
    of_lines = total((line.discount for line in order.lines), order.zero)
    return total((one.discount for one in order.shipping_lines), of_lines)


def shipping(order: Order) -> Money:
    """Shipping before a discount on it."""
    return total((one.price for one in order.shipping_lines), order.zero)


def shipping_after_discounts(order: Order) -> Money:
    return total((one.price - one.discount for one in order.shipping_lines), order.zero)


def tax(order: Order) -> Money:
    of_lines = total((line_tax(line) for line in order.lines), order.zero)
    taxes = (one.amount for line in order.shipping_lines for one in line.tax_lines)
    return total(taxes, of_lines)


def line_tax(line: LineItem) -> Money:
    return total((one.amount for one in line.tax_lines), line.price.zero())


def taxes(order: Order) -> list[TaxLine]:
    """One tax line for all of the same rate and title, as Order.taxLines documents it."""
    told: dict[tuple[str, Decimal, bool], TaxLine] = {}
    of_shipping = (one for line in order.shipping_lines for one in line.tax_lines)
    for one in (*(one for line in order.lines for one in line.tax_lines), *of_shipping):
        key = (one.title, one.rate, one.channel_liable)
        before = told.get(key)
        told[key] = replace(one, amount=before.amount + one.amount) if before else one
    return list(told.values())


def price(order: Order) -> Money:
    """All the buyer pays, before returns."""
    net = subtotal(order) + shipping_after_discounts(order)
    return net if order.taxes_included else net + tax(order)


def line_worth(order: Order, line: LineItem, count: int) -> Money:
    """What `count` pieces of a line cost the buyer: after discounts, with the taxes that come on top."""
    return (_part(discounted(line), line, count) + _tax_on_top(order, line, count)).rounded()


def line_net(line: LineItem, count: int) -> Money:
    """`count` pieces of a line after discounts, taxes as the prices have them."""
    return _part(discounted(line), line, count).rounded()


def line_tax_part(line: LineItem, count: int) -> Money:
    return _part(line_tax(line), line, count).rounded()


def _tax_on_top(order: Order, line: LineItem, count: int) -> Money:
    return order.zero if order.taxes_included else _part(line_tax(line), line, count)


def _part(whole: Money, line: LineItem, count: int) -> Money:
    return whole if count == line.quantity else whole * (Decimal(count) / Decimal(line.quantity))


def current_subtotal(order: Order) -> Money:
    kept = (line_net(line, line.current_quantity) for line in order.lines)
    return total(kept, order.zero)


def current_tax(order: Order) -> Money:
    """Taxes of what is left of the order; those of shipping stay until the order is cancelled."""
    if order.cancelled_at is not None:
        return order.zero
    of_lines = total((line_tax_part(line, line.current_quantity) for line in order.lines), order.zero)
    return total((one.amount for line in order.shipping_lines for one in line.tax_lines), of_lines)


def current_shipping(order: Order) -> Money:
    return order.zero if order.cancelled_at is not None else shipping_after_discounts(order)


def current_price(order: Order) -> Money:
    net = current_subtotal(order) + current_shipping(order)
    return net if order.taxes_included else net + current_tax(order)


def received(order: Order) -> Money:
    paid = (one.amount for one in order.transactions if one.status == "SUCCESS" and one.kind in _RECEIVED)
    return total(paid, order.zero)


def refunded(order: Order) -> Money:
    return total((one.total for one in order.refunds), order.zero)


def outstanding(order: Order) -> Money:
    """Owed to the seller where positive, to the buyer where negative."""
    return current_price(order) - received(order) + refunded(order)


def derived_status(order: Order) -> str:
    """The financial status that follows from the transactions (OrderCreateOrderInput.financialStatus)."""
    paid = received(order).amount
    if paid > 0:
        return "PAID" if paid >= price(order).amount else "PARTIALLY_PAID"
    held = [one for one in order.transactions if one.kind == "AUTHORIZATION" and one.status == "SUCCESS"]
    if held:
        return "AUTHORIZED"
    return "PAID" if price(order).amount == 0 else "PENDING"

"""From an OrderCreateOrderInput to the records of an order: lines, taxes, discount, shipping, payments, addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from simulators.shopify.execution import Context
from simulators.shopify.global_ids import number_of
from simulators.shopify.orders.checks import moment
from simulators.shopify.orders.money import Money, total
from simulators.shopify.orders.records import Address, Discount, LineItem, Pairs, ShippingLine, TaxLine, Transaction
from simulators.shopify.orders.totals import discounted

_STATUSES = {"FULFILLED": "FULFILLED", "PARTIAL": "PARTIALLY_FULFILLED", "RESTOCKED": "RESTOCKED"}
_ADDRESS = {
    "first_name": "firstName",
    "last_name": "lastName",
    "company": "company",
    "address1": "address1",
    "address2": "address2",
    "city": "city",
    "zip": "zip",
    "province_code": "provinceCode",
    "country_code": "countryCode",
    "phone": "phone",
}


class CannotClaim(Exception):
    """DECREMENT_OBEYING_POLICY, and the policy forbids."""


@dataclass(frozen=True, slots=True)
class Currencies:
    """What an order is counted in (`own`) and was shown in; the same unless told otherwise."""

    own: str
    shown: str

    @property
    def zero(self) -> Money:
        return self.sum_of(Decimal(0), Decimal(0))

    def sum_of(self, amount: Decimal, presented: Decimal) -> Money:
        if self.own == self.shown:
            return Money(amount, self.own)
        return Money(amount, self.own, presented, self.shown)

    def read(self, bag: dict[str, Any]) -> Money:
        amount = Decimal(str(bag["shopMoney"]["amount"]))
        told = bag.get("presentmentMoney")
        return self.sum_of(amount, Decimal(str(told["amount"])) if told else amount)


def currencies(context: Context, order: dict[str, Any]) -> Currencies:
    own = order.get("currency") or context.world.shop.currency
    return Currencies(own, order.get("presentmentCurrency") or own)


def particulars(context: Context, order: dict[str, Any], behaviour: str) -> dict[str, Any]:
    """The fields of the order to store, lines included; raises CannotClaim."""
    money = currencies(context, order)
    lines = [_line(context, one, money, behaviour) for one in order["lineItems"]]
    shipping = [_shipping_line(context, one, money) for one in order.get("shippingLines") or []]
    discount, lines, shipping = _discounted(order.get("discountCode") or {}, money, lines, shipping)
    included = bool(order.get("taxesIncluded"))
    lines = _taxed(order, money, lines, included)
    shipping = [
        replace(line, tax_lines=_taxes(one.get("taxLines"), money, line.price - line.discount, included))
        for one, line in zip(order.get("shippingLines") or [], shipping, strict=True)
    ]
    status = order.get("fulfillmentStatus")
    return {
        "lines": lines,
        "name": order.get("name"),
        "email": order.get("email"),
        "phone": order.get("phone"),
        "note": order.get("note"),
        "tags": tuple(sorted(set(order.get("tags") or ()), key=str.lower)),
        "source_identifier": order.get("sourceIdentifier"),
        "source_name": order.get("sourceName") or str(_APP),
        "source_url": order.get("sourceUrl"),
        "po_number": order.get("poNumber"),
        "currency": money.own,
        "presentment_currency": money.shown,
        "zero": money.zero,
        "financial_status": order.get("financialStatus"),
        "fulfillment_status": _STATUSES[status] if status else None,
        "taxes_included": included,
        "attributes": _pairs(order.get("customAttributes"), "key"),
        "shipping_lines": tuple(shipping),
        "discount": discount,
        "transactions": tuple(_transaction(context, one, money) for one in order.get("transactions") or []),
        "shipping_address": _address(order.get("shippingAddress")),
        "billing_address": _address(order.get("billingAddress")),
        "test": bool(order.get("test")),
        "processed_at": moment(order["processedAt"]) if order.get("processedAt") else None,
        "closed_at": moment(order["closedAt"]) if order.get("closedAt") else None,
    }


_APP = 1_354_745  # an app's id stands as source name where none is given, as in Shopify's webhook samples


def _line(context: Context, wanted: dict[str, Any], money: Currencies, behaviour: str) -> LineItem:
    """A line as asked for. Without `priceSet` the variant's own price counts, as a number in the order's currency."""
    told = money.read(wanted["priceSet"]) if wanted.get("priceSet") else None
    variant_id = wanted.get("variantId")
    if variant_id:
        line = _of_variant(context, number_of(variant_id, "ProductVariant"), wanted, behaviour)
        price = told or money.sum_of(line.price.amount, line.price.amount)
    else:
        price = told or money.zero
        line = LineItem(
            id=context.world.next_id(),
            title=wanted["title"],
            sku=None,
            quantity=wanted["quantity"],
            current_quantity=wanted["quantity"],
            variant_id=None,
            product_id=None,
            price=price,
            requires_shipping=False,
            location_id=None,
            discount=money.zero,
        )
    return replace(
        line,
        price=price,
        discount=money.zero,
        sku=wanted.get("sku") or line.sku,
        title=wanted.get("title") or line.title,
        variant_title=wanted.get("variantTitle") or line.variant_title,
        vendor=wanted.get("vendor") or line.vendor,
        taxable=wanted.get("taxable", True) is not False,
        requires_shipping=bool(wanted.get("requiresShipping", False)),
        properties=_pairs(wanted.get("properties"), "name"),
    )


def _of_variant(context: Context, variant_id: int, wanted: dict[str, Any], behaviour: str) -> LineItem:
    view = context.view
    variant = view.variants[variant_id]
    item = view.items[variant.inventory_item_id]
    if (
        behaviour == "DECREMENT_OBEYING_POLICY"
        and variant.inventory_policy == "DENY"
        and item.tracked
        and view.quantity(variant) < wanted["quantity"]
    ):
        raise CannotClaim(f"Unable to claim inventory for {variant.sku}")
    taken_from = None
    if behaviour != "BYPASS" and item.tracked and view.levels_of(item.id):
        taken_from = context.world.deeds.picked_location(variant, wanted["quantity"])
    line: LineItem = context.world.deeds.line_of(variant, wanted["quantity"], variant.price, taken_from)
    return line


def _pairs(told: list[dict[str, Any]] | None, key: str) -> Pairs:
    return tuple((one[key], one["value"]) for one in told or [])


def _shipping_line(context: Context, wanted: dict[str, Any], money: Currencies) -> ShippingLine:
    return ShippingLine(
        id=context.world.next_id(),
        title=wanted["title"],
        code=wanted.get("code"),
        source=wanted.get("source"),
        price=money.read(wanted["priceSet"]),
        discount=money.zero,
    )


def _transaction(context: Context, wanted: dict[str, Any], money: Currencies) -> Transaction:
    at = wanted.get("processedAt")
    return Transaction(
        id=context.world.next_id(),
        kind=wanted.get("kind") or "SALE",
        status=wanted.get("status") or "SUCCESS",
        gateway=wanted.get("gateway"),
        amount=money.read(wanted["amountSet"]),
        processed_at=moment(at) if at else context.now,
        test=bool(wanted.get("test")),
    )


def _address(told: dict[str, Any] | None) -> Address | None:
    return {ours: told.get(theirs) for ours, theirs in _ADDRESS.items()} if told else None


# The discount


def _discounted(
    told: dict[str, Any], money: Currencies, lines: list[LineItem], shipping: list[ShippingLine]
) -> tuple[Discount | None, list[LineItem], list[ShippingLine]]:
    """Spread the discount over what it applies to: a fixed amount by the worth of the lines, never more than that."""
    if free := told.get("freeShippingDiscountCode"):
        shipping = [replace(one, discount=one.price) for one in shipping]
        amount = total((one.price for one in shipping), money.zero)
        return Discount(free["code"], "shipping", amount.amount, amount), lines, shipping
    worths = [line.price * line.quantity for line in lines]
    whole = total(worths, money.zero)
    if fixed := told.get("itemFixedDiscountCode"):
        asked = money.read(fixed["amountSet"]) if fixed.get("amountSet") else money.zero
        amount = whole if asked.amount > whole.amount else asked
        discount = Discount(fixed["code"], "fixed_amount", asked.amount, amount)
    elif percent := told.get("itemPercentageDiscountCode"):
        share = Decimal(str(percent.get("percentage") or 0))
        amount = (whole * (share / 100)).rounded()
        discount = Discount(percent["code"], "percentage", share, amount)
    else:
        return None, lines, shipping
    parts = amount.shares([worth.amount for worth in worths])
    spread = [replace(line, discount=part) for line, part in zip(lines, parts, strict=True)]
    return discount, spread, shipping


# Taxes


def _taxed(order: dict[str, Any], money: Currencies, lines: list[LineItem], included: bool) -> list[LineItem]:
    """Taxes of the lines; those of the order "are split across the taxable line items" (OrderCreateOrderInput.taxLines)."""
    if order.get("taxLines"):
        return _split(order["taxLines"], money, lines, included)
    return [
        replace(line, tax_lines=_taxes(one.get("taxLines"), money, discounted(line), included))
        for one, line in zip(order["lineItems"], lines, strict=True)
    ]


def _taxes(told: list[dict[str, Any]] | None, money: Currencies, base: Money, included: bool) -> tuple[TaxLine, ...]:
    return tuple(_tax(one, money, base, included) for one in told or [])


def _tax(told: dict[str, Any], money: Currencies, base: Money, included: bool) -> TaxLine:
    """A tax line; without an amount it is the rate's part of what it is on, after discounts."""
    rate = Decimal(str(told["rate"]))
    part = rate / (1 + rate) if included else rate
    amount = money.read(told["priceSet"]) if told.get("priceSet") else (base * part).rounded()
    return TaxLine(told["title"], rate, amount, bool(told.get("channelLiable")))


def _split(told: Sequence[dict[str, Any]], money: Currencies, lines: list[LineItem], included: bool) -> list[LineItem]:
    weights = [discounted(line).amount if line.taxable else Decimal(0) for line in lines]
    taxable = total((discounted(line) for line in lines if line.taxable), money.zero)
    for one in told:
        whole = _tax(one, money, taxable, included)
        lines = [
            replace(line, tax_lines=(*line.tax_lines, replace(whole, amount=part))) if line.taxable else line
            for line, part in zip(lines, whole.amount.shares(weights), strict=True)
        ]
    return lines

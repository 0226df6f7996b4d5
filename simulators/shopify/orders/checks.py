"""What `orderCreate` refuses, as user errors.

Codes: OrderCreateUserErrorCode (introspection 2026-04). The texts are ours where a comment says nothing else, and so
is the choice to refuse what contradicts the documentation of a field (money in another currency than the order's).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from simulators.shopify.execution import Context
from simulators.shopify.global_ids import number_of
from simulators.shopify.orders.places import about_address, about_mail

UserError = dict[str, Any]
_PHONE = re.compile(r"\+?[\d\s().\-/]{7,20}")


def user_error(field: list[str], code: str, message: str) -> UserError:
    return {"field": field, "code": code, "message": message}


def complaints(context: Context, order: dict[str, Any]) -> list[UserError]:
    """All that is wrong with an OrderCreateOrderInput; nothing is created then."""
    crowded = _too_many(context)
    if crowded:
        return crowded
    return [
        *_lines(context, order),
        *_taxes(order),
        *_rates(order),
        *_money(context, order),
        *_discount(order),
        *_particulars(context, order),
        *_taken_mark(context, order),
    ]


def moment(text: str | datetime) -> datetime:
    return text if isinstance(text, datetime) else datetime.fromisoformat(text.replace("Z", "+00:00"))


def _too_many(context: Context) -> list[UserError]:
    """Five a minute on development and trial stores (documentation of orderCreate); how it is told is not documented."""
    most = context.limits.orders_per_minute
    if most is None:
        return []
    since = context.now - timedelta(minutes=1)
    newest_first = reversed(context.world.live.orders.values())
    lately = sum(1 for _ in takewhile(lambda one: one.created_at > since, newest_first))
    if lately < most:
        return []
    return [
        user_error(["order"], "INVALID", f"Too many attempts: at most {most} orders a minute on this kind of store.")
    ]


def _lines(context: Context, order: dict[str, Any]) -> Iterator[UserError]:
    if not order.get("lineItems"):
        yield user_error(["order", "lineItems"], "INVALID", "Line items must have at least one line item")
    for place, one in enumerate(order.get("lineItems") or []):
        where = ["order", "lineItems", str(place)]
        if one["quantity"] < 1:
            yield user_error([*where, "quantity"], "INVALID", "Quantity must be greater than 0")
        variant_id = one.get("variantId")
        if variant_id and number_of(variant_id, "ProductVariant") not in context.view.variants:
            yield user_error([*where, "variantId"], "INVALID", "Variant does not exist")
        if not variant_id and not one.get("title"):
            yield user_error([*where, "title"], "INVALID", "Title can't be blank")
        if one.get("fulfillmentService") not in (None, "manual"):
            yield user_error(
                [*where, "fulfillmentService"], "FULFILLMENT_SERVICE_INVALID", "Fulfillment service is invalid"
            )


def _taxes(order: dict[str, Any]) -> Iterator[UserError]:
    """Tax lines "can be specified on the order or the line items but not both" (OrderCreateOrderInput.taxLines)."""
    if order.get("taxLines") and any(one.get("taxLines") for one in order.get("lineItems") or []):
        yield user_error(
            ["order", "taxLines"], "INVALID", "Tax lines must be specified on the order or on its line items, not both"
        )


def _rates(order: dict[str, Any]) -> Iterator[UserError]:
    """A tax line needs its rate; an empty text is none."""
    for name in ("lineItems", "shippingLines"):
        for place, one in enumerate(order.get(name) or []):
            for number, tax in enumerate(one.get("taxLines") or []):
                if str(tax["rate"]) == "":
                    where = ["order", name, str(place), "taxLines", str(number), "rate"]
                    yield user_error(where, "TAX_LINE_RATE_MISSING", "Tax line rate is missing")


def _money(context: Context, order: dict[str, Any]) -> Iterator[UserError]:
    """Shop money is in the order's `currency`, presentment money in its `presentmentCurrency`, which must be named then."""
    own = order.get("currency") or context.world.shop.currency
    shown = order.get("presentmentCurrency") or own
    for where, bag in _bags(order):
        if bag["shopMoney"]["currencyCode"] != own:
            yield user_error([*where, "shopMoney"], "INVALID", f"Currency must be {own}, the currency of the order")
        told = bag.get("presentmentMoney")
        if (told["currencyCode"] if told else own) != shown:
            yield user_error(
                [*where, "presentmentMoney"],
                "INVALID",
                f"Currency must be {shown}, the presentment currency of the order",
            )
    for place, one in enumerate(order.get("shippingLines") or []):
        if float(one["priceSet"]["shopMoney"]["amount"]) < 0:  # "Can't be negative"
            yield user_error(
                ["order", "shippingLines", str(place), "priceSet"], "INVALID", "Price must not be negative"
            )


def _bags(order: dict[str, Any]) -> Iterator[tuple[list[str], dict[str, Any]]]:
    """Every MoneyBagInput of the order, with its place."""
    for name in ("lineItems", "shippingLines"):
        for place, one in enumerate(order.get(name) or []):
            where = ["order", name, str(place)]
            if one.get("priceSet"):
                yield [*where, "priceSet"], one["priceSet"]
            yield from _tax_bags(where, one.get("taxLines"))
    yield from _tax_bags(["order"], order.get("taxLines"))
    for place, one in enumerate(order.get("transactions") or []):
        yield ["order", "transactions", str(place), "amountSet"], one["amountSet"]
    fixed = (order.get("discountCode") or {}).get("itemFixedDiscountCode") or {}
    if fixed.get("amountSet"):
        yield ["order", "discountCode", "itemFixedDiscountCode", "amountSet"], fixed["amountSet"]


def _tax_bags(where: list[str], taxes: list[dict[str, Any]] | None) -> Iterator[tuple[list[str], dict[str, Any]]]:
    for place, one in enumerate(taxes or []):
        if one.get("priceSet"):
            yield [*where, "taxLines", str(place), "priceSet"], one["priceSet"]


def _discount(order: dict[str, Any]) -> Iterator[UserError]:
    told = [kind for kind, one in (order.get("discountCode") or {}).items() if one]
    if len(told) > 1:  # "Only one type of discount can be applied to an order"
        yield user_error(["order", "discountCode"], "INVALID", "Only one type of discount can be applied")
    fixed = (order.get("discountCode") or {}).get("itemFixedDiscountCode")
    if fixed and fixed.get("amountSet") and float(fixed["amountSet"]["shopMoney"]["amount"]) < 0:
        yield user_error(["order", "discountCode", "itemFixedDiscountCode"], "INVALID", "Amount must not be negative")


def _particulars(context: Context, order: dict[str, Any]) -> Iterator[UserError]:
    processed_at = order.get("processedAt")
    if processed_at and moment(processed_at) > context.now:
        yield user_error(["order", "processedAt"], "PROCESSED_AT_INVALID", "Processed at must not be in the future")
    words = about_mail(order["email"]) if order.get("email") else None
    if words:
        yield user_error(["order", "email"], "INVALID", words)
    for name in ("shippingAddress", "billingAddress"):
        for part, complaint in about_address(order.get(name) or {}):
            yield user_error(["order", name, part], "INVALID", complaint)
    if order.get("phone") and not _PHONE.fullmatch(order["phone"]):
        yield user_error(["order", "phone"], "INVALID", "Phone is invalid")


def _taken_mark(context: Context, order: dict[str, Any]) -> Iterator[UserError]:
    """A metafield whose definition is of type `id` is unique among orders: a second order with its value is refused."""
    for field in order.get("metafields") or []:
        namespace, key = field.get("namespace") or "custom", field.get("key")
        if context.world.metafields.taken(namespace, key, field.get("value")):
            yield user_error(
                ["order", "metafields"], "INVALID", "Metafield value must be unique: the value is already taken"
            )

"""Importing and cancelling orders through the API, and the metafields that mark them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from simulators.shopify.execution import Context, Resolver
from simulators.shopify.global_ids import gid, number_of
from simulators.shopify.records import LineItem, Money

# Importing


def _create(
    _: Any, info: Any, order: dict[str, Any], options: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Import an order. Stock is left alone unless `inventoryBehaviour` says otherwise (default BYPASS)."""
    context: Context = info.context
    world = context.world
    refusal = _order_problem(context, order)
    if refusal is not None:
        return {"order": None, "userErrors": [refusal]}
    behaviour = (options or {}).get("inventoryBehaviour", "BYPASS")
    currency = order.get("currency") or world.shop.currency
    try:
        lines = [_line(context, one, currency, behaviour) for one in order["lineItems"]]
    except _CannotClaim as short:
        return {
            "order": None,
            "userErrors": [_error(["order", "lineItems"], "INVENTORY_CLAIM_FAILED", str(short))],
        }
    stored = world.deeds.store_order(lines, **_particulars(order, currency))
    for line in lines:
        world.deeds.take_stock(line)
    for field in order.get("metafields") or []:
        _store_metafield(world, gid("Order", stored.id), field)
    world.deeds.announce(stored)
    return {"order": stored, "userErrors": []}


class _CannotClaim(Exception):
    """DECREMENT_OBEYING_POLICY, and the policy forbids."""


def _order_problem(context: Context, order: dict[str, Any]) -> dict[str, Any] | None:
    world = context.world
    most = context.limits.orders_per_minute
    if most is not None:
        lately = [
            one for one in world.live.orders.values() if one.created_at > context.now - timedelta(minutes=1)
        ]
        if len(lately) >= most:
            return _error(
                ["order"],
                "INVALID",
                f"Too many attempts: at most {most} orders a minute on this kind of store.",
            )
    if not order.get("lineItems"):
        return _error(["order", "lineItems"], "INVALID", "Line items must have at least one line item")
    if order.get("taxLines") and any(one.get("taxLines") for one in order["lineItems"]):
        return _error(
            ["order", "taxLines"],
            "INVALID",
            "Tax lines must be specified on the order or on its line items, not both",
        )
    processed_at = order.get("processedAt")
    if processed_at and _moment(processed_at) > context.now:
        return _error(
            ["order", "processedAt"], "PROCESSED_AT_INVALID", "Processed at must not be in the future"
        )
    for place, one in enumerate(order["lineItems"]):
        where = ["order", "lineItems", str(place)]
        if one["quantity"] < 1:
            return _error([*where, "quantity"], "INVALID", "Quantity must be greater than 0")
        variant_id = one.get("variantId")
        if variant_id and number_of(variant_id, "ProductVariant") not in context.view.variants:
            return _error([*where, "variantId"], "INVALID", "Variant does not exist")
        if not variant_id and not one.get("title"):
            return _error([*where, "title"], "INVALID", "Title can't be blank")
    return _taken_mark(context, order)


def _taken_mark(context: Context, order: dict[str, Any]) -> dict[str, Any] | None:
    """A metafield whose definition is of type `id` is unique among orders: a second order with its value is refused."""
    for field in order.get("metafields") or []:
        definition = context.world.definitions.get(
            ("ORDER", field.get("namespace") or "custom", field.get("key"))
        )
        if definition is None or definition["type"] != "id":
            continue
        taken = any(
            (space, key, held["value"]) == (definition["namespace"], definition["key"], field.get("value"))
            for (_, space, key), held in context.world.metafields.items()
        )
        if taken:
            return _error(
                ["order", "metafields"],
                "INVALID",
                "Metafield value must be unique: the value is already taken",
            )
    return None


def _line(context: Context, wanted: dict[str, Any], currency: str, behaviour: str) -> LineItem:
    told_price = (wanted.get("priceSet") or {}).get("shopMoney")
    variant_id = wanted.get("variantId")
    if not variant_id:
        amount = Decimal(str(told_price["amount"])) if told_price else Decimal(0)
        return LineItem(
            id=context.world.next_id(),
            title=wanted["title"],
            sku=wanted.get("sku"),
            quantity=wanted["quantity"],
            current_quantity=wanted["quantity"],
            variant_id=None,
            product_id=None,
            price=Money(amount, currency),
            requires_shipping=bool(wanted.get("requiresShipping", False)),
            location_id=None,
        )
    variant = context.view.variants[number_of(variant_id, "ProductVariant")]
    item = context.view.items[variant.inventory_item_id]
    there = context.view.quantity(variant)
    if (
        behaviour == "DECREMENT_OBEYING_POLICY"
        and variant.inventory_policy == "DENY"
        and item.tracked
        and there < wanted["quantity"]
    ):
        raise _CannotClaim(f"Unable to claim inventory for {variant.sku}")
    levels = context.view.levels_of(item.id)
    taken_from = levels[0].location_id if behaviour != "BYPASS" and item.tracked and levels else None
    price = Decimal(str(told_price["amount"])) if told_price else variant.price
    line: LineItem = context.world.deeds.line_of(variant, wanted["quantity"], price, taken_from)
    shipped = bool(wanted.get("requiresShipping", False))
    return replace(
        line,
        requires_shipping=shipped,
        sku=wanted.get("sku") or line.sku,
        title=wanted.get("title") or line.title,
        price=Money(price, currency),
    )


def _particulars(order: dict[str, Any], currency: str) -> dict[str, Any]:
    shipping = sum(
        (Decimal(str(one["priceSet"]["shopMoney"]["amount"])) for one in order.get("shippingLines") or []),
        Decimal(0),
    )
    paid = any(one.get("status", "SUCCESS") == "SUCCESS" for one in order.get("transactions") or [])
    address = order.get("shippingAddress") or {}
    return {
        "name": order.get("name"),
        "email": order.get("email"),
        "note": order.get("note"),
        "tags": tuple(order.get("tags") or ()),
        "source_identifier": order.get("sourceIdentifier"),
        "source_name": order.get("sourceName"),
        "currency": currency,
        "financial_status": order.get("financialStatus") or ("PAID" if paid else "PENDING"),
        "shipping": Money(shipping, currency),
        "shipping_address": {
            "first_name": address.get("firstName"),
            "last_name": address.get("lastName"),
            "address1": address.get("address1"),
            "city": address.get("city"),
            "zip": address.get("zip"),
            "country_code": address.get("countryCode"),
        }
        if address
        else None,
        "test": bool(order.get("test", False)),
        "processed_at": _moment(order["processedAt"]) if order.get("processedAt") else None,
    }


def _moment(text: str | datetime) -> datetime:
    return text if isinstance(text, datetime) else datetime.fromisoformat(text.replace("Z", "+00:00"))


def _error(field: list[str], code: str, message: str) -> dict[str, Any]:
    return {"field": field, "code": code, "message": message}


def _cancel(
    _: Any, info: Any, orderId: str, restock: bool, reason: str, notifyCustomer: bool = False, **_rest: Any
) -> dict[str, Any]:
    world = info.context.world
    order = world.live.orders.get(number_of(orderId, "Order"))
    if order is None:
        return {
            "job": None,
            "orderCancelUserErrors": [_error(["orderId"], "NOT_FOUND", "Order does not exist")],
        }
    if order.cancelled_at or order.fulfillment_status != "UNFULFILLED":
        message = "Cannot cancel an order that is cancelled or fulfilled"
        return {"job": None, "orderCancelUserErrors": [_error(["orderId"], "INVALID", message)]}
    world.deeds.cancel(order.id, reason=reason, restock=restock)
    return {"job": {"id": gid("Job", world.next_id()), "done": False}, "orderCancelUserErrors": []}


# Metafields


def _store_metafield(world: Any, owner: str, told: dict[str, Any]) -> dict[str, Any]:
    namespace, key = told.get("namespace") or "custom", told["key"]
    definition = world.definitions.get(("ORDER", namespace, key))
    kind = told.get("type") or (definition["type"] if definition else "single_line_text_field")
    number = world.next_id()
    field = {
        "id": gid("Metafield", number),
        "legacyResourceId": number,
        "namespace": namespace,
        "key": key,
        "type": kind,
        "value": told["value"],
    }
    world.metafields[(owner, namespace, key)] = field
    return field


def _set_metafields(_: Any, info: Any, metafields: list[dict[str, Any]]) -> dict[str, Any]:
    world = info.context.world
    for place, one in enumerate(metafields):
        namespace = one.get("namespace") or "custom"
        definition = world.definitions.get(("ORDER", namespace, one["key"]))
        if definition is None and not one.get("type"):
            error = _error(["metafields", str(place), "type"], "INVALID_TYPE", "Type can't be blank")
            return {"metafields": [], "userErrors": [error | {"elementIndex": place}]}
        if definition is None or definition["type"] != "id":
            continue
        taken = any(
            (space, key, held["value"]) == (namespace, one["key"], one["value"]) and owner != one["ownerId"]
            for (owner, space, key), held in world.metafields.items()
        )
        if taken:
            error = _error(["metafields", str(place), "value"], "TAKEN", "Value must be unique")
            return {"metafields": [], "userErrors": [error | {"elementIndex": place}]}
    return {
        "metafields": [_store_metafield(world, one["ownerId"], one) for one in metafields],
        "userErrors": [],
    }


def _define_metafield(_: Any, info: Any, definition: dict[str, Any]) -> dict[str, Any]:
    world = info.context.world
    namespace = definition.get("namespace") or "custom"
    place = (definition["ownerType"], namespace, definition["key"])
    if place in world.definitions:
        error = _error(
            ["definition", "key"], "TAKEN", f"Key is in use for {definition['ownerType']} metafields"
        )
        return {"createdDefinition": None, "userErrors": [error]}
    made = {
        "id": gid("MetafieldDefinition", world.next_id()),
        "namespace": namespace,
        "key": definition["key"],
        "name": definition["name"],
        "type": definition["type"],
    }
    world.definitions[place] = made
    return {"createdDefinition": made, "userErrors": []}


ORDER_WRITES: dict[str, dict[str, Resolver]] = {
    "Mutation": {
        "orderCreate": _create,
        "orderCancel": _cancel,
        "metafieldsSet": _set_metafields,
        "metafieldDefinitionCreate": _define_metafield,
    },
}

"""Orders through the API: reading them, importing and cancelling them, and the metafields that mark them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from graphql import GraphQLError

from simulators.shopify import search
from simulators.shopify.execution import Context, Resolver
from simulators.shopify.pages import Page
from simulators.shopify.payloads import gid
from simulators.shopify.reads import by_id, connection, note_ignored, number_of
from simulators.shopify.records import Fulfillment, LineItem, Money, Order, Refund

_FACTS: dict[str, Callable[[Any], Any]] = {
    "default": lambda one: (one.name, one.email),
    "id": lambda one: one.id,
    "name": lambda one: one.name,
    "email": lambda one: one.email,
    "tag": lambda one: one.tags,
    "sku": lambda one: tuple(line.sku for line in one.lines),
    "source_identifier": lambda one: one.source_identifier,
    "source_name": lambda one: one.source_name,
    "financial_status": lambda one: one.financial_status,
    "fulfillment_status": lambda one: one.fulfillment_status,
    "status": lambda one: "cancelled" if one.cancelled_at else "open",
    "test": lambda one: str(one.test).lower(),
    "created_at": lambda one: one.created_at,
    "processed_at": lambda one: one.processed_at,
    "updated_at": lambda one: one.updated_at,
}
_KEYS: dict[str, Callable[[Any], tuple[Any, int]]] = {
    "ID": by_id,
    "CREATED_AT": lambda one: (one.created_at, one.id),
    "PROCESSED_AT": lambda one: (one.processed_at, one.id),
    "UPDATED_AT": lambda one: (one.updated_at, one.id),
}


def _orders(
    _: Any, info: Any, sortKey: str = "PROCESSED_AT", query: str | None = None, **window: Any
) -> Page[Order]:
    """A search: it sees orders as the index knew them `order_search_lag_s` ago."""
    index = info.context.order_index().orders
    asked = search.parse(query, _FACTS)
    if asked is None:
        return connection(index.values(), _KEYS[sortKey], info, window)
    note_ignored(info, query, asked)
    return connection(
        [one for one in index.values() if asked.keeps(one, _FACTS)], _KEYS[sortKey], info, window
    )


def _order_by_identifier(_: Any, info: Any, identifier: dict[str, Any]) -> Order | None:
    """Strict: finds an order by its unique metafield the moment it exists."""
    context: Context = info.context
    if "id" in identifier:
        return context.view.orders.get(number_of(identifier["id"], "Order"))
    custom = identifier["customId"]
    namespace, key = custom.get("namespace") or "custom", custom["key"]
    definition = context.world.definitions.get(("ORDER", namespace, key))
    if definition is None or definition["type"] != "id":
        raise GraphQLError(
            f"Metafield definition of type 'id' is required when using custom ids: {namespace}.{key}",
            extensions={"code": "NOT_FOUND"},
        )
    for (owner, space, name), field in context.world.metafields.items():
        if (space, name, field["value"]) == (namespace, key, custom["value"]):
            return context.view.orders.get(number_of(owner, "Order"))
    return None


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


# Types


def money_bag(amount: Money) -> dict[str, Any]:
    one = {"amount": amount.amount, "currencyCode": amount.currency}
    return {"shopMoney": one, "presentmentMoney": one}


def _lines(order: Order, info: Any, **window: Any) -> Page[LineItem]:
    return connection(order.lines, by_id, info, window)


def _fulfillments(
    order: Order, _: Any, first: int | None = None, query: str | None = None
) -> list[dict[str, Any]]:
    return [{"order": order, "it": one} for one in order.fulfillments[:first]]


def _refunds(order: Order, _: Any, first: int | None = None) -> list[dict[str, Any]]:
    return [{"order": order, "it": one} for one in order.refunds[:first]]


def _line_of(order: Order, line_id: int) -> LineItem:
    return next(line for line in order.lines if line.id == line_id)


def _shipped_lines(told: dict[str, Any], info: Any, **window: Any) -> Page[Any]:
    parcel: Fulfillment = told["it"]
    rows = [
        _Part(
            own,
            {
                "id": gid("FulfillmentLineItem", own),
                "quantity": count,
                "lineItem": _line_of(told["order"], line_id),
            },
        )
        for own, line_id, count in parcel.lines
    ]
    return connection(rows, by_id, info, window)


def _refunded_lines(told: dict[str, Any], info: Any, **window: Any) -> Page[Any]:
    refund: Refund = told["it"]
    rows = [
        _Part(own, {"quantity": count, "restockType": kind, "lineItem": _line_of(told["order"], line_id)})
        for own, line_id, count, kind in refund.lines
    ]
    return connection(rows, by_id, info, window)


class _Part(dict[str, Any]):
    """A row of a fulfilment or refund: its fields, with the id that orders it."""

    def __init__(self, number: int, fields: dict[str, Any]) -> None:
        super().__init__(fields)
        self.id = number


ORDERS: dict[str, dict[str, Resolver]] = {
    "QueryRoot": {
        "order": lambda _, info, id: info.context.view.orders.get(number_of(id, "Order")),
        "orders": _orders,
        "orderByIdentifier": _order_by_identifier,
    },
    "Mutation": {
        "orderCreate": _create,
        "orderCancel": _cancel,
        "metafieldsSet": _set_metafields,
        "metafieldDefinitionCreate": _define_metafield,
    },
    "Order": {
        "id": lambda one, _: gid("Order", one.id),
        "legacyResourceId": lambda one, _: one.id,
        "tags": lambda one, _: list(one.tags),
        "closed": lambda *_: False,
        "currencyCode": lambda one, _: one.currency,
        "displayFinancialStatus": lambda one, _: one.financial_status,
        "displayFulfillmentStatus": lambda one, _: one.fulfillment_status,
        "totalPriceSet": lambda one, _: money_bag(one.total),
        "lineItems": _lines,
        "fulfillments": _fulfillments,
        "refunds": _refunds,
        "metafield": lambda one, info, key, namespace=None: info.context.world.metafields.get(
            (gid("Order", one.id), namespace or "custom", key)
        ),
    },
    "LineItem": {
        "id": lambda one, _: gid("LineItem", one.id),
        "variant": lambda one, info: info.context.view.variants.get(one.variant_id),
        "originalUnitPriceSet": lambda one, _: money_bag(one.price),
    },
    "Fulfillment": {
        "id": lambda one, _: gid("Fulfillment", one["it"].id),
        "legacyResourceId": lambda one, _: one["it"].id,
        "status": lambda one, _: one["it"].status,
        "displayStatus": lambda *_: "FULFILLED",
        "createdAt": lambda one, _: one["it"].created_at,
        "updatedAt": lambda one, _: one["it"].updated_at,
        "trackingInfo": lambda one, _, first=None: [
            {"company": company, "number": number, "url": url}
            for company, number, url in one["it"].tracking[:first]
        ],
        "fulfillmentLineItems": _shipped_lines,
    },
    "Refund": {
        "id": lambda one, _: gid("Refund", one["it"].id),
        "legacyResourceId": lambda one, _: one["it"].id,
        "createdAt": lambda one, _: one["it"].created_at,
        "totalRefundedSet": lambda one, _: money_bag(one["it"].total),
        "refundLineItems": _refunded_lines,
    },
}

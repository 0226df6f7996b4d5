"""Reading orders through the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLError

from simulators.shopify import search
from simulators.shopify.execution import Context, Resolver
from simulators.shopify.filters import by_id, connection, note_ignored
from simulators.shopify.global_ids import gid, number_of
from simulators.shopify.pages import Page
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


ORDER_READS: dict[str, dict[str, Resolver]] = {
    "QueryRoot": {
        "order": lambda _, info, id: info.context.view.orders.get(number_of(id, "Order")),
        "orders": _orders,
        "orderByIdentifier": _order_by_identifier,
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

"""Reading orders through the API: finding them, their lines, money, addresses and payments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLError

from simulators.shopify import search
from simulators.shopify.catalog.filters import by_id, connection, note_ignored
from simulators.shopify.execution import Context, Resolver
from simulators.shopify.global_ids import gid, number_of
from simulators.shopify.orders import totals as order_totals
from simulators.shopify.orders.money import Money, money_bag
from simulators.shopify.orders.records import Address, LineItem, Order, Pairs, ShippingLine, TaxLine
from simulators.shopify.orders.search import ORDER_FACTS
from simulators.shopify.pages import Page

_KEYS: dict[str, Callable[[Any], tuple[Any, int]]] = {
    "ID": by_id,
    "CREATED_AT": lambda one: (one.created_at, one.id),
    "PROCESSED_AT": lambda one: (one.processed_at, one.id),
    "UPDATED_AT": lambda one: (one.updated_at, one.id),
}


def _orders(_: Any, info: Any, sortKey: str = "PROCESSED_AT", query: str | None = None, **window: Any) -> Page[Order]:
    """A search: it sees orders as the index knew them `order_search_lag_s` ago."""
    context: Context = info.context
    known = context.order_index()
    asked = search.parse(query, ORDER_FACTS)
    if asked is None:
        return connection(known.values(), _KEYS[sortKey], info, window)
    note_ignored(info, query, asked)
    return connection(context.world.order_index.found(known, asked), _KEYS[sortKey], info, window)


def _order_by_identifier(_: Any, info: Any, identifier: dict[str, Any]) -> Order | None:
    """Strict: finds an order by its unique metafield the moment it exists."""
    context: Context = info.context
    if "id" in identifier:
        return context.view.orders.get(number_of(identifier["id"], "Order"))
    custom = identifier["customId"]
    namespace, key = custom.get("namespace"), custom["key"]
    fields = context.world.metafields
    if not fields.unique(namespace, key):
        raise GraphQLError(
            f"Metafield definition of type 'id' is required when using custom ids: {namespace or 'custom'}.{key}",
            extensions={"code": "NOT_FOUND"},
        )
    owner = fields.owner_of(namespace, key, custom["value"])
    return context.view.orders.get(number_of(owner, "Order")) if owner else None


# Types


def _money(read: Callable[[Any], Money]) -> Resolver:
    return lambda one, _info, **_arguments: money_bag(read(one))


def _pairs(pairs: Pairs) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in pairs]


def _address(address: Address | None) -> dict[str, Any] | None:
    if address is None:
        return None
    names = [address.get("first_name"), address.get("last_name")]
    return {
        "id": gid("MailingAddress", 1),
        "firstName": address.get("first_name"),
        "lastName": address.get("last_name"),
        "name": " ".join(one for one in names if one) or None,
        "company": address.get("company"),
        "address1": address.get("address1"),
        "address2": address.get("address2"),
        "city": address.get("city"),
        "zip": address.get("zip"),
        "provinceCode": address.get("province_code"),
        "countryCodeV2": address.get("country_code"),
        "phone": address.get("phone"),
    }


def _taxes(taxes: list[TaxLine] | tuple[TaxLine, ...], first: int | None = None) -> list[dict[str, Any]]:
    return [
        {
            "title": one.title,
            "rate": float(one.rate),
            "ratePercentage": float(one.rate * 100),
            "channelLiable": one.channel_liable,
            "priceSet": money_bag(one.amount),
        }
        for one in taxes[:first]
    ]


def _lines(order: Order, info: Any, **window: Any) -> Page[LineItem]:
    return connection(order.lines, by_id, info, window)


def _shipping_lines(order: Order, info: Any, **window: Any) -> Page[ShippingLine]:
    window.pop("includeRemovals", None)
    return connection(order.shipping_lines, by_id, info, window)


def _transactions(order: Order, _: Any, first: int | None = None, **_which: Any) -> list[Any]:
    return list(order.transactions[:first])


def _gateways(order: Order, _: Any) -> list[str]:
    return list(dict.fromkeys(one.gateway for one in order.transactions if one.gateway))


def _allocations(line: LineItem, _: Any) -> list[dict[str, Any]]:
    return [{"allocatedAmountSet": money_bag(line.discount)}] if line.discount.amount else []


_ORDER: dict[str, Resolver] = {
    "id": lambda one, _: gid("Order", one.id),
    "legacyResourceId": lambda one, _: one.id,
    "tags": lambda one, _: list(one.tags),
    "closed": lambda one, _: one.closed_at is not None,
    "currencyCode": lambda one, _: one.currency,
    "presentmentCurrencyCode": lambda one, _: one.presentment_currency,
    "customAttributes": lambda one, _: _pairs(one.attributes),
    "discountCode": lambda one, _: one.discount.code if one.discount else None,
    "displayFinancialStatus": lambda one, _: one.financial_status,
    "displayFulfillmentStatus": lambda one, _: one.fulfillment_status,
    "fullyPaid": lambda one, _: order_totals.received(one).amount >= order_totals.price(one).amount,
    "paymentGatewayNames": _gateways,
    "subtotalLineItemsQuantity": lambda one, _: sum(line.quantity for line in one.lines),
    "subtotalPriceSet": _money(order_totals.subtotal),
    "totalShippingPriceSet": _money(order_totals.shipping),
    "totalTaxSet": _money(order_totals.tax),
    "totalDiscountsSet": _money(order_totals.discounts),
    "totalPriceSet": _money(order_totals.price),
    "originalTotalPriceSet": _money(order_totals.price),
    "currentSubtotalPriceSet": _money(order_totals.current_subtotal),
    "currentShippingPriceSet": _money(order_totals.current_shipping),
    "currentTotalTaxSet": _money(order_totals.current_tax),
    "currentTotalPriceSet": _money(order_totals.current_price),
    "totalOutstandingSet": _money(order_totals.outstanding),
    "totalReceivedSet": _money(order_totals.received),
    "totalRefundedSet": _money(order_totals.refunded),
    "netPaymentSet": _money(lambda one: order_totals.received(one) - order_totals.refunded(one)),
    "taxLines": lambda one, _: _taxes(order_totals.taxes(one)),
    "lineItems": _lines,
    "shippingLine": lambda one, _: one.shipping_lines[0] if one.shipping_lines else None,
    "shippingLines": _shipping_lines,
    "shippingAddress": lambda one, _: _address(one.shipping_address),
    "billingAddress": lambda one, _: _address(one.billing_address),
    "transactions": _transactions,
    "metafield": lambda one, info, key, namespace=None: info.context.world.metafields.get(
        gid("Order", one.id), namespace, key
    ),
}

ORDER_READS: dict[str, dict[str, Resolver]] = {
    "QueryRoot": {
        "order": lambda _, info, id: info.context.view.orders.get(number_of(id, "Order")),
        "orders": _orders,
        "orderByIdentifier": _order_by_identifier,
    },
    "Order": _ORDER,
    "LineItem": {
        "id": lambda one, _: gid("LineItem", one.id),
        "name": lambda one, _: f"{one.title} - {one.variant_title}" if one.variant_title else one.title,
        "unfulfilledQuantity": lambda one, _: one.unsent,
        "variant": lambda one, info: info.context.view.variants.get(one.variant_id),
        "product": lambda one, info: info.context.view.products.get(one.product_id),
        "customAttributes": lambda one, _: _pairs(one.properties),
        "originalUnitPriceSet": _money(lambda one: one.price),
        "originalTotalSet": _money(lambda one: one.price * one.quantity),
        "discountAllocations": _allocations,
        "taxLines": lambda one, _, first=None: _taxes(one.tax_lines, first),
    },
    "ShippingLine": {
        "id": lambda one, _: gid("ShippingLine", one.id),
        "originalPriceSet": _money(lambda one: one.price),
        "discountedPriceSet": _money(lambda one: one.price - one.discount),
        "taxLines": lambda one, _: _taxes(one.tax_lines),
    },
    "OrderTransaction": {
        "id": lambda one, _: gid("OrderTransaction", one.id),
        "amountSet": _money(lambda one: one.amount),
        "createdAt": lambda one, _: one.processed_at,
    },
}

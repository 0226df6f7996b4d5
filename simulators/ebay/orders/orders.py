"""The Fulfillment API: lists of orders, the single order, and the table of its operations. Source: sell_fulfillment 1.20.7.

A list comes oldest first, by the date that its filter asks about, and by creation without one (schema
OrderSearchPagedCollection: creation date, oldest to newest, "will vary according to any filter"). By modification this
is the trap: an order that changes between two pages moves to the end and pulls the rest forward by one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from simulators.ebay.errors import EbayError
from simulators.ebay.orders import parcels, refunds
from simulators.ebay.orders import traps as order_traps
from simulators.ebay.orders.filters import parse_filter, refuse_unencoded
from simulators.ebay.orders.reads import BASE, find_order, shown, wants_breakdown
from simulators.ebay.paging import page_links
from simulators.ebay.state import Order
from simulators.ebay.wire import Call, Operation
from simulators.ebay.world import World
from simulators.kit.pages import Paging, Window
from simulators.kit.wire import Reply

_SCOPES = "https://api.ebay.com/oauth/api_scope"
_WRITE = (f"{_SCOPES}/sell.fulfillment",)
_READ = (*_WRITE, f"{_SCOPES}/sell.fulfillment.readonly")
_MOST_IDS = 50
_REFUSED_PAGE = {"limit": 31100, "offset": 31000}
_ORDERS = Paging(50, 200, lambda name, text: EbayError(_REFUSED_PAGE[name], text))


def get_order(world: World, call: Call) -> Reply:
    breakdown = wants_breakdown(call)
    order = find_order(world, call.seller, call.parameters["orderId"])
    return Reply(200, shown(call, order, world.now(), whole=True, breakdown=breakdown))


def get_orders(world: World, call: Call) -> Reply:
    """A page of orders. `orderIds` makes every other parameter void; `offset` counts orders, not pages."""
    refuse_unencoded(call.query_string)
    breakdown = wants_breakdown(call)
    now, fault = world.now(), call.fault
    window = None if "orderIds" in call.query else _ORDERS.window(call.query)
    found = _found(world, call, now)
    page = (window or Window(len(found) or 1)).page(found)
    body: dict[str, Any] = {
        **page_links(f"{call.origin}{BASE}/order", call.query, page),
        "offset": page.window.place,
        "orders": [shown(call, order, now, whole=False, breakdown=breakdown) for order in page.rows],
    }
    if fault is not None and fault.kind == "vendor":
        order_traps.spoil(fault, body)
        reply = Reply(200, body).freeze()
        order_traps.change_behind(fault, world, call.seller, page.rows)
        return reply
    return Reply(200, body)


def _found(world: World, call: Call, now: datetime) -> list[Order]:
    """All orders that a call means, in their order. What the index does not know yet is not found."""
    known_until = now - world.order_lag
    known = [order for order in call.seller.orders.values() if order.created_at <= known_until]
    for order in known:
        refunds.settle_refund(world, order)
    if "orderIds" in call.query:
        wanted = set(call.query["orderIds"].split(","))
        if len(wanted) > _MOST_IDS:
            raise EbayError(30900)
        found = [order for order in known if order.order_id in wanted]
        field = "creationdate"
    else:
        chosen = parse_filter(call.query.get("filter", ""), now)
        found = [order for order in known if chosen.wants(order, known_until)]
        field = chosen.field
    if field == "creationdate":
        found.sort(key=lambda order: (order.created_at, order.number), reverse=world.newest_orders_first)
    else:
        found.sort(key=lambda order: (order.changed_by(known_until), order.number), reverse=world.newest_orders_first)
    return found


def _operation(name: str, method: str, path: str, handle: Any, **more: Any) -> Operation:
    scopes = more.pop("scopes", _READ if method == "GET" else _WRITE)
    return Operation(name, method, f"{BASE}{path}", handle, "sell.fulfillment", scopes, **more)


_PACKAGES = "/order/{orderId}/shipping_fulfillment"
OPERATIONS = (
    _operation("getOrders", "GET", "/order", get_orders),
    _operation("getOrder", "GET", "/order/{orderId}", get_order),
    _operation("getShippingFulfillments", "GET", _PACKAGES, parcels.get_packages),
    _operation("createShippingFulfillment", "POST", _PACKAGES, parcels.ship),
    _operation("getShippingFulfillment", "GET", f"{_PACKAGES}/{{fulfillmentId}}", parcels.get_package),
    _operation(
        "issueRefund",
        "POST",
        "/order/{order_id}/issue_refund",
        refunds.issue_refund,
        scopes=(f"{_SCOPES}/sell.finances",),
    ),
)

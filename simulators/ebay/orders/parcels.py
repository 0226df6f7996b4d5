"""Packages of an order: told by the API, or by the seller on the site. Source: sell_fulfillment 1.20.7, shipping_fulfillment.

Saying one package twice makes two: eBay does not notice the repeat. A package that differs from
all others may not hold more units than are left; which id refuses it is our reading (32600).
"""

from __future__ import annotations

from typing import Any

from simulators.ebay.errors import EbayError
from simulators.ebay.orders.filters import parse_date
from simulators.ebay.orders.reads import BASE, find_order
from simulators.ebay.state import Order
from simulators.ebay.wire import Call
from simulators.ebay.world import World
from simulators.kit.times import iso
from simulators.kit.wire import Reply

Json = dict[str, Any]


def ship(world: World, call: Call) -> Reply:
    """createShippingFulfillment: one package."""
    order = find_order(world, call.seller, call.parameters["orderId"], missing=400)
    package = pack(world, order, call.json())
    where = f"{call.origin}{BASE}/order/{order.order_id}/shipping_fulfillment/{package['fulfillmentId']}"
    return Reply(201, {}, {"Location": where})


def pack(world: World, order: Order, body: Json) -> Json:
    """Add one package to an order and work out its states; the whole package or nothing of it.

    Raises 32300 (carrier or tracking), 32500 (date), 32200 and 32210 (lines), 32600 (cancelled, or too many units).
    """
    carrier, tracking = body.get("shippingCarrierCode") or "", body.get("trackingNumber") or ""
    if bool(carrier) != bool(tracking) or (tracking and not (tracking.isalnum() and tracking.isascii())):
        raise EbayError(32300)
    shipped = parse_date(body["shippedDate"]) if body.get("shippedDate") else world.now()
    if shipped is None:
        raise EbayError(32500)
    if order.data["cancelStatus"]["cancelState"] == "CANCELED":
        raise EbayError(32600, "The order is cancelled.")
    package: Json = {
        "fulfillmentId": tracking or "999",
        "lineItems": _packed(order, body.get("lineItems")),
        "shippedDate": iso(shipped),
    }
    if tracking:
        package |= {"shippingCarrierCode": carrier, "shipmentTrackingNumber": tracking}
    if not _is_repeat(order, package):
        _refuse_more_than_left(order, package)
    order.fulfillments.append(package)
    _settle(order)
    order.touch(world.now())
    return package


def _packed(order: Order, rows: Any) -> list[Json]:
    lines = {line["lineItemId"]: line for line in order.data["lineItems"]}
    if not isinstance(rows, list) or not rows:
        raise EbayError(32600, "lineItems is empty.")
    packed: dict[str, int] = {}
    for row in rows:
        line = lines.get(str(row.get("lineItemId")))
        if line is None:
            raise EbayError(32200, str(row.get("lineItemId")))
        if line["lineItemId"] in packed:
            raise EbayError(32210)
        quantity = row.get("quantity", 1)  # LineItemReference.quantity: "Default: 1"
        if not isinstance(quantity, int) or not 1 <= quantity <= line["quantity"]:
            raise EbayError(32600, f"quantity {quantity}")
        packed[line["lineItemId"]] = quantity
    return [{"lineItemId": line_id, "quantity": quantity} for line_id, quantity in packed.items()]


def _is_repeat(order: Order, package: Json) -> bool:
    same = ("fulfillmentId", "lineItems")
    return any(all(known[name] == package[name] for name in same) for known in order.fulfillments)


def units_in_packages(order: Order) -> dict[str, int]:
    """Units told as shipped, per line."""
    shipped: dict[str, int] = {}
    for package in order.fulfillments:
        for row in package["lineItems"]:
            shipped[row["lineItemId"]] = shipped.get(row["lineItemId"], 0) + row["quantity"]
    return shipped


def _refuse_more_than_left(order: Order, package: Json) -> None:
    bought = {line["lineItemId"]: line["quantity"] for line in order.data["lineItems"]}
    shipped = units_in_packages(order)
    for row in package["lineItems"]:
        left = bought[row["lineItemId"]] - shipped.get(row["lineItemId"], 0)
        if row["quantity"] > left:
            raise EbayError(32600, f"quantity {row['quantity']}, left to ship: {max(0, left)}")


def _settle(order: Order) -> None:
    shipped = units_in_packages(order)
    for line in order.data["lineItems"]:
        count = shipped.get(line["lineItemId"], 0)
        done = count >= line["quantity"]
        line["lineItemFulfillmentStatus"] = "FULFILLED" if done else "IN_PROGRESS" if count else "NOT_STARTED"
    states = {line["lineItemFulfillmentStatus"] for line in order.data["lineItems"]}
    order.data["orderFulfillmentStatus"] = states.pop() if len(states) == 1 else "IN_PROGRESS"


def get_packages(world: World, call: Call) -> Reply:
    order = find_order(world, call.seller, call.parameters["orderId"], missing=400)
    return Reply(200, {"fulfillments": order.fulfillments, "total": len(order.fulfillments)})


def get_package(world: World, call: Call) -> Reply:
    order = find_order(world, call.seller, call.parameters["orderId"])
    for package in order.fulfillments:
        if package["fulfillmentId"] == call.parameters["fulfillmentId"]:
            return Reply(200, package)
    raise EbayError(32110, status=404)

"""What goes wrong with a page of orders: the vendor faults of getOrders.

Each is a `Fault("getOrders", "vendor", name=..., body={...})` of `simulators.faults`; the README lists them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulators.ebay.errors import EbayError
from simulators.ebay.orders import purchases
from simulators.ebay.orders.parcels import pack, units_in_packages
from simulators.ebay.state import Order, Seller
from simulators.ebay.world import World
from simulators.faults import Fault

Json = dict[str, Any]


def _said(fault: Fault, name: str, default: Any) -> Any:
    return fault.body.get(name, default) if isinstance(fault.body, dict) else default


def spoil(fault: Fault, body: Json) -> None:
    """Make a page wrong before it leaves: rows lost from its middle, no `next`, another `total`."""
    if fault.name == "page_lost":
        rows = body["orders"]
        lost = min(len(rows), max(0, _said(fault, "lost", (len(rows) + 1) // 2)))
        start = (len(rows) - lost) // 2
        body["orders"] = rows[:start] + rows[start + lost :]
    elif fault.name == "next_lost":
        body.pop("next", None)
    elif fault.name == "total_moves":
        body["total"] = max(0, body["total"] + _said(fault, "by", -1))


def change_behind(fault: Fault, world: World, seller: Seller, listed: list[Order]) -> None:
    """Change an order after its page was written: `changed_after_list` with `change` and perhaps `order_id`.

    Without an id it is the first of the page; where the change cannot be done, nothing happens.
    """
    if fault.name != "changed_after_list":
        return
    wanted = _said(fault, "order_id", None)
    order = seller.orders.get(wanted) if wanted else next(iter(listed), None)
    change = CHANGES.get(_said(fault, "change", "cancel"))
    if order is not None and change is not None:
        change(world, seller, order)


def ship_rest(world: World, order: Order, *, carrier: str = "", tracking: str = "") -> Json:
    """Everything that is left goes in one package. Raises 32600 where nothing is, or the order is cancelled."""
    told = units_in_packages(order)
    rows = [
        {"lineItemId": line["lineItemId"], "quantity": left}
        for line in order.data["lineItems"]
        if (left := line["quantity"] - told.get(line["lineItemId"], 0)) > 0
    ]
    return pack(world, order, {"lineItems": rows, "shippingCarrierCode": carrier, "trackingNumber": tracking})


def _cancel(world: World, seller: Seller, order: Order) -> None:
    if order.data["cancelStatus"]["cancelState"] != "CANCELED":
        purchases.cancel(world, order)


def _ask_to_cancel(world: World, seller: Seller, order: Order) -> None:
    if order.data["cancelStatus"]["cancelState"] == "NONE_REQUESTED":
        purchases.request_cancel(world, order, by="BUYER", reason="ORDERED_BY_MISTAKE")


def _pay(world: World, seller: Seller, order: Order) -> None:
    if order.data["orderPaymentStatus"] in ("PENDING", "FAILED"):
        purchases.pay(world, seller, order)


def _ship(world: World, seller: Seller, order: Order) -> None:
    try:
        ship_rest(world, order)
    except EbayError:
        return  # shipped or cancelled already: nothing left to change


CHANGES: dict[str, Callable[[World, Seller, Order], None]] = {
    "cancel": _cancel,
    "request_cancel": _ask_to_cancel,
    "pay": _pay,
    "ship": _ship,
}

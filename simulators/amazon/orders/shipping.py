"""confirmShipment of Orders v0: a package with its units, made once and edited by the same reference."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulators.amazon.errors import invalid
from simulators.amazon.orders.changes import changed
from simulators.amazon.orders.reads import own_order
from simulators.amazon.orders.state import Order, Package
from simulators.amazon.times import instant
from simulators.amazon.wire import Call, Operation
from simulators.kit.wire import Reply

if TYPE_CHECKING:
    from simulators.amazon.world import World

_PACKAGE_FIELDS = frozenset(
    {
        "packageReferenceId",
        "carrierCode",
        "carrierName",
        "shippingMethod",
        "trackingNumber",
        "shipDate",
        "shipFromSupplySourceId",
        "orderItems",
    }
)
_NEEDED_TEXTS = ("packageReferenceId", "carrierCode", "trackingNumber", "shipDate")


@dataclass(frozen=True, slots=True)
class Shipment:
    """A package as it is told: `items` are units by order item."""

    reference: str
    carrier: str
    method: str
    tracking: str
    shipped_at: datetime
    items: dict[str, int]


def confirm_shipment(world: World, call: Call) -> Reply:
    """Note a package of an order that the seller fulfils. Telling the same reference again edits the package."""
    body = call.json()
    order = own_order(world.orders, call.seller, call.parameters["orderId"])
    if body.get("marketplaceId") != order.marketplace_id:
        raise invalid("marketplaceId is not that of the order")
    shipment = shipment_of(body.get("packageDetail"))
    if order.fulfilled_by == "AMAZON":
        raise invalid("The order is fulfilled by Amazon")
    if order.status in ("PENDING", "PENDING_AVAILABILITY", "CANCELLED"):
        raise invalid(f"The order is not ready for shipment: {order.status}")
    ship(world, order, shipment)
    return Reply(204)


def shipment_of(detail: Any) -> Shipment:
    """Read `packageDetail`. Raises 400 (InvalidInput) naming the field."""
    if not isinstance(detail, dict):
        raise invalid("packageDetail is missing")
    for name in detail:
        if name not in _PACKAGE_FIELDS:
            raise invalid(f"packageDetail has no {name}")
    for name in _NEEDED_TEXTS:
        if not isinstance(detail.get(name), str) or not detail[name]:
            raise invalid(f"packageDetail.{name} is not a text")
    reference = detail["packageReferenceId"]
    if not reference.isdecimal() or int(reference) < 1:
        raise invalid("packageDetail.packageReferenceId is not a positive number")
    carrier = detail["carrierCode"]
    if carrier == "Other":
        carrier = detail.get("carrierName")
        if not isinstance(carrier, str) or not carrier:
            raise invalid("packageDetail.carrierName is required when carrierCode is Other")
    return Shipment(
        reference,
        carrier,
        str(detail.get("shippingMethod", "")),
        detail["trackingNumber"],
        instant(detail["shipDate"], "packageDetail.shipDate"),
        items_of(detail.get("orderItems")),
    )


def items_of(rows: Any) -> dict[str, int]:
    """Units by order item, of `[{"orderItemId", "quantity"}]`. Raises 400 (InvalidInput)."""
    if not isinstance(rows, list) or not rows:
        raise invalid("packageDetail.orderItems is not a list of items")
    items: dict[str, int] = {}
    for row in rows:
        item, count = (row.get("orderItemId"), row.get("quantity")) if isinstance(row, dict) else (None, None)
        if not isinstance(item, str) or not isinstance(count, int) or isinstance(count, bool) or count < 1:
            raise invalid("packageDetail.orderItems has an item without orderItemId or quantity")
        items[item] = items.get(item, 0) + count
    return items


def ship(world: World, order: Order, shipment: Shipment) -> Package:
    """Put a package on the order in the place of the one with its reference. Raises 400 for units that are not there."""
    known = next((one for one in order.packages if one.reference == shipment.reference), None)
    back = known.items if known else {}
    for item, count in shipment.items.items():
        line = order.line(item)
        if line is None or count > line.unshipped + back.get(item, 0):
            raise invalid(f"orderItemId {item} has not {count} units to ship")
    now = world.now()
    package = Package(
        shipment.reference,
        shipment.carrier,
        shipment.method,
        shipment.tracking,
        shipment.shipped_at,
        known.made_at if known else now,
        dict(shipment.items),
        known.edits + 1 if known else 0,
    )
    order.packages = [one for one in order.packages if one is not known] + [package]
    for line in order.lines:
        line.shipped += shipment.items.get(line.item_id, 0) - back.get(line.item_id, 0)
    before = order.status
    open_lines = any(line.unshipped for line in order.lines)
    order.status = "PARTIALLY_SHIPPED" if open_lines else "SHIPPED"
    changed(world, order, "Shipped" if order.status != before else "")
    return package


OPERATIONS: tuple[Operation, ...] = (
    Operation("confirmShipment", "POST", "/orders/v0/orders/{orderId}/shipmentConfirmation", confirm_shipment),
)

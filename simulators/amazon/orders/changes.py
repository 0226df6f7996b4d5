"""A change of an order: its time is noted, and the subscriptions to ORDER_CHANGE are told.

Source: schemas/notifications/OrderChangeNotification.json of the official models.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from simulators.amazon.orders.state import Order
from simulators.kit.times import iso

if TYPE_CHECKING:
    from simulators.amazon.world import World

ChangeType = Literal["OrderStatusChange", "BuyerRequestedChange"]
_STATUS = {
    "PENDING_AVAILABILITY": "PendingAvailability",
    "PENDING": "Pending",
    "UNSHIPPED": "Unshipped",
    "PARTIALLY_SHIPPED": "PartiallyShipped",
    "SHIPPED": "Shipped",
    "CANCELLED": "Canceled",
}


def changed(world: World, order: Order, reason: str, kind: ChangeType = "OrderStatusChange") -> None:
    """Note that the order has just changed; without a reason nobody is told of it."""
    now = world.now()
    order.changes.append(now)
    if reason:
        told = order_change(order, reason, kind, iso(now))
        world.notifications.publish(
            "ORDER_CHANGE", order.seller_id, told, marketplace_id=order.marketplace_id, change=kind
        )


def order_change(order: Order, reason: str, kind: ChangeType, at: str) -> dict[str, Any]:
    """The payload of ORDER_CHANGE. It holds the postal code, and no other word about the buyer."""
    due = order.created_at + order.ship_within
    return {
        "OrderChangeNotification": {
            "NotificationLevel": "OrderLevel",
            "SellerId": order.seller_id,
            "AmazonOrderId": order.order_id,
            "OrderChangeType": kind,
            "OrderChangeTrigger": {"TimeOfOrderChange": at, "ChangeReason": reason},
            "Summary": {
                "MarketplaceId": order.marketplace_id,
                "OrderStatus": _STATUS[order.status],
                "PurchaseDate": iso(order.created_at),
                "DestinationPostalCode": order.recipient.get("postalCode") if order.priced else None,
                "FulfillmentType": "AFN" if order.fulfilled_by == "AMAZON" else "MFN",
                "OrderType": "StandardOrder",
                "NumberOfItemsShipped": sum(line.shipped for line in order.lines),
                "NumberOfItemsUnshipped": sum(line.unshipped for line in order.lines),
                "EarliestShipDate": iso(order.created_at),
                "LatestShipDate": iso(due),
                "OrderItems": [
                    {
                        "OrderItemId": line.item_id,
                        "SellerSKU": line.sku,
                        "SupplySourceId": None,
                        "OrderItemStatus": "Unshipped" if line.unshipped else "Shipped",
                        "Quantity": line.quantity,
                        "QuantityShipped": line.shipped,
                        "IsBuyerRequestedCancel": bool(line.cancel_reason),
                    }
                    for line in order.lines
                ],
            },
        }
    }

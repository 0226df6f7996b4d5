"""What eBay would push about orders, as a journal: nothing is sent anywhere.

Source: eBay, commerce/notification, asyncapi/order_confirmation.yaml: one ORDER_CONFIRMATION per line item once the
checkout is complete, and again after a payment that failed first. The envelope is documented; the fields of `data`
are ours, for the copies at hand end before them.
"""

from __future__ import annotations

from simulators.ebay.state import Order, Seller
from simulators.ebay.world import World
from simulators.kit.times import iso

TOPIC = "ORDER_CONFIRMATION"


def confirm(world: World, seller: Seller, order: Order) -> None:
    """Note one notification per line of a paid order. They hold no word about the buyer."""
    now = iso(world.now())
    for line in order.data["lineItems"]:
        world.notifications.append(
            {
                "metadata": {"topic": TOPIC, "schemaVersion": "1.0", "deprecated": False},
                "notification": {
                    "notificationId": f"{world.random.getrandbits(128):032x}",
                    "eventDate": now,
                    "publishDate": now,
                    "publishAttemptCount": 1,
                    "data": {
                        "sellerId": seller.username,
                        "orderId": order.order_id,
                        "lineItemId": line["lineItemId"],
                        "listingId": line["legacyItemId"],
                    },
                },
            }
        )

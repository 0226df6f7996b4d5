"""What eBay pushes about orders.

Source: eBay, commerce/notification, asyncapi/order_confirmation.yaml: one ORDER_CONFIRMATION per line item once the
checkout is complete, and again after a payment that failed first. The envelope is documented; the fields of `data`
are ours, for the copies at hand end before them.
"""

from __future__ import annotations

from simulators.ebay.notices import CONFIRMATION
from simulators.ebay.state import Order, Seller
from simulators.ebay.world import World


def confirm(world: World, seller: Seller, order: Order) -> None:
    """Tell one notification per line of a paid order. They hold no word about the buyer."""
    for line in order.data["lineItems"]:
        data = {
            "sellerId": seller.username,
            "orderId": order.order_id,
            "lineItemId": line["lineItemId"],
            "listingId": line["legacyItemId"],
        }
        world.notices.publish(CONFIRMATION, data)

"""What the control door of the simulated marketplace shows beside what every door has: sellers, listings, orders, notifications,
and the deliveries of these to play with."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any

from simulators.ebay.deeds import Deeds
from simulators.ebay.errors import EbayError
from simulators.ebay.limits import describe_limits
from simulators.ebay.offers import listings
from simulators.ebay.state import Listing, Offer, Order, Seller
from simulators.ebay.world import World
from simulators.kit.control import ControlDoor, Wish, copied, flag_in, newest_of
from simulators.kit.delivery_plays import deliveries_told, play
from simulators.kit.times import iso


def control_door(world: World, deeds: Deeds) -> ControlDoor:
    """The door of this marketplace."""
    return ControlDoor(
        deeds,
        faults=world.faults,
        journal=world.journal,
        looks={
            "state": partial(_state, world),
            "listings": partial(_listings, world),
            "hub": partial(_hub, world),
            "orders": partial(_orders, world),
            "notifications": partial(_notifications, world),
            "deliveries": lambda _: deliveries_told(world.notices.queue),
            "limits": lambda _: {"text": describe_limits(world.limits), "limits": world.limits.values},
        },
        plays={"deliveries": partial(play, world.notices.queue)},
        clears={"notifications": world.notifications.clear},
        refusals=(EbayError,),
    )


def _state(world: World, wish: Wish) -> dict[str, Any]:
    with world.lock:
        shown = {seller.username: seller_state(seller) for seller in world.sellers_of(wish)}
        return copied({"now": iso(world.now()), "late": world.later.waiting(), "sellers": shown})


def _listings(world: World, wish: Wish) -> dict[str, Any]:
    """The listings with their pages below `origin`; `live` leaves out what has ended."""
    live, origin = flag_in(wish, "live"), str(wish.get("origin", ""))
    with world.lock:
        rows = [
            listing_state(seller, listing, origin)
            for seller in world.sellers_of(wish)
            for listing in seller.listings.values()
            if listing.live or not live
        ]
        return copied({"listings": rows})


def _hub(world: World, wish: Wish) -> dict[str, Any]:
    """What was made in Seller Hub, migrated or not."""
    with world.lock:
        rows = [{"seller": one.username, **asdict(row)} for one in world.sellers_of(wish) for row in one.hub.values()]
    return {"listings": rows}


def _orders(world: World, wish: Wish) -> dict[str, Any]:
    """Orders with their lines and packages, oldest first and without a word about the buyer; `seller` narrows it."""
    with world.lock:
        rows = [order_state(seller, order) for seller in world.sellers_of(wish) for order in seller.orders.values()]
        return copied({"total": len(rows), "orders": newest_of(rows, wish)})


def _notifications(world: World, wish: Wish) -> dict[str, Any]:
    """What eBay would have pushed, oldest first; `orderId` narrows it, `limit` keeps the newest."""
    with world.lock:
        rows = list(world.notifications)
    if "orderId" in wish:
        rows = [row for row in rows if row["notification"]["data"]["orderId"] == wish["orderId"]]
    return {"total": len(rows), "notifications": newest_of(rows, wish)}


def offer_state(seller: Seller, offer: Offer) -> dict[str, Any]:
    """An offer as a buyer would meet it: price, shown quantity, sold, aspects."""
    price = offer.price or {}
    item = seller.items.get(offer.sku)
    return {
        "sku": offer.sku,
        "offerId": offer.offer_id,
        "marketplaceId": offer.marketplace_id,
        "listingId": offer.listing_id,
        "price": price.get("value"),
        "currency": price.get("currency"),
        "quantity": seller.shown_quantity(offer),
        "availableQuantity": offer.data.get("availableQuantity"),
        "itemQuantity": item.quantity if item else 0,
        "sold": offer.sold,
        "aspects": (item.product.get("aspects") if item else None) or {},
    }


def order_state(seller: Seller, order: Order) -> dict[str, Any]:
    """An order as far as its states, units and money go."""
    return {
        "orderId": order.order_id,
        "seller": seller.username,
        "createdAt": iso(order.created_at),
        "changedAt": iso(order.modified_at),
        "paymentStatus": order.data["orderPaymentStatus"],
        "fulfillmentStatus": order.data["orderFulfillmentStatus"],
        "cancelState": order.data["cancelStatus"]["cancelState"],
        "total": order.data["pricingSummary"]["total"],
        "lines": [
            {
                "lineItemId": line["lineItemId"],
                "sku": line.get("sku", ""),
                "quantity": line["quantity"],
                "status": line["lineItemFulfillmentStatus"],
            }
            for line in order.data["lineItems"]
        ],
        "packages": order.fulfillments,
        "refunds": order.data["paymentSummary"]["refunds"]
        + [{**row, "lineItemId": line["lineItemId"]} for line in order.data["lineItems"] for row in line["refunds"]],
    }


def listing_state(seller: Seller, listing: Listing, origin: str) -> dict[str, Any]:
    """A listing with its variations (a single one has exactly one); its page stands below `origin`."""
    status = listings.status_of(seller, listing) if listing.live else "ENDED"
    offers = [seller.offers[offer_id] for offer_id in listing.offer_ids if offer_id in seller.offers]
    return {
        "listingId": listing.listing_id,
        "seller": seller.username,
        "marketplaceId": listing.marketplace_id,
        "groupKey": listing.group_key,
        "title": listing.title,
        "status": status,
        "url": f"{origin}/itm/{listing.listing_id}",
        "startedAt": iso(listing.started_at),
        "endedAt": iso(listing.ended_at) if listing.ended_at else None,
        "endReason": listing.end_reason,
        "onHold": listing.on_hold,
        "revisions": sum(listing.revisions.values()),
        "variations": [offer_state(seller, offer) for offer in offers],
    }


def seller_state(seller: Seller) -> dict[str, Any]:
    """Everything that a seller has, for a scenario to look at."""
    return {
        "username": seller.username,
        "refreshToken": seller.refresh_token,
        "programs": sorted(seller.programs),
        "blocked": seller.suspended,
        "items": {
            sku: {"locale": item.locale, "quantity": item.quantity, **item.data} for sku, item in seller.items.items()
        },
        "groups": {key: group.data for key, group in seller.groups.items()},
        "offers": [offer_state(seller, offer) for offer in seller.offers.values()],
        "policies": {kind: list(rows) for kind, rows in seller.policies.items()},
        "locations": list(seller.locations),
        "orders": list(seller.orders),
    }

"""What the control door of the simulated marketplace shows beside what every door has."""

from __future__ import annotations

from functools import partial
from typing import Any

from simulators.amazon.deeds import Deeds
from simulators.amazon.errors import AmazonError
from simulators.amazon.limits import describe_limits
from simulators.amazon.offers.live import live_listings
from simulators.amazon.orders.shown import DATA_SETS, PERSONAL, money, order_json
from simulators.amazon.sites import SITES
from simulators.amazon.state import Seller
from simulators.amazon.world import World
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
            "writes": partial(_writes, world),
            "orders": partial(_orders, world),
            "feeds": partial(_feeds, world),
            "notifications": partial(_notifications, world),
            "deliveries": lambda _: deliveries_told(world.notifications.queue),
            "limits": lambda _: {"text": describe_limits(world.limits), "limits": world.limits.values},
        },
        plays={"deliveries": partial(play, world.notifications.queue)},
        clears={"notifications": world.notifications.inbox.clear},
        refusals=(AmazonError,),
    )


def _state(world: World, wish: Wish) -> dict[str, Any]:
    with world.lock:
        shown = {seller.name: _seller_state(seller) for seller in world.sellers_of(wish)}
        return copied({"now": iso(world.now()), "late": world.later.waiting(), "sellers": shown})


def _listings(world: World, wish: Wish) -> dict[str, Any]:
    """The listings as buyers see them, a family as one, with their pages below `origin`; `live` leaves out what cannot be bought."""
    with world.lock:
        world.catch_up()
        rows = [
            row
            for seller in world.sellers_of(wish)
            for row in live_listings(world, seller, str(wish.get("origin", "")))
            if row["live"] or not flag_in(wish, "live")
        ]
        return copied({"listings": rows})


def _writes(world: World, wish: Wish) -> dict[str, Any]:
    """Which values came in for which SKU, oldest first, by whatever way; `seller` and `sku` narrow it."""
    with world.lock:
        rows = [
            row
            for row in world.listings.writes
            if all(name not in wish or row[name] == wish[name] for name in ("seller", "sku"))
        ]
    return {"total": len(rows), "writes": newest_of(rows, wish)}


def _orders(world: World, wish: Wish) -> dict[str, Any]:
    """Orders as getOrder tells them to whom may see all but the people; `seller` narrows it."""
    with world.lock:
        ids = {seller.seller_id for seller in world.sellers_of(wish)}
        rows = [
            order_json(order, frozenset(DATA_SETS) - PERSONAL, SITES[order.marketplace_id].name)
            | {"fulfillmentStatus": order.status, "total": money(order.total, order.currency)}
            | {"seller": order.seller_id, "edits": {one.reference: one.edits for one in order.packages}}
            for order in world.orders.by_id.values()
            if order.seller_id in ids
        ]
        return copied({"total": len(rows), "orders": newest_of(rows, wish)})


def _feeds(world: World, wish: Wish) -> dict[str, Any]:
    with world.lock:
        rows = [feed.told() for feed in world.feeds.by_id.values()]
    return {"total": len(rows), "feeds": newest_of(rows, wish)}


def _notifications(world: World, wish: Wish) -> dict[str, Any]:
    """What has come into the inbox, oldest first, and the subscriptions; `type` narrows it."""
    with world.lock:
        rows = world.notifications.received(str(wish.get("type", "")))
        subscriptions = [one.told() | {"type": one.kind} for one in world.notifications.subscriptions.values()]
    return {"total": len(rows), "notifications": newest_of(rows, wish), "subscriptions": subscriptions}


def _seller_state(seller: Seller) -> dict[str, Any]:
    return {
        "name": seller.name,
        "sellerId": seller.seller_id,
        "region": seller.region,
        "sites": seller.sites,
        "pii": seller.pii,
        "refreshToken": seller.refresh_token,
    }

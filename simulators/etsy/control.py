"""What the control door of the simulated marketplace shows beside what every door has."""

from __future__ import annotations

from functools import partial
from typing import Any

from simulators.etsy.deeds import Deeds
from simulators.etsy.errors import EtsyError
from simulators.etsy.limits import describe_limits
from simulators.etsy.offers.live import listings_shown
from simulators.etsy.offers.states import expire
from simulators.etsy.state import Seller
from simulators.etsy.world import World
from simulators.kit.control import ControlDoor, Wish, copied, flag_in, newest_of
from simulators.kit.delivery_plays import deliveries_told, play


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
            "fees": partial(_fees, world),
            "orders": partial(_orders, world),
            "limits": partial(_limits, world),
            "deliveries": lambda _: deliveries_told(world.webhooks),
        },
        plays={"deliveries": partial(play, world.webhooks)},
        refusals=(EtsyError,),
    )


def _state(world: World, wish: Wish) -> dict[str, Any]:
    with world.lock:
        shown = {seller.name: _seller_state(seller) for seller in world.sellers_of(wish)}
        return copied({"now": world.now().isoformat(), "late": world.later.waiting(), "sellers": shown})


def _listings(world: World, wish: Wish) -> dict[str, Any]:
    """The listings with their pages below `origin`; `live` leaves out what cannot be bought."""
    with world.lock:
        world.catch_up()
        expire(world)
        rows = [
            row
            for seller in world.sellers_of(wish)
            for row in listings_shown(world, seller, str(wish.get("origin", "")))
            if row["live"] or not flag_in(wish, "live")
        ]
        return copied({"listings": rows, "made": world.made})


def _writes(world: World, wish: Wish) -> dict[str, Any]:
    """Which values came in for which SKU, oldest first; `seller` and `sku` narrow it."""
    with world.lock:
        rows = [
            row
            for row in world.writes
            if all(name not in wish or row[name] == wish[name] for name in ("seller", "sku"))
        ]
    return {"total": len(rows), "writes": newest_of(rows, wish)}


def _fees(world: World, wish: Wish) -> dict[str, Any]:
    """What Etsy has charged, oldest first, in US dollars."""
    with world.lock:
        rows = [
            {
                "seller": seller.name,
                "at": one.at.isoformat(),
                "kind": one.kind,
                "amount": str(one.amount),
                "listing": str(one.listing_id),
            }
            for seller in world.sellers_of(wish)
            for one in seller.fees
        ]
    return {"total": len(rows), "fees": newest_of(rows, wish)}


def _orders(world: World, wish: Wish) -> dict[str, Any]:
    """Orders with what became of them, and the mails that buyers got about their parcels; `seller` narrows it."""
    with world.lock:
        shops = {seller.shop_id: seller.name for seller in world.sellers_of(wish)}
        rows = [one.told() | {"seller": shops[one.shop_id]} for one in world.receipts.values() if one.shop_id in shops]
        return copied({"total": len(rows), "orders": newest_of(rows, wish)})


def _limits(world: World, _: Wish) -> dict[str, Any]:
    with world.lock:
        now = world.budget.headers(world.now())
    return {"text": describe_limits(world.limits), "limits": world.limits.values, "now": now}


def _seller_state(seller: Seller) -> dict[str, Any]:
    return {
        "name": seller.name,
        "userId": seller.user_id,
        "shopId": seller.shop_id,
        "shopName": seller.shop_name,
        "currency": seller.currency,
        "country": seller.country,
        "refreshToken": seller.refresh_token,
    }

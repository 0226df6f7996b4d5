"""What the control door of the simulated marketplace shows beside what every door has."""

from __future__ import annotations

from functools import partial
from typing import Any

from simulators.amazon.deeds import Deeds
from simulators.amazon.errors import AmazonError
from simulators.amazon.limits import describe_limits
from simulators.amazon.state import Seller
from simulators.amazon.world import World, iso
from simulators.kit.control import ControlDoor, Wish, copied
from simulators.kit.deeds import DeedRefused


def control_door(world: World, deeds: Deeds) -> ControlDoor:
    """The door of this marketplace."""
    return ControlDoor(
        deeds,
        faults=world.faults,
        journal=world.journal,
        looks={
            "state": partial(_state, world),
            "limits": lambda _: {"text": describe_limits(world.limits), "limits": world.limits.values},
        },
        refusals=(AmazonError,),
    )


def sellers_in(world: World, wish: Wish) -> list[Seller]:
    """The seller that is asked for, or all. Raises DeedRefused."""
    name = wish.get("seller")
    if name is not None and name not in world.sellers:
        raise DeedRefused(f"no seller {name}")
    return list(world.sellers.values()) if name is None else [world.seller(name)]


def _state(world: World, wish: Wish) -> dict[str, Any]:
    with world.lock:
        shown = {seller.name: _seller_state(seller) for seller in sellers_in(world, wish)}
        return copied({"now": iso(world.now()), "late": world.later.waiting(), "sellers": shown})


def _seller_state(seller: Seller) -> dict[str, Any]:
    return {
        "name": seller.name,
        "sellerId": seller.seller_id,
        "region": seller.region,
        "sites": seller.sites,
        "pii": seller.pii,
        "refreshToken": seller.refresh_token,
    }

"""What the control door of the simulated shop shows beside what every door has: state, limits, and the deliveries to play with."""

from __future__ import annotations

from functools import partial
from typing import Any

from simulators.kit.control import ControlDoor, Wish, count_in
from simulators.kit.delivery_plays import deliveries_told, play
from simulators.shopify.catalog import payloads
from simulators.shopify.catalog.catalog import NoSuchThing
from simulators.shopify.deeds import Deeds
from simulators.shopify.orders import payloads as order_payloads
from simulators.shopify.world import World


def control_door(world: World, deeds: Deeds) -> ControlDoor:
    """The door of this shop."""
    return ControlDoor(
        deeds,
        faults=world.faults,
        journal=world.journal,
        looks={
            "state": partial(_state, world),
            "limits": lambda _: world.limits.as_dict(),
            "deliveries": lambda _: deliveries_told(world.deliveries),
        },
        plays={"deliveries": partial(play, world.deliveries)},
        missing=(NoSuchThing,),
    )


def _state(world: World, wish: Wish) -> dict[str, Any]:
    """The shop as its owner sees it: products with stock, orders, collections, subscriptions, budget. Of products
    the first, of orders the latest `limit` (1,000); `counts` tells how many there are."""
    with world.lock:
        view = world.live
        most = count_in(wish, "limit", 1000)
        products = list(view.products.values())[:most]
        orders = list(view.orders.values())[max(0, len(view.orders) - most) :]
        return {
            "shop": payloads.shop_payload(world.shop, world.first_location),
            "installed": world.tokens.installed,
            "scopes": world.tokens.scopes,
            "counts": {
                "products": len(view.products),
                "variants": len(view.variants),
                "orders": len(view.orders),
                "collections": len(view.collections),
            },
            "locations": [{"id": one.id, "name": one.name} for one in view.locations.values()],
            "products": [_product(world, one) for one in products],
            "collections": [
                {"id": one.id, "title": one.title, "smart": one.smart, "product_ids": list(one.members)}
                for one in view.collections.values()
            ],
            "orders": [order_payloads.order_payload(world.shop, one) for one in orders],
            "subscriptions": [
                {"id": one.id, "topic": one.topic, "uri": one.uri, "failures": one.failures}
                for one in world.subscriptions.all()
            ],
            "budget": world.bucket.status(),
            "faults_waiting": world.faults.waiting(),
        }


def _product(world: World, product: Any) -> dict[str, Any]:
    view = world.live
    payload = payloads.product_payload(world.shop, view, product)
    for shown, variant_id in zip(payload["variants"], product.variant_ids, strict=False):
        variant = view.variants[variant_id]
        shown["tracked"] = view.items[variant.inventory_item_id].tracked
        shown["stock"] = {str(one.location_id): one.available for one in view.levels_of(variant.inventory_item_id)}
    return payload

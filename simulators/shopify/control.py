"""The control door under `/_sim/`: deeds, state, faults, the journal and the deliveries, as JSON. No authentication."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from werkzeug.wrappers import Request, Response

from simulators.kit.suffering import fault_of
from simulators.shopify import order_payloads, payloads
from simulators.shopify.deeds import Deeds
from simulators.shopify.world import World

_PLAYS = ("pump", "hold", "release", "drop", "duplicate", "reorder", "delay", "again")


class Control:
    """POST deeds, GET state, POST/DELETE faults, GET/DELETE calls, GET/POST deliveries, GET limits."""

    def __init__(self, world: World, deeds: Deeds) -> None:
        self._world = world
        self._deeds = deeds

    def answer(self, request: Request, rest: str) -> Response:
        """Do what the path says; 400 with the reason for a bad wish, 404 for an unknown one."""
        handler = getattr(self, f"_{request.method.lower()}_{rest.rstrip('/')}", None)
        if handler is None:
            return _json({"error": f"nothing at {request.method} /_sim/{rest}"}, 404)
        told = request.get_json(force=True, silent=True) if request.get_data() else {}
        if not isinstance(told, dict):
            return _json({"error": "the body must be a JSON object"}, 400)
        try:
            return _json(handler({**request.args.to_dict(), **told}))
        except LookupError as unknown:
            return _json({"error": str(unknown)}, 404)
        except (ValueError, TypeError, ArithmeticError) as bad:
            return _json({"error": str(bad)}, 400)

    def _post_deeds(self, told: dict[str, Any]) -> dict[str, Any]:
        deed = str(told.pop("deed", ""))
        return {"result": self._deeds.do(deed, told)}

    def _get_deeds(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"deeds": self._deeds.names()}

    def _post_faults(self, told: dict[str, Any]) -> dict[str, Any]:
        self._world.faults.add(fault_of(told))
        return {"waiting": self._world.faults.waiting()}

    def _delete_faults(self, _: Mapping[str, Any]) -> dict[str, Any]:
        self._world.faults.clear()
        return {"waiting": 0}

    def _get_faults(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"waiting": self._world.faults.waiting()}

    def _get_calls(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """The journal; `since` skips entries up to that number, `brief` leaves the entries out."""
        since = int(told.get("since", 0))
        with self._world.lock:
            entries = [call for call in self._world.journal if call.number > since]
        counts: dict[str, int] = {}
        for call in entries:
            counts[call.operation] = counts.get(call.operation, 0) + 1
        shown = [] if told.get("brief") else [asdict(call) | {"at": call.at.isoformat()} for call in entries]
        return {"count": len(entries), "by_operation": counts, "calls": shown}

    def _delete_calls(self, _: Mapping[str, Any]) -> dict[str, Any]:
        with self._world.lock:
            self._world.journal.clear()
        return {"count": 0}

    def _get_limits(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return self._world.limits.as_dict()

    def _get_deliveries(self, _: Mapping[str, Any]) -> dict[str, Any]:
        queue = self._world.deliveries
        return {
            "idle": queue.idle(),
            "waiting": [
                {
                    "topic": one.topic,
                    "webhook_id": one.webhook_id,
                    "due_at": one.due_at.isoformat(),
                    "attempts": one.attempts,
                }
                for one in queue.waiting()
            ],
            "attempts": [asdict(one) | {"at": one.at.isoformat()} for one in list(queue.attempts)],
        }

    def _post_deliveries(self, told: dict[str, Any]) -> dict[str, Any]:
        """{"play": "hold" | "release" | "pump" | "drop" | "duplicate" | "reorder" | "delay" | "again", ...}."""
        play = str(told.pop("play", ""))
        if play not in _PLAYS:
            raise LookupError(f"no play {play!r}; there are: {', '.join(_PLAYS)}")
        done = getattr(self._world.deliveries, play)(**told)
        return {"result": done if isinstance(done, int) else len(done or [])}

    def _get_state(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """The shop as its owner sees it: products with stock, orders, collections, subscriptions, budget. Of products
        the first, of orders the latest `limit` (1,000); `counts` tells how many there are."""
        world = self._world
        with world.lock:
            view = world.live
            most = int(told.get("limit", 1000))
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
                "products": [self._product(one) for one in products],
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

    def _product(self, product: Any) -> dict[str, Any]:
        view = self._world.live
        payload = payloads.product_payload(self._world.shop, view, product)
        for shown, variant_id in zip(payload["variants"], product.variant_ids, strict=False):
            variant = view.variants[variant_id]
            shown["tracked"] = view.items[variant.inventory_item_id].tracked
            shown["stock"] = {
                str(one.location_id): one.available for one in view.levels_of(variant.inventory_item_id)
            }
        return payload


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")

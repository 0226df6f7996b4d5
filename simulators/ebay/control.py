"""The JSON door for scenarios and people: `/_sim/deeds`, `/_sim/state`, `/_sim/listings`, `/_sim/calls`, `/_sim/faults`."""

from __future__ import annotations

from typing import Any

from simulators.ebay import listings
from simulators.ebay.deeds import DEED_NAMES, Deeds
from simulators.ebay.errors import EbayError
from simulators.ebay.limits import describe_limits
from simulators.ebay.refused import DeedRefused
from simulators.ebay.state import Listing, Offer, Order, Seller
from simulators.ebay.wire import Call, Reply
from simulators.ebay.world import World, iso
from simulators.kit.suffering import fault_of


class ControlDoor:
    """Answers `/_sim/...`. Free of tokens, limits, latency and faults; a refusal is 400 `{"error": text}`."""

    def __init__(self, world: World, deeds: Deeds) -> None:
        self._world = world
        self._deeds = deeds

    def answer(self, call: Call) -> Reply:
        routes = {
            ("POST", "/_sim/deeds"): self._do,
            ("GET", "/_sim/deeds"): self._names,
            ("GET", "/_sim/state"): self._state,
            ("GET", "/_sim/listings"): self._listings,
            ("GET", "/_sim/calls"): self._calls,
            ("DELETE", "/_sim/calls"): self._forget_calls,
            ("GET", "/_sim/orders"): self._orders,
            ("GET", "/_sim/notifications"): self._notifications,
            ("DELETE", "/_sim/notifications"): self._forget_notifications,
            ("POST", "/_sim/faults"): self._arm,
            ("DELETE", "/_sim/faults"): self._disarm,
            ("GET", "/_sim/limits"): self._limits,
        }
        route = routes.get((call.method, call.path))
        if route is None:
            return Reply(404, {"error": f"no {call.method} {call.path}"})
        try:
            return route(call)
        except (DeedRefused, EbayError, TypeError, ValueError, KeyError) as refusal:
            return Reply(400, {"error": f"{type(refusal).__name__}: {refusal}"})

    def _do(self, call: Call) -> Reply:
        body = dict(call.json())
        return Reply(200, self._deeds.by_name(str(body.pop("deed", "")))(**body))

    def _names(self, call: Call) -> Reply:
        return Reply(200, {"deeds": list(DEED_NAMES)})

    def _state(self, call: Call) -> Reply:
        with self._world.lock:
            self._world.land_late_changes()
            name = call.query.get("seller")
            sellers = [self._world.seller(name)] if name else list(self._world.sellers.values())
            shown = {seller.username: seller_state(seller) for seller in sellers}
            return Reply(
                200, {"now": iso(self._world.now()), "late": self._world.late_changes(), "sellers": shown}
            )

    def _listings(self, call: Call) -> Reply:
        wanted, live = call.query.get("seller"), call.query.get("live") not in (None, "0", "false")
        with self._world.lock:
            self._world.land_late_changes()
            rows = [
                listing_state(seller, listing, call.origin)
                for seller in self._world.sellers.values()
                if wanted in (None, seller.username)
                for listing in seller.listings.values()
                if listing.live or not live
            ]
            return Reply(200, {"listings": rows}).freeze()

    def _calls(self, call: Call) -> Reply:
        """The journal, oldest first; `operation`, `seller`, `sku` narrow it, `limit` keeps the newest."""
        with self._world.lock:
            entries = list(self._world.journal)
        for name in ("operation", "seller", "sku"):
            if name in call.query:
                entries = [entry for entry in entries if getattr(entry, name) == call.query[name]]
        newest = entries[-int(call.query.get("limit", 1000)) :]
        return Reply(200, {"total": len(entries), "calls": [entry.as_json() for entry in newest]})

    def _forget_calls(self, call: Call) -> Reply:
        with self._world.lock:
            self._world.journal.clear()
        return Reply(204)

    def _orders(self, call: Call) -> Reply:
        """Orders with their lines and packages, oldest first and without a word about the buyer; `seller` narrows it."""
        wanted = call.query.get("seller")
        with self._world.lock:
            self._world.land_late_changes()
            rows = [
                order_state(seller, order)
                for seller in self._world.sellers.values()
                if wanted in (None, seller.username)
                for order in seller.orders.values()
            ]
            newest = rows[-int(call.query.get("limit", 1000)) :]
            return Reply(200, {"total": len(rows), "orders": newest}).freeze()

    def _notifications(self, call: Call) -> Reply:
        """What eBay would have pushed, oldest first; `orderId` narrows it, `limit` keeps the newest."""
        with self._world.lock:
            rows = list(self._world.notifications)
        if "orderId" in call.query:
            rows = [row for row in rows if row["notification"]["data"]["orderId"] == call.query["orderId"]]
        newest = rows[-int(call.query.get("limit", 1000)) :]
        return Reply(200, {"total": len(rows), "notifications": newest})

    def _forget_notifications(self, call: Call) -> Reply:
        with self._world.lock:
            self._world.notifications.clear()
        return Reply(204)

    def _arm(self, call: Call) -> Reply:
        body = call.json()
        rows = body["faults"] if isinstance(body.get("faults"), list) else [body]
        self._world.faults.add(*[fault_of(row) for row in rows])
        return Reply(200, {"waiting": self._world.faults.waiting()})

    def _disarm(self, call: Call) -> Reply:
        self._world.faults.clear()
        return Reply(204)

    def _limits(self, call: Call) -> Reply:
        return Reply(200, {"text": describe_limits(self._world.limits), "limits": self._world.limits.values})


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
        + [
            {**row, "lineItemId": line["lineItemId"]}
            for line in order.data["lineItems"]
            for row in line["refunds"]
        ],
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
            sku: {"locale": item.locale, "quantity": item.quantity, **item.data}
            for sku, item in seller.items.items()
        },
        "groups": {key: group.data for key, group in seller.groups.items()},
        "offers": [offer_state(seller, offer) for offer in seller.offers.values()],
        "policies": {kind: list(rows) for kind, rows in seller.policies.items()},
        "locations": list(seller.locations),
        "orders": list(seller.orders),
    }

"""The Notification API, as far as an application needs it to subscribe and to check what it is told (commerce_notification 1.6.7).

Which topics an app may have, and whose scope they ask for, the document leaves to getTopic. Ours: a topic of scope USER is told of
the seller whose token subscribed, and needs that seller's `sell.fulfillment`.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from simulators.ebay.errors import EbayError
from simulators.ebay.notices import CONFIRMATION, TOPICS, Destination, NotSubscribed, TopicSubscription
from simulators.ebay.offers.taxonomy import APPLICATION
from simulators.ebay.wire import Call, Operation
from simulators.ebay.world import World
from simulators.kit.times import iso
from simulators.kit.wire import Reply

BASE = "/commerce/notification/v1"
_STATUSES = ("ENABLED", "DISABLED")
_FULFILLMENT = f"{APPLICATION[0]}/sell.fulfillment"
_SUBSCRIPTION = (*APPLICATION, f"{APPLICATION[0]}/commerce.notification.subscription")
_VERSION = "1.0"


def public_key(world: World, call: Call) -> Reply:
    with world.lock:
        key = world.notices.keys.public(call.parameters["public_key_id"])
    if key is None:
        raise EbayError(195001, status=404)
    return Reply(200, {"key": key, "algorithm": "ECDSA", "digest": "SHA1"})


def get_config(world: World, call: Call) -> Reply:
    if not world.notices.alert_email:
        raise EbayError(195026, status=404)
    return Reply(200, {"alertEmail": world.notices.alert_email})


def update_config(world: World, call: Call) -> Reply:
    email = call.json().get("alertEmail") or ""
    if "@" not in email:
        raise EbayError(195025)
    world.notices.alert_email = email
    return Reply(204)


def get_destinations(world: World, call: Call) -> Reply:
    rows = [_shown(one) for one in world.notices.destinations.values()]
    return Reply(200, _page(call, "destinations", rows))


def create_destination(world: World, call: Call) -> Reply:
    """The address is asked before it is taken. The lock is not held then: it may call back."""
    made = _destination(call)
    notices = world.notices
    if not notices.alert_email:
        raise EbayError(195003, status=409)
    if any(one.endpoint == made.endpoint for one in notices.destinations.values()):
        raise EbayError(195021, status=409)
    _prove(world, made)
    with world.lock:
        made.id = f"dest-{len(notices.destinations) + 1}"
        notices.destinations[made.id] = made
    return Reply(201, {}, headers={"Location": f"https://api.ebay.com{BASE}/destination/{made.id}"})


def update_destination(world: World, call: Call) -> Reply:
    known = world.notices.destinations.get(call.parameters["destination_id"])
    if known is None:
        raise EbayError(195022, status=404)
    made = _destination(call)
    _prove(world, made)
    made.id = known.id
    world.notices.destinations[made.id] = made
    return Reply(204)


def get_topic(world: World, call: Call) -> Reply:
    topic = call.parameters["topic_id"]
    if topic not in TOPICS:
        raise EbayError(195002, status=404)
    of_user = topic == CONFIRMATION
    payload = {"format": ["JSON"], "schemaVersion": _VERSION, "deliveryProtocol": "HTTPS", "deprecated": False}
    told = {
        "topicId": topic,
        "description": topic,
        "authorizationScopes": [_FULFILLMENT if of_user else APPLICATION[0]],
        "status": "ENABLED",
        "context": "ORDER" if of_user else "AUTHORIZATION",
        "scope": "USER" if of_user else "APPLICATION",
        "supportedPayloads": [payload],
        "filterable": False,
    }
    return Reply(200, told)


def get_subscriptions(world: World, call: Call) -> Reply:
    return Reply(200, _page(call, "subscriptions", [_told(one) for one in world.notices.by_api.values()]))


def create_subscription(world: World, call: Call) -> Reply:
    body, notices = call.json(), world.notices
    topic = body.get("topicId")
    if topic not in TOPICS:
        raise EbayError(195027)
    owner = _owner(call, topic)
    _check_subscription(world, body)
    if any((one.topic, one.owner) == (topic, owner) for one in notices.by_api.values()):
        raise EbayError(195012, status=409)
    with world.lock:
        made = TopicSubscription(
            f"tsub-{len(notices.by_api) + 1}", topic, body["destinationId"], body["status"], owner, iso(world.now())
        )
        notices.by_api[made.id] = made
    return Reply(201, {}, headers={"Location": f"https://api.ebay.com{BASE}/subscription/{made.id}"})


def update_subscription(world: World, call: Call) -> Reply:
    known = world.notices.by_api.get(call.parameters["subscription_id"])
    if known is None:
        raise EbayError(195013, status=404)
    body = call.json()
    _check_subscription(world, body)
    known.destination, known.status = body["destinationId"], body["status"]
    return Reply(204)


def _owner(call: Call, topic: str) -> str:
    """Whose events the topic tells: one seller's where its scope is USER."""
    if topic != CONFIRMATION:
        return ""
    try:
        return call.seller.username
    except EbayError:
        raise EbayError(195011, status=403) from None


def _check_subscription(world: World, body: dict[str, Any]) -> None:
    payload = body.get("payload") or {}
    destination = world.notices.destinations.get(body.get("destinationId") or "")
    if body.get("status") not in _STATUSES:
        raise EbayError(195006)
    if destination is None:
        raise EbayError(195007)
    if payload.get("schemaVersion") != _VERSION:
        raise EbayError(195008)
    if payload.get("format") != "JSON":
        raise EbayError(195009)
    if payload.get("deliveryProtocol") != "HTTPS":
        raise EbayError(195010)
    if body["status"] == "ENABLED" and destination.status != "ENABLED":
        raise EbayError(195015, status=409)


def _destination(call: Call) -> Destination:
    body = call.json()
    delivery = body.get("deliveryConfig") or {}
    name, endpoint = body.get("name") or "", delivery.get("endpoint") or ""
    if not name or len(name) > 64 or "<" in name:
        raise EbayError(195016)
    if not endpoint.startswith(("https://", "http://127.0.0.1:")):
        raise EbayError(195017)
    if body.get("status") not in _STATUSES:
        raise EbayError(195018)
    if not delivery.get("verificationToken"):
        raise EbayError(195019)
    return Destination("", name, endpoint, delivery["verificationToken"], body["status"])


def _prove(world: World, made: Destination) -> None:
    try:
        world.notices.prove(made.endpoint, made.token)
    except NotSubscribed:
        raise EbayError(195020, status=409) from None


def _shown(one: Destination) -> dict[str, Any]:
    return {
        "destinationId": one.id,
        "name": one.name,
        "status": one.status,
        "deliveryConfig": {"endpoint": one.endpoint, "verificationToken": one.token},
    }


def _told(one: TopicSubscription) -> dict[str, Any]:
    told = asdict(one)
    return {
        "subscriptionId": told["id"],
        "topicId": told["topic"],
        "status": told["status"],
        "creationDate": told["made_at"],
        "destinationId": told["destination"],
        "payload": {"format": "JSON", "schemaVersion": _VERSION, "deliveryProtocol": "HTTPS"},
    }


def _page(call: Call, name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """By continuation token: here the number of the first row."""
    limit, start = call.query.get("limit", "20"), call.query.get("continuation_token", "0")
    if not limit.isdecimal() or not 10 <= int(limit) <= 100:
        raise EbayError(195004)
    if not start.isdecimal():
        raise EbayError(195005)
    end = int(start) + int(limit)
    href = f"https://api.ebay.com{call.path}"
    told: dict[str, Any] = {name: rows[int(start) : end], "href": href, "limit": int(limit), "total": len(rows)}
    if end < len(rows):
        told["next"] = f"{href}?limit={limit}&continuation_token={end}"
    return told


def _row(name: str, method: str, path: str, handle: Any, scopes: tuple[str, ...] = APPLICATION) -> Operation:
    return Operation(name, method, f"{BASE}{path}", handle, "commerce.notification", scopes)


OPERATIONS = (
    _row("getPublicKey", "GET", "/public_key/{public_key_id}", public_key),
    _row("getConfig", "GET", "/config", get_config),
    _row("updateConfig", "PUT", "/config", update_config),
    _row("getDestinations", "GET", "/destination", get_destinations),
    _row("createDestination", "POST", "/destination", create_destination),
    _row("updateDestination", "PUT", "/destination/{destination_id}", update_destination),
    _row("getTopic", "GET", "/topic/{topic_id}", get_topic),
    _row("getSubscriptions", "GET", "/subscription", get_subscriptions, _SUBSCRIPTION),
    _row("createSubscription", "POST", "/subscription", create_subscription, _SUBSCRIPTION),
    _row("updateSubscription", "PUT", "/subscription/{subscription_id}", update_subscription, _SUBSCRIPTION),
)

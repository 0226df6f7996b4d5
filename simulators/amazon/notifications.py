"""Destinations, subscriptions, and what is delivered to them.

Sources: official model notifications.json, schemas/notifications; documentation, "Notification type values" (which type goes to
SQS and which to EventBridge), "Grantless operations". Deliveries are at least once and in no order. Not verified: that a
second destination of the same resource, a second subscription of the same type and version, and deleting a destination
that is subscribed to are conflicts (409, which the model lists for them without a reason).
"""

from __future__ import annotations

import json
import re
import threading
from typing import TYPE_CHECKING, Any

from simulators.amazon.errors import AmazonError, invalid, not_found
from simulators.amazon.queues import Inbox, into_sqs
from simulators.amazon.subscribing import EVENT_BRIDGE, QUEUED, Destination, Subscription
from simulators.amazon.wire import NOTIFICATIONS, Call, Operation
from simulators.kit.deliveries import Delivery, DeliveryQueue, Retries
from simulators.kit.times import iso
from simulators.kit.wire import Reply

if TYPE_CHECKING:
    from simulators.amazon.state import Seller
    from simulators.amazon.world import World

_SQS_ARN = re.compile(r"^arn:aws:sqs:\S+:\S+:\S+")
_LONGEST_NAME = 256
_WORKERS = 4
_TICK_S = 0.25
_APPLICATION = "amzn1.sp.solution.sim"
_IN_SMALL_LETTERS = frozenset({"FEED_PROCESSING_FINISHED", "REPORT_PROCESSING_FINISHED"})
_RETRIES = Retries(count=5, window_s=600.0, removed_after=1_000_000)


class Notifications:
    """Every seller's subscriptions, the application's destinations, and the deliveries on their way.

    `queue` delivers into `inbox` until `queue.deliver_with` gives it another receiver.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.destinations: dict[str, Destination] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.inbox = Inbox()
        self.queue = DeliveryQueue(world.pace, _Patient(), world.faults, _RETRIES, self.inbox.put)
        self._stopped = threading.Event()
        self._ticking: threading.Thread | None = None
        world.listeners.append(self._happened)

    def start(self, sqs_endpoint: str = "") -> None:
        """Deliver from threads of our own until `stop`: into the SQS queues of this endpoint where one is given. What goes to
        EventBridge stays in the inbox.

        What is due in the world comes about meanwhile, though nobody calls: a feed ends, and its notification goes out.
        """
        if sqs_endpoint:
            self.queue.deliver_with(into_sqs(sqs_endpoint, others=self.inbox.put))
        self.queue.start(_WORKERS)
        self._ticking = threading.Thread(target=self._tick, name="amazon", daemon=True)
        self._ticking.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._ticking is not None:
            self._ticking.join(timeout=10)
        self.queue.stop()

    def _tick(self) -> None:
        while not self._stopped.wait(_TICK_S):
            self._world.catch_up()

    def received(self, kind: str = "") -> list[dict[str, Any]]:
        """What has come into the inbox, oldest first, after delivering what is due; of one type where `kind` names it."""
        self._world.catch_up()
        self.queue.pump()
        return [one for one in self.inbox.bodies() if kind in ("", type_of(one))]

    def publish(
        self, kind: str, seller_id: str, payload: dict[str, Any], *, marketplace_id: str = "", change: str = ""
    ) -> None:
        """Tell every subscription of this seller to this type whose filter lets it through."""
        now = self._world.now()
        event_id = self._world.name()
        for subscription in list(self.subscriptions.values()):
            if subscription.seller_id != seller_id or subscription.kind != kind:
                continue
            if not subscription.wants(marketplace_id, change):
                continue
            notification_id = self._world.name()
            told = envelope(subscription, payload, notification_id, iso(now))
            destination = self.destinations[subscription.destination_id]
            body = json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()
            self.queue.enqueue(
                Delivery(
                    notification_id, event_id, kind, subscription.subscription_id, destination.address, {}, body, now
                )
            )

    def _happened(self, kind: str, seller: Seller, facts: dict[str, Any]) -> None:
        self.publish(kind, seller.seller_id, facts)


class _Patient:
    """Amazon ends no subscription because a queue failed."""

    def note(self, subscription: str, delivered: bool, removed_after: int) -> bool:
        return False


def envelope(subscription: Subscription, payload: dict[str, Any], notification_id: str, at: str) -> dict[str, Any]:
    """A notification as it stands in the queue. All but the ends of feeds and reports have their names in capitals."""
    small = subscription.kind in _IN_SMALL_LETTERS
    told = {
        "notificationVersion": "2020-09-04" if small else "1.0",
        "notificationType": subscription.kind,
        "payloadVersion": subscription.payload_version,
        "eventTime": at,
        "payload": payload,
        "notificationMetadata": {
            "applicationId": _APPLICATION,
            "subscriptionId": subscription.subscription_id,
            "publishTime": at,
            "notificationId": notification_id,
        },
    }
    return told if small else _capital(told)


def _capital(told: dict[str, Any]) -> dict[str, Any]:
    metadata = {name[0].upper() + name[1:]: value for name, value in told["notificationMetadata"].items()}
    capital = {name[0].upper() + name[1:]: value for name, value in told.items()}
    return {**capital, "NotificationMetadata": metadata}


def type_of(notification: dict[str, Any]) -> str:
    """The type of a notification, however its names are written."""
    return str(notification.get("NotificationType") or notification.get("notificationType"))


# Operations


def create_destination(world: World, call: Call) -> Reply:
    body = call.json()
    name, resource = body.get("name"), body.get("resourceSpecification")
    if not isinstance(name, str) or not 1 <= len(name) <= _LONGEST_NAME:
        raise invalid("name is a text of at most 256 characters")
    if not isinstance(resource, dict) or len(resource) != 1:
        raise invalid("resourceSpecification names one of sqs and eventBridge")
    destination = Destination(world.name(), name, **_resource(resource))
    if any(one.resource() == destination.resource() for one in world.notifications.destinations.values()):
        raise AmazonError(409, "Conflict", "Resource already exists: a destination for this resource.")
    world.notifications.destinations[destination.destination_id] = destination
    return Reply(200, {"payload": destination.told()})


def _resource(resource: dict[str, Any]) -> dict[str, str]:
    if isinstance(sqs := resource.get("sqs"), dict):
        arn = sqs.get("arn")
        if not isinstance(arn, str) or not _SQS_ARN.match(arn):
            raise invalid("resourceSpecification.sqs.arn is no queue")
        return {"arn": arn}
    if isinstance(bridge := resource.get("eventBridge"), dict):
        account, region = bridge.get("accountId"), bridge.get("region")
        if isinstance(account, str) and isinstance(region, str):
            return {"account_id": account, "region": region}
    raise invalid("resourceSpecification names one of sqs and eventBridge")


def get_destinations(world: World, call: Call) -> Reply:
    return Reply(200, {"payload": [one.told() for one in world.notifications.destinations.values()]})


def get_destination(world: World, call: Call) -> Reply:
    return Reply(200, {"payload": _destination(world, call.parameters["destinationId"]).told()})


def delete_destination(world: World, call: Call) -> Reply:
    destination = _destination(world, call.parameters["destinationId"])
    if any(one.destination_id == destination.destination_id for one in world.notifications.subscriptions.values()):
        raise AmazonError(409, "Conflict", "The destination is used by a subscription.")
    del world.notifications.destinations[destination.destination_id]
    return Reply(200, {})


def _destination(world: World, destination_id: str) -> Destination:
    destination = world.notifications.destinations.get(destination_id)
    if destination is None:
        raise not_found(f"The destination {destination_id} was not found.")
    return destination


def create_subscription(world: World, call: Call) -> Reply:
    """Raises 400 for a type that does not go to that kind of destination, 409 where the seller has one already."""
    kind, body = call.parameters["notificationType"], call.json()
    version, directive = body.get("payloadVersion"), body.get("processingDirective")
    if kind not in QUEUED | EVENT_BRIDGE:
        raise invalid(f"Invalid notification type: {kind}")
    if not isinstance(version, str) or not isinstance(body.get("destinationId"), str):
        raise invalid("payloadVersion and destinationId are required")
    if version not in (QUEUED | EVENT_BRIDGE)[kind]:
        raise invalid(f"{kind} has no payload version {version}")
    destination = _destination(world, body["destinationId"])
    if (kind in QUEUED) != bool(destination.arn):
        raise invalid(f"{kind} cannot be sent to this kind of destination")
    seller_id = call.seller.seller_id
    for known in world.notifications.subscriptions.values():
        if (known.seller_id, known.kind, known.payload_version) == (seller_id, kind, version):
            raise AmazonError(409, "Conflict", f"Subscription already exists: {known.subscription_id}")
    subscription = Subscription(world.name(), seller_id, kind, version, destination.destination_id)
    subscription.filter_by(directive)
    world.notifications.subscriptions[subscription.subscription_id] = subscription
    return Reply(200, {"payload": subscription.told()})


def get_subscription(world: World, call: Call) -> Reply:
    """The seller's latest subscription to a type, or the one of a payload version. Raises 404 where there is none."""
    found = _theirs(world, call, call.parameters["notificationType"])
    if not found:
        raise not_found("No subscription for this notification type was found.")
    return Reply(200, {"payload": found[-1].told()})


def get_subscriptions(world: World, call: Call) -> Reply:
    kinds = call.csv("notificationTypes")
    if len(kinds) != 1:
        raise invalid("notificationTypes takes one value")
    return Reply(200, {"payload": {"subscriptions": [one.told() for one in _theirs(world, call, kinds[0])]}})


def _theirs(world: World, call: Call, kind: str) -> list[Subscription]:
    version = call.query.get("payloadVersion", "")
    return [
        one
        for one in world.notifications.subscriptions.values()
        if (one.seller_id, one.kind) == (call.seller.seller_id, kind) and version in ("", one.payload_version)
    ]


def get_subscription_by_id(world: World, call: Call) -> Reply:
    return Reply(200, {"payload": _by_id(world, call).told()})


def delete_subscription_by_id(world: World, call: Call) -> Reply:
    del world.notifications.subscriptions[_by_id(world, call).subscription_id]
    return Reply(200, {})


def _by_id(world: World, call: Call) -> Subscription:
    subscription = world.notifications.subscriptions.get(call.parameters["subscriptionId"])
    if subscription is None or subscription.kind != call.parameters["notificationType"]:
        raise not_found("The subscription was not found.")
    return subscription


_ROOT = "/notifications/v1"
_ONE = f"{_ROOT}/subscriptions/{{notificationType}}/{{subscriptionId}}"
_PLACE = f"{_ROOT}/destinations/{{destinationId}}"
OPERATIONS: tuple[Operation, ...] = (
    Operation("getSubscriptions", "GET", f"{_ROOT}/subscriptions", get_subscriptions),
    Operation("getSubscription", "GET", f"{_ROOT}/subscriptions/{{notificationType}}", get_subscription),
    Operation("createSubscription", "POST", f"{_ROOT}/subscriptions/{{notificationType}}", create_subscription),
    Operation("getSubscriptionById", "GET", _ONE, get_subscription_by_id, scope=NOTIFICATIONS),
    Operation("deleteSubscriptionById", "DELETE", _ONE, delete_subscription_by_id, scope=NOTIFICATIONS),
    Operation("getDestinations", "GET", f"{_ROOT}/destinations", get_destinations, scope=NOTIFICATIONS),
    Operation("createDestination", "POST", f"{_ROOT}/destinations", create_destination, scope=NOTIFICATIONS),
    Operation("getDestination", "GET", _PLACE, get_destination, scope=NOTIFICATIONS),
    Operation("deleteDestination", "DELETE", _PLACE, delete_destination, scope=NOTIFICATIONS),
)

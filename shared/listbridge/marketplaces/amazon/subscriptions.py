"""Having Amazon tell our queue what changes: one destination for the app, and a subscription of each seller to each type.

Source: notifications v1. Destinations belong to the app, so that calls about them need no seller's consent.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from listbridge.domain.verdicts import NotFound, Rejected
from listbridge.infra.calls.api_client import path_of
from listbridge.infra.calls.wire_models import CamelTold
from listbridge.marketplaces.amazon.client import AmazonHttp, Request
from listbridge.marketplaces.amazon.events import FEED_FINISHED, ORDER_CHANGE

_ROOM = "/notifications/v1/"
_DESTINATIONS = f"{_ROOM}destinations"
_NAME = "listbridge"
_CONFLICT = 409
_INVALID = 400
_PAYLOAD = ("payload",)
_VERSIONS: Mapping[str, tuple[str, ...]] = {ORDER_CHANGE: ("1.0",), FEED_FINISHED: ("2020-09-04", "1.0")}
"""The types that Amazon delivers to a queue, and that we look for, with their payload's versions, best first: that of
schemas/notifications, and what sellers were seen to receive. Which of two Amazon subscribes to is not verified; they are read alike."""
_FILTERS: Mapping[str, Mapping[str, Any]] = {ORDER_CHANGE: {"eventFilter": {"eventFilterType": ORDER_CHANGE}}}


class Queue(CamelTold):
    """`SqsResource`."""

    arn: str


class Resource(CamelTold):
    """`DestinationResource`."""

    sqs: Queue | None = None


class Destination(CamelTold):
    """`Destination`."""

    destination_id: str
    resource: Resource = Resource()


class Destinations(CamelTold):
    """The answer of getDestinations."""

    payload: tuple[Destination, ...] = ()


class Subscription(CamelTold):
    """`Subscription`."""

    subscription_id: str
    destination_id: str
    payload_version: str


def listen(http: AmazonHttp, queue: str) -> None:
    """Have Amazon send to this queue, named by its ARN; nothing changes where it does already.

    A subscription of the same app that leads elsewhere is replaced: one installation has one app (README). Raises RemoteError.
    """
    destination = _destination(http, queue)
    for topic in _VERSIONS:
        there = _subscription(http, topic)
        if there is not None and there.destination_id != destination:
            _unsubscribe(http, topic, there)
            there = None
        if there is None:
            _subscribe(http, topic, destination)


def stop_listening(http: AmazonHttp, queue: str, *, last: bool) -> None:
    """Have Amazon send nothing more about this seller to this queue; what leads elsewhere is not ours. Raises RemoteError.

    `last`: the destination goes as well, unless a seller whom this installation does not know is told there.
    """
    destination = _known_destination(http, queue)
    if destination is None:
        return
    for topic in _VERSIONS:
        there = _subscription(http, topic)
        if there is not None and there.destination_id == destination:
            _unsubscribe(http, topic, there)
    if last:
        _remove(http, destination)


def _unsubscribe(http: AmazonHttp, topic: str, subscription: Subscription) -> None:
    path = _ROOM + path_of("subscriptions", topic, subscription.subscription_id)
    with suppress(NotFound):
        http.object(Request("DELETE", path, "deleteSubscriptionById", who="app", hook=True))


def _remove(http: AmazonHttp, destination: str) -> None:
    try:
        http.object(
            Request("DELETE", _ROOM + path_of("destinations", destination), "deleteDestination", who="app", hook=True)
        )
    except NotFound:
        return
    except Rejected as refused:
        if refused.status != _CONFLICT:
            raise


def _destination(http: AmazonHttp, queue: str) -> str:
    """The id of the app's destination for this queue, made where there is none."""
    known = _known_destination(http, queue)
    if known is not None:
        return known
    body = {"name": _NAME, "resourceSpecification": {"sqs": {"arn": queue}}}
    call = Request("POST", _DESTINATIONS, "createDestination", body=body, who="app", hook=True, within=_PAYLOAD)
    try:
        return http.read(call, Destination).destination_id
    except Rejected as refused:
        # Another account of the app may have made it a moment ago.
        known = _known_destination(http, queue) if refused.status == _CONFLICT else None
        if known is None:
            raise
        return known


def _known_destination(http: AmazonHttp, queue: str) -> str | None:
    known = http.read(Request("GET", _DESTINATIONS, "getDestinations", who="app"), Destinations).payload
    here = [one for one in known if one.resource.sqs is not None and one.resource.sqs.arn == queue]
    return here[0].destination_id if here else None


def _subscription(http: AmazonHttp, topic: str) -> Subscription | None:
    """The seller's, to whatever version: without one Amazon tells the latest."""
    path = _ROOM + path_of("subscriptions", topic)
    try:
        return http.read(Request("GET", path, "getSubscription", within=_PAYLOAD), Subscription)
    except NotFound:
        return None


def _subscribe(http: AmazonHttp, topic: str, destination: str) -> None:
    *better, last = _VERSIONS[topic]
    for version in better:
        try:
            _subscribe_to(http, topic, version, destination)
        except Rejected as refused:
            if refused.status != _INVALID:
                raise
        else:
            return
    _subscribe_to(http, topic, last, destination)


def _subscribe_to(http: AmazonHttp, topic: str, version: str, destination: str) -> None:
    body: dict[str, Any] = {"payloadVersion": version, "destinationId": destination}
    if topic in _FILTERS:
        body["processingDirective"] = _FILTERS[topic]
    path = _ROOM + path_of("subscriptions", topic)
    http.read(Request("POST", path, "createSubscription", body=body, hook=True, within=_PAYLOAD), Subscription)

"""Topics that only hint, subscribed to by the Notification API (commerce_notification 1.6.7): a destination for our address, and a
subscription for each topic that eBay lets the app, or the seller, have.

The account deletion notices are not among them: they are mandatory, and entered by hand on eBay's page (README, Notices).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, Rejected, Unauthorized
from listbridge.infra.calls.answers import located
from listbridge.infra.calls.api_client import CallRefused, path_of
from listbridge.infra.calls.seller_and_app import Who
from listbridge.infra.calls.wire_models import CamelTold
from listbridge.marketplaces.ebay.client import NOTIFICATION, EbayHttp, Request
from listbridge.marketplaces.ebay.errors import SCOPE_MISSING, TOPIC_UNKNOWN, UNREADABLE

HINTS = ("ORDER_CONFIRMATION", "AUTHORIZATION_REVOCATION")
_NAME = "Listbridge"
_PAGE = "100"
_MOST_PAGES = 20
_EXISTS = 195012
_ON = "ENABLED"


class _Delivery(CamelTold):
    endpoint: str = ""


class _Destination(CamelTold):
    destination_id: str = ""
    status: str = ""
    delivery_config: _Delivery = _Delivery()


class _Destinations(CamelTold):
    destinations: list[_Destination] | None = None
    next: str | None = None


class _Payload(CamelTold):
    schema_version: str = ""
    delivery_protocol: str = ""
    deprecated: bool = False
    format: list[str] | None = None


class _Topic(CamelTold):
    """`scope`: of the whole application, or of one USER (Topic, ScopeEnum)."""

    scope: str = ""
    supported_payloads: list[_Payload] | None = None


class _Subscription(CamelTold):
    subscription_id: str = ""
    topic_id: str = ""
    destination_id: str = ""
    status: str = ""


class _Subscriptions(CamelTold):
    subscriptions: list[_Subscription] | None = None
    next: str | None = None


Page = TypeVar("Page", _Destinations, _Subscriptions)


def subscribe(http: EbayHttp, address: str, token: str) -> Mapping[str, Problem | None]:
    """Each topic, with why eBay refused it; idempotent. Raises RemoteError where the address itself is not taken."""
    if http.settings.alert_email:
        _put(http, f"{NOTIFICATION}/config", "updateConfig", {"alertEmail": http.settings.alert_email}, "app")
    destination = _destination(http, address, token)
    told: dict[str, Problem | None] = {}
    for topic in HINTS:
        try:
            _subscribed(http, topic, destination)
        except (Rejected, NotFound) as refused:
            told[topic] = refused.problem
        except Unauthorized as refused:  # a consent from before: the other topics do not need it
            if refused.problem.code != SCOPE_MISSING.code:
                raise
            told[topic] = refused.problem
        else:
            told[topic] = None
    return told


def _destination(http: EbayHttp, address: str, token: str) -> str:
    """The id of the destination with our address, made or switched on where that is needed."""
    delivery = {"endpoint": address, "verificationToken": token}
    body = {"name": _NAME, "status": _ON, "deliveryConfig": delivery}
    for page in _pages(http, "destination", "getDestinations", _Destinations, "app"):
        for one in page.destinations or ():
            if one.delivery_config.endpoint == address:
                if one.status != _ON:
                    path = f"{NOTIFICATION}/destination/{path_of(one.destination_id)}"
                    _put(http, path, "updateDestination", body, "app")
                return one.destination_id
    return _made(http, "destination", "createDestination", body, "app")


def _subscribed(http: EbayHttp, topic: str, destination: str) -> None:
    """Raises RemoteError: Rejected for a topic that eBay does not let us have."""
    told = http.read(Request("GET", f"{NOTIFICATION}/topic/{topic}", "getTopic", who="app"), _Topic)
    version = next(iter(_versions(told)), None)
    if version is None:
        raise TOPIC_UNKNOWN.error(detail=f"{topic}: no JSON by HTTPS")
    payload = {"format": "JSON", "schemaVersion": version, "deliveryProtocol": "HTTPS"}
    body = {"status": _ON, "destinationId": destination, "payload": payload}
    who: Who = "seller" if told.scope == "USER" else "app"
    try:
        _made(http, "subscription", "createSubscription", {"topicId": topic, **body}, who)
    except _Exists:
        _point_here(http, topic, body, who)


def _versions(told: _Topic) -> Iterator[str]:
    for one in told.supported_payloads or ():
        if not one.deprecated and "JSON" in (one.format or ()) and one.delivery_protocol == "HTTPS":
            yield one.schema_version


def _point_here(http: EbayHttp, topic: str, body: Mapping[str, object], who: Who) -> None:
    """A subscription from before may tell another address, or be off."""
    for page in _pages(http, "subscription", "getSubscriptions", _Subscriptions, who):
        for one in page.subscriptions or ():
            as_wished = (one.destination_id, one.status) == (body["destinationId"], _ON)
            if one.topic_id == topic and not as_wished:
                path = f"{NOTIFICATION}/subscription/{path_of(one.subscription_id)}"
                _put(http, path, "updateSubscription", body, who)


class _Exists(Exception):
    """There is such a subscription already."""


def _made(http: EbayHttp, what: str, operation: str, body: Mapping[str, object], who: Who) -> str:
    try:
        answer = http.send(Request("POST", f"{NOTIFICATION}/{what}", operation, body=body, who=who))
    except CallRefused as refused:
        if any(entry.error_id == _EXISTS for entry in refused.said.entries):
            raise _Exists from None
        raise refused.verdict from None
    id = located(answer.response)
    if not id:
        raise UNREADABLE.error(detail=f"{operation}: no id")
    return id


def _put(http: EbayHttp, path: str, operation: str, body: Mapping[str, object], who: Who) -> None:
    try:
        http.send(Request("PUT", path, operation, body=body, who=who))
    except CallRefused as refused:
        raise refused.verdict from None


def _pages(http: EbayHttp, what: str, operation: str, kind: type[Page], who: Who) -> Iterator[Page]:
    params = {"limit": _PAGE}
    for _ in range(_MOST_PAGES):
        page = http.read(Request("GET", f"{NOTIFICATION}/{what}", operation, params=params, who=who), kind)
        yield page
        following = (page.next or "").partition("continuation_token=")[2].partition("&")[0]
        if not following:
            return
        params = {"limit": _PAGE, "continuation_token": following}

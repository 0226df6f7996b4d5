"""Webhook subscriptions made through the API: who wants to hear about what, and where."""

from __future__ import annotations

import ipaddress
import itertools
import re
import threading
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

_RESOURCES = (
    "app",
    "bulk_operations",
    "collections",
    "fulfillments",
    "inventory_items",
    "inventory_levels",
    "locations",
    "orders",
    "products",
    "refunds",
    "shop",
)
_LONGEST_ADDRESS = 65_535
_INTERNAL = ("localhost", "shopify.com", "myshopify.com", "shopifycloud.com", "internal", "local")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,50}")


@dataclass(frozen=True, slots=True)
class Subscription:
    """`topic` is the enum value (PRODUCTS_UPDATE); `failures` counts failed attempts in a row."""

    id: int
    topic: str
    uri: str
    format: str
    include_fields: tuple[str, ...]
    filter: str | None
    name: str | None
    metafield_namespaces: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    failures: int = 0


class Refused(Exception):
    """The subscription breaks a rule; carries what `userErrors` shall say."""

    def __init__(self, field: list[str], message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


def topic_path(topic: str) -> str:
    """The header form of an enum value: INVENTORY_LEVELS_UPDATE is `inventory_levels/update`."""
    lowered = topic.lower()
    for resource in _RESOURCES:
        if lowered.startswith(f"{resource}_"):
            return f"{resource}/{lowered[len(resource) + 1 :]}"
    raise ValueError(f"unknown topic {topic}")


def _is_internal(host: str) -> bool:
    """Shopify's own hosts, names that only a private network knows, and addresses that are not everybody's."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return any(host == one or host.endswith(f".{one}") for one in _INTERNAL)


class Subscriptions:
    """All subscriptions of the app on this shop. One per topic and address; addresses are https and public unless `allow_http`.

    Safe to share between threads: deliveries count their failures here while the API lists and changes.
    """

    def __init__(self, *, allow_http: bool) -> None:
        self.rows: dict[int, Subscription] = {}
        self._allow_http = allow_http
        self._ids = itertools.count(1_280_000_000_001)
        self._lock = threading.RLock()

    def all(self) -> list[Subscription]:
        with self._lock:
            return list(self.rows.values())

    def create(self, topic: str, wanted: dict[str, Any], at: datetime) -> Subscription:
        """Raises `Refused` as Shopify's userErrors would."""
        uri = wanted.get("uri")
        if not uri:
            raise Refused(["webhookSubscription", "callbackUrl"], "Address can't be blank")
        subscription = Subscription(
            id=next(self._ids),
            topic=topic,
            uri=uri,
            format=wanted.get("format") or "JSON",
            include_fields=tuple(wanted.get("includeFields") or ()),
            filter=wanted.get("filter"),
            name=wanted.get("name"),
            metafield_namespaces=tuple(wanted.get("metafieldNamespaces") or ()),
            created_at=at,
            updated_at=at,
        )
        with self._lock:
            self._check(topic, uri, wanted, None)
            self.rows[subscription.id] = subscription
        return subscription

    def update(self, number: int, wanted: dict[str, Any], at: datetime) -> Subscription:
        """Raises `Refused`; an unknown subscription is refused likewise."""
        with self._lock:
            old = self.rows.get(number)
            if old is None:
                raise Refused(["id"], "Webhook subscription does not exist")
            uri = wanted.get("uri") or old.uri
            self._check(old.topic, uri, wanted, number)
            fields = wanted.get("includeFields")
            new = replace(
                old,
                uri=uri,
                filter=wanted.get("filter", old.filter),
                name=wanted.get("name", old.name),
                include_fields=old.include_fields if fields is None else tuple(fields),
                updated_at=at,
                failures=0,
            )
            self.rows[number] = new
            return new

    def delete(self, number: int) -> None:
        """Raises `Refused` when there is no such subscription."""
        with self._lock:
            gone = self.rows.pop(number, None)
        if gone is None:
            raise Refused(["id"], "Webhook subscription does not exist")

    def clear(self) -> None:
        with self._lock:
            self.rows.clear()

    def wanting(self, topic: str) -> list[Subscription]:
        """Who wants the topic, in its header form."""
        return [one for one in self.all() if topic_path(one.topic) == topic]

    def note(self, subscription: str, delivered: bool, removed_after: int) -> bool:
        """Count an attempt; true when the subscription has now failed so often in a row that Shopify removes it."""
        number = int(subscription)
        with self._lock:
            old = self.rows.get(number)
            if old is None:
                return False
            failures = 0 if delivered else old.failures + 1
            if failures >= removed_after:
                del self.rows[number]
                return True
            self.rows[number] = replace(old, failures=failures)
            return False

    def _check(self, topic: str, uri: str, wanted: dict[str, Any], own: int | None) -> None:
        where = ["webhookSubscription", "callbackUrl"]  # the older field's name, whichever was sent
        scheme, host = urlsplit(uri).scheme, urlsplit(uri).hostname
        allowed = ("https", "http") if self._allow_http else ("https",)
        if len(uri.encode()) > _LONGEST_ADDRESS:
            raise Refused(where, "Address is too big (maximum is 64 KB)")
        if scheme not in allowed or not host:
            raise Refused(
                where, "Address protocol http:// is not supported" if scheme == "http" else "Address is invalid"
            )
        if not self._allow_http and _is_internal(host):
            raise Refused(where, "Address cannot be a Shopify or an internal domain")
        if any(one.topic == topic and one.uri == uri and one.id != own for one in self.rows.values()):
            raise Refused(where, "Address for this topic has already been taken")
        name = wanted.get("name")
        if name is not None and not _NAME.fullmatch(name):
            raise Refused(["webhookSubscription", "name"], "Name is invalid")

"""Shopify's webhooks: how they are signed, what they point at, and which we ask for.

Sources: shopify.dev "Verify webhook deliveries" and "Ignore duplicate webhooks" (read 2026-11-23); payloads by the
inferred schemas of version 2026-04. A payload is only a hint: retries carry the original one, so nothing is read
from it but ids.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from listbridge.domain.ports import Delivery, HookKeys, Judgement
from listbridge.domain.ports.webhooks import FORGED, GENUINE
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.work import MOST_HINTS, Hint, HintKind
from listbridge.infra.hook_body import LONGEST_ID, delivery_id, json_object, signed_by

SIGNATURE = "x-shopify-hmac-sha256"
TOPIC = "x-shopify-topic"
_LARGEST_NUMBER = 2**63 - 1

Payload = Mapping[str, Any]


def _id(payload: Payload, name: str) -> str:
    """The number under `name`. Raises ValueError: a genuine payload without it is not what its topic says."""
    value = payload.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _LARGEST_NUMBER:
        raise ValueError(f"no {name}")
    return str(value)


def _product(payload: Payload) -> Iterator[Hint]:
    yield Hint(kind=HintKind.PRODUCT, id=_id(payload, "id"))


def _level(payload: Payload) -> Iterator[Hint]:
    yield Hint(kind=HintKind.INVENTORY_ITEM, id=_id(payload, "inventory_item_id"))


def _item(payload: Payload) -> Iterator[Hint]:
    yield Hint(kind=HintKind.INVENTORY_ITEM, id=_id(payload, "id"))


def _collection(payload: Payload) -> Iterator[Hint]:
    yield Hint(kind=HintKind.COLLECTION, id=_id(payload, "id"))


def _order(payload: Payload) -> Iterator[Hint]:
    """The products of an order's lines: their stock may have moved. A line of no product (custom, deleted) says nothing."""
    _id(payload, "id")
    lines = payload.get("line_items")
    if not isinstance(lines, list):
        raise ValueError("no line_items")
    for line in lines:
        if not isinstance(line, Mapping):
            raise ValueError("a line that is no object")
        if line.get("product_id") is not None:
            yield Hint(kind=HintKind.PRODUCT, id=_id(line, "product_id"))
        elif line.get("variant_id") is not None:
            yield Hint(kind=HintKind.VARIANT, id=_id(line, "variant_id"))


def _cancelled(payload: Payload) -> Iterator[Hint]:
    """The order itself, and the products whose stock came back."""
    yield Hint(kind=HintKind.ORDER, id=_id(payload, "id"))
    yield from _order(payload)


def _whole_order(payload: Payload, hints: Sequence[Hint]) -> Iterator[Hint]:
    """What an order with too many products says in short: look at all of them."""
    yield from (hint for hint in hints if hint.kind is HintKind.ORDER)
    yield Hint(kind=HintKind.ORDER_PRODUCTS, id=_id(payload, "id"))


def _of_order(payload: Payload) -> Iterator[Hint]:
    """A fulfilment or a refund. What a refund restocks is told by inventory_levels/update."""
    _id(payload, "id")
    yield Hint(kind=HintKind.ORDER, id=_id(payload, "order_id"))


def _order_edit(payload: Payload) -> Iterator[Hint]:
    """An edit names lines by ids of their own, never products: its stock effect comes by inventory_levels/update."""
    edit = payload.get("order_edit")
    if not isinstance(edit, Mapping):
        raise ValueError("no order_edit")
    _id(edit, "order_id")
    yield from ()


def _uninstalled(payload: Payload) -> Iterator[Hint]:
    _id(payload, "id")
    yield Hint(kind=HintKind.SHOP_GONE)


_READERS: Mapping[str, Callable[[Payload], Iterator[Hint]]] = {
    "products/create": _product,
    "products/update": _product,
    "products/delete": _product,
    "inventory_levels/connect": _level,
    "inventory_levels/update": _level,
    "inventory_levels/disconnect": _level,
    "inventory_items/update": _item,
    "collections/create": _collection,
    "collections/update": _collection,
    "collections/delete": _collection,
    "orders/create": _order,
    "orders/updated": _order,
    "orders/paid": _order,
    "orders/cancelled": _cancelled,
    "orders/edited": _order_edit,
    "fulfillments/create": _of_order,
    "fulfillments/update": _of_order,
    "refunds/create": _of_order,
    "app/uninstalled": _uninstalled,
}

WANTED = (
    "products/create",
    "products/update",
    "products/delete",
    "inventory_levels/connect",
    "inventory_levels/update",
    "inventory_levels/disconnect",
    "inventory_items/update",
    "collections/create",
    "collections/update",
    "collections/delete",
    "orders/create",
    "orders/cancelled",
    "fulfillments/create",
    "fulfillments/update",
    "refunds/create",
    "app/uninstalled",
)
"""The topics to subscribe to. Of the orders' topics those at which stock moves or a marketplace has to be told something:
the others are understood, but would make us read the same products over and over as an order lives on."""


class ShopifyWebhooks:
    """domain.ports.WebhookScheme for Shopify."""

    def judge(self, request: RawRequest, keys: HookKeys, now: datetime) -> Judgement:
        """Base64 of HMAC-SHA256 over the raw body, with any of the secrets (two while a rotation lasts).

        Shopify signs no time, so `now` decides nothing: an old but genuine delivery is a hint like any other.
        """
        given = request.headers.get(SIGNATURE, "").encode("utf-8", "replace")

        def digest(secret: bytes) -> bytes:
            return base64.b64encode(hmac.new(secret, request.body, hashlib.sha256).digest())

        return GENUINE if signed_by(keys.secrets, given, digest) else FORGED

    def parse(self, request: RawRequest) -> Delivery:
        """What the delivery points at. A topic that we do not know is not an error, and its body is not looked at.

        Raises ValueError for a delivery without a topic, a body that is no JSON object, and one that lacks its ids.
        """
        body, headers = request.body, request.headers
        topic = headers.get(TOPIC, "").strip().lower()
        if not topic:
            raise ValueError("no topic")
        delivery = _delivery_id(body, headers, topic)
        reader = _READERS.get(topic)
        if reader is None:
            return Delivery(id=delivery, topic=topic[:LONGEST_ID], known=False, hints=())
        payload = json_object(body)
        hints = tuple(dict.fromkeys(reader(payload)))
        if len(hints) > MOST_HINTS:
            hints = tuple(dict.fromkeys(_whole_order(payload, hints)))
        return Delivery(id=delivery, topic=topic, known=True, hints=hints)


def _delivery_id(body: bytes, headers: Mapping[str, str], topic: str) -> str:
    """Shopify's delivery id, stable over its retries; else the event's; else a fingerprint of all we have.

    The last takes the time of the event in, because the same body twice can be two honest events.
    """
    told = headers.get("x-shopify-webhook-id", "").strip() or headers.get("x-shopify-event-id", "")
    triggered = headers.get("x-shopify-triggered-at", "").encode("utf-8", "replace")
    return delivery_id(told, topic.encode("utf-8", "replace"), triggered, body)


def signing_secrets(secret: Mapping[str, str]) -> tuple[str, ...]:
    """From a shop's stored credentials, the secrets to verify with: the current one and, while a rotation lasts, the one
    before, for Shopify may sign with it for up to an hour. None where none is stored, and then nothing is genuine."""
    held = (secret.get(name, "") for name in ("client_secret", "previous_client_secret"))
    return tuple(one for one in held if one)


SCHEME = ShopifyWebhooks()

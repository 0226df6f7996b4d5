"""Shopify's webhooks: how they are signed, what they point at, and which we ask for.

Sources: shopify.dev "Verify webhook deliveries" and "Ignore duplicate webhooks" (read 2026-11-23); payloads by the
inferred schemas of version 2026-04. A payload is only a hint: retries carry the original one, so nothing is read
from it but ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from listbridge.domain.work import Hint, HintKind
from listbridge.infra.webhooks.body import number_in
from listbridge.infra.webhooks.scheme import HeaderScheme
from listbridge.infra.webhooks.signatures import stored_secrets
from listbridge.infra.webhooks.topics import Payload, Topics, points_at, products_of_lines, shop_gone


def _order_edit(payload: Payload) -> Iterator[Hint]:
    """An edit names lines by ids of their own, never products: its stock effect comes by inventory_levels/update."""
    edit = payload.get("order_edit")
    if not isinstance(edit, Mapping):
        raise ValueError("no order_edit")
    number_in(edit, "order_id")
    yield from ()


_PRODUCT = points_at(HintKind.PRODUCT)
_LEVEL = points_at(HintKind.INVENTORY_ITEM, "inventory_item_id")
_COLLECTION = points_at(HintKind.COLLECTION)
_ORDER = products_of_lines("line_items", "product_id", "variant_id")
# A fulfilment or a refund. What a refund restocks is told by inventory_levels/update.
_OF_ORDER = points_at(HintKind.ORDER, "order_id", needs="id")

TOPICS = Topics(
    {
        "products/create": _PRODUCT,
        "products/update": _PRODUCT,
        "products/delete": _PRODUCT,
        "inventory_levels/connect": _LEVEL,
        "inventory_levels/update": _LEVEL,
        "inventory_levels/disconnect": _LEVEL,
        "inventory_items/update": points_at(HintKind.INVENTORY_ITEM),
        "collections/create": _COLLECTION,
        "collections/update": _COLLECTION,
        "collections/delete": _COLLECTION,
        "orders/create": _ORDER,
        "orders/updated": _ORDER,
        "orders/paid": _ORDER,
        "orders/cancelled": products_of_lines("line_items", "product_id", "variant_id", itself=True),
        "orders/edited": _order_edit,
        "fulfillments/create": _OF_ORDER,
        "fulfillments/update": _OF_ORDER,
        "refunds/create": _OF_ORDER,
        "app/uninstalled": shop_gone(),
    }
)
_UNDERSTOOD_ONLY = frozenset({"orders/updated", "orders/paid", "orders/edited"})
"""They would make us read the same products over and over as an order lives on. What is left of the orders' topics are those
at which stock moves, or at which a marketplace has to be told something."""

WANTED = tuple(topic for topic in TOPICS.readers if topic not in _UNDERSTOOD_ONLY)
"""The topics to subscribe to."""


def signing_secrets(secret: Mapping[str, str]) -> tuple[str, ...]:
    """The current secret and, while a rotation lasts, the one before, for Shopify may sign with it for up to an hour."""
    return stored_secrets(secret, "client_secret", "previous_client_secret")


SCHEME = HeaderScheme(
    TOPICS,
    topic="x-shopify-topic",
    # The delivery's id, stable over its retries; else the event's.
    ids=("x-shopify-webhook-id", "x-shopify-event-id"),
    fingerprint=("x-shopify-triggered-at",),
    signature="x-shopify-hmac-sha256",
)

"""What Etsy posts to commercial apps when something becomes of an order. It says when to look, and nothing of it is believed.

Sources: developers.etsy.com, "Webhooks" (read 2026-11-28): an endpoint and its secret are made in a portal, not by the API; the events'
names and a body's three fields as they arrive: etsy/open-api discussion 1509. Not verified: the signature, which is taken to be
that of Svix, whose headers these are (docs.svix.com, "Verifying webhooks manually": HMAC-SHA256 over id, time and raw body, by the
decoded text behind `whsec_`, five minutes of tolerance).
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime

from listbridge.domain.ports import Delivery, HookKeys, Judgement
from listbridge.domain.ports.webhooks import FORGED, GENUINE
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.work import Hint, HintKind
from listbridge.infra.webhooks.body import delivery_id, json_object, text_at
from listbridge.infra.webhooks.signatures import sha256_in_base64, signed_by

ID, TIME, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
FRESH_S = 300
"""A signature that is older is refused, or one from so far ahead: a stranger who overheard it cannot send it again for long."""
_SECRET, _VERSION = "whsec_", "v1,"
_SHORTEST_KEY = 16
_MOST_SIGNATURES = 10
"""Of one header: while a secret is changed there are two."""
_ORDERS = frozenset({"order.paid", "order.canceled", "order.shipped"})


class EtsyEvents:
    """`domain.ports.SignedScheme` for Etsy."""

    def is_secret(self, text: str) -> bool:
        return bool(_key(text))

    def judge(self, request: RawRequest, keys: HookKeys, now: datetime) -> Judgement:
        id, time, given = (request.headers.get(name, "") for name in (ID, TIME, SIGNATURE))
        key = _key(keys.told)
        if not (id and key and _fresh(time, now)):
            return FORGED
        told = f"{id}.{time}.".encode("utf-8", "replace") + request.body
        signatures = [one.removeprefix(_VERSION) for one in given.split() if one.startswith(_VERSION)]
        fits = [
            signed_by([keys.told], one.encode("utf-8", "replace"), lambda _: sha256_in_base64(key, told))
            for one in signatures[:_MOST_SIGNATURES]
        ]
        return GENUINE if any(fits) else FORGED

    def parse(self, request: RawRequest) -> Delivery:
        """Raises ValueError for a body without an event's name. Which order it is about is not read: the next poll shows it with all
        others, and an app's endpoint is told about every shop that uses the app."""
        topic = text_at(json_object(request.body), "event_type")
        id = delivery_id(request.headers.get(ID, ""), request.body)
        known = topic in _ORDERS
        return Delivery(id=id, topic=topic, known=known, hints=(Hint(kind=HintKind.ORDER),) if known else ())


def _key(secret: str) -> bytes:
    """What is behind the prefix of a secret, decoded; nothing for a text that is none, or that anybody could guess."""
    if not secret.startswith(_SECRET):
        return b""
    try:
        key = base64.b64decode(secret.removeprefix(_SECRET), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return key if len(key) >= _SHORTEST_KEY else b""


def _fresh(time: str, now: datetime) -> bool:
    plain = time.isascii() and time.isdigit() and len(time) <= 12
    return plain and abs(now.timestamp() - int(time)) <= FRESH_S


SCHEME = EtsyEvents()

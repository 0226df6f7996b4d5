"""What eBay tells every application that has subscribed, signed with a key of its own (README, Notices).

Sources: developer.ebay.com, "Notification API overview" and "Marketplace account deletion" (read 2026-11-27), and
commerce_notification 1.6.7 (getPublicKey). That the signature stands over the body as JavaScript's `JSON.stringify` writes it is
what eBay's own libraries do (event-notification-nodejs-sdk, lib/validator.js, read 2026-11-28); their test vector fits.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from listbridge.domain.orders.orders import fingerprint
from listbridge.domain.ports import Delivery, Signed
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.work import Hint, HintKind
from listbridge.infra.webhooks.body import json_object, text_at

CHALLENGE = "challenge_code"
SIGNATURE = "x-ebay-signature"
_SLUG = "ebay"
_DELETION = "MARKETPLACE_ACCOUNT_DELETION"
_ORDERS = frozenset({"ORDER_CONFIRMATION", "ITEM_MARKED_SHIPPED"})
_ACCOUNT = frozenset({"AUTHORIZATION_REVOCATION"})
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_LONGEST_HEADER = 2_000
_LONGEST_CODE = 500


class EbayNotices:
    """domain.ports.NoticeScheme for eBay. Our verification token has 43 letters, digits, `-` and `_`: eBay takes 32 to 80
    (commerce_notification 1.6.7, DeliveryConfig). A key is asked for once an hour ("one-hour is recommended", getPublicKey)."""

    def challenged(self, request: RawRequest, token: str, address: str) -> Mapping[str, str] | None:
        """ "Hash the challengeCode, verificationToken, and endpoint" (Marketplace account deletion), in hexadecimal digits."""
        code = request.params.get(CHALLENGE, "")
        if not code or len(code) > _LONGEST_CODE:
            return None
        told = f"{code}{token}{address}".encode("utf-8", "surrogatepass")
        return {"challengeResponse": hashlib.sha256(told).hexdigest()}

    def signed(self, request: RawRequest) -> Signed:
        """`X-EBAY-SIGNATURE` is base64 of `{"alg": "ecdsa", "kid": …, "signature": …, "digest": "SHA1"}`. Raises ValueError."""
        header = request.headers.get(SIGNATURE, "")
        if not header or len(header) > _LONGEST_HEADER:
            raise ValueError("not signed")
        told = json_object(base64.b64decode(header, validate=True))
        if (_lower(told.get("alg")), _lower(told.get("digest"))) != ("ecdsa", "sha1"):
            raise ValueError("signed in a way that eBay does not use")
        key, signature = told.get("kid"), told.get("signature")
        if not isinstance(key, str) or _KEY_ID.fullmatch(key) is None or not isinstance(signature, str):
            raise ValueError("no key or no signature is named")
        return Signed(key, base64.b64decode(signature, validate=True), (request.body, *_as_stringified(request.body)))

    def parse(self, body: bytes) -> Delivery:
        """Raises ValueError for a body without a topic, for one of ours without a notification's id, and for a deletion that names
        nobody. Of other topics nothing else is read: whatever shape they have, a refusal might mark the address as down."""
        told = json_object(body)
        topic = text_at(told, "metadata", "topic")
        if topic == _DELETION:
            hints = _of_deleted(told.get("notification"))
        elif topic in _ORDERS or topic in _ACCOUNT:
            hints = (Hint(kind=HintKind.ORDER if topic in _ORDERS else HintKind.ACCOUNT_GONE),)
        else:
            return Delivery(id="", topic=topic, known=False, hints=())
        return Delivery(id=text_at(told, "notification", "notificationId"), topic=topic, known=True, hints=hints)


def _of_deleted(notification: Any) -> tuple[Hint, ...]:
    """An order tells its buyer's name or, for users in some countries, their id in its place (data handling update, 2025-09-26),
    so both are looked for."""
    data = notification.get("data") if isinstance(notification, Mapping) else None
    names = [data.get(field) for field in ("username", "userId")] if isinstance(data, Mapping) else []
    users = dict.fromkeys(fingerprint(_SLUG, name) for name in names if isinstance(name, str) and name.strip())
    if not users:
        raise ValueError("nobody is named")
    until = _moment(notification.get("eventDate"))
    return tuple(Hint(kind=HintKind.USER, id=user, until=until) for user in users)


def _moment(told: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(told)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _as_stringified(body: bytes) -> tuple[bytes, ...]:
    """The body as eBay's libraries write it before they check it; none for one that is not JSON."""
    try:
        written = json.dumps(json_object(body), separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return (written.encode(),)
    except (ValueError, RecursionError):
        return ()


def _lower(told: Any) -> str:
    return told.lower() if isinstance(told, str) else ""


def key_in_lines(key: str) -> str:
    """eBay tells a key as PEM without line ends. Raises ValueError for anything else."""
    found = re.fullmatch(
        r"-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]{1,4000})-----END PUBLIC KEY-----\s*", key.strip()
    )
    if found is None:
        raise ValueError("no public key")
    return f"-----BEGIN PUBLIC KEY-----\n{''.join(found[1].split())}\n-----END PUBLIC KEY-----\n"


SCHEME = EbayNotices()

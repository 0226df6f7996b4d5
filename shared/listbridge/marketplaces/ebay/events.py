"""What eBay tells us by itself, at an address that only eBay knows (README, Notifications).

Sources: developer.ebay.com, "Notification API overview" and "Marketplace account deletion" (read 2026-11-27). Its signature is
ECDSA by a key that takes a call and a library of 18 MB; the token in the address proves as much for what is only a hint.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from listbridge.domain.ports import Delivery, HookKeys, Judged, Judgement
from listbridge.domain.ports.webhooks import FORGED, GENUINE
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.work import Hint, HintKind

CHALLENGE = "challenge_code"
_ORDERS = frozenset({"ORDER_CONFIRMATION", "ITEM_MARKED_SHIPPED"})
_ACCOUNT = frozenset({"AUTHORIZATION_REVOCATION"})
_LONGEST = 200


class EbayEvents:
    """domain.ports.WebhookScheme for eBay. The token in the address is also eBay's verification token."""

    def judge(self, request: RawRequest, keys: HookKeys, now: datetime) -> Judgement:
        code = request.params.get(CHALLENGE, "")
        if request.method == "GET":
            if not code:
                return FORGED
            asked = f"{code}{keys.token}{request.address}".encode()
            return Judgement(Judged.PING, {"challengeResponse": hashlib.sha256(asked).hexdigest()})
        return GENUINE

    def parse(self, request: RawRequest) -> Delivery:
        """Raises ValueError for a body without a topic and a notification's id."""
        try:
            told: Any = json.loads(request.body)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        topic, id = _text(told, "metadata", "topic"), _text(told, "notification", "notificationId")
        kinds = [HintKind.ORDER] if topic in _ORDERS else [HintKind.ACCOUNT_GONE] if topic in _ACCOUNT else []
        return Delivery(id=id, topic=topic, known=bool(kinds), hints=tuple(Hint(kind=kind) for kind in kinds))


def _text(told: Any, *path: str) -> str:
    for name in path:
        told = told.get(name) if isinstance(told, Mapping) else None
    if not isinstance(told, str) or not told:
        raise ValueError(f"no {path[-1]}")
    return told if len(told) <= _LONGEST else hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()


SCHEME = EbayEvents()

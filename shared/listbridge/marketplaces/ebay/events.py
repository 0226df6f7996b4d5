"""What eBay tells us unasked, at an address that only eBay knows (README, Notifications).

Sources: developer.ebay.com, "Notification API overview" and "Marketplace account deletion" (read 2026-11-27). Its signature is
ECDSA by a key that takes a call and a library of 18 MB; the token in the address proves as much for what is only a hint.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from listbridge.domain.ports import Delivery, HookKeys, Judged, Judgement
from listbridge.domain.ports.webhooks import FORGED, GENUINE
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.work import Hint, HintKind
from listbridge.infra.webhooks.body import json_object, text_at

CHALLENGE = "challenge_code"
_ORDERS = frozenset({"ORDER_CONFIRMATION", "ITEM_MARKED_SHIPPED"})
_ACCOUNT = frozenset({"AUTHORIZATION_REVOCATION"})


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
        told = json_object(request.body)
        topic, id = text_at(told, "metadata", "topic"), text_at(told, "notification", "notificationId")
        kinds = [HintKind.ORDER] if topic in _ORDERS else [HintKind.ACCOUNT_GONE] if topic in _ACCOUNT else []
        return Delivery(id=id, topic=topic, known=bool(kinds), hints=tuple(Hint(kind=kind) for kind in kinds))


SCHEME = EbayEvents()

"""Two shop platforms that let the core choose: one signs with the secret that it was told, and pings unsigned; one signs nothing."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime

from listbridge.domain.ports import Delivery, HookKeys, Judgement
from listbridge.domain.ports.webhooks import FORGED, GENUINE, PING
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.work import Hint

SIGNATURE = "x-signature"


def signed(body: bytes, secret: str) -> dict[str, str]:
    """The headers of a genuine delivery of the platform that signs."""
    return {SIGNATURE: hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


class Chosen:
    """Signs with the secret that it was told. As it is switched on it posts a form, unsigned, and wants 200 exactly."""

    def judge(self, request: RawRequest, keys: HookKeys, now: datetime) -> Judgement:
        if SIGNATURE not in request.headers and request.body.startswith(b"webhook_id="):
            return PING
        given = request.headers.get(SIGNATURE, "")
        fits = any(hmac.compare_digest(given, signed(request.body, one)[SIGNATURE]) for one in keys.secrets)
        return GENUINE if fits else FORGED

    def parse(self, request: RawRequest) -> Delivery:
        return _delivery(request)


class Unsigned:
    """Signs nothing: the address is all that a delivery is known by."""

    def judge(self, request: RawRequest, keys: HookKeys, now: datetime) -> Judgement:
        return GENUINE

    def parse(self, request: RawRequest) -> Delivery:
        return _delivery(request)


def _delivery(request: RawRequest) -> Delivery:
    hints = tuple(Hint.model_validate(hint) for hint in json.loads(request.body))
    return Delivery(hashlib.sha256(request.body).hexdigest(), "changed", True, hints)

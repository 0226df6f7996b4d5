"""The scheme of a platform that names a delivery's topic, its id and its signature in headers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from listbridge.domain.ports import Delivery, HookKeys, Judgement
from listbridge.domain.ports.webhooks import FORGED, GENUINE
from listbridge.domain.raw_request import RawRequest
from listbridge.infra.webhooks.body import delivery_id
from listbridge.infra.webhooks.signatures import sha256_in_base64, signed_by
from listbridge.infra.webhooks.topics import Topics


@dataclass(frozen=True, slots=True)
class HeaderScheme:
    """`domain.ports.WebhookScheme` by the names of headers, which are in lower case.

    The first of the `ids` that is told names the delivery. Where none is, the topic, the headers of the `fingerprint` and the
    body do: the same body twice can be two honest events. `signature` holds the `digest` of the raw body, base64 of HMAC-SHA256 or another; "" where
    nothing is signed, and the address alone shows whose a delivery is.
    """

    topics: Topics
    topic: str
    ids: tuple[str, ...]
    fingerprint: tuple[str, ...] = ()
    signature: str = ""
    digest: Callable[[bytes, bytes], bytes] = sha256_in_base64
    """Of a secret and the body: `sha256_in_base64`, `sha256_in_hex`, or the platform's own."""

    def judge(self, request: RawRequest, keys: HookKeys, now: datetime) -> Judgement:
        """With any of the secrets, two while a rotation lasts. No time is signed, so `now` decides nothing: an old but genuine
        delivery is a hint like any other."""
        if not self.signature:
            return GENUINE
        given = _told(request, self.signature)
        genuine = signed_by(keys.secrets, given, lambda secret: self.digest(secret, request.body))
        return GENUINE if genuine else FORGED

    def parse(self, request: RawRequest) -> Delivery:
        """See `Topics.delivery`; a topic is the same in any case."""
        topic = request.headers.get(self.topic, "").strip().lower()
        told = (request.headers.get(name, "").strip() for name in self.ids)
        traces = (_told(request, name) for name in self.fingerprint)
        name = delivery_id(next(filter(None, told), ""), topic.encode("utf-8", "replace"), *traces, request.body)
        return self.topics.delivery(name, topic, request.body)


def _told(request: RawRequest, header: str) -> bytes:
    return request.headers.get(header, "").encode("utf-8", "replace")

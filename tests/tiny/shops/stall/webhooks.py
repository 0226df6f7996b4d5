"""The stall's hooks are unsigned: the token in their address is all that shows whose they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from listbridge.domain.ports import Delivery, HookKeys, Judgement
from listbridge.domain.ports.webhooks import GENUINE
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.work import Hint, HintKind
from listbridge.infra.hook_body import delivery_id, id_in, json_object

KINDS = {"product": HintKind.PRODUCT, "order": HintKind.ORDER, "closed": HintKind.SHOP_GONE}


class StallScheme:
    """See `domain.ports.WebhookScheme`."""

    def judge(self, request: RawRequest, keys: HookKeys, now: datetime) -> Judgement:
        return GENUINE

    def parse(self, request: RawRequest) -> Delivery:
        topic, id = request.headers.get("x-stall-topic", ""), id_in(json_object(request.body), "id")
        name = delivery_id(request.headers.get("x-stall-event", ""), request.body)
        kind = KINDS.get(topic)
        if kind is None:
            return Delivery(name, topic, known=False, hints=())
        hint = Hint(kind=kind) if kind is HintKind.SHOP_GONE else Hint(kind=kind, id=id)
        return Delivery(name, topic, known=True, hints=(hint,))


SCHEME = StallScheme()


def signing_secrets(secret: Mapping[str, str]) -> tuple[str, ...]:
    """Nothing is signed."""
    return ()

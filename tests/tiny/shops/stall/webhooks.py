"""The stall's hooks are unsigned: the token in their address is all that shows whose they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from listbridge.domain.ports import Delivery, HookKeys, Judgement
from listbridge.domain.ports.webhooks import GENUINE
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.work import HintKind
from listbridge.infra.hook_body import delivery_id, id_in
from listbridge.infra.hook_topics import Topics, points_at, shop_gone

TOPICS = Topics(
    {
        "product": points_at(HintKind.PRODUCT, id_of=id_in),
        "order": points_at(HintKind.ORDER, id_of=id_in),
        "closed": shop_gone(id_of=id_in),
    }
)


class StallScheme:
    """See `domain.ports.WebhookScheme`."""

    def judge(self, request: RawRequest, keys: HookKeys, now: datetime) -> Judgement:
        return GENUINE

    def parse(self, request: RawRequest) -> Delivery:
        name = delivery_id(request.headers.get("x-stall-event", ""), request.body)
        return TOPICS.delivery(name, request.headers.get("x-stall-topic", ""), request.body)


SCHEME = StallScheme()


def signing_secrets(secret: Mapping[str, str]) -> tuple[str, ...]:
    """Nothing is signed."""
    return ()

"""The stall's hooks are unsigned: the token in their address is all that shows whose they are."""

from __future__ import annotations

from collections.abc import Mapping

from listbridge.domain.work import HintKind
from listbridge.infra.webhooks.body import id_in
from listbridge.infra.webhooks.scheme import HeaderScheme
from listbridge.infra.webhooks.topics import Topics, points_at, shop_gone

TOPICS = Topics(
    {
        "product": points_at(HintKind.PRODUCT, id_of=id_in),
        "order": points_at(HintKind.ORDER, id_of=id_in),
        "closed": shop_gone(id_of=id_in),
    }
)


SCHEME = HeaderScheme(TOPICS, topic="x-stall-topic", ids=("x-stall-event",))


def signing_secrets(secret: Mapping[str, str]) -> tuple[str, ...]:
    """Nothing is signed."""
    return ()

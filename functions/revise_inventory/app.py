"""Queue `revise` → one drainer per account sends due quantities and prices: the fast lane."""

from __future__ import annotations

from typing import Any

from listbridge import bootstrap
from listbridge.domain.work import Nudge
from listbridge.services.queue_batch import each
from listbridge.services.revise_inventory import revise_inventory


def handler(event: dict[str, Any], context: bootstrap.LambdaContext) -> dict[str, Any]:
    """Drain the nudged accounts; the answer names the messages that must come back."""

    def drain(message: Nudge) -> None:
        revise_inventory(bootstrap.deps(), message, remaining_s=context.get_remaining_time_in_millis() / 1000)

    return each(event["Records"], Nudge, drain)

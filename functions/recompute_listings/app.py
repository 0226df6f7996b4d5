"""Queue `recompute` → the next chunks of a big job: configuration change, sweep, drift check."""

from __future__ import annotations

from typing import Any

from listbridge import bootstrap
from listbridge.domain.work import RecomputeChunk
from listbridge.services.queue_batch import each
from listbridge.services.recompute_listings import recompute_listings


def handler(event: dict[str, Any], context: bootstrap.LambdaContext) -> dict[str, Any]:
    """Carry the jobs on; the answer names the messages that must come back."""

    def carry_on(message: RecomputeChunk) -> None:
        recompute_listings(
            bootstrap.deps(), message, remaining_s=context.get_remaining_time_in_millis() / 1000
        )

    return each(event["Records"], RecomputeChunk, carry_on)

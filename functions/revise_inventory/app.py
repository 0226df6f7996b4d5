"""Queue `revise` → one drainer per account sends due quantities and prices: the fast lane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from listbridge import bootstrap
from listbridge.domain.work import Nudge
from listbridge.services.catalog.nudge import merged
from listbridge.services.inbox.queue_batch import side_by_side
from listbridge.services.listings.revise.revise_inventory import revise_inventory


@bootstrap.lambda_function(
    bootstrap.deps,
    tables="config listings coordination jobs activity",
    queues="revise publish orders",
    more="drain_run_s",
)
def handler(event: dict[str, Any], context: bootstrap.LambdaContext) -> dict[str, Any]:
    """Drain the nudged accounts at the same time; the answer names the messages that must come back."""
    deps = bootstrap.deps()

    def drain(nudges: Sequence[Nudge]) -> None:
        for nudge in merged(nudges):
            revise_inventory(deps, nudge, remaining_s=context.get_remaining_time_in_millis() / 1000)

    return side_by_side(event["Records"], Nudge, lambda nudge: nudge.account, drain, workers=deps.workers)

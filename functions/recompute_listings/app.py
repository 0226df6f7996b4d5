"""Queue `recompute` → the next chunks of big jobs, the checks that timers ask for, reads of many products, and changes of collections."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import Field, TypeAdapter

from listbridge import bootstrap
from listbridge.domain.work import Check, ExportMembers, MirrorChange, RecomputeChunk, ShopEvent
from listbridge.services.inbox.look_at_shop import look_in_bulk
from listbridge.services.jobs.run_job import run_job
from listbridge.services.listings.export.export_members import look_through
from listbridge.services.listings.mirror.heed_changes import heed_change
from listbridge.services.timers.run_check import run_check

_Message: TypeAlias = Annotated[
    RecomputeChunk | Check | ExportMembers | MirrorChange | ShopEvent, Field(discriminator="kind")
]
_MESSAGES: TypeAdapter[_Message] = TypeAdapter(_Message)


@bootstrap.lambda_function(
    bootstrap.deps,
    tables="config variants listings items orders publications coordination jobs activity",
    queues="shop_events recompute revise publish orders",
)
def handler(event: dict[str, Any], context: bootstrap.LambdaContext) -> dict[str, Any]:
    """Carry jobs, checks and reads on; the answer names the messages that must come back."""

    def carry_on(message: _Message) -> None:
        remaining_s = context.get_remaining_time_in_millis() / 1000
        if isinstance(message, Check):
            run_check(bootstrap.deps(), message, remaining_s=remaining_s)
        elif isinstance(message, ExportMembers):
            look_through(bootstrap.deps(), message, remaining_s=remaining_s)
        elif isinstance(message, MirrorChange):
            heed_change(bootstrap.deps(), message)
        elif isinstance(message, ShopEvent):
            look_in_bulk(bootstrap.deps(), message)
        else:
            run_job(bootstrap.deps(), message, remaining_s=remaining_s)

    return bootstrap.one_by_one(event, _MESSAGES, carry_on)

"""Queue `orders`, and a schedule → poll accounts, take their orders in, create the shop orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeAlias

from pydantic import Field, TypeAdapter

from listbridge import bootstrap
from listbridge.domain.work import AccountEvent, ImportOrder, LearnNoticeKey, MarketplaceNotice, PollAccount
from listbridge.services.inbox.heed_notice import heed_notice, learn_notice_key
from listbridge.services.inbox.look_again import look_again
from listbridge.services.inbox.queue_batch import side_by_side
from listbridge.services.orders.arrive.poll_account import poll_account
from listbridge.services.orders.import_order import import_order
from listbridge.services.timers.import_tick import import_tick

_Message: TypeAlias = Annotated[
    PollAccount | ImportOrder | AccountEvent | MarketplaceNotice | LearnNoticeKey, Field(discriminator="kind")
]
_MESSAGES: TypeAdapter[_Message] = TypeAdapter(_Message)


@bootstrap.lambda_function(
    bootstrap.deps,
    tables="config variants listings orders buyers coordination inbox activity",
    queues="shop_events revise publish orders fulfillments",
)
def handler(event: dict[str, Any], context: bootstrap.LambdaContext) -> dict[str, Any]:
    """Queue what is due when the schedule says so; else do the messages, accounts and orders at the same time."""
    deps = bootstrap.deps()
    if "tick" in event:
        return {"tick": event["tick"], "queued": import_tick(deps)}

    def take_on(messages: Sequence[_Message]) -> None:
        for message in dict.fromkeys(messages):
            if isinstance(message, PollAccount):
                poll_account(deps, message, remaining_s=context.get_remaining_time_in_millis() / 1000)
            elif isinstance(message, AccountEvent):
                look_again(deps, message)
            elif isinstance(message, MarketplaceNotice):
                heed_notice(deps, message)
            elif isinstance(message, LearnNoticeKey):
                learn_notice_key(deps, message)
            else:
                import_order(deps, message)

    return side_by_side(event["Records"], _MESSAGES, _about, take_on, workers=deps.workers)


def _about(message: _Message) -> str:
    """What two messages must be about to be done one after the other."""
    if isinstance(message, LearnNoticeKey):
        return f"key {message.key} of {message.marketplace}"  # which the door waits for
    if isinstance(message, MarketplaceNotice):
        return message.marketplace
    return f"{message.account}#{message.order}" if isinstance(message, ImportOrder) else message.account

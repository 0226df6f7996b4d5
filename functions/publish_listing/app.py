"""Queue `publish` → create, link, full revise, end, relist: the slow, many-step lane."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import Field, TypeAdapter

from listbridge import bootstrap
from listbridge.domain.work import PublishTask, PublishTogether
from listbridge.services.listings.publish.publish_listing import publish_listing
from listbridge.services.listings.publish.publish_together import publish_together

_Message: TypeAlias = Annotated[PublishTask | PublishTogether, Field(discriminator="kind")]
_MESSAGES: TypeAdapter[_Message] = TypeAdapter(_Message)


@bootstrap.lambda_function(
    bootstrap.deps,
    tables="config variants listings items orders publications coordination jobs activity",
    queues="shop_events recompute revise publish orders",
)
def handler(event: dict[str, Any], context: bootstrap.LambdaContext) -> dict[str, Any]:
    """Do the publishing tasks; the answer names the messages that must come back."""
    deps = bootstrap.deps()

    def publish(message: _Message) -> None:
        if isinstance(message, PublishTogether):
            publish_together(deps, message)
        else:
            publish_listing(deps, message)

    return bootstrap.one_by_one(event, _MESSAGES, publish)

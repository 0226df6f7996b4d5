"""Queue `publish` → create, link, full revise, end, relist: the slow, many-step lane."""

from __future__ import annotations

from functools import partial
from typing import Any

from listbridge import bootstrap
from listbridge.domain.work import PublishTask
from listbridge.services.listings.publish.publish_listing import publish_listing


@bootstrap.lambda_function(
    bootstrap.deps,
    tables="config variants listings items orders publications coordination jobs activity",
    queues="shop_events revise publish orders",
)
def handler(event: dict[str, Any], context: bootstrap.LambdaContext) -> dict[str, Any]:
    """Do the publishing tasks; the answer names the messages that must come back."""
    return bootstrap.one_by_one(event, PublishTask, partial(publish_listing, bootstrap.deps()))

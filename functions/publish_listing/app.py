"""Queue `publish` → create, link, full revise, end, relist: the slow, many-step lane."""

from __future__ import annotations

from functools import partial
from typing import Any

from listbridge import bootstrap
from listbridge.domain.work import PublishTask
from listbridge.services.publish_listing import publish_listing
from listbridge.services.queue_batch import each


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Do the publishing tasks; the answer names the messages that must come back."""
    return each(event["Records"], PublishTask, partial(publish_listing, bootstrap.deps()))

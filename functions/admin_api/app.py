"""HTTP in: the admin API under `/v1` for people and the console, and the marketplaces' consent callbacks."""

from __future__ import annotations

from typing import Any

from listbridge import bootstrap
from listbridge.admin import api


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call of the gateway."""
    return api.answer(event, context, bootstrap.deps(), configured_address=bootstrap.public_base_url())

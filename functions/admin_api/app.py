"""HTTP in: the admin API under `/v1` for people and the console, and the marketplaces' consent callbacks."""

from __future__ import annotations

from typing import Any

from listbridge import bootstrap
from listbridge.admin import api


@bootstrap.lambda_function(
    bootstrap.deps,
    tables="config variants listings items orders buyers publications coordination jobs activity",
    queues="shop_events recompute revise publish orders fulfillments",
)
def handler(event: dict[str, Any], context: bootstrap.LambdaContext) -> dict[str, Any]:
    """Answer one call of the gateway."""
    return api.answer(event, context, bootstrap.deps(), configured_address=bootstrap.public_base_url())

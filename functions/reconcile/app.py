"""Timers → what no event starts: unsent deliveries, due rows, drift, hooks."""

from __future__ import annotations

from typing import Any

from listbridge import bootstrap
from listbridge.services.timers.reconcile import Timer, reconcile


@bootstrap.lambda_function(
    bootstrap.deps,
    tables="config listings orders buyers coordination inbox jobs activity",
    queues="shop_events recompute revise orders",
)
def handler(event: dict[str, Any], context: bootstrap.LambdaContext) -> dict[str, Any]:
    """Run the timer that the schedule names; returns how many things it put right."""
    timer = Timer(event["timer"])
    return {"timer": timer.value, "mended": reconcile(bootstrap.deps(), timer)}

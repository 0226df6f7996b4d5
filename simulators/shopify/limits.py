"""The limits the simulator enforces: a versioned file, printed beside every figure measured against it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

_FILE = Path(__file__).with_name("limits.json")


@dataclass(frozen=True, slots=True)
class Limits:
    """Shopify's limits for one app on one shop; cost in points, durations in simulated seconds.

    Bucket: 100 points/s on Standard (200 Advanced, 1000 Plus, 2000 Enterprise), one query at most 1000 points
    (shopify.dev, GraphQL Admin API rate limits, read 2026-11-23); the bucket holds 20 s of restoring, as measured
    figures show (README.md, Cost). `connection_sizing`: see `cost.py`.
    """

    version: str
    plan: str
    maximum_available: float
    restore_rate: float
    max_query_cost: int
    max_page: int
    connection_sizing: Literal["logarithmic", "linear"]
    token_ttl_s: float
    order_search_lag_s: float
    catalog_search_lag_s: float
    webhook_timeout_s: float
    webhook_retries: int
    webhook_retry_window_s: float
    webhook_failures_before_removal: int
    orders_per_minute: int | None
    order_cancel_job_s: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def read_limits(source: Limits | Path | str | dict[str, Any] | None = None) -> Limits:
    """The shipped limits, with what `source` (a JSON file, a dict or ready limits) sets differently."""
    if isinstance(source, Limits):
        return source
    settings: dict[str, Any] = json.loads(_FILE.read_text())
    if isinstance(source, (str, Path)):
        settings |= json.loads(Path(source).read_text())
    elif source:
        settings |= source
    return Limits(**settings)

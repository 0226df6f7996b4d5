"""A machine without time zones of its own, as a minimal image is, reckons days as every other does."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from listbridge import registry
from listbridge.domain.manifest import SLIDING, BudgetSpec
from listbridge.domain.verdicts import RateLimited
from listbridge.infra.coordination import buckets
from listbridge.marketplaces.ebay.errors import EbayRefusal
from listbridge.marketplaces.ebay.offers.wire import ErrorEntry
from simulators.ebay.limits import Limits


@pytest.fixture
def bare_machine() -> Iterator[None]:
    """No zone is found on the machine's own path."""
    zoneinfo.reset_tzpath(to=[])
    zoneinfo.ZoneInfo.clear_cache()
    assert zoneinfo.TZPATH == ()
    yield
    zoneinfo.reset_tzpath()
    zoneinfo.ZoneInfo.clear_cache()


def _daily() -> list[BudgetSpec]:
    return [
        spec
        for slug in registry.slugs("marketplaces")
        for spec in registry.marketplace(slug).budgets
        if spec.day_quota is not None and spec.day_zone != SLIDING
    ]


@pytest.mark.usefixtures("bare_machine")
@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        (datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 7, 2, 7, tzinfo=UTC)),
        (datetime(2026, 12, 1, 12, tzinfo=UTC), datetime(2026, 12, 2, 8, tzinfo=UTC)),
        (datetime(2026, 7, 1, 6, 59, tzinfo=UTC), datetime(2026, 7, 1, 7, tzinfo=UTC)),
    ],
)
def test_a_quota_s_day_ends_at_the_same_moment_for_the_budget_the_adapter_and_the_platform(
    now: datetime, midnight: datetime
) -> None:
    specs = _daily()
    assert len(specs) > 3
    assert {buckets.next_day(spec, now) for spec in specs} == {midnight}
    spent = EbayRefusal(
        "op", 400, write=True, entries=[ErrorEntry(error_id=25019, message="Revised too often in one day")]
    )
    verdict = spent.error(now)
    assert isinstance(verdict, RateLimited)
    assert verdict.until == midnight
    assert Limits.load().next_reset(now) == midnight


@pytest.mark.usefixtures("bare_machine")
def test_a_day_s_quota_comes_back_at_the_zone_s_midnight_in_summer() -> None:
    spec = replace(_daily()[0], day_quota=1)
    before, after = datetime(2026, 7, 2, 6, 59, tzinfo=UTC), datetime(2026, 7, 2, 7, 1, tzinfo=UTC)
    assert buckets.next_day(spec, before) == datetime(2026, 7, 2, 7, tzinfo=UTC)
    assert buckets.next_day(spec, after) == datetime(2026, 7, 3, 7, tzinfo=UTC)

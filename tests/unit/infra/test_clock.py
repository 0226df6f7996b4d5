from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from listbridge.infra import clock
from listbridge.infra.clock import SystemClock, next_midnight


def test_now_is_aware_utc_and_close_to_the_machine_s() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)


def test_sleeping_for_nothing_or_less_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(clock.time, "sleep", slept.append)
    for seconds in (0, -1, 0.25):
        SystemClock().sleep(seconds)
    assert slept == [0.25]


@pytest.mark.parametrize(
    ("zone", "now", "midnight"),
    [
        ("UTC", datetime(2026, 5, 1, 0, tzinfo=UTC), datetime(2026, 5, 2, 0, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2026, 5, 1, 14, 59, tzinfo=UTC), datetime(2026, 5, 1, 15, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2026, 5, 1, 15, tzinfo=UTC), datetime(2026, 5, 2, 15, tzinfo=UTC)),
        # The day on which the clocks go back has 25 hours.
        ("Europe/Berlin", datetime(2026, 10, 25, 10, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 24, 21, 59, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)),
    ],
)
def test_a_platforms_day_ends_at_the_midnight_of_its_zone(zone: str, now: datetime, midnight: datetime) -> None:
    assert next_midnight(zone, now) == midnight
    assert next_midnight(zone, now).tzinfo is UTC

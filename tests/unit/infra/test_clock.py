from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from listbridge.infra import clock
from listbridge.infra.clock import SystemClock


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

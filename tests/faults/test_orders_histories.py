"""Orders' histories with a name: what happens to sellers, and what nobody hopes for."""

from __future__ import annotations

import pytest

from tests.faults.order_stories import Story, story


@pytest.fixture
def s() -> Story:
    made = story()
    made.sell("A", 5)
    made.sell("B", 5)
    return made


# ---- polling ----


def test_an_account_that_sleeps_is_asked_every_minute_though_each_poll_ends_a_little_after_the_tick(
    s: Story,
) -> None:
    s.run(600)
    before = s.fate.calls.count("remote.orders_changed")
    s.run(600)
    assert s.fate.calls.count("remote.orders_changed") - before in (9, 10)

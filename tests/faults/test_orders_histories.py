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


# ---- creating ----


def test_an_order_cancelled_between_the_look_and_the_create_is_cancelled_in_the_shop_at_once(s: Story) -> None:
    def the_buyer_cancels_and_another_worker_hears_of_it() -> None:
        s.market.book.cancel(placed)
        s.poll()

    s.fate.meanwhile("shop.create_order", the_buyer_cancels_and_another_worker_hears_of_it)
    placed = s.buy("A")
    s.run(90)
    assert s.the_one(placed).shown.cancelled_at is not None
    assert (s.shop.stock("A"), s.shown("A"), s.order(placed).completed_at is not None) == (5, 5, True)
    s.rest()
    s.in_order()


def test_an_order_cancelled_before_it_is_read_again_is_never_created(s: Story) -> None:
    s.fate.meanwhile("remote.read_order", lambda: s.market.book.cancel(placed))
    placed = s.buy("A")
    s.run(90)
    assert s.made(placed) == []
    assert "shop.create_order" not in s.fate.calls
    assert (s.shop.stock("A"), s.shown("A"), s.entries("A")) == (5, 5, 0)
    s.rest()
    s.in_order()

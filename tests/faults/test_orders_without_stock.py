"""A shop whose setting lets an order take its stock only when it is sent, or never: its units stay held back till then."""

from __future__ import annotations

import pytest

from listbridge.domain.orders.orders import ImportState
from listbridge.domain.problem import Problem
from tests.fakes.scripted_orders import Placed
from tests.faults.order_stories import Story, story


@pytest.fixture
def s() -> Story:
    made = story()
    made.shop.takes_stock = False
    made.shop.book.takes_when_sent = True
    made.sell("A", 5)
    return made


def bought(s: Story, units: int = 2) -> Placed:
    placed = s.buy("A", units)
    s.run(120)
    return placed


def test_the_units_stay_held_back_and_the_order_says_so(s: Story) -> None:
    placed = bought(s)
    order, made = s.order(placed), s.the_one(placed)
    assert (order.state, order.absorbed_from, s.shop.stock("A")) == (ImportState.CREATED, None, 5)
    params = {"shop_order": made.shown.name, "skus": "A"}
    assert order.notices == (Problem("stock_not_taken", params, "let_orders_take_stock"),)
    assert (s.reserved("A"), s.shown("A")) == (2, 3)


def test_a_look_an_hour_later_finds_it_still_held_back(s: Story) -> None:
    placed = bought(s)
    s.run(3 * 3600)
    assert (s.order(placed).absorbed_from, s.shown("A"), len(s.made(placed))) == (None, 3, 1)


def test_the_shops_own_number_counts_it_once_the_setting_is_changed(s: Story) -> None:
    placed = bought(s)
    s.shop.book.take_now()
    s.pump()
    s.rest()
    assert (s.order(placed).notices, s.order(placed).absorbed_from is not None) == ((), True)
    assert (s.shop.stock("A"), s.reserved("A"), s.shown("A")) == (3, 0, 3)
    s.in_order()


def test_the_shops_own_number_counts_it_once_it_is_sent(s: Story) -> None:
    placed = bought(s)
    s.shop.book.fulfil(s.the_one(placed).shown.id)
    s.pump()
    s.rest()
    assert (s.shop.stock("A"), s.reserved("A"), s.shown("A")) == (3, 0, 3)
    s.in_order()


def test_a_shop_that_takes_it_at_once_after_all_is_asked_and_counted(s: Story) -> None:
    s.shop.book.takes_when_sent = False
    placed = bought(s)
    assert (s.order(placed).notices, s.order(placed).absorbed_from is not None) == ((), True)
    assert (s.shop.stock("A"), s.shown("A")) == (3, 3)
    s.in_order()


@pytest.mark.parametrize(("always", "asked"), [(True, 0), (False, 1)])
def test_only_a_platform_that_need_not_take_stock_is_asked_whether_it_did(s: Story, always: bool, asked: int) -> None:
    s.shop.takes_stock, s.shop.book.takes_when_sent = always, False
    calls: list[str] = []
    s.shop.before_call = calls.append
    placed = bought(s)
    assert (s.shop.stock("A"), s.reserved("A"), s.shown("A"), len(s.made(placed))) == (3, 0, 3, 1)
    assert calls.count("shop.stock_taken") == asked

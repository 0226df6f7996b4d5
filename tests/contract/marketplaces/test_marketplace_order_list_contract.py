"""What every marketplace's list of orders promises: none slips between two pages, whatever the list does meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listbridge.domain.ports import OrderPage
from tests.contract.marketplaces.orders import HOUR, MINUTE, MUG, poll, seen, spread
from tests.contract.marketplaces.stages import Stage


@pytest.fixture
def stage(stage: Stage) -> Stage:
    stage.put_on_sale(MUG)
    return stage


def test_nobody_bought_and_the_list_is_empty(stage: Stage) -> None:
    [page] = poll(stage, stage.open())
    assert page == OrderPage((), known_until=page.known_until)


def test_how_far_a_list_says_that_it_reaches_is_no_later_than_now(stage: Stage) -> None:
    [page] = poll(stage, stage.open())
    assert page.known_until is None or page.known_until <= stage.clock.now()


@pytest.mark.parametrize("every_s", [0.0, 1.0])
def test_more_orders_than_fit_on_a_page_come_all(stage: Stage, every_s: float) -> None:
    orders = spread(stage, 2 * stage.orders_per_page + 7, every_s=every_s)
    pages = poll(stage, stage.open())
    assert set(seen(pages)) == set(orders)
    assert 3 <= len(pages) <= 12


def test_orders_that_change_behind_every_page_make_no_other_slip_through(stage: Stage) -> None:
    orders = spread(stage, 2 * stage.orders_per_page + 7)
    adapter, since = stage.open(), stage.clock.now() - HOUR
    pages = [adapter.orders_changed(since, None)]
    while pages[-1].cursor is not None:
        stage.cancel(pages[-1].orders[0].order.id)
        pages.append(adapter.orders_changed(since, pages[-1].cursor))
    assert set(seen(pages)) == set(orders)


def test_an_order_placed_while_the_pages_are_read_comes_now_or_with_the_next_poll(stage: Stage) -> None:
    spread(stage, stage.orders_per_page + 7)
    adapter, began = stage.open(), stage.clock.now()
    pages = [adapter.orders_changed(began - HOUR, None)]
    assert pages[0].cursor is not None
    stage.clock.advance(1)
    late = stage.buy((MUG, 1))
    stage.clock.advance(1)
    while pages[-1].cursor is not None:
        pages.append(adapter.orders_changed(began - HOUR, pages[-1].cursor))
    again = poll(stage, adapter, back=stage.clock.now() - began + 5 * MINUTE)
    assert late in seen(again)
    assert len(seen(pages)) >= stage.orders_per_page + 7


def test_what_changed_before_is_not_asked_for_again(stage: Stage) -> None:
    old, adapter = stage.buy((MUG, 1)), stage.open()
    stage.tell_prices()
    stage.clock.advance(3600)
    new = stage.buy((MUG, 1))
    assert set(seen(poll(stage, adapter, back=30 * MINUTE))) == {new}
    stage.ship_from_outside(old, "HAND1")
    assert set(seen(poll(stage, adapter, back=30 * MINUTE))) == {old, new}


def test_nothing_is_asked_from_the_future_or_from_long_before_the_account_was(stage: Stage) -> None:
    order, adapter = stage.buy((MUG, 1)), stage.open()
    assert set(seen(poll(stage, adapter, back=timedelta(days=4000)))) == {order}
    assert set(seen(poll(stage, adapter, back=-HOUR))) <= {order}

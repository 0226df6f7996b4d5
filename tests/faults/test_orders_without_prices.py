"""An order whose prices the marketplace tells later: its stock is held from the first sight, and no price is invented."""

from __future__ import annotations

import pytest

from listbridge.domain.orders.orders import ImportState, Payment
from listbridge.domain.problem import Problem
from listbridge.services.orders.export_order import export_order
from tests.fakes.scripted_orders import ORDER_TRAITS, Placed
from tests.faults.order_stories import Story, story

PRICES = Problem("prices_untold")


@pytest.fixture
def s() -> Story:
    made = story()
    made.sell("A", 5)
    return made


def unpriced(s: Story, units: int = 1, payment: Payment = Payment.PAID) -> Placed:
    placed = s.buy("A", units, priced=False, payment=payment)
    s.run(120)
    return placed


def test_it_reserves_and_is_not_created(s: Story) -> None:
    placed = unpriced(s, 2)
    order = s.order(placed)
    assert (order.state, order.reason) == (ImportState.WAITING, PRICES)
    assert s.entries("A") == 1
    assert s.shown("A") == 3
    assert s.shop.book.of(placed.facts.id) == []


def test_the_activity_tells_no_total(s: Story) -> None:
    placed = unpriced(s)
    told = [one for one in s.world.stores.activity.entries if one.event.startswith("order_seen")]
    assert [(one.event, one.params.get("total")) for one in told] == [("order_seen_unpriced", None)]
    assert s.order(placed).facts.priced is False


def test_it_is_created_once_when_the_prices_are_told(s: Story) -> None:
    placed = unpriced(s)
    s.market.book.change(placed, priced=True)
    s.run(120)
    made = s.the_one(placed)
    assert (s.order(placed).state, made.total) == (ImportState.CREATED, placed.facts.total)
    s.rest()
    s.in_order()


def test_an_export_that_a_person_asks_for_waits_for_the_prices_too(s: Story) -> None:
    placed = unpriced(s)
    export_order(s.world.deps, s.order(placed).key, "kim")
    s.run(60)
    assert (s.order(placed).reason, s.shop.book.of(placed.facts.id)) == (PRICES, [])
    s.market.book.change(placed, priced=True)
    s.run(120)
    assert s.the_one(placed).total == placed.facts.total


def test_one_that_is_cancelled_before_its_prices_are_told_gives_its_stock_back(s: Story) -> None:
    placed = unpriced(s, 2)
    s.market.book.cancel(placed)
    s.rest()
    assert s.entries("A") == 0
    assert s.shown("A") == 5
    assert s.shop.book.of(placed.facts.id) == []


def test_an_unpaid_one_waits_for_its_prices_first(s: Story) -> None:
    placed = unpriced(s, payment=Payment.PENDING)
    assert s.order(placed).reason == PRICES
    s.market.book.change(placed, priced=True)
    s.run(120)
    assert s.order(placed).reason == Problem("awaiting_payment")


def test_one_that_is_never_paid_expires_though_its_prices_were_never_told(s: Story) -> None:
    placed = unpriced(s, payment=Payment.PENDING)
    s.world.stores.clock.advance(ORDER_TRAITS.unpaid_expires_s)
    s.rest()
    order = s.order(placed)
    assert (order.state, order.reason) == (ImportState.SKIPPED, Problem("unpaid_expired"))
    assert (s.shown("A"), s.entries("A"), s.shop.book.of(placed.facts.id)) == (5, 0, [])

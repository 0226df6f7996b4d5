"""Sales go before repairs on Amazon, where a write is true only later and the list of orders says how far it reaches
(protocol.md#unseen-sales)."""

from __future__ import annotations

import pytest

from listbridge.domain.ids import RemoteOrderId
from listbridge.domain.orders.orders import ImportState
from tests.faults.amazon_region import PATCH, Region, region

pytestmark = pytest.mark.timeout(900)
BEHIND_S = 120.0


@pytest.fixture
def r() -> Region:
    """A SKU with 5 units, live, and an account whose orders were asked for a moment ago."""
    made = region()
    made.seed(1, stock=5)
    made.p.run(60)
    return made


def stock_of(r: Region, *, is_now: int, seconds: float) -> int | None:
    """The shop counts so many; what Amazon shows after so long."""
    r.p.shop.set_stock("S0", is_now)
    r.p.run(seconds)
    r.amazon.world.catch_up()
    return r.stock("S0")


def searches(r: Region) -> int:
    return r.calls()["searchOrders"]


def asked_just_now(r: Region) -> None:
    """The sweep of this hour's few minutes is over."""
    before = searches(r)
    while searches(r) == before:
        r.p.run(10)


def prices(r: Region) -> list[str]:
    """What was sent of the SKU's price, one by one."""
    return [price for row in r.amazon.world.listings.writes if row["via"] == PATCH for price in row["prices"]]


def test_our_own_lower_quantities_on_their_way_do_not_keep_a_later_rise_for_minutes(r: Region) -> None:
    """Each read meanwhile shows fewer than what was there, and nobody can say whether a buyer or we took them."""
    r.decides_after(2)
    for count in (4, 3, 1):
        stock_of(r, is_now=count, seconds=10)
    r.p.run(30)
    assert stock_of(r, is_now=0, seconds=15) == 0
    assert stock_of(r, is_now=5, seconds=60) == 5
    r.rest()
    r.in_step()


def test_a_price_that_was_taken_is_not_sent_again_while_the_quantity_waits_for_orders(r: Region) -> None:
    """An older call may still land over both: they are looked at, and only what was not taken is sent."""
    r.amazon.deeds.set_order_lag(BEHIND_S)
    r.decides_after(0.5)
    r.p.shop.set_price("S0", "12.00")
    stock_of(r, is_now=4, seconds=1)
    stock_of(r, is_now=3, seconds=30)
    assert prices(r) == ["12.0", "12.0"]  # the second call overtook the first, before that was decided
    assert stock_of(r, is_now=0, seconds=30) == 0
    assert stock_of(r, is_now=5, seconds=60) == 0
    assert stock_of(r, is_now=5, seconds=BEHIND_S) == 5
    assert prices(r) == ["12.0", "12.0"]
    r.rest()
    r.in_step()


def test_a_rise_after_a_zero_waits_until_amazon_s_list_reaches_past_it(r: Region) -> None:
    """The buyer's order is not in the list of a poll that began after the zero; no notification came."""
    r.amazon.deeds.set_order_lag(BEHIND_S)
    asked_just_now(r)
    remote = RemoteOrderId(r.amazon.deeds.buy("S0", quantity=2)["orderId"])
    assert stock_of(r, is_now=0, seconds=15) == 0
    assert stock_of(r, is_now=5, seconds=60) == 0
    r.p.run(BEHIND_S + 60)
    assert (r.p.order(remote).state, r.stock("S0")) == (ImportState.CREATED, 3)
    r.rest()
    r.in_step()


def test_a_rise_costs_one_more_poll_however_far_the_list_is_behind(r: Region) -> None:
    """Searches are few: one in three minutes."""
    r.amazon.deeds.set_order_lag(BEHIND_S)
    asked_just_now(r)
    before = searches(r)
    stock_of(r, is_now=0, seconds=15)
    assert stock_of(r, is_now=5, seconds=BEHIND_S + 30) == 5
    assert searches(r) - before == 1
    r.rest()
    r.in_step()

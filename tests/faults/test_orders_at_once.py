"""Two event sources at the same time, in threads: every message may be worked on twice at the very same moment."""

from __future__ import annotations

import threading

import pytest

from listbridge.domain.orders.orders import ImportState
from listbridge.domain.work import Lane
from tests.fakes.world import ACCOUNT
from tests.faults.order_stories import SECOND, Story, story

ORDERS = 40


def work_at_once(s: Story, workers: int) -> None:
    """Each worker takes copies of everything until nothing is left; what one of them raises fails the test."""
    queues, errors = s.world.stores.queues, []

    def work() -> None:
        try:
            for _ in range(200):
                if sum(s.world.deliver(lane, 3) for lane in Lane) == 0:
                    return
        except BaseException as error:  # noqa: BLE001  # a thread's failure is told below
            errors.append(error)

    for lane in (Lane.ORDERS, Lane.FULFILLMENTS, Lane.SHOP_EVENTS):
        queues.duplicate(lane)
    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []


@pytest.mark.parametrize("workers", [2, 6])
def test_forty_orders_worked_on_by_many_at_once_are_forty_in_the_shop(workers: int) -> None:
    s = story(accounts=2)
    for sku in ("A", "B"):
        s.sell(sku, 3 * ORDERS, accounts=(ACCOUNT, SECOND))
    placed = [s.buy("AB"[n % 2], account=(ACCOUNT, SECOND)[n // 2 % 2]) for n in range(ORDERS)]
    for account in (ACCOUNT, SECOND):
        s.world.stores.polls.make_due(account, s.world.now)
    s.world.tick_orders()
    for _ in range(6):
        work_at_once(s, workers)
        s.world.stores.clock.advance(1)
    s.rest()
    s.in_order()
    assert {s.order(one).state for one in placed} == {ImportState.CREATED}
    for one in placed[::3]:
        s.shop.book.fulfil(s.the_one(one).shown.id, tracking=f"T-{one.facts.id}")
    for one in placed[1::3]:
        s.market.book.cancel(one)
    s.pump()
    s.world.tick_orders()
    for _ in range(6):
        work_at_once(s, workers)
        s.world.stores.clock.advance(1)
    s.rest()
    s.in_order()
    assert [len(one.parcels) for one in placed] == [1 if n % 3 == 0 else 0 for n in range(ORDERS)]

"""Unpaid orders that come back from eBay under another id once they are paid, over the simulators and the real adapters."""

from __future__ import annotations

from itertools import count

import pytest

from listbridge.domain.orders.orders import ImportState
from tests.faults.pair_sales import Sales, sales

pytestmark = pytest.mark.timeout(900)


def two_unpaid() -> tuple[Sales, list[str]]:
    """Two units of A and one in unpaid orders, taken in; the shop has five."""
    s = sales()
    old = [s.buy("A", 2, paid=False), s.buy("A", 1, paid=False)]
    s.poll()
    assert [s.row(remote).state for remote in old] == [ImportState.WAITING] * 2
    return s, old


def paid(s: Sales, old: list[str]) -> str:
    new = str(s.p.ebay.deeds.pay_together(old)["orderId"])
    s.bought = [remote for remote in s.bought if remote not in old] + [new]
    return new


def replaced(s: Sales, old: list[str], new: str) -> None:
    for remote in old:
        row = s.row(remote)
        assert (row.state, row.replaced_by) == (ImportState.SKIPPED, new)
        assert row.reason is not None
        assert (row.reason.code, row.notices, s.made(remote)) == ("replaced_by_order", (), [])
    assert s.row(new).notices == ()
    assert s.row(new).state is ImportState.CREATED


def test_orders_paid_together_are_held_once_and_created_once() -> None:
    s, old = two_unpaid()
    assert s.p.shown("A") == (2, s.p.truth["A"][1])  # type: ignore[index]
    new = paid(s, old)
    for _ in range(20):
        s.run(4)
        shown = s.p.shown("A")
        assert shown is not None
        assert shown[0] == 2
        assert not any(one.code == "oversold" for remote in old for one in s.row(remote).notices)
    s.rest()
    replaced(s, old, new)
    s.in_order()
    assert (s.stock("A"), [line["quantity"] for line in s.one(new)["line_items"]]) == (2, [2, 1])


def test_an_order_paid_alone_leaves_the_other_one_waiting() -> None:
    s, (first, second) = two_unpaid()
    new = paid(s, [first])
    s.run(75)
    s.rest()
    replaced(s, [first], new)
    assert s.row(second).state is ImportState.WAITING
    assert (s.stock("A"), s.p.shown("A")[0]) == (3, 2)  # type: ignore[index]


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.full)])
def test_a_worker_killed_between_any_two_calls_leaves_the_change_of_ids_to_the_next(step: int) -> None:
    for cut in count(1, step):
        s, old = two_unpaid()
        new = paid(s, old)
        s.p.fate.die_in(cut)
        s.run(75)
        died = s.p.world.deaths > 0
        s.rest()
        replaced(s, old, new)
        s.in_order()
        if not died:
            break
    assert cut > 30


def test_an_order_that_is_in_the_shop_under_its_old_id_is_not_created_again() -> None:
    """It was paid, created, and comes back under another id all the same: the shop has one order, and the seller is asked."""
    s = sales()
    first = s.buy("A", 2)
    s.run(75)
    order = s.p.ebay.world.sellers["anna"].orders[first]
    order.data["orderPaymentStatus"] = "PENDING"
    new = str(s.p.ebay.deeds.pay_together([first])["orderId"])
    s.run(75)
    s.rest()
    assert (len(s.made(first)), s.made(new)) == (1, [])
    row = s.row(new)
    assert (row.state, [one.code for one in row.notices]) == (ImportState.WAITING, ["lines_in_shop_already"])
    assert (s.row(first).replaced_by, s.stock("A"), s.p.shown("A")[0]) == (new, 3, 3)  # type: ignore[index]


def test_a_line_that_was_counted_under_the_old_id_is_not_counted_again_beside_a_new_one() -> None:
    """The second order is paid together with the first before any poll tells about it; meanwhile another buyer takes a
    unit."""
    s = sales()
    first = s.buy("A", 2, paid=False)
    s.poll()
    second = s.buy("A", 1, paid=False)
    paid(s, [first, second])
    late: list[str] = []
    s.p.fate.meanwhile("remote.GET.order.answered", lambda: late.append(s.buy("A")))
    s.poll()
    s.run(1)
    assert len(late) == 1
    assert s.p.shown("A")[0] == 1  # type: ignore[index]
    s.rest()
    assert (s.stock("A"), s.p.shown("A")[0]) == (1, 1)  # type: ignore[index]

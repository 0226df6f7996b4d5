from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from listbridge.domain.ids import LineId, ShopId, ShopOrderId
from listbridge.domain.orders.changes import MISSES_PRODUCT
from listbridge.domain.orders.orders import Buyer, ImportState, Order, ShopOrderRef
from listbridge.domain.ports import Conflict
from listbridge.domain.problem import Problem
from tests.contract.repositories.conftest import OurPorts
from tests.contract.repositories.races import all_pages, at_once
from tests.contract.repositories.rows import buyer, order, order_key, placed, rich_order
from tests.fakes.clock import START

SECOND = timedelta(seconds=1)


def missing(sku: str = "S1") -> Problem:
    return Problem(MISSES_PRODUCT, {"sku": sku})


def test_a_row_comes_back_with_everything_in_it(store: OurPorts, name: str) -> None:
    row = rich_order(order_key(name))
    assert store.orders.save(row) == replace(row, rev=1)
    assert store.orders.find(row.key) == replace(row, rev=1)


def test_an_order_that_nobody_saved_is_not_found(store: OurPorts, name: str) -> None:
    assert store.orders.find(order_key(name)) is None


def test_one_key_is_taken_once(store: OurPorts, name: str) -> None:
    store.orders.save(order(order_key(name), exported_by="first"))
    with pytest.raises(Conflict):
        store.orders.save(order(order_key(name), exported_by="second"))
    kept = store.orders.find(order_key(name))
    assert kept is not None
    assert (kept.exported_by, kept.rev) == ("first", 1)


def test_a_row_that_does_not_exist_cannot_be_saved_over(store: OurPorts, name: str) -> None:
    with pytest.raises(Conflict):
        store.orders.save(order(order_key(name), rev=3))
    assert store.orders.find(order_key(name)) is None


def test_of_many_who_see_an_order_first_at_once_exactly_one_makes_its_row(store: OurPorts, name: str) -> None:
    results = at_once(8, lambda n: store.orders.save(order(order_key(name), tries=n)))
    assert sum(isinstance(result, Order) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 7


def test_of_many_saves_at_once_exactly_one_succeeds(store: OurPorts, name: str) -> None:
    read = store.orders.save(order(order_key(name)))
    results = at_once(8, lambda n: store.orders.save(replace(read, tries=n)))
    winners = [result for result in results if isinstance(result, Order)]
    assert len(winners) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 7
    assert store.orders.find(read.key) == winners[0]


def test_a_row_that_changed_since_it_was_read_is_not_overwritten(store: OurPorts, name: str) -> None:
    read = store.orders.save(order(order_key(name)))
    newer = store.orders.save(replace(read, tries=1))
    with pytest.raises(Conflict):
        store.orders.save(replace(read, tries=9))
    assert store.orders.find(read.key) == newer


def test_many_are_read_at_once_and_absent_ones_are_left_out(store: OurPorts, name: str) -> None:
    keys = [order_key(name, f"o#{n}") for n in range(110)]
    rows = {key: store.orders.save(order(key)) for key in keys[:104]}
    assert store.orders.get_many([*keys, *keys[:5]]) == rows


# ---- indexes ----


def due_of(store: OurPorts, name: str, at_s: float) -> list[str]:
    found = store.orders.due(START + timedelta(seconds=at_s), 1000)
    return [key.remote for key in found if key.account == f"acc_{name}"]  # the index has no accounts


def test_due_orders_come_oldest_first_and_only_when_their_time_has_come(store: OurPorts, name: str) -> None:
    for remote, at_s in [("late", 30.0), ("never", None), ("early", 10.0), ("soon", 20.0)]:
        at = None if at_s is None else START + timedelta(seconds=at_s)
        store.orders.save(order(order_key(name, remote), due_at=at))
    assert due_of(store, name, 9.999) == []
    assert due_of(store, name, 20) == ["early", "soon"]
    assert due_of(store, name, 99) == ["early", "soon", "late"]


def test_no_more_due_orders_are_shown_than_asked_for(store: OurPorts, name: str) -> None:
    for number in range(4):
        store.orders.save(order(order_key(name, f"o{number}"), due_at=START))
    assert len(store.orders.due(START, 3)) == 3


def test_an_order_is_never_shown_before_its_time(store: OurPorts, name: str) -> None:
    due_at = START + timedelta(microseconds=500)
    store.orders.save(order(order_key(name), due_at=due_at))
    assert due_of(store, name, 0.0003) == []
    assert due_of(store, name, 0.001) == [order_key(name).remote]


def test_an_order_that_is_no_longer_due_leaves_the_index(store: OurPorts, name: str) -> None:
    row = store.orders.save(order(order_key(name), due_at=START))
    store.orders.save(replace(row, due_at=None))
    assert due_of(store, name, 60) == []


def test_our_orders_are_found_by_the_shop_s(store: OurPorts, name: str) -> None:
    shop = ShopId(f"shp_{name}")
    for number in range(3):
        made = ShopOrderRef(ShopOrderId(f"gid://shop/Order/{number}"), f"#{number}")
        store.orders.save(order(order_key(name, f"o{number}"), shop=shop, shop_order=made))
    elsewhere = ShopOrderRef(ShopOrderId("gid://shop/Order/1"), "#1")
    store.orders.save(order(order_key(name, "other"), shop=ShopId(f"shp_{name}x"), shop_order=elsewhere))
    wanted = [ShopOrderId(f"gid://shop/Order/{number}") for number in (1, 2, 99, 1)]
    found = store.orders.of_shop_orders(shop, wanted)
    assert sorted(found) == [order_key(name, "o1"), order_key(name, "o2")]


def test_only_failed_orders_that_miss_a_product_wait_for_skus(store: OurPorts, name: str) -> None:
    shop = ShopId(f"shp_{name}")
    failed, waiting = ImportState.FAILED, ImportState.WAITING
    rows = {
        "missing": order(order_key(name, "missing"), shop=shop, state=failed, reason=missing()),
        "refused": order(order_key(name, "refused"), shop=shop, state=failed, reason=Problem("refused")),
        "waiting": order(order_key(name, "waiting"), shop=shop, state=waiting, reason=missing()),
        "elsewhere": order(order_key(name, "x"), shop=ShopId(f"{shop}x"), state=failed, reason=missing()),
    }
    saved = {what: store.orders.save(row) for what, row in rows.items()}
    assert store.orders.waiting_for_skus(shop, 9) == [order_key(name, "missing")]
    store.orders.save(replace(saved["missing"], state=ImportState.READY, reason=None))
    assert store.orders.waiting_for_skus(shop, 9) == []


def test_recent_orders_come_newest_first_page_by_page(store: OurPorts, name: str) -> None:
    for number in (3, 0, 4, 1, 2):
        store.orders.save(placed(order_key(name, f"o{number}"), after_s=number))
    store.orders.save(placed(order_key(name + "x", "other"), after_s=9))
    account = order_key(name).account
    rows = all_pages(lambda cursor: store.orders.recent(account, cursor, 2))
    assert [row.key.remote for row in rows] == ["o4", "o3", "o2", "o1", "o0"]


def test_orders_of_one_instant_are_all_shown_once(store: OurPorts, name: str) -> None:
    keys = [order_key(name, f"o{number}") for number in range(7)]
    for key in keys:
        store.orders.save(order(key))
    rows = all_pages(lambda cursor: store.orders.recent(keys[0].account, cursor, 3))
    assert sorted(row.key for row in rows) == keys


# ---- buyers ----


def test_a_buyer_s_data_come_back_whole(store: OurPorts, name: str) -> None:
    key = order_key(name)
    store.orders.put_buyer(key, buyer())
    assert store.orders.buyers([key, key, order_key(name, "other")]) == {key: buyer()}


def test_a_buyer_of_whom_little_is_known_comes_back_as_such(store: OurPorts, name: str) -> None:
    key = order_key(name)
    store.orders.put_buyer(key, Buyer(email="j@example.com"))
    assert store.orders.buyers([key]) == {key: Buyer(email="j@example.com")}


def test_newer_data_of_a_buyer_replace_the_older(store: OurPorts, name: str) -> None:
    key = order_key(name)
    store.orders.put_buyer(key, buyer("Old Name"))
    store.orders.put_buyer(key, buyer("New Name"))
    assert store.orders.buyers([key]) == {key: buyer("New Name")}


def test_an_erased_buyer_is_gone_and_the_order_stays(store: OurPorts, name: str) -> None:
    key, other = order_key(name), order_key(name, "other")
    row = store.orders.save(order(key))
    for one in (key, other):
        store.orders.put_buyer(one, buyer())
    store.orders.erase_buyer(key)
    store.orders.erase_buyer(key)
    assert store.orders.buyers([key, other]) == {other: buyer()}
    assert store.orders.find(key) == row


def test_every_order_whose_buyer_is_kept_is_named_once(store: OurPorts, name: str) -> None:
    keys = [order_key(name, f"o{number}") for number in range(7)]
    for key in keys:
        store.orders.put_buyer(key, buyer())
    store.orders.erase_buyer(keys[3])
    named = all_pages(lambda cursor: store.orders.with_buyers(cursor, 2))
    mine = sorted(key for key in named if key.account == keys[0].account)
    assert mine == [key for key in keys if key != keys[3]]


def test_the_orders_of_a_user_are_found_while_their_data_are_kept(store: OurPorts, name: str) -> None:
    ada, bob = f"{name}-ada", f"{name}-bob"
    keys = [order_key(name, f"o{number}") for number in range(4)]
    for key, user in zip(keys, (ada, ada, bob, ""), strict=True):
        store.orders.put_buyer(key, replace(buyer(), user=user))
    assert sorted(store.orders.of_user(ada)) == keys[:2]
    assert store.orders.buyers([keys[0]])[keys[0]].user == ada
    store.orders.put_buyer(keys[1], buyer())  # told again, without a name
    store.orders.erase_buyer(keys[0])
    assert (store.orders.of_user(ada), store.orders.of_user(bob)) == ([], [keys[2]])
    assert store.orders.of_user(f"{name}-nobody") == []


# ---- lines that come back under another order's id ----


def test_whoever_has_a_line_is_told_who_else_ever_had_it(store: OurPorts, name: str) -> None:
    first, second, third = (order_key(name, remote) for remote in ("o1", "o2", "o3"))
    one, two = LineId("l1"), LineId("l#2")
    for _ in range(2):
        assert store.orders.note_lines(first, [one, two]) == set()
    assert store.orders.note_lines(second, [two]) == {first}
    assert store.orders.note_lines(third, [one, two, one]) == {first, second}
    assert store.orders.note_lines(first, [one]) == {third}
    assert store.orders.note_lines(first, []) == set()


def test_a_line_of_another_account_is_another_line(store: OurPorts, name: str) -> None:
    store.orders.note_lines(order_key(name), [LineId("l1")])
    assert store.orders.note_lines(order_key(f"{name}-other"), [LineId("l1")]) == set()


def test_lines_are_no_orders(store: OurPorts, name: str) -> None:
    row = store.orders.save(order(order_key(name)))
    store.orders.note_lines(row.key, [LineId("l1")])
    assert store.orders.recent(row.key.account, None, 10)[0] == [row]

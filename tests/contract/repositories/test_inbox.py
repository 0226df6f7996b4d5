from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from listbridge.domain.ids import ShopId
from listbridge.domain.ports import InboxRow
from listbridge.domain.work import Hint, HintKind
from tests.contract.repositories.conftest import OurPorts
from tests.contract.repositories.races import at_once
from tests.fakes.clock import START

LATER = START + timedelta(minutes=5)


def row(name: str, delivery: str = "d1", after_s: float = 0) -> InboxRow:
    hints = (Hint(kind=HintKind.PRODUCT, id="gid://p/1"), Hint(kind=HintKind.INVENTORY_ITEM, id="9"))
    return InboxRow(ShopId(f"shp_{name}"), delivery, "products/update", hints, START + timedelta(seconds=after_s))


def unsent(store: OurPorts, name: str) -> list[InboxRow]:
    rows = store.inbox.unsent(older_than=LATER, limit=1000)
    return [one for one in rows if one.source == f"shp_{name}"]


def test_a_delivery_is_stored_and_counts_as_unsent_until_it_is_queued(store: OurPorts, name: str) -> None:
    assert store.inbox.store(row(name)) is True
    assert unsent(store, name) == [row(name)]
    store.inbox.queued(row(name))
    assert unsent(store, name) == []


def test_a_repeat_is_dropped_only_while_the_first_waits_in_the_queue(store: OurPorts, name: str) -> None:
    shop = row(name).source
    store.inbox.store(row(name))
    assert store.inbox.store(row(name)) is True  # not yet queued: the first may have died before the send
    store.inbox.queued(row(name))
    assert store.inbox.store(row(name)) is False
    store.inbox.taken([(shop, "d1")])
    assert store.inbox.store(row(name)) is True  # a new hint: the shop may have changed since it was taken


def test_a_process_that_died_between_put_and_send_leaves_an_unsent_row(store: OurPorts, name: str) -> None:
    """The shop's retry must not be answered "already seen" while nothing was ever sent (protocol.md#inbox)."""
    store.inbox.store(row(name))
    assert store.inbox.store(row(name, after_s=30)) is True
    assert [one.stored_at for one in unsent(store, name)] == [START + timedelta(seconds=30)]


def test_a_repeat_that_was_stored_meanwhile_is_not_taken_for_queued(store: OurPorts, name: str) -> None:
    """Its sender may die before its own send: then only a row that is still `stored` is ever sent."""
    store.inbox.store(row(name))
    store.inbox.taken([(row(name).source, "d1")])
    repeat = row(name, after_s=1)
    store.inbox.store(repeat)
    store.inbox.queued(row(name))
    assert unsent(store, name) == [repeat]


def test_a_late_queued_does_not_undo_taken(store: OurPorts, name: str) -> None:
    shop = row(name).source
    store.inbox.store(row(name))
    store.inbox.taken([(shop, "d1")])
    store.inbox.queued(row(name))
    assert store.inbox.store(row(name)) is True
    assert unsent(store, name) == [row(name)]


def test_a_dropped_repeat_does_not_touch_the_row(store: OurPorts, name: str) -> None:
    store.inbox.store(row(name))
    store.inbox.queued(row(name))
    store.inbox.store(row(name, after_s=10))
    assert unsent(store, name) == []


def test_taking_or_queueing_what_is_not_there_creates_nothing(store: OurPorts, name: str) -> None:
    shop = row(name).source
    store.inbox.taken([(shop, "d1"), (shop, "d2")])
    store.inbox.queued(row(name))
    assert unsent(store, name) == []
    assert store.inbox.store(row(name)) is True


def test_many_are_taken_at_once_and_one_of_them_twice(store: OurPorts, name: str) -> None:
    shop = row(name).source
    for number in range(5):
        store.inbox.store(row(name, f"d{number}"))
    store.inbox.taken([(shop, f"d{number}") for number in (0, 1, 2, 0)])
    assert [one.delivery for one in unsent(store, name)] == ["d3", "d4"] or {
        one.delivery for one in unsent(store, name)
    } == {"d3", "d4"}


def test_two_shops_may_use_the_same_delivery_id(store: OurPorts, name: str) -> None:
    store.inbox.store(row(name))
    store.inbox.queued(row(name))
    assert store.inbox.store(row(name + "x")) is True


def test_of_repeats_at_once_after_queueing_none_gets_in(store: OurPorts, name: str) -> None:
    store.inbox.store(row(name))
    store.inbox.queued(row(name))
    assert at_once(6, lambda _: store.inbox.store(row(name))) == [False] * 6


@pytest.mark.parametrize("limit", [1, 3])
def test_unsent_rows_come_oldest_first_and_only_beyond_the_age(store: OurPorts, name: str, limit: int) -> None:
    early = START - timedelta(days=400)  # older than any other test's
    for number in (2, 0, 1, 3):
        one = row(name, f"d{number}")
        store.inbox.store(InboxRow(one.source, one.delivery, one.topic, one.hints, early + timedelta(seconds=number)))
    found = store.inbox.unsent(older_than=early + timedelta(seconds=3), limit=limit)
    assert [one.delivery for one in found] == ["d0", "d1", "d2"][:limit]
    store.inbox.taken([(row(name).source, f"d{number}") for number in range(4)])


def test_a_row_of_a_marketplace_is_told_from_one_of_an_account(store: OurPorts, name: str) -> None:
    store.inbox.store(replace(row(name), of_marketplace=True))
    store.inbox.store(replace(row(name, "d2"), of_account=True))
    found = {one.delivery: (one.of_marketplace, one.of_account) for one in unsent(store, name)}
    assert found == {"d1": (True, False), "d2": (False, True)}


def test_a_row_of_an_account_is_told_from_one_of_a_shop(store: OurPorts, name: str) -> None:
    told = replace(row(name), of_account=True)
    store.inbox.store(told)
    store.inbox.store(row(name, "d2"))
    assert {one.delivery: one.of_account for one in unsent(store, name)} == {"d1": True, "d2": False}
    store.inbox.queued(told)
    assert store.inbox.store(told) is False

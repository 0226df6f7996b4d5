from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from listbridge.domain.ids import AccountId, RemoteId, SalesListId, Sku
from listbridge.domain.listings.bands import Band
from listbridge.domain.listings.listing import Listing, Status
from listbridge.domain.ports import Conflict, Missing
from tests.contract.repositories.conftest import OurPorts
from tests.contract.repositories.races import all_pages, at_once
from tests.contract.repositories.rows import due, listing, listing_key, rich_listing
from tests.fakes.clock import START


def create(store: OurPorts, *rows: Listing) -> None:
    for row in rows:
        store.listings.create(row)


def test_a_row_comes_back_with_everything_in_it(store: OurPorts, name: str) -> None:
    row = rich_listing(listing_key(name))
    create(store, row)
    assert store.listings.get(row.key) == replace(row, rev=1)


def test_a_row_that_does_not_exist_is_missing(store: OurPorts, name: str) -> None:
    with pytest.raises(Missing):
        store.listings.get(listing_key(name))


def test_one_key_is_taken_once(store: OurPorts, name: str) -> None:
    create(store, listing(listing_key(name), title="first"))
    with pytest.raises(Conflict):
        store.listings.create(listing(listing_key(name), title="second"))
    assert store.listings.get(listing_key(name)).title == "first"


def test_of_many_identical_creations_at_once_exactly_one_succeeds(store: OurPorts, name: str) -> None:
    results = at_once(8, lambda _: store.listings.create(listing(listing_key(name))))
    assert sum(result is None for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 7


def test_of_many_identical_saves_at_once_exactly_one_succeeds(store: OurPorts, name: str) -> None:
    create(store, listing(listing_key(name)))
    read = store.listings.get(listing_key(name))
    results = at_once(8, lambda _: store.listings.save(replace(read, attempts=1)))
    assert [r for r in results if isinstance(r, Listing)] == [replace(read, attempts=1, rev=2)]
    assert sum(isinstance(result, Conflict) for result in results) == 7


def test_many_rows_are_saved_but_those_that_changed_since_they_were_read(store: OurPorts, name: str) -> None:
    keys = [listing_key(name, f"S{n}") for n in range(130)]
    create(store, *(listing(key) for key in keys))
    read = store.listings.get_many(keys)
    for key in (keys[0], keys[110]):
        store.listings.save(replace(read[key], title="new"))
    saved = store.listings.save_many([replace(row, attempts=1) for row in read.values()])
    stay = [key for key in keys if key not in (keys[0], keys[110])]
    assert saved == {key: replace(read[key], attempts=1, rev=2) for key in stay}
    moved = {key: replace(read[key], title="new", rev=2) for key in (keys[0], keys[110])}
    assert store.listings.get_many(keys) == {**saved, **moved}


def test_rows_saved_with_many_are_shown_by_the_due_index(store: OurPorts, name: str) -> None:
    keys = [listing_key(name, f"S{n}") for n in (1, 2)]
    create(store, *(listing(key) for key in keys))
    read = store.listings.get_many(keys)
    store.listings.save_many([replace(due(key, Band.ZERO, 0), rev=read[key].rev) for key in keys])
    assert sorted(store.listings.due(keys[0].account, [Band.ZERO], at=START, limit=10)) == sorted(keys)


def test_a_row_that_does_not_exist_keeps_no_other_from_being_saved(store: OurPorts, name: str) -> None:
    here, absent = listing(listing_key(name, "S1")), listing(listing_key(name, "S2"))
    create(store, here)
    read = store.listings.get(here.key)
    assert store.listings.save_many([replace(absent, rev=1), read]) == {here.key: replace(read, rev=2)}
    with pytest.raises(Missing):
        store.listings.get(absent.key)


def test_of_many_who_save_the_same_rows_at_once_each_is_saved_by_exactly_one(store: OurPorts, name: str) -> None:
    keys = [listing_key(name, f"S{n}") for n in range(20)]
    create(store, *(listing(key) for key in keys))
    read = list(store.listings.get_many(keys).values())

    def save(number: int) -> list[Listing]:
        told = store.listings.save_many([replace(row, attempts=number) for row in read])
        return list(told.values())

    results = [one for one in at_once(4, save) if not isinstance(one, BaseException)]
    saved = {row.key: row for rows in results for row in rows}
    assert sum(len(rows) for rows in results) == len(saved)
    shown = store.listings.get_many(keys)
    assert saved == {key: row for key, row in shown.items() if row.rev == 2}


def test_a_row_that_changed_since_it_was_read_is_not_overwritten(store: OurPorts, name: str) -> None:
    create(store, listing(listing_key(name)))
    read = store.listings.get(listing_key(name))
    store.listings.save(replace(read, title="new"))
    with pytest.raises(Conflict):
        store.listings.save(replace(read, title="late"))
    with pytest.raises(Conflict):
        store.listings.delete(read)
    assert store.listings.get(read.key).title == "new"


def test_a_row_that_was_deleted_is_not_saved_again(store: OurPorts, name: str) -> None:
    create(store, listing(listing_key(name)))
    read = store.listings.get(listing_key(name))
    store.listings.delete(read)
    with pytest.raises(Conflict):
        store.listings.save(read)
    with pytest.raises(Missing):
        store.listings.get(read.key)


def test_changes_made_at_once_all_take_effect(store: OurPorts, name: str) -> None:
    create(store, listing(listing_key(name)))
    at_once(8, lambda _: store.listings.change(listing_key(name), lambda row: replace(row, attempts=row.attempts + 1)))
    assert store.listings.get(listing_key(name)).attempts == 8


def test_a_change_that_changes_nothing_writes_nothing(store: OurPorts, name: str) -> None:
    create(store, listing(listing_key(name)))
    assert store.listings.change(listing_key(name), lambda row: row).rev == 1
    assert store.listings.get(listing_key(name)).rev == 1


def test_what_a_change_raises_comes_through_and_nothing_is_written(store: OurPorts, name: str) -> None:
    create(store, listing(listing_key(name)))

    def refuse(row: Listing) -> Listing:
        raise LookupError(row.title)

    with pytest.raises(LookupError):
        store.listings.change(listing_key(name), refuse)
    with pytest.raises(Missing):
        store.listings.change(listing_key(name, sku="other"), lambda row: row)
    assert store.listings.get(listing_key(name)).rev == 1


def test_many_are_read_at_once_and_absent_ones_are_left_out(store: OurPorts, name: str) -> None:
    keys = [listing_key(name, sku=f"S#{n}") for n in range(130)]
    create(store, *(listing(key) for key in keys[:110]))
    found = store.listings.get_many([*keys, *keys[:10]])
    assert set(found) == set(keys[:110])
    assert all(row.key == key for key, row in found.items())


def test_a_write_unit_has_the_sku_s_rows_of_all_sites_and_no_neighbour_s(store: OurPorts, name: str) -> None:
    mine = [listing_key(name, "A#1", site) for site in ("SITE_A", "SITE_B")]
    create(store, *(listing(key) for key in mine))
    create(
        store,
        listing(listing_key(name, "A#10")),
        listing(listing_key(name, "A")),
        listing(listing_key(name + "x", "A#1")),
    )
    assert [row.key for row in store.listings.of_sku(AccountId(f"acc_{name}"), Sku("A#1"))] == mine


def test_due_rows_come_oldest_first_within_their_band(store: OurPorts, name: str) -> None:
    keys = [listing_key(name, f"S{n}") for n in range(12)]
    create(store, *(due(key, Band.DOWN, since_s=-n) for n, key in enumerate(keys)))
    found = store.listings.due(keys[0].account, [Band.DOWN], at=START, limit=100)
    assert found == list(reversed(keys))
    assert store.listings.due(keys[0].account, [Band.DOWN], at=START, limit=5) == list(reversed(keys))[:5]


def test_bands_are_apart_and_come_in_the_order_asked_for(store: OurPorts, name: str) -> None:
    zero, up, other = (listing_key(name, sku) for sku in ("Z", "U", "O"))
    create(store, due(up, Band.UP, -50), due(zero, Band.ZERO, -1), due(other, Band.REST, -99))
    account = zero.account
    assert store.listings.due(account, [Band.ZERO], at=START, limit=9) == [zero]
    assert store.listings.due(account, [Band.ZERO, Band.UP], at=START, limit=9) == [zero, up]
    assert store.listings.due(account, [Band.UP, Band.ZERO], at=START, limit=1) == [up]
    assert store.listings.due(account, list(Band), at=START, limit=9) == [zero, up, other]


def test_another_account_s_due_rows_are_not_shown(store: OurPorts, name: str) -> None:
    create(store, due(listing_key(name + "x"), Band.ZERO, -1))
    assert store.listings.due(AccountId(f"acc_{name}"), list(Band), at=START, limit=9) == []


def test_a_row_that_is_no_longer_due_leaves_the_index(store: OurPorts, name: str) -> None:
    key = listing_key(name)
    create(store, due(key, Band.ZERO, -1))
    store.listings.change(key, lambda row: replace(row, due_band=None, due_since=None))
    assert store.listings.due(key.account, list(Band), at=START, limit=9) == []
    assert store.listings.next_due(key.account, after=START - timedelta(days=1)) is None


def test_a_row_that_changes_its_band_is_shown_in_the_new_one_alone(store: OurPorts, name: str) -> None:
    key = listing_key(name)
    create(store, due(key, Band.UP, -1))
    store.listings.change(key, lambda row: replace(row, due_band=Band.ZERO))
    assert store.listings.due(key.account, [Band.UP], at=START, limit=9) == []
    assert store.listings.due(key.account, [Band.ZERO], at=START, limit=9) == [key]


def test_a_postponed_row_is_shown_from_its_instant_on(store: OurPorts, name: str) -> None:
    key = listing_key(name)
    create(store, due(key, Band.ZERO, since_s=-60, not_before_s=30))
    account = key.account
    assert store.listings.due(account, [Band.ZERO], at=START + timedelta(seconds=29.999), limit=9) == []
    assert store.listings.due(account, [Band.ZERO], at=START + timedelta(seconds=30), limit=9) == [key]
    assert store.listings.next_due(account, after=START) == START + timedelta(seconds=30)
    assert store.listings.next_due(account, after=START + timedelta(seconds=30)) is None


def test_a_postponed_row_does_not_stand_before_those_that_can_go(store: OurPorts, name: str) -> None:
    late, soon = listing_key(name, "late"), listing_key(name, "soon")
    create(store, due(late, Band.DOWN, since_s=-60, not_before_s=-5), due(soon, Band.DOWN, since_s=-20))
    assert store.listings.due(late.account, [Band.DOWN], at=START, limit=9) == [soon, late]


def test_the_next_due_instant_is_the_earliest_of_all_bands(store: OurPorts, name: str) -> None:
    create(
        store,
        due(listing_key(name, "a"), Band.REST, -60, not_before_s=90),
        due(listing_key(name, "b"), Band.UP, -60, not_before_s=40),
        due(listing_key(name, "c"), Band.ZERO, -60, not_before_s=70),
        due(listing_key(name, "d"), Band.ZERO, -60),
    )
    assert store.listings.next_due(AccountId(f"acc_{name}"), after=START) == START + timedelta(seconds=40)


def test_a_row_between_two_milliseconds_is_either_shown_or_announced(store: OurPorts, name: str) -> None:
    key = listing_key(name)
    now = START + timedelta(microseconds=300)
    create(store, replace(due(key, Band.ZERO, -60), not_before=START + timedelta(microseconds=500)))
    assert store.listings.due(key.account, [Band.ZERO], at=now, limit=9) == []
    announced = store.listings.next_due(key.account, after=now)
    assert announced is not None
    assert now < announced <= START + timedelta(milliseconds=1)
    assert store.listings.due(key.account, [Band.ZERO], at=announced, limit=9) == [key]


def test_paging_shows_every_row_of_a_list_once(store: OurPorts, name: str) -> None:
    mine, other = SalesListId(f"lst_{name}1"), SalesListId(f"lst_{name}2")
    keys = [listing_key(name, f"S{n:02}", site) for n in range(9) for site in ("SITE_A", "SITE_B")]
    create(store, *(listing(key, sales_list=mine) for key in keys))
    create(store, listing(listing_key(name, "other"), sales_list=other))
    rows = all_pages(lambda cursor: store.listings.of_list(mine, cursor, 4))
    assert sorted(row.key for row in rows) == sorted(keys)
    assert [row.key.sku for row in rows] == sorted(row.key.sku for row in rows)


def test_paging_shows_every_row_of_an_account_once(store: OurPorts, name: str) -> None:
    keys = [listing_key(name, f"S{n:02}") for n in range(9)]
    create(store, *(listing(key) for key in keys), listing(listing_key(name + "x")))
    rows = all_pages(lambda cursor: store.listings.of_account(AccountId(f"acc_{name}"), cursor, 3))
    assert [row.key for row in rows] == keys


def test_only_listings_that_buyers_can_see_are_counted(store: OurPorts, name: str) -> None:
    live = [listing(listing_key(name, f"L{n}"), status=Status.ACTIVE, remote=RemoteId(f"r{n}")) for n in range(3)]
    for row in [*live, listing(listing_key(name, "ENDED"), status=Status.STOPPED), listing(listing_key(name, "NEW"))]:
        store.listings.create(row)
    account = live[0].key.account
    assert store.listings.count_live(account) == 3
    read = store.listings.get(live[0].key)
    store.listings.save(replace(read, status=Status.STOPPED, remote=None))
    assert store.listings.count_live(account) == 2
    assert store.listings.count_live(AccountId(f"other-{name}")) == 0

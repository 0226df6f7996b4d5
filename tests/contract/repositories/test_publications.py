from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from listbridge.domain.ids import AccountId, ListingKey, ProductId, RemoteId, SalesListId, Site, Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.listings.publication import Existing, Publication
from listbridge.domain.money import Money
from listbridge.domain.ports import Conflict
from tests.contract.repositories.conftest import OurPorts
from tests.contract.repositories.races import at_once
from tests.fakes.clock import START


def publication(name: str) -> Publication:
    return Publication(SalesListId("lst_1"), ProductId("p1"), AccountId(f"acc_{name}"), Site("SITE_A"))


def claim(store: OurPorts, name: str, after_s: float = 0) -> Publication | None:
    return store.publications.claim(publication(name), seconds=60, now=START + timedelta(seconds=after_s))


def test_a_first_claim_has_epoch_one_and_no_progress(store: OurPorts, name: str) -> None:
    claimed = claim(store, name)
    assert claimed == replace(publication(name), epoch=1, claimed_until=START + timedelta(seconds=60))


def test_a_claim_excludes_others_until_it_ends(store: OurPorts, name: str) -> None:
    claim(store, name)
    assert claim(store, name, 59.999) is None
    taken_over = claim(store, name, 60)
    assert taken_over is not None
    assert taken_over.epoch == 2


def test_of_many_claims_at_once_exactly_one_succeeds(store: OurPorts, name: str) -> None:
    results = at_once(8, lambda _: claim(store, name))
    assert sum(isinstance(result, Publication) for result in results) == 1
    assert sum(result is None for result in results) == 7


def test_progress_is_handed_to_the_next_worker(store: OurPorts, name: str) -> None:
    mine = claim(store, name)
    assert mine is not None
    store.publications.save(replace(mine, progress={"offer:CUP": "77", "creating": "x"}))
    successor = claim(store, name, 61)
    assert successor is not None
    assert successor.progress == {"offer:CUP": "77", "creating": "x"}


def test_saving_extends_the_claim(store: OurPorts, name: str) -> None:
    mine = claim(store, name)
    assert mine is not None
    store.publications.save(replace(mine, claimed_until=START + timedelta(seconds=100)))
    assert claim(store, name, 99) is None
    assert claim(store, name, 100) is not None


def test_a_worker_that_was_overtaken_cannot_save(store: OurPorts, name: str) -> None:
    mine = claim(store, name)
    successor = claim(store, name, 61)
    assert mine is not None
    assert successor is not None
    store.publications.save(replace(successor, progress={"by": "successor"}))
    with pytest.raises(Conflict):
        store.publications.save(replace(mine, progress={"by": "me"}))
    store.publications.release(mine)
    store.publications.forget(mine)
    assert claim(store, name, 62) is None
    last = claim(store, name, 200)
    assert last is not None
    assert last.progress == {"by": "successor"}


def test_a_released_claim_can_be_taken_at_once_and_keeps_its_progress(store: OurPorts, name: str) -> None:
    mine = claim(store, name)
    assert mine is not None
    saved = replace(mine, progress={"group": "g"})
    store.publications.save(saved)
    store.publications.release(saved)
    again = claim(store, name, 1)
    assert again is not None
    assert (again.progress, again.epoch) == ({"group": "g"}, 2)


def test_a_forgotten_publication_begins_anew_with_a_later_epoch(store: OurPorts, name: str) -> None:
    mine = claim(store, name)
    assert mine is not None
    store.publications.save(replace(mine, progress={"group": "g"}))
    store.publications.forget(mine)
    again = claim(store, name, 1)
    assert again is not None
    assert again.progress == {}
    assert again.epoch > mine.epoch
    with pytest.raises(Conflict):
        store.publications.save(mine)


def test_nothing_is_saved_without_a_claim(store: OurPorts, name: str) -> None:
    with pytest.raises(Conflict):
        store.publications.save(publication(name))
    store.publications.release(publication(name))
    first = claim(store, name)
    assert first is not None
    assert first.epoch == 1


def existing(name: str, sku: str, remote: str = "77", after_s: float = 0) -> Existing:
    key = ListingKey(AccountId(f"acc_{name}"), Site("SITE_A"), Sku(sku))
    return Existing(key, START + timedelta(seconds=after_s), RemoteId("o"), RemoteId(remote), None)


def test_what_was_listed_already_is_found_by_its_key_alone(store: OurPorts, name: str) -> None:
    cup, mug = existing(name, "CUP/ø#1"), existing(name, "MUG", "78")
    store.publications.keep([cup, mug])
    assert store.publications.existing([cup.key, existing(name, "BOWL").key]) == {cup.key: cup}
    assert store.publications.existing([mug.key]) == {mug.key: mug}


def test_hundreds_are_kept_and_found_with_what_they_showed(store: OurPorts, name: str) -> None:
    price = Money(Decimal("10.00"), "EUR")
    all_of_them = [replace(existing(name, f"S{n:03d}"), shown=Values(n, price)) for n in range(230)]
    store.publications.keep([*all_of_them, all_of_them[0]])
    assert store.publications.existing(one.key for one in all_of_them) == {one.key: one for one in all_of_them}


def test_what_is_kept_later_stands_in_place_of_the_earlier(store: OurPorts, name: str) -> None:
    first, second = existing(name, "CUP"), existing(name, "CUP", "99", after_s=900)
    store.publications.keep([first])
    store.publications.keep([second])
    assert store.publications.existing([first.key]) == {second.key: second}

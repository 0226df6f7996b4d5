from __future__ import annotations

import pytest

from listbridge.domain.configuration import Profile, QuantityMode, QuantityRule, Rules, Shop
from listbridge.domain.ids import ProfileId, ShopId
from listbridge.domain.ports import Conflict, Missing
from tests.contract.repositories.conftest import OurPorts
from tests.contract.repositories.races import at_once


def profile(name: str, title: str = "Buffer of two") -> Profile:
    rules = Rules(quantity=QuantityRule(mode=QuantityMode.BUFFER, value=2))
    return Profile(id=ProfileId(f"pro_{name}"), name=title, rules=rules)


def test_a_document_comes_back_as_it_was_saved(store: OurPorts, name: str) -> None:
    saved = store.configuration.save(profile(name))
    assert saved == profile(name).model_copy(update={"rev": 1})
    assert store.configuration.get(Profile, saved.id) == saved


def test_a_document_that_does_not_exist_is_missing(store: OurPorts, name: str) -> None:
    with pytest.raises(Missing) as missing:
        store.configuration.get(Profile, f"pro_{name}")
    assert (missing.value.kind, missing.value.id) == ("profile", f"pro_{name}")


def test_a_new_document_does_not_replace_one_that_exists(store: OurPorts, name: str) -> None:
    store.configuration.save(profile(name))
    with pytest.raises(Conflict):
        store.configuration.save(profile(name, "Another"))
    assert store.configuration.get(Profile, f"pro_{name}").name == "Buffer of two"


def test_of_two_edits_of_the_same_version_the_second_conflicts(store: OurPorts, name: str) -> None:
    read = store.configuration.save(profile(name))
    store.configuration.save(read.model_copy(update={"name": "First"}))
    with pytest.raises(Conflict):
        store.configuration.save(read.model_copy(update={"name": "Second"}))
    after = store.configuration.get(Profile, read.id)
    assert (after.name, after.rev) == ("First", 2)


def test_of_many_edits_at_once_exactly_one_is_saved(store: OurPorts, name: str) -> None:
    read = store.configuration.save(profile(name))
    results = at_once(8, lambda n: store.configuration.save(read.model_copy(update={"name": f"Edit {n}"})))
    winners = [result for result in results if isinstance(result, Profile)]
    assert len(winners) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 7
    assert store.configuration.get(Profile, read.id) == winners[0]


def test_all_documents_of_a_kind_and_no_others_are_listed(store: OurPorts, name: str) -> None:
    first = store.configuration.save(profile(name + "a"))
    second = store.configuration.save(profile(name + "b"))
    shop = store.configuration.save(Shop(id=ShopId(f"pro_{name}a"), name="S", platform="p", currency="EUR"))
    found = store.configuration.all(Profile)
    assert [row for row in found if name in row.id] == [first, second]
    assert shop in store.configuration.all(Shop)


def test_a_deleted_document_is_gone(store: OurPorts, name: str) -> None:
    saved = store.configuration.save(profile(name))
    store.configuration.delete(saved)
    with pytest.raises(Missing):
        store.configuration.get(Profile, saved.id)


def test_a_document_that_changed_since_is_not_deleted(store: OurPorts, name: str) -> None:
    read = store.configuration.save(profile(name))
    store.configuration.save(read)
    with pytest.raises(Conflict):
        store.configuration.delete(read)
    assert store.configuration.get(Profile, read.id).rev == 2

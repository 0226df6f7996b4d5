from __future__ import annotations

from datetime import timedelta

import pytest

from listbridge.domain.ports import Conflict, Lease
from tests.contract.repositories.conftest import OurPorts
from tests.contract.repositories.races import at_once


def acquired(store: OurPorts, name: str, owner: str = "a", seconds: float = 10) -> Lease:
    lease = store.leases.acquire(name, owner, seconds=seconds)
    assert lease is not None
    return lease


def test_a_lease_excludes_others_until_it_ends(store: OurPorts, name: str) -> None:
    lease = acquired(store, name)
    assert lease.until == store.clock.now() + timedelta(seconds=10)
    store.clock.advance(9.999)
    assert store.leases.acquire(name, "b", seconds=10) is None
    store.clock.advance(0.001)
    assert acquired(store, name, "b").epoch > lease.epoch


def test_a_lease_excludes_its_own_holder_s_other_threads(store: OurPorts, name: str) -> None:
    acquired(store, name, "a")
    assert store.leases.acquire(name, "a", seconds=10) is None


def test_of_many_who_ask_at_once_exactly_one_gets_the_lease(store: OurPorts, name: str) -> None:
    results = at_once(8, lambda n: store.leases.acquire(name, f"w{n % 2}", seconds=10))
    assert sum(isinstance(result, Lease) for result in results) == 1
    assert sum(result is None for result in results) == 7


def test_of_many_who_take_over_at_once_exactly_one_succeeds(store: OurPorts, name: str) -> None:
    dead = acquired(store, name)
    store.clock.advance(11)
    results = at_once(8, lambda n: store.leases.acquire(name, f"w{n}", seconds=10))
    (lease,) = [result for result in results if isinstance(result, Lease)]
    assert lease.epoch > dead.epoch


def test_a_renewed_lease_lasts_from_now(store: OurPorts, name: str) -> None:
    lease = acquired(store, name)
    store.clock.advance(8)
    renewed = store.leases.renew(lease, seconds=10)
    assert (renewed.epoch, renewed.until) == (lease.epoch, store.clock.now() + timedelta(seconds=10))
    store.clock.advance(9)
    assert store.leases.acquire(name, "b", seconds=10) is None


def test_a_lost_lease_can_neither_be_renewed_nor_read_nor_released(store: OurPorts, name: str) -> None:
    lost = acquired(store, name)
    store.clock.advance(11)
    acquired(store, name, "b")
    with pytest.raises(Conflict):
        store.leases.renew(lost, seconds=10)
    with pytest.raises(Conflict):
        store.leases.pending(lost)
    with pytest.raises(Conflict):
        store.leases.release_if_quiet(lost, pending=0)
    store.leases.release(lost)
    assert store.leases.acquire(name, "c", seconds=10) is None


def test_a_released_lease_is_free_at_once_and_the_epoch_goes_on(store: OurPorts, name: str) -> None:
    first = acquired(store, name)
    store.leases.release(first)
    assert acquired(store, name, "b").epoch > first.epoch


def test_a_word_left_keeps_the_holder_from_letting_go(store: OurPorts, name: str) -> None:
    lease = acquired(store, name)
    read = store.leases.pending(lease)
    assert store.leases.acquire_or_leave_word(name, "b", seconds=10) is None
    assert store.leases.release_if_quiet(lease, pending=read) is False
    assert store.leases.acquire(name, "b", seconds=10) is None
    again = store.leases.pending(lease)
    assert again == read + 1
    assert store.leases.release_if_quiet(lease, pending=again) is True
    assert store.leases.acquire_or_leave_word(name, "b", seconds=10) is not None


def test_a_dead_holder_s_lease_is_taken_over_instead_of_leaving_word(store: OurPorts, name: str) -> None:
    dead = acquired(store, name)
    store.clock.advance(10)
    lease = store.leases.acquire_or_leave_word(name, "b", seconds=10)
    assert lease is not None
    assert lease.epoch > dead.epoch


def test_words_left_at_once_are_all_counted(store: OurPorts, name: str) -> None:
    lease = acquired(store, name)
    results = at_once(8, lambda n: store.leases.acquire_or_leave_word(name, f"w{n}", seconds=10))
    assert results == [None] * 8
    assert store.leases.pending(lease) == 8


def test_no_nudge_is_lost_however_it_meets_the_release(store: OurPorts, name: str) -> None:
    """Each nudge either becomes the holder, or its word keeps the holder at work: nobody releases it in between."""
    for round_number in range(10):
        key = f"{name}{round_number}"
        lease = acquired(store, key)
        read = store.leases.pending(lease)

        def act(number: int, key: str = key, lease: Lease = lease, read: int = read) -> object:
            if number == 0:
                return store.leases.release_if_quiet(lease, pending=read)
            return store.leases.acquire_or_leave_word(key, f"w{number}", seconds=10)

        released, *nudges = at_once(4, act)
        holders = [nudge for nudge in nudges if isinstance(nudge, Lease)]
        assert len(holders) == (1 if released else 0)
        holder = holders[0] if holders else lease
        assert store.leases.pending(holder) == read + 3 - len(holders)


MANY = 130
"""More than go in one call."""


def names(name: str) -> list[str]:
    return [f"{name}#{n}" for n in range(MANY)]


def test_many_leases_are_taken_with_one_word_but_those_that_others_have(store: OurPorts, name: str) -> None:
    keys = names(name)
    held = [acquired(store, key, "b") for key in (keys[3], keys[120])]
    taken = store.leases.acquire_many(keys, "a", seconds=10)
    assert sorted(taken) == sorted(set(keys) - {one.key for one in held})
    assert {(lease.owner, lease.until) for lease in taken.values()} == {
        ("a", store.clock.now() + timedelta(seconds=10))
    }
    assert {key: lease.key for key, lease in taken.items()} == {key: key for key in taken}
    for lease in (*held, taken[keys[0]], taken[keys[129]]):
        assert store.leases.renew(lease, seconds=10).epoch == lease.epoch
        assert store.leases.acquire(lease.key, "c", seconds=10) is None


def test_many_leases_of_the_dead_are_taken_over_with_higher_epochs(store: OurPorts, name: str) -> None:
    dead = store.leases.acquire_many(names(name)[:3], "a", seconds=10)
    store.clock.advance(10)
    taken = store.leases.acquire_many(names(name)[:3], "b", seconds=10)
    assert all(taken[key].epoch > lease.epoch for key, lease in dead.items())
    with pytest.raises(Conflict):
        store.leases.renew(dead[names(name)[0]], seconds=10)


def test_many_released_leases_are_free_but_those_that_were_lost(store: OurPorts, name: str) -> None:
    keys = names(name)
    lost = acquired(store, keys[7], seconds=1)
    store.clock.advance(1)
    taken = store.leases.acquire_many(keys, "b", seconds=10)
    store.leases.release_many([lost, *(lease for key, lease in taken.items() if key != keys[7])])
    again = store.leases.acquire_many(keys, "c", seconds=10)
    assert sorted(again) == sorted(set(keys) - {keys[7]})


def test_of_many_who_want_the_same_leases_at_once_each_goes_to_exactly_one(store: OurPorts, name: str) -> None:
    keys = names(name)[:30]
    results = at_once(4, lambda n: store.leases.acquire_many(keys, f"w{n}", seconds=10))
    taken = [lease for one in results if not isinstance(one, BaseException) for lease in one.values()]
    assert len(results) == 4
    assert sorted(lease.key for lease in taken) == sorted(keys)


def test_none_of_no_leases_is_taken_or_released(store: OurPorts) -> None:
    assert store.leases.acquire_many([], "a", seconds=10) == {}
    store.leases.release_many([])

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

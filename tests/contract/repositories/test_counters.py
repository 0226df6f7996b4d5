from __future__ import annotations

from datetime import timedelta

from tests.contract.repositories.conftest import OurPorts
from tests.contract.repositories.races import at_once
from tests.fakes.clock import START


def test_numbers_begin_at_one_and_rise(store: OurPorts, name: str) -> None:
    assert [store.counters.next(name) for _ in range(3)] == [1, 2, 3]
    assert store.counters.next(name + "x") == 1


def test_the_latest_number_is_the_one_that_was_given_last_and_looking_gives_none(store: OurPorts, name: str) -> None:
    assert store.counters.latest(name) == 0
    assert store.counters.next(name) == 1
    assert [store.counters.latest(name), store.counters.latest(name), store.counters.next(name)] == [1, 1, 2]


def test_numbers_taken_at_once_are_all_different(store: OurPorts, name: str) -> None:
    assert sorted(at_once(16, lambda _: store.counters.next(name))) == list(range(1, 17))  # type: ignore[type-var]


def test_a_window_s_counter_adds_up_and_the_next_window_begins_at_nothing(store: OurPorts, name: str) -> None:
    assert store.counters.current(name, window_s=60, now=START) == 0
    assert store.counters.add(name, 2, window_s=60, now=START) == 2
    assert store.counters.add(name, 3, window_s=60, now=START + timedelta(seconds=59)) == 5
    assert store.counters.current(name, window_s=60, now=START + timedelta(seconds=30)) == 5
    assert store.counters.current(name, window_s=60, now=START + timedelta(seconds=60)) == 0
    assert store.counters.add(name, 1, window_s=60, now=START + timedelta(seconds=60)) == 1


def test_windows_of_different_length_do_not_mix(store: OurPorts, name: str) -> None:
    store.counters.add(name, 2, window_s=60, now=START)
    assert store.counters.current(name, window_s=3600, now=START) == 0


def test_additions_at_once_lose_nothing(store: OurPorts, name: str) -> None:
    totals = at_once(16, lambda _: store.counters.add(name, 1, window_s=60, now=START))
    assert sorted(totals) == list(range(1, 17))  # type: ignore[type-var]

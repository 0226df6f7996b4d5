"""The kit's parts on their own, as a platform with rules of its own would use them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from simulators.clock import VirtualClock
from simulators.door import ConnectionDropped
from simulators.faults import Fault, FaultPlan
from simulators.kit.deliveries import Delivery, DeliveryQueue, Retries
from simulators.kit.journal import Entry, Journal
from simulators.kit.later import Later
from simulators.kit.pace import Pace
from simulators.kit.quotas import Bucket, DayCounts
from simulators.kit.suffering import fault_of, suffer_after, suffer_before
from simulators.kit.world import World

START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


class Nobody:
    """A platform that removes no subscription."""

    def note(self, subscription: str, delivered: bool, removed_after: int) -> bool:
        return False


def test_what_lands_later_lands_in_the_order_of_its_times_and_not_before() -> None:
    later, done = Later(), list[str]()
    later.add(START + timedelta(seconds=2), lambda: done.append("second"))
    later.add(START + timedelta(seconds=1), lambda: done.append("first"))
    later.catch_up(START)
    assert (done, later.waiting()) == ([], 2)
    later.catch_up(START + timedelta(seconds=2))
    assert (done, later.waiting()) == (["first", "second"], 0)


def test_an_action_that_looks_after_the_others_is_done_once() -> None:
    later, done = Later(), list[str]()

    def looks_again() -> None:
        done.append("first")
        later.catch_up(START)

    later.add(START, looks_again)
    later.add(START, lambda: done.append("second"))
    later.catch_up(START)
    assert done == ["first", "second"]


def test_a_bucket_refills_up_to_its_capacity_and_no_further() -> None:
    bucket = Bucket(10, START)
    bucket.take(10)
    assert bucket.level(START + timedelta(seconds=2), rate=3, capacity=10) == 6
    assert bucket.level(START + timedelta(hours=1), rate=3, capacity=10) == 10


def test_counts_of_a_day_begin_anew_with_the_next() -> None:
    counts = DayCounts(date(2026, 11, 1))
    counts.add("orders")
    counts.roll(date(2026, 11, 1))
    assert counts.of("orders") == 1
    counts.roll(date(2026, 11, 2))
    assert counts.of("orders") == 0


def test_an_unsigned_hook_is_tried_again_until_it_arrives_with_the_same_bytes() -> None:
    clock, answers, posted = VirtualClock(START), [500, 200], list[tuple[dict[str, str], bytes]]()

    def deliver(url: str, headers: dict[str, str], body: bytes) -> int:
        posted.append((headers, body))
        return answers[len(posted) - 1]

    queue = DeliveryQueue(Pace(clock), Nobody(), FaultPlan(), Retries(2, 30, 9), deliver)
    plain = {"Content-Type": "application/json"}
    queue.enqueue(Delivery("hook-1", "event-1", "stock", "1", "https://us.test/in", plain, b"{}", START))
    assert [attempt.status for attempt in queue.pump()] == [500]
    clock.advance(9)
    assert queue.pump() == []
    clock.advance(1)
    assert [(attempt.number, attempt.status) for attempt in queue.pump()] == [(2, 200)]
    assert posted == [(plain, b"{}"), (plain, b"{}")]


def test_a_fault_told_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValueError, match="a fault has no often"):
        fault_of({"operation": "*", "kind": "delay", "often": 3})


def test_a_call_hangs_up_before_or_after_its_work_as_its_fault_says() -> None:
    slept = list[float]()
    with pytest.raises(ConnectionDropped, match="list never arrived"):
        suffer_before(Fault("list", "drop_before"), "list", slept.append)
    suffer_after(Fault("list", "drop_before"), "list")
    suffer_before(Fault("list", "drop_after"), "list", slept.append)
    with pytest.raises(ConnectionDropped, match="list was done"):
        suffer_after(Fault("list", "drop_after"), "list")
    suffer_before(Fault("list", "delay", seconds=4), "list", slept.append)
    assert slept == [4]


def test_a_world_prints_short_however_much_it_holds() -> None:
    world: World[Entry] = World(Pace(VirtualClock(START)), FaultPlan(), Journal())
    world.journal.append(Entry(at=START, operation="getThing", status=200))
    assert repr(world) == "<simulators.kit.world.World, 1 calls>"

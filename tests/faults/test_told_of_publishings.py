"""What a marketplace tells of a publishing that it has taken in brings the question forward: it is a hint, never the truth."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from listbridge.domain.ids import JobId, ListingKey, ProductId, Sku
from listbridge.domain.jobs import JobState
from listbridge.domain.listings.listing import Status
from listbridge.domain.problem import Problem
from listbridge.domain.work import AccountEvent, Hint, HintKind, Lane, PublishKind
from simulators.faults import Fault
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import ACCOUNT

P1 = ProductId("p1")
FOLLOWED_AT_S = 600.0
DECIDED_S = 60.0


def _world() -> Scripted:
    made = scripted_world()
    made.market.publishes_after_s = FOLLOWED_AT_S
    return made


@pytest.fixture
def s() -> Scripted:
    return _world()


def send(s: Scripted, *skus: str) -> tuple[list[ListingKey], JobId]:
    """It is decided long before we would ask."""
    keys = s.world.add(s.shop.put("p1", *skus).product)
    job = s.world.action(PublishKind.SEND, P1)
    for offer in s.market.offers:
        offer.live_at = s.world.now + timedelta(seconds=DECIDED_S)
    return keys, job


def tell(s: Scripted, *skus: str) -> None:
    for number, sku in enumerate(skus):
        hints = (Hint(kind=HintKind.LISTING, id=sku),)
        s.world.stores.queues.send(Lane.ORDERS, AccountEvent(account=ACCOUNT, delivery=f"n{number}", hints=hints))
    s.world.run(10)


def calls(s: Scripted) -> Counter[str]:
    return Counter(name for name in s.fate.calls if name.startswith("remote.") and "answered" not in name)


def test_what_is_decided_and_told_is_live_at_once_and_asked_for_once(s: Scripted) -> None:
    (key,), job = send(s, "A")
    s.world.run(DECIDED_S)
    tell(s, "A")
    row = s.world.row(key)
    assert (row.status, row.hold, s.market.shown(key)) == (Status.ACTIVE, None, (5, "10.00"))
    assert row.content_hash != ""
    assert s.world.stores.jobs.get(job).state is JobState.DONE
    s.world.run(FOLLOWED_AT_S)
    assert (calls(s)["remote.follow"], calls(s)["remote.go_live"]) == (1, 1)
    assert s.world.events(key).count("send_done") == 1


def test_what_is_told_too_early_is_asked_once_and_goes_on_being_followed_by_one_message(s: Scripted) -> None:
    (key,), _ = send(s, "A")
    for _ in range(3):
        tell(s, "A")
    assert (s.world.row(key).status, calls(s)["remote.follow"]) == (Status.PENDING, 3)
    s.world.run(FOLLOWED_AT_S)
    assert (s.world.row(key).status, calls(s)["remote.follow"]) == (Status.ACTIVE, 4)


def test_what_is_told_of_each_variant_is_one_question(s: Scripted) -> None:
    keys, _ = send(s, "A", "B", "C")
    s.world.run(DECIDED_S)
    tell(s, "A", "B", "C", "A")
    assert {s.world.row(key).status for key in keys} == {Status.ACTIVE}
    assert calls(s)["remote.follow"] == 1


def test_a_refusal_that_is_told_is_shown_at_once_and_counted_once(s: Scripted) -> None:
    s.market.refused_later[Sku("A")] = Problem("title_too_long", fix="shorten_title")
    (key,), job = send(s, "A")
    s.world.run(DECIDED_S)
    tell(s, "A")
    hold = s.world.row(key).hold
    assert hold is not None
    assert (s.world.row(key).status, hold.code) == (Status.ERROR, "title_too_long")
    s.world.run(FOLLOWED_AT_S)
    assert (s.world.stores.jobs.get(job).failed, calls(s)["remote.follow"]) == (1, 1)


def test_a_listing_that_is_being_sent_and_was_not_taken_in_yet_is_not_asked_for(s: Scripted) -> None:
    s.market.plan.add(Fault("go_live", "status", status=503, times=3))
    keys = s.world.add(s.shop.put("p1", "A").product)
    s.world.action(PublishKind.SEND, P1)
    assert s.world.row(keys[0]).status is Status.PENDING
    tell(s, "A")
    assert calls(s)["remote.follow"] == 0


def test_what_is_told_while_it_is_sent_anew_is_no_answer_to_that(s: Scripted) -> None:
    (key,), _ = send(s, "A")
    s.world.run(FOLLOWED_AT_S)
    assert s.world.row(key).status is Status.ACTIVE
    asked = calls(s)["remote.follow"]
    s.market.plan.add(Fault("put_values", "status", status=503, times=5))
    s.world.action(PublishKind.FULL_REVISE, P1)
    assert s.world.row(key).status is Status.PENDING
    tell(s, "A")
    assert calls(s)["remote.follow"] == asked


def test_an_outage_when_it_is_told_leaves_it_to_its_own_message(s: Scripted) -> None:
    (key,), _ = send(s, "A")
    s.world.run(DECIDED_S)
    s.market.plan.add(Fault("follow", "status", status=503))
    tell(s, "A")
    assert (s.world.row(key).status, calls(s)["remote.follow"]) == (Status.PENDING, 1)
    s.world.run(FOLLOWED_AT_S)
    assert (s.world.row(key).status, calls(s)["remote.follow"]) == (Status.ACTIVE, 2)


def test_a_listing_that_nobody_publishes_costs_no_call(s: Scripted) -> None:
    send(s, "A")
    s.world.run(FOLLOWED_AT_S + 10)
    before = sum(calls(s).values())
    tell(s, "A", "NOBODYS")
    assert sum(calls(s).values()) == before
    assert s.world.stores.queues.depth(Lane.PUBLISH) == 0


@pytest.mark.parametrize("nth", range(2, 40, 3))
def test_a_worker_killed_anywhere_makes_one_live_listing(nth: int) -> None:
    s = _world()
    (key,), job = send(s, "A")
    s.world.run(DECIDED_S)
    s.fate.die_in(nth)
    tell(s, "A")
    s.world.run(FOLLOWED_AT_S)
    s.world.settle()
    assert (s.world.row(key).status, s.market.shown(key)) == (Status.ACTIVE, (5, "10.00"))
    assert (s.world.stores.jobs.get(job).state, s.world.dead_letters()) == (JobState.DONE, [])

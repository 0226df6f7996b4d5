"""What a look at the account found is not listed a second time, and what is ours can be sent whatever the look was about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.ids import ProductId
from listbridge.domain.jobs import JobState, Outcome
from listbridge.domain.listings.listing import Status
from listbridge.domain.problem import Problem
from listbridge.domain.work import PublishKind
from listbridge.services.jobs.decide_job import decide
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import ACCOUNT
from tests.faults.adoptions import approve, begin, by_hand, entries, reason


@pytest.fixture
def s() -> Scripted:
    return scripted_world()


def unlink(s: Scripted, sku: str) -> None:
    """As the seller unlinks it: it goes on there."""
    s.world.stores.listings.change(
        s.world.key(sku), lambda row: replace(row, status=Status.NOT_ACTIVE, remote=None, offer=None)
    )


def test_a_look_for_a_few_leaves_what_is_ours_to_send(s: Scripted) -> None:
    by_hand(s, "A")
    approve(s, begin(s))
    (other,) = by_hand(s, "B")
    begin(s, other)
    for kind in (PublishKind.STOP, PublishKind.RELIST):
        job = s.world.action(kind, ProductId("p-A"))
        s.world.run(120)
        assert [(one.outcome, one.reason) for one in entries(s, job).values()] == [(Outcome.DONE, None)]
    assert len(s.market.live(s.world.key("A"))) == 1


def test_what_is_linked_after_a_look_at_others_is_ours_to_send(s: Scripted) -> None:
    by_hand(s, "A")
    approve(s, begin(s))
    unlink(s, "A")
    (other,) = by_hand(s, "B")
    begin(s, other)
    for kind in (PublishKind.LINK, PublishKind.STOP, PublishKind.RELIST):
        job = s.world.action(kind, ProductId("p-A"))
        s.world.run(120)
        assert [(one.outcome, one.reason) for one in entries(s, job).values()] == [(Outcome.DONE, None)], kind
    assert len(s.market.live(s.world.key("A"))) == 1


def test_a_second_listing_by_hand_stays_known_whatever_is_linked(s: Scripted) -> None:
    made = by_hand(s, "A")
    approve(s, begin(s))
    unlink(s, "A")
    s.market.make_by_hand("A")
    begin(s, made[0])
    for kind, outcome in ((PublishKind.LINK, Outcome.DONE), (PublishKind.STOP, Outcome.DONE)):
        job = s.world.action(kind, ProductId("p-A"))
        s.world.run(120)
        assert [one.outcome for one in entries(s, job).values()] == [outcome], kind
    job = s.world.action(PublishKind.RELIST, ProductId("p-A"))
    assert [one.reason and one.reason.code for one in entries(s, job).values()] == ["listed_by_hand"]


def test_a_look_while_something_is_being_sent_leaves_it_ours(s: Scripted) -> None:
    by_hand(s, "A")
    approve(s, begin(s))
    key = s.world.key("A")
    s.world.stores.listings.change(key, lambda row: replace(row, status=Status.PENDING))
    (other,) = by_hand(s, "B")
    begin(s, other)
    s.world.stores.listings.change(key, lambda row: replace(row, status=Status.ACTIVE))
    for kind in (PublishKind.STOP, PublishKind.RELIST):
        job = s.world.action(kind, ProductId("p-A"))
        s.world.run(120)
        assert [(one.outcome, one.reason) for one in entries(s, job).values()] == [(Outcome.DONE, None)], kind


def test_a_look_that_ends_before_its_matching_leaves_what_is_ours_to_send(s: Scripted) -> None:
    by_hand(s, "A")
    approve(s, begin(s))
    s.fate.meanwhile("remote.account_unmet", lambda: s.market.dead_accounts.add(ACCOUNT))
    assert begin(s).state is JobState.FAILED
    s.market.dead_accounts.clear()
    account = s.world.stores.configuration.get(Account, ACCOUNT)
    s.world.stores.configuration.save(account.model_copy(update={"state": ConnectionState.ACTIVE}))
    for kind in (PublishKind.STOP, PublishKind.RELIST):
        job = s.world.action(kind, ProductId("p-A"))
        s.world.run(120)
        assert [(one.outcome, one.reason) for one in entries(s, job).values()] == [(Outcome.DONE, None)]


def test_a_second_listing_of_what_is_adopted_is_named_on_whatever_page_it_is(s: Scripted) -> None:
    by_hand(s, "A")
    approve(s, begin(s))
    by_hand(s, *(f"F{number:03}" for number in range(120)))  # more than a page of entries between the two
    again = s.market.make_by_hand("A")
    job = begin(s)
    assert reason(s, job, again) == "foreign_sku_twice"


@pytest.mark.parametrize("kind", [PublishKind.SEND, PublishKind.LINK])
def test_what_was_seen_to_be_listed_by_hand_is_never_listed_twice(s: Scripted, kind: PublishKind) -> None:
    made = by_hand(s, "A", "B")
    decide(s.world.deps, begin(s).id, approve=False, actor="kim")
    job = s.world.action(kind, ProductId("p-A"))
    told = Problem("listed_by_hand", {"sku": "A", "listing": made[0].remote}, "adopt_listings")
    assert [entry.reason for entry in entries(s, job).values()] == [told]
    assert s.market.live(s.world.key("A")) == []


def test_what_ended_by_the_next_look_is_sent(s: Scripted) -> None:
    made = by_hand(s, "A")
    decide(s.world.deps, begin(s).id, approve=False, actor="kim")
    s.market.hand_made.remove(made[0])
    begin(s)
    s.world.action(PublishKind.SEND, ProductId("p-A"))
    assert len(s.market.live(s.world.key("A"))) == 1


def test_what_was_adopted_and_ended_is_sent_again(s: Scripted) -> None:
    by_hand(s, "A")
    approve(s, begin(s))
    for kind in (PublishKind.STOP, PublishKind.RELIST):
        job = s.world.action(kind, ProductId("p-A"))
        s.world.run(120)
        assert [entry.outcome for entry in entries(s, job).values()] == [Outcome.DONE], entries(s, job)
    assert len(s.market.live(s.world.key("A"))) == 1

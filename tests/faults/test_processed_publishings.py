"""A marketplace that takes a publishing in and decides minutes or a day later: it is followed, not done again."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.ids import ListingKey, ProductId, Sku
from listbridge.domain.jobs import JobState
from listbridge.domain.listings.listing import Status
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected
from listbridge.domain.work import Lane, PublishKind
from simulators.faults import Fault
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import ACCOUNT

P1 = ProductId("p1")
MINUTES, A_DAY = 600.0, 86_400.0


@pytest.fixture
def s() -> Scripted:
    made = scripted_world()
    made.market.publishes_after_s = MINUTES
    return made


def send(s: Scripted, *skus: str) -> list[ListingKey]:
    keys = s.world.add(s.shop.put("p1", *skus).product)
    s.world.action(PublishKind.SEND, P1)
    return keys


def calls(s: Scripted) -> Counter[str]:
    return Counter(name for name in s.fate.calls if name.startswith("remote.") and "answered" not in name)


def shop_reads(s: Scripted) -> int:
    return sum(name.startswith("shop.read") for name in s.fate.calls)


def test_what_is_taken_in_is_pending_under_its_remote_id(s: Scripted) -> None:
    (key,) = send(s, "A")
    row = s.world.row(key)
    assert (row.status, row.remote) == (Status.PENDING, s.market.offers[0].remote)
    assert (row.accepted.quantity, row.attempt) == (5, None)


def test_it_is_live_once_the_marketplace_says_so_and_was_asked_once(s: Scripted) -> None:
    (key,) = send(s, "A")
    before = shop_reads(s)
    s.world.run(MINUTES + 30)
    row = s.world.row(key)
    assert (row.status, row.hold, s.market.shown(key)) == (Status.ACTIVE, None, (5, "10.00"))
    assert (calls(s)["remote.follow"], calls(s)["remote.go_live"], shop_reads(s)) == (1, 1, before)
    assert s.world.events(key)[-1] == "send_done"


def test_a_day_of_processing_is_no_try_and_sends_nothing_again(s: Scripted) -> None:
    s.market.publishes_after_s = A_DAY
    (key,) = send(s, "A")
    s.world.run(A_DAY + 900)
    assert s.world.row(key).status is Status.ACTIVE
    assert calls(s)["remote.go_live"] == 1
    assert calls(s)["remote.follow"] == 1
    assert s.world.dead_letters() == []


def test_the_seller_is_told_once_a_day_of_what_is_never_decided(s: Scripted) -> None:
    (key,) = send(s, "A")
    s.market.offers[0].live_at = s.market.clock.now() + timedelta(days=30)
    s.world.run(2 * A_DAY + 900)
    assert s.world.row(key).status is Status.PENDING
    assert s.world.events(key).count("still_processing") == 2
    assert calls(s)["remote.go_live"] == 1
    s.market.offers[0].live_at = s.market.clock.now()
    s.world.run(900)
    assert (s.world.row(key).status, s.market.shown(key)) == (Status.ACTIVE, (5, "10.00"))


def test_zero_goes_out_while_it_is_processed(s: Scripted) -> None:
    (key,) = send(s, "A")
    s.world.hint(s.shop.set("A", stock=0))
    s.world.run(20)
    assert [one.values.quantity for one in s.market.sent if one.operation == "revise"] == [0]
    s.world.settle()
    assert (s.world.row(key).status, s.market.shown(key)) == (Status.ACTIVE, (0, "10.00"))


def test_a_higher_quantity_waits_until_it_is_live(s: Scripted) -> None:
    (key,) = send(s, "A")
    s.world.hint(s.shop.set("A", stock=9))
    s.world.run(120)
    assert [one for one in s.market.sent if one.operation == "revise"] == []
    s.world.settle()
    assert (s.world.row(key).accepted.quantity, s.market.shown(key)) == (9, (9, "10.00"))


def test_what_is_refused_later_was_never_live_and_says_why(s: Scripted) -> None:
    keys = s.world.add(s.shop.put("p1", "A").product)
    s.market.refused_later[keys[0].sku] = Problem("picture_refused", fix="change_pictures")
    job = s.world.action(PublishKind.SEND, P1)
    s.world.run(MINUTES + 30)
    row = s.world.row(keys[0])
    assert (row.status, row.remote, row.hold) == (Status.ERROR, None, Problem("picture_refused", fix="change_pictures"))
    assert s.world.stores.jobs.get(job).failed == 1
    assert s.market.live(keys[0]) == []


def test_of_a_product_of_which_half_is_refused_the_other_half_is_live(s: Scripted) -> None:
    keys = s.world.add(s.shop.put("p1", "A", "B").product)
    s.market.refused_later[keys[0].sku] = Problem("picture_refused", fix="change_pictures")
    s.world.action(PublishKind.SEND, P1)
    s.world.run(MINUTES + 30)
    assert [s.world.row(key).status for key in keys] == [Status.ERROR, Status.ACTIVE]
    assert [s.world.row(key).remote is None for key in keys] == [True, False]


def test_what_is_ended_while_it_is_processed_stays_so_and_its_job_says_it(s: Scripted) -> None:
    """The job of the sending stood still, and was carried on: what had been ended was on sale again."""
    keys = s.world.add(s.shop.put("p1", "A").product)
    job, key = s.world.action(PublishKind.SEND, P1), keys[0]
    s.world.action(PublishKind.STOP, P1)
    s.world.run(3 * MINUTES)
    assert s.world.row(key).status is Status.STOPPED
    told = s.world.stores.jobs.get(job)
    assert (told.state, told.failed) == (JobState.FAILED, 1)
    assert s.market.live(key) == []
    assert calls(s)["remote.follow"] == 0


@pytest.mark.parametrize("kind", ["status", "drop_before", "html"])
def test_an_outage_while_it_is_followed_is_no_try(s: Scripted, kind: str) -> None:
    (key,) = send(s, "A")
    s.market.plan.add(Fault("follow", kind, times=20))  # type: ignore[arg-type]
    s.world.run(MINUTES + 30 * 60)
    assert s.world.row(key).status is Status.ACTIVE
    assert calls(s)["remote.go_live"] == 1


def test_the_job_is_done_when_the_listing_is_live(s: Scripted) -> None:
    s.world.add(s.shop.put("p1", "A").product)
    job = s.world.action(PublishKind.SEND, P1)
    assert s.world.stores.jobs.get(job).state is JobState.RUNNING
    s.world.run(MINUTES + 30)
    assert s.world.stores.jobs.get(job).state is JobState.DONE


def test_a_job_that_stands_still_meanwhile_sends_nothing_again_and_starts_no_second_chain(s: Scripted) -> None:
    """Nothing moves for hours: the timer carries the job on after ten minutes, and every time after twice as long."""
    s.market.publishes_after_s = A_DAY
    (key,) = send(s, "A")
    s.world.run(A_DAY / 2)
    assert (calls(s)["remote.go_live"], calls(s)["remote.put_values"], calls(s)["remote.follow"]) == (1, 1, 0)
    s.world.run(A_DAY / 2 + 900)
    assert (s.world.row(key).status, calls(s)["remote.follow"]) == (Status.ACTIVE, 1)


def test_a_message_that_is_lost_while_it_is_processed_is_sent_again_by_the_job(s: Scripted) -> None:
    (key,) = send(s, "A")
    s.world.stores.queues.empty(Lane.PUBLISH)
    s.world.run(2 * 3600)
    assert (s.world.row(key).status, calls(s)["remote.follow"], calls(s)["remote.go_live"]) == (Status.ACTIVE, 1, 1)


def test_a_message_that_comes_twice_starts_no_second_chain(s: Scripted) -> None:
    s.market.publishes_after_s = 4 * MINUTES
    (key,) = send(s, "A")
    s.market.offers[0].live_at = s.world.now + timedelta(seconds=4 * MINUTES + 200)
    s.world.stores.queues.duplicate(Lane.PUBLISH)
    s.world.run(5 * MINUTES)
    assert s.world.row(key).status is Status.ACTIVE
    assert calls(s)["remote.follow"] <= 6


@pytest.mark.parametrize("nth", range(2, 60, 3))
def test_a_worker_killed_anywhere_makes_one_live_listing(nth: int) -> None:
    s = scripted_world()
    s.market.publishes_after_s = MINUTES
    keys = s.world.add(s.shop.put("p1", "A", "B").product)
    s.world.action(PublishKind.SEND, P1, deliver=False)
    s.fate.die_in(nth)
    s.world.run(MINUTES + 30)
    s.world.settle()
    assert [s.market.shown(key) for key in keys] == [(5, "10.00")] * 2
    assert {s.world.row(key).status for key in keys} == {Status.ACTIVE}
    assert len(s.market.offers) == 2
    assert s.world.queued(Lane.PUBLISH) == []


def test_credentials_that_die_while_it_is_processed_say_nothing_of_the_listing(s: Scripted) -> None:
    """It goes live there all the same. Taken for refused, nobody would ever zero it."""
    (key,) = send(s, "A")
    remote = s.world.row(key).remote
    s.market.dead_accounts.add(key.account)
    s.world.run(MINUTES + 60)
    assert (s.world.row(key).status, s.world.row(key).remote) == (Status.PENDING, remote)
    s.market.dead_accounts.clear()
    reconnected(s)
    s.world.run(30 * 60)
    assert (s.world.row(key).status, s.market.shown(key)) == (Status.ACTIVE, (5, "10.00"))
    assert calls(s)["remote.go_live"] == 1


def test_what_is_processed_is_followed_in_observe_mode_for_that_only_reads(s: Scripted) -> None:
    (key,) = send(s, "A")
    store = s.world.stores.configuration
    store.save(store.get(Account, ACCOUNT).model_copy(update={"observe": True}))
    s.world.run(MINUTES + 30)
    assert s.world.row(key).status is Status.ACTIVE


def reconnected(s: Scripted) -> None:
    store = s.world.stores.configuration
    account = store.get(Account, ACCOUNT)
    assert account.state is not ConnectionState.ACTIVE
    store.save(account.model_copy(update={"state": ConnectionState.ACTIVE}))


def test_what_was_on_sale_before_stays_so_when_what_joins_it_is_refused(s: Scripted) -> None:
    s.market.poisoned[Sku("B")] = Rejected(Problem("picture_refused"))
    keys = send(s, "A", "B")
    s.world.run(MINUTES + 30)
    assert [s.world.row(key).status for key in keys] == [Status.ACTIVE, Status.ERROR]
    s.market.poisoned.clear()
    s.market.refused_later |= {key.sku: Problem("picture_refused", fix="change_pictures") for key in keys}
    s.world.action(PublishKind.SEND, P1)
    s.world.run(MINUTES + 30)
    assert [s.world.row(key).status for key in keys] == [Status.ACTIVE, Status.ERROR]
    s.world.hint(s.shop.set("A", stock=2))
    s.world.run(60)
    assert s.market.shown(keys[0]) == (2, "10.00")

"""The drift check: it reads what risks most each hour, the rest once a day, and writes only what is news."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from listbridge.domain.configuration import Account
from listbridge.domain.ids import ListingKey
from listbridge.domain.jobs import JobKind, JobState
from listbridge.domain.listings.listing import Listing
from listbridge.domain.money import Money
from listbridge.domain.work import Lane
from listbridge.services.listings.revise import check_drift
from listbridge.services.listings.revise.check_drift import start_drift_check
from listbridge.services.timers.reconcile import Timer, reconcile
from simulators.faults import Fault
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import ACCOUNT
from tests.faults.seeded import seed

LONG_AGO = timedelta(days=30)


@pytest.fixture
def s() -> Scripted:
    return scripted_world()


def calm(s: Scripted, count: int, *, stock: int = 50, prefix: str = "C") -> list[ListingKey]:
    """Listings with plenty of stock, accepted long ago and never seen since."""
    keys = seed(s, count, stock=stock, prefix=prefix)
    for key in keys:
        change(s, key, lambda row: replace(row, accepted=replace(row.accepted, at=s.world.now - LONG_AGO)))
    return keys


def change(s: Scripted, key: ListingKey, how: object) -> Listing:
    return s.world.stores.listings.change(key, how)  # type: ignore[arg-type]


def drift(s: Scripted) -> Counter[str]:
    """One run of the timer and all that follows; the calls that it made."""
    before = len(s.fate.calls)
    reconcile(s.world.deps, Timer.DRIFT)
    s.world.run(20)
    return Counter(s.fate.calls[before:])


def reads(calls: Counter[str]) -> int:
    return calls["remote.read_back"]


def test_a_listing_that_shows_what_is_known_costs_no_write(s: Scripted) -> None:
    calm(s, 40)
    few = seed(s, 5, stock=2, prefix="F")
    first = drift(s)
    assert (reads(first), first["listings.save"]) == (2, 45)  # never seen before: noted once
    s.world.run(3600)
    again = drift(s)
    assert (reads(again), again["listings.save"]) == (1, 0)
    assert {s.world.row(key).rev for key in few} == {s.world.row(few[0]).rev}


def test_what_has_much_in_stock_and_did_not_move_is_read_once_a_day(s: Scripted) -> None:
    calm(s, 10)
    assert [reads(drift(s)) for _ in range(3)] == [1, 0, 0]
    s.world.stores.clock.advance(86_400)
    day = drift(s)
    assert (reads(day), day["listings.save"]) == (1, 10)


def test_what_has_little_left_or_moved_lately_is_read_each_time(s: Scripted) -> None:
    (low,) = calm(s, 1, stock=3, prefix="L")
    (moved,) = seed(s, 1, stock=50, prefix="M")
    (empty,) = calm(s, 1, stock=0, prefix="E")
    drift(s)
    seen = {key: s.world.row(key).seen.at for key in (low, moved, empty)}
    s.market.live(low)[0].quantity = 4
    s.market.live(moved)[0].quantity = 51
    s.market.live(empty)[0].quantity = 1
    s.world.run(3600)
    drift(s)
    assert s.world.row(low).seen.at != seen[low]
    assert s.world.row(moved).seen.at != seen[moved]
    assert s.world.row(empty).seen.at == seen[empty]  # there is nothing to sell


def test_one_check_at_a_time_for_each_account(s: Scripted) -> None:
    calm(s, 3)
    s.market.plan.add(Fault("read_back", "status", status=503, times=5))
    account = s.world.deps.configuration.get(Account, ACCOUNT)
    assert start_drift_check(s.world.deps, account) is not None
    s.world.deliver(Lane.RECOMPUTE)
    assert start_drift_check(s.world.deps, account) is None
    assert reconcile(s.world.deps, Timer.DRIFT) == 0
    s.world.run(900)
    jobs = [job for job in s.world.stores.jobs.recent(100)[0] if job.kind is JobKind.DRIFT]
    assert [job.state for job in jobs] == [JobState.DONE]
    assert start_drift_check(s.world.deps, account) is not None


def test_a_run_reads_so_many_and_the_job_goes_on_where_it_rested(s: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_drift, "MOST_PER_RUN", 100)
    keys = seed(s, 250, stock=2)
    for key in keys:
        s.market.live(key)[0].quantity = 3
    first = drift(s)
    rested = reads(first)
    assert rested == 100 / 25
    (job,) = [job for job in s.world.stores.jobs.recent(100)[0] if job.kind is JobKind.DRIFT]
    assert (job.state, job.done) == (JobState.RUNNING, 100)
    assert drift(s)["remote.read_back"] == 0  # it rests, and no second one begins
    for _ in range(2):
        s.world.run(300)
        s.world.tick("due")
    s.world.run(60)
    done = s.world.deps.jobs.get(job.id)
    assert (done.state, done.done) == (JobState.DONE, 250)
    s.world.settle()
    assert {s.market.shown(key) for key in keys} == {(2, "10.00")}


def test_a_price_that_somebody_changed_is_put_right_with_the_next_check(s: Scripted) -> None:
    (key,) = seed(s, 1, stock=2)
    drift(s)
    s.market.live(key)[0].price = Money(Decimal("1.00"), "EUR")
    s.world.run(3600)
    drift(s)
    assert s.market.shown(key) == (2, "10.00")
    assert "drift_found" in s.world.events(key)


# ---- an account with thousands of listings, of which all is listed for less than a read of each ----


@pytest.fixture
def large(s: Scripted, monkeypatch: pytest.MonkeyPatch) -> Scripted:
    monkeypatch.setattr(check_drift, "MOST_PER_RUN", 30)
    s.market.lists_all, s.market.page_size = True, 25
    return s


def test_a_large_account_is_listed_once_for_the_daily_look(large: Scripted) -> None:
    keys = calm(large, 40)
    first = drift(large)
    assert (first["remote.existing"], reads(first), first["listings.save"]) == (2, 0, 40)
    assert {large.world.row(key).seen.quantity for key in keys} == {50}
    again = drift(large)
    assert (again["remote.existing"], reads(again), again["listings.save"]) == (0, 0, 0)


def test_what_the_list_shows_otherwise_or_not_at_all_is_read_and_only_that(large: Scripted) -> None:
    keys = calm(large, 40)
    large.market.live(keys[3])[0].price = Money(Decimal("8.00"), "EUR")
    large.market.live(keys[5])[0].live = False
    assert reads(drift(large)) == 1
    large.world.settle()
    assert large.market.shown(keys[3]) == (50, "10.00")
    assert large.world.events(keys[5])[-1] == "finished_on_marketplace"
    assert large.world.events(keys[3]).count("drift_found") == 1


def test_what_risks_most_is_read_however_lately_all_was_listed(large: Scripted) -> None:
    calm(large, 40)
    (few,) = seed(large, 1, stock=2, prefix="F")
    assert reads(drift(large)) == 1
    large.market.live(few)[0].quantity = 1
    large.world.run(3600)
    assert reads(drift(large)) == 1
    assert large.world.row(few).unseen_sale is not None


def test_what_is_being_restored_or_was_sold_is_never_taken_as_listed(large: Scripted) -> None:
    """The list says 50, as is known: what an unknown outcome left behind is read all the same."""
    keys = calm(large, 40)
    change(large, keys[7], lambda row: replace(row, settle_at=large.world.now))
    assert reads(drift(large)) == 1


def test_a_list_that_cannot_be_read_now_leaves_the_job_to_go_on_later(large: Scripted) -> None:
    keys = calm(large, 40)
    large.market.plan.add(Fault("existing", "status", status=503, times=2))
    drift(large)
    large.world.run(600)
    assert {large.world.row(key).seen.quantity for key in keys} == {50}
    assert large.world.dead_letters() == []


def test_a_small_account_is_read_as_ever_though_all_of_it_could_be_listed(large: Scripted) -> None:
    calm(large, 30)
    made = drift(large)
    assert (made["remote.existing"], reads(made)) == (0, 2)

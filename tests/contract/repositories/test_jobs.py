from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from listbridge.domain.ids import AccountId, JobId, RemoteId, Sku
from listbridge.domain.jobs import Job, JobEntry, JobKind, JobState, Outcome
from listbridge.domain.listings.foreign import ForeignListing, ForeignPart
from listbridge.domain.listings.listing import Values
from listbridge.domain.money import Money
from listbridge.domain.planned_change import Content, Offered, PlannedChange
from listbridge.domain.ports import Conflict, Missing
from listbridge.domain.problem import Problem
from tests.contract.repositories.conftest import OurPorts
from tests.contract.repositories.races import all_pages, at_once
from tests.fakes.clock import START


def job(name: str, after_s: float = 0, **changes: object) -> Job:
    return Job(
        id=JobId(f"job_{name}"),
        kind=JobKind.SEND,
        account=AccountId("acc_1"),
        created_at=START + timedelta(seconds=after_s),
        params={"list": "lst_1", "n": 3},
        **changes,  # type: ignore[arg-type]
    )


def created(store: OurPorts, name: str, items: int) -> Job:
    store.jobs.create(job(name), [JobEntry(item=f"p{n}") for n in range(items)])
    return store.jobs.get(JobId(f"job_{name}"))


def done(item: str) -> JobEntry:
    return JobEntry(item=item, outcome=Outcome.DONE, at=START + timedelta(seconds=9))


def failed(item: str) -> JobEntry:
    reason = Problem(code="refused", params={"a": "b"}, fix="edit")
    return JobEntry(item=item, outcome=Outcome.FAILED, reason=reason, at=START + timedelta(seconds=9))


def test_a_job_comes_back_with_its_total_and_its_entries(store: OurPorts, name: str) -> None:
    stored = created(store, name, 3)
    assert stored == job(name).model_copy(update={"total": 3, "rev": 1})
    entries, cursor = store.jobs.entries(stored.id, None, 10)
    assert (entries, cursor) == ([JobEntry(item=f"p{n}") for n in range(3)], None)


def test_the_entries_that_begin_so_are_a_list_of_their_own(store: OurPorts, name: str) -> None:
    items = ["a\x1fSKU\x1f1", "a\x1fSKU\x1f2", "a\x1fSKU#\x1f1", "ab\x1fSKU\x1f1", "b\x1fSKU\x1f1"]
    store.jobs.create(job(name), [JobEntry(item=item) for item in items])
    first, cursor = store.jobs.entries(JobId(f"job_{name}"), None, 2, begins="a\x1f")
    rest, end = store.jobs.entries(JobId(f"job_{name}"), cursor, 2, begins="a\x1f")
    assert ([entry.item for entry in first + rest], end) == (items[:3], None)


def test_entries_are_found_by_their_items(store: OurPorts, name: str) -> None:
    created(store, name, 3)
    found = store.jobs.find_entries(JobId(f"job_{name}"), ["p2", "p0", "p0", "none", ""])
    assert found == {"p0": JobEntry(item="p0"), "p2": JobEntry(item="p2")}
    assert store.jobs.find_entries(JobId(f"job_{name}"), []) == {}


def test_a_job_that_does_not_exist_is_missing(store: OurPorts, name: str) -> None:
    with pytest.raises(Missing):
        store.jobs.get(JobId(name))
    with pytest.raises(Missing):
        store.jobs.finish(JobId(name), done("p1"))
    assert store.jobs.entries(JobId(name), None, 5) == ([], None)


def test_a_job_is_created_once(store: OurPorts, name: str) -> None:
    created(store, name, 1)
    with pytest.raises(Conflict):
        store.jobs.create(job(name))


def test_a_job_is_saved_only_over_the_version_that_was_read(store: OurPorts, name: str) -> None:
    read = created(store, name, 1)
    saved = store.jobs.save(read.model_copy(update={"cursor": "c1", "phase": "two"}))
    assert store.jobs.get(read.id) == saved
    assert (saved.cursor, saved.rev) == ("c1", 2)
    with pytest.raises(Conflict):
        store.jobs.save(read)


def test_outcomes_are_counted_and_the_last_one_closes_the_job(store: OurPorts, name: str) -> None:
    id = created(store, name, 3).id
    store.jobs.finish(id, done("p0"))
    store.jobs.finish(id, failed("p1"))
    running = store.jobs.get(id)
    assert (running.done, running.failed, running.state) == (1, 1, JobState.RUNNING)
    store.jobs.finish(id, JobEntry(item="p2", outcome=Outcome.SKIPPED, at=START + timedelta(seconds=11)))
    closed = store.jobs.get(id)
    assert (closed.done, closed.failed, closed.skipped, closed.state) == (1, 1, 1, JobState.PARTLY)
    assert closed.finished_at == START + timedelta(seconds=11)
    assert store.jobs.entries(id, None, 10)[0][:2] == [done("p0"), failed("p1")]


def test_a_replay_of_an_outcome_changes_nothing(store: OurPorts, name: str) -> None:
    id = created(store, name, 2).id
    store.jobs.finish(id, done("p0"))
    before = store.jobs.get(id)
    store.jobs.finish(id, done("p0"))
    store.jobs.finish(id, failed("p0"))
    assert store.jobs.get(id) == before
    assert store.jobs.entries(id, None, 10)[0][0] == done("p0")


def test_a_job_fails_as_a_whole_when_nothing_succeeded(store: OurPorts, name: str) -> None:
    id = created(store, name, 2).id
    store.jobs.finish(id, failed("p0"))
    store.jobs.finish(id, failed("p1"))
    assert store.jobs.get(id).state is JobState.FAILED


def test_outcomes_recorded_at_once_are_each_counted_once(store: OurPorts, name: str) -> None:
    id = created(store, name, 6).id
    at_once(12, lambda n: store.jobs.finish(id, done(f"p{n % 6}")))
    after = store.jobs.get(id)
    assert (after.done, after.failed, after.state) == (6, 0, JobState.DONE)


def test_an_item_that_waits_is_not_an_outcome(store: OurPorts, name: str) -> None:
    id = created(store, name, 1).id
    with pytest.raises(ValueError, match="waits"):
        store.jobs.finish(id, JobEntry(item="p0"))
    assert store.jobs.get(id).rev == 1


def test_a_job_that_awaits_approval_is_not_closed_by_its_items(store: OurPorts, name: str) -> None:
    store.jobs.create(job(name, state=JobState.AWAITING_APPROVAL), [JobEntry(item="p0")])
    store.jobs.finish(JobId(f"job_{name}"), done("p0"))
    assert store.jobs.get(JobId(f"job_{name}")).state is JobState.AWAITING_APPROVAL


def test_saving_over_a_job_whose_item_finished_meanwhile_conflicts(store: OurPorts, name: str) -> None:
    read = created(store, name, 2)
    store.jobs.finish(read.id, done("p0"))
    with pytest.raises(Conflict):
        store.jobs.save(read)
    assert store.jobs.get(read.id).done == 1


def test_entries_that_are_put_stand_in_the_place_of_others_and_are_not_counted(store: OurPorts, name: str) -> None:
    read = created(store, name, 1)
    price = Money(Decimal("9.90"), "EUR")
    foreign = ForeignListing(
        RemoteId("11"), (ForeignPart(Sku("A"), Values(2, price)),), unmet=(Problem("x", {"a": "b"}),)
    )
    more = [JobEntry(item="p0", outcome=Outcome.SKIPPED, reason=Problem("y")), JobEntry(item="p1", foreign=foreign)]
    store.jobs.put(read.id, more)
    assert store.jobs.entries(read.id, None, 10)[0] == more
    assert store.jobs.get(read.id) == read
    store.jobs.finish(read.id, done("p0"))  # it has an outcome already
    assert store.jobs.get(read.id) == read


def test_paging_shows_every_entry_once(store: OurPorts, name: str) -> None:
    id = created(store, name, 60).id
    rows = all_pages(lambda cursor: store.jobs.entries(id, cursor, 7))
    assert sorted(row.item for row in rows) == sorted(f"p{n}" for n in range(60))


def test_recent_jobs_come_newest_first_and_by_state(store: OurPorts, name: str) -> None:
    far = 10**9  # newer than any other test's jobs
    for number in range(4):
        store.jobs.create(job(f"{name}{number}", after_s=far + number), [JobEntry(item="p0")])
    store.jobs.finish(JobId(f"job_{name}1"), done("p0"))
    store.jobs.finish(JobId(f"job_{name}2"), failed("p0"))
    ids = [one.id.removeprefix(f"job_{name}") for one in store.jobs.recent(1000)[0] if name in one.id]
    assert ids == ["3", "2", "1", "0"]
    newest = store.jobs.recent(1)[0][0]
    assert newest.created_at >= START + timedelta(seconds=far + 3)
    running = store.jobs.recent(1000, JobState.RUNNING)[0]
    assert [one.id for one in running if name in one.id] == [f"job_{name}3", f"job_{name}0"]
    assert [one.id for one in store.jobs.recent(1000, JobState.FAILED)[0] if name in one.id] == [f"job_{name}2"]


def test_unfinished_jobs_come_oldest_first_and_leave_when_they_finish(store: OurPorts, name: str) -> None:
    def mine(state: JobState | None = None) -> list[str]:
        jobs = store.jobs.unfinished(10_000, state)
        return [one.id.removeprefix(f"job_{name}") for one in jobs if name in one.id]

    for number in range(3):
        store.jobs.create(job(f"{name}{number}", after_s=number), [JobEntry(item="p0")])
    waiting = store.jobs.get(JobId(f"job_{name}1"))
    store.jobs.save(waiting.model_copy(update={"state": JobState.AWAITING_APPROVAL}))
    assert mine() == ["0", "1", "2"]
    assert (mine(JobState.RUNNING), mine(JobState.AWAITING_APPROVAL)) == (["0", "2"], ["1"])
    store.jobs.finish(JobId(f"job_{name}0"), done("p0"))
    assert mine() == ["1", "2"]
    newest = [one.id.removeprefix(f"job_{name}") for one in store.jobs.recent(10_000)[0] if name in one.id]
    assert newest == ["2", "1", "0"]


def test_jobs_that_ended_partly_or_cancelled_are_found_by_their_state_only(store: OurPorts, name: str) -> None:
    states = (JobState.DONE, JobState.PARTLY, JobState.REFUSED, JobState.CANCELLED)
    for n, state in enumerate(states):
        store.jobs.create(job(f"{name}{n}", state=state, total=4, done=1, failed=1, skipped=2))
    for n, state in enumerate(states):
        mine = [one.id for one in store.jobs.recent(10_000, state)[0] if one.id.startswith(f"job_{name}")]
        assert mine == [f"job_{name}{n}"]
    partly = store.jobs.get(JobId(f"job_{name}1"))
    assert (partly.state, partly.done, partly.failed, partly.skipped) == (JobState.PARTLY, 1, 1, 2)


def test_what_a_dry_run_tells_of_calls_and_fees_comes_back_and_is_counted_once(store: OurPorts, name: str) -> None:
    created(store, name, 3)
    fee = Money(Decimal("0.20"), "USD")
    change = PlannedChange(before=Offered(quantity=7), content=Content.NEW, fee=fee, calls={"put": 2, "publish": 1})
    told = JobEntry(item="p0", outcome=Outcome.SKIPPED, change=change)
    for entry in (told, told, JobEntry(item="p1", outcome=Outcome.SKIPPED, change=PlannedChange(before=Offered()))):
        store.jobs.finish(JobId(f"job_{name}"), entry)
    stored = store.jobs.get(JobId(f"job_{name}"))
    assert (stored.calls, stored.fees, stored.skipped) == (3, 1, 2)
    assert store.jobs.entries(stored.id, None, 1)[0] == [told]
    saved = store.jobs.save(stored)
    assert (saved.calls, store.jobs.get(stored.id).fees) == (3, 1)

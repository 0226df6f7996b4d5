"""Jobs that wait for demanded values hear what became of them, once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.ids import JobId
from listbridge.domain.jobs import Job, JobEntry, JobKind, JobState, Outcome
from listbridge.domain.listings.listing import LedgerField, Listing, Status, Values
from listbridge.domain.problem import Problem
from listbridge.services.job_results import demanded_fields_sent
from tests.fakes.scripted import Scripted, scripted_world
from tests.unit.domain.a_listing import NOW, a_listing, euros

JOB = JobId("job_1")


@pytest.fixture
def s() -> Scripted:
    s = scripted_world()
    s.world.stores.jobs.create(Job(id=JOB, kind=JobKind.REVISE, created_at=NOW), [JobEntry(item=str(a_listing().key))])
    return s


def told(s: Scripted, row: Listing) -> tuple[Outcome, str | None]:
    demanded_fields_sent(s.world.deps, [row])
    entry = s.world.stores.jobs.entries(JOB, None, 2)[0][0]
    return entry.outcome, entry.reason.code if entry.reason else None


def test_values_that_were_accepted_are_done(s: Scripted) -> None:
    assert told(s, a_listing(job=JOB)) == (Outcome.DONE, None)
    assert s.world.stores.jobs.get(JOB).state is JobState.DONE


def test_values_that_are_still_on_their_way_wait(s: Scripted) -> None:
    assert told(s, a_listing(job=JOB, demanded=frozenset({LedgerField.PRICE}))) == (Outcome.WAITING, None)


def test_values_that_were_taken_are_done_although_an_older_call_may_still_land_over_them(s: Scripted) -> None:
    both = frozenset(LedgerField)
    row = a_listing(5, job=JOB, demanded=both, settle_at=NOW)
    assert told(s, replace(row, taken=Values(5))) == (Outcome.WAITING, None)
    assert told(s, replace(row, taken=Values(4, euros(10)))) == (Outcome.WAITING, None)
    assert told(s, replace(row, taken=Values(5, euros(10)))) == (Outcome.DONE, None)


def test_a_hold_fails_the_item_with_its_reason_although_the_demand_stands(s: Scripted) -> None:
    row = a_listing(job=JOB, demanded=frozenset({LedgerField.PRICE}), hold=Problem("update_failed"))
    assert told(s, row) == (Outcome.FAILED, "update_failed")


def test_an_ended_listing_fails_the_item(s: Scripted) -> None:
    row = replace(a_listing(job=JOB), status=Status.FINISHED, remote=None)
    assert told(s, row) == (Outcome.FAILED, "finished")


def test_a_publishing_operation_tells_its_own_job(s: Scripted) -> None:
    assert told(s, a_listing(job=JOB, status=Status.PENDING)) == (Outcome.WAITING, None)


def test_the_first_word_counts(s: Scripted) -> None:
    told(s, a_listing(job=JOB))
    assert told(s, a_listing(job=JOB, hold=Problem("update_failed"))) == (Outcome.DONE, None)

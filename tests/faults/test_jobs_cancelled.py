"""A job that is cancelled at any moment: its counts add up, and no listing is left half-way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from listbridge import bootstrap
from listbridge.domain.ids import JobId
from listbridge.domain.jobs import Job, JobState, Outcome
from listbridge.domain.listings.listing import Status
from listbridge.services.jobs.cancel_job import cancel
from listbridge.services.refusal import Refused
from tests.fakes.cuts import no_cut
from tests.unit.functions.installation import Installation
from tests.unit.functions.seller import Seller

SKUS = ("A0", "A1", "A2")


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    bootstrap.use(None)


def _seller(action: str) -> Seller:
    seller = Seller(Installation())
    seller.its.add_items(seller.list, *(seller.its.add_product(sku) for sku in SKUS))
    if action != "send":
        seller.its.act(seller.list, "send")
    return seller


class _CancelAt:
    """Cancels the job before the n-th write of anybody, once; `came` tells whether there were so many."""

    def __init__(self, nth: int, do: Callable[[], None]) -> None:
        self._left, self._do, self.came = nth, do, False

    def __call__(self, _: str) -> None:
        self._left -= 1
        if self._left == 0:
            self.came = True
            self._do()


def _cancelled_at(seller: Seller, action: str, nth: int) -> tuple[Job, bool]:
    """The action, cancelled before the n-th write after its job stands; the job at rest, and whether it came to that."""
    its, cut = seller.its, seller.its.stores.cut
    body = {"action": action, "items": "all"}
    job = JobId(its.post(f"/sales-lists/{seller.list}/actions", body, expect=202)["job"]["id"])

    def stop() -> None:
        cut.hook = no_cut
        with suppress(Refused):  # it was over a moment ago
            cancel(its.deps, job, "kim")

    cancelling = _CancelAt(nth, stop)
    cut.hook = cancelling
    its.run()
    cut.hook = no_cut
    its.run()
    return its.stores.jobs.get(job), cancelling.came


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.full)])
@pytest.mark.parametrize("action", ["send", "stop", "full_revise", "revise", "stop_and_remove", "relist"])
def test_a_job_cancelled_before_any_write_adds_up_and_leaves_no_listing_half_way(action: str, step: int) -> None:
    nth, came, cancelled = 1 - step, True, 0
    while came:
        nth += step
        seller = _seller(action)
        if action == "relist":
            seller.its.act(seller.list, "stop")
        job, came = _cancelled_at(seller, action, nth)
        entries, _ = seller.its.stores.jobs.entries(job.id, None, 100)
        outcomes = [entry.outcome for entry in entries]
        shown = seller.its.get(f"/jobs/{job.id}")
        assert shown["done"] + shown["skipped"] + shown["failed"] == shown["total"] == 3, (nth, shown)
        assert (job.done, job.skipped, job.failed) == tuple(
            outcomes.count(one) for one in (Outcome.DONE, Outcome.SKIPPED, Outcome.FAILED)
        ), nth
        assert Outcome.WAITING not in outcomes, nth
        rows, _ = seller.its.stores.listings.of_account(seller.account, None, 100)
        assert Status.PENDING not in {row.status for row in rows}, nth
        assert job.state in (JobState.CANCELLED, JobState.DONE), nth
        cancelled += job.state is JobState.CANCELLED and job.done < 3
    assert cancelled > 0 or action == "revise"  # three values go in one run of the drainer
    assert nth > 3


def test_what_is_left_out_is_told_entry_by_entry() -> None:
    seller = _seller("send")
    its = seller.its
    job = its.post(f"/sales-lists/{seller.list}/actions", {"action": "send", "items": "all"}, expect=202)["job"]
    stopped = its.post(f"/jobs/{job['id']}/cancel", expect=200)
    assert (stopped["state"], stopped["skipped"]) == ("cancelled", 3)
    its.run()
    assert seller.outcomes(job) == dict.fromkeys(SKUS, ("skipped", "job_cancelled"))
    assert (seller.live_offers(), set(seller.statuses().values())) == ({}, {"not_active"})
    assert its.get("/activity")["activity"][0]["event"] == "job_cancelled"


def test_a_job_that_waits_for_a_yes_can_be_cancelled_and_then_not_approved() -> None:
    seller = _seller("stop")
    its = seller.its
    its.patch(f"/accounts/{seller.account}", {"guard": {"share": "0.10", "count": 3}})
    its.run()
    job = its.post(f"/sales-lists/{seller.list}/actions", {"action": "stop", "items": "all"}, expect=202)["job"]
    assert its.post(f"/jobs/{job['id']}/cancel", expect=200)["state"] == "cancelled"
    answer = its.call("POST", f"/v1/jobs/{job['id']}/approve")
    its.run()
    assert (answer.status, answer.body["problem"]["code"]) == (409, "job_does_not_wait")
    assert len(seller.live_offers()) == 3


@pytest.mark.parametrize("action", ["send", "stop"])
def test_cancelling_a_job_that_is_over_is_refused_and_changes_nothing(action: str) -> None:
    seller = _seller(action)
    job = seller.its.act(seller.list, action)
    answer = seller.its.call("POST", f"/v1/jobs/{job['id']}/cancel")
    assert (answer.status, answer.body["problem"]["code"]) == (409, "job_is_over")
    assert seller.its.get(f"/jobs/{job['id']}") == job


def test_an_edit_that_is_saved_is_past_cancelling_and_reaches_every_listing() -> None:
    seller = _seller("stop")
    its = seller.its
    job = JobId(its.patch(f"/sales-lists/{seller.list}", {"rules": {"price": {"ratio": "2"}}})["job"]["id"])
    told: list[str] = []

    def stop(what: str) -> None:
        if what == "listings.save" and not told:
            told.append("")
            with pytest.raises(Refused) as refused:
                cancel(its.deps, job, "kim")
            told[0] = refused.value.problem.code

    its.stores.cut.hook = stop
    its.run()
    its.stores.cut.hook = no_cut
    assert told == ["job_past_cancelling"]
    assert its.stores.jobs.get(job).state is JobState.DONE
    assert {row["price"]["accepted"]["amount"] for row in its.get("/listings")["listings"]} == {"25.00"}

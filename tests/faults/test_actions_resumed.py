"""An action whose worker dies, or whose message is lost: its job ends all the same, with every listing dealt with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from listbridge import bootstrap
from listbridge.domain.jobs import JobState
from listbridge.domain.work import Lane
from listbridge.services.jobs.run_job import run_job
from listbridge.services.listings.publish.publish_listing import publish_listing
from listbridge.services.timers.reconcile import Timer, reconcile
from tests.fakes.cuts import CutAt, WorkerDied, no_cut
from tests.unit.functions.installation import Installation
from tests.unit.functions.seller import Seller

AFTER = {
    "send": {"A1": "active", "A2": "active"},
    "link": {"A1": "active", "A2": "active"},
    "relist": {"A1": "active", "A2": "active"},
    "full_revise": {"A1": "active", "A2": "active"},
    "stop": {"A1": "stopped", "A2": "stopped"},
    "revise": {"A1": "active", "A2": "active"},
    "revise_price": {"A1": "active", "A2": "active"},
    "align": {"A1": "active", "A2": "active"},
    "unlink": {"A1": "not_active", "A2": "not_active"},
    "stop_and_remove": {},
}
"""What stands in the list when the action is over."""
_NEVER_SENT = {"send", "link"}


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    bootstrap.use(None)


def _ready(action: str) -> Seller:
    seller = Seller(Installation())
    products = [seller.its.add_product("A1"), seller.its.add_product("A2")]
    seller.its.add_items(seller.list, *products)
    if action not in _NEVER_SENT:
        seller.its.act(seller.list, "send")
    if action == "link":
        seller.its.act(seller.list, "send")
        seller.its.act(seller.list, "unlink")
    if action == "relist":
        seller.its.act(seller.list, "stop")
    return seller


def _begin(seller: Seller, action: str, dies_at: int) -> bool:
    """The API call, with a death before its n-th write; whether there were so many writes."""
    seller.its.stores.cut.hook = CutAt(dies_at)
    try:
        seller.its.call("POST", f"/v1/sales-lists/{seller.list}/actions", {"action": action, "items": "all"})
    except WorkerDied:
        return True
    finally:
        seller.its.stores.cut.hook = no_cut
    return False


def _an_hour_of_timers(seller: Seller) -> None:
    its = seller.its
    for _ in range(12):
        its.run()
        its.stores.clock.advance(300)
        reconcile(its.deps, Timer.DUE)
    its.run()


@pytest.mark.parametrize("action", sorted(AFTER))
def test_an_action_whose_worker_died_at_any_write_ends_within_an_hour(action: str) -> None:
    dies_at, died = 0, True
    while died:
        dies_at += 1
        seller = _ready(action)
        before = {job.id for job in seller.its.stores.jobs.recent(100)[0]}
        died = _begin(seller, action, dies_at)
        _an_hour_of_timers(seller)
        begun = [job for job in seller.its.stores.jobs.recent(100)[0] if job.id not in before]
        if not begun:  # it died before the job stood: nothing was begun, and the caller was told so
            assert dies_at <= 2  # at the count of the guard, or at the job itself
            continue
        (job,) = begun
        assert (job.state, job.done, job.failed) == (JobState.DONE, 2, 0), (dies_at, job)
        assert seller.statuses() == AFTER[action], dies_at
    assert dies_at >= 3


@pytest.mark.parametrize("action", ["send", "full_revise", "stop", "relist", "stop_and_remove"])
def test_an_action_whose_messages_were_lost_is_carried_on(action: str) -> None:
    seller = _ready(action)
    body = {"action": action, "items": "all"}
    job = seller.its.post(f"/sales-lists/{seller.list}/actions", body, expect=202)["job"]
    seller.its.stores.queues.empty(Lane.PUBLISH)
    _an_hour_of_timers(seller)
    assert seller.its.get(f"/jobs/{job['id']}")["state"] == "done"
    assert seller.statuses() == AFTER[action]


def _look_again(seller: Seller) -> None:
    """The timer, and the one lane that it wakes for jobs."""
    its = seller.its
    reconcile(its.deps, Timer.DUE)
    while received := its.stores.queues.receive(Lane.RECOMPUTE):
        for one in received:
            run_job(its.deps, one.message, remaining_s=60)  # type: ignore[arg-type]
        its.stores.queues.delete(Lane.RECOMPUTE, *received)


def test_an_action_that_nothing_can_carry_on_fails_after_three_days_and_says_so() -> None:
    seller = _ready("stop")
    body = {"action": "stop", "items": "all"}
    job = seller.its.post(f"/sales-lists/{seller.list}/actions", body, expect=202)["job"]
    sent = 0
    for _ in range(80):
        sent += len(seller.its.stores.queues.empty(Lane.PUBLISH))  # the worker that takes these messages dies
        _look_again(seller)
        seller.its.stores.clock.advance(3600)
    assert seller.outcomes(job) == {"A1": ("failed", "action_lost"), "A2": ("failed", "action_lost")}
    assert seller.its.get(f"/jobs/{job['id']}")["state"] == "failed"
    assert seller.live_offers() == {"A1": 7, "A2": 7}
    assert sent == 2 * 10  # once by the seller, nine times by the timer, ever more seldom


def test_an_action_that_moves_is_left_alone() -> None:
    seller = _ready("full_revise")
    body = {"action": "full_revise", "items": "all"}
    job = seller.its.post(f"/sales-lists/{seller.list}/actions", body, expect=202)["job"]
    seller.its.stores.clock.advance(301)
    _look_again(seller)
    (first,) = seller.its.stores.queues.receive(Lane.PUBLISH, 1)
    publish_listing(seller.its.deps, first.message)  # type: ignore[arg-type]
    seller.its.stores.queues.delete(Lane.PUBLISH, first)
    seller.its.stores.clock.advance(301)
    _look_again(seller)
    assert seller.its.stores.queues.depth(Lane.PUBLISH) == 1
    assert seller.its.get(f"/jobs/{job['id']}")["state"] == "running"


@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.full)])
@pytest.mark.parametrize("action", ["stop", "revise", "unlink"])
def test_an_action_that_chooses_its_items_ends_though_its_worker_died_at_any_write(
    action: str, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listbridge.services.listings.act.act_on_listings.ROWS_PER_CALL", 1)
    for page in ("_PAGE", "_PAGE_ACTED"):
        monkeypatch.setattr(f"listbridge.services.jobs.select_and_act.{page}", 1)
    dies_at, died = 1 - step, True
    while died:
        dies_at += step
        seller = _ready(action)
        body = {"action": action, "items": "all"}
        job = seller.its.post(f"/sales-lists/{seller.list}/actions", body, expect=202)["job"]
        assert (job["phase"], job["total"]) == ("select", 0)
        seller.its.stores.cut.hook = CutAt(dies_at)
        try:
            seller.its.run()
            died = False
        except WorkerDied:
            died = True
        seller.its.stores.cut.hook = no_cut
        _an_hour_of_timers(seller)
        ended = seller.its.get(f"/jobs/{job['id']}")
        assert (ended["state"], ended["total"], ended["done"]) == ("done", 2, 2), (dies_at, ended)
        assert seller.statuses() == AFTER[action], dies_at
    assert dies_at > 6

"""A delivery that is lost heals: a shop is read from end to end when its last sweep lies far enough back."""

from __future__ import annotations

import pytest

from listbridge.domain.configuration import Account, ConnectionState, GuardLimits, Shop
from listbridge.domain.jobs import Job, JobKind, JobState
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Unauthorized
from listbridge.domain.work import Lane
from listbridge.services.catalog import sweep_shop
from listbridge.services.catalog.sweep_shop import start_sweep
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import ACCOUNT, SHOP

HOUR = 3600


@pytest.fixture
def s() -> Scripted:
    return scripted_world()


def sweeps(s: Scripted, state: JobState | None = None) -> list[Job]:
    jobs = s.world.stores.jobs.recent(1000, state)[0]
    return [job for job in jobs if job.kind is JobKind.SWEEP]


def hours(s: Scripted, number: float) -> None:
    """Time passes, with the timer's tick every quarter of an hour."""
    for _ in range(int(number * 4)):
        s.world.stores.clock.advance(HOUR / 4)
        s.world.tick("sweep")
        s.world.deliver_all()


def test_a_zero_whose_delivery_was_lost_is_found_within_three_hours(s: Scripted) -> None:
    key = s.world.sell(s.shop.put("p1", "MUG", stock=5).product)[0]
    s.world.tick("sweep")
    s.world.deliver_all()
    s.shop.set("MUG", stock=0)  # nobody tells us
    hours(s, 2.75)
    assert s.market.shown(key) == (5, "10.00")
    hours(s, 0.25)
    assert s.market.shown(key) == (0, "10.00")


def test_ticks_between_two_sweeps_begin_none(s: Scripted) -> None:
    s.world.tick("sweep")
    s.world.deliver_all()
    hours(s, 2.75)
    assert len(sweeps(s)) == 1


def test_a_large_shop_is_read_ever_more_seldom_and_once_a_day_at_least(
    s: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_shop, "_PRODUCTS_PER_STEP", 2)
    for number in range(4):
        s.shop.put(f"p{number}", f"SKU{number}")
    s.world.tick("sweep")
    s.world.deliver_all()
    hours(s, 5.75)
    assert len(sweeps(s)) == 1
    hours(s, 0.25)
    assert len(sweeps(s)) == 2
    for number in range(4, 100):
        s.shop.put(f"p{number}", f"SKU{number}")
    hours(s, 6)
    assert len(sweeps(s)) == 3
    hours(s, 23.75)
    assert len(sweeps(s)) == 3
    hours(s, 0.25)
    assert len(sweeps(s)) == 4


def test_a_sweep_that_still_runs_is_not_doubled(s: Scripted) -> None:
    start_sweep(s.world.deps, s.world.stores.configuration.get(Shop, SHOP), "kim")
    s.world.tick("sweep")
    assert len(sweeps(s)) == 1
    chunks = [one for one in s.world.stores.queues.messages(Lane.RECOMPUTE) if one.kind == "recompute_chunk"]
    assert len(chunks) == 1


def test_a_shop_that_is_not_connected_is_not_read(s: Scripted) -> None:
    shop = s.world.stores.configuration.get(Shop, SHOP)
    s.world.stores.configuration.save(shop.model_copy(update={"state": ConnectionState.EXPIRED}))
    s.world.tick("sweep")
    assert sweeps(s) == []


def test_a_sweep_whose_worker_died_is_carried_on_and_the_next_one_comes(s: Scripted) -> None:
    key = s.world.sell(s.shop.put("p1", "MUG", stock=5).product)[0]
    s.shop.set("MUG", stock=1)
    s.world.tick("sweep")
    s.world.stores.queues.empty(Lane.RECOMPUTE)  # its message is lost
    s.world.run(700)
    assert [job.state for job in sweeps(s)] == [JobState.DONE]
    assert s.market.shown(key) == (1, "10.00")
    hours(s, 3.25)
    assert len(sweeps(s)) == 2


def test_a_sweep_that_fails_is_tried_again_after_three_hours(s: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(cursor: str | None) -> object:
        raise Unauthorized(Problem("token_revoked"))

    with monkeypatch.context() as patch:
        patch.setattr(s.shop, "sweep", refuses)
        s.world.tick("sweep")
        s.world.deliver_all()
    assert [job.state for job in sweeps(s)] == [JobState.FAILED]
    shop = s.world.stores.configuration.get(Shop, SHOP)
    s.world.stores.configuration.save(shop.model_copy(update={"state": ConnectionState.ACTIVE}))
    hours(s, 3)
    assert [job.state for job in sweeps(s)] == [JobState.DONE, JobState.FAILED]


def test_the_newest_sweep_alone_asks_whether_what_is_gone_may_go(s: Scripted) -> None:
    account = s.world.stores.configuration.get(Account, ACCOUNT)
    s.world.stores.configuration.save(account.model_copy(update={"guard": GuardLimits()}))
    keys = s.world.sell(*(s.shop.put(f"p{n}", f"SKU{n}").product for n in range(40)))
    s.shop.products.clear()
    s.world.tick("sweep")
    s.world.deliver_all()
    (first,) = sweeps(s, JobState.AWAITING_APPROVAL)
    hours(s, 3)
    (second,) = sweeps(s, JobState.AWAITING_APPROVAL)
    ended = s.world.stores.jobs.get(first.id)
    assert second.id != first.id
    assert (ended.state, ended.reason and ended.reason.code) == (JobState.REFUSED, "superseded")
    assert {s.market.shown(key) for key in keys} == {(5, "10.00")}

"""Lanes that send to themselves: what gets somewhere goes on for as long as it takes, what does not ends and says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from listbridge.domain.configuration import Shop
from listbridge.domain.ids import ProductId
from listbridge.domain.job_params import SweepParams
from listbridge.domain.jobs import Job, JobKind, JobState
from listbridge.domain.ports import OrderPage
from listbridge.domain.trace import MOST_IDLE_HOPS
from listbridge.domain.work import Lane, Nudge, PublishKind, PublishTask
from listbridge.services.catalog.nudge import nudge, nudge_later
from listbridge.services.catalog.sweep_shop import start_sweep
from listbridge.services.deps import TimeLimits
from listbridge.services.jobs import run_job
from tests.fakes import queues as fake_queues
from tests.fakes.machine import SOURCES
from tests.fakes.queues import LONGEST_LOOP, MAX_RECEIVES
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.scripted_market import ScriptedMarket
from tests.fakes.scripted_shop import ScriptedShop
from tests.fakes.world import ACCOUNT, LIST, SHOP
from tests.faults.log_lines import log_lines
from tests.faults.seeded import seed


class Chains:
    """The longest chain that was seen in each lane, in messages."""

    def __init__(self, s: Scripted) -> None:
        self.hops = dict.fromkeys(Lane, 0)
        self._queues = s.world.stores.queues
        s.world.on_round.append(self.look)

    def look(self) -> None:
        for lane in Lane:
            for message in self._queues.messages(lane):
                if message.trace is not None:
                    self.hops[lane] = max(self.hops[lane], message.trace.hops)


def no_function_may_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fake_queues, "may_loop", frozenset[str])


# ---- Lambda's own count ----


def test_lambda_stops_the_seventeenth_invocation_of_a_function_in_one_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    no_function_may_loop(monkeypatch)
    queues = scripted_world().world.stores.queues
    queues.send(Lane.REVISE, Nudge(account=ACCOUNT))
    times = 0
    while not queues.stopped:
        times += 1
        (received,) = queues.receive(Lane.REVISE)
        with queues.invoked("revise_inventory", Lane.REVISE, [received]) as fresh:
            for one in fresh:
                queues.send(Lane.REVISE, one.message)
        queues.delete(Lane.REVISE, received)
    assert times == LONGEST_LOOP + 1 == 17
    assert len(queues.dead[Lane.REVISE]) == 1
    assert queues.depth(Lane.REVISE) == 0


def test_a_message_that_a_timer_sends_begins_a_chain_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    no_function_may_loop(monkeypatch)
    queues = scripted_world().world.stores.queues
    for _ in range(40):
        queues.send(Lane.REVISE, Nudge(account=ACCOUNT))
        received = queues.receive(Lane.REVISE)
        with queues.invoked("revise_inventory", Lane.REVISE, received):
            pass
        queues.delete(Lane.REVISE, *received)
    assert queues.stopped == []


def test_every_function_behind_a_lane_is_allowed_to_come_back_to_itself() -> None:
    assert fake_queues.may_loop() == {source.function for source in SOURCES.values()}


# ---- what gets somewhere ----


def slow_drain() -> Scripted:
    """Runs that are over after a row or two."""
    return scripted_world(limits=TimeLimits(drain_run_s=0.15))


def all_sold_out(s: Scripted, count: int) -> None:
    keys = seed(s, count)
    for key in keys:
        s.shop.set(key.sku, stock=2)
    s.world.hint(*(ProductId(key.sku) for key in keys))


def test_a_long_drain_goes_on_to_its_end() -> None:
    s = slow_drain()
    chains = Chains(s)
    all_sold_out(s, 80)
    s.world.deliver_all()
    assert chains.hops[Lane.REVISE] > 2 * LONGEST_LOOP
    assert [row.accepted.quantity for row in s.world.rows()] == [2] * 80
    assert s.world.dead_letters() == []


def test_without_its_declaration_lambda_stops_a_long_drain(monkeypatch: pytest.MonkeyPatch) -> None:
    no_function_may_loop(monkeypatch)
    s = slow_drain()
    all_sold_out(s, 80)
    s.world.deliver_all()
    assert {function for function, _ in s.world.stores.queues.stopped} == {"revise_inventory"}
    assert [row.accepted.quantity for row in s.world.rows()].count(5) > 0


def test_a_long_poll_reads_every_page() -> None:
    s = scripted_world()
    chains = Chains(s)
    key = seed(s, 1, stock=100)[0]
    s.world.tick_orders()
    s.world.deliver_all()
    for _ in range(2 * LONGEST_LOOP):
        s.market.book.place(ACCOUNT, [(key.sku, 1, "10.00")])
    s.market.book.page_size = 1
    slow_down(s.market, s, "remote.orders_changed", 50.0)  # a page a run
    s.world.stores.polls.make_due(ACCOUNT, s.world.now)
    s.world.tick_orders()
    s.world.deliver_all()
    assert chains.hops[Lane.ORDERS] >= 2 * LONGEST_LOOP
    rows, _ = s.world.stores.orders.recent(ACCOUNT, None, 1000)
    assert len(rows) == 2 * LONGEST_LOOP
    assert s.world.dead_letters() == []


def test_a_sweep_of_many_pages_reads_the_whole_shop() -> None:
    s = scripted_world()
    chains = Chains(s)
    seed(s, 3 * LONGEST_LOOP)
    s.shop.page_size = 1
    slow_down(s.shop, s, "shop.sweep", 25.0)  # a page a run
    job = start_sweep(s.world.deps, s.world.stores.configuration.get(Shop, SHOP), "anna")
    s.world.deliver_all()
    done = s.world.stores.jobs.get(job.id)
    assert (done.state, done.params_of(SweepParams).products) == (JobState.DONE, 3 * LONGEST_LOOP)
    assert chains.hops[Lane.RECOMPUTE] > 2 * LONGEST_LOOP
    assert s.world.dead_letters() == []


def test_polls_of_a_busy_account_begin_anew_with_each_minute_of_the_schedule() -> None:
    s = scripted_world()
    s.world.asks_for_orders = True
    chains = Chains(s)
    key = seed(s, 1, stock=100)[0]
    s.world.tick_orders()
    began = s.market.calls
    for _ in range(30):
        s.market.book.place(ACCOUNT, [(key.sku, 1, "10.00")])
        s.world.run(60)
    polls = s.market.calls - began
    assert polls >= 100  # every 15 s, though
    assert chains.hops[Lane.ORDERS] < LONGEST_LOOP


# ---- what does not ----


def slow_down(platform: ScriptedShop | ScriptedMarket, s: Scripted, call: str, seconds: float) -> None:
    before = platform.before_call

    def slow(name: str) -> None:
        if name == call:
            s.world.stores.clock.sleep(seconds)
        before(name)

    platform.before_call = slow


def deliver(s: Scripted, lane: Lane, *, until: Callable[[], bool]) -> int:
    """Deliver only this lane, turning the clock to its next message, until so; how many batches that took."""
    for batches in range(1000):
        if until():
            return batches
        at = s.world.stores.queues.next_visible(lane)
        assert at is not None, "the lane ran dry"
        s.world.stores.clock.advance(max(0.0, (at - s.world.now).total_seconds()))
        s.world.deliver(lane)
    raise AssertionError("it went on and on")


def test_a_job_that_gets_nowhere_ends_among_the_dead_letters_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    s = scripted_world()

    def stuck(deps: Any, job: Job) -> Job:
        s.world.stores.clock.sleep(25.0)
        return s.world.stores.jobs.save(job.model_copy(update={"done": job.done + 1}))

    monkeypatch.setitem(run_job._CHUNKS, JobKind.SWEEP, stuck)
    start_sweep(s.world.deps, s.world.stores.configuration.get(Shop, SHOP), "anna")
    dead = s.world.stores.queues.dead[Lane.RECOMPUTE]
    with log_lines() as log:
        batches = deliver(s, Lane.RECOMPUTE, until=lambda: bool(dead))
    told = log.named("chain.without_progress")
    assert len(told) == MAX_RECEIVES
    assert (told[0]["exception_name"], told[0]["reason"], told[0]["hops"]) == (
        "NoProgress",
        "run_over",
        MOST_IDLE_HOPS + 1,
    )
    assert MOST_IDLE_HOPS < batches < MOST_IDLE_HOPS + 15
    assert s.world.stores.queues.depth(Lane.RECOMPUTE) == 0


def test_a_poll_whose_pages_repeat_themselves_ends_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    s = scripted_world()
    slow_down(s.market, s, "remote.orders_changed", 50.0)
    monkeypatch.setattr(s.market.book, "changed", lambda account, since, cursor: OrderPage((), "again", ()))
    s.world.stores.polls.make_due(ACCOUNT, s.world.now)
    s.world.tick_orders()
    with log_lines() as log:
        deliver(s, Lane.ORDERS, until=lambda: bool(log.named("chain.without_progress")))
    assert log.named("chain.without_progress")[0]["account"] == ACCOUNT
    assert s.world.stores.polls.find(ACCOUNT).watermark is None  # type: ignore[union-attr]


def test_a_task_whose_product_is_never_free_ends_and_goes_on_when_it_is_sent_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    s = scripted_world()
    key = seed(s, 1)[0]
    publications, dead = s.world.stores.publications, s.world.stores.queues.dead[Lane.PUBLISH]
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(publications, "claim", lambda *_, **__: None)
        task = PublishTask(action=PublishKind.STOP, sales_list=LIST, product=ProductId("S0"))
        with log_lines() as log:
            s.world.stores.queues.send(Lane.PUBLISH, task)
            deliver(s, Lane.PUBLISH, until=lambda: bool(dead))
        assert log.named("chain.without_progress")[0]["sales_list"] == LIST
    (body,) = dead
    assert s.market.shown(key) == (5, "10.00")
    queues = s.world.stores.queues
    queues.send(Lane.PUBLISH, fake_queues._WIRE.validate_json(body))
    s.world.settle()
    assert s.market.shown(key) is None


# ---- where a timer can do it ----


def test_what_waits_longer_than_a_queue_can_delay_is_left_to_the_timer() -> None:
    s = scripted_world()
    keys = seed(s, 1)
    nudge_later(s.world.deps, ACCOUNT, s.world.now + timedelta(seconds=901), keys)
    assert s.world.stores.queues.depth(Lane.REVISE) == 0
    nudge_later(s.world.deps, ACCOUNT, s.world.now + timedelta(seconds=900), keys)
    (message,) = s.world.stores.queues.messages(Lane.REVISE)
    assert message == Nudge(account=ACCOUNT, listings=(str(keys[0]),))


def test_nudges_that_find_a_drainer_at_work_wait_for_it_as_long_as_it_takes() -> None:
    s = scripted_world()
    chains = Chains(s)
    seed(s, 1)
    nudge(s.world.deps, ACCOUNT)
    end = s.world.now + timedelta(seconds=15 * MOST_IDLE_HOPS)
    leases = s.world.stores.leases
    lease = leases.acquire(f"drainer#{ACCOUNT}", "somebody", seconds=5)
    while s.world.now < end:
        assert lease is not None
        lease = leases.renew(lease, seconds=5)
        s.world.deliver_all()
        s.world.stores.clock.advance(4)
    assert chains.hops[Lane.REVISE] > MOST_IDLE_HOPS
    assert s.world.dead_letters() == []

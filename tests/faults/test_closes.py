"""The histories that the rules about listings close (docs/protocol.md), replayed call by call."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from listbridge.domain.ids import ListingKey, ProductId
from listbridge.domain.listings.bands import Band
from listbridge.domain.listings.listing import Status
from listbridge.domain.work import Lane, PublishKind
from localrun.template import load
from simulators.faults import Fault
from tests.fakes.machine import SOURCES
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.scripted_market import SETTLE_S
from tests.fakes.world import SECRET, SHOP

BODY = json.dumps([{"kind": "product", "id": "p1"}])


@pytest.fixture
def s() -> Scripted:
    return scripted_world()


@pytest.fixture
def key(s: Scripted) -> ListingKey:
    """One live listing, stock 5 at 10.00."""
    return s.world.sell(s.shop.put("p1", "A", stock=5).product)[0]


P1 = ProductId("p1")


def hook(s: Scripted, delivery: str = "d1") -> int:
    return s.world.webhook(BODY, {"Signature": SECRET, "Id": delivery})


# ---- protocol.md#inbox ----


@pytest.mark.parametrize("dies_before", ["queues.send.shop_events", "inbox.queued"])
def test_a_door_that_dies_before_it_has_sent_leaves_the_shops_retry_to_do_it(
    s: Scripted, key: ListingKey, dies_before: str
) -> None:
    s.shop.set("A", stock=2)
    s.fate.die_before(dies_before)
    assert hook(s) == 502
    assert hook(s) == 200
    s.world.deliver_all()
    assert s.market.shown(key) == (2, "10.00")


def test_a_door_that_dies_before_it_has_sent_needs_no_retry_once_the_timer_has_run(
    s: Scripted, key: ListingKey
) -> None:
    s.shop.set("A", stock=2)
    s.fate.die_before("queues.send.shop_events")
    assert hook(s) == 502
    s.world.run(59)
    assert s.market.shown(key) == (5, "10.00")
    s.world.run(62)
    assert s.market.shown(key) == (2, "10.00")


def test_a_delivery_that_waits_in_the_queue_is_not_queued_twice(s: Scripted, key: ListingKey) -> None:
    assert [hook(s), hook(s), hook(s)] == [200, 200, 200]
    assert s.world.stores.queues.depth(Lane.SHOP_EVENTS) == 1


def test_a_repeat_of_what_was_taken_is_a_new_hint(s: Scripted, key: ListingKey) -> None:
    hook(s)
    s.world.deliver_all()
    s.shop.set("A", stock=1)
    assert hook(s) == 200
    s.world.deliver_all()
    assert s.market.shown(key) == (1, "10.00")


# ---- protocol.md#observations, protocol.md#absence ----


def test_a_read_that_began_first_and_saw_the_newer_state_is_not_lost(s: Scripted, key: ListingKey) -> None:
    """A takes 1, B takes 2, B reads 5, the shop changes, A reads 4: what counts is 4."""
    s.shop.set("A", stock=3)
    s.world.deliver_all()

    def b_reads_5_and_then_the_shop_changes() -> None:
        s.shop.set("A", stock=5)
        s.world.hint(P1)
        assert s.world.deliver(Lane.SHOP_EVENTS) == 1
        s.shop.set("A", stock=4)

    s.world.hint(P1)
    s.fate.meanwhile("shop.read_products", b_reads_5_and_then_the_shop_changes)  # A has its first number
    s.world.deliver(Lane.SHOP_EVENTS)
    s.world.settle()
    assert s.market.shown(key) == (4, "10.00")


def test_a_read_that_saw_the_older_state_does_not_win_by_ending_last(s: Scripted, key: ListingKey) -> None:
    def b_reads_the_newer_state() -> None:
        s.shop.set("A", stock=4)
        s.world.hint(P1)
        assert s.world.deliver(Lane.SHOP_EVENTS) == 1

    s.shop.set("A", stock=5)
    s.world.hint(P1)
    s.fate.meanwhile("shop.read_products.answered", b_reads_the_newer_state)
    s.world.deliver(Lane.SHOP_EVENTS)
    s.world.settle()
    assert s.market.shown(key) == (4, "10.00")


def test_a_read_that_lags_behind_its_delivery_is_put_right_by_a_second_one(s: Scripted, key: ListingKey) -> None:
    s.shop.read_lag_s, s.shop.stale_reads = 4.0, True
    s.world.run(60)
    s.shop.set("A", stock=0)
    s.world.stores.clock.advance(1)
    s.world.hint(P1)
    s.world.deliver_all()
    assert s.market.shown(key) == (5, "10.00")
    s.world.run(4)
    assert s.market.shown(key) == (0, "10.00")


def test_an_answer_that_leaves_a_product_out_deletes_and_zeroes_nothing(s: Scripted, key: ListingKey) -> None:
    s.shop.silent = True
    s.world.hint(P1)
    s.world.settle()
    assert s.market.shown(key) == (5, "10.00")


def test_one_read_that_says_gone_zeroes_nothing_when_the_second_does_not(s: Scripted, key: ListingKey) -> None:
    s.shop.empty = True
    s.world.hint(P1)
    s.fate.meanwhile("shop.read_products", lambda: setattr(s.shop, "empty", False), nth=2)
    s.world.deliver(Lane.SHOP_EVENTS)
    s.world.settle()
    assert s.market.shown(key) == (5, "10.00")


def test_gone_by_one_answer_is_not_remembered_when_there_is_no_second(s: Scripted, key: ListingKey) -> None:
    s.shop.empty = True
    s.shop.plan.add(Fault("read_products", "status", skip=1))
    s.world.hint(P1)
    s.world.deliver(Lane.SHOP_EVENTS)
    assert not s.world.stores.variants.of_product(SHOP, P1)[0].absent


def test_gone_by_two_positive_answers_is_zeroed_and_then_ended(s: Scripted, key: ListingKey) -> None:
    del s.shop.products[P1]
    s.world.hint(P1)
    s.world.settle()
    assert [sent.values.quantity for sent in s.market.sent][-1] == 0
    assert s.market.shown(key) is None
    assert s.world.row(key).status is Status.STOPPED


def test_a_deletion_seen_while_another_worker_read_the_living_product_is_not_lost(s: Scripted, key: ListingKey) -> None:
    """The second, deciding look overlaps with a read that still saw the product: it must be made again."""
    facts = s.shop.products.pop(P1)

    def another_worker_still_sees_it() -> None:
        s.shop.products[P1] = facts
        s.shop.set("A", stock=9)
        s.world.hint(P1)
        assert s.world.deliver(Lane.SHOP_EVENTS) == 1
        del s.shop.products[P1]

    s.world.hint(P1)
    s.fate.meanwhile("shop.read_products", another_worker_still_sees_it, nth=2)
    s.world.deliver(Lane.SHOP_EVENTS)
    s.world.settle()
    assert s.market.shown(key) is None


# ---- protocol.md#ledger ----


def test_five_four_five_at_once_ends_at_five_whoever_computes_last(s: Scripted, key: ListingKey) -> None:
    """A observes 4 and stalls before it writes the listing; B observes 5 again, and finds nothing to write."""

    def b_observes_5() -> None:
        s.shop.set("A", stock=5)
        s.world.hint(P1)
        assert s.world.deliver(Lane.SHOP_EVENTS) == 1

    s.shop.set("A", stock=4)
    s.world.hint(P1)
    s.fate.meanwhile("listings.save", b_observes_5)
    s.world.deliver(Lane.SHOP_EVENTS)
    assert s.world.row(key).computed.quantity == 5
    s.world.settle()
    assert s.market.shown(key) == (5, "10.00")


# ---- protocol.md#drainers ----


def test_what_a_dead_worker_left_due_is_nudged_by_a_delivery_that_finds_nothing_new(
    s: Scripted, key: ListingKey
) -> None:
    s.shop.set("A", stock=0)
    s.fate.die_before("queues.send.revise")
    s.world.hint(P1)
    s.world.deliver(Lane.SHOP_EVENTS)
    assert (s.world.row(key).due_band, s.market.shown(key)) == (Band.ZERO, (5, "10.00"))
    s.world.run(30)
    assert s.market.shown(key) == (0, "10.00")


# ---- protocol.md#leases, protocol.md#attempts, protocol.md#settle, protocol.md#epochs ----


def test_a_full_revise_that_stalls_before_its_lease_sends_what_is_true_when_it_goes_on(
    s: Scripted, key: ListingKey
) -> None:
    def the_last_one_sells() -> None:
        s.shop.set("A", stock=0)
        s.world.hint(P1)
        s.world.deliver(Lane.SHOP_EVENTS)
        s.world.deliver(Lane.REVISE)

    s.world.action(PublishKind.FULL_REVISE, P1, deliver=False)
    s.fate.meanwhile("leases.acquire", the_last_one_sells)
    s.world.deliver(Lane.PUBLISH)
    s.world.settle()
    assert s.market.shown(key) == (0, "10.00")
    quantities = [sent.values.quantity for sent in s.market.sent if sent.values.quantity is not None]
    assert 5 not in quantities[quantities.index(0) :]


def test_a_zero_waits_for_the_lease_of_a_full_revise_and_never_overtakes_it(s: Scripted, key: ListingKey) -> None:
    """Publish reads 5 inside its lease and stalls; revise must not send 0 before that 5 has landed."""

    def the_last_one_sells() -> None:
        s.shop.set("A", stock=0)
        s.world.hint(P1)
        s.world.deliver(Lane.SHOP_EVENTS)
        s.world.deliver(Lane.REVISE)

    s.world.action(PublishKind.FULL_REVISE, P1, deliver=False)
    s.fate.meanwhile("remote.put_values", the_last_one_sells)
    s.world.deliver(Lane.PUBLISH)
    quantities = [sent.values.quantity for sent in s.market.sent]
    assert quantities[1:] == [5]
    s.world.settle()
    assert s.market.shown(key) == (0, "10.00")


def test_a_value_applied_by_a_worker_that_died_does_not_stay_for_ever(s: Scripted, key: ListingKey) -> None:
    """4 was applied but the process died before recording it; stock goes back to 5, which was accepted before."""
    s.shop.set("A", stock=4)
    s.world.hint(P1)
    s.world.deliver(Lane.SHOP_EVENTS)
    s.fate.die_before("remote.revise.answered")
    s.world.deliver(Lane.REVISE)
    assert (s.world.deaths, s.market.shown(key)) == (1, (4, "10.00"))
    s.shop.set("A", stock=5)
    s.world.hint(P1)
    s.world.settle()
    assert s.market.shown(key) == (5, "10.00")


def test_our_own_late_call_is_put_right_within_settle_s(s: Scripted, key: ListingKey) -> None:
    s.market.plan.add(Fault("revise", "delay"))
    s.shop.set("A", stock=4)
    s.world.hint(P1)
    s.world.deliver_all()  # 4 is on its way, and nobody knows how far
    s.shop.set("A", stock=0)
    s.world.hint(P1)
    s.world.deliver_all()
    assert s.market.shown(key) == (0, "10.00")  # a zero does not wait for the unknown to settle
    s.world.run(SETTLE_S - 10)
    s.market.land_late_calls()
    assert s.market.shown(key) == (4, "10.00")
    s.world.run(15)
    assert s.market.shown(key) == (0, "10.00")


def test_a_full_revise_waits_for_the_lease_of_a_zero_and_never_overtakes_it(s: Scripted, key: ListingKey) -> None:
    def a_full_revise_comes() -> None:
        s.world.action(PublishKind.FULL_REVISE, P1, deliver=False)
        s.world.deliver(Lane.PUBLISH)

    s.shop.set("A", stock=0)
    s.world.hint(P1)
    s.world.deliver(Lane.SHOP_EVENTS)
    s.fate.meanwhile("remote.revise", a_full_revise_comes)
    s.world.deliver(Lane.REVISE)
    assert [(sent.operation, sent.values.quantity) for sent in s.market.sent[1:]] == [("revise", 0)]
    s.world.settle()
    assert s.market.shown(key) == (0, "10.00")


def test_a_drainer_that_lost_its_account_sends_nothing_more(s: Scripted, key: ListingKey) -> None:
    """It stalls for a minute before it takes the unit; another has drained meanwhile, and a new value has come up."""

    def a_minute_passes_and_another_drains() -> None:
        s.world.stores.clock.advance(60)
        s.shop.set("A", stock=0)
        s.world.hint(P1)
        s.world.deliver(Lane.SHOP_EVENTS)
        s.world.deliver(Lane.REVISE)
        s.shop.set("A", stock=2)
        s.world.hint(P1)
        s.world.deliver(Lane.SHOP_EVENTS)

    s.shop.set("A", stock=3)
    s.world.hint(P1)
    s.world.deliver(Lane.SHOP_EVENTS)
    s.fate.meanwhile("leases.acquire", a_minute_passes_and_another_drains)
    s.world.deliver(Lane.REVISE)
    assert [sent.values.quantity for sent in s.market.sent] == [5, 0]
    s.world.settle()
    assert s.market.shown(key) == (2, "10.00")


def test_the_lanes_are_as_the_template_declares_them() -> None:
    resources = load(Path(__file__).parents[2] / "template.yaml")["Resources"]
    for source in SOURCES.values():
        camel = "".join(part.title() for part in source.function.split("_"))
        function = resources[f"{camel}Function"]["Properties"]
        events = [event["Properties"] for event in function["Events"].values() if event["Type"] == "SQS"]
        queue = resources[events[0]["Queue"]["Fn::GetAtt"][0]]["Properties"]
        assert events[0]["BatchSize"] == source.batch, source.function
        assert function["Timeout"] == source.timeout_s, source.function
        assert queue["VisibilityTimeout"] == source.visibility_s, source.function

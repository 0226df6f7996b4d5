"""New items of collections are sent automatically: once, within the day's limit, and as soon as they can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from listbridge.domain.catalog import Observation, Visibility
from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.ids import ProductId
from listbridge.domain.jobs import JobState
from listbridge.domain.listings.listing import Status
from listbridge.domain.listings.members import Export, Member
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected
from listbridge.domain.work import ExportMembers, Lane, PublishKind
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.jobs.cancel_job import cancel
from listbridge.services.jobs.decide_job import decide
from tests.fakes.cuts import CutAt, no_cut
from tests.fakes.scripted import Scripted
from tests.fakes.world import ACCOUNT, LIST, SHOP
from tests.faults.auto_exports import (
    edit,
    enters,
    leaves,
    look,
    many,
    member,
    mirrored,
    on_sale,
    questions,
    row_of,
    sends,
    the_list,
    waits_for,
)


def hide(s: Scripted, product: str, visibility: Visibility) -> None:
    id = ProductId(product)
    s.shop.products[id] = replace(s.shop.products[id], visibility=visibility)
    s.world.hint(id)


def stock(s: Scripted, product: str, sku: str, units: int) -> None:
    s.shop.put(product, sku, stock=units)
    s.world.hint(ProductId(product))


def test_what_is_new_is_sent_automatically_and_what_was_there_before_is_not() -> None:
    s = mirrored()
    s.shop.put("OLD", "A")
    s.shop.put("NEW", "B")
    enters(s, "OLD", new=False)
    enters(s, "NEW")
    s.world.settle()
    assert on_sale(s) == {"B"}
    look(s)
    assert (waits_for(s, "NEW"), member(s, "OLD").export) == ("sent", Export.NONE)
    assert row_of(s, "A").status is Status.NOT_ACTIVE


def test_nothing_is_sent_while_the_switch_is_off() -> None:
    s = mirrored(auto_export=False)
    s.shop.put("P", "A")
    enters(s, "P")
    s.world.settle()
    look(s)
    assert (on_sale(s), sends(s)) == (set(), [])
    edit(s, auto_export=True, auto_export_since=s.world.now + timedelta(seconds=1))
    look(s)
    s.world.settle()
    assert (on_sale(s), sends(s)) == (set(), []), "it was there before the switch was on"


def test_a_draft_waits_and_goes_on_sale_when_it_is_shown() -> None:
    s = mirrored()
    s.shop.put("P", "A")
    s.shop.products[ProductId("P")] = replace(s.shop.products[ProductId("P")], visibility=Visibility.DRAFT)
    enters(s, "P")
    look(s)
    assert (on_sale(s), waits_for(s, "P")) == (set(), "not_visible_yet")
    hide(s, "P", Visibility.VISIBLE)
    s.world.settle()
    assert on_sale(s) == {"A"}


def test_an_item_at_zero_waits_and_goes_on_sale_when_stock_comes() -> None:
    s = mirrored()
    s.shop.put("P", "A", stock=0)
    enters(s, "P")
    look(s)
    s.world.settle()
    assert (on_sale(s), waits_for(s, "P"), sends(s)) == (set(), "waits_for_stock", [])
    stock(s, "P", "A", 3)
    s.world.settle()
    assert on_sale(s) == {"A"}
    assert len(sends(s)) == 1


def test_an_item_without_a_usable_sku_waits_with_its_reason() -> None:
    s = mirrored()
    s.shop.put("P", "")
    enters(s, "P")
    look(s)
    assert waits_for(s, "P") == "sku_missing"


def test_a_list_without_a_creation_profile_sends_nothing_until_it_has_one() -> None:
    s = mirrored()
    profile = the_list(s).creation_profile
    edit(s, creation_profile=None)
    s.shop.put("P", "A")
    enters(s, "P")
    s.world.settle()
    look(s)
    assert (waits_for(s, "P"), sends(s)) == ("creation_profile_missing", [])
    edit(s, creation_profile=profile)
    look(s)
    s.world.settle()
    assert on_sale(s) == {"A"}


# ---- the day's limit ----


def test_no_more_than_the_days_limit_is_sent_and_one_job_asks_about_the_rest() -> None:
    s = mirrored(limit=2)
    enters(s, *many(s, 5))
    s.world.settle()
    assert len(on_sale(s)) == 2
    (asked,) = questions(s)
    assert (asked.state, asked.affected) == (JobState.AWAITING_APPROVAL, 3)
    assert asked.reason is not None
    assert (asked.reason.code, dict(asked.reason.params)) == ("over_daily_limit", {"products": "3", "limit": "2"})
    s.world.run(86_400)
    look(s)
    s.world.settle()
    assert len(on_sale(s)) == 2, "they wait for a yes, and not for the next day"
    s.shop.put("NEXT", "SKU-NEXT")
    enters(s, "NEXT")
    s.world.settle()
    assert len(on_sale(s)) == 3, "a new day has a limit of its own"


def test_more_above_the_limit_joins_the_job_that_asks() -> None:
    s = mirrored(limit=0)
    for product in many(s, 3):
        enters(s, product)
        s.world.settle()
    (asked,) = questions(s)
    assert (asked.affected, asked.total) == (3, 3)
    assert (on_sale(s), sends(s)) == (set(), [])


def test_an_approval_sends_what_it_was_asked_for_and_nothing_that_came_later() -> None:
    s = mirrored(limit=1)
    enters(s, *many(s, 4))
    s.world.settle()
    (asked,) = questions(s)
    s.shop.put("LATE", "SKU-LATE")
    decide(s.world.deps, asked.id, approve=True, actor="kim")
    enters(s, "LATE")
    s.world.settle()
    assert on_sale(s) == {f"SKU-P{number}" for number in range(4)}
    done = s.world.stores.jobs.get(asked.id)
    assert (done.state, done.done, done.skipped, done.failed) == (JobState.DONE, 3, 0, 0)
    asks_again = [job for job in questions(s) if job.state is JobState.AWAITING_APPROVAL]
    assert [job.affected for job in asks_again] == [1]


def test_what_a_person_refused_is_backlog_and_is_not_asked_about_again() -> None:
    s = mirrored(limit=0)
    enters(s, *many(s, 2))
    s.world.settle()
    (asked,) = questions(s)
    decide(s.world.deps, asked.id, approve=False, actor="kim")
    look(s)
    s.world.run(2 * 86_400)
    s.world.settle()
    assert (on_sale(s), len(questions(s))) == (set(), 1)
    assert [(member(s, one).export, member(s, one).backlog) for one in ("P0", "P1")] == [(Export.NONE, True)] * 2


def test_a_job_that_a_person_cancelled_is_not_made_again() -> None:
    s = mirrored()
    s.shop.put("P", "A")
    enters(s, "P")
    look(s)
    (job,) = sends(s)
    cancel(s.world.deps, job.id, "kim")
    s.world.settle()
    look(s)
    s.world.settle()
    assert (on_sale(s), len(sends(s)), member(s, "P").backlog) == (set(), 1, True)


# ---- failures ----


def refuse(s: Scripted, *, times: int) -> None:
    """The marketplace does not take the next new offers."""
    before, left = s.market.before_call, [times]

    def judge(name: str) -> None:
        if name == "remote.create" and left[0]:
            left[0] -= 1
            raise Rejected(Problem("title_too_long", {"length": "90", "max": "80"}, "shorten_title"))
        before(name)

    s.market.before_call = judge


def test_what_the_marketplace_refuses_waits_with_its_reason_and_goes_when_it_was_put_right() -> None:
    s = mirrored()
    s.shop.put("P", "A")
    refuse(s, times=1)
    enters(s, "P")
    s.world.settle()
    look(s)
    assert (on_sale(s), waits_for(s, "P"), row_of(s, "A").status) == (set(), "title_too_long", Status.ERROR)
    look(s)
    s.world.settle()
    assert len(sends(s)) == 1, "nothing has changed, and an hour has not passed"
    s.shop.products[ProductId("P")] = replace(s.shop.products[ProductId("P")], title="A better title")
    s.world.hint(ProductId("P"))
    s.world.settle()
    assert (on_sale(s), len(sends(s))) == ({"A"}, 2)


def test_what_was_refused_is_tried_again_automatically_with_a_growing_delay() -> None:
    s = mirrored()
    s.shop.put("P", "A")
    refuse(s, times=3)
    enters(s, "P")
    s.world.settle()
    for _ in range(16):
        s.world.run(1800)
        look(s)
    s.world.settle()
    begun = sorted(job.created_at for job in sends(s))
    assert [round((b - a).total_seconds() / 1800) for a, b in pairwise(begun)] == [2, 4, 8], "an hour, two, four"
    assert on_sale(s) == {"A"}


def test_an_item_that_leaves_before_its_turn_is_never_sent() -> None:
    s = mirrored()
    s.shop.put("P", "A", stock=0)
    enters(s, "P")
    look(s)
    leaves(s, "P")
    stock(s, "P", "A", 3)
    s.world.settle()
    look(s)
    s.world.settle()
    assert (on_sale(s), sends(s)) == (set(), [])
    enters(s, "P")
    s.world.settle()
    look(s)
    assert (on_sale(s), member(s, "P").backlog) == (set(), True), "what returns is not new"


def test_a_seller_who_ended_what_was_sent_keeps_it_ended() -> None:
    s = mirrored()
    s.shop.put("P", "A")
    enters(s, "P")
    s.world.settle()
    look(s)
    s.world.action(PublishKind.STOP, ProductId("P"))
    s.world.settle()
    stock(s, "P", "A", 9)
    s.world.settle()
    look(s)
    s.world.settle()
    assert (on_sale(s), waits_for(s, "P")) == (set(), "sent")


@pytest.mark.parametrize("changes", [{"observe": True}, {"state": ConnectionState.EXPIRED}])
def test_while_the_account_can_write_nothing_all_waits_and_goes_afterwards(changes: dict[str, Any]) -> None:
    s = mirrored()
    stores = s.world.stores.configuration
    before = stores.get(Account, ACCOUNT)
    stores.save(before.model_copy(update=changes))
    s.shop.put("P", "A")
    enters(s, "P")
    s.world.settle()
    look(s)
    assert (on_sale(s), sends(s)) == (set(), [])
    usable = {"observe": False, "state": ConnectionState.ACTIVE}
    stores.save(stores.get(Account, ACCOUNT).model_copy(update=usable))
    look(s)
    s.world.settle()
    assert on_sale(s) == {"A"}


def test_the_timer_finds_what_no_event_told() -> None:
    s = mirrored()
    s.shop.put("P", "A", stock=0)
    enters(s, "P")
    look(s)
    variant = s.world.stores.variants.of_product(SHOP, ProductId("P"))[0]
    facts = replace(variant.facts, stock=dict.fromkeys(variant.facts.stock, 4))
    later = replace(variant, facts=facts, observation=Observation(10_000, 10_000))
    s.world.stores.variants.observe(later)
    Recompute(s.world.deps).listings([s.world.key("A")])
    s.world.tick("sweep")
    s.world.deliver_all()
    assert on_sale(s) == {"A"}


def test_what_somebody_changes_at_the_same_time_is_sent_a_moment_later() -> None:
    s = mirrored()
    s.shop.put("P", "A", stock=0)
    enters(s, "P")
    look(s)
    stock(s, "P", "A", 3)
    changed = [False]

    def meanwhile(write: str) -> None:
        if write == "members.save" and not changed[0]:
            changed[0] = True
            s.world.stores.members.save_many([member(s, "P")])

    s.world.stores.cut.hook = meanwhile
    s.world.run(60)
    assert changed == [True]
    assert (on_sale(s), len(sends(s))) == ({"A"}, 1)


# ---- deaths ----


@pytest.mark.parametrize("limit", [10, 1])
def test_wherever_a_worker_dies_each_item_is_sent_once(limit: int) -> None:
    nth, deaths = 1, 0
    while True:
        s = mirrored(limit=limit)
        for product in ("P", "Q"):
            s.shop.put(product, f"SKU-{product}", stock=0)
        enters(s, "P", "Q")
        look(s)
        for product in ("P", "Q"):
            stock(s, product, f"SKU-{product}", 2)
        s.world.stores.cut.hook = died = CutAt(nth)
        s.world.deliver_all()
        s.world.stores.cut.hook = no_cut
        deaths += s.world.deaths
        s.world.settle()
        s.world.run(3 * 3600)
        look(s)
        s.world.settle()
        for asked in questions(s):
            if asked.state is JobState.AWAITING_APPROVAL:
                decide(s.world.deps, asked.id, approve=True, actor="kim")
        s.world.settle()
        look(s)
        assert on_sale(s) == {"SKU-P", "SKU-Q"}, died.seen[-1]
        assert [len(s.market.live(s.world.key(sku))) for sku in ("SKU-P", "SKU-Q")] == [1, 1], died.seen[-1]
        assert (waits_for(s, "P"), waits_for(s, "Q")) == ("sent", "sent"), died.seen[-1]
        if s.world.deaths == 0:
            break
        nth += 1
    assert deaths > 20


# ---- large lists ----


def test_a_list_of_many_pages_is_looked_through_to_its_last_member() -> None:
    s = mirrored()
    now = s.world.now
    others = [Member(LIST, SHOP, ProductId(f"A{number:04}"), now, backlog=True) for number in range(250)]
    s.world.stores.members.save_many(others)
    s.shop.put("LAST", "Z", stock=0)
    enters(s, "LAST")
    look(s)
    assert waits_for(s, "LAST") == "waits_for_stock"
    assert timed_looks(s) == 1
    assert timed_looks(s) == 0, "it was looked through a moment ago"
    s.world.run(3601)
    assert timed_looks(s) == 1


def timed_looks(s: Scripted) -> int:
    """How many looks through a list the timer begins."""
    s.world.tick("sweep")
    queued = s.world.queued(Lane.RECOMPUTE)
    begun = sum(isinstance(one, ExportMembers) and not one.products for one in queued)
    s.world.deliver_all()
    return begun

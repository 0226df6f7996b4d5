"""What was in a collection before auto-export is its backlog: it is sent when a person asks for it."""

from __future__ import annotations

import pytest

from listbridge.domain.configuration import Account
from listbridge.domain.ids import ProductId
from listbridge.domain.job_params import ExportParams
from listbridge.domain.jobs import JobState
from listbridge.domain.problem import Problem
from listbridge.services.jobs.decide_job import decide
from listbridge.services.listings.export.run_export import NoBacklog, start_backlog
from listbridge.services.refusal import Refused
from tests.fakes.world import ACCOUNT
from tests.faults.auto_exports import enters, many, member, mirrored, on_sale, questions, the_list


def test_the_backlog_is_sent_when_a_person_asks_for_it() -> None:
    s = mirrored(auto_export=False)
    for product in ("P", "Q"):
        s.shop.put(product, f"SKU-{product}")
    s.shop.put("EMPTY", "SKU-EMPTY", stock=0)
    enters(s, "P", "Q", "EMPTY", new=False)
    job = start_backlog(s.world.deps, the_list(s), None, "kim")
    s.world.settle()
    assert on_sale(s) == {"SKU-P", "SKU-Q"}
    ended = s.world.stores.jobs.get(job.id)
    assert (ended.state, ended.total, ended.done, ended.skipped) == (JobState.DONE, 3, 2, 1)
    entries, _ = s.world.stores.jobs.entries(job.id, None, 10)
    assert {entry.item: entry.reason.code if entry.reason else "" for entry in entries} == {
        "P": "",
        "Q": "",
        "EMPTY": "waits_for_stock",
    }


def test_only_the_chosen_part_of_the_backlog_is_sent() -> None:
    s = mirrored()
    enters(s, *many(s, 3), new=False)
    start_backlog(s.world.deps, the_list(s), [ProductId("P1")], "kim")
    s.world.settle()
    assert on_sale(s) == {"SKU-P1"}


def test_a_backlog_above_the_limit_waits_for_a_yes_before_any_of_it_is_sent() -> None:
    s = mirrored(limit=2)
    enters(s, *many(s, 3), new=False)
    job = start_backlog(s.world.deps, the_list(s), None, "kim")
    s.world.settle()
    waiting = s.world.stores.jobs.get(job.id)
    assert (waiting.state, waiting.affected, on_sale(s)) == (JobState.AWAITING_APPROVAL, 3, set())
    decide(s.world.deps, job.id, approve=True, actor="kim")
    s.world.settle()
    assert len(on_sale(s)) == 3


def test_an_approved_backlog_sends_no_more_than_was_counted() -> None:
    s = mirrored(limit=2)
    enters(s, *many(s, 3), new=False)
    job = start_backlog(s.world.deps, the_list(s), None, "kim")
    s.world.settle()
    for product in ("X", "Y"):
        s.shop.put(product, f"SKU-{product}")
    enters(s, "X", "Y", new=False)
    decide(s.world.deps, job.id, approve=True, actor="kim")
    s.world.settle()
    ended = s.world.stores.jobs.get(job.id)
    assert (len(on_sale(s)), ended.state, ended.done, ended.skipped) == (3, JobState.DONE, 3, 2)
    entries, _ = s.world.stores.jobs.entries(job.id, None, 10)
    assert [one.reason for one in entries if one.reason] == [Problem("came_after_count", fix="repeat_action")] * 2
    assert sum(member(s, product).backlog and not member(s, product).job for product in ("X", "Y")) == 2
    assert start_backlog(s.world.deps, the_list(s), None, "kim").state is JobState.RUNNING


def test_what_is_new_or_not_in_the_list_is_no_backlog() -> None:
    s = mirrored(limit=0)
    s.shop.put("P", "A")
    enters(s, "P")
    for products in (["P"], ["NOWHERE"]):
        with pytest.raises(NoBacklog) as refused:
            start_backlog(s.world.deps, the_list(s), [ProductId(one) for one in products], "kim")
        assert list(refused.value.products) == products
    assert [job for job in questions(s) if job.params_of(ExportParams).backlog] == []


def test_no_backlog_is_sent_to_an_account_that_only_observes() -> None:
    s = mirrored()
    stores = s.world.stores.configuration
    stores.save(stores.get(Account, ACCOUNT).model_copy(update={"observe": True}))
    enters(s, *many(s, 1), new=False)
    with pytest.raises(Refused):
        start_backlog(s.world.deps, the_list(s), None, "kim")
    assert questions(s) == []

"""What the seller listed by hand is read, matched and shown; after the approval each listing is adopted once, whatever breaks."""

from __future__ import annotations

import pytest

from listbridge.domain.configuration import Account
from listbridge.domain.ids import RemoteId
from listbridge.domain.jobs import JobState
from listbridge.domain.listings.listing import Status
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, Rejected
from listbridge.domain.work import Lane, RecomputeChunk
from listbridge.services.jobs.cancel_job import cancel
from listbridge.services.jobs.decide_job import decide
from listbridge.services.listings.act.adopt_listings import run_adoption_chunk, start_adoption
from listbridge.services.refusal import Refused
from simulators.faults import Fault
from tests.fakes.cuts import WorkerDied
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.scripted_adopting import ScriptedAdopting
from tests.fakes.world import ACCOUNT, SITE
from tests.faults.adoptions import approve, begin, by_hand, calls, entries, observe, reason


@pytest.fixture
def s() -> Scripted:
    return scripted_world()


def test_what_is_listed_by_hand_is_shown_and_nothing_is_written_before_the_approval(s: Scripted) -> None:
    made = by_hand(s, "A", "B", "C", "D", "E")
    job = begin(s)
    assert (job.state, job.total, job.skipped) == (JobState.AWAITING_APPROVAL, 5, 0)
    found = entries(s, job.id)[made[3].remote].foreign
    assert found is not None
    assert (found.skus, found.parts[0].values.quantity, found.unmet) == (("D",), 3, ())
    assert (calls(s, "foreign"), calls(s, "adopt")) == (3, 0)
    assert s.world.queued() == []


def test_what_is_approved_is_adopted_a_few_a_call_and_linked(s: Scripted) -> None:
    made = by_hand(s, "A", "B", "C", "D", "E")
    job = approve(s, begin(s))
    assert (job.state, job.done, job.failed) == (JobState.DONE, 5, 0)
    assert [one.adopted for one in made] == [1] * 5
    assert calls(s, "adopt") == 3
    assert {row.status for row in s.world.rows()} == {Status.ACTIVE}
    assert [s.world.row(s.world.key("B")).remote, s.world.events(s.world.key("B"))[0]] == [made[1].remote, "adopted"]
    kept = entries(s, job.id)[made[1].remote].foreign
    assert kept is not None
    assert kept.parts[0].offer == s.world.row(s.world.key("B")).offer


def test_what_is_chosen_alone_is_shown_and_adopted(s: Scripted) -> None:
    made = by_hand(s, "A", "B", "C")
    job = approve(s, begin(s, made[1]))
    assert (job.state, job.total) == (JobState.DONE, 1)
    assert [one.adopted for one in made] == [0, 1, 0]


def test_what_cannot_be_adopted_says_everything_that_is_in_the_way(s: Scripted) -> None:
    (good,) = by_hand(s, "A")
    unknown = s.market.make_by_hand("NOWHERE")
    bare = s.market.make_by_hand("", unmet=(Problem("is_blue"),))
    twice = [s.market.make_by_hand("T") for _ in range(2)]
    mixed = s.market.make_by_hand("X", "Y")
    for sku in ("T", "X", "Y"):
        s.world.add(s.shop.put(f"p-{sku}", sku).product)
    job = begin(s)
    assert (job.state, job.total, job.skipped) == (JobState.AWAITING_APPROVAL, 6, 5)
    assert [reason(s, job, one) for one in (good, unknown, *twice, mixed)] == [
        "",
        "foreign_not_in_list",
        "foreign_sku_twice",
        "foreign_sku_twice",
        "foreign_several_products",
    ]
    found = entries(s, job.id)[bare.remote].foreign
    assert found is not None
    assert [one.code for one in found.unmet] == ["is_blue", "foreign_sku_missing"]
    approve(s, job)
    assert [one.asked for one in s.market.hand_made] == [1, 0, 0, 0, 0, 0]


def test_variations_of_one_product_are_adopted_together(s: Scripted) -> None:
    s.world.add(s.shop.put("p", "RED", "BLUE").product)
    made = s.market.make_by_hand("RED", "BLUE")
    assert approve(s, begin(s)).state is JobState.DONE
    assert (made.adopted, {row.remote for row in s.world.rows()}) == (1, {made.remote})


def test_what_the_account_lacks_is_in_the_way_of_all(s: Scripted) -> None:
    made = by_hand(s, "A", "B")
    s.market.account_unmet = (Problem("no_policies"),)
    job = begin(s)
    assert (job.state, job.skipped) == (JobState.DONE, 2)
    assert {reason(s, job, one) for one in made} == {"no_policies"}


def test_what_we_can_write_already_is_told_and_left_alone(s: Scripted) -> None:
    (made,) = by_hand(s, "A")
    approve(s, begin(s))
    job = begin(s)
    assert (job.state, reason(s, job, made), made.asked) == (JobState.DONE, "adopted_already", 1)


def test_an_account_that_observes_is_shown_all_and_refused_the_approval(s: Scripted) -> None:
    (made,) = by_hand(s, "A")
    observe(s, True)
    job = begin(s)
    assert job.state is JobState.AWAITING_APPROVAL
    with pytest.raises(Refused) as refused:
        decide(s.world.deps, job.id, approve=True, actor="kim")
    s.world.run(600)
    assert (refused.value.problem.code, refused.value.problem.fix) == ("observe_mode", "leave_observe_mode")
    assert (made.asked, s.world.stores.jobs.get(job.id).state) == (0, JobState.AWAITING_APPROVAL)
    observe(s, False)
    assert approve(s, job).state is JobState.DONE
    assert made.adopted == 1


def test_observe_mode_stops_an_approved_adoption_between_two_calls(s: Scripted) -> None:
    made = by_hand(s, "A", "B", "C", "D")
    job = begin(s)
    s.fate.meanwhile("remote.adopt.answered", lambda: observe(s, True))
    job = approve(s, job)
    assert (job.state, job.reason and job.reason.code) == (JobState.AWAITING_APPROVAL, "observe_mode")
    assert [one.adopted for one in made] == [1, 1, 0, 0]
    observe(s, False)
    assert approve(s, job).state is JobState.DONE
    assert [one.asked for one in made] == [1, 1, 1, 1]


def test_a_refusal_is_kept_with_its_words_and_the_others_go_on(s: Scripted) -> None:
    made = by_hand(s, "A", "B", "C")
    made[1].error = Rejected(Problem("too_blue", {"message": "Too blue."}, "read_message"))
    job = approve(s, begin(s))
    assert (job.state, job.done, job.failed) == (JobState.PARTLY, 2, 1)
    assert entries(s, job.id)[made[1].remote].reason == Problem("too_blue", {"message": "Too blue."}, "read_message")
    assert s.world.row(s.world.key("B")).status is Status.NOT_ACTIVE


def test_a_second_adoption_of_an_account_is_refused_while_one_is_open(s: Scripted) -> None:
    by_hand(s, "A")
    job = begin(s)
    with pytest.raises(Refused) as refused:
        begin(s)
    assert refused.value.problem == Problem("adoption_under_way", {"job": job.id}, "decide_job")
    decide(s.world.deps, job.id, approve=False, actor="kim")
    assert begin(s).state is JobState.AWAITING_APPROVAL
    assert calls(s, "adopt") == 0


def test_a_marketplace_that_lets_us_write_everywhere_has_nothing_to_adopt(s: Scripted) -> None:
    s.market.adopts = False
    with pytest.raises(Refused) as refused:
        begin(s)
    assert (refused.value.problem.code, refused.value.problem.fix) == ("nothing_to_adopt", "link")


def test_a_cancelled_adoption_asks_for_nothing_more(s: Scripted) -> None:
    made = by_hand(s, "A", "B", "C", "D")
    job = begin(s)
    s.fate.meanwhile("remote.adopt.answered", lambda: cancel(s.world.deps, job.id, "kim"))
    job = approve(s, job)
    assert (job.state, job.done) == (JobState.CANCELLED, 2)
    assert [one.asked for one in made] == [1, 1, 0, 0]


@pytest.mark.parametrize("kind", ["drop_after", "delay"])
def test_an_answer_that_is_lost_is_looked_for_and_never_asked_twice(s: Scripted, kind: str) -> None:
    made = by_hand(s, "A", "B", "C")
    job = begin(s)
    s.market.plan.add(Fault("adopt", kind))  # type: ignore[arg-type]
    decide(s.world.deps, job.id, approve=True, actor="kim")
    s.world.deliver_all()
    assert s.world.stores.jobs.get(job.id).done == 0
    s.world.run(20)
    s.market.land_late_calls()
    s.world.run(600)
    assert s.world.stores.jobs.get(job.id).state is JobState.DONE
    assert [(one.asked, one.adopted) for one in made] == [(1, 1)] * 3


def test_a_call_that_never_arrived_is_made_again_once_that_is_certain(s: Scripted) -> None:
    made = by_hand(s, "A", "B")
    job = begin(s)
    s.market.plan.add(Fault("adopt", "status", status=500))
    decide(s.world.deps, job.id, approve=True, actor="kim")
    s.world.run(30)
    assert calls(s, "adopt") == 1
    s.world.run(600)
    assert ([one.asked for one in made], s.world.stores.jobs.get(job.id).state) == ([1, 1], JobState.DONE)
    assert calls(s, "adopt") == 2


def test_what_somebody_else_had_adopted_a_moment_before_is_ours_too(s: Scripted) -> None:
    made = by_hand(s, "A", "B")
    job = begin(s)
    other_tool = ScriptedAdopting(s.market, ACCOUNT)
    s.fate.meanwhile("remote.adopt", lambda: other_tool.adopt_one(SITE, made[0]))
    job = approve(s, job)
    assert (job.state, job.done, job.failed) == (JobState.DONE, 2, 0)
    assert [one.adopted for one in made] == [1, 1]
    assert {row.status for row in s.world.rows()} == {Status.ACTIVE}


def test_of_two_who_begin_at_the_same_moment_one_is_refused(s: Scripted) -> None:
    by_hand(s, "A")
    account = s.world.stores.configuration.get(Account, ACCOUNT)
    refused: list[Refused] = []

    def second() -> None:
        try:
            start_adoption(s.world.deps, account, SITE, None, "alex")
        except Refused as error:
            refused.append(error)

    s.fate.meanwhile("jobs.create", second)
    begun = 0
    try:
        start_adoption(s.world.deps, account, SITE, None, "kim")
        begun += 1
    except Refused as error:
        refused.append(error)
    s.world.run(60)
    open_jobs = [job for job in s.world.stores.jobs.unfinished(10) if job.account == ACCOUNT]
    assert (len(open_jobs), [one.problem.code for one in refused]) == (1, ["adoption_beginning"])


def test_a_variation_that_was_left_behind_is_named_and_is_not_sent_by_itself(s: Scripted) -> None:
    s.world.add(s.shop.put("p", "RED", "BLUE").product)
    made = s.market.make_by_hand("RED", "BLUE")
    job = begin(s)
    made.left_behind = ("RED",)
    job = approve(s, job)
    assert (job.state, job.done, made.adopted) == (JobState.DONE, 1, 1)
    assert entries(s, job.id)[made.remote].reason == Problem(
        "foreign_left_behind", {"sku": "RED", "count": "1"}, "stop_and_send"
    )
    assert {row.key.sku: row.status for row in s.world.rows()} == {"RED": Status.NOT_ACTIVE, "BLUE": Status.ACTIVE}


def test_what_is_never_answered_is_given_up_and_told(s: Scripted) -> None:
    made = by_hand(s, "A", "B", "C")
    job = begin(s)
    s.market.plan.add(Fault("adopt", "status", status=500, times=3))
    job = approve(s, job, 3600)
    assert (job.state, job.done, job.failed) == (JobState.PARTLY, 1, 2)
    assert (reason(s, job, made[0]), [one.asked for one in made]) == ("adoption_unknown", [0, 0, 1])


def test_one_of_which_nothing_was_said_is_looked_for(s: Scripted) -> None:
    made = by_hand(s, "A", "B")
    made[0].error = OutcomeUnknown(Problem("no_word"))
    assert approve(s, begin(s)).state is JobState.DONE
    assert [(one.asked, one.adopted) for one in made] == [(1, 1)] * 2


def test_of_two_workers_one_asks(s: Scripted) -> None:
    made = by_hand(s, "A", "B")
    job = begin(s)
    again = RecomputeChunk(job=job.id)
    s.fate.meanwhile("remote.managed.answered", lambda: s.world.stores.queues.send(Lane.RECOMPUTE, again))
    decide(s.world.deps, job.id, approve=True, actor="kim")
    running = s.world.stores.jobs.get(job.id)
    s.fate.meanwhile("remote.managed", lambda: run_adoption_chunk(s.world.deps, running))
    s.world.run(1200)
    assert [(one.asked, one.adopted) for one in made] == [(1, 1)] * 2
    assert s.world.stores.jobs.get(job.id).state is JobState.DONE


@pytest.mark.parametrize("kind", ["status", "drop_before"])
def test_a_list_that_fails_is_read_from_its_beginning(s: Scripted, kind: str) -> None:
    by_hand(s, "A", "B", "C")
    s.market.plan.add(Fault("foreign", kind, skip=1))  # type: ignore[arg-type]
    job = begin(s)
    assert (job.state, job.total, calls(s, "foreign")) == (JobState.AWAITING_APPROVAL, 3, 4)


def test_a_list_that_always_fails_ends_the_job_with_its_reason(s: Scripted) -> None:
    by_hand(s, "A")
    s.market.plan.add(Fault("foreign", "status", times=50))
    job = begin(s)
    s.world.run(3600)
    job = s.world.stores.jobs.get(job.id)
    assert (job.state, job.reason and job.reason.code, calls(s, "foreign")) == (JobState.FAILED, "no_answer", 5)


def test_a_consent_that_was_withdrawn_ends_the_job_and_is_told(s: Scripted) -> None:
    (made,) = by_hand(s, "A")
    job = begin(s)
    s.market.dead_accounts.add(ACCOUNT)
    job = approve(s, job)
    assert (job.state, job.reason and job.reason.code, made.asked) == (JobState.FAILED, "token_revoked", 0)


STEPS = 80


@pytest.mark.parametrize("nth", range(1, STEPS))
def test_a_worker_killed_at_any_call_adopts_each_listing_once(nth: int) -> None:
    s = scripted_world()
    made = by_hand(s, "A", "B", "C")
    account = s.world.stores.configuration.get(Account, ACCOUNT)
    job = start_adoption(s.world.deps, account, SITE, None, "kim")
    s.fate.die_in(nth)
    s.world.run(900)
    while s.world.stores.jobs.get(job.id).state is JobState.AWAITING_APPROVAL:
        try:
            decide(s.world.deps, job.id, approve=True, actor="kim")
        except WorkerDied:  # the person asks once more, where it still waits
            s.fate.revive()
    s.world.run(1800)
    job = s.world.stores.jobs.get(job.id)
    assert (job.state, job.total, job.done) == (JobState.DONE, 3, 3)
    assert [(one.asked, one.adopted) for one in made] == [(1, 1)] * 3
    assert {row.status for row in s.world.rows()} == {Status.ACTIVE}
    assert s.world.queued() == []
    assert {RemoteId(one) for one in entries(s, job.id)} == {one.remote for one in made}


def test_the_deaths_above_are_at_every_call() -> None:
    s = scripted_world()
    by_hand(s, "A", "B", "C")
    before = len(s.fate.calls)
    job = begin(s)
    approve(s, job)
    assert len(s.fate.calls) - before < STEPS

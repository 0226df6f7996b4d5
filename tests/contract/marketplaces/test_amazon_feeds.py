"""Many quantities and prices in one feed on the simulated Amazon, and what its report tells of each."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.ids import Site
from listbridge.domain.ports import BulkWriter, RevisionResult, Submitted
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, OutcomeUnknown, RateLimited, Rejected, RetryLater
from listbridge.marketplaces.amazon.offers import feeds
from simulators.faults import Fault
from tests.contract.marketplaces.amazon_account import DE, FR, AmazonAccount, revision, values

CALLS = ["createFeedDocument", "uploadDocument", "createFeed"]


@pytest.fixture
def amazon() -> AmazonAccount:
    made = AmazonAccount()
    made.on_sale("A", "B", "C", sites=(DE, FR))
    made.adapter.read_back([])
    made.calls.clear()
    made.sent.clear()
    return made


def writer(amazon: AmazonAccount) -> BulkWriter:
    bulk = amazon.adapter.bulk()
    assert bulk is not None
    return bulk


def submit(amazon: AmazonAccount, *quantities: tuple[str, int]) -> list[RevisionResult]:
    return writer(amazon).submit([amazon.unit(revision(sku, quantity)) for sku, quantity in quantities])


def asked(amazon: AmazonAccount, results: list[RevisionResult], after_s: float = 90) -> list[RevisionResult]:
    began = amazon.clock.now()
    amazon.clock.advance(after_s)
    return amazon.adapter.outcomes(
        [Submitted(one.key, amazon.submission(one).ticket, values(), began) for one in results]
    )


def feed(amazon: AmazonAccount, number: int = 0) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(amazon.bodies("uploadDocument")[number])
    return told


def test_many_go_in_one_feed_and_its_report_accepts_each(amazon: AmazonAccount) -> None:
    results = submit(amazon, ("A", 9), ("B", 8), ("C", 7))
    assert [name for name in amazon.calls if name != "lwaToken"] == CALLS
    assert [(one["messageId"], one["sku"]) for one in feed(amazon)["messages"]] == [(1, "A"), (2, "B"), (3, "C")]
    assert feed(amazon)["header"] == {"sellerId": amazon.seller["sellerId"], "version": "2.0", "issueLocale": "de_DE"}
    assert amazon.checks == 3
    assert amazon.shown("A") == (5, Decimal("10.0"))
    outcomes = asked(amazon, results)
    assert [one.error or one.submission for one in outcomes] == [None] * 3
    assert [amazon.shown(sku) for sku in "ABC"] == [(9, Decimal("10.0")), (8, Decimal("10.0")), (7, Decimal("10.0"))]


def test_a_ticket_names_the_feed_and_the_message(amazon: AmazonAccount) -> None:
    results = submit(amazon, ("A", 9), ("B", 8))
    [made] = amazon.simulator.world.feeds.by_id
    assert [amazon.submission(one).ticket for one in results] == [f"feed:{made}:1", f"feed:{made}:2"]
    assert {amazon.submission(one).yields_below for one in results} == {6}


def test_one_report_serves_every_question(amazon: AmazonAccount) -> None:
    results = submit(amazon, ("A", 9), ("B", 8), ("C", 7))
    for one in results:
        asked(amazon, [one])
    assert [amazon.calls.count(name) for name in ("getFeed", "getFeedDocument", "downloadDocument")] == [1, 1, 1]


def test_what_is_under_way_is_asked_for_again_later_and_once_for_all(amazon: AmazonAccount) -> None:
    results = submit(amazon, ("A", 9), ("B", 8))
    outcomes = asked(amazon, results, 20)
    assert [amazon.submission(one).ticket for one in outcomes] == [amazon.submission(one).ticket for one in results]
    assert {amazon.submission(one).yields_below for one in outcomes} == {6}
    assert amazon.calls.count("getFeed") == 1


def test_a_message_that_is_refused_is_refused_alone(amazon: AmazonAccount) -> None:
    amazon.simulator.deeds.delete_item("B")
    outcomes = asked(amazon, submit(amazon, ("A", 9), ("B", 8), ("C", 7)))
    assert [one.error is None for one in outcomes] == [True, False, True]
    assert isinstance(outcomes[1].error, NotFound)
    assert outcomes[1].error.problem.fix == "send_again"


@pytest.mark.parametrize("compression", ["always", "never"])
def test_a_report_is_read_packed_or_not(amazon: AmazonAccount, compression: Any) -> None:
    amazon.simulator.deeds.compress_documents(compression)
    outcomes = asked(amazon, submit(amazon, ("A", 9)))
    assert [one.error or one.submission for one in outcomes] == [None]


def test_a_cancelled_feed_certainly_changed_nothing(amazon: AmazonAccount) -> None:
    amazon.simulator.deeds.end_next_feed("CANCELLED")
    outcomes = asked(amazon, submit(amazon, ("A", 9), ("B", 8)))
    assert [type(one.error) for one in outcomes] == [RetryLater] * 2


@pytest.mark.parametrize("report", [True, False])
def test_of_a_fatal_feed_nobody_knows_what_was_applied(amazon: AmazonAccount, report: bool) -> None:
    amazon.simulator.deeds.end_next_feed("FATAL", applied=1, report=report)
    outcomes = asked(amazon, submit(amazon, ("A", 9), ("B", 8)))
    assert [type(one.error) for one in outcomes] == [OutcomeUnknown] * 2
    assert [amazon.shown(sku) for sku in "AB"] == [(9, Decimal("10.0")), (5, Decimal("10.0"))]


def test_a_feed_that_nobody_knows_any_more_is_unknown(amazon: AmazonAccount) -> None:
    [result] = submit(amazon, ("A", 9))
    amazon.simulator.world.feeds.by_id.clear()
    [outcome] = asked(amazon, [result])
    assert isinstance(outcome.error, OutcomeUnknown)


def test_prices_go_in_a_feed_of_their_own_site(amazon: AmazonAccount) -> None:
    units = [amazon.unit(revision("A", 9, "12.50"), revision("A", 9, "13.50", site=FR)), amazon.unit(revision("B", 8))]
    results = writer(amazon).submit(units)
    sites = [json.loads(body)["marketplaceIds"] for body in amazon.bodies("createFeed")]
    assert sites == [["A1PA6795UKMFR9"], ["A13V1IB3VIYZZH"]]
    assert [[one["sku"] for one in feed(amazon, number)["messages"]] for number in (0, 1)] == [["A", "B"], ["A"]]
    assert [one.error or one.submission for one in asked(amazon, results)] == [None] * 3
    assert (amazon.shown("A"), amazon.shown("A", FR)) == ((9, Decimal("12.5")), (9, Decimal("13.5")))


@pytest.mark.parametrize("operation", ["createFeedDocument", "uploadDocument"])
@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "status"])
def test_a_document_that_was_not_uploaded_has_changed_nothing(amazon: AmazonAccount, operation: str, kind: Any) -> None:
    amazon.documents.check = lambda request, response: "unchecked"  # type: ignore[method-assign]
    amazon.simulator.world.faults.add(Fault(operation, kind))
    with pytest.raises(RetryLater):
        submit(amazon, ("A", 9))
    assert amazon.simulator.world.feeds.by_id == {}


def test_a_feed_whose_answer_is_lost_may_be_applied(amazon: AmazonAccount) -> None:
    amazon.simulator.world.faults.add(Fault("createFeed", "drop_after"))
    with pytest.raises(OutcomeUnknown):
        submit(amazon, ("A", 9))
    assert len(amazon.simulator.world.feeds.by_id) == 1


def test_the_sixth_feed_in_five_minutes_is_refused_as_a_limit(amazon: AmazonAccount) -> None:
    for _ in range(5):
        submit(amazon, ("A", 9))
    with pytest.raises(RateLimited):
        submit(amazon, ("A", 9))


def test_a_second_site_s_feed_that_fails_leaves_the_first(amazon: AmazonAccount) -> None:
    amazon.simulator.world.faults.add(Fault("createFeed", "drop_after", skip=1))
    units = [amazon.unit(revision("A", 9, "12.50"), revision("A", 9, "13.50", site=Site("AMAZON_FR")))]
    first, second = writer(amazon).submit(units)
    assert first.submission is not None
    assert isinstance(second.error, OutcomeUnknown)


def test_what_does_not_fit_goes_with_the_next(amazon: AmazonAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "_MOST_BYTES", 500)
    results = submit(amazon, ("A", 9), ("B", 8), ("C", 7))
    assert results[0].submission is not None
    assert isinstance(results[2].error, RetryLater)
    assert results[2].error.problem == Problem("amazon_feed_full")


def test_a_report_that_refuses_the_whole_feed_leaves_each_to_be_sent_again(amazon: AmazonAccount) -> None:
    refused = {"issues": [{"code": "1", "severity": "ERROR", "message": "Not a feed."}]}
    [result] = submit(amazon, ("A", 9))
    amazon.clock.advance(90)
    amazon.simulator.world.catch_up()
    [made] = amazon.simulator.world.feeds.by_id.values()
    assert made.result is not None
    amazon.documents.check = lambda request, response: "unchecked"  # type: ignore[method-assign]
    made.result.body = json.dumps(refused).encode()
    [outcome] = asked(amazon, [result], 0)
    assert isinstance(outcome.error, RetryLater)
    assert not isinstance(outcome.error, Rejected)
    assert outcome.error.problem.params["message"] == "Not a feed."

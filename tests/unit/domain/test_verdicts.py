"""Verdicts on what a shop or marketplace said."""

from __future__ import annotations

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, RateLimited, RetryLater

SAID = Problem("far_away", {"host": "b"}, "wait")


def test_the_same_answer_may_mean_another_verdict_and_keeps_all_that_was_told_of_it() -> None:
    lost = RateLimited(SAID, after_s=90.0, detail="order: 503", status=503, request_id="r-7")
    unknown = lost.as_a(OutcomeUnknown)
    assert type(unknown) is OutcomeUnknown
    assert (unknown.problem, unknown.detail, unknown.status, unknown.request_id) == (SAID, "order: 503", 503, "r-7")


def test_a_verdict_that_becomes_a_matter_of_trying_later_waits_as_long_as_any() -> None:
    assert OutcomeUnknown(SAID).as_a(RetryLater).after_s == 5.0

"""A line of an error table, and the verdicts that it makes."""

from __future__ import annotations

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, Rejected, RetryLater
from listbridge.infra.calls.error_row import Row, for_each


def test_a_row_fills_the_sellers_text_and_keeps_for_us_what_is_ours() -> None:
    error = Row(NotFound, "gone", "look").error("no", params={"sku": "A"}, detail="get", status=404, request="r")
    assert type(error) is NotFound
    assert error.problem == Problem("gone", {"message": "no", "sku": "A"}, "look")
    assert (error.detail, error.status, error.request_id) == ("get", 404, "r")


def test_a_row_that_is_tried_again_says_when() -> None:
    error = Row(RetryLater, "busy", after_s=9.0).error()
    assert isinstance(error, RetryLater)
    assert error.after_s == 9.0


def test_who_knows_better_says_it_of_the_same_answer() -> None:
    first = NotFound(Problem("gone", {"message": "no"}, "look"), detail="get", status=404, request_id="r")
    second = Row(Rejected, "hidden", "show").instead_of(first, params={"sku": "A"})
    assert type(second) is Rejected
    assert second.problem == Problem("hidden", {"sku": "A"}, "show")
    assert (second.detail, second.status, second.request_id) == ("get", 404, "r")


def test_codes_that_mean_the_same_share_a_row() -> None:
    row = Row(Rejected, "no")
    assert for_each(row, 7, *range(9, 11)) == {7: row, 9: row, 10: row}

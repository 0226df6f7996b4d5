"""What a run of a publishing leaves for the next one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.ids import Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.listings.publishing_runs import HalfWritten, WrittenMarks, forget, refuse_without_values
from listbridge.domain.money import Money
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, Rejected, RetryLater
from tests.fakes.clock import START, VirtualClock

LAMP = Sku("LAMP")
PRICE = Money(Decimal("7"), "CHF")


class Notes:
    """The part of `PublishSteps` that remembers."""

    def __init__(self, **progress: str) -> None:
        self.progress = dict(progress)
        self.writes = 0

    def save(self, **ids: str) -> None:
        self.progress |= ids

    def forget(self, *names: str) -> None:
        self.writes += 1
        for name in names:
            del self.progress[name]


def marks(notes: Notes, clock: VirtualClock, content: Any = "oak") -> WrittenMarks:
    return WrittenMarks(notes, clock.now, lambda sku: [sku, content])  # type: ignore[arg-type]


@pytest.mark.parametrize(("seconds", "recent"), [(0, True), (600, True), (601, False)])
def test_a_write_counts_as_done_for_ten_minutes(seconds: int, recent: bool) -> None:
    notes, clock = Notes(), VirtualClock()
    notes.save(**marks(notes, clock).mark(LAMP))
    clock.sleep(seconds)
    assert marks(notes, clock).recent(LAMP) is recent


def test_a_write_of_other_content_does_not_count() -> None:
    notes, clock = Notes(), VirtualClock()
    notes.save(**marks(notes, clock).mark(LAMP))
    assert marks(notes, clock, {"b": 1, "a": 2}).recent(LAMP) is False
    notes.save(**marks(notes, clock, {"b": 1, "a": 2}).mark(LAMP))
    assert marks(notes, clock, {"a": 2, "b": 1}).recent(LAMP) is True


def test_a_sku_without_a_mark_or_with_one_that_is_none_was_not_written() -> None:
    assert marks(Notes(), VirtualClock()).recent(LAMP) is False
    assert marks(Notes(**{"written:LAMP": "soon:ab"}), VirtualClock()).recent(LAMP) is False


def test_a_mark_holds_the_second_and_a_digest() -> None:
    clock = VirtualClock()
    clock.sleep(timedelta(seconds=2).total_seconds())
    [(name, mark)] = marks(Notes(), clock).mark(LAMP).items()
    at, _, digest = mark.partition(":")
    assert (name, at) == ("written:LAMP", f"{(START + timedelta(seconds=2)).timestamp():.0f}")
    assert digest == "2d6a7eb389c12c90"


def test_what_begins_so_is_forgotten_in_one_write_and_without_any_there_is_none() -> None:
    notes = Notes(**{"written:A": "1", "written:B": "1", "offer:A": "1", "listing": "1"})
    forget(notes, "written:", "listing")  # type: ignore[arg-type]
    assert (notes.progress, notes.writes) == ({"offer:A": "1"}, 1)
    forget(notes, "written:", "listing")  # type: ignore[arg-type]
    assert notes.writes == 1


@pytest.mark.parametrize(
    ("values", "code", "fix"),
    [
        (Values(None, PRICE), "stock_unknown", "check_stock_in_shop"),
        (Values(None, None), "stock_unknown", "check_stock_in_shop"),
        (Values(0, None), "price_missing", "set_price_in_shop"),
    ],
)
def test_nothing_goes_live_without_a_quantity_and_a_price(values: Values, code: str, fix: str) -> None:
    with pytest.raises(Rejected) as refused:
        refuse_without_values(values)
    assert (refused.value.problem.code, refused.value.problem.fix) == (code, fix)


def test_a_quantity_of_zero_is_one() -> None:
    refuse_without_values(Values(0, PRICE))


def test_half_a_write_is_an_unknown_outcome_for_the_reason_of_its_other_half() -> None:
    reason = RetryLater(Problem("busy"), detail="patch", status=503, request_id="r1")
    half = HalfWritten(reason)
    assert isinstance(half, OutcomeUnknown)
    assert (half.reason, half.problem, half.detail, half.status, half.request_id) == (
        reason,
        Problem("busy"),
        "patch",
        503,
        "r1",
    )

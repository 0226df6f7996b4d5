"""Refunds without ids keep their names from read to read, and none counts twice."""

from __future__ import annotations

from decimal import Decimal

from listbridge.domain.ids import LineId
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import Refund
from listbridge.domain.orders.refund_names import RefundNames, each_once

FIVE, SIX = Money(Decimal("5.00"), "SEK"), Money(Decimal("6.00"), "SEK")


def test_a_refund_is_named_by_its_line_its_time_and_its_amount() -> None:
    names = RefundNames(LineId("L1"))
    assert [names.name("2026-01-01", FIVE), names.name("2026-01-01", SIX), names.name("", FIVE)] == [
        "L1@2026-01-01:5.00 SEK",
        "L1@2026-01-01:6.00 SEK",
        "L1@:5.00 SEK",
    ]


def test_equal_ones_are_told_apart_by_their_place_among_them() -> None:
    names = RefundNames(None)
    told = [names.name("t", FIVE), names.name("t", SIX), names.name("t", FIVE), names.name("t", FIVE)]
    assert told == ["order@t:5.00 SEK", "order@t:6.00 SEK", "order@t:5.00 SEK#2", "order@t:5.00 SEK#3"]


def test_of_one_id_what_was_told_first_counts() -> None:
    line = LineId("L1")
    rows = [Refund("a", FIVE, line, None), Refund("a", SIX, None, None), Refund("b", SIX, None, None)]
    assert each_once(rows) == (rows[0], rows[2])
    assert each_once([]) == ()

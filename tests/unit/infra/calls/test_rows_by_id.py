from __future__ import annotations

from collections.abc import Sequence

import pytest

from listbridge.domain.verdicts import RetryLater
from listbridge.infra.calls.error_row import Row
from listbridge.infra.calls.rows_by_id import rows_with

UNREADABLE = Row(RetryLater, "unreadable")


def test_rows_are_asked_for_by_their_ids_as_many_as_a_page_holds() -> None:
    asked = []

    def ask(ids: Sequence[str]) -> tuple[dict[str, int], int]:
        asked.append(list(ids))
        there = {one: int(one) for one in ids if one != "3"}
        return there, len(there)

    assert rows_with(["1", "2", "3", "4", "5"], 2, ask, UNREADABLE) == {"1": 1, "2": 2, "4": 4, "5": 5}
    assert asked == [["1", "2"], ["3", "4"], ["5"]]


@pytest.mark.parametrize("counted", [1, 3])
def test_rows_that_are_not_as_many_as_are_counted_prove_nothing(counted: int) -> None:
    with pytest.raises(RetryLater) as verdict:
        rows_with(["1", "2", "3"], 9, lambda ids: ({"1": 1, "2": 2}, counted), UNREADABLE)
    assert (verdict.value.problem.code, verdict.value.detail) == ("unreadable", f"2 rows of {counted}")


def test_for_no_id_nothing_is_asked() -> None:
    assert rows_with([], 9, lambda ids: pytest.fail("asked"), UNREADABLE) == {}

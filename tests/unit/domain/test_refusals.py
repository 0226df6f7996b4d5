"""One that is refused stops no other."""

from __future__ import annotations

import pytest

from listbridge.domain.problem import Problem
from listbridge.domain.refusals import apart
from listbridge.domain.verdicts import NotFound, Rejected, RetryLater


def test_what_came_of_each_and_why_the_others_were_refused() -> None:
    odd, gone = Rejected(Problem("odd")), NotFound(Problem("gone"))

    def half(number: int) -> int:
        if number == 9:
            raise gone
        if number % 2:
            raise odd
        return number // 2

    assert apart([4, 3, 9, 2], half) == ({4: 2, 2: 1}, {3: odd, 9: gone})


def test_anything_but_a_refusal_ends_it_and_the_rest_is_not_tried() -> None:
    tried: list[str] = []

    def act(name: str) -> None:
        tried.append(name)
        if name == "b":
            raise RetryLater(Problem("busy"))

    with pytest.raises(RetryLater):
        apart("abc", act)
    assert tried == ["a", "b"]

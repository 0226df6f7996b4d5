"""One question in several sizes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected
from listbridge.infra.calls.narrowing import Narrowing


class Heavy(Rejected):
    """Refused for its weight."""


class Scales:
    """Bears so much, and keeps what was put on it."""

    def __init__(self, bears: int) -> None:
        self.bears = bears
        self.asked: list[int] = []

    def weigh(self, size: int) -> str:
        self.asked.append(size)
        if size > self.bears:
            raise Heavy(Problem("heavy"))
        return f"{size} kg"


def test_the_widest_shape_that_passes_is_remembered() -> None:
    scales, sizes = Scales(20), Narrowing((50, 20, 5), Heavy)
    assert [sizes.ask(scales.weigh), sizes.ask(scales.weigh)] == ["20 kg", "20 kg"]
    assert (scales.asked, sizes.rung) == ([50, 20, 20], 1)


def test_what_refuses_the_narrowest_shape_is_raised_every_time() -> None:
    scales, sizes = Scales(1), Narrowing((50, 20), Heavy)
    for _ in range(2):
        with pytest.raises(Heavy):
            sizes.ask(scales.weigh)
    assert scales.asked == [50, 20, 20]


def test_a_refusal_for_another_reason_narrows_nothing() -> None:
    def ask(size: int) -> str:
        raise Rejected(Problem("no_such_thing"))

    sizes = Narrowing((50, 20), Heavy)
    with pytest.raises(Rejected, match="no_such_thing"):
        sizes.ask(ask)
    assert sizes.rung == 0


@pytest.mark.parametrize(("rungs", "rung"), [((1,), 1), ((2, 0), 2), ((9,), 2)])
def test_what_another_worker_learned_narrows_and_never_widens(rungs: tuple[int, ...], rung: int) -> None:
    sizes = Narrowing((50, 20, 5), Heavy)
    for one in rungs:
        sizes.start_at(one)
    assert sizes.rung == rung


def test_rows_that_are_too_many_for_one_question_are_asked_for_in_smaller_batches_and_none_twice() -> None:
    asked: list[tuple[str, int]] = []

    def ask(rows: Sequence[str], size: int) -> str:
        asked.append((str(rows), size))
        if size > 3:
            raise Heavy(Problem("heavy"))
        return str(rows).upper()

    sizes = Narrowing((4, 3), Heavy)
    assert list(sizes.batches("abcdefg", lambda size: size, ask)) == [("abc", "ABC"), ("def", "DEF"), ("g", "G")]
    assert asked == [("abcd", 4), ("abc", 3), ("def", 3), ("g", 3)]
    assert list(sizes.batches("", lambda size: size, ask)) == []

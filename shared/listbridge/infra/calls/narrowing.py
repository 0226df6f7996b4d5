"""One query in several sizes: if the platform refuses the wide one for its cost, a narrower one follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from listbridge.domain.verdicts import Rejected

S = TypeVar("S")
R = TypeVar("R")
T = TypeVar("T")


class Narrowing(Generic[S]):
    """`shapes` from the widest to the narrowest. Remembers for its lifetime which one passed: `rung` is its place.

    `too_dear` is what refuses a question for its cost alone.
    """

    def __init__(self, shapes: Sequence[S], too_dear: type[Rejected]) -> None:
        self._shapes = shapes
        self._too_dear = too_dear
        self.rung = 0

    def start_at(self, rung: int) -> None:
        """Begin no wider than another worker has learned."""
        self.rung = max(self.rung, min(rung, len(self._shapes) - 1))

    def ask(self, ask: Callable[[S], R]) -> R:
        """The answer in the widest shape that passes. Raises what refuses the narrowest."""
        while True:
            try:
                return ask(self._shapes[self.rung])
            except self._too_dear:
                if self.rung + 1 == len(self._shapes):
                    raise
                self.rung += 1

    def batches(
        self, rows: Sequence[T], size: Callable[[S], int], ask: Callable[[Sequence[T], S], R]
    ) -> Iterator[tuple[Sequence[T], R]]:
        """Ask for all rows, at most `size` of the shape at a time: each batch beside its answer."""

        def ask_for(shape: S) -> tuple[Sequence[T], R]:
            batch = rows[done : done + size(shape)]
            return batch, ask(batch, shape)

        done = 0
        while done < len(rows):
            batch, answer = self.ask(ask_for)
            yield batch, answer
            done += len(batch)

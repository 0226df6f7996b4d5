"""Send many write units in one submission, or ask for many at once: their leases side by side, one call, each its own attempts
and outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime

from listbridge.domain import trace
from listbridge.domain.listings.listing import Listing
from listbridge.domain.ports import BulkWriter
from listbridge.services.listings.revise.attempts import leased
from listbridge.services.listings.revise.unit_outcomes import Asked, Begun, UnitOutcome
from listbridge.services.listings.revise.write_unit import UnitWriter

TOGETHER_S = 10.0
"""So long units are leased for one submission; what is not leased by then goes with the next."""
_SIDE_BY_SIDE = 8


@dataclass(slots=True)
class _Part:
    """One unit of a submission, and its lease while that lasts."""

    unit: Sequence[Listing]
    lease: ExitStack = field(default_factory=ExitStack)
    state: Begun | Asked | UnitOutcome = field(default_factory=lambda: UnitOutcome(busy=True))


@dataclass(frozen=True, slots=True)
class UnitsTogether:
    """Many units that are sent in one submission of `bulk`, or none of which is sent: those are only asked for.

    `alone_below`: a quantity below this does not ride. `until`: no unit is leased after that.
    """

    writer: UnitWriter
    bulk: BulkWriter | None
    alone_below: int
    until: datetime

    def write(self, units: Sequence[Sequence[Listing]]) -> list[UnitOutcome]:
        """Bring these units up to date; one outcome each, in their order.

        A unit that somebody else has, or of which nothing is to be sent any more, is left out of the submission and keeps none
        back. Where the submission as a whole fails, each listing's attempt ends as the error says.
        """
        everything = [row for unit in units for row in unit]
        with trace.about(account=everything[0].key.account):
            if self.bulk is not None and not self.writer.has_set_aside(self.bulk.calls(len(units))):
                return [UnitOutcome(busy=True) for _ in units]
            parts = [_Part(unit) for unit in units]
            try:
                self._each(self._prepare, parts)
                asked = [part.state for part in parts if isinstance(part.state, Asked)]
                begun = [part.state for part in parts if isinstance(part.state, Begun)]
                answers = iter(self._answers(asked))
                shares = iter(self._submitted(begun))
            finally:
                self._each(lambda part: part.lease.close(), parts)
        return [self._outcome(part, answers, shares) for part in parts]

    def _outcome(self, part: _Part, answers: Iterator[UnitOutcome], shares: Iterator[UnitOutcome]) -> UnitOutcome:
        if isinstance(part.state, Begun):
            return part.state.finished(next(shares))
        return next(answers) if isinstance(part.state, Asked) else part.state

    def _answers(self, asked: Sequence[Asked]) -> list[UnitOutcome]:
        if not asked:
            return []
        rows = [[*one.rows, *(put_off.row for put_off in one.put_off)] for one in asked]
        everything = [row for unit in rows for row in unit]
        return _apart(self.writer.guarded(everything, lambda: self.writer.answered(asked)), rows)

    def _submitted(self, begun: Sequence[Begun]) -> list[UnitOutcome]:
        bulk = self.bulk
        if not begun or bulk is None:
            return []
        rows = [row for one in begun for row in one.rows]
        revisions = [one.revision for one in begun]
        sent = self.writer.guarded(rows, lambda: self.writer.sent(rows, lambda: bulk.submit(revisions)))
        return _apart(sent, [one.rows for one in begun])

    def _prepare(self, part: _Part) -> None:
        writer = self.writer
        if writer.deps.clock.now() >= self.until:
            return
        key = writer.adapter.lease_key(part.unit[0])
        lease = part.lease.enter_context(leased(writer.deps, writer.traits, key, writer.owner, together_s=TOGETHER_S))
        if lease is None:
            return
        lost_s = None if self.bulk is None else self.bulk.settle_s
        begun = writer.guarded(part.unit, lambda: writer.begun(lease, part.unit, lost_s))
        part.state = begun
        if isinstance(begun, Begun) and self._goes_alone(begun):
            # It became urgent since it was taken, or there is nothing to ask any more: it goes alone, and before all others.
            alone = writer.guarded(
                begun.rows, lambda: writer.sent(begun.rows, lambda: writer.adapter.revise(begun.revision))
            )
            part.state = begun.finished(alone)

    def _goes_alone(self, begun: Begun) -> bool:
        if self.bulk is None or any(row.overtaken is not None for row in begun.rows):
            return True
        quantities = [one.values.quantity for one in begun.revision.revisions]
        return any(quantity is not None and quantity < self.alone_below for quantity in quantities)

    def _each(self, work: Callable[[_Part], None], parts: Sequence[_Part]) -> None:
        """Side by side where the system works with threads. All of it is done before the first error is raised."""
        if self.writer.deps.workers <= 1 or len(parts) < _SIDE_BY_SIDE:
            for part in parts:
                work(part)
            return
        with trace.Threads(_SIDE_BY_SIDE) as pool:
            for done in [pool.submit(work, part) for part in parts]:
                done.result()


def _apart(outcome: UnitOutcome, units: Sequence[Sequence[Listing]]) -> list[UnitOutcome]:
    """Each unit's own part of what became of all of them; that the account is dead is told once."""
    told = {one.row.key: one for one in outcome.rows}
    return [
        UnitOutcome(
            tuple(told[row.key] for row in unit if row.key in told),
            account_dead=outcome.account_dead if n == 0 else None,
        )
        for n, unit in enumerate(units)
    ]

"""Send many write units in one submission: their rows written many in one call, each its own lease, attempts and outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Event
from typing import TypeVar

from listbridge.domain import trace
from listbridge.domain.ids import ListingKey, Sku
from listbridge.domain.listings.listing import Listing
from listbridge.domain.ports import BulkWriter, RevisionResult
from listbridge.domain.verdicts import RemoteError
from listbridge.services.listings.revise.attempts import LeasedUnit, failed_so, leased_together, saved_together
from listbridge.services.listings.revise.unit_outcomes import Beginning, Begun, ToSend, UnitOutcome
from listbridge.services.listings.revise.write_unit import UnitWriter

TOGETHER_S = 10.0
"""So long units are leased for one submission; what is not leased by then goes with the next."""
_SIDE_BY_SIDE = 8
STRETCH = 200
"""So many units are leased, read and begun before the next: a unit's values are young when its attempt is recorded."""
P = TypeVar("P")
Looked = Mapping[ListingKey, Listing] | RemoteError
Answer = Mapping[ListingKey, RevisionResult] | RemoteError | UnitOutcome
"""What a submission came to; a `UnitOutcome` where the failure is ours."""


@dataclass(slots=True)
class _Part:
    """One unit of a submission, and its lease while that lasts."""

    unit: Sequence[Listing]
    lease: LeasedUnit | None = None
    planned: ToSend | None = None
    beginning: Beginning | None = None
    begun: Begun | None = None
    outcome: UnitOutcome = field(default_factory=lambda: UnitOutcome(left=True))


@dataclass(frozen=True, slots=True)
class UnitsTogether:
    """Many units that are sent in one submission of `bulk`.

    `alone_below`: a quantity below this does not ride. `until`: no unit is leased after that, nor once `hurry` is set.
    """

    writer: UnitWriter
    bulk: BulkWriter
    alone_below: int
    until: datetime
    hurry: Event = field(default_factory=Event)

    def write(self, units: Sequence[Sequence[Listing]]) -> list[UnitOutcome]:
        """Bring these units up to date; one outcome each, in their order.

        A unit that somebody else has, or of which nothing is to be sent any more, is left out of the submission and keeps none
        back. Where the submission as a whole fails, each listing's attempt ends as the error says.
        """
        with trace.about(account=units[0][0].key.account):
            calls = self.bulk.calls(len(units))
            kept_s = TOGETHER_S + sum(calls.values()) * self.writer.deps.limits.call_s(
                self.writer.traits.longest_call_s
            )
            if self.writer.set_aside(calls, kept_s) is not None:
                return [UnitOutcome(busy=True) for _ in units]
            parts = [_Part(unit) for unit in units]
            try:
                for at in range(0, len(parts), STRETCH):
                    if self._late():
                        break
                    self._put_together(parts[at : at + STRETCH])
                self._submit([part for part in parts if part.begun is not None])
            finally:
                self._release(parts)
        return _dead_once([part.outcome for part in parts])

    def _late(self) -> bool:
        return self.hurry.is_set() or self.writer.deps.clock.now() >= self.until

    def _put_together(self, parts: Sequence[_Part]) -> None:
        """Lease these units, read them, look at what is to be looked at, and record the attempts of what rides."""
        self._lease(parts)
        held = [part for part in parts if part.lease is not None]
        rows = self._read(held)
        many = self.writer.for_many()
        self._each(lambda part: self._plan(many, part, rows), held)
        planned = [part for part in held if part.planned is not None]
        looked = self._look([row for part in planned for row in (part.planned.unread if part.planned else ())])
        self._each(lambda part: self._begin(part, looked), planned)
        begins = [part for part in planned if part.beginning is not None]
        saved = saved_together(
            self.writer.deps, [row for part in begins for row in (part.beginning.rows if part.beginning else ())]
        )
        self._each(lambda part: self._stand(part, saved), begins)
        self._release([part for part in held if part.begun is None])

    def _lease(self, parts: Sequence[_Part]) -> None:
        writer = self.writer
        by_key = {writer.adapter.lease_key(part.unit[0]): part for part in parts}
        units = leased_together(writer.deps, writer.traits, list(by_key), writer.owner, together_s=TOGETHER_S)
        for key, part in by_key.items():
            part.lease = units.get(key)
            part.outcome = UnitOutcome(busy=part.lease is None)

    def _release(self, parts: Sequence[_Part]) -> None:
        leases = [part.lease.lease for part in parts if part.lease is not None]
        for part in parts:
            part.lease = None
        if leases:
            self.writer.deps.leases.release_many(leases)

    def _read(self, parts: Sequence[_Part]) -> Mapping[Sku, Sequence[Listing]]:
        """All listings under the SKUs of these units, strongly consistent. Where the account sells on one site, a hundred of them
        come with one call."""
        skus = list(dict.fromkeys(row.key.sku for part in parts for row in part.unit))
        account, store = self.writer.sales.account, self.writer.deps.listings
        sites = {*account.sites, *(row.key.site for part in parts for row in part.unit)}
        if len(sites) == 1:
            (site,) = sites
            found = store.get_many(ListingKey(account.id, site, sku) for sku in skus)
            return {key.sku: [row] for key, row in found.items()}
        rows: dict[Sku, Sequence[Listing]] = {}

        def read(sku: Sku) -> None:
            rows[sku] = store.of_sku(account.id, sku)

        self._each(read, skus)
        return rows

    def _plan(self, writer: UnitWriter, part: _Part, rows: Mapping[Sku, Sequence[Listing]]) -> None:
        found = [row for sku in dict.fromkeys(one.key.sku for one in part.unit) for row in rows.get(sku, ())]

        def plan() -> UnitOutcome:
            planned = writer.planned(writer.members(part.unit[0], found))
            part.planned = planned if isinstance(planned, ToSend) else None
            # What is only to be asked for comes again, as a question.
            return planned if isinstance(planned, UnitOutcome) else UnitOutcome()

        part.outcome = self.writer.guarded(part.unit, plan)

    def _look(self, rows: Sequence[Listing]) -> Mapping[ListingKey, Looked]:
        """Read these rows back, as many in one call as the marketplace takes; for each what its call told.

        The calls may wait for their turn, for no longer than units are leased.
        """
        size, told = self.writer.traits.read_back_batch, dict[ListingKey, Looked]()

        def look(some: Sequence[Listing]) -> None:
            left_s = (self.until - self.writer.deps.clock.now()).total_seconds()
            with self.writer.budget.patient(max(0.0, left_s)):
                looked = self.writer.look(some)
            told.update({row.key: looked for row in some})

        width = min(self.writer.traits.read_back_at_once, self.writer.deps.workers)
        self._each(look, [rows[at : at + size] for at in range(0, len(rows), size)], width)
        return told

    def _begin(self, part: _Part, looked: Mapping[ListingKey, Looked]) -> None:
        planned, writer = part.planned, self.writer
        if planned is None:
            return
        answers = [looked[row.key] for row in planned.unread]
        failed = next((one for one in answers if isinstance(one, RemoteError)), None)
        mine = {row.key for row in planned.unread}
        shown = [one for one in answers if not isinstance(one, RemoteError)]
        # The call showed other units too, each of which sees to its own; siblings that none of them named are seen to here.
        seen = {key: row for one in shown for key, row in one.items() if key in mine or key not in looked}
        made = writer.guarded(part.unit, lambda: writer.beginning(planned, failed or seen, self.bulk.settle_s))
        if isinstance(made, UnitOutcome):
            part.outcome = made
        else:
            part.beginning = made

    def _stand(self, part: _Part, saved: Mapping[ListingKey, Listing]) -> None:
        unit, beginning, writer = part.lease, part.beginning, self.writer
        if unit is None or beginning is None:
            return
        begun = writer.guarded(part.unit, lambda: writer.stands(unit, beginning, saved))
        if isinstance(begun, UnitOutcome):
            part.outcome = begun
        elif self._goes_alone(begun):
            # It became urgent since it was taken: it goes alone, and before all others.
            alone = writer.guarded(
                begun.rows, lambda: writer.sent(begun.rows, lambda: writer.adapter.revise(begun.revision))
            )
            part.outcome = begun.finished(alone)
        else:
            part.begun = begun

    def _goes_alone(self, begun: Begun) -> bool:
        if any(row.overtaken is not None for row in begun.rows):
            return True
        quantities = [one.values.quantity for one in begun.revision.revisions]
        return any(quantity is not None and quantity < self.alone_below for quantity in quantities)

    def _submit(self, parts: Sequence[_Part]) -> None:
        """Make the one call, record what became of each unit, and release its lease."""
        units = [part.begun for part in parts if part.begun is not None]
        if not units:
            return
        rows, revisions = [row for one in units for row in one.rows], [one.revision for one in units]
        answer = self.writer.guarded(rows, lambda: self.writer.made(lambda: self.bulk.submit(revisions)))

        for at in range(0, len(parts), STRETCH):
            stretch = parts[at : at + STRETCH]
            self._record(stretch, answer)
            self._release(stretch)

    def _record(self, parts: Sequence[_Part], answer: Answer) -> None:
        """Record what became of each unit: all that is to be saved in few calls, and then what each has to itself."""
        saved = saved_together(self.writer.deps, [row for part in parts for row in self._became(part, answer)])

        def record(part: _Part) -> None:
            begun = part.begun
            if begun is None:
                return
            sent = answer if isinstance(answer, UnitOutcome) else self._recorded(begun, answer, saved)
            told = {row.key for row in begun.rows}
            mine = UnitOutcome(tuple(one for one in sent.rows if one.row.key in told), account_dead=sent.account_dead)
            part.outcome = begun.finished(mine)

        self._each(record, parts)

    def _became(self, part: _Part, answer: Answer) -> Sequence[Listing]:
        if part.begun is None or isinstance(answer, UnitOutcome):
            return ()
        rows = part.begun.rows
        results = failed_so(rows, answer) if isinstance(answer, RemoteError) else answer
        told = self.writer.guarded(rows, lambda: self.writer.attempts.outcomes(rows, results))
        if isinstance(told, UnitOutcome):
            part.outcome, part.begun = part.begun.finished(told), None
            return ()
        return told

    def _recorded(
        self,
        begun: Begun,
        answer: Mapping[ListingKey, RevisionResult] | RemoteError,
        saved: Mapping[ListingKey, Listing],
    ) -> UnitOutcome:
        return self.writer.guarded(begun.rows, lambda: self.writer.recorded(begun.rows, answer, saved))

    def _each(self, work: Callable[[P], None], parts: Sequence[P], width: int = _SIDE_BY_SIDE) -> None:
        """Side by side where the system works with threads. All of it is done before the first error is raised."""
        if self.writer.deps.workers <= 1 or len(parts) < _SIDE_BY_SIDE or width <= 1:
            for part in parts:
                work(part)
            return
        with trace.Threads(width) as pool:
            for done in [pool.submit(work, part) for part in parts]:
                done.result()


def _dead_once(outcomes: Sequence[UnitOutcome]) -> list[UnitOutcome]:
    """That the account is dead is told once."""
    told: list[UnitOutcome] = []
    for outcome in outcomes:
        again = outcome.account_dead is not None and any(one.account_dead for one in told)
        told.append(replace(outcome, account_dead=None) if again else outcome)
    return told

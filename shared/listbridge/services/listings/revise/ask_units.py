"""Ask for many submitted units in one question. Nothing is written to the marketplace: their leases stay free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from listbridge.domain import trace
from listbridge.domain.ids import ListingKey
from listbridge.domain.listings.listing import Listing
from listbridge.domain.ports import RevisionResult
from listbridge.domain.verdicts import NotFound
from listbridge.services.listings.revise.attempts import saved_together
from listbridge.services.listings.revise.unit_outcomes import Asked, UnitOutcome
from listbridge.services.listings.revise.write_unit import UnitWriter


@dataclass(frozen=True, slots=True)
class UnitsAsked:
    """Units of which what is due was submitted. An attempt's outcome is recorded under its id, no matter which worker holds the unit
    (protocol.md#attempts)."""

    writer: UnitWriter

    def ask(self, units: Sequence[Sequence[Listing]]) -> list[UnitOutcome]:
        """What became of each unit, in their order. One of which something is to be sent by now, or which the marketplace says it
        does not have, is written alone, inside its lease."""
        with trace.about(account=units[0][0].key.account):
            fresh = self.writer.deps.listings.get_many(row.key for unit in units for row in unit)
            many = self.writer.for_many()
            states = [_state(many, unit, fresh) for unit in units]
            asked = [state for state in states if isinstance(state, Asked)]
            answer: Mapping[ListingKey, RevisionResult] | UnitOutcome = {}
            watched = UnitOutcome()
            if asked:
                rows = [row for one in asked for row in one.rows]
                answer = self.writer.guarded(rows, lambda: self.writer.asked(asked))
                watched = self.writer.guarded(rows, lambda: self.writer.watched(asked))
            return self._outcomes(units, states, answer, watched)

    def _outcomes(
        self,
        units: Sequence[Sequence[Listing]],
        states: Sequence[Asked | UnitOutcome | None],
        answer: Mapping[ListingKey, RevisionResult] | UnitOutcome,
        watched: UnitOutcome,
    ) -> list[UnitOutcome]:
        outcomes: list[UnitOutcome] = []
        states, saved = self._saved(states, answer)
        dead = watched.account_dead or (answer.account_dead if isinstance(answer, UnitOutcome) else None)
        seen = {one.row.key: one for one in watched.rows}
        asked_for = {row.key for state in states if isinstance(state, Asked) for row in state.rows}
        beside = [one for key, one in seen.items() if key not in asked_for]
        for unit, state in zip(units, states, strict=True):
            if isinstance(state, UnitOutcome):
                outcomes.append(state)
            elif state is None or _missing(state, answer):
                outcomes.append(self.writer.revise(unit))
            else:
                rows = answer.rows if isinstance(answer, UnitOutcome) else self._heard(state, answer, saved).rows
                keys = {row.key for row in (*state.rows, *(one.row for one in state.put_off))}
                told = {one.row.key: one for one in rows if one.row.key in keys}
                mine = {**told, **{key: one for key, one in seen.items() if key in keys}}
                outcomes.append(UnitOutcome((*mine.values(), *beside), account_dead=dead))
                dead, beside = None, []
        return outcomes

    def _saved(
        self, states: Sequence[Asked | UnitOutcome | None], answer: Mapping[ListingKey, RevisionResult] | UnitOutcome
    ) -> tuple[list[Asked | UnitOutcome | None], Mapping[ListingKey, Listing]]:
        """Save in few calls what the answer made of these units; a unit with which that fails has its outcome now."""
        after, rows = list(states), list[Listing]()
        if isinstance(answer, UnitOutcome):
            return after, {}
        for at, state in enumerate(states):
            if not isinstance(state, Asked) or _missing(state, answer):
                continue
            became = self.writer.guarded(state.rows, partial(self.writer.attempts.outcomes, state.latest, answer))
            if isinstance(became, UnitOutcome):
                after[at] = became
            else:
                rows += became
        return after, saved_together(self.writer.deps, rows)

    def _heard(
        self, state: Asked, answer: Mapping[ListingKey, RevisionResult], saved: Mapping[ListingKey, Listing]
    ) -> UnitOutcome:
        return self.writer.guarded(state.rows, lambda: self.writer.heard([state], answer, saved))


def _state(
    writer: UnitWriter, unit: Sequence[Listing], fresh: Mapping[ListingKey, Listing]
) -> Asked | UnitOutcome | None:
    rows = [fresh[row.key] for row in unit if row.key in fresh]
    return writer.guarded(unit, lambda: writer.to_ask(rows))


def _missing(state: Asked, answer: Mapping[ListingKey, RevisionResult] | UnitOutcome) -> bool:
    """What ends a listing excludes other writers."""
    if isinstance(answer, UnitOutcome):
        return False
    return any(row.key in answer and isinstance(answer[row.key].error, NotFound) for row in state.rows)

"""Send many write units in one submission: their leases side by side, one call, each its own attempts and outcome."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from listbridge.domain import trace
from listbridge.domain.listings.listing import Listing
from listbridge.domain.ports import BulkWriter
from listbridge.services.listings.revise.attempts import leased
from listbridge.services.listings.revise.write_unit import Asked, Begun, UnitOutcome, UnitWriter


def submit_units(writer: UnitWriter, bulk: BulkWriter, units: Sequence[Sequence[Listing]]) -> list[UnitOutcome]:
    """Bring these units up to date in one submission; one outcome each, in their order.

    A unit that somebody else has, or of which nothing is to be sent any more, is left out of it and keeps none back. Where
    the submission as a whole fails, each listing's attempt ends as the error says.
    """
    everything = [row for unit in units for row in unit]
    with trace.about(account=everything[0].key.account):
        spent = writer.set_aside(bulk.calls(len(units)), everything)
        if spent is not None:
            return _apart(spent, units)
        with ExitStack() as leases:
            prepared = [_prepared(writer, leases, unit) for unit in units]
            asked = [one for one in prepared if isinstance(one, Asked)]
            begun = [one for one in prepared if isinstance(one, Begun)]
            answers = iter(_answers(writer, asked))
            shares = iter(_submitted(writer, bulk, begun))
        return [
            one.finished(next(shares)) if isinstance(one, Begun) else next(answers) if isinstance(one, Asked) else one
            for one in prepared
        ]


def _answers(writer: UnitWriter, asked: Sequence[Asked]) -> list[UnitOutcome]:
    if not asked:
        return []
    rows = [[*one.rows, *(put_off.row for put_off in one.put_off)] for one in asked]
    everything = [row for unit in rows for row in unit]
    return _apart(writer.guarded(everything, lambda: writer.answered(asked)), rows)


def _submitted(writer: UnitWriter, bulk: BulkWriter, begun: Sequence[Begun]) -> list[UnitOutcome]:
    if not begun:
        return []
    rows = [row for one in begun for row in one.rows]
    revisions = [one.revision for one in begun]
    sent = writer.guarded(rows, lambda: writer.sent(rows, lambda: bulk.submit(revisions)))
    return _apart(sent, [one.rows for one in begun])


def _prepared(writer: UnitWriter, leases: ExitStack, unit: Sequence[Listing]) -> Begun | Asked | UnitOutcome:
    lease = leases.enter_context(leased(writer.deps, writer.traits, writer.adapter.lease_key(unit[0]), writer.owner))
    if lease is None:
        return UnitOutcome(busy=True)
    begun = writer.guarded(unit, lambda: writer.begun(lease, unit))
    if not isinstance(begun, Begun) or not any(one.values.quantity == 0 for one in begun.revision.revisions):
        return begun
    # It fell to 0 since it was taken: it goes alone, and before all others.
    alone = writer.guarded(begun.rows, lambda: writer.sent(begun.rows, lambda: writer.adapter.revise(begun.revision)))
    return begun.finished(alone)


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

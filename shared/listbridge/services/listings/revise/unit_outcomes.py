"""What became of a write unit, and what stands between its attempts and that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from listbridge.domain.ids import ListingKey
from listbridge.domain.listings import writing
from listbridge.domain.listings.listing import BOTH, LedgerField, Listing
from listbridge.domain.ports import UnitRevision
from listbridge.domain.problem import Problem


class Result(StrEnum):
    """What became of one listing of a unit."""

    # A read-back was enough: it showed what became of an earlier call, or that nothing is to be sent.
    SETTLED = "settled"
    SENT = "sent"
    SUBMITTED = "submitted"  # the marketplace took it in and decides later
    HELD = "held"
    ENDED = "ended"  # it was found to have ended there, and said so
    POSTPONED = "postponed"
    ZERO_REFUSED = "zero_refused"  # the marketplace does not take 0: the listing must be ended


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """A listing as it is now, what became of it, and what the call carried: a price may go while the quantity waits."""

    result: Result
    row: Listing
    sent: frozenset[LedgerField] = frozenset()

    @property
    def reason(self) -> Problem | None:
        """What holds the listing back, or which limit it waits for."""
        return self.row.hold or self.row.waits_for

    @property
    def can_be_helped(self) -> bool:
        """It waits for a limit, and somebody can do something about that: it is told like what was refused."""
        return self.row.hold is None and self.reason is not None and bool(self.reason.fix)

    def shown(self) -> dict[str, str]:
        """The values that a call carried, as the activity shows them; "unchanged" for one that it left alone."""
        sent, row = self.sent or BOTH, self.row
        quantity = str(row.sent.quantity) if LedgerField.QUANTITY in sent else "unchanged"
        return {"quantity": quantity, "price": str(row.sent.price) if LedgerField.PRICE in sent else "unchanged"}


@dataclass(frozen=True, slots=True)
class UnitOutcome:
    """What became of a unit's listings; of one that is not named nothing was due any more, or it moved meanwhile.

    `busy`: another worker has the unit. `left`: there was no time to begin with it. `account_dead` stops the account's whole run.
    """

    rows: tuple[RowOutcome, ...] = ()
    busy: bool = False
    left: bool = False
    account_dead: Problem | None = None


@dataclass(frozen=True, slots=True)
class Beginning:
    """A unit whose attempts are to be saved: its listings as they were read inside its lease, those to be sent with their attempts in
    them, and what became of the others already."""

    members: Sequence[Listing]
    rows: Sequence[Listing]
    done: Mapping[ListingKey, RowOutcome]


@dataclass(frozen=True, slots=True)
class Begun:
    """A unit whose attempts stand: what is to be sent of it, and what became of its other listings already."""

    revision: UnitRevision
    rows: Sequence[Listing]
    done: Mapping[ListingKey, RowOutcome]

    def finished(self, sent: UnitOutcome) -> UnitOutcome:
        """All that there is to tell about the unit once these rows were sent."""
        told = {**self.done, **{one.row.key: one for one in sent.rows}}
        put_off = [one for one in told.values() if one.result is not Result.SETTLED]
        return UnitOutcome(tuple(put_off), account_dead=sent.account_dead)


@dataclass(frozen=True, slots=True)
class Asked:
    """A unit of which all that is due was submitted: the rows to ask for, and what became of those that wait still."""

    rows: Sequence[Listing]
    put_off: tuple[RowOutcome, ...]

    @property
    def latest(self) -> list[Listing]:
        """Those of which the latest attempt is to be decided."""
        return [row for row in self.rows if writing.undecided(row) is not None and row not in self.overtaken]

    @property
    def overtaken(self) -> list[Listing]:
        """Those of which an attempt is to be decided that a later one overtook."""
        return [row for row in self.rows if row.overtaken is not None and writing.undecided(row) is row.overtaken]


@dataclass(frozen=True, slots=True)
class ToSend:
    """A unit of which something is to be sent: its listings as they were read inside its lease, those that are due now, and those
    that are to be read on the marketplace before."""

    members: Sequence[Listing]
    ready: Sequence[Listing]
    unread: Sequence[Listing]

"""What an account would be sent if it were written to now: what observe mode, or a stop, keeps back (protocol.md#observe-mode)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from listbridge.domain.configuration import Account
from listbridge.domain.ids import AccountId
from listbridge.domain.listings import ledger
from listbridge.domain.listings.holds import account_hold
from listbridge.domain.listings.ledger import NOT_ALIGNED
from listbridge.domain.listings.listing import Listing, Values
from listbridge.domain.problem import Problem
from listbridge.services.deps import DeskDeps

MOST = 2000
"""Listings that one page looks at."""
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """A live listing as the marketplace shows it and as it would be. What `waits_for_align` is not sent when the account goes live,
    but when somebody aligns it, or it changes in the shop."""

    listing: Listing
    shown: Values
    would_send: Values
    waits_for_align: bool

    @property
    def zero(self) -> bool:
        """It would be out of stock there."""
        return self.would_send.quantity == 0 and self.shown.quantity != 0


@dataclass(frozen=True, slots=True)
class DifferencesPage:
    """Those among the next listings of the account. `counted` were looked at."""

    differences: tuple[Difference, ...]
    counted: int
    cursor: str | None


def differences_of(
    deps: DeskDeps, account_id: AccountId, cursor: str | None = None, most: int = MOST
) -> DifferencesPage:
    """Compare the next listings of the account. Raises Missing, and NotACursor."""
    account = deps.configuration.get(Account, account_id)
    found: list[Difference] = []
    counted = 0
    while counted < most:
        rows, cursor = deps.listings.of_account(account.id, cursor, min(_PAGE, most - counted))
        counted += len(rows)
        found += (one for row in rows if (one := difference_of(row)) is not None)
        if cursor is None:
            break
    return DifferencesPage(tuple(found), counted, cursor)


def kept_back(account: Account) -> Problem | None:
    """Why the account is not written to now, or none."""
    return account_hold(account)


def difference_of(row: Listing) -> Difference | None:
    """What would be sent of it, or None where nothing would."""
    aligns = row.hold is not None and row.hold.code == NOT_ALIGNED
    fields = ledger.due_fields(replace(row, hold=None) if aligns else row)
    if not fields:
        return None
    wanted = Values(row.computed.quantity, row.computed.price)
    return Difference(row, _shown(row), wanted.only(fields), aligns)


def _shown(row: Listing) -> Values:
    """What the marketplace showed when it was looked at last, else what it took last."""
    seen, accepted = row.seen, row.accepted
    quantity = seen.quantity if seen.quantity is not None else accepted.quantity
    return Values(quantity, seen.price if seen.price is not None else accepted.price)

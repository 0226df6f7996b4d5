"""A marketplace says that it has decided something: what was submitted is asked for now, and not when its time has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial

from listbridge.domain.ids import AccountId, ListingKey, Sku
from listbridge.domain.listings import ledger, writing
from listbridge.domain.listings.bands import Band
from listbridge.domain.listings.listing import Listing
from listbridge.services.catalog.nudge import nudge
from listbridge.services.deps import AccountDeps

_AHEAD = timedelta(days=1)
"""Further off than a submission is asked for."""
_MOST = 500


def look_for_outcomes(deps: AccountDeps, account: AccountId, skus: Iterable[Sku]) -> None:
    """Bring the look at these SKUs' submissions forward, and at what an older one may land over; nothing happens where none is
    under way. Idempotent."""
    rows = [row for sku in dict.fromkeys(skus) for row in deps.listings.of_sku(account, sku)]
    _look_now(deps, account, [row.key for row in rows if _ticket(row) or ledger.awaits_look(row)])


def look_for_submission(deps: AccountDeps, account: AccountId, submission: str) -> None:
    """The same for a submission of many listings, named by what their tickets begin with. Of very many the first only: the
    others are asked for when their time has come."""
    keys = deps.listings.due(account, list(Band), at=deps.clock.now() + _AHEAD, limit=_MOST)
    rows = deps.listings.get_many(keys).values()
    waiting = [row.key for row in rows if _ticket(row) == submission or _ticket(row).startswith(f"{submission}:")]
    _look_now(deps, account, waiting)


def _ticket(row: Listing) -> str:
    asked = writing.undecided(row)
    return asked.ticket if asked is not None else ""


def _look_now(deps: AccountDeps, account: AccountId, waiting: Sequence[ListingKey]) -> None:
    heard = partial(writing.heard_of, now=deps.clock.now())
    for key in waiting:
        deps.listings.change(key, heard)
    if waiting:
        nudge(deps, account, waiting)

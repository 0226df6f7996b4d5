"""A marketplace says that it has decided something: what was submitted is asked for now, and not when its time has come."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from listbridge.domain.ids import AccountId, Sku
from listbridge.domain.listings import writing
from listbridge.services.catalog.nudge import nudge
from listbridge.services.deps import AccountDeps


def look_for_outcomes(deps: AccountDeps, account: AccountId, skus: Iterable[Sku]) -> None:
    """Bring the look at these SKUs' submissions forward; nothing happens where none is under way. Idempotent."""
    waiting = [
        row.key
        for sku in dict.fromkeys(skus)
        for row in deps.listings.of_sku(account, sku)
        if row.attempt is not None and row.attempt.ticket
    ]
    heard = partial(writing.heard_of, now=deps.clock.now())
    for key in waiting:
        deps.listings.change(key, heard)
    if waiting:
        nudge(deps, account, waiting)

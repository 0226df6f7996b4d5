"""Listings that the marketplace says it does not have: read them, and record which have ended.

A row that went on saying "active" would refuse the very acts that bring the listing back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account
from listbridge.domain.ids import JobId, ListingKey
from listbridge.domain.listings import lifecycle
from listbridge.domain.listings.holds import status_hold
from listbridge.domain.listings.listing import Listing, Zero
from listbridge.domain.ports import MarketplaceAdapter
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RemoteError
from listbridge.services.deps import AccountDeps
from listbridge.services.job_results import item_failed
from listbridge.services.listings.sales_first import SalesFirst


def record_ended(
    deps: AccountDeps, adapter: MarketplaceAdapter, sales: SalesFirst, zero: Zero, rows: Iterable[Listing]
) -> dict[ListingKey, Listing]:
    """Read these listings; those that are gone are saved as ended and returned.

    The caller holds what excludes other writers of these rows, or an attempt of theirs is lost. Raises RemoteError when the
    marketplace cannot be read; nothing is saved then.
    """
    linked = {row.key: row for row in rows if row.remote is not None}
    shown = adapter.read_back(list(linked.values())) if linked else []
    ended: dict[ListingKey, Listing] = {}
    for remote in shown:
        before = linked.get(remote.key)
        if before is None or not remote.gone:
            continue
        now = deps.clock.now()
        after = deps.listings.change(before.key, partial(lifecycle.gone_there, zero=zero, now=now))
        sales.noticed(before, after)
        ended[before.key] = after
        deps.activity.note(
            ActivityEntry(str(before.key), "finished_on_marketplace", now, {}, account=before.key.account)
        )
    return ended


def without_ended(
    deps: AccountDeps, account: Account, job: JobId | None, rows: Sequence[Listing], problem: Problem
) -> tuple[Sequence[Listing], Problem]:
    """What is left of the rows of an operation to which the marketplace said `problem`, "not found", and what is wrong with them.

    What has ended there is recorded, and told to the job. What is live in spite of the marketplace's word is to be sent
    again as a whole; where it cannot be read, the next drift check does that.
    """
    adapter = deps.marketplaces.open(account)
    zero = deps.marketplaces.traits(account).zero
    try:
        ended = record_ended(deps, adapter, SalesFirst(deps, account), zero, rows)
    except RemoteError:
        return rows, replace(problem, fix="repeat_later")
    for key, row in ended.items():
        item_failed(deps, job, str(key), status_hold(row) or problem)
    left = [row for row in rows if row.key not in ended]
    live = any(row.remote is not None for row in left)
    return left, replace(problem, fix="full_revise") if live else problem

"""Listings that the marketplace says it does not have: look, and write down which of them have ended.

A row that went on saying "active" would refuse the very acts that bring the listing back.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from listbridge.domain import lifecycle
from listbridge.domain.activity import ActivityEntry
from listbridge.domain.ids import ListingKey
from listbridge.domain.listing import Listing, Status
from listbridge.domain.ports import MarketplaceAdapter
from listbridge.services.deps import Deps
from listbridge.services.sales_first import SalesFirst


def record_ended(
    deps: Deps, adapter: MarketplaceAdapter, sales: SalesFirst, rows: Iterable[Listing]
) -> dict[ListingKey, Listing]:
    """Read these listings; those that are no longer live are saved as finished and returned.

    The caller holds what excludes other writers of these rows, or an attempt of theirs is lost. Raises RemoteError when the
    marketplace cannot be read; nothing is saved then.
    """
    linked = {row.key: row for row in rows if row.remote is not None}
    shown = adapter.read_back(list(linked.values())) if linked else []
    ended: dict[ListingKey, Listing] = {}
    for remote in shown:
        before = linked.get(remote.key)
        if before is None or remote.live:
            continue
        now = deps.clock.now()
        after = deps.listings.change(before.key, partial(lifecycle.ended, status=Status.FINISHED, now=now))
        sales.noticed(before, after)
        ended[before.key] = after
        deps.activity.note(
            ActivityEntry(str(before.key), "finished_on_marketplace", now, {}, account=before.key.account)
        )
    return ended

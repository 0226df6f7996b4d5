"""What marketplaces charge for putting listings on sale: told of each listing, and counted for its account."""

from __future__ import annotations

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.listings.listing import Listing
from listbridge.domain.money import Money
from listbridge.services.deps import CoreDeps


def charged(deps: CoreDeps, row: Listing, fee: Money) -> None:
    """Count it, and tell it in the listing's activity. A worker that dies here leaves it uncounted."""
    count = deps.counters.next(f"listing_fees#{row.key.account}")
    params = {"fee": str(fee), "count": str(count)}
    deps.activity.note(ActivityEntry(str(row.key), "fee_charged", deps.clock.now(), params, row.key.account))

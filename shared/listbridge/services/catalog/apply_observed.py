"""What follows from a read of the shop: listings computed again, drainers woken, sold-out listings put back, new items
sent."""

from __future__ import annotations

from listbridge.domain.listings.listing import Cause, Listing
from listbridge.services.catalog.fit_to_export import look_at_fit
from listbridge.services.catalog.nudge import nudge_due
from listbridge.services.catalog.observed import Observed
from listbridge.services.catalog.recompute_variants import recompute_variants
from listbridge.services.catalog.restocked import sell_restocked
from listbridge.services.deps import LedgerDeps


def apply_observed(deps: LedgerDeps, observed: Observed, cause: Cause = Cause.SHOP) -> list[Listing]:
    """Recompute every listing of the touched variants and nudge for those that are due."""
    rows = recompute_variants(deps, observed.touched, cause)
    nudge_due(deps, rows)
    sell_restocked(deps, rows)
    look_at_fit(deps, rows)
    return rows

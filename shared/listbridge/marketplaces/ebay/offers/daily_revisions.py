"""How often each listing was revised today: eBay allows 250 revisions, and we keep the last 20 for zeros.

"Each listing can be revised up to 250 times in one calendar day. If this revision threshold is reached, the seller will be
blocked from revising the item until the next calendar day" (sell_inventory 1.18.4, bulkUpdatePriceQuantity and the other calls
that write). All variations of a listing share that number, so the count is the listing's and not the SKU's. In which time zone
the day begins is not documented: Pacific is assumed, as for the quotas of calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from listbridge.domain.ids import RemoteId
from listbridge.domain.ports import Clock, Counters
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RateLimited
from listbridge.infra.clock import next_midnight
from listbridge.marketplaces.ebay.manifest import PACIFIC

MOST = 250
KEPT_FOR_ZEROS = 20
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class DailyRevisions:
    """The count of one account's listings, shared by all processes.

    It is never lower than what we sent. The seller's own changes and those of other tools are not in it: `used_up` takes in
    what eBay says of those.
    """

    counters: Counters
    account: str
    clock: Clock

    def count(self, listing: RemoteId) -> None:
        """Count a revision that is made whatever was counted before."""
        self._add(listing, 1)

    def take(self, listing: RemoteId, *, more: int = 0) -> RateLimited | None:
        """Count a revision that leaves the zeros' share alone, with so many `more` that belong to it; the verdict, with nothing
        to be sent, where too few are left."""
        if self._add(listing, 1) + more <= MOST - KEPT_FOR_ZEROS:
            return None
        params = {"max": str(MOST), "count": str(KEPT_FOR_ZEROS)}
        return RateLimited(Problem("ebay_revisions_kept_for_zeros", params), until=self._day_ends())

    def used_up(self, listing: RemoteId) -> None:
        """eBay says that the listing's day is used up: nothing else but zeros tries it today."""
        self._add(listing, MOST)

    def _add(self, listing: RemoteId, revisions: int) -> int:
        ends = self._day_ends()
        # The window that holds the day's end is the same during all of the day.
        name = f"ebay_revisions#{self.account}#{listing}#{ends:%Y-%m-%dT%H}"
        return self.counters.add(name, revisions, window_s=_DAY_S, now=ends)

    def _day_ends(self) -> datetime:
        return next_midnight(PACIFIC, self.clock.now())

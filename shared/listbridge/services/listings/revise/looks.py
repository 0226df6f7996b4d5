"""Look at listings on the marketplace, and record what that changes (protocol.md#settle)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from listbridge.domain.ids import ListingKey, Sku
from listbridge.domain.listings import ledger, lifecycle
from listbridge.domain.listings.bands import Band
from listbridge.domain.listings.listing import Listing, RemoteState
from listbridge.domain.ports import Conflict, MarketplaceAdapter, MarketplaceTraits, RemoteListing
from listbridge.domain.verdicts import RemoteError
from listbridge.services.deps import AccountDeps
from listbridge.services.listings.sales_first import SalesFirst


@dataclass(frozen=True, slots=True)
class Looks:
    """Looks at the listings of one account. Safe to call from several threads, one unit each."""

    deps: AccountDeps
    adapter: MarketplaceAdapter
    traits: MarketplaceTraits
    sales: SalesFirst

    def look(self, rows: Sequence[Listing]) -> dict[ListingKey, Listing] | RemoteError:
        """Read these rows, of however many units, back inside their leases. What that changes is saved; left out is a row that moved
        meanwhile, or that the marketplace is at. An error tells that they could not be read.

        Where a call was lost that carried the values of others in the same listing, these are looked at too.
        """
        try:
            shown = self._shown(rows)
            beside = self._beside(rows, shown)
            if beside:
                shown = {**shown, **self._shown(beside)}
        except RemoteError as error:
            return error  # of none of them it is known yet
        return self._recorded([*rows, *beside], shown)

    def _shown(self, rows: Sequence[Listing]) -> Mapping[ListingKey, RemoteListing]:
        return {remote.key: remote for remote in self.adapter.read_back(rows)}

    def _beside(self, rows: Sequence[Listing], shown: Mapping[ListingKey, RemoteListing]) -> list[Listing]:
        """The live listings whose values a lost call of one of these rows may have sent as they were read before it."""
        now, found = self.deps.clock.now(), dict[ListingKey, Listing]()
        lost = [row for row in rows if _lost(row, now) and row.key in shown]
        for row in lost:
            unit = self.adapter.unit_key(row)
            for sku in sorted(shown[row.key].beside):
                members = self.deps.listings.of_sku(row.key.account, Sku(sku))
                found |= {one.key: one for one in members if one.live and self.adapter.unit_key(one) == unit}
        known = {row.key for row in rows}
        return [self.sales.admitted(row) for key, row in found.items() if key not in known]

    def _recorded(
        self, rows: Sequence[Listing], shown: Mapping[ListingKey, RemoteListing]
    ) -> dict[ListingKey, Listing]:
        looked: dict[ListingKey, Listing] = {}
        for row in rows:
            remote = shown.get(row.key)
            if remote is None:
                continue
            now = self.deps.clock.now()
            if remote.state is RemoteState.PROCESSING and row.due_band is not Band.ZERO:
                # It shows nothing that could be gone by. A zero is sent all the same: it can only be right.
                if row.due_band is not None:
                    self._postpone(row.key, now)
                continue
            new = lifecycle.looked_at(row, remote, self.traits.zero, now)
            if new.settle_at is not None and ledger.awaits_look(new):
                look_at = min(new.settle_at, now + timedelta(seconds=self.traits.settle_s))
                new = ledger.postponed(new, look_at, now)
            if ledger.as_known(row, new):
                looked[row.key] = new  # saved with the attempt, if there is one
                continue
            try:
                looked[row.key] = self.deps.listings.save(new)
            except Conflict:
                continue
            self.sales.noticed(row, looked[row.key])
        return looked

    def _postpone(self, key: ListingKey, now: datetime) -> None:
        until = now + timedelta(seconds=self.traits.settle_s)
        self.deps.listings.change(key, lambda row: ledger.postponed(row, until, now))


def _lost(row: Listing, now: datetime) -> bool:
    """Whether this look decides what became of a call that was lost, or is the first since its worker died: inside a lease an
    attempt that stands, and was not taken in, is a dead worker's."""
    if row.attempt is not None:
        return not row.attempt.ticket
    return row.settle_at is not None and row.settle_at <= now

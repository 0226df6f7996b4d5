"""The ledger rows in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from listbridge.domain.ids import AccountId, ListingKey, SalesListId, Sku
from listbridge.domain.listings.bands import Band
from listbridge.domain.listings.listing import Listing
from listbridge.domain.ports import Conflict, Missing
from tests.fakes.cuts import TOGETHER, Hook, no_cut
from tests.fakes.limits import check_key, cursor_after, place_of


class FakeListingRepository:
    """`ListingRepository` in memory.

    With `lagging_index` the due index shows only what it showed when the test last called `catch_up`, as a real one may.
    """

    def __init__(self, before_write: Hook = no_cut, *, lagging_index: bool = False) -> None:
        self._rows: dict[ListingKey, Listing] = {}
        self._index: dict[ListingKey, Listing] = {}
        self._lock = threading.RLock()
        self._before_write = before_write
        self.lagging_index = lagging_index

    def get(self, key: ListingKey) -> Listing:
        check_key(str(key), key.account, key.site, key.sku)
        with self._lock:
            row = self._rows.get(key)
        if row is None:
            raise Missing("listing", str(key))
        return row

    def get_many(self, keys: Iterable[ListingKey]) -> dict[ListingKey, Listing]:
        with self._lock:
            return {key: self._rows[key] for key in keys if key in self._rows}

    def of_sku(self, account: AccountId, sku: Sku) -> list[Listing]:
        with self._lock:
            return [row for key, row in sorted(self._rows.items()) if (key.account, key.sku) == (account, sku)]

    def create(self, listing: Listing) -> None:
        self._before_write("listings.create")
        check_key(str(listing.key))
        with self._lock:
            if listing.key in self._rows:
                raise Conflict(str(listing.key))
            self._put(replace(listing, rev=1))

    def save(self, listing: Listing) -> Listing:
        self._before_write("listings.save")
        with self._lock:
            self._expect(listing)
            saved = replace(listing, rev=listing.rev + 1)
            self._put(saved)
            return saved

    def save_many(self, listings: Sequence[Listing]) -> dict[ListingKey, Listing]:
        done: dict[ListingKey, Listing] = {}
        for some in (listings[at : at + TOGETHER] for at in range(0, len(listings), TOGETHER)):
            self._before_write("listings.save_many")
            with self._lock:
                for listing in some:
                    stored = self._rows.get(listing.key)
                    if stored is not None and stored.rev == listing.rev:
                        done[listing.key] = replace(listing, rev=listing.rev + 1)
                        self._put(done[listing.key])
        return done

    def change(self, key: ListingKey, change: Callable[[Listing], Listing]) -> Listing:
        while True:
            row = self.get(key)
            new = change(row)
            if new is row:
                return row
            try:
                return self.save(new)
            except Conflict:
                continue

    def delete(self, listing: Listing) -> None:
        self._before_write("listings.delete")
        with self._lock:
            self._expect(listing)
            del self._rows[listing.key]
            if not self.lagging_index:
                self._index.pop(listing.key, None)

    def due(self, account: AccountId, bands: Sequence[Band], *, at: datetime, limit: int) -> list[ListingKey]:
        with self._lock:
            rows = [
                (bands.index(row.due_band), due_at, row.key)
                for row in self._index.values()
                if row.key.account == account
                and row.due_band in bands
                and (due_at := _due_at(row)) is not None
                and due_at <= at
            ]
        return [key for _, _, key in sorted(rows)[:limit]]

    def next_due(self, account: AccountId, *, after: datetime) -> datetime | None:
        with self._lock:
            times = [_due_at(row) for row in self._index.values() if row.key.account == account]
        return min((time for time in times if time is not None and time > after), default=None)

    def count_live(self, account: AccountId) -> int:
        with self._lock:
            return sum(row.live for key, row in self._rows.items() if key.account == account)

    def of_list(self, sales_list: SalesListId, cursor: str | None, limit: int) -> tuple[list[Listing], str | None]:
        return self._page(sales_list, lambda row: row.sales_list == sales_list, cursor, limit)

    def of_account(self, account: AccountId, cursor: str | None, limit: int) -> tuple[list[Listing], str | None]:
        return self._page(account, lambda row: row.key.account == account, cursor, limit)

    def catch_up(self) -> None:
        """Let the due index show every row as it is now."""
        with self._lock:
            self._index = dict(self._rows)

    def _page(
        self, owner: str, wanted: Callable[[Listing], bool], cursor: str | None, limit: int
    ) -> tuple[list[Listing], str | None]:
        after = place_of(owner, cursor)
        with self._lock:
            rows = [row for row in self._rows.values() if wanted(row)]
        rest = sorted((row for row in rows if after is None or _place(row) > after), key=_place)
        page = rest[:limit]
        return page, cursor_after(owner, _place(page[-1]) if len(rest) > limit else None)

    def _put(self, row: Listing) -> None:
        self._rows[row.key] = row
        if not self.lagging_index:
            self._index[row.key] = row

    def _expect(self, listing: Listing) -> None:
        stored = self._rows.get(listing.key)
        if stored is None or stored.rev != listing.rev:
            raise Conflict(str(listing.key))


def _place(row: Listing) -> str:
    return f"{row.key.sku}#{row.key.site}"


def _due_at(row: Listing) -> datetime | None:
    if row.due_band is None or row.due_since is None:
        return None
    return max(row.due_since, row.not_before) if row.not_before is not None else row.due_since

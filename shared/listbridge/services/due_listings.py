"""What a drainer does next: due rows by band, with one slot in eight for the oldest of any band (protocol 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from listbridge.domain.ids import AccountId, ListingKey
from listbridge.domain.listing import Band, Listing
from listbridge.services.deps import Deps

_PAGE = 100
_FAIR_SLOT = 8


@dataclass(slots=True)
class DueListings:
    """The rows of one account that a drainer has still to look at, in the order in which they go.

    Holds at most a page per band, so a backlog of any size costs the same memory. Rows are read again, strongly
    consistent, before they are handed out: the index may show what was already done.
    """

    deps: Deps
    account: AccountId
    _bands: dict[Band, list[Listing]] = field(default_factory=dict)
    _taken: int = 0
    _skip: set[ListingKey] = field(default_factory=set)

    def look(self, bands: Sequence[Band] = tuple(Band), named: Iterable[ListingKey] = ()) -> int:
        """Fill from the due index and from these named rows; returns how many rows wait now."""
        keys = list(dict.fromkeys([*named, *self._indexed(bands)]))
        now = self.deps.clock.now()
        held = {row.key for rows in self._bands.values() for row in rows}
        for row in self.deps.listings.get_many([key for key in keys if key not in held]).values():
            if row.key in self._skip or row.due_band is None or row.key.account != self.account:
                continue
            if row.not_before is None or row.not_before <= now:
                self._bands.setdefault(row.due_band, []).append(row)
        for rows in self._bands.values():
            rows.sort(key=lambda row: row.due_since or now)
        return len(self)

    def take(self, busy: Callable[[Listing], bool]) -> Listing | None:
        """The next row whose write unit is not being sent: the most urgent band first, every eighth time the oldest of all."""
        self._taken += 1
        bands = [band for band in sorted(self._bands) if self._bands[band]]
        urgent_only = bool(bands) and bands[0] is Band.ZERO
        if self._taken % _FAIR_SLOT == 0 and not urgent_only:
            bands.sort(key=lambda band: self._bands[band][0].due_since or self.deps.clock.now())
        for band in bands:
            for index, row in enumerate(self._bands[band]):
                if not busy(row):
                    return self._bands[band].pop(index)
        return None

    def skip(self, key: ListingKey) -> None:
        """Do not look at this row again in this run."""
        self._skip.add(key)

    def __len__(self) -> int:
        return sum(len(rows) for rows in self._bands.values())

    def _indexed(self, bands: Sequence[Band]) -> list[ListingKey]:
        keys: list[ListingKey] = []
        for band in bands:
            if len(self._bands.get(band, ())) < _PAGE // 2:
                keys += self.deps.listings.due(self.account, [band], at=self.deps.clock.now(), limit=_PAGE)
            if band is not Band.ZERO and len(keys) >= _PAGE:
                break
        return keys

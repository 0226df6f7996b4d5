"""What a drainer does next: due rows by band, with one slot in eight for the oldest of any band (protocol.md#due)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from listbridge.domain.ids import AccountId, ListingKey
from listbridge.domain.listings import ledger, writing
from listbridge.domain.listings.bands import Band
from listbridge.domain.listings.listing import Listing
from listbridge.domain.ports import BulkWriter
from listbridge.services.catalog.nudge import ROWS_PER_NUDGE
from listbridge.services.deps import AccountDeps

_PAGE = 100
_MANY = 4_000
"""The most rows of a band in hand where many go in one submission: more than are leased and read while it may be put together."""
_FAIR_SLOT = 8
_COUNT_EVERY = timedelta(seconds=1)


@dataclass(slots=True)
class DueListings:
    """The rows of one account that a drainer has still to look at, in the order in which they go.

    Holds at most a page of rows per band, so a backlog of any size costs the same memory. Rows are read again, strongly
    consistent, before they are handed out: the index may show what was already done.
    """

    deps: AccountDeps
    account: AccountId
    page: int = _PAGE
    """How many rows of a band are held."""
    urgent_rides: bool = False
    """More that is urgent waits than goes one by one in good time."""
    postponed: dict[ListingKey, datetime] = field(default_factory=dict)
    """Rows that were looked at and are due later: the reader must see to it that somebody comes back for them."""
    _bands: dict[Band, list[Listing]] = field(default_factory=dict)
    _unread: deque[ListingKey] = field(default_factory=deque)
    _taken: int = 0
    _skip: set[ListingKey] = field(default_factory=set)
    _counted: tuple[datetime, int] = (datetime.min.replace(tzinfo=UTC), -1)
    """When what is urgent was counted, and how many rows were in hand."""
    _more: set[Band] = field(default_factory=set)
    """Of these the index showed a full page, or was not asked for that of another: more may be due."""

    def begin(self, named: Sequence[ListingKey], bulk: BulkWriter | None, revise_batch: int) -> None:
        """A run's first look, at these named rows. Where one write carries many rows, twice as many are held: at half a page more
        is read, and so a unit that is sent has all of its due rows in hand. A nudge that is full may be one of several that
        name such a unit's rows, so the due index is asked for the others."""
        self.page = _MANY if bulk is not None else max(_PAGE, 2 * revise_batch)
        self.look(tuple(Band) if revise_batch > ROWS_PER_NUDGE <= len(named) else (), named)

    def look(
        self,
        bands: Sequence[Band] = tuple(Band),
        named: Iterable[ListingKey] = (),
        under_way: Collection[ListingKey] = (),
    ) -> int:
        """Fill from the due index, but for what is under way, and from these named rows; returns how many rows wait now.

        Of a page for a submission only the first rows are read at once: what is urgent among them can go while the others are read
        (`read_on`).
        """
        keys = list(dict.fromkeys([*named, *self._indexed(bands, under_way)]))
        first = keys[:_PAGE] if self.page >= _MANY else keys
        self._unread.extend(keys[len(first) :])
        return self._read(first)

    @property
    def runs_low(self) -> bool:
        """Whether less than half a page is in hand while more may be due."""
        return bool(self._more) and len(self) < self.page // 2

    def look_ahead(self, under_way: Collection[ListingKey]) -> None:
        """Look for zeros and for what more may be due, while these rows are sent: a drainer that looked only when nothing is under
        way would leave a second's calls unmade for each page."""
        self.look([band for band in Band if band is Band.ZERO or band in self._more], under_way=under_way)

    @property
    def reads_on(self) -> bool:
        """Whether rows wait that were not read yet."""
        return bool(self._unread)

    def read_on(self) -> None:
        """Read some more of the rows that a look has found."""
        self._read([self._unread.popleft() for _ in range(min(_PAGE, len(self._unread)))])

    def _read(self, keys: Sequence[ListingKey]) -> int:
        now = self.deps.clock.now()
        found = self.deps.listings.get_many(keys)
        for band, rows in self._bands.items():
            # What is found again stands where it belongs now: a row that waited to go up may have become a zero.
            self._bands[band] = [row for row in rows if row.key not in found]
        for row in found.values():
            if row.key in self._skip or row.due_band is None or row.key.account != self.account:
                continue
            if row.not_before is None or row.not_before <= now:
                self._bands.setdefault(row.due_band, []).append(row)
            elif not ledger.rests(row):  # the minute's timer brings back what failed for hours
                self.postponed[row.key] = row.not_before
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

    def take_unit(self, busy: Callable[[Listing], bool], unit_of: Callable[[Listing], str], most: int) -> list[Listing]:
        """The next row, and with it all rows in hand of the same write unit, at most so many; empty when there is none."""
        head = self.take(busy)
        if head is None:
            return []
        unit, mates = unit_of(head), [head]
        for band in sorted(self._bands):
            rows = self._bands[band]
            found = [row for row in rows if unit_of(row) == unit][: most - len(mates)]
            mates += found
            self._bands[band] = [row for row in rows if row not in found]
        return mates

    def take_units(
        self,
        busy: Callable[[Listing], bool],
        unit_of: Callable[[Listing], str],
        lease_of: Callable[[Listing], str],
        bulk: BulkWriter,
        most: int,
    ) -> list[list[Listing]]:
        """So many units of rows in hand as go in one submission, none that is urgent; empty when too few of them wait."""

        def stays(row: Listing) -> bool:
            alone = not self.urgent_rides and ledger.urgent(row, bulk.urgent_below)
            return alone or row.overtaken is not None or writing.nothing_to_send(row) or busy(row)

        waiting = {unit_of(row) for rows in self._bands.values() for row in rows if not stays(row)}
        if len(waiting) < bulk.least:
            return []
        return self._units(stays, unit_of, lease_of, most, min(bulk.most, self.page))

    def take_asked(
        self,
        busy: Callable[[Listing], bool],
        unit_of: Callable[[Listing], str],
        lease_of: Callable[[Listing], str],
        most: int,
        looks: int,
    ) -> list[list[Listing]]:
        """Units of rows in hand of which all was submitted, as many as go in one question; else those that are only looked at,
        at most `looks` of them."""
        asked = self._units(lambda row: busy(row) or not writing.awaits_outcome(row), unit_of, lease_of, most, _PAGE)
        return asked or self._units(
            lambda row: busy(row) or not ledger.awaits_look(row), unit_of, lease_of, most, looks
        )

    def take_urgent(
        self, busy: Callable[[Listing], bool], unit_of: Callable[[Listing], str], below: int, most: int
    ) -> list[Listing]:
        """As `take_unit`, of what a submission does not take because it is urgent."""

        def stays(row: Listing) -> bool:
            return not ledger.urgent(row, below) or writing.nothing_to_send(row) or busy(row)

        return self.take_unit(stays, unit_of, most)

    def many(self, bulk: BulkWriter, unit_of: Callable[[Listing], str]) -> bool:
        """Whether enough units wait for a submission."""
        return len({unit_of(row) for rows in self._bands.values() for row in rows}) >= bulk.least

    def _units(
        self,
        stays: Callable[[Listing], bool],
        unit_of: Callable[[Listing], str],
        lease_of: Callable[[Listing], str],
        most: int,
        units: int,
    ) -> list[list[Listing]]:
        """The first units of which a row does not stay, with all of their rows in hand, no two of them under one lease."""
        taken: dict[str, list[Listing]] = {}
        leases: dict[str, str] = {}
        for band in sorted(self._bands):
            for row in self._bands[band]:
                unit = unit_of(row)
                if unit not in taken and not stays(row) and len(taken) < units and lease_of(row) not in leases:
                    taken[unit] = []
                    leases[lease_of(row)] = unit
        for band in sorted(self._bands):
            kept = []
            for row in self._bands[band]:
                mates = taken.get(unit_of(row))
                if mates is None or len(mates) >= most:
                    kept.append(row)
                else:
                    mates.append(row)
            self._bands[band] = kept
        return list(taken.values())

    def look_for_overflow(self, bulk: BulkWriter) -> None:
        """Whether more that is urgent waits than a submission leaves alone: then it rides as well."""
        most, now = bulk.urgent_most, self.deps.clock.now()
        counted_at, in_hand = self._counted
        if most is None or (len(self) <= in_hand and now - counted_at < _COUNT_EVERY):
            return
        self._counted = (now, len(self))
        zeros = len(self._bands.get(Band.ZERO, ()))
        if zeros >= min(_PAGE, most):
            zeros = len(self.deps.listings.due(self.account, [Band.ZERO], at=now, limit=most + 1))
        others = (row for band, rows in self._bands.items() if band is not Band.ZERO for row in rows)
        low = sum(ledger.urgent(row, bulk.urgent_below) and not writing.nothing_to_send(row) for row in others)
        rode, self.urgent_rides = self.urgent_rides, zeros + low > most
        if self.urgent_rides and not rode:
            self.look([Band.ZERO])  # so many of them as ride

    def bands_before(self) -> list[Band]:
        """The bands that go before everything that waits here; zero is always one of them."""
        first = min((band for band, rows in self._bands.items() if rows), default=Band.ZERO)
        return [band for band in Band if band is Band.ZERO or band < first]

    def give_back(self, rows: Iterable[Listing]) -> None:
        """These were taken, and nothing was done with them."""
        held = {row.key for waiting in self._bands.values() for row in waiting}
        for row in rows:
            if row.due_band is not None and row.key not in held:
                self._bands.setdefault(row.due_band, []).append(row)

    def skip(self, key: ListingKey) -> None:
        """Do not look at this row again in this run."""
        self._skip.add(key)

    def __len__(self) -> int:
        return sum(len(rows) for rows in self._bands.values()) + len(self._unread)

    def _indexed(self, bands: Sequence[Band], under_way: Collection[ListingKey]) -> list[ListingKey]:
        keys: list[ListingKey] = []
        unread = set(self._unread)
        for at, band in enumerate(bands):
            if unread and band is not Band.ZERO:
                break
            waiting = {row.key for row in self._bands.get(band, ())} | unread
            alone = band is Band.ZERO and self.page >= _MANY and not self.urgent_rides
            page = _PAGE if alone else self.page
            if len(waiting) - len(unread) < page // 2:
                limit = page + len(under_way)
                shown = self.deps.listings.due(self.account, [band], at=self.deps.clock.now(), limit=limit)
                keys += [key for key in shown if key not in waiting and key not in under_way]
                (self._more.add if len(shown) >= limit else self._more.discard)(band)
            held = sum(len(self._bands.get(one, ())) for one in Band if one <= band)
            if band is not Band.ZERO and held + len(keys) >= page:
                self._more.update(bands[at + 1 :])
                break
        return keys

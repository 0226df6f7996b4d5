"""What the publish lane lends an adapter: saved progress, and leases around every call that carries values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from listbridge.domain import trace
from listbridge.domain.ids import ListingKey, RemoteId, Sku, new_id
from listbridge.domain.listings import ledger, lifecycle, unseen_sales
from listbridge.domain.listings.listing import BOTH, LedgerField, Listing, Values
from listbridge.domain.listings.publication import Publication
from listbridge.domain.ports import Budget, Conflict, MarketplaceAdapter, RemoteListing, UnitWrite
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, RemoteError, RetryLater
from listbridge.services.deps import PublishDeps
from listbridge.services.listings.revise.attempts import Attempts, LeasedUnit, leased
from listbridge.services.listings.sales_first import ENDED_AWAITS_ORDERS

_LOOK_LASTS = timedelta(seconds=30)


@dataclass(slots=True)
class OpenUnit:
    """A `UnitWrite`: values read inside the lease, and what the marketplace took of them."""

    leased: LeasedUnit
    values: Mapping[Sku, Values]
    highest_quantity: Mapping[Sku, int]
    shown: Mapping[Sku, Values]
    taken: set[Sku] = field(default_factory=set)
    lost: set[Sku] = field(default_factory=set)

    def check(self) -> None:
        """See to it that the lease outlives the next request. Raises RetryLater when it was lost."""
        self.leased.check()

    def accept(self, sku: Sku) -> None:
        """The marketplace took the SKU's values."""
        self.taken.add(sku)

    def lose(self, sku: Sku) -> None:
        """Nobody knows what the marketplace took of the SKU."""
        self.lost.add(sku)


@dataclass(slots=True)
class Steps:
    """A `PublishSteps` for one claimed publication."""

    deps: PublishDeps
    adapter: MarketplaceAdapter
    budget: Budget
    publication: Publication
    rows: dict[Sku, Listing]
    group: RemoteId | None
    attempts: Attempts
    looked_at: datetime | None = None
    """When its listings were read before the first lease: a product of many, or several products at once."""
    early: dict[tuple[Sku, int], Values] = field(default_factory=dict)
    """What that read showed, by SKU and the version of its row."""

    @property
    def progress(self) -> Mapping[str, str]:
        return self.publication.progress

    def resumed(self) -> bool:
        """True from the second worker on: the first may have made calls that it could not record."""
        return self.publication.epoch > 1

    def save(self, **ids: str) -> None:
        """Persist and extend the claim. Raises RetryLater when a later worker took over."""
        self._persist({**self.publication.progress, **ids})

    def forget(self, *names: str) -> None:
        """Persist that these are no longer true."""
        self._persist({name: value for name, value in self.publication.progress.items() if name not in names})

    def _persist(self, progress: Mapping[str, str]) -> None:
        until = self.deps.clock.now() + timedelta(seconds=self.deps.limits.publish_claim_s)
        changed = replace(self.publication, progress=dict(progress), claimed_until=until)
        try:
            self.deps.publications.save(changed)
        except Conflict as lost:
            raise RetryLater(Problem("taken_over"), after_s=5) from lost
        if progress != self.publication.progress:
            trace.progressed()
        self.publication = changed

    @contextmanager
    def unit(self, *skus: Sku) -> Iterator[UnitWrite]:
        """Lease the SKUs' write unit, read the values, record the attempts; close them when the block ends."""
        row = self.rows[skus[0]]
        key = self.adapter.lease_key(replace(row, group=self.group or row.group))
        self._look_early()
        with leased(self.deps, self.attempts.traits, key, new_id("pub")) as lease:
            if lease is None:
                raise RetryLater(Problem("unit_busy"), after_s=2)
            shown = self._look(skus)
            begun = {sku: self.attempts.begin_whole(self.rows[sku].key) for sku in skus}
            unit = OpenUnit(
                leased=lease,
                values={sku: row.attempt.values for sku, row in begun.items() if row.attempt is not None},
                highest_quantity={sku: self._highest(sku) for sku in skus},
                shown=shown,
            )
            error: RemoteError | None = OutcomeUnknown(Problem("interrupted"))
            try:
                with self.budget.patient(0):
                    yield unit
                error = None
            except RemoteError as raised:
                error = raised
                raise
            finally:
                for sku, row in begun.items():
                    told = OutcomeUnknown(Problem("no_word_for_item")) if sku in unit.lost else error
                    self.attempts.record_published(row, told, accepted=sku in unit.taken)

    def look_before_end(self, rows: Mapping[Sku, Listing]) -> None:
        """Read listings that are about to end: what sold last cannot be seen on them afterwards (promises.md#p11)."""
        fresh = self.deps.listings.get_many([row.key for row in rows.values()])
        live = [
            row
            for row in fresh.values()
            if row.live and LedgerField.QUANTITY in row.ours and unseen_sales.expected(row) != 0
        ]
        shown = {remote.key: remote for remote in self.adapter.read_back(live)} if live else {}
        for row in live:
            remote, now = shown.get(row.key), self.deps.clock.now()
            if remote is None or remote.gone:
                # Ended already, by somebody else or by a worker before us: what sold last was not seen.
                new = unseen_sales.ended(row, now, looked=False)
            else:
                new = lifecycle.looked_at(row, remote, self.attempts.traits.zero, now)
            if not ledger.as_known(row, new):
                self._save_looked(row, new)

    def _look_early(self) -> None:
        """Read a product of many listings once, before the first lease is taken.

        Inside a lease nothing waits: more calls than may come at once would be refused there at every try, and each try begins
        again. What sells between this look and the write is seen one poll later (ADR 19).
        """
        if self.looked_at is not None and self.deps.clock.now() - self.looked_at < _LOOK_LASTS:
            return
        self.looked_at = None
        if len(self.rows) > self.deps.marketplaces.traits(self.attempts.sales.account).read_back_batch:
            rising = self.to_look_at()
            self.looked(rising, self.adapter.read_back(rising))

    def to_look_at(self) -> list[Listing]:
        """The rows that are read before their quantity rises, as they are now."""
        rows = self.deps.listings.get_many([row.key for row in self.rows.values()]).values()
        return self._rising([self.attempts.sales.admitted(row) for row in rows])

    def looked(self, rows: Sequence[Listing], shown: Iterable[RemoteListing]) -> None:
        """These were read before the first lease, and nothing has to be read in it. Raises RetryLater when one of them moved."""
        remote = {one.key: one for one in shown}
        self.early = {(row.key.sku, row.rev): remote[row.key].shown for row in self._save_shown(rows, remote)}
        self.looked_at = self.deps.clock.now()

    def _look(self, skus: Sequence[Sku]) -> dict[Sku, Values]:
        """Read what may be live before a quantity replaces what buyers have taken from, unless that was done early
        (promises.md#p11). What is known to be shown then: of an early read as far as nobody has written the row since.

        Raises RetryLater when a listing that ended may have sold last what the account's orders do not tell yet.
        """
        rows = [
            self.attempts.sales.admitted(row)
            for row in self.deps.listings.get_many([self.rows[sku].key for sku in skus]).values()
        ]
        for row in rows:
            if not row.live and not self.attempts.sales.fields(row, BOTH) >= BOTH:
                after_s = (self.attempts.sales.look_again_at(row) - self.deps.clock.now()).total_seconds()
                raise RetryLater(
                    Problem(ENDED_AWAITS_ORDERS, {"account": self.attempts.sales.account.name}), after_s=after_s
                )
        known = {row.key.sku: row.accepted for row in rows if row.live and ledger.at_rest(row)}
        if self.looked_at is not None:
            seen = ((row.key.sku, row.rev) for row in rows)
            return known | {sku: self.early[sku, rev] for sku, rev in seen if (sku, rev) in self.early}
        rising = self._rising(rows)
        if not rising:
            return known
        with self.budget.patient(0):
            shown = {remote.key: remote for remote in self.adapter.read_back(rising)}
        return known | {row.key.sku: shown[row.key].shown for row in self._save_shown(rising, shown)}

    def _rising(self, rows: Sequence[Listing]) -> list[Listing]:
        return [row for row in rows if (row.live or self.resumed()) and unseen_sales.needs_look(row, row.ours)]

    def _save_shown(self, rows: Sequence[Listing], shown: Mapping[ListingKey, RemoteListing]) -> list[Listing]:
        """The rows of what is there, as they are now."""
        there = []
        for row in rows:
            remote = shown.get(row.key)
            if remote is None or remote.gone:
                continue  # a draft, or ended since: the adapter sees it too
            new = lifecycle.looked_at(row, remote, self.attempts.traits.zero, self.deps.clock.now())
            there.append(row if ledger.as_known(row, new) else self._save_looked(row, new))
        return there

    def _save_looked(self, row: Listing, new: Listing) -> Listing:
        try:
            saved = self.deps.listings.save(new)
        except Conflict as moved:
            raise RetryLater(Problem("unit_busy"), after_s=2) from moved
        self.attempts.sales.noticed(row, saved)
        return saved

    def _highest(self, sku: Sku) -> int:
        members = self.deps.listings.of_sku(self.publication.account, sku)
        live = [
            self.attempts.sales.quantity(m) or 0
            for m in members
            if (m.live or m.key == self.rows[sku].key) and LedgerField.QUANTITY in m.ours
        ]
        return max(live, default=0)

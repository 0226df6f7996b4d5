"""A publish service as small as one can be: progress that outlives workers, leases, and what became of each attempt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from listbridge.domain.ids import Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, RemoteError, RetryLater

Hook = Callable[[str], None]


def pass_by(_: str) -> None:
    """No cut."""


@dataclass
class Desk:
    """What outlives a worker. `attempts` tells per closed unit its SKU and outcome: accepted, unknown or not_applied."""

    values: dict[Sku, Values]
    highest: dict[Sku, int]
    shown: dict[Sku, Values] = field(default_factory=dict)
    """What each lease begins by reading of its SKUs."""
    progress: dict[str, str] = field(default_factory=dict)
    attempts: list[tuple[Sku, str]] = field(default_factory=list)
    leased: set[Sku] = field(default_factory=set)
    may_send: bool = False
    epoch: int = 0
    hook: Hook = pass_by
    units_too_short: int = 0
    """How many checks will find the lease too short."""
    saves: int = 0

    def worker(self) -> MemorySteps:
        """The next worker; a dead one's leases have run out by then."""
        self.epoch += 1
        self.leased.clear()
        self.may_send = False
        return MemorySteps(self, self.epoch)


@dataclass
class MemoryUnit:
    """A `UnitWrite` on a desk."""

    desk: Desk
    values: Mapping[Sku, Values]
    highest_quantity: Mapping[Sku, int]
    shown: Mapping[Sku, Values] = field(default_factory=dict)
    taken: set[Sku] = field(default_factory=set)
    lost: set[Sku] = field(default_factory=set)

    def check(self) -> None:
        if self.desk.units_too_short > 0:
            self.desk.units_too_short -= 1
            raise RetryLater(Problem("lease_too_short"), after_s=1)
        self.desk.may_send = True

    def accept(self, sku: Sku) -> None:
        self.taken.add(sku)

    def lose(self, sku: Sku) -> None:
        self.lost.add(sku)


@dataclass
class MemorySteps:
    """A `PublishSteps` on a desk. `hook` of the desk is called around each save: a place to die at."""

    desk: Desk
    epoch: int

    @property
    def progress(self) -> Mapping[str, str]:
        return dict(self.desk.progress)

    def resumed(self) -> bool:
        return self.epoch > 1

    def save(self, **ids: str) -> None:
        self._persist({**self.desk.progress, **ids}, f"save {' '.join(ids)}")

    def forget(self, *names: str) -> None:
        kept = {name: value for name, value in self.desk.progress.items() if name not in names}
        self._persist(kept, f"forget {' '.join(names)}")

    def _persist(self, progress: dict[str, str], what: str) -> None:
        self.desk.hook(f"before {what}")
        if self.desk.epoch != self.epoch:
            raise RetryLater(Problem("taken_over"))
        self.desk.progress = progress
        self.desk.saves += 1
        self.desk.hook(f"after {what}")

    @contextmanager
    def unit(self, *skus: Sku) -> Iterator[MemoryUnit]:
        assert not self.desk.leased, "one unit at a time"
        self.desk.leased.update(skus)
        unit = MemoryUnit(self.desk, {s: self.desk.values[s] for s in skus}, {s: self.desk.highest[s] for s in skus})
        unit.shown = {sku: self.desk.shown[sku] for sku in skus if sku in self.desk.shown}
        error: RemoteError | None = OutcomeUnknown(Problem("interrupted"))
        try:
            yield unit
            error = None
        except RemoteError as raised:
            error = raised
            raise
        finally:
            for sku in skus:
                outcome = "unknown" if isinstance(error, OutcomeUnknown) or sku in unit.lost else "not_applied"
                self.desk.attempts.append((sku, "accepted" if sku in unit.taken else outcome))
            self.desk.leased.clear()
            self.desk.may_send = False

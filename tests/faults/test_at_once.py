"""Workers that really run at the same time, in threads, with many units in flight each."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

import pytest

from listbridge.domain.ids import Sku
from listbridge.domain.ports import RevisionResult, UnitRevision
from listbridge.domain.work import Lane
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.scripted_adapter import ScriptedAdapter
from tests.fakes.world import World
from tests.faults.pair import pair
from tests.faults.seeded import seed

pytestmark = pytest.mark.timeout(300)


@dataclass
class Overlaps:
    """Notices when two calls carry the same SKU at the same time."""

    found: list[Sku] = field(default_factory=list)
    _flying: set[Sku] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        revise = ScriptedAdapter.revise

        def watched(adapter: ScriptedAdapter, unit: UnitRevision) -> list[RevisionResult]:
            sku = unit.revisions[0].key.sku
            with self._lock:
                self.found += [sku] if sku in self._flying else []
                self._flying.add(sku)
            try:
                return revise(adapter, unit)
            finally:
                with self._lock:
                    self._flying.discard(sku)

        monkeypatch.setattr(ScriptedAdapter, "revise", watched)


def work_together(world: World, workers: int = 4) -> list[BaseException]:
    """So many workers take what there is, from any lane, until each finds nothing; returns how they failed."""
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(400):
                if sum(world.deliver(lane) for lane in Lane) == 0:
                    return
        except BaseException as failure:  # noqa: BLE001  # a thread alone cannot fail its test
            failures.append(failure)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100)
    assert not any(thread.is_alive() for thread in threads)
    return failures


def many_in_flight(world: World) -> None:
    world.deps = replace(world.deps, workers=8)
    world.use()


def change_all(s: Scripted, skus: list[Sku], stock: int) -> None:
    s.world.hint(*{s.shop.set(sku, stock=stock) for sku in skus})
    s.world.stores.queues.duplicate(Lane.SHOP_EVENTS)


def test_four_workers_at_once_bring_every_listing_home_and_never_send_a_sku_twice_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    s, overlaps = scripted_world(), Overlaps()
    many_in_flight(s.world)
    overlaps.watch(monkeypatch)
    keys = seed(s, 120)
    for stock in (4, 0, 3):
        change_all(s, [key.sku for key in keys], stock)
        assert work_together(s.world) == []
    s.world.settle()
    assert overlaps.found == []
    assert {s.market.shown(key) for key in keys} == {(3, "10.00")}
    assert s.world.dead_letters() == []
    assert s.world.silent_rows() == []


def test_two_workers_at_once_on_the_real_pair_end_in_step() -> None:
    p = pair()
    world = p.world
    world.deps = replace(world.deps, workers=8)
    p.use()
    world.sell(p.add_product("A"), p.add_product("B1", "B2", "B3", title="Jumper"))
    for stock in (3, 0, 4):
        for sku in ("A", "B1", "B2", "B3"):
            p.set(sku, stock=stock)
        p.pump()
        assert work_together(world, 2) == []
    p.rest()
    p.in_step()

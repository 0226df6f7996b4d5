"""A backlog of more than a page of rows: the drainer reads on before it has nothing in hand."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from listbridge.domain.configuration import Shop
from listbridge.domain.ids import ListingKey
from listbridge.domain.ports import RevisionResult, UnitRevision
from listbridge.domain.work import Lane
from listbridge.services.catalog.nudge import nudge
from listbridge.services.catalog.observe_shop import observe_products
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.deps import TimeLimits
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.scripted_adapter import ScriptedAdapter
from tests.fakes.world import ACCOUNT, SHOP
from tests.faults.seeded import seed

ROWS = 160
_CALL_S = 0.05
"""What a call takes there: so the drainer's clock moves."""


@pytest.fixture
def s() -> Scripted:
    made = scripted_world(limits=TimeLimits(drain_run_s=60))
    made.world.deps = replace(made.world.deps, workers=4)
    made.world.use()
    return made


def backlog(s: Scripted, rows: int = ROWS) -> list[ListingKey]:
    """Lower quantities that nobody named: the due index alone knows of them."""
    keys = seed(s, rows)
    shop = s.world.stores.configuration.get(Shop, SHOP)
    observe_products(s.world.deps, shop, s.shop, [s.shop.set(key.sku, stock=3) for key in keys])
    Recompute(s.world.deps).listings(keys)
    nudge(s.world.deps, ACCOUNT)
    return keys


def test_a_call_that_hangs_keeps_no_page_of_the_backlog_waiting(s: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read only when nothing was under way, the rows behind the first page waited for it."""
    keys = backlog(s)
    revise, lock, others = ScriptedAdapter.revise, threading.Lock(), threading.Event()
    begun: list[str] = []
    waited: list[bool] = []

    def hanging(adapter: ScriptedAdapter, unit: UnitRevision) -> list[RevisionResult]:
        with lock:
            begun.append(unit.revisions[0].key.sku)
            first = len(begun) == 1
        if first:
            waited.append(others.wait(3))
        else:
            s.world.stores.clock.advance(_CALL_S)
        told = revise(adapter, unit)
        if len(s.market.sent) == ROWS - 1:
            others.set()
        return told

    monkeypatch.setattr(ScriptedAdapter, "revise", hanging)
    assert s.world.deliver(Lane.REVISE, 1) == 1
    assert waited == [True]
    assert len(begun) == len(set(begun)) == ROWS  # each was sent once
    assert {s.world.row(key).accepted.quantity for key in keys} == {3}


def test_at_the_end_of_a_run_the_next_one_begins_beside_a_call_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the call is about stays leased: the other run leaves it alone."""
    few = 40  # done within the lease of what hangs
    s = scripted_world(limits=TimeLimits(drain_run_s=1.0))
    s.world.deps = replace(s.world.deps, workers=4)
    s.world.use()
    keys = backlog(s, few)
    revise, lock, queues = ScriptedAdapter.revise, threading.Lock(), s.world.stores.queues
    begun: list[str] = []
    sent_meanwhile: list[int] = []

    def hanging(adapter: ScriptedAdapter, unit: UnitRevision) -> list[RevisionResult]:
        with lock:
            begun.append(unit.revisions[0].key.sku)
            first = len(begun) == 1
        s.world.stores.clock.advance(_CALL_S)
        if first:
            ends = time.monotonic() + 5
            while queues.depth(Lane.REVISE) < 2 and time.monotonic() < ends:
                time.sleep(0.01)
            while s.world.deliver(Lane.REVISE, 1):
                pass
            sent_meanwhile.append(len(s.market.sent))
        return revise(adapter, unit)

    monkeypatch.setattr(ScriptedAdapter, "revise", hanging)
    assert s.world.deliver(Lane.REVISE, 1) == 1
    assert sent_meanwhile == [few - 1]
    assert len(begun) == len(set(begun)) == few
    assert {s.world.row(key).accepted.quantity for key in keys} == {3}
    s.world.settle()
    assert len(begun) == few

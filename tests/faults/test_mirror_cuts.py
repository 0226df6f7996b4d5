"""A worker that dies at any call of a reading, or of a delivery, leaves nothing that the next one does not complete."""

from __future__ import annotations

import pytest

from listbridge.domain.configuration import OnLeave
from listbridge.domain.ids import ProductId
from listbridge.domain.jobs import JobState
from listbridge.services.listings.mirror.mirror_collections import start_mirror
from tests.faults.mirroring import MUGS, Mirrored, mirrored_world

SKUS = ("A", "B", "C")


def begun(setting: OnLeave) -> Mirrored:
    """Three live listings; then A leaves, and D comes."""
    m = mirrored_world(on_leave=setting)
    m.put(*SKUS)
    m.read()
    m.send(*SKUS)
    m.take("A")
    m.put("D")
    return m


def calls_of(m: Mirrored, by_reading: bool) -> int:
    before = len(m.s.fate.calls)
    change(m, by_reading)
    m.s.world.settle()
    return len(m.s.fate.calls) - before


def change(m: Mirrored, by_reading: bool) -> None:
    if by_reading:
        start_mirror(m.s.world.deps, m.list, "kim")
    else:
        m.s.world.hint(ProductId("p_A"), ProductId("p_D"))


@pytest.mark.parametrize("by_reading", [True, False], ids=["reading", "delivery"])
@pytest.mark.parametrize("setting", [OnLeave.ZERO, OnLeave.END])
def test_a_worker_that_dies_at_any_call_is_completed_by_the_next(setting: OnLeave, by_reading: bool) -> None:
    calls = calls_of(begun(setting), by_reading)
    assert calls > 20
    for nth in range(1, calls, 2):
        m = begun(setting)
        change(m, by_reading)
        m.s.fate.die_in(nth)
        m.s.world.settle()
        m.s.fate.revive()
        m.s.world.run(700)
        assert m.s.world.deaths == 1 or nth > calls - 5, nth
        assert m.skus() == ["B", "C", "D"], nth
        assert m.jobs(JobState.RUNNING) == [], nth
        shown = m.s.market.shown(m.s.world.key("A"))
        assert shown == ((0, "10.00") if setting is OnLeave.ZERO else None), nth
        m.read()  # it sees that what was to be ended is
        assert all(row.inside == row.shelved for row in m.members().values()), nth
        assert m.s.world.dead_letters() == []
    assert MUGS in m.list.collections

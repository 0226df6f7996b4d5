"""What the guard costs does not grow with the account, and an approval survives the worker that carries it out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from listbridge.domain.configuration import Account, GuardLimits
from listbridge.domain.jobs import JobState
from listbridge.services.listings.revise import release_guarded
from listbridge.services.listings.revise.release_guarded import start_release
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import ACCOUNT
from tests.faults.seeded import seed
from tests.faults.test_guards import DOUBLE, edit, guarded_world, sweep


def _account(s: Scripted) -> Account:
    return s.world.stores.configuration.get(Account, ACCOUNT)


def _never(*_: Any) -> Any:
    raise AssertionError("every row of the account was read")


def _streamed_prices(s: Scripted) -> None:
    s.world.hint(*{s.shop.set(row.key.sku, price="1.00") for row in s.world.rows()})
    s.world.settle()


def _empty_reads(s: Scripted) -> None:
    s.shop.empty = True
    s.world.hint(*s.shop.products)
    s.world.settle()


def _edit(s: Scripted) -> None:
    assert edit(s, DOUBLE).state is JobState.AWAITING_APPROVAL


def _sweep(s: Scripted) -> None:
    s.shop.products.clear()
    assert sweep(s).state is JobState.AWAITING_APPROVAL


@pytest.mark.parametrize("act", [_streamed_prices, _empty_reads, _edit, _sweep])
def test_the_guard_judges_without_reading_the_account_s_rows(
    act: Callable[[Scripted], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    s = guarded_world(GuardLimits())
    keys = seed(s, 60)
    with monkeypatch.context() as patch:
        rows = s.world.rows()
        patch.setattr(s.world, "rows", lambda *_: rows)
        patch.setattr(s.world.stores.listings, "of_account", _never)
        act(s)
    assert [s.market.shown(key) for key in keys].count((5, "10.00")) >= 35


def test_a_yes_that_dies_at_any_call_still_lets_everything_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release_guarded, "_PAGE", 2)
    for cut in count(1):
        s = guarded_world(GuardLimits())
        keys = seed(s, 4)
        _empty_reads(s)
        assert [s.market.shown(key) for key in keys].count((5, "10.00")) == 4
        job = start_release(s.world.deps, _account(s), "kim")
        s.fate.die_in(cut)
        s.world.settle()
        s.world.tick("drift")  # ends what a worker zeroed that died before it could ask for the end
        s.world.settle()
        assert {s.market.shown(key) for key in keys} == {None}, f"cut {cut}"
        assert s.world.stores.jobs.get(job.id).state is JobState.DONE
        if s.world.deaths == 0:
            break
    assert s.world.stores.jobs.get(job.id).affected == 4


def test_who_said_yes_is_written_down() -> None:
    s = scripted_world()
    job = start_release(s.world.deps, _account(s), "kim")
    (entry,) = [one for one in s.world.stores.activity.entries if one.event == "guard_approved"]
    assert (entry.actor, entry.subject, entry.params["job"]) == ("kim", ACCOUNT, job.id)

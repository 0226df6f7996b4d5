"""An action that waits is approved or refused, and the worker dies at any write: it is done whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from listbridge import bootstrap
from listbridge.services.timers.reconcile import Timer, reconcile
from tests.fakes.cuts import CutAt, WorkerDied, no_cut
from tests.unit.functions.installation import Installation
from tests.unit.functions.seller import Seller

SKUS = ("A1", "A2", "A3")
ALL_LIVE = dict.fromkeys(SKUS, 7)


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    bootstrap.use(None)


def _waiting(action: str) -> tuple[Seller, dict[str, Any]]:
    """Three live listings under the default limits, and an action on all of them that waits for approval."""
    seller = Seller(Installation())
    its = seller.its
    its.add_items(seller.list, *(its.add_product(sku) for sku in SKUS))
    its.act(seller.list, "send")
    its.patch(f"/accounts/{seller.account}", {"guard": {"share": "0.10", "count": 3}})
    its.run()
    job = its.post(f"/sales-lists/{seller.list}/actions", {"action": action, "items": "all"}, expect=202)["job"]
    assert job["state"] == "awaiting_approval"
    return seller, job


def _decided(seller: Seller, job: dict[str, Any], decision: str, dies_at: int) -> bool:
    """The API call, with a death before its n-th write; whether it came to its end."""
    seller.its.stores.cut.hook = CutAt(dies_at)
    try:
        seller.its.call("POST", f"/v1/jobs/{job['id']}/{decision}")
    except WorkerDied:
        return False
    finally:
        seller.its.stores.cut.hook = no_cut
    return True


def _an_hour_of_timers(seller: Seller) -> None:
    for _ in range(12):
        seller.its.run()
        seller.its.stores.clock.advance(300)
        reconcile(seller.its.deps, Timer.DUE)
    seller.its.run()


@pytest.mark.parametrize("action", ["stop", "stop_and_remove"])
def test_a_yes_cut_at_every_write_ends_every_listing_or_still_waits(action: str) -> None:
    states = []
    for dies_at in count(1):
        seller, job = _waiting(action)
        ended = _decided(seller, job, "approve", dies_at)
        _an_hour_of_timers(seller)
        state = seller.its.get(f"/jobs/{job['id']}")["state"]
        assert seller.live_offers() == ({} if state == "done" else ALL_LIVE), (dies_at, state)
        states.append(state)
        if ended:
            break
    assert states == ["awaiting_approval"] + ["done"] * (len(states) - 1)
    assert len(states) >= 4


@pytest.mark.parametrize("decision", ["refuse", "cancel"])
def test_a_no_cut_at_every_write_ends_nothing_and_lets_nothing_go_unasked(decision: str) -> None:
    states = []
    for dies_at in count(1):
        seller, job = _waiting("stop")
        ended = _decided(seller, job, decision, dies_at)
        _an_hour_of_timers(seller)
        states.append(seller.its.get(f"/jobs/{job['id']}")["state"])
        again = seller.its.post(f"/sales-lists/{seller.list}/actions", {"action": "stop", "items": "all"}, expect=202)[
            "job"
        ]
        seller.its.run()
        assert (again["state"], seller.live_offers()) == ("awaiting_approval", ALL_LIVE), dies_at
        if ended:
            break
    assert states[0] == "awaiting_approval"
    assert set(states[1:]) == {"refused" if decision == "refuse" else "cancelled"}
    assert len(states) >= 3

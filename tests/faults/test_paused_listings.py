"""A marketplace that takes a listing out of sale at 0 and keeps it: paused or being processed is not gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from listbridge.domain.ids import ListingKey
from listbridge.domain.listings.listing import Status, Zero
from listbridge.services.timers.reconcile import Timer, reconcile
from simulators.faults import Fault
from tests.fakes.scripted import Scripted, scripted_world
from tests.faults.seeded import seed


@pytest.fixture
def s() -> Scripted:
    made = scripted_world()
    made.market.zero = Zero.PAUSES
    return made


def restock(s: Scripted, sku: str, stock: int) -> None:
    s.world.hint(s.shop.set(sku, stock=stock))
    s.world.run(20)


def check_drift(s: Scripted) -> None:
    """The hourly look, a day later, so that every listing has its turn."""
    s.world.stores.clock.advance(86_400)
    reconcile(s.world.deps, Timer.DRIFT)
    s.world.run(20)


def processing(s: Scripted, key: ListingKey, yes: bool = True) -> None:
    (offer,) = s.market.live(key)
    offer.processing = yes


def quantities(s: Scripted) -> list[int | None]:
    return [sent.values.quantity for sent in s.market.sent if sent.operation == "revise"]


def test_a_paused_listing_survives_a_drift_check_and_comes_back_with_the_stock(s: Scripted) -> None:
    (key,) = seed(s, 1)
    remote = s.world.row(key).remote
    restock(s, "S0", 0)
    check_drift(s)
    assert (s.world.row(key).status, s.world.row(key).remote) == (Status.ACTIVE, remote)
    restock(s, "S0", 4)
    assert s.market.shown(key) == (4, "10.00")
    assert not s.market.live(key)[0].paused
    assert quantities(s) == [0, 4]


def test_a_listing_that_the_seller_paused_shows_nothing_and_is_put_right_by_the_drift_check(s: Scripted) -> None:
    (key,) = seed(s, 1)
    (offer,) = s.market.live(key)
    offer.paused = True
    check_drift(s)
    s.world.run(120)
    assert not offer.paused
    assert (s.world.row(key).accepted.quantity, s.market.shown(key)) == (5, (5, "10.00"))


def test_a_listing_that_is_being_processed_is_neither_ended_nor_believed_by_a_drift_check(s: Scripted) -> None:
    (key,) = seed(s, 1)
    before = s.world.row(key)
    processing(s, key)
    check_drift(s)
    assert s.world.row(key) == before
    assert quantities(s) == []


def test_zero_goes_out_to_a_listing_that_is_being_processed(s: Scripted) -> None:
    (key,) = seed(s, 1)
    processing(s, key)
    restock(s, "S0", 0)
    assert quantities(s) == [0]
    assert s.world.row(key).accepted.quantity == 0


def test_a_quantity_goes_up_only_once_the_marketplace_shows_the_listing_again(s: Scripted) -> None:
    (key,) = seed(s, 1)
    processing(s, key)
    restock(s, "S0", 9)
    s.world.run(300)
    assert quantities(s) == []
    processing(s, key, yes=False)
    s.world.run(60)
    assert quantities(s) == [9]
    assert s.world.row(key).accepted.quantity == 9


def test_an_unknown_outcome_is_not_settled_by_a_look_at_what_is_being_processed(s: Scripted) -> None:
    (key,) = seed(s, 1)
    s.market.plan.add(Fault("revise", "drop_before"), Fault("revise", "drop_after"))
    processing(s, key)
    restock(s, "S0", 3)
    row = s.world.row(key)
    assert row.accepted.quantity is None
    assert row.status is Status.ACTIVE
    processing(s, key, yes=False)
    s.world.settle()
    assert s.world.row(key).accepted.quantity == 3
    assert s.market.shown(key) == (3, "10.00")


def test_a_listing_that_is_gone_ends(s: Scripted) -> None:
    (key,) = seed(s, 1)
    s.market.live(key)[0].live = False
    s.world.stores.listings.change(
        key, lambda row: replace(row, accepted=replace(row.accepted, at=s.world.now - timedelta(days=2)))
    )
    check_drift(s)
    assert (s.world.row(key).status, s.world.row(key).remote) == (Status.FINISHED, None)

"""Our door dies in the middle of deliveries, before any pair: nothing is lost, and no unit is sold twice.

Some shops send again what was not taken, by their own schedule. Others never do, and are asked what changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from listbridge.domain.configuration import Shop
from listbridge.domain.orders.orders import ImportState
from tests.fakes.world import SHOP
from tests.faults.any_pair import PAIRS, AnyPair, any_pair
from tests.platforms_in_tests import installed

TEN = Decimal("10.00")
WRITES = ("inbox.store", "queues.send.shop_events", "inbox.queued")
"""What a delivery does, in its order."""


@pytest.fixture(params=PAIRS, ids=lambda pair: "-".join(pair))
def p(request: pytest.FixtureRequest) -> Iterator[AnyPair]:
    with installed():
        pair = any_pair(*request.param)
        pair.sell("MUG", stock=5)
        pair.run(300)
        pair.answered.clear()
        yield pair


def changes_every_s(p: AnyPair) -> float:
    return p.world.shops.traits(p.world.stores.configuration.get(Shop, SHOP)).changes_every_s


def shown_at_most(p: AnyPair, most: int, seconds: int) -> None:
    """Let time pass, in which buyers never see more than this."""
    for _ in range(seconds // 60):
        p.run(60)
        shown = p.shown("MUG")
        assert shown is None or shown[0] <= most


@pytest.mark.parametrize("write", WRITES)
def test_a_change_whose_deliveries_kill_the_door_arrives(p: AnyPair, write: str) -> None:
    p.dies_at = write
    p.shop.place_order("MUG", 3)
    p.pump()
    p.dies_at = ""
    died = len(p.answered)
    assert p.answered == [502] * died
    assert p.world.deaths == died >= 1
    p.run(changes_every_s(p) + 240)
    assert p.answered[died:] == [200] * (died if p.shop.sends_again else 0)
    assert p.shown("MUG") == (2, TEN)
    assert (p.world.silent_rows(), p.world.dead_letters()) == ([], [])


def test_a_shop_that_sends_again_needs_not_be_asked_what_changed(p: AnyPair) -> None:
    if not p.shop.sends_again:
        pytest.skip("a delivery that was not taken is lost")
    p.dies_at = "inbox.store"
    p.shop.place_order("MUG", 3)
    p.pump()
    p.dies_at = ""
    p.run(150)
    assert p.shown("MUG") == (2, TEN)


@pytest.mark.parametrize("write", WRITES)
def test_no_unit_is_sold_twice_though_every_delivery_of_its_orders_kills_the_door(p: AnyPair, write: str) -> None:
    p.dies_at = write
    remote = p.buy("MUG", 2)
    shown_at_most(p, 3, 600)  # the rarest poll comes within six minutes
    p.dies_at = ""
    assert p.world.deaths >= 1
    shown_at_most(p, 3, 900)
    assert p.order(remote).state is ImportState.CREATED
    home = p.shop_order(remote)
    assert (len(p.shop.orders()), p.shop.stock_of("MUG"), p.shown("MUG")) == (1, 3, (3, TEN))
    p.dies_at = write
    p.shop.place_order("MUG", 3)
    p.pump()
    p.dies_at = ""
    shown_at_most(p, 3, 600)
    shown_at_most(p, 0, 1200)
    assert (p.shop_order(remote), p.shop.stock_of("MUG")) == (home, 0)
    p.world.settle(hours=8)
    assert (p.world.silent_rows(), p.world.dead_letters()) == ([], [])

"""A shop that can say which products changed is asked: a delivery that never came costs minutes (ADR 54)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.configuration import ConnectionState, Shop
from listbridge.domain.ids import ProductId
from listbridge.domain.work import Lane
from simulators.faults import Fault
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import SHOP
from tests.faults.seeded import seed

RHYTHM_S = 300.0


@pytest.fixture
def s() -> Scripted:
    made = scripted_world()
    made.shop.changes_every_s = RHYTHM_S
    return made


def looks(s: Scripted) -> int:
    return s.fate.calls.count("shop.products_changed")


def reads(s: Scripted) -> int:
    return s.fate.calls.count("shop.read_products")


def test_a_zero_whose_delivery_was_lost_is_found_within_one_rhythm(s: Scripted) -> None:
    key = seed(s, 3)[1]
    s.world.run(30)
    s.shop.set("S1", stock=0)  # nobody tells us
    s.world.run(RHYTHM_S + 60)
    assert (s.market.shown(key) or (None,))[0] == 0


def test_a_shop_that_cannot_be_asked_is_not(s: Scripted) -> None:
    s.shop.changes_every_s = 0
    seed(s, 1)
    s.world.run(3 * RHYTHM_S)
    assert looks(s) == 0


@pytest.mark.parametrize(("rhythm", "times"), [(60.0, 10), (300.0, 2)])
def test_each_platform_is_asked_in_its_own_rhythm(s: Scripted, rhythm: float, times: int) -> None:
    s.shop.changes_every_s = rhythm
    s.world.run(600)
    assert looks(s) == times


def test_what_was_read_since_its_change_is_not_read_again(s: Scripted) -> None:
    seed(s, 2)
    s.world.run(2 * RHYTHM_S)
    s.shop.set("S0", stock=3)
    s.world.run(5)
    s.world.hint(ProductId("S0"))
    s.world.run(5)
    before = reads(s)
    s.world.run(3 * RHYTHM_S)
    assert (looks(s), reads(s)) == (5, before)


def test_what_was_read_just_before_the_shop_shows_a_change_is_read_again(s: Scripted) -> None:
    """The delivery is quicker than the shop's own reads, and the second look that it asks for is lost."""
    s.shop.read_lag_s, s.shop.stale_reads = 4.0, True
    key = seed(s, 1)[0]
    s.world.run(60)
    s.shop.set("S0", stock=0)
    s.world.stores.clock.advance(1)
    s.world.hint(ProductId("S0"))
    s.world.deliver_all()
    for message in s.world.stores.queues.receive(Lane.SHOP_EVENTS, 10, visibility_s=1e6):
        s.world.stores.queues.delete(Lane.SHOP_EVENTS, message)
    assert (s.market.shown(key) or (None,))[0] == 5
    s.world.run(RHYTHM_S + 60)
    assert (s.market.shown(key) or (None,))[0] == 0


def test_a_row_that_does_not_say_when_it_was_read_is_read(s: Scripted) -> None:
    """It was written before that was kept."""
    key = seed(s, 1)[0]
    rows = s.world.stores.variants._rows
    for name, row in list(rows.items()):
        rows[name] = replace(row, observation=replace(row.observation, began=None))
    s.shop.set("S0", stock=2)
    s.world.run(RHYTHM_S + 60)
    assert (s.market.shown(key) or (None,))[0] == 2


def test_a_product_that_was_made_and_never_told_is_known(s: Scripted) -> None:
    s.shop.put("new", "NEW")
    s.world.run(RHYTHM_S + 60)
    assert [row.facts.sku for row in s.world.stores.variants.of_product(SHOP, ProductId("new"))] == ["NEW"]


def test_a_look_of_many_pages_goes_on_in_further_messages(s: Scripted) -> None:
    """Two products a page, ten pages a message."""
    keys = seed(s, 45)
    for number in range(45):
        s.shop.set(f"S{number}", stock=1)
    s.world.run(RHYTHM_S + 60)
    assert [(s.market.shown(key) or (None,))[0] for key in keys] == [1] * 45


@pytest.mark.parametrize("status", [429, 503])
def test_what_the_shop_refuses_now_the_next_look_asks_again(s: Scripted, status: int) -> None:
    key = seed(s, 1)[0]
    s.shop.plan.add(Fault("products_changed", "status", status=status, times=2))
    s.shop.set("S0", stock=0)
    s.world.run(2 * RHYTHM_S + 30)
    assert (s.market.shown(key) or (None,))[0] == 5
    s.world.run(RHYTHM_S)
    assert (s.market.shown(key) or (None,))[0] == 0
    assert s.world.dead_letters() == []


def test_a_look_whose_worker_dies_is_made_again(s: Scripted) -> None:
    key = seed(s, 1)[0]
    s.world.run(30)
    s.shop.set("S0", stock=0)
    s.fate.die_before("shop.products_changed")
    s.world.run(2 * RHYTHM_S + 60)
    assert (s.market.shown(key) or (None,))[0] == 0
    assert s.world.deaths == 1


def test_a_shop_whose_access_ended_is_told_of_and_asked_no_more(s: Scripted) -> None:
    s.shop.revoked = True
    s.world.run(RHYTHM_S + 60)
    assert s.world.stores.configuration.get(Shop, SHOP).state is ConnectionState.EXPIRED
    before = looks(s)
    s.world.run(2 * RHYTHM_S)
    assert looks(s) == before

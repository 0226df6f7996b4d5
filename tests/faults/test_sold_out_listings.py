"""A marketplace that keeps no listing at 0: what is sold out must not go on selling, and comes back with the stock."""

from __future__ import annotations

import pytest

from listbridge.domain.listing import Status
from listbridge.domain.work import PublishKind
from tests.faults.scripted import Scripted, scripted_world
from tests.faults.seeded import seed


@pytest.fixture
def s() -> Scripted:
    made = scripted_world()
    made.market.refuses_zero = True
    return made


def restock(s: Scripted, sku: str, stock: int) -> None:
    s.world.hint(s.shop.set(sku, stock=stock))
    s.world.run(20)


def test_a_sold_out_listing_that_may_not_show_0_is_ended(s: Scripted) -> None:
    (key,) = seed(s, 1)
    restock(s, "S0", 0)
    row = s.world.deps.listings.get(key)
    assert (row.status, row.hold.code if row.hold else "") == (Status.STOPPED, "ended_at_zero")
    assert s.market.live(key) == []


def test_it_is_listed_again_by_itself_when_there_is_stock(s: Scripted) -> None:
    (key,) = seed(s, 1)
    restock(s, "S0", 0)
    restock(s, "S0", 4)
    row = s.world.deps.listings.get(key)
    assert (row.status, row.hold, row.accepted.quantity) == (Status.ACTIVE, None, 4)
    assert len(s.market.live(key)) == 1


def test_a_listing_that_a_person_stopped_stays_stopped(s: Scripted) -> None:
    (key,) = seed(s, 1)
    s.world.action(PublishKind.STOP, s.world.row(key).variant.product)
    s.world.run(10)
    restock(s, "S0", 9)
    assert s.world.deps.listings.get(key).status is Status.STOPPED
    assert s.market.live(key) == []

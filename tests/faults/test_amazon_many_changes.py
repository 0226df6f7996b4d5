"""What thousands of new quantities cost on Amazon: feeds, searches and calls one by one, counted by the simulator."""

from __future__ import annotations

import pytest

from tests.faults.amazon_region import PATCH, Region, region

pytestmark = pytest.mark.timeout(900)
MANY = 130
SEARCH, GET = "searchListingsItems", "getListingsItem"


@pytest.fixture
def r() -> Region:
    return region()


def changed(r: Region, to: int, *, seconds: float = 60, **others: int) -> None:
    for n in range(MANY):
        r.p.shop.set_stock(f"S{n}", others.get(f"S{n}", to))
    r.p.run(seconds)


def test_rises_are_read_twenty_at_a_time_before_their_one_feed(r: Region) -> None:
    keys = r.seed(MANY)
    changed(r, 25)
    made = r.calls()
    assert (made[SEARCH], made[GET], made["createFeed"], made[PATCH]) == (7, 0, 1, 0)
    r.p.run(900)
    assert {r.stock(key.sku) for key in keys} == {25}
    assert {r.p.world.row(key).accepted.quantity for key in keys} == {25}
    r.in_step()


def test_what_goes_down_is_in_one_feed_and_read_by_nobody(r: Region) -> None:
    keys = r.seed(MANY)
    changed(r, 15, seconds=900, S1=0, S2=3)
    made = r.calls()
    assert (made["createFeed"], made["getFeedDocument"], made[PATCH]) == (1, 1, 2)
    assert (made[SEARCH], made[GET]) == (1, 0)
    assert [entry.status for entry in r.amazon.world.journal if entry.status >= 400] == []
    assert [r.stock(key.sku) for key in keys[:4]] == [15, 0, 3, 15]
    r.in_step()

"""Amazon that is away, refuses everything, or says things that are not so, for longer than anybody likes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.ids import ListingKey
from listbridge.domain.listings.listing import Status
from listbridge.domain.money import Money
from listbridge.domain.work import PublishKind
from simulators.faults import Fault
from tests.fakes.world import ACCOUNT
from tests.faults.amazon_region import DE, FR, PATCH, TEN, Region, region

pytestmark = pytest.mark.timeout(900)
SIX = ("XS", "S", "M", "L", "XL", "XXL")
HOUR = 3600.0
FOREVER = 1_000_000
GERMANY, FRANCE = "A1PA6795UKMFR9", "A13V1IB3VIYZZH"
THROTTLED = {"errors": [{"code": "QuotaExceeded", "message": "You exceeded your quota for the requested resource."}]}


@pytest.fixture
def r() -> Region:
    return region()


@pytest.fixture
def shop_on_two() -> tuple[Region, ListingKey, ListingKey]:
    """A mug on two sites of the region."""
    r = region(DE, FR)
    (here,) = r.p.sell("MUG")
    (there,) = r.also_on(FR, r.p.products["MUG"])
    r.rest()
    return r, here, there


def one_family(r: Region, keys: list[ListingKey]) -> None:
    assert [r.p.world.row(key).status for key in keys] == [Status.ACTIVE] * 6
    families = [one for one in r.p.market.live() if set(one.variations) == set(SIX)]
    assert len(families) == 1
    assert {(one.quantity, one.price) for one in families[0].variations.values()} == {(5, TEN)}
    r.in_step()


def test_an_hour_of_429_for_everything_is_not_hammered_and_loses_neither_a_zero_nor_a_publishing(r: Region) -> None:
    r.p.sell("MUG")
    keys = r.send(r.p.add_product(*SIX), deliver=False)
    r.amazon.faults.add(Fault("*", "status", status=429, times=FOREVER, body=THROTTLED))
    r.p.shop.set_stock("MUG", 0)
    r.p.run(HOUR)
    assert r.stock("MUG") == 5
    assert r.calls()[PATCH] < 100
    assert r.p.world.dead_letters() == []
    r.amazon.faults.clear()
    r.p.run(HOUR / 4)
    assert r.stock("MUG") == 0
    r.rest()
    one_family(r, keys)


@pytest.mark.parametrize("nth", range(1, 16, 3))
def test_amazon_goes_away_in_the_middle_of_a_publishing_and_comes_back_after_two_hours(r: Region, nth: int) -> None:
    r.amazon.faults.add(Fault("*", "drop_before", skip=nth, times=FOREVER))
    keys = r.send(r.p.add_product(*SIX))
    r.p.run(2 * HOUR)
    r.amazon.faults.clear()
    r.p.run(HOUR)
    r.p.world.settle(hours=24)
    told = {r.p.world.row(key).status for key in keys}
    if told != {Status.ACTIVE}:  # it was given up, and says so: sent again it becomes the same family
        assert all(r.p.world.row(key).hold for key in keys if r.p.world.row(key).status is not Status.ACTIVE)
        r.p.world.action(PublishKind.SEND, r.p.products["M"])
        r.rest()
    one_family(r, keys)


def test_a_site_that_the_seller_leaves_stops_no_other(shop_on_two: tuple[Region, ListingKey, ListingKey]) -> None:
    r, here, there = shop_on_two
    r.amazon.deeds.set_sites("anna", [GERMANY])
    r.p.shop.set_stock("MUG", 3)
    r.p.shop.set_price("MUG", "12.00")
    r.p.run(HOUR)
    assert r.p.world.stores.configuration.get(Account, ACCOUNT).state is ConnectionState.ACTIVE
    assert (r.stock("MUG"), r.p.world.row(here).accepted.price) == (3, Money(Decimal("12.00"), "EUR"))
    hold = r.p.world.row(there).hold
    assert hold is not None
    assert hold.params["reason"] == "amazon_site_left"
    r.p.shop.set_stock("MUG", 0)
    r.p.run(HOUR)
    assert r.stock("MUG") == 0
    assert r.broken == []


def test_a_site_in_which_the_seller_takes_part_again_is_followed_without_a_relist(
    shop_on_two: tuple[Region, ListingKey, ListingKey],
) -> None:
    r, _, there = shop_on_two
    r.amazon.deeds.set_sites("anna", [GERMANY])
    r.p.shop.set_stock("MUG", 3)
    r.p.shop.set_price("MUG", "12.00")
    r.p.run(1.5 * HOUR)  # by then it was tried once more, and looked at
    assert r.p.world.row(there).status is Status.ACTIVE
    r.amazon.deeds.set_sites("anna", [GERMANY, FRANCE])
    r.p.run(3 * HOUR)
    assert r.p.world.row(there).accepted.price == Money(Decimal("12.00"), "EUR")
    assert r.broken == []


def test_the_site_whose_call_carries_the_quantity_is_left_and_the_other_carries_it(
    shop_on_two: tuple[Region, ListingKey, ListingKey],
) -> None:
    r, _, there = shop_on_two
    r.amazon.deeds.set_sites("anna", [FRANCE])
    r.p.shop.set_stock("MUG", 0)
    r.p.run(HOUR)
    assert (r.stock("MUG"), r.p.world.row(there).accepted.quantity) == (0, 0)
    assert r.p.world.stores.configuration.get(Account, ACCOUNT).state is ConnectionState.ACTIVE


def test_a_feed_for_a_site_that_the_seller_left_is_refused_and_the_other_site_gets_the_stock() -> None:
    r = region(DE, FR)
    here = r.seed(70)
    there = r.seeded_also_on(FR, here)
    r.amazon.deeds.set_sites("anna", [FRANCE])
    for key in here:
        r.p.shop.set_stock(key.sku, 15)
    r.p.run(HOUR)
    assert {r.stock(key.sku) for key in there} == {15}
    assert {r.p.world.row(key).accepted.quantity for key in there} == {15}
    assert {r.p.world.row(key).hold.params["reason"] for key in here if r.p.world.row(key).hold} == {"amazon_site_left"}


def test_a_price_that_a_feed_s_report_refuses_keeps_the_stock_of_the_other_site_not_back() -> None:
    r = region(DE, FR)
    here = r.seed(70)
    there = r.seeded_also_on(FR, here)
    r.amazon.deeds.plan_issue("S7", "submission", code="90117", category="INVALID_PRICE", attribute="purchasable_offer")
    for key in here:
        r.p.shop.set_price(key.sku, "12.00")
        r.p.shop.set_stock(key.sku, 15)
    r.p.run(HOUR)
    assert r.calls()["createFeed"] >= 1
    assert {r.stock(key.sku) for key in there} == {15}
    assert {r.p.world.row(key).accepted.quantity for key in there} == {15}

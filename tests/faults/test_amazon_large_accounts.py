"""An account with more than a thousand listings on Amazon: a search ends at a thousand, and above that a report tells what exists."""

from __future__ import annotations

import pytest

from listbridge.domain.listings.listing import Status
from listbridge.domain.work import PublishKind
from listbridge.services.listings.revise import check_drift
from listbridge.services.timers.reconcile import Timer, reconcile
from tests.faults.amazon_region import PATCH, TEN, Region, region

pytestmark = pytest.mark.timeout(900)
COUNT = 1_005
SEARCH, GET = "searchListingsItems", "getListingsItem"


@pytest.fixture
def r() -> Region:
    return region()


def listed_by_hand(r: Region, count: int, prefix: str = "S") -> None:
    """So many SKUs, by the seller: 20 of each."""
    [seller] = r.amazon.world.sellers
    r.amazon.deeds.seed_listings(seller, [f"{prefix}{n}" for n in range(count)], quantity=20)


def test_linking_above_a_thousand_reads_one_report_and_then_follows_the_shop(r: Region) -> None:
    listed_by_hand(r, COUNT)
    products = [r.p.add_product(*skus, stock=9) for skus in (("S7",), ("S1003", "S1004"), ("NEW",))]
    keys = r.p.world.add(*products)
    r.p.world.action(PublishKind.LINK, *products)
    r.p.run(600)
    assert [r.p.world.row(key).status for key in keys] == [*[Status.ACTIVE] * 3, Status.NOT_ACTIVE]
    assert [r.p.world.row(key).accepted.quantity for key in keys[:3]] == [20, 20, 20]
    made = r.calls()
    assert (made["createReport"], made["getReportDocument"]) == (1, 1)
    # One search told that there are more than a thousand; what is linked is read, and nothing is asked of what is not there.
    assert (made[SEARCH], made[GET], made[PATCH]) == (2, 1, 0)
    r.p.shop.set_stock("S1003", 4)
    r.p.run(300)
    assert (r.stock("S1003"), r.stock("S1004"), r.calls()[PATCH]) == (4, 20, 1)
    r.in_step()


def test_linking_up_to_a_thousand_reads_pages_and_no_report(r: Region) -> None:
    listed_by_hand(r, 45)
    product = r.p.add_product("S44", stock=9)
    [key] = r.p.world.add(product)
    r.p.world.action(PublishKind.LINK, product)
    r.p.run(120)
    assert r.p.world.row(key).status is Status.ACTIVE
    made = r.calls()
    assert (made["createReport"], made[SEARCH], made[GET]) == (0, 3, 1)
    r.in_step()


def test_the_daily_look_at_a_large_account_reads_one_report_and_of_the_listings_what_differs(
    r: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_drift, "MOST_PER_RUN", 40)
    keys = r.seed(45)
    listed_by_hand(r, COUNT - 45, prefix="HAND-")
    r.p.world.stores.clock.advance(3 * 86_400)
    r.amazon.deeds.change_quantity("S5", 25)
    r.amazon.deeds.change_price("S30", "8.00")
    r.amazon.deeds.end_offer("S17")
    before = r.calls()
    reconcile(r.p.world.deps, Timer.DRIFT)
    r.p.run(300)
    made = r.calls() - before
    assert (made["createReport"], made["getReportDocument"]) == (1, 1)
    # One search told that there are more than a thousand; one showed what differs, and the one that it did not show was asked for
    # alone; one told what became of the two that were put right.
    assert (made[SEARCH], made[GET], made[PATCH]) == (3, 1, 2)
    r.rest()
    assert (r.stock("S5"), r.shown("S30")) == (20, (20, TEN))
    assert r.p.world.row(keys[17]).status is Status.FINISHED
    assert {r.p.world.row(key).seen.quantity for key in keys if key.sku not in ("S5", "S17")} == {20}
    r.in_step()

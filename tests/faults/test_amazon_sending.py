"""Quantities and prices on Amazon, one by one and in feeds: what is taken in is not yet true, zeros never wait, and no older
value comes after a newer one (protocol.md#submissions)."""

from __future__ import annotations

from itertools import count

import pytest

from listbridge.domain.ids import ListingKey
from simulators.faults import Fault
from tests.faults.amazon_region import DE, FR, PATCH, TEN, Region, region

pytestmark = pytest.mark.timeout(900)
MANY = 70
"""More than go one by one."""


@pytest.fixture
def r() -> Region:
    return region()


def changed(r: Region, seconds: float = 20, **stocks: int) -> None:
    """The shop has so many of these."""
    for sku, stock in stocks.items():
        r.p.shop.set_stock(sku, stock)
    r.p.run(seconds)


# ---- one by one ----


def test_what_is_taken_in_is_accepted_once_amazon_shows_it(r: Region) -> None:
    (key,) = r.seed(1)
    r.decides_after(300)
    changed(r, S0=9)
    row = r.p.world.row(key)
    assert (row.accepted.quantity, row.attempt is not None, r.stock("S0")) == (None, True, 20)
    r.p.run(900)
    assert (r.p.world.row(key).accepted.quantity, r.stock("S0")) == (9, 9)
    assert r.calls()[PATCH] == 1
    r.in_step()


def test_a_zero_goes_out_at_once_whatever_is_being_decided(r: Region) -> None:
    r.seed(1)
    r.decides_after(600)
    changed(r, S0=9)
    changed(r, 5, S0=0)
    assert r.quantities("S0") == [9, 0]
    r.rest()
    assert r.stock("S0") == 0
    r.in_step()


@pytest.mark.parametrize("step", [pytest.param(1, marks=pytest.mark.full), 4])
def test_a_change_killed_before_any_write_or_call_ends_in_step(step: int) -> None:
    """4 was applied, the worker died before it was recorded, and the stock goes back to 5."""
    for cut in count(1, step):
        r = region()
        r.seed(1, stock=5)
        r.p.fate.die_in(cut)
        for stock in (4, 5):
            changed(r, 1, S0=stock)
        died = r.p.world.deaths > 0
        r.p.fate.revive()
        r.p.run(1800)
        r.rest()
        assert r.stock("S0") == 5, f"cut {cut}"
        r.in_step()
        if not died:
            break
    assert cut > 15


@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "html", "429", "503", "403"])
@pytest.mark.parametrize("wait_s", [0, 40])
def test_a_stock_that_comes_back_while_nobody_knows_of_the_first_write_is_shown(
    r: Region, kind: str, wait_s: int
) -> None:
    r.seed(1, stock=5)
    if kind.isdigit():
        r.p.market.add_faults(Fault(PATCH, "status", status=int(kind)))
    else:
        r.p.market.without_documents()
        r.p.market.add_faults(Fault(PATCH, kind, status=502))  # type: ignore[arg-type]
    changed(r, wait_s, S0=2)
    changed(r, 1800, S0=5)
    r.rest()
    assert r.stock("S0") == 5
    r.in_step()


def test_a_call_of_our_own_that_lands_late_is_put_right(r: Region) -> None:
    r.seed(1, stock=5)
    r.p.market.add_faults(Fault(PATCH, "vendor", name="late", seconds=8.0))
    changed(r, 1, S0=4)
    changed(r, 1800, S0=2)
    r.rest()
    assert r.stock("S0") == 2
    r.in_step()


@pytest.mark.parametrize("newer", [2, 0])
def test_an_older_patch_that_amazon_applies_after_a_newer_one_was_decided_is_put_right(r: Region, newer: int) -> None:
    """Both were accepted, and a look has shown the newer one."""
    (key,) = r.seed(1, stock=5)
    r.decides_after(300)
    changed(r, 5, S0=4)
    r.decides_after(5)
    changed(r, 60, S0=newer)
    assert (r.stock("S0"), r.p.world.row(key).accepted.quantity) == (newer, None)
    r.p.run(300)
    assert r.quantities("S0") == [4, newer, newer]
    assert r.stock("S0") == newer
    r.p.run(1800)
    assert r.p.world.row(key).accepted.quantity == newer
    r.in_step()


def test_quantity_alone_leaves_the_price_and_price_alone_the_quantity(r: Region) -> None:
    r.p.sell("MUG")
    r.p.shop.set_stock("MUG", 3)
    r.p.run(300)
    r.p.shop.set_price("MUG", "12.00")
    r.p.run(300)
    rows = [row for row in r.amazon.world.listings.writes if row["via"] == PATCH]
    assert [(row["quantities"], row["prices"]) for row in rows] == [([3], []), ([], ["12.0"])]


def test_a_refusal_of_amazons_is_shown_and_nothing_is_sent_over_and_over(r: Region) -> None:
    (key,) = r.seed(1)
    r.amazon.deeds.plan_issue("S0", "submission", code="90225", attribute="purchasable_offer", times=100)
    r.p.shop.set_price("S0", "12.00")
    r.p.run(3600)
    hold = r.p.world.row(key).hold
    assert hold is not None
    assert "90225" in str(hold.params), hold
    assert r.calls()[PATCH] <= 3


# ---- in feeds ----


def all_changed(r: Region, keys: list[ListingKey], *, to: int = 15, seconds: float = 30, **others: int) -> None:
    for key in keys:
        r.p.shop.set_stock(key.sku, others.get(key.sku, to))
    r.p.run(seconds)


def via(r: Region, how: str) -> dict[str, list[int]]:
    """Quantities by SKU that went so, in their order."""
    found: dict[str, list[int]] = {}
    for row in r.amazon.world.listings.writes:
        if (row["via"] == PATCH) == (how == PATCH):
            found.setdefault(row["sku"], []).extend(row["quantities"])
    return found


def test_many_go_in_one_feed_and_each_is_accepted_by_the_report(r: Region) -> None:
    keys = r.seed(MANY)
    all_changed(r, keys)
    assert (r.calls()["createFeed"], r.calls()[PATCH]) == (1, 0)
    assert {r.p.world.row(key).accepted.quantity for key in keys} == {None}
    r.p.run(900)
    assert {r.stock(key.sku) for key in keys} == {15}
    assert {r.p.world.row(key).accepted.quantity for key in keys} == {15}
    r.in_step()


def test_zeros_and_last_units_go_one_by_one_before_the_feed(r: Region) -> None:
    keys = r.seed(MANY)
    all_changed(r, keys, S1=0, S2=5, S3=6)
    assert via(r, PATCH) == {"S1": [0], "S2": [5]}
    r.rest()
    assert [r.stock(sku) for sku in ("S1", "S2", "S3", "S4")] == [0, 5, 6, 15]
    r.in_step()


def test_what_falls_to_zero_in_an_open_feed_is_patched_at_once_and_again_after_the_report(r: Region) -> None:
    keys = r.seed(MANY)
    r.amazon.deeds.set_feed_time(400, queue_s=200)
    all_changed(r, keys)
    changed(r, 10, S0=0)
    assert via(r, PATCH)["S0"] == [0]
    assert r.p.world.row(keys[0]).accepted.quantity is None
    r.p.run(3600)
    r.rest()
    assert (r.stock("S0"), r.p.world.row(keys[0]).accepted.quantity) == (0, 0)
    assert via(r, PATCH)["S0"][-1] == 0
    r.in_step()


def test_what_changes_to_another_number_in_an_open_feed_waits_for_the_report(r: Region) -> None:
    keys = r.seed(MANY)
    r.amazon.deeds.set_feed_time(400, queue_s=200)
    all_changed(r, keys)
    changed(r, 120, S0=12)
    assert "S0" not in via(r, PATCH)
    r.rest()
    assert r.stock("S0") == 12
    r.in_step()


@pytest.mark.parametrize(
    ("ending", "applied", "report"),
    [("FATAL", 0, False), ("FATAL", 30, False), ("FATAL", 30, True), ("CANCELLED", 0, False)],
)
def test_a_feed_that_ends_badly_leaves_every_row_due(r: Region, ending: str, applied: int, report: bool) -> None:
    keys = r.seed(MANY)
    r.amazon.deeds.end_next_feed(ending, applied=applied, report=report)  # type: ignore[arg-type]
    all_changed(r, keys)
    r.p.run(4 * 3600)
    r.rest()
    assert {r.stock(key.sku) for key in keys} == {15}
    assert {r.p.world.row(key).accepted.quantity for key in keys} == {15}
    r.in_step()


def test_a_message_that_the_report_refuses_holds_its_listing_alone(r: Region) -> None:
    keys = r.seed(MANY)
    r.amazon.deeds.plan_issue("S7", "submission", code="99022", attribute="fulfillment_availability", times=50)
    all_changed(r, keys)
    r.p.run(3600)
    assert {key.sku: r.p.world.row(key).hold.params["reason"] for key in keys if r.p.world.row(key).hold} == {
        "S7": "amazon_refused"
    }
    assert [r.stock(sku) for sku in ("S6", "S7", "S8")] == [15, 20, 15]
    assert r.calls()["createFeed"] == 1


@pytest.mark.parametrize(
    "operation", ["createFeedDocument", "uploadDocument", "createFeed", "getFeed", "getFeedDocument"]
)
@pytest.mark.parametrize("kind", ["drop_after", pytest.param("drop_before", marks=pytest.mark.full)])
def test_each_call_of_a_feed_whose_answer_is_lost_ends_in_step(operation: str, kind: str) -> None:
    r = region()
    keys = r.seed(MANY)
    r.p.market.add_faults(Fault(operation, kind))  # type: ignore[arg-type]
    all_changed(r, keys)
    r.p.run(4 * 3600)
    r.rest()
    assert {r.stock(key.sku) for key in keys} == {15}
    r.in_step()


@pytest.mark.full
def test_a_feed_whose_worker_is_killed_before_any_call_ends_in_step() -> None:
    for nth in count(1):
        r = region()
        keys = r.seed(MANY)
        r.p.fate.die_before("market.*", nth=nth)
        all_changed(r, keys, S1=0)
        died = r.p.world.deaths > 0
        r.p.run(4 * 3600)
        r.rest()
        assert {r.stock(key.sku) for key in keys} == {0, 15}, f"call {nth}"
        r.in_step()
        if not died or nth > 12:
            break
    assert nth > 3


# ---- one stock for all sites ----


def test_two_sites_with_different_rules_settle_on_the_lowest_within_a_few_writes() -> None:
    r = region(DE, FR)
    (here,) = r.p.sell("MUG")
    (there,) = r.also_on(FR, r.p.products["MUG"], cap=3)
    r.rest()
    assert r.stock("MUG") == 3
    assert [r.p.world.row(key).computed.quantity for key in (here, there)] == [3, 3]
    before = len(r.quantities("MUG"))
    for stock, lowest in ((9, 3), (2, 2), (0, 0), (8, 3)):
        r.p.shop.set_stock("MUG", stock)
        r.p.run(900)
        assert r.stock("MUG") == lowest
    r.rest()
    assert set(r.quantities("MUG")[before:]) <= {3, 2, 0}
    assert len(r.quantities("MUG")) - before <= 8
    r.in_step()
    quiet = r.calls()[PATCH]
    r.p.run(3600)
    assert r.calls()[PATCH] == quiet


def test_each_site_has_its_own_price_and_a_price_of_one_moves_no_other() -> None:
    r = region(DE, FR)
    r.p.sell("MUG")
    r.also_on(FR, r.p.products["MUG"])
    r.rest()
    r.p.shop.set_price("MUG", "12.00")
    r.p.run(900)
    r.rest()
    prices = {
        row["marketplaceId"]: row["prices"]
        for row in r.amazon.world.listings.writes
        if row["via"] == PATCH and row["prices"]
    }
    assert prices == {"A1PA6795UKMFR9": ["12.0"], "A13V1IB3VIYZZH": ["12.0"]}
    assert TEN not in {shown.price for one in r.p.market.live() for shown in one.variations.values()}
    r.in_step()

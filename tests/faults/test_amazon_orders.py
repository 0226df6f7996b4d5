"""Orders of Amazon: hints by a queue, prices that come later, and whose stock an order takes (protocol.md#reservations, protocol.md#creating-orders)."""

from __future__ import annotations

import pytest

from listbridge.domain.configuration import Account
from listbridge.domain.ids import RemoteOrderId
from listbridge.domain.orders.orders import ImportState
from simulators.faults import Fault
from tests.fakes.world import ACCOUNT
from tests.faults.amazon_region import Region, region

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def r() -> Region:
    made = region()
    made.p.sell("MUG")
    made.listen()
    return made


def settled(r: Region, seconds: float = 300) -> None:
    r.p.run(seconds)


def bought(r: Region, quantity: int = 2, **more: object) -> RemoteOrderId:
    told = r.amazon.deeds.buy("MUG", quantity=quantity, **more)
    return RemoteOrderId(told["orderId"])


def test_an_order_that_amazon_tells_of_is_in_the_shop_within_a_minute_without_a_search(r: Region) -> None:
    searches = r.calls()["searchOrders"]
    remote = bought(r)
    settled(r, 60)
    assert r.p.order(remote).state is ImportState.CREATED
    assert (r.p.shop.stock_of("MUG"), r.stock("MUG"), len(r.p.shop.orders())) == (3, 3, 1)
    assert r.calls()["searchOrders"] - searches <= 1


@pytest.mark.parametrize("fault", ["drop", "duplicate", "delay", "reorder"])
def test_what_becomes_of_the_hint_changes_nothing_in_the_end(r: Region, fault: str) -> None:
    """Lost, it waits for the sweep; told twice or late, it is looked at and found done."""
    r.amazon.faults.add(Fault("webhook:ORDER_CHANGE", "vendor", name=fault, seconds=90.0))
    remote = bought(r)
    r.p.run(3600)
    assert r.p.order(remote).state is ImportState.CREATED
    assert (r.p.shop.stock_of("MUG"), r.stock("MUG"), len(r.p.shop.orders())) == (3, 3, 1)
    r.in_step()


def test_a_pending_order_reserves_and_is_created_once_it_is_priced(r: Region) -> None:
    remote = bought(r, paid=False)
    settled(r)
    assert r.p.order(remote).state is ImportState.WAITING
    assert (r.p.shop.orders(), r.stock("MUG"), r.p.shop.stock_of("MUG")) == ([], 3, 5)
    r.amazon.deeds.pay_order(remote)
    settled(r)
    assert r.p.order(remote).state is ImportState.CREATED
    assert (len(r.p.shop.orders()), r.stock("MUG"), r.p.shop.stock_of("MUG")) == (1, 3, 3)
    r.in_step()


def test_a_pending_order_that_is_never_paid_frees_its_stock_and_never_comes_into_the_shop(r: Region) -> None:
    remote = bought(r, paid=False)
    settled(r)
    r.amazon.deeds.cancel_order(remote, by="AMAZON")
    settled(r, 900)
    assert r.p.shop.orders() == []
    assert (r.stock("MUG"), r.p.shown("MUG") is not None) == (5, True)
    r.in_step()


def test_an_order_that_amazon_fulfils_takes_nothing_and_is_not_created(r: Region) -> None:
    remote = RemoteOrderId(
        r.amazon.deeds.checkout([{"sku": "MUG", "quantity": 2, "by_hand": True}], fulfilled_by="AMAZON")["orderId"]
    )
    settled(r, 900)
    rows = r.p.world.stores.orders.recent(ACCOUNT, None, 100)[0]
    assert [row.state for row in rows if row.key.remote == remote] in ([], [ImportState.SKIPPED])
    assert (r.p.shop.orders(), r.stock("MUG"), r.p.shop.stock_of("MUG")) == ([], 5, 5)


def test_the_last_unit_on_order_shows_zero_and_ends_nothing(r: Region) -> None:
    remote = bought(r, 5, paid=False)
    settled(r, 900)
    assert r.stock("MUG") == 0
    assert r.p.world.row(r.p.key("MUG")).status.value == "active"
    r.amazon.deeds.cancel_order(remote, by="BUYER")
    settled(r, 900)
    assert (r.stock("MUG"), r.p.market.ever_made()) == (5, 1)


def test_a_sweep_that_sees_the_order_already_in_the_stock_makes_no_false_zero(r: Region) -> None:
    """The shop shows 1 with the order in it; with the reservation it would be 1 - 4."""
    remote = bought(r, 4)
    settled(r, 20)
    r.p.world.tick("sweep")
    r.p.run(900)
    assert r.p.order(remote).state is ImportState.CREATED
    assert (r.stock("MUG"), r.p.shop.stock_of("MUG")) == (1, 1)
    r.in_step()


def test_a_parcel_is_told_once_under_our_own_number_even_when_its_answer_is_lost(r: Region) -> None:
    remote = bought(r)
    settled(r)
    r.p.market.add_faults(Fault("confirmShipment", "drop_after"))
    r.p.shop.ship(r.p.shop_order(remote), carrier="DHL", tracking="JJD0001")
    r.p.run(3600)
    [package] = r.amazon.world.orders.by_id[remote].packages
    assert r.p.tracking(remote) == ["JJD0001"]
    assert r.calls()["confirmShipment"] >= 1
    assert str(getattr(package, "reference", getattr(package, "number", ""))).isdecimal()


def test_without_the_role_for_personal_data_the_order_says_so_and_no_word_of_the_buyer_is_kept(r: Region) -> None:
    [seller] = r.amazon.world.sellers
    r.amazon.deeds.grant_pii(seller, False)
    remote = bought(r)
    settled(r, 900)
    order = r.p.order(remote)
    codes = {notice.code for notice in order.notices} | ({order.reason.code} if order.reason else set())
    assert (order.state, codes) == (ImportState.CREATED, {"buyer_untold"})


@pytest.mark.parametrize("value", ["FULFILLMENT", "PROCEEDS", "TAX", "PACKAGES"])
def test_a_region_that_refuses_one_part_of_an_order_loses_that_part_alone(r: Region, value: str) -> None:
    r.amazon.deeds.refuse_data("eu", [value])
    remote = bought(r)
    r.p.run(1800)
    row = r.p.order(remote)
    assert row.state in (ImportState.CREATED, ImportState.WAITING), row
    assert r.stock("MUG") == 3
    assert r.p.world.stores.configuration.get(Account, ACCOUNT).state.value == "active"

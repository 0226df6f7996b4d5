"""Orders of Amazon when the outside does its worst: refused reads, lost answers, hints that come late, and whose order it is."""

from __future__ import annotations

import pytest

from listbridge.domain.configuration import Account
from listbridge.domain.ids import RemoteOrderId
from listbridge.domain.orders.orders import ImportState
from simulators.faults import Fault
from tests.fakes.world import ACCOUNT
from tests.faults.amazon_region import DE, FR, Region, region

pytestmark = pytest.mark.timeout(900)

HOUR = 3600.0
FRANCE = "A13V1IB3VIYZZH"


def opened(*sites: object, stock: int = 5) -> Region:
    made = region(*sites)  # type: ignore[arg-type]
    made.p.sell("MUG", stock=stock)
    made.listen()
    return made


@pytest.fixture
def r() -> Region:
    return opened()


def bought(r: Region, quantity: int = 2, **more: object) -> RemoteOrderId:
    return RemoteOrderId(r.amazon.deeds.buy("MUG", quantity=quantity, **more)["orderId"])


def states(r: Region) -> dict[str, ImportState]:
    return {row.key.remote: row.state for row in r.p.world.stores.orders.recent(ACCOUNT, None, 1000)[0]}


def show_fba_orders(r: Region) -> None:
    store = r.p.world.stores.configuration
    account = store.get(Account, ACCOUNT)
    store.save(account.model_copy(update={"settings": {**account.settings, "fba_orders": True}}))


def test_reads_that_amazon_slows_down_make_an_order_late_and_lose_none(r: Region) -> None:
    slow = Fault(
        "getOrder", "status", times=5, status=429, body={"errors": [{"code": "QuotaExceeded", "message": "-"}]}
    )
    r.amazon.faults.add(slow)
    orders = [bought(r, 1) for _ in range(3)]
    r.p.run(2 * HOUR)
    assert states(r) == dict.fromkeys(orders, ImportState.CREATED)
    assert (r.stock("MUG"), r.p.shop.stock_of("MUG"), len(r.p.shop.orders())) == (2, 2, 3)
    r.in_step()


@pytest.mark.parametrize("hint", ["lost", "late"])
def test_an_order_that_is_over_before_we_hear_of_it_never_comes_into_the_shop(r: Region, hint: str) -> None:
    """Placed, paid and cancelled while nobody listens: its units stay off sale at Amazon until we put them back."""
    name = {"lost": "drop", "late": "delay"}[hint]
    r.amazon.faults.add(Fault("webhook:ORDER_CHANGE", "vendor", name=name, seconds=600.0, times=10))
    remote = bought(r, paid=False)
    r.amazon.deeds.pay_order(remote)
    r.amazon.deeds.cancel_order(remote, by="MERCHANT")
    r.p.run(12 * HOUR)
    assert r.p.shop.orders() == []
    assert states(r).get(remote, ImportState.SKIPPED) is ImportState.SKIPPED
    assert (r.p.shop.stock_of("MUG"), r.stock("MUG")) == (5, 5)
    r.in_step()


def test_the_word_of_payment_that_overtakes_the_word_of_the_order_creates_it_once(r: Region) -> None:
    r.amazon.faults.add(Fault("webhook:ORDER_CHANGE", "vendor", name="delay", seconds=400.0))
    remote = bought(r, paid=False)
    r.p.run(30)
    r.amazon.deeds.pay_order(remote)
    r.p.run(60)
    assert states(r) == {remote: ImportState.CREATED}
    r.p.run(HOUR)
    assert (states(r), len(r.p.shop.orders()), r.stock("MUG")) == ({remote: ImportState.CREATED}, 1, 3)
    r.in_step()


@pytest.mark.parametrize("shown", [False, True])
def test_an_order_of_amazon_s_warehouse_is_nobody_s_to_ship_though_the_region_does_not_say_whose_it_is(
    r: Region, shown: bool
) -> None:
    """Without FULFILLMENT an order does not say who ships it: taken for the seller's, it would be shipped twice."""
    if shown:
        show_fba_orders(r)
    r.amazon.deeds.refuse_data("eu", ["FULFILLMENT"])
    theirs = r.amazon.deeds.checkout([{"sku": "MUG", "quantity": 2, "by_hand": True}], fulfilled_by="AMAZON")["orderId"]
    ours = bought(r, 1)
    r.p.run(12 * HOUR)
    assert states(r).get(theirs) in (None, ImportState.SKIPPED)
    assert (states(r)[ours], len(r.p.shop.orders())) == (ImportState.CREATED, 1)
    assert (r.p.shop.stock_of("MUG"), r.stock("MUG")) == (4, 4)
    r.amazon.deeds.refuse_data("eu", [])
    r.p.run(12 * HOUR)
    assert states(r).get(theirs) in (None, ImportState.SKIPPED)
    assert (len(r.p.shop.orders()), r.p.shop.stock_of("MUG"), r.stock("MUG")) == (1, 4, 4)
    r.in_step()


def test_a_parcel_whose_answer_was_lost_while_parcels_are_hidden_is_one_parcel_in_the_end(r: Region) -> None:
    remote = bought(r)
    r.p.run(300)
    r.amazon.deeds.refuse_data("eu", ["PACKAGES"])
    r.p.market.add_faults(Fault("confirmShipment", "drop_after"))
    r.p.shop.ship(r.p.shop_order(remote), carrier="DHL", tracking="JJD0001")
    r.p.run(3 * HOUR)
    r.amazon.deeds.refuse_data("eu", [])
    r.p.run(12 * HOUR)
    [package] = r.amazon.world.orders.by_id[remote].packages
    assert (package.tracking, package.reference) == ("JJD0001", "71001")
    assert r.p.tracking(remote) == ["JJD0001"]
    r.in_step()


def test_a_parcel_that_is_told_again_after_every_answer_is_lost_stays_one(r: Region) -> None:
    remote = bought(r)
    r.p.run(300)
    r.p.market.add_faults(Fault("confirmShipment", "drop_before"), Fault("confirmShipment", "drop_after", times=2))
    r.p.shop.ship(r.p.shop_order(remote), carrier="DHL", tracking="JJD0001")
    r.p.run(12 * HOUR)
    [package] = r.amazon.world.orders.by_id[remote].packages
    assert package.tracking == "JJD0001"
    assert r.calls()["confirmShipment"] >= 2
    r.in_step()


def test_two_sites_that_sell_the_last_unit_at_once_are_told_and_the_region_shows_zero() -> None:
    r = opened(DE, FR, stock=1)
    r.also_on(FR, r.p.products["MUG"])
    sent = len(r.quantities("MUG"))
    first = bought(r, 1)
    second = RemoteOrderId(
        r.amazon.deeds.checkout([{"sku": "MUG", "quantity": 1, "by_hand": True}], site=FRANCE)["orderId"]
    )
    r.p.run(2 * HOUR)
    assert set(states(r)) == {first, second}
    assert r.stock("MUG") == 0
    assert set(r.quantities("MUG")[sent:]) <= {0}
    told = {notice.code for remote in (first, second) for notice in r.p.order(remote).notices}
    reasons = {row.reason.code for row in map(r.p.order, (first, second)) if row.reason}
    assert any("oversold" in code or "stock" in code for code in told | reasons), (told, reasons, states(r))


def test_without_the_role_each_order_says_that_its_address_is_kept_back_and_nobody_is_asked_twice_an_hour(
    r: Region,
) -> None:
    r.amazon.deeds.refuse_personal_data()
    [seller] = r.amazon.world.sellers
    r.amazon.deeds.grant_pii(seller, False)
    orders = [bought(r, 1) for _ in range(3)]
    r.p.run(900)
    assert states(r) == dict.fromkeys(orders, ImportState.CREATED)
    assert [[notice.code for notice in r.p.order(one).notices] for one in orders] == [["buyer_untold"]] * 3
    refused = [entry for entry in r.amazon.world.journal if entry.operation == "getOrder" and entry.status == 400]
    assert len(refused) <= 2
    r.in_step()

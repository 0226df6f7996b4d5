"""Orders on the deployed system, over HTTP: from the buyer's click to the shop's order, and the parcel back."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest

from localrun.scoreboard import stays, until
from tests.e2e.merchant import Merchant, Person, Street

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("local-system")]


def test_an_order_is_in_the_api_and_once_in_the_shop_and_the_other_listings_follow(
    street: Street, merchant: Merchant
) -> None:
    its, other = merchant, Merchant(street, f"m{uuid.uuid4().hex[:8]}")
    sku = its.sell("HOME")
    other.add(its.row(sku)["product"])
    assert other.seller.act(other.list, "send")["state"] == "done"
    other.shown(sku, 7)

    remote = its.buy(sku, 2, delivery_cost="4.90")
    assert its.orders() == {}
    its.look()
    row = its.becomes(remote, "created")
    other.shown(sku, 5)
    made = its.shop_order(remote)
    assert (made["total_price"], made["currency"], made["financial_status"]) == ("29.90", "EUR", "paid")
    assert [(line["sku"], line["quantity"]) for line in made["line_items"]] == [(sku, 2)]
    assert (Decimal(row["total"]["amount"]), row["total"]["currency"]) == (Decimal("29.90"), "EUR")
    assert (row["shop_order"]["name"], row["shop_order"]["ours"], row["reason"]) == (made["name"], True, None)

    its.look()
    until(lambda: its.order(remote)["reservations"][0]["absorbed"], "the reservation absorbed", within_s=20)
    stays(
        lambda: (its.stock(sku), len(its.shop_orders(remote))) == (5, 1), "the order was made or counted twice", for_s=3
    )
    its.shown(sku, 5)
    other.shown(sku, 5)
    told = its.order(remote)
    assert [line["matched"]["product"] for line in told["lines"]] == [its.row(sku)["product"]]
    assert [entry["event"] for entry in reversed(told["log"])][:2] == ["order_seen", "order_created"]
    assert other.orders() == {}


def test_with_automatic_creation_off_an_order_waits_and_export_makes_it_once(merchant: Merchant) -> None:
    its = merchant
    sku = its.sell("BYHAND")
    its.seller.finished(its.seller.patch(f"/accounts/{its.account}", {"create_orders": False}))
    remote = its.buy(sku, 3)
    its.look()
    row = its.becomes(remote, "waiting")
    assert (row["reason"]["code"], row["reason"]["fix"]) == ("automatic_creation_off", "export_order")
    until(lambda: its.explain(sku)["quantity"]["computed"] == 4, "three held", within_s=20)
    assert its.shop_orders(remote) == []
    assert its.stock(sku) == 7

    operator = Person(its.street.system, "operator")
    clicks = [operator.call("POST", f"/orders/{row['id']}/export").status_code for _ in range(3)]
    assert clicks[0] == 202
    assert set(clicks) <= {202, 409}
    its.becomes(remote, "created")
    stays(lambda: (len(its.shop_orders(remote)), its.stock(sku)) == (1, 4), "a click made another one", for_s=3)
    refused = operator.call("POST", f"/orders/{row['id']}/export")
    assert (refused.status_code, refused.json()["problem"]["code"]) == (409, "order_in_shop")
    assert len(its.shop_orders(remote)) == 1


def test_an_order_for_an_unknown_sku_says_why_and_comes_in_by_itself(merchant: Merchant) -> None:
    its = merchant
    calm, scarf = its.sell("CALM"), its.sku("SCARF")
    remote = its.buy(scarf, by_hand=True, price="49.00")
    beside = its.buy(calm)
    its.look()
    row = its.becomes(remote, "failed")
    its.becomes(beside, "created")
    assert (row["reason"]["code"], scarf in row["reason"]["text"]) == ("products_missing", True)
    assert row["reason"]["fix_text"]
    listed = its.seller.get(f"/orders?account={its.account}&attention=true")["orders"]
    assert [one["order"] for one in listed] == [remote]
    assert its.shop_orders(remote) == []

    its.product(scarf, stock=1, price="49.00")
    its.becomes(remote, "created")
    assert (its.shop_order(remote)["total_price"], its.stock(scarf)) == ("49.00", 0)
    assert its.seller.get(f"/orders?account={its.account}&attention=true")["orders"] == []


def test_what_the_shop_ships_is_told_once(merchant: Merchant) -> None:
    its = merchant
    sku = its.sell("SENT")
    remote = its.buy(sku)
    its.look()
    its.becomes(remote, "created")
    number = f"00{uuid.uuid4().int % 10**12:012d}"
    its.shop.do("fulfill", order_id=its.shop_order(remote)["id"], company="DHL", tracking_number=number)
    its.told_of(remote, number)
    for _ in range(3):
        its.shop.deliveries("again", topic="fulfillments/create")
    stays(lambda: its.parcels(remote) == [("DHL", number)], "the parcel was told again", for_s=3)
    until(lambda: its.order(remote)["completed_at"] is not None, "the order done", within_s=30)
    told = its.order(remote)
    assert [(one["tracking"], one["state"]) for one in told["parcels"]] == [(number, "told")]
    its.shown(sku, 6)


def test_what_is_cancelled_on_the_marketplace_is_cancelled_in_the_shop(merchant: Merchant) -> None:
    its = merchant
    sku = its.sell("UNWANTED")
    remote = its.buy(sku, 2)
    its.look()
    its.becomes(remote, "created")
    assert its.stock(sku) == 5
    its.marketplace.do("cancel_order", order_id=remote)
    its.look()
    until(lambda: bool(its.shop_order(remote)["cancelled_at"]), "cancelled in the shop", within_s=20)
    assert its.stock(sku) == 7
    its.shown(sku, 7, within_s=30)


@pytest.mark.full
@pytest.mark.timeout(300)
def test_the_schedule_asks_for_orders_by_itself(merchant: Merchant) -> None:
    """Nobody checks the account, and every message on its way is lost: a tick after the lost poll's minute is all there is.

    In real time, for the emulator plays the schedule by the machine's clock.
    """
    its = merchant
    sku = its.sell("NOBODYLOOKS")
    system = its.street.system
    system.emulator.client("sqs").purge_queue(QueueUrl=system.outputs["OrdersQueueUrl"])
    remote = its.buy(sku)
    its.becomes(remote, "created", within_s=220)
    assert len(its.shop_orders(remote)) == 1


def test_a_viewer_sees_the_order_and_nobody_who_bought_it(merchant: Merchant) -> None:
    its = merchant
    sku = its.sell("SEEN")
    remote = its.buy(sku, buyer={"name": "Ida Leuchtenfeld", "line1": "Weidenweg 3"})
    its.look()
    row = its.becomes(remote, "created")
    viewer, operator = Person(its.street.system, "viewer"), Person(its.street.system, "operator")
    for path in (f"/orders?account={its.account}", f"/orders/{row['id']}"):
        seen = viewer.call("GET", path)
        assert seen.status_code == 200
        assert remote in seen.text
        assert "Leuchtenfeld" not in seen.text
        assert "Leuchtenfeld" in operator.call("GET", path).text
    assert "Weidenweg 3" in operator.call("GET", f"/orders/{row['id']}").text
    for act in ("export", "handled-outside"):
        assert viewer.call("POST", f"/orders/{row['id']}/{act}").status_code == 403
    choice = {"product": "1", "variant": "1"}
    line = its.order(remote)["lines"][0]["id"]
    assert viewer.call("PUT", f"/orders/{row['id']}/lines/{line}/product", choice).status_code == 403
    assert Person(its.street.system, None).call("GET", "/orders").status_code == 401
    assert its.orders()[remote]["state"] == "created"

"""What may go wrong between a list of orders and its reader, and what eBay does about orders unasked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import requests

from simulators.clock import VirtualClock
from simulators.ebay import DeedRefused
from simulators.faults import Fault
from tests.contract.marketplaces.ebay_documents import EbaySpec
from tests.contract.simulators.ebay_seller import API, EbaySeller, error_ids, virtual_simulator
from tests.contract.specs import specs_root

ORDERS = f"{API}/sell/fulfillment/v1/order"
SINCE = "filter=lastmodifieddate:%5B2026-11-01T11:00:00.000Z..%5D"


@pytest.fixture
def anna_and_clock() -> tuple[EbaySeller, VirtualClock]:
    simulator, clock = virtual_simulator()
    seller = EbaySeller(simulator, spec=EbaySpec.load() if specs_root() else None)
    simulator.deeds.seed_listings("anna", ["RED"], quantity=500)
    return seller, clock


@pytest.fixture
def anna(anna_and_clock: tuple[EbaySeller, VirtualClock]) -> EbaySeller:
    return anna_and_clock[0]


def arm(anna: EbaySeller, name: str, body: dict[str, Any] | None = None) -> None:
    anna.simulator.faults.add(Fault("getOrders", "vendor", name=name, body=body))


def listed(anna: EbaySeller, query: str = f"?{SINCE}") -> dict[str, Any]:
    answer = anna.call("GET", f"{ORDERS}{query}")
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def ids_of(page: dict[str, Any]) -> list[str]:
    return [order["orderId"] for order in page["orders"]]


def read(anna: EbaySeller, order_id: str) -> dict[str, Any]:
    order: dict[str, Any] = anna.call("GET", f"{ORDERS}/{order_id}").json()
    return order


def notified(anna: EbaySeller) -> list[dict[str, Any]]:
    answer = anna.session.get(f"{API}/_sim/notifications").json()
    return [row["notification"]["data"] for row in answer["notifications"]]


def test_a_lost_page_has_a_hole_in_its_middle_while_the_total_stays(anna: EbaySeller) -> None:
    placed = anna.simulator.deeds.seed_orders(["RED"] * 6)["orderIds"]
    arm(anna, "page_lost", {"lost": 2})
    page = listed(anna, f"?{SINCE}&limit=4")
    assert (ids_of(page), page["total"], "next" in page) == ([placed[0], placed[3]], 6, True)
    assert ids_of(listed(anna, f"?{SINCE}&limit=4")) == placed[:4]


def test_next_may_disappear_too_early(anna: EbaySeller) -> None:
    anna.simulator.deeds.seed_orders(["RED"] * 3)
    arm(anna, "next_lost")
    page = listed(anna, f"?{SINCE}&limit=2")
    assert (len(page["orders"]), page["total"], "next" in page) == (2, 3, False)


def test_the_total_may_move_while_a_reader_pages(anna: EbaySeller) -> None:
    anna.simulator.deeds.seed_orders(["RED"] * 3)
    arm(anna, "total_moves", {"by": -2})
    assert [listed(anna)["total"], listed(anna)["total"]] == [1, 3]


CHANGES = [
    ("cancel", lambda order: order["cancelStatus"]["cancelState"], "NONE_REQUESTED", "CANCELED"),
    ("request_cancel", lambda order: order["cancelStatus"]["cancelState"], "NONE_REQUESTED", "IN_PROGRESS"),
    ("pay", lambda order: order["orderPaymentStatus"], "PENDING", "PAID"),
    ("ship", lambda order: order["orderFulfillmentStatus"], "NOT_STARTED", "FULFILLED"),
]


@pytest.mark.parametrize(("change", "look", "before", "after"), CHANGES)
def test_an_order_may_change_right_after_it_was_listed(
    anna: EbaySeller, change: str, look: Any, before: str, after: str
) -> None:
    order_id = anna.simulator.deeds.buy("RED", paid=False)["orderId"]
    arm(anna, "changed_after_list", {"change": change, "order_id": order_id})
    assert look(listed(anna)["orders"][0]) == before
    assert look(read(anna, order_id)) == after


def test_a_deed_may_be_put_off_until_later(anna_and_clock: tuple[EbaySeller, VirtualClock]) -> None:
    anna, clock = anna_and_clock
    order_id = anna.simulator.deeds.buy("RED")["orderId"]
    for _ in range(2):
        anna.simulator.deeds.later(30, "cancel_order", {"order_id": order_id})
    assert read(anna, order_id)["cancelStatus"]["cancelState"] == "NONE_REQUESTED"
    clock.advance(30)
    assert read(anna, order_id)["cancelStatus"]["cancelState"] == "CANCELED"
    calls = anna.session.get(f"{API}/_sim/calls", params={"operation": "deed:cancel_order"}).json()["calls"]
    assert [call["status"] for call in calls] == [200, 400]  # a second time it was cancelled already


def test_deeds_put_off_to_the_same_moment_all_happen(anna_and_clock: tuple[EbaySeller, VirtualClock]) -> None:
    anna, clock = anna_and_clock
    for _ in range(3):
        anna.simulator.deeds.later(5, "buy", {"sku": "RED"})
    with pytest.raises(DeedRefused):
        anna.simulator.deeds.later(5, "nonsense")
    clock.advance(5)
    assert listed(anna)["total"] == 3


def test_the_journal_of_orders_shows_their_packages_and_not_their_buyer(anna: EbaySeller) -> None:
    order_id = anna.simulator.deeds.buy("RED", buyer={"name": "Zora Quill"})["orderId"]
    anna.simulator.deeds.ship_order(order_id, carrier="UPS", tracking="1Z9")
    answer = anna.session.get(f"{API}/_sim/orders", params={"seller": "anna"})
    order = answer.json()["orders"][0]
    assert (order["orderId"], order["fulfillmentStatus"]) == (order_id, "FULFILLED")
    assert [row["shipmentTrackingNumber"] for row in order["packages"]] == ["1Z9"]
    assert "Zora" not in answer.text


def test_the_index_learns_of_changes_late_as_well(anna_and_clock: tuple[EbaySeller, VirtualClock]) -> None:
    anna, clock = anna_and_clock
    order_id = anna.simulator.deeds.buy("RED")["orderId"]
    clock.advance(600)
    anna.simulator.deeds.set_order_lag(60)
    anna.simulator.deeds.request_cancel(order_id)
    recent = "?filter=lastmodifieddate:%5B2026-11-01T12:09:00.000Z..%5D"
    assert ids_of(listed(anna, recent)) == []
    clock.advance(60)
    assert ids_of(listed(anna, recent)) == [order_id]


def test_ebay_would_notify_once_per_line_of_a_paid_order(anna: EbaySeller) -> None:
    order_id = anna.simulator.deeds.checkout(
        [{"sku": "RED"}, {"sku": "LAMP", "by_hand": True}], buyer={"name": "Zora Quill"}
    )["orderId"]
    lines = read(anna, order_id)["lineItems"]
    assert [(row["orderId"], row["lineItemId"]) for row in notified(anna)] == [
        (order_id, line["lineItemId"]) for line in lines
    ]
    assert "Zora" not in anna.session.get(f"{API}/_sim/notifications").text


def test_ebay_would_notify_about_an_unpaid_order_only_when_it_is_paid(anna: EbaySeller) -> None:
    order_id = anna.simulator.deeds.buy("RED", paid=False)["orderId"]
    anna.simulator.deeds.fail_payment(order_id)
    assert (notified(anna), read(anna, order_id)["orderPaymentStatus"]) == ([], "FAILED")
    anna.simulator.deeds.pay_order(order_id)
    assert [row["orderId"] for row in notified(anna)] == [order_id]


def parcel(anna: EbaySeller, order_id: str, quantity: int, tracking: str, line: int = 0) -> requests.Response:
    line_id = read(anna, order_id)["lineItems"][line]["lineItemId"]
    body = {
        "lineItems": [{"lineItemId": line_id, "quantity": quantity}],
        "shippingCarrierCode": "USPS",
        "trackingNumber": tracking,
    }
    return anna.call("POST", f"{ORDERS}/{order_id}/shipping_fulfillment", body)


def parcels(anna: EbaySeller, order_id: str) -> list[tuple[str, int]]:
    rows = anna.call("GET", f"{ORDERS}/{order_id}/shipping_fulfillment").json()["fulfillments"]
    return [(row["fulfillmentId"], row["lineItems"][0]["quantity"]) for row in rows]


def test_an_order_shipped_in_parts_is_in_progress_until_the_last_unit(anna: EbaySeller) -> None:
    order_id = anna.simulator.deeds.checkout([{"sku": "RED", "quantity": 3}, {"sku": "RED"}])["orderId"]
    states = []
    for quantity, tracking, line in ((1, "A1", 0), (2, "A2", 0), (1, "A3", 1)):
        assert parcel(anna, order_id, quantity, tracking, line).status_code == 201
        order = read(anna, order_id)
        states.append(
            (order["orderFulfillmentStatus"], *[row["lineItemFulfillmentStatus"] for row in order["lineItems"]])
        )
    assert states == [
        ("IN_PROGRESS", "IN_PROGRESS", "NOT_STARTED"),
        ("IN_PROGRESS", "FULFILLED", "NOT_STARTED"),
        ("FULFILLED", "FULFILLED", "FULFILLED"),
    ]


def test_more_units_than_are_left_go_into_no_package(anna: EbaySeller) -> None:
    order_id = anna.simulator.deeds.buy("RED", quantity=3)["orderId"]
    parcel(anna, order_id, 2, "A1")
    answer = parcel(anna, order_id, 2, "A2")
    assert (answer.status_code, error_ids(answer)) == (400, [32600])
    assert parcels(anna, order_id) == [("A1", 2)]


def test_a_package_taken_before_a_hang_up_stands_and_its_repeat_counts_again(anna: EbaySeller) -> None:
    order_id = anna.simulator.deeds.buy("RED", quantity=2)["orderId"]
    anna.simulator.faults.add(Fault("createShippingFulfillment", "drop_after"))
    with pytest.raises(requests.ReadTimeout):
        parcel(anna, order_id, 1, "A1")
    assert parcels(anna, order_id) == [("A1", 1)]
    assert parcel(anna, order_id, 1, "A1").status_code == 201
    assert parcels(anna, order_id) == [("A1", 1), ("A1", 1)]
    assert read(anna, order_id)["orderFulfillmentStatus"] == "FULFILLED"  # though one unit lies on the shelf


def test_a_quantity_left_out_means_one_unit(anna: EbaySeller) -> None:
    order_id = anna.simulator.deeds.buy("RED", quantity=2)["orderId"]
    line_id = read(anna, order_id)["lineItems"][0]["lineItemId"]
    body = {"lineItems": [{"lineItemId": line_id}]}
    assert anna.call("POST", f"{ORDERS}/{order_id}/shipping_fulfillment", body).status_code == 201
    assert parcels(anna, order_id) == [("999", 1)]


def test_the_seller_may_ship_on_the_site_what_is_left(anna: EbaySeller) -> None:
    order_id = anna.simulator.deeds.buy("RED", quantity=3)["orderId"]
    parcel(anna, order_id, 1, "A1")
    told = anna.simulator.deeds.ship_order(order_id, carrier="UPS", tracking="1Z9")
    assert told == {"orderId": order_id, "fulfillmentId": "1Z9", "status": "FULFILLED"}
    assert parcels(anna, order_id) == [("A1", 1), ("1Z9", 2)]
    with pytest.raises(DeedRefused):
        anna.simulator.deeds.ship_order(order_id)
    assert len(parcels(anna, order_id)) == 2


def test_a_cancelled_order_is_not_shipped_on_the_site_either(anna: EbaySeller) -> None:
    order_id = anna.simulator.deeds.buy("RED")["orderId"]
    anna.simulator.deeds.cancel_order(order_id)
    with pytest.raises(DeedRefused):
        anna.simulator.deeds.ship_order(order_id)
    assert parcels(anna, order_id) == []


def test_a_refused_cancel_request_lets_the_order_go_on(anna: EbaySeller) -> None:
    order_id = anna.simulator.deeds.buy("RED")["orderId"]
    anna.simulator.deeds.request_cancel(order_id)
    anna.simulator.deeds.refuse_cancel(order_id)
    status = read(anna, order_id)["cancelStatus"]
    assert (status["cancelState"], status["cancelRequests"][0]["cancelRequestState"]) == ("NONE_REQUESTED", "REJECTED")
    anna.simulator.deeds.cancel_order(order_id)
    states = [row["cancelRequestState"] for row in read(anna, order_id)["cancelStatus"]["cancelRequests"]]
    assert states == ["REJECTED", "COMPLETED"]


def test_orders_that_are_paid_together_come_back_as_one_with_a_new_id_and_the_same_lines(anna: EbaySeller) -> None:
    deeds = anna.simulator.deeds
    old = [deeds.buy("RED", quantity=units, paid=False)["orderId"] for units in (2, 1)]
    before = [order for order in listed(anna)["orders"] if order["orderId"] in old]
    new = deeds.pay_together(old)["orderId"]
    [order] = listed(anna)["orders"]
    assert (order["orderId"], order["orderPaymentStatus"]) == (new, "PAID")
    assert new not in old
    lines = {line["lineItemId"] for one in before for line in one["lineItems"]}
    assert {line["lineItemId"] for line in order["lineItems"]} == lines
    totals = [Decimal(one["pricingSummary"]["total"]["value"]) for one in before]
    assert Decimal(order["pricingSummary"]["total"]["value"]) == sum(totals)
    assert order["creationDate"] == min(one["creationDate"] for one in before)
    for remote in old:
        assert anna.call("GET", f"{ORDERS}/{remote}").status_code == 404


def test_only_unpaid_orders_are_paid_together(anna: EbaySeller) -> None:
    paid = anna.simulator.deeds.buy("RED")["orderId"]
    with pytest.raises(DeedRefused):
        anna.simulator.deeds.pay_together([paid])
    with pytest.raises(DeedRefused):
        anna.simulator.deeds.pay_together([])
    assert [order["orderId"] for order in listed(anna)["orders"]] == [paid]

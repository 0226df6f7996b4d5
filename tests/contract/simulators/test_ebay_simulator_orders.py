"""Orders: what the list hides, how it pages and filters, how a parcel and a refund leave their mark."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from simulators.clock import VirtualClock
from simulators.ebay import DeedRefused, EbaySimulator
from simulators.ebay.app import OPERATIONS
from tests.contract.marketplaces.ebay_documents import EbaySpec
from tests.contract.simulators.ebay_seller import API, SCOPE, EbaySeller, error_ids
from tests.contract.specs import specs_root

ORDERS = f"{API}/sell/fulfillment/v1/order"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def anna(clock: VirtualClock) -> EbaySeller:
    simulator = EbaySimulator(clock=clock)
    seller = EbaySeller(simulator, spec=EbaySpec.load() if specs_root() else None)
    seller.on_sale("HB-RED", item=seller.item(quantity=100), availableQuantity=100)
    return seller


def buy(anna: EbaySeller, **more: Any) -> str:
    return str(anna.simulator.deeds.buy("HB-RED", **more)["orderId"])


def ids_of(anna: EbaySeller, query: str = "") -> list[str]:
    answer = anna.call("GET", f"{ORDERS}{query}")
    assert answer.status_code == 200, answer.text
    return [order["orderId"] for order in answer.json()["orders"]]


def test_a_purchase_is_an_order_with_its_amounts_as_texts(anna: EbaySeller) -> None:
    order_id = buy(anna, quantity=2)
    order = anna.call("GET", f"{ORDERS}/{order_id}").json()
    line = order["lineItems"][0]
    assert (line["sku"], line["quantity"]) == ("HB-RED", 2)
    assert line["lineItemCost"] == {"value": "39.98", "currency": "USD"}
    assert order["pricingSummary"]["total"] == {"value": "39.98", "currency": "USD"}
    assert (order["orderPaymentStatus"], order["orderFulfillmentStatus"]) == ("PAID", "NOT_STARTED")
    assert order["creationDate"] == order["lastModifiedDate"] == "2026-11-01T12:00:00.000Z"


def test_an_order_of_several_skus_stands_whole_or_not_at_all(anna: EbaySeller) -> None:
    anna.on_sale("HB-BLUE", price="5.01")
    lines = [{"sku": "HB-RED", "quantity": 1}, {"sku": "HB-BLUE", "quantity": 8}]
    with pytest.raises(DeedRefused):
        anna.simulator.deeds.checkout(lines)
    untouched = anna.on_show("HB-RED")
    assert untouched is not None
    assert untouched["quantity"] == 100
    lines[1]["quantity"] = 2
    order_id = anna.simulator.deeds.checkout(lines)["orderId"]
    order = anna.call("GET", f"{ORDERS}/{order_id}").json()
    assert [line["sku"] for line in order["lineItems"]] == ["HB-RED", "HB-BLUE"]
    assert order["pricingSummary"]["total"]["value"] == "30.01"


def test_only_the_single_order_shows_cancel_requests_and_the_tax_number(anna: EbaySeller) -> None:
    order_id = buy(anna, tax_id="DE123")
    anna.simulator.deeds.request_cancel(order_id)
    listed = anna.call("GET", ORDERS).json()["orders"][0]
    whole = anna.call("GET", f"{ORDERS}/{order_id}").json()
    assert listed["cancelStatus"] == {"cancelState": "IN_PROGRESS", "cancelRequests": []}
    assert "taxIdentifier" not in listed["buyer"]
    assert whole["cancelStatus"]["cancelRequests"][0]["cancelRequestState"] == "REQUESTED"
    assert whole["buyer"]["taxIdentifier"]["taxpayerId"] == "DE123"


def test_offset_counts_orders_and_next_leads_to_the_end(anna: EbaySeller, clock: VirtualClock) -> None:
    placed = []
    for _ in range(5):
        placed.append(buy(anna))
        clock.advance(1)
    seen: list[str] = []
    url = f"{ORDERS}?limit=2"
    while url:
        body = anna.call("GET", url).json()
        seen += [order["orderId"] for order in body["orders"]]
        url = body.get("next", "")
    assert seen == placed
    assert ids_of(anna, "?limit=2&offset=3") == placed[3:]


def test_an_order_that_changes_between_two_pages_by_modification_pulls_the_rest_forward(
    anna: EbaySeller, clock: VirtualClock
) -> None:
    placed = []
    for _ in range(4):
        placed.append(buy(anna))
        clock.advance(1)
    since = "filter=lastmodifieddate:%5B2026-11-01T11:00:00.000Z..%5D&limit=2"
    first = ids_of(anna, f"?{since}&offset=0")
    anna.simulator.deeds.request_cancel(placed[0])
    second = ids_of(anna, f"?{since}&offset=2")
    assert (first, second) == ([placed[0], placed[1]], [placed[3], placed[0]])  # the third was never shown


def test_newest_first_an_order_that_arrives_between_two_pages_shifts_the_second(
    anna: EbaySeller, clock: VirtualClock
) -> None:
    anna.simulator.deeds.set_order_sort(newest_first=True)
    placed = []
    for _ in range(4):
        placed.append(buy(anna))
        clock.advance(1)
    first = ids_of(anna, "?limit=2&offset=0")
    buy(anna)
    second = ids_of(anna, "?limit=2&offset=2")
    assert (first, second) == ([placed[3], placed[2]], [placed[2], placed[1]])


def test_a_window_on_the_modification_date_finds_what_changed_since(anna: EbaySeller, clock: VirtualClock) -> None:
    first, second = buy(anna), buy(anna)
    clock.advance(600)
    anna.simulator.deeds.request_cancel(first)
    since = "?filter=lastmodifieddate:%5B2026-11-01T12:05:00.000Z..%5D"
    assert ids_of(anna, since) == [first]
    both = "?filter=creationdate:%5B2026-11-01T11:00:00.000Z..%5D,lastmodifieddate:%5B2026-11-01T12:05:00.000Z..%5D"
    assert sorted(ids_of(anna, both)) == sorted([first, second])  # creationdate alone counts


WRONG_FILTERS: list[tuple[str, int]] = [
    ("?filter=paid:%7BYES%7D", 30700),
    ("?filter=lastmodifieddate:yesterday", 30800),
    ("?filter=orderfulfillmentstatus:%7BNOT_STARTED%7D", 30800),
    ("?filter=lastmodifieddate:%5B2026-11-01..%5D", 30810),
    ("?filter=lastmodifieddate:%5B..2026-11-01T00:00:00.000Z%5D", 30820),
    ("?filter=creationdate:%5B2024-01-01T00:00:00.000Z..%5D", 30830),
    ("?filter=creationdate:%5B2026-11-01T02:00:00.000Z..2026-11-01T01:00:00.000Z%5D", 30840),
    ("?filter=lastmodifieddate:%5B2026-11-01T12:00:01.000Z..%5D", 30850),
    ("?filter=creationdate:%5B2026-10-01T00:00:00.000Z..2027-01-01T00:00:00.000Z%5D", 30850),
    ("?offset=-1", 31000),
    ("?limit=201", 31100),
    ("?limit=0", 31100),
    ("?fieldGroups=EVERYTHING", 32800),
    ("?orderIds=" + ",".join(str(n) for n in range(51)), 30900),
]


@pytest.mark.parametrize(
    ("query", "error_id"), [*WRONG_FILTERS, pytest.param("?offset=" + "9" * 5000, 31000, id="an offset of 5000 digits")]
)
def test_a_wrong_query_is_refused_by_its_own_error(anna: EbaySeller, query: str, error_id: int) -> None:
    answer = anna.call("GET", f"{ORDERS}{query}")
    assert (answer.status_code, error_ids(answer)) == (400, [error_id])


def test_raw_brackets_in_the_query_are_refused(anna: EbaySeller) -> None:
    environ = EnvironBuilder("/sell/fulfillment/v1/order", headers=anna.headers).get_environ()
    environ["QUERY_STRING"] = "filter=lastmodifieddate:[2026-11-01T00:00:00.000Z..]"  # requests would encode it
    chunks, status, _ = run_wsgi_app(anna.simulator, environ)
    assert status.startswith("400")
    assert json.loads(b"".join(chunks))["errors"][0]["errorId"] == 2004


def test_order_ids_make_the_filter_void(anna: EbaySeller) -> None:
    first, _ = buy(anna), buy(anna)
    assert ids_of(anna, f"?orderIds={first}&filter=paid:nonsense&limit=999") == [first]


def test_the_fulfilment_states_come_in_two_sets_only(anna: EbaySeller) -> None:
    shipped, waiting = buy(anna), buy(anna)
    ship(anna, shipped)
    assert ids_of(anna, "?filter=orderfulfillmentstatus:%7BNOT_STARTED%7CIN_PROGRESS%7D") == [waiting]
    assert ids_of(anna, "?filter=orderfulfillmentstatus:%7BFULFILLED%7CIN_PROGRESS%7D") == [shipped]


def test_the_list_lags_behind_while_the_order_itself_can_be_read(anna: EbaySeller, clock: VirtualClock) -> None:
    anna.simulator.deeds.set_order_lag(30)
    order_id = buy(anna)
    assert ids_of(anna) == []
    assert anna.call("GET", f"{ORDERS}/{order_id}").status_code == 200
    clock.advance(30)
    assert ids_of(anna) == [order_id]


def ship(anna: EbaySeller, order_id: str, quantity: int = 1, **changes: Any) -> Any:
    line = anna.simulator.world.sellers["anna"].orders[order_id].data["lineItems"][0]["lineItemId"]
    body: dict[str, Any] = {
        "lineItems": [{"lineItemId": line, "quantity": quantity}],
        "shippingCarrierCode": "USPS",
        "trackingNumber": "9400110200",
    }
    body.update(changes)
    return anna.call("POST", f"{ORDERS}/{order_id}/shipping_fulfillment", body)


def test_a_parcel_takes_its_tracking_number_as_its_id(anna: EbaySeller) -> None:
    order_id = buy(anna, quantity=2)
    answer = ship(anna, order_id)
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{ORDERS}/{order_id}/shipping_fulfillment/9400110200"
    assert anna.call("GET", f"{ORDERS}/{order_id}").json()["orderFulfillmentStatus"] == "IN_PROGRESS"
    assert anna.call("GET", answer.headers["Location"]).json()["shipmentTrackingNumber"] == "9400110200"
    ship(anna, order_id, shippingCarrierCode="", trackingNumber="")
    parcels = anna.call("GET", f"{ORDERS}/{order_id}/shipping_fulfillment").json()
    assert [row["fulfillmentId"] for row in parcels["fulfillments"]] == ["9400110200", "999"]
    assert anna.call("GET", f"{ORDERS}/{order_id}").json()["orderFulfillmentStatus"] == "FULFILLED"


def test_the_same_parcel_twice_makes_two(anna: EbaySeller) -> None:
    order_id = buy(anna)
    assert [ship(anna, order_id).status_code for _ in range(2)] == [201, 201]
    assert anna.call("GET", f"{ORDERS}/{order_id}/shipping_fulfillment").json()["total"] == 2


WRONG_PARCELS: list[tuple[dict[str, Any], int]] = [
    ({"trackingNumber": ""}, 32300),
    ({"shippingCarrierCode": ""}, 32300),
    ({"trackingNumber": "9400-1102"}, 32300),
    ({"shippedDate": "today"}, 32500),
    ({"lineItems": []}, 32600),
    ({"lineItems": [{"lineItemId": "1", "quantity": 1}]}, 32200),
]


@pytest.mark.parametrize(("change", "error_id"), WRONG_PARCELS)
def test_a_wrong_parcel_is_refused_and_the_order_still_waits(
    anna: EbaySeller, change: dict[str, Any], error_id: int
) -> None:
    order_id = buy(anna)
    answer = ship(anna, order_id, **change)
    assert (answer.status_code, error_ids(answer)) == (400, [error_id])
    assert anna.call("GET", f"{ORDERS}/{order_id}/shipping_fulfillment").json() == {"fulfillments": [], "total": 0}


def refund(anna: EbaySeller, order_id: str, value: str | None = None, **changes: Any) -> Any:
    body: dict[str, Any] = {"reasonForRefund": "BUYER_CANCEL"}
    if value is not None:
        body["orderLevelRefundAmount"] = {"value": value, "currency": "USD"}
    body.update(changes)
    return anna.call("POST", f"{ORDERS}/{order_id}/issue_refund", body)


def test_a_refund_takes_a_minute_and_a_second_one_has_to_wait(anna: EbaySeller, clock: VirtualClock) -> None:
    order_id = buy(anna)
    answer = refund(anna, order_id, "10.00")
    assert (answer.status_code, answer.json()["refundStatus"]) == (200, "PENDING")
    again = refund(anna, order_id, "1.00")
    assert (again.status_code, error_ids(again)) == (400, [34922])
    assert anna.call("GET", f"{ORDERS}/{order_id}").json()["orderPaymentStatus"] == "PAID"
    clock.advance(60)
    order = anna.call("GET", f"{ORDERS}/{order_id}").json()
    assert order["orderPaymentStatus"] == "PARTIALLY_REFUNDED"
    assert [row["refundStatus"] for row in order["paymentSummary"]["refunds"]] == ["REFUNDED"]
    refund(anna, order_id, "9.99")
    clock.advance(60)
    assert anna.call("GET", f"{ORDERS}/{order_id}").json()["orderPaymentStatus"] == "FULLY_REFUNDED"
    late = refund(anna, order_id, "1.00")
    assert (late.status_code, error_ids(late)) == (400, [34917])


WRONG_REFUNDS: list[tuple[dict[str, Any], int]] = [
    ({"value": "20.00"}, 34915),
    ({"value": "0.00"}, 34907),
    ({"value": "1.001"}, 34907),
    ({}, 34905),
    ({"value": "1.00", "reasonForRefund": ""}, 34903),
    ({"orderLevelRefundAmount": {"value": "1.00", "currency": "EUR"}}, 34909),
    ({"refundItems": [{"lineItemId": "1", "refundAmount": {"value": "1.00", "currency": "USD"}}]}, 34914),
]


@pytest.mark.parametrize(("change", "error_id"), WRONG_REFUNDS)
def test_a_wrong_refund_is_refused_and_no_money_moves(anna: EbaySeller, change: dict[str, Any], error_id: int) -> None:
    order_id = buy(anna)
    answer = refund(anna, order_id, **change)
    assert (answer.status_code, error_ids(answer)) == (400, [error_id])
    assert anna.call("GET", f"{ORDERS}/{order_id}").json()["paymentSummary"]["refunds"] == []


def test_an_unpaid_order_is_pending_until_the_payment_arrives_and_cannot_be_refunded(anna: EbaySeller) -> None:
    order_id = buy(anna, paid=False)
    answer = refund(anna, order_id, "1.00")
    assert (answer.status_code, error_ids(answer)) == (409, [34929])
    assert anna.call("GET", f"{ORDERS}/{order_id}").json()["orderPaymentStatus"] == "PENDING"
    anna.simulator.deeds.pay_order(order_id)
    assert anna.call("GET", f"{ORDERS}/{order_id}").json()["orderPaymentStatus"] == "PAID"


def test_a_cancelled_order_is_paid_back_and_takes_no_parcel(anna: EbaySeller) -> None:
    order_id = buy(anna)
    anna.simulator.deeds.cancel_order(order_id)
    order = anna.call("GET", f"{ORDERS}/{order_id}").json()
    assert (order["cancelStatus"]["cancelState"], order["orderPaymentStatus"]) == ("CANCELED", "FULLY_REFUNDED")
    answer = ship(anna, order_id)
    assert (answer.status_code, error_ids(answer)) == (400, [32600])


def test_a_refund_needs_the_finances_scope(anna: EbaySeller) -> None:
    order_id = buy(anna)
    anna.sign_in(scope=f"{SCOPE}/sell.fulfillment")
    answer = refund(anna, order_id, "1.00")
    assert (answer.status_code, error_ids(answer)) == (403, [1100])
    assert anna.call("GET", f"{ORDERS}/{order_id}").json()["paymentSummary"]["refunds"] == []


def test_an_unknown_order_is_not_found(anna: EbaySeller) -> None:
    answer = anna.call("GET", f"{ORDERS}/00-00000-00000")
    assert (answer.status_code, error_ids(answer)) == (404, [32100])
    assert error_ids(refund(anna, "00-00000-00000", "1.00")) == [34913]


@pytest.mark.specs
def test_every_operation_on_orders_answers_within_the_documents(anna: EbaySeller) -> None:
    anna.spec = EbaySpec.load()
    order_id = buy(anna)
    location = ship(anna, order_id).headers["Location"]
    for url in (ORDERS, f"{ORDERS}/{order_id}", f"{ORDERS}/{order_id}/shipping_fulfillment", location):
        anna.call("GET", url)
    refund(anna, order_id, "1.00")
    assert anna.checked >= {operation.id for operation in OPERATIONS if operation.api == "sell.fulfillment"}

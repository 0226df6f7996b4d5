"""Orders at the simulated Amazon: what PENDING hides, who may see people, pages and filters, shipment and cancellation."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from simulators.amazon import AmazonSimulator, DeedRefused
from simulators.clock import VirtualClock
from tests.contract.simulators.amazon_seller import DE, JP, UK, US, AmazonSeller, codes

ORDERS = "/orders/2026-01-01/orders"
EVERYTHING = "BUYER,RECIPIENT,PROCEEDS,EXPENSE,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX,PAYMENT"
LONG_AGO = "2026-10-01T00:00:00Z"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def anna(clock: VirtualClock) -> AmazonSeller:
    simulator = AmazonSimulator(clock=clock)
    simulator.deeds.set_token_lifetime(10 * 24 * 3600)
    seller = AmazonSeller(simulator, sites=[UK, DE])
    seller.simulator.deeds.seed_listings("anna", ["MUG", "CUP"], site=DE, quantity=20, price="10.00")
    return seller


def buy(anna: AmazonSeller, sku: str = "MUG", **more: Any) -> str:
    return str(anna.simulator.deeds.buy(sku, **{"site": DE, "seller": anna.name, **more})["orderId"])


def get(anna: AmazonSeller, order_id: str, included: str = EVERYTHING) -> dict[str, Any]:
    query = {"includedData": included} if included else {}
    answer = anna.call("GET", f"{ORDERS}/{order_id}", **query)
    assert answer.status_code == 200, answer.text
    order: dict[str, Any] = answer.json()["order"]
    return order


def search(anna: AmazonSeller, **query: str) -> dict[str, Any]:
    answer = anna.call("GET", ORDERS, **query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def ids_of(told: dict[str, Any]) -> list[str]:
    return [order["orderId"] for order in told["orders"]]


def confirm(anna: AmazonSeller, order_id: str, *, check: bool = True, **changes: Any) -> requests.Response:
    items = [{"orderItemId": line["orderItemId"], "quantity": 1} for line in get(anna, order_id, "")["orderItems"]]
    detail: dict[str, Any] = {
        "packageReferenceId": "1",
        "carrierCode": "DHL",
        "trackingNumber": "T1",
        "shipDate": "2026-11-01T13:00:00Z",
        "orderItems": items,
        **changes,
    }
    body = {"marketplaceId": DE, "packageDetail": {name: value for name, value in detail.items() if value is not None}}
    return anna.call("POST", f"/orders/v0/orders/{order_id}/shipmentConfirmation", body, check=check)


# What is told of an order


def test_an_order_has_its_amounts_as_texts_and_counts_the_stock_down(anna: AmazonSeller) -> None:
    order = get(anna, buy(anna, quantity=2, shipping="3.50", tax="4.20", discount="1.00"))
    assert order["proceeds"]["grandTotal"] == {"amount": "26.70", "currencyCode": "EUR"}
    line = order["orderItems"][0]
    assert (line["product"]["sellerSku"], line["quantityOrdered"]) == ("MUG", 2)
    assert line["product"]["price"]["unitPrice"] == {"amount": "10.00", "currencyCode": "EUR"}
    kinds = {row["type"]: row["subtotal"]["amount"] for row in line["proceeds"]["breakdowns"]}
    assert kinds == {"ITEM": "20.00", "SHIPPING": "3.50", "TAX": "4.20", "DISCOUNT": "-1.00"}
    assert order["fulfillment"]["fulfillmentStatus"] == "UNSHIPPED"
    assert order["salesChannel"] == {"channelName": "AMAZON", "marketplaceId": DE, "marketplaceName": "Amazon.de"}
    owner = anna.simulator.world.seller("anna")
    shown = anna.simulator.world.listings.offer(owner, "MUG", DE)
    assert shown is not None
    assert shown.quantity == 18


def test_a_pending_order_has_no_price_no_address_and_no_buyer(anna: AmazonSeller) -> None:
    order_id = buy(anna, paid=False)
    pending = get(anna, order_id)
    assert pending["fulfillment"]["fulfillmentStatus"] == "PENDING"
    assert set(pending) & {"buyer", "recipient", "proceeds", "payment", "packages"} == set()
    assert "price" not in pending["orderItems"][0]["product"]
    anna.simulator.deeds.pay_order(order_id)
    paid = get(anna, order_id)
    assert paid["fulfillment"]["fulfillmentStatus"] == "UNSHIPPED"
    assert paid["orderItems"][0]["product"]["price"]["unitPrice"]["amount"] == "10.00"
    assert paid["recipient"]["deliveryAddress"]["name"] == "Robin Buyer"


def test_what_is_not_asked_for_is_not_told(anna: AmazonSeller) -> None:
    order = get(anna, buy(anna), "")
    assert set(order) == {"orderId", "createdTime", "lastUpdatedTime", "salesChannel", "orderItems"}
    assert set(order["orderItems"][0]) == {"orderItemId", "quantityOrdered", "product"}


def test_people_are_seen_with_the_role_alone(anna: AmazonSeller) -> None:
    order_id = buy(anna)
    assert get(anna, order_id)["buyer"]["buyerName"] == "Robin Buyer"
    anna.simulator.deeds.grant_pii("anna", False)
    blind = get(anna, order_id)
    assert set(blind) & {"buyer", "recipient"} == set()
    assert "Robin" not in json.dumps(blind)
    anna.simulator.deeds.refuse_personal_data()
    refused = anna.call("GET", f"{ORDERS}/{order_id}", includedData="BUYER,PROCEEDS")
    assert codes(refused) == ["InvalidInput"]
    assert get(anna, order_id, "PROCEEDS")["proceeds"]["grandTotal"]["amount"] == "10.00"


def test_one_region_refuses_a_value_that_the_others_serve(anna: AmazonSeller) -> None:
    yuki = AmazonSeller(anna.simulator, "yuki", sites=[JP])
    order_id = str(anna.simulator.deeds.buy("X", seller="yuki", by_hand=True)["orderId"])
    anna.simulator.deeds.refuse_data("fe", ["FULFILLMENT"])
    refused = yuki.call("GET", f"{ORDERS}/{order_id}", includedData="FULFILLMENT,PROCEEDS")
    assert (refused.status_code, "FULFILLMENT" in refused.text) == (400, True)
    assert yuki.call("GET", ORDERS, createdAfter=LONG_AGO, includedData="FULFILLMENT").status_code == 400
    assert yuki.call("GET", f"{ORDERS}/{order_id}", includedData="PROCEEDS").status_code == 200
    assert get(anna, buy(anna), "FULFILLMENT")["fulfillment"]["fulfillmentStatus"] == "UNSHIPPED"


def test_an_order_that_amazon_fulfils_has_no_email_and_no_packages(anna: AmazonSeller) -> None:
    anna.simulator.deeds.seed_listings("anna", ["FBA"], site=DE, quantity=4, fba=True)
    order_id = buy(anna, "FBA")
    anna.simulator.deeds.ship_order(order_id, tracking="AMZ1")
    order = get(anna, order_id)
    assert (order["fulfillment"]["fulfilledBy"], order["fulfillment"]["fulfillmentStatus"]) == ("AMAZON", "SHIPPED")
    assert "buyerEmail" not in order["buyer"]
    assert "packages" not in order


def test_an_order_is_its_sellers_own(anna: AmazonSeller) -> None:
    berta = AmazonSeller(anna.simulator, "berta", sites=[DE])
    order_id = buy(anna)
    assert codes(berta.call("GET", f"{ORDERS}/{order_id}")) == ["NotFound"]
    assert search(berta, createdAfter=LONG_AGO)["orders"] == []


def test_an_order_stands_whole_or_not_at_all(anna: AmazonSeller) -> None:
    with pytest.raises(DeedRefused):
        anna.simulator.deeds.checkout([{"sku": "MUG"}, {"sku": "CUP", "quantity": 21}], site=DE)
    owner = anna.simulator.world.seller("anna")
    shown = anna.simulator.world.listings.offer(owner, "MUG", DE)
    assert shown is not None
    assert shown.quantity == 20
    assert search(anna, createdAfter=LONG_AGO)["orders"] == []


# Searching


def test_orders_are_found_by_their_change_oldest_first(anna: AmazonSeller, clock: VirtualClock) -> None:
    first = buy(anna, paid=False)
    clock.advance(60)
    second = buy(anna)
    clock.advance(60)
    anna.simulator.deeds.pay_order(first)
    assert ids_of(search(anna, createdAfter=LONG_AGO)) == [first, second]
    assert ids_of(search(anna, lastUpdatedAfter=LONG_AGO)) == [second, first]
    assert ids_of(search(anna, lastUpdatedAfter="2026-11-01T12:01:30Z")) == [first]


def test_filters_by_state_store_and_who_fulfils(anna: AmazonSeller) -> None:
    anna.simulator.deeds.seed_listings("anna", ["FBA"], site=DE, quantity=4, fba=True)
    pending, open_, by_amazon = buy(anna, paid=False), buy(anna), buy(anna, "FBA")
    in_uk = buy(anna, by_hand=True, site=UK)
    assert ids_of(search(anna, createdAfter=LONG_AGO, fulfillmentStatuses="PENDING")) == [pending]
    assert ids_of(search(anna, createdAfter=LONG_AGO, fulfilledBy="AMAZON")) == [by_amazon]
    assert ids_of(search(anna, createdAfter=LONG_AGO, marketplaceIds=UK)) == [in_uk]
    found = search(anna, createdAfter=LONG_AGO, marketplaceIds=DE, fulfillmentStatuses="UNSHIPPED,SHIPPED")
    assert set(ids_of(found)) == {open_, by_amazon}


def test_pages_follow_a_token_that_belongs_to_its_filters(anna: AmazonSeller, clock: VirtualClock) -> None:
    placed = []
    for _ in range(5):
        placed.append(buy(anna))
        clock.advance(1)
    query = {"createdAfter": LONG_AGO, "marketplaceIds": f"{DE},{UK}"}
    first = search(anna, **query, maxResultsPerPage="2")
    token = first["pagination"]["nextToken"]
    second = search(anna, **query, maxResultsPerPage="10", includedData="PROCEEDS", paginationToken=token)
    assert ids_of(first) + ids_of(second) == placed
    assert "pagination" not in second
    other = anna.call("GET", ORDERS, createdAfter=LONG_AGO, paginationToken=token)
    assert codes(other) == ["InvalidInput"]
    clock.advance(24 * 3600 - 1)
    assert search(anna, **query, paginationToken=token)["orders"] != []
    clock.advance(1)
    assert codes(anna.call("GET", ORDERS, **query, paginationToken=token)) == ["InvalidInput"]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"createdAfter": LONG_AGO, "lastUpdatedAfter": LONG_AGO},
        {"createdAfter": LONG_AGO, "lastUpdatedBefore": LONG_AGO},
        {"createdAfter": "yesterday"},
        {"createdAfter": "2026-10-01T00:00:00"},
        {"createdAfter": LONG_AGO, "createdBefore": "2026-11-01T11:58:01Z"},
        {"createdAfter": LONG_AGO, "createdBefore": "2026-09-01T00:00:00Z"},
        {"createdAfter": LONG_AGO, "fulfillmentStatuses": "OPEN"},
        {"createdAfter": LONG_AGO, "includedData": "ADDRESS"},
        {"createdAfter": LONG_AGO, "maxResultsPerPage": "101"},
        {"createdAfter": LONG_AGO, "paginationToken": "unknown"},
    ],
    ids=lambda query: ",".join(query) or "nothing",
)
def test_a_search_that_the_model_does_not_allow_is_refused(anna: AmazonSeller, query: dict[str, str]) -> None:
    answer = anna.call("GET", ORDERS, check=False, **query)
    assert (answer.status_code, codes(answer)) == (400, ["InvalidInput"])


def test_the_end_of_a_search_may_lie_two_minutes_back(anna: AmazonSeller, clock: VirtualClock) -> None:
    order_id = buy(anna)
    clock.advance(120)
    told = search(anna, createdAfter=LONG_AGO, createdBefore="2026-11-01T12:00:00Z")
    assert (ids_of(told), told["createdBefore"]) == ([order_id], "2026-11-01T12:00:00Z")


def test_a_store_where_the_seller_does_not_sell_is_denied(anna: AmazonSeller) -> None:
    assert anna.call("GET", ORDERS, createdAfter=LONG_AGO, marketplaceIds=US).status_code == 403


def test_a_search_learns_of_orders_later_on_demand(anna: AmazonSeller, clock: VirtualClock) -> None:
    anna.simulator.deeds.set_order_lag(30)
    order_id = buy(anna)
    assert search(anna, createdAfter=LONG_AGO)["orders"] == []
    assert get(anna, order_id)["orderId"] == order_id
    clock.advance(30)
    assert ids_of(search(anna, createdAfter=LONG_AGO)) == [order_id]


def test_the_search_has_a_budget_of_its_own(anna: AmazonSeller) -> None:
    statuses = [anna.call("GET", ORDERS, createdAfter=LONG_AGO).status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]


# Shipping


def test_a_parcel_ships_the_order(anna: AmazonSeller) -> None:
    order_id = buy(anna)
    answer = confirm(anna, order_id)
    assert (answer.status_code, answer.content) == (204, b"")
    order = get(anna, order_id)
    assert order["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
    assert order["orderItems"][0]["fulfillment"] == {"quantityFulfilled": 1, "quantityUnfulfilled": 0}
    package = order["packages"][0]
    assert (package["packageReferenceId"], package["carrier"], package["trackingNumber"]) == ("1", "DHL", "T1")


def test_the_same_reference_edits_the_parcel_and_doubles_nothing(anna: AmazonSeller) -> None:
    order_id = buy(anna)
    confirm(anna, order_id)
    assert confirm(anna, order_id, trackingNumber="T2").status_code == 204
    order = get(anna, order_id)
    assert [one["trackingNumber"] for one in order["packages"]] == ["T2"]
    assert order["orderItems"][0]["fulfillment"]["quantityFulfilled"] == 1


def test_another_reference_for_units_that_are_gone_is_refused(anna: AmazonSeller) -> None:
    order_id = buy(anna)
    confirm(anna, order_id)
    assert codes(confirm(anna, order_id, packageReferenceId="2")) == ["InvalidInput"]
    assert len(get(anna, order_id)["packages"]) == 1


def test_a_part_leaves_the_rest_to_ship(anna: AmazonSeller) -> None:
    order_id = buy(anna, quantity=2)
    confirm(anna, order_id)
    assert get(anna, order_id)["fulfillment"]["fulfillmentStatus"] == "PARTIALLY_SHIPPED"
    confirm(anna, order_id, packageReferenceId="2", trackingNumber="T2")
    assert get(anna, order_id)["fulfillment"]["fulfillmentStatus"] == "SHIPPED"


@pytest.mark.parametrize(
    "changes",
    [
        {"packageReferenceId": 1},
        {"packageReferenceId": "A1"},
        {"packageReferenceId": "0"},
        {"carrierCode": "Other"},
        {"carrierCode": None},
        {"trackingNumber": None},
        {"shipDate": "02/21/2022"},
        {"orderItems": {}},
        {"orderItems": [{"orderItemId": "1", "quantity": 1}]},
        {"orderItems": [{"orderItemId": "1"}]},
        {"weight": 3},
    ],
    ids=str,
)
def test_a_parcel_that_the_model_does_not_allow_is_refused(anna: AmazonSeller, changes: dict[str, Any]) -> None:
    order_id = buy(anna)
    answer = confirm(anna, order_id, check=False, **changes)
    assert (answer.status_code, codes(answer)) == (400, ["InvalidInput"])
    assert "packages" not in get(anna, order_id)


def test_another_carrier_is_told_by_its_name(anna: AmazonSeller) -> None:
    order_id = buy(anna)
    assert confirm(anna, order_id, carrierCode="Other", carrierName="Bike Bob").status_code == 204
    assert get(anna, order_id)["packages"][0]["carrier"] == "Bike Bob"


def test_what_amazon_ships_what_is_unpaid_and_what_is_cancelled_is_not_the_sellers_to_ship(anna: AmazonSeller) -> None:
    anna.simulator.deeds.seed_listings("anna", ["FBA"], site=DE, quantity=4, fba=True)
    cancelled = buy(anna)
    anna.simulator.deeds.cancel_order(cancelled)
    for order_id in (buy(anna, "FBA"), buy(anna, paid=False), cancelled):
        assert confirm(anna, order_id).status_code == 400
        assert "packages" not in get(anna, order_id)


# What others do


def test_a_buyers_wish_to_cancel_stands_on_the_lines(anna: AmazonSeller) -> None:
    order_id = buy(anna)
    anna.simulator.deeds.request_cancel(order_id, reason="WRONG_ADDRESS")
    order = get(anna, order_id)
    assert order["fulfillment"]["fulfillmentStatus"] == "UNSHIPPED"
    wish = order["orderItems"][0]["cancellation"]["cancellationRequest"]
    assert wish == {"requester": "BUYER", "cancelReason": "WRONG_ADDRESS"}


def test_a_cancelled_order_says_by_whom_and_pending_units_come_back(anna: AmazonSeller) -> None:
    owner = anna.simulator.world.seller("anna")

    def left() -> int | None:
        shown = anna.simulator.world.listings.offer(owner, "MUG", DE)
        return shown.quantity if shown else None

    pending, open_ = buy(anna, paid=False), buy(anna)
    assert left() == 18
    anna.simulator.deeds.cancel_order(pending, by="AMAZON")
    assert left() == 19
    anna.simulator.deeds.cancel_order(open_)
    assert left() == 19
    order = get(anna, open_)
    assert order["fulfillment"]["fulfillmentStatus"] == "CANCELLED"
    assert order["orderItems"][0]["cancellation"]["cancellationExecution"]["cancelledBy"] == "MERCHANT"
    with pytest.raises(DeedRefused):
        anna.simulator.deeds.pay_order(pending)


def test_the_seller_ships_on_amazons_pages(anna: AmazonSeller) -> None:
    order_id = buy(anna, quantity=3)
    told = anna.simulator.deeds.ship_order(order_id, carrier="UPS", tracking="OUT1")
    order = get(anna, order_id)
    assert told["fulfillmentStatus"] == order["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
    assert order["packages"][0]["trackingNumber"] == "OUT1"
    with pytest.raises(DeedRefused):
        anna.simulator.deeds.ship_order(order_id)


def test_a_deed_may_be_done_later(anna: AmazonSeller, clock: VirtualClock) -> None:
    order_id = buy(anna, paid=False)
    anna.simulator.deeds.later(60, "pay_order", {"order_id": order_id})
    assert get(anna, order_id)["fulfillment"]["fulfillmentStatus"] == "PENDING"
    clock.advance(60)
    assert get(anna, order_id)["fulfillment"]["fulfillmentStatus"] == "UNSHIPPED"


def test_the_control_door_tells_orders_without_people(anna: AmazonSeller) -> None:
    order_id = buy(anna)
    confirm(anna, order_id)
    rows = anna.session.get(f"{anna.host}/_sim/orders").json()["orders"]
    assert [(row["orderId"], row["fulfillmentStatus"], row["total"]["amount"]) for row in rows] == [
        (order_id, "SHIPPED", "10.00")
    ]
    assert "Robin" not in json.dumps(rows)

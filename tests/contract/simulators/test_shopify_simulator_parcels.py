"""What follows an order in the simulated shop: parcels, cancellations, refunds, and the webhooks about them."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.kit.deeds import DeedRefused
from tests.contract.simulators.shopify_simulator_client import Shop
from tests.contract.simulators.shopify_simulator_orders import bag, create, line, stock, tax, totals, variant_line

PARCELS = """
query P($id: ID!) { order(id: $id) {
  displayFulfillmentStatus
  lineItems(first: 9) { nodes { id currentQuantity } }
  fulfillments {
    id status displayStatus
    trackingInfo { company number url }
    fulfillmentLineItems(first: 9) { nodes { quantity lineItem { id customAttributes { key value } } } }
  }
} }
"""
CANCEL = """
mutation X($id: ID!, $restock: Boolean!, $refund: Boolean) {
  orderCancel(orderId: $id, restock: $restock, reason: CUSTOMER, refundMethod: {originalPaymentMethodsRefund: $refund}) {
    job { id done } orderCancelUserErrors { field code message }
  }
}
"""
STATE = "query S($id: ID!) { order(id: $id) { cancelledAt cancelReason displayFinancialStatus } }"
TOPICS = (
    "FULFILLMENTS_CREATE",
    "FULFILLMENTS_UPDATE",
    "ORDERS_FULFILLED",
    "ORDERS_PARTIALLY_FULFILLED",
    "ORDERS_CANCELLED",
    "REFUNDS_CREATE",
)
PAID = {"transactions": [{"kind": "SALE", "status": "SUCCESS", "gateway": "eBay", "amountSet": bag("30.00")}]}


def ordered(shop: Shop, **more: Any) -> str:
    """Two SHIRT-S and one SHIRT-M, paid 30.00, out of stock."""
    shop.shirt()
    lines = [
        variant_line(shop, "SHIRT-S", 2, priceSet=bag("10.00"), properties=[{"name": "_line", "value": "a"}]),
        variant_line(shop, "SHIRT-M", 1, priceSet=bag("10.00"), properties=[{"name": "_line", "value": "b"}]),
    ]
    return create(shop, *lines, behaviour="DECREMENT_IGNORING_POLICY", **(PAID | more))


def parcels(shop: Shop, order: str) -> tuple[str, list[tuple[str, dict[str, int], list[str | None]]]]:
    """The order's status, and of each parcel its own, what is in it by `_line`, and the tracking numbers."""
    read = shop.data(PARCELS, id=order)["order"]
    told = []
    for one in read["fulfillments"]:
        rows = one["fulfillmentLineItems"]["nodes"]
        packed = {row["lineItem"]["customAttributes"][0]["value"]: row["quantity"] for row in rows}
        told.append((one["status"], packed, [track["number"] for track in one["trackingInfo"]]))
    return read["displayFulfillmentStatus"], told


# Parcels


def test_an_order_is_shipped_in_parts_until_it_is_whole() -> None:
    shop = Shop()
    order = ordered(shop)
    shop.subscribe(*TOPICS)
    shop.deeds.fulfill(order, {"SHIRT-S": 1}, "DHL", "1", "https://track.example.com/1")
    assert parcels(shop, order) == ("PARTIALLY_FULFILLED", [("SUCCESS", {"a": 1}, ["1"])])
    shop.deeds.fulfill(order)
    assert parcels(shop, order) == ("FULFILLED", [("SUCCESS", {"a": 1}, ["1"]), ("SUCCESS", {"a": 1, "b": 1}, [])])
    assert [(one.topic, one.payload.get("tracking_number")) for one in shop.pump()] == [
        ("fulfillments/create", "1"),
        ("orders/partially_fulfilled", None),
        ("fulfillments/create", None),
        ("orders/fulfilled", None),
    ]
    assert {one.payload.get("order_id", one.payload["id"]) for one in shop.inbox} == {int(order.rsplit("/", 1)[1])}


def test_one_parcel_may_have_several_tracking_numbers() -> None:
    shop = Shop()
    order = ordered(shop)
    pieces = [
        {"company": "UPS", "number": "1Z", "url": "https://ups.example.com/1Z"},
        {"company": "UPS", "number": "2Z"},
    ]
    shop.deeds.fulfill(order, tracking=pieces)
    (parcel,) = shop.data(PARCELS, id=order)["order"]["fulfillments"]
    assert parcel["trackingInfo"] == [
        {"company": "UPS", "number": "1Z", "url": "https://ups.example.com/1Z"},
        {"company": "UPS", "number": "2Z", "url": None},
    ]
    assert parcel["displayStatus"] == "FULFILLED"


def test_tracking_may_come_after_the_parcel() -> None:
    shop = Shop()
    order = ordered(shop)
    parcel = shop.deeds.fulfill(order)["fulfillment_id"]
    shop.subscribe(*TOPICS)
    shop.clock.advance(60)
    shop.deeds.update_tracking(parcel, "DHL", "0034")
    assert parcels(shop, order)[1] == [("SUCCESS", {"a": 2, "b": 1}, ["0034"])]
    (posted,) = shop.pump()
    assert (posted.topic, posted.payload["id"]) == ("fulfillments/update", parcel)
    assert posted.payload["tracking_numbers"] == ["0034"]
    assert posted.payload["updated_at"] > posted.payload["created_at"]


def test_a_cancelled_parcel_stays_to_be_seen_and_its_pieces_can_be_shipped_again() -> None:
    shop = Shop()
    order = ordered(shop)
    first = shop.deeds.fulfill(order, {"SHIRT-S": 2})["fulfillment_id"]
    shop.subscribe(*TOPICS)
    shop.deeds.cancel_fulfillment(first)
    assert parcels(shop, order) == ("UNFULFILLED", [("CANCELLED", {"a": 2}, [])])
    (posted,) = shop.pump()
    assert (posted.topic, posted.payload["status"]) == ("fulfillments/update", "cancelled")
    assert stock(shop, "SHIRT-S") == 3
    with pytest.raises(DeedRefused, match="cancelled already"):
        shop.deeds.cancel_fulfillment(first)
    shop.deeds.fulfill(order)
    assert parcels(shop, order)[0] == "FULFILLED"


def test_nobody_ships_more_than_was_ordered() -> None:
    shop = Shop()
    order = ordered(shop)
    with pytest.raises(DeedRefused, match="has only 2 pieces to ship"):
        shop.deeds.fulfill(order, {"SHIRT-S": 3})
    shop.deeds.fulfill(order)
    with pytest.raises(DeedRefused, match="nothing to ship"):
        shop.deeds.fulfill(order)
    assert len(parcels(shop, order)[1]) == 1


def test_a_parcel_can_be_read_by_its_own_id_with_its_lines_in_pages() -> None:
    shop = Shop()
    order = ordered(shop)
    parcel = f"gid://shopify/Fulfillment/{shop.deeds.fulfill(order)['fulfillment_id']}"
    page = """query F($id: ID!, $after: String) { fulfillment(id: $id) { name totalQuantity order { id }
      fulfillmentLineItems(first: 1, after: $after) { pageInfo { hasNextPage endCursor } nodes { quantity } } } }"""
    first = shop.data(page, id=parcel)["fulfillment"]
    assert (first["name"], first["totalQuantity"], first["order"]["id"]) == ("#1001-F1", 3, order)
    rows = first["fulfillmentLineItems"]
    assert (rows["nodes"], rows["pageInfo"]["hasNextPage"]) == ([{"quantity": 2}], True)
    second = shop.data(page, id=parcel, after=rows["pageInfo"]["endCursor"])["fulfillment"]
    assert second["fulfillmentLineItems"]["nodes"] == [{"quantity": 1}]
    assert shop.data("query N($id: ID!) { node(id: $id) { id } }", id=parcel) == {"node": {"id": parcel}}
    assert shop.data(page, id="gid://shopify/Fulfillment/1") == {"fulfillment": None}


def test_two_hundred_lines_are_read_in_pages() -> None:
    shop = Shop()
    order = create(shop, *(line("1.00", properties=[{"name": "n", "value": str(n)}]) for n in range(200)))
    page = """query L($id: ID!, $after: String) { nodes(ids: [$id]) { ... on Order { lineItems(first: 150, after: $after) {
      pageInfo { hasNextPage endCursor } nodes { customAttributes { value } } } } } }"""
    values: list[str] = []
    after = None
    for _ in range(2):
        rows = shop.data(page, id=order, after=after)["nodes"][0]["lineItems"]
        values += [one["customAttributes"][0]["value"] for one in rows["nodes"]]
        after = rows["pageInfo"]["endCursor"]
    assert values == [str(n) for n in range(200)]
    assert rows["pageInfo"]["hasNextPage"] is False


# Cancelling


def test_the_seller_cancels_and_everyone_hears_of_stock_money_and_order() -> None:
    shop = Shop()
    order = ordered(shop)
    shop.subscribe("INVENTORY_LEVELS_UPDATE", *TOPICS)
    shop.deeds.cancel(order)
    assert [(one.topic, one.payload.get("available")) for one in shop.pump()] == [
        ("inventory_levels/update", 5),
        ("inventory_levels/update", 3),
        ("orders/cancelled", None),
        ("refunds/create", None),
    ]
    told = totals(shop, order)
    assert (told["status"], told["refunded"], told["current"], told["total"]) == ("REFUNDED", "30.00", "0.00", "30.00")


@pytest.mark.parametrize(
    ("restock", "refund", "left", "status"), [(True, False, 5, "PAID"), (False, True, 3, "REFUNDED")]
)
def test_the_app_cancels_with_or_without_stock_and_money(restock: bool, refund: bool, left: int, status: str) -> None:
    shop = Shop()
    order = ordered(shop)
    told = shop.data(CANCEL, id=order, restock=restock, refund=refund)["orderCancel"]
    assert (told["job"]["done"], told["orderCancelUserErrors"]) == (False, [])
    look = "query J($id: ID!) { job(id: $id) { done } }"
    assert shop.data(look, id=told["job"]["id"]) == {"job": {"done": True}}
    assert shop.data(STATE, id=order)["order"] == {
        "cancelledAt": "2026-11-01T12:00:00Z",
        "cancelReason": "CUSTOMER",
        "displayFinancialStatus": status,
    }
    assert stock(shop, "SHIRT-S") == left


def test_pieces_that_were_never_taken_are_not_put_back() -> None:
    shop = Shop()
    shop.shirt()
    order = create(shop, variant_line(shop, "SHIRT-S", 2), behaviour="BYPASS")
    shop.data(CANCEL, id=order, restock=True, refund=False)
    assert stock(shop, "SHIRT-S") == 5


def test_an_order_is_cancelled_once_and_only_while_nothing_is_shipped() -> None:
    shop = Shop()
    order = ordered(shop)
    parcel = shop.deeds.fulfill(order, {"SHIRT-M": 1})["fulfillment_id"]

    def codes(number: str) -> list[str]:
        told = shop.data(CANCEL, id=number, restock=True, refund=False)["orderCancel"]
        return [one["code"] for one in told["orderCancelUserErrors"]]

    assert codes(order) == ["INVALID"]
    assert shop.data(STATE, id=order)["order"]["cancelledAt"] is None
    with pytest.raises(DeedRefused, match="parcels that stand"):
        shop.deeds.cancel(order)
    shop.deeds.cancel_fulfillment(parcel)
    assert codes(order) == []
    assert codes(order) == ["INVALID"]
    assert codes("gid://shopify/Order/1") == ["NOT_FOUND"]
    assert (stock(shop, "SHIRT-S"), stock(shop, "SHIRT-M")) == (5, 3)


def test_a_cancellation_may_take_its_time_as_a_job() -> None:
    shop = Shop(limits={"order_cancel_job_s": 10})
    order = ordered(shop)
    job = shop.data(CANCEL, id=order, restock=True, refund=False)["orderCancel"]["job"]
    assert job["done"] is False
    look = "query J($id: ID!) { job(id: $id) { done } }"
    shop.data(CANCEL, id=order, restock=True, refund=False)
    assert shop.data(STATE, id=order)["order"]["cancelledAt"] is None
    shop.clock.advance(10)
    assert shop.data(look, id=job["id"])["job"] == {"done": True}
    assert shop.data(STATE, id=order)["order"]["cancelledAt"] == "2026-11-01T12:00:10Z"
    assert stock(shop, "SHIRT-S") == 5


# Refunding


def test_a_refund_of_pieces_gives_back_what_they_cost_after_discount_and_with_tax() -> None:
    shop = Shop()
    code = {"itemFixedDiscountCode": {"code": "X", "amountSet": bag("5.00")}}
    order = create(shop, line("10.00", 4, sku="T", taxLines=[tax("7.00", "0.2")]), discountCode=code)
    shop.subscribe(*TOPICS)
    shop.deeds.refund(order, {"T": 1})
    told = totals(shop, order)
    assert (told["total"], told["refunded"], told["current"]) == ("42.00", "10.50", "31.50")
    assert told["status"] == "PARTIALLY_REFUNDED"
    (posted,) = shop.pump()
    (row,) = posted.payload["refund_line_items"]
    assert (row["quantity"], row["subtotal"], row["total_tax"], row["restock_type"]) == (1, 8.75, 1.75, "no_restock")


def test_a_refund_of_the_whole_order_gives_back_all_of_it_and_may_restock() -> None:
    shop = Shop()
    order = ordered(shop, shippingLines=[{"title": "DHL", "priceSet": bag("4.00")}])
    shop.deeds.refund(order, restock=True)
    told = totals(shop, order)
    assert (told["total"], told["refunded"], told["status"]) == ("34.00", "34.00", "REFUNDED")
    assert (stock(shop, "SHIRT-S"), stock(shop, "SHIRT-M")) == (5, 3)


def test_nobody_refunds_pieces_that_are_not_there() -> None:
    shop = Shop()
    order = ordered(shop)
    with pytest.raises(DeedRefused, match="has only 1 pieces left"):
        shop.deeds.refund(order, {"SHIRT-M": 2})
    assert totals(shop, order)["refunded"] == "0.00"

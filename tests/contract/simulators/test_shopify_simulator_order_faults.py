"""What goes wrong with orders in the simulated shop on demand: late, lost, refused, stale; and what a call costs."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import requests

from simulators.faults import Fault
from tests.contract.simulators.shopify_simulator_client import Shop
from tests.contract.simulators.shopify_simulator_orders import (
    CREATE,
    STRICT,
    bag,
    create,
    define_mark,
    found,
    line,
    marked,
    refused,
    stock,
    variant_line,
)

MARK = "ebay:22-1"


def try_to_create(shop: Shop, *lines: dict[str, Any], **order: Any) -> None:
    """Create an order whose answer never comes."""
    options = {"inventoryBehaviour": "DECREMENT_IGNORING_POLICY"}
    with pytest.raises(requests.ReadTimeout):
        shop.post(CREATE, {"order": {"lineItems": list(lines), **order}, "options": options})


def strict(shop: Shop) -> bool:
    return shop.data(STRICT, value=MARK)["orderByIdentifier"] is not None


def test_a_late_create_lands_after_its_caller_has_given_up() -> None:
    shop = Shop()
    define_mark(shop)
    shop.shirt()
    shop.subscribe("ORDERS_CREATE")
    shop.simulator.faults.add(Fault("orderCreate", "vendor", name="late", seconds=30))
    try_to_create(shop, variant_line(shop, "SHIRT-S", 2), metafields=marked(MARK))
    assert not strict(shop)
    shop.clock.advance(29)
    assert (strict(shop), stock(shop, "SHIRT-S"), shop.pump()) == (False, 5, [])
    shop.clock.advance(1)
    assert (strict(shop), stock(shop, "SHIRT-S")) == (True, 3)
    assert [one.topic for one in shop.pump()] == ["orders/create"]
    calls = [one for one in shop.simulator.calls if one.operation == "orderCreate"]
    assert [(one.status, one.fault, one.outcome) for one in calls] == [(0, "late", "late"), (200, "landed", "ok")]


def test_a_late_create_whose_mark_is_taken_by_then_makes_no_second_order() -> None:
    shop = Shop()
    define_mark(shop)
    shop.simulator.faults.add(Fault("orderCreate", "vendor", name="late", seconds=30))
    try_to_create(shop, line("1.00"), metafields=marked(MARK))
    create(shop, line("1.00"), metafields=marked(MARK))
    shop.clock.advance(60)
    assert strict(shop)
    assert len(shop.simulator.world.live.orders) == 1


@pytest.mark.parametrize(("kind", "there"), [("drop_before", False), ("drop_after", True)])
def test_a_broken_connection_hides_whether_the_order_was_made(kind: Any, there: bool) -> None:
    shop = Shop()
    define_mark(shop)
    shop.simulator.faults.add(Fault("orderCreate", kind))
    try_to_create(shop, line("1.00"), metafields=marked(MARK))
    assert strict(shop) is there


def test_a_late_create_by_somebody_without_a_token_is_refused_at_once() -> None:
    shop = Shop()
    shop.token = "shpat_invented"
    shop.simulator.faults.add(Fault("orderCreate", "vendor", name="late", seconds=30))
    answer = shop.post(CREATE, {"order": {"lineItems": [line("1.00")]}})
    assert answer.status_code == 401
    assert shop.simulator.world.later.waiting() == 0


def test_a_refusal_comes_on_demand_with_the_code_that_is_asked_for() -> None:
    shop = Shop()
    error = {"code": "SHOP_DORMANT", "message": "Shop is dormant"}
    shop.simulator.faults.add(Fault("orderCreate", "vendor", name="user_error", body=error))
    assert refused(shop, line("1.00")) == [("SHOP_DORMANT", "order")]
    create(shop, line("1.00"))


def test_a_cancellation_can_be_refused_on_demand() -> None:
    shop = Shop()
    order = create(shop, line("1.00"))
    shop.simulator.faults.add(Fault("orderCancel", "vendor", name="user_error", body={"code": "NO_REFUND_PERMISSION"}))
    cancel = """mutation X($id: ID!) { orderCancel(orderId: $id, restock: true, reason: OTHER) {
      job { id } orderCancelUserErrors { code } } }"""
    told = shop.data(cancel, id=order)["orderCancel"]
    assert told == {"job": None, "orderCancelUserErrors": [{"code": "NO_REFUND_PERMISSION"}]}
    assert shop.simulator.deeds.order(order).cancelled_at is None


def test_a_product_read_after_a_create_may_still_show_the_old_stock() -> None:
    shop = Shop()
    made = shop.shirt()
    shop.clock.advance(60)
    create(shop, variant_line(shop, "SHIRT-S", 2), behaviour="DECREMENT_IGNORING_POLICY")
    read = "query N($ids: [ID!]!) { nodes(ids: $ids) { ... on ProductVariant { inventoryQuantity } } }"
    ids = [f"gid://shopify/ProductVariant/{made['variant_ids'][0]}"]
    shop.simulator.faults.add(Fault("nodes", "vendor", name="stale_read", seconds=30))
    assert shop.data(read, ids=ids) == {"nodes": [{"inventoryQuantity": 5}]}
    assert shop.data(read, ids=ids) == {"nodes": [{"inventoryQuantity": 3}]}


def test_a_throttled_create_makes_nothing() -> None:
    shop = Shop()
    shop.simulator.faults.add(Fault("orderCreate", "vendor", name="throttled"))
    answer = shop.ask(CREATE, order={"lineItems": [line("1.00")]})
    assert answer["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert not shop.simulator.world.live.orders


def test_another_tools_order_is_put_in_through_the_control_door() -> None:
    shop = Shop()
    shop.shirt()
    deed = {"deed": "import_order_by_other_tool", "remote_id": "22-1", "lines": [{"sku": "SHIRT-S"}], "mark": "tag"}
    answer = shop.session.post("https://demo.myshopify.com/_sim/deeds", json=deed)
    assert answer.json()["name"] == "#1001"
    shop.clock.advance(5)
    assert found(shop, "tag:22-1") == [f"gid://shopify/Order/{answer.json()['order_id']}"]


@pytest.mark.parametrize(
    ("document", "points"),
    [
        ("mutation { orderCreate(order: {}) { order { id totalPriceSet { shopMoney { amount } } } } }", 10),
        ("mutation { orderCreate(order: {}) { order { lineItems(first: 100) { nodes { id variant { id } } } } } }", 30),
        ('{ order(id: "gid://shopify/Order/1") { totalPriceSet { shopMoney { amount } } } }', 1),
        ('{ order(id: "gid://shopify/Order/1") { customAttributes { key } taxLines { rate } } }', 3),
        ('{ order(id: "gid://shopify/Order/1") { lineItems(first: 50) { nodes { customAttributes { key } } } } }', 17),
        ('{ order(id: "gid://shopify/Order/1") { fulfillments(first: 10) { trackingInfo { number } } } }', 3),
    ],
)
def test_requested_cost_of_orders_follows_the_published_rule(document: str, points: int) -> None:
    assert Shop().ask(document)["extensions"]["cost"]["requestedQueryCost"] == points


def test_reading_two_hundred_lines_pays_for_two_hundred() -> None:
    shop = Shop()
    order = create(shop, *(line("1.00") for _ in range(200)), shippingLines=[{"title": "DHL", "priceSet": bag("1.00")}])
    read = "query L($id: ID!) { order(id: $id) { lineItems(first: 250) { nodes { id } } } }"
    cost = shop.ask(read, id=order)["extensions"]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (14, 13)


# Cancelled


CANCEL = """
mutation X($id: ID!, $note: String) {
  orderCancel(orderId: $id, restock: true, reason: OTHER, staffNote: $note, refundMethod: { originalPaymentMethodsRefund: true }) {
    job { id done } orderCancelUserErrors { field code message }
  }
}
"""
CANCELLED = """
query O($id: ID!) { order(id: $id) {
  closed closedAt cancelledAt displayFinancialStatus
  fulfillmentOrders(first: 5) { nodes { status lineItems(first: 5) { nodes { totalQuantity } } } }
} }
"""


def test_a_cancelled_order_is_closed_and_refunded_by_a_job_with_a_uuid() -> None:
    shop = Shop()
    shop.shirt()
    order = f"gid://shopify/Order/{shop.deeds.sell(sku='SHIRT-M')['order_id']}"
    job = shop.data(CANCEL, id=order)["orderCancel"]["job"]
    assert uuid.UUID(job["id"].removeprefix("gid://shopify/Job/"))
    assert shop.data("query J($id: ID!) { job(id: $id) { done } }", id=job["id"]) == {"job": {"done": True}}
    read = shop.data(CANCELLED, id=order)["order"]
    assert (read["closed"], read["closedAt"]) == (True, read["cancelledAt"])
    assert read["displayFinancialStatus"] == "REFUNDED"
    (assigned,) = read["fulfillmentOrders"]["nodes"]
    assert assigned == {"status": "CLOSED", "lineItems": {"nodes": [{"totalQuantity": 0}]}}
    again = shop.data(CANCEL, id=order)["orderCancel"]["orderCancelUserErrors"]
    message = "Cannot cancel an order that has already been canceled"
    assert again == [{"field": ["orderId"], "code": "INVALID", "message": message}]


def test_a_staff_note_that_is_too_long_is_refused_and_cancels_nothing() -> None:
    shop = Shop()
    shop.shirt()
    number = shop.deeds.sell(sku="SHIRT-M")["order_id"]
    told = shop.data(CANCEL, id=f"gid://shopify/Order/{number}", note="x" * 256)["orderCancel"]
    message = "Staff note is too long. Maximum length is 255 characters."
    assert told["orderCancelUserErrors"] == [{"field": ["staffNote"], "code": "INVALID", "message": message}]
    assert shop.simulator.world.live.orders[number].cancelled_at is None


def test_a_tax_line_without_its_rate_is_refused_where_it_stands() -> None:
    taxed = line("1.00") | {"taxLines": [{"title": "VAT", "rate": ""}]}
    assert refused(Shop(), line("1.00"), taxed) == [("TAX_LINE_RATE_MISSING", "order.lineItems.1.taxLines.0.rate")]

"""The simulated Admin API: stock writes, faults, the journal, many buyers at once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import requests

from simulators.faults import Fault
from simulators.kit.deeds import DeedRefused
from tests.contract.simulators.shopify_simulator_client import STOCK, Shop, quantity_of, stock_input

SHOP_NAME = "{ shop { name currencyCode myshopifyDomain } }"
PAGE = """
query P($first: Int, $last: Int, $after: String, $before: String, $reverse: Boolean) {
  products(first: $first, last: $last, after: $after, before: $before, reverse: $reverse) {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { title }
  }
}
"""


# Stock


def test_stock_is_set_once_for_one_idempotency_key() -> None:
    shop = Shop()
    made = shop.shirt()
    asked = stock_input(shop, made["inventory_item_ids"][0], 9, changeFromQuantity=5)
    first = shop.data(STOCK, key="k-1", input=asked)["inventorySetQuantities"]
    assert first["inventoryAdjustmentGroup"]["changes"] == [{"delta": 4, "quantityAfterChange": 9}]
    shop.deeds.set_stock(2, sku="SHIRT-S")
    again = shop.data(STOCK, key="k-1", input=asked)["inventorySetQuantities"]
    assert again["inventoryAdjustmentGroup"]["id"] == first["inventoryAdjustmentGroup"]["id"]
    assert quantity_of(shop, made["variant_ids"][0]) == 2
    other = shop.data(STOCK, key="k-1", input=stock_input(shop, made["inventory_item_ids"][0], 8, changeFromQuantity=2))
    assert other["inventorySetQuantities"]["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"


@pytest.mark.parametrize(
    ("quantity", "more", "code"),
    [
        (4, {"changeFromQuantity": 4}, "CHANGE_FROM_QUANTITY_STALE"),
        (4, {}, "COMPARE_QUANTITY_REQUIRED"),
        (-1, {"changeFromQuantity": None}, "INVALID_QUANTITY_NEGATIVE"),
        (10**9 + 1, {"changeFromQuantity": None}, "INVALID_QUANTITY_TOO_HIGH"),
        (4, {"changeFromQuantity": None, "inventoryItemId": "gid://shopify/InventoryItem/1"}, "INVALID_INVENTORY_ITEM"),
        (4, {"changeFromQuantity": None, "locationId": "gid://shopify/Location/1"}, "INVALID_LOCATION"),
    ],
)
def test_a_bad_stock_write_is_refused_and_changes_nothing(quantity: int, more: dict[str, Any], code: str) -> None:
    shop = Shop()
    made = shop.shirt()
    asked = stock_input(shop, made["inventory_item_ids"][0], quantity, **more)
    told = shop.data(STOCK, key="k-2", input=asked)["inventorySetQuantities"]
    assert [one["code"] for one in told["userErrors"]] == [code]
    assert quantity_of(shop, made["variant_ids"][0]) == 5


def test_a_stock_write_without_idempotency_key_is_refused() -> None:
    shop = Shop()
    made = shop.shirt()
    without = STOCK.replace("@idempotent(key: $key)", "").replace(", $key: String!", "")
    answer = shop.ask(without, input=stock_input(shop, made["inventory_item_ids"][0], 9, changeFromQuantity=None))
    assert "@idempotent" in answer["errors"][0]["message"]
    assert quantity_of(shop, made["variant_ids"][0]) == 5


# Faults


def test_a_stale_read_shows_the_shop_as_it_was() -> None:
    shop = Shop()
    made = shop.shirt()
    shop.clock.advance(60)
    shop.deeds.set_stock(0, sku="SHIRT-S")
    shop.simulator.faults.add(Fault("productVariant", "vendor", name="stale_read", seconds=30))
    assert quantity_of(shop, made["variant_ids"][0]) == 5
    assert quantity_of(shop, made["variant_ids"][0]) == 0


def test_a_token_may_die_in_the_middle_of_a_sweep() -> None:
    shop = Shop()
    shop.shirt()
    shop.simulator.faults.add(Fault("products", "vendor", name="token_expired", skip=1))
    assert shop.post(PAGE, {"first": 1}).status_code == 200
    assert shop.post(PAGE, {"first": 1}).status_code == 401
    assert shop.post(PAGE, {"first": 1}).status_code == 401


def test_throttling_and_internal_errors_come_on_demand() -> None:
    shop = Shop()
    shop.simulator.faults.add(Fault("shop", "vendor", name="throttled"), Fault("shop", "vendor", name="internal_error"))
    codes = [shop.ask(SHOP_NAME)["errors"][0]["extensions"]["code"] for _ in range(2)]
    assert codes == ["THROTTLED", "INTERNAL_SERVER_ERROR"]
    assert shop.data(SHOP_NAME)["shop"]["name"] == "Demo Shop"


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_http_errors_come_on_demand_with_their_headers(status: int) -> None:
    shop = Shop()
    shop.simulator.faults.add(Fault("shop", "status", status=status, headers={"Retry-After": "2.0"}))
    answer = shop.post(SHOP_NAME)
    assert answer.status_code == status
    assert answer.headers["Retry-After"] == "2.0"


def test_a_page_of_html_comes_on_demand() -> None:
    shop = Shop()
    shop.simulator.faults.add(Fault("*", "html", status=503))
    answer = shop.grant()
    assert answer.status_code == 503
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(("kind", "left"), [("drop_before", 5), ("drop_after", 9)])
def test_a_broken_connection_hides_whether_the_write_happened(kind: Any, left: int) -> None:
    shop = Shop()
    made = shop.shirt()
    shop.simulator.faults.add(Fault("inventorySetQuantities", kind))
    asked = stock_input(shop, made["inventory_item_ids"][0], 9, changeFromQuantity=5)
    with pytest.raises(requests.ReadTimeout):
        shop.post(STOCK, {"key": "k", "input": asked})
    assert quantity_of(shop, made["variant_ids"][0]) == left


def test_a_slow_answer_takes_simulated_time_on_the_declared_scale() -> None:
    shop = Shop(time_scale=0.5)
    shop.simulator.faults.add(Fault("shop", "delay", seconds=8))
    before = shop.clock.now()
    shop.data(SHOP_NAME)
    assert (shop.clock.now() - before).total_seconds() == 4.0


# Journal and threads


def test_the_journal_names_each_call_with_its_cost() -> None:
    shop = Shop()
    shop.data("query Names { shop { name } }")
    calls = shop.simulator.calls
    assert [(one.operation, one.name, one.status, one.outcome) for one in calls] == [
        ("token", None, 200, "ok"),
        ("shop", "Names", 200, "ok"),
    ]
    assert (calls[1].requested_cost, calls[1].actual_cost) == (1, 1)


def test_a_call_that_never_arrived_and_one_that_says_nothing_stand_in_the_journal_too() -> None:
    shop = Shop()
    shop.data(SHOP_NAME)
    shop.simulator.faults.add(Fault("shop", "drop_before"))
    with pytest.raises(requests.ReadTimeout):
        shop.post(SHOP_NAME)
    shop.simulator.faults.add(Fault("shop", "drop_after"))
    with pytest.raises(requests.ReadTimeout):
        shop.post(SHOP_NAME)
    shop.post("")
    told = [(one.operation, one.status, one.fault, one.outcome) for one in shop.simulator.calls[2:]]
    assert told == [
        ("shop", 0, "drop_before", "drop_before"),
        ("shop", 200, "drop_after", "ok"),
        ("invalid", 200, "", "invalid"),
    ]


def test_many_buyers_at_once_never_lose_a_piece() -> None:
    shop = Shop()
    made = shop.deeds.add_product(title="Rush", variants=[{"sku": "RUSH", "stock": 200}])
    threads = [threading.Thread(target=lambda: [shop.deeds.sell(sku="RUSH") for _ in range(20)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert quantity_of(shop, made["variant_ids"][0]) == 40


def test_a_sold_out_article_is_sold_on_only_under_the_continue_policy() -> None:
    shop = Shop()
    made = shop.deeds.add_product(title="Last", variants=[{"sku": "LAST", "stock": 1}])
    shop.deeds.sell(sku="LAST")
    with pytest.raises(DeedRefused, match="0 left, 1 wanted"):
        shop.deeds.sell(sku="LAST")
    assert quantity_of(shop, made["variant_ids"][0]) == 0
    shop.deeds.set_inventory_policy("CONTINUE", sku="LAST")
    shop.deeds.sell(sku="LAST", quantity=2)
    assert quantity_of(shop, made["variant_ids"][0]) == -2


def test_ten_thousand_variants_are_seeded_silently() -> None:
    shop = Shop()
    shop.subscribe("PRODUCTS_CREATE")
    told = shop.deeds.seed_products(1000, variants_per_product=10)
    assert told == {"products": 1000, "variants": 10_000}
    assert shop.pump() == []
    assert shop.data("{ productVariantsCount { count precision } }") == {
        "productVariantsCount": {"count": 10_000, "precision": "EXACT"}
    }


# Orders and the states of stock

LEVELS = """
query L($id: ID!) { inventoryItem(id: $id) { inventoryLevels(first: 10) { nodes {
  location { name } quantities(names: ["available", "committed", "on_hand"]) { quantity } } } } }
"""
IMPORT = """
mutation C($order: OrderCreateOrderInput!) {
  orderCreate(order: $order, options: { inventoryBehaviour: DECREMENT_IGNORING_POLICY }) { order { id } userErrors { message } }
}
"""


def levels(shop: Shop, item: int) -> dict[str, list[int]]:
    """Available, committed and on hand, by the location's name."""
    told = shop.data(LEVELS, id=f"gid://shopify/InventoryItem/{item}")["inventoryItem"]["inventoryLevels"]
    return {one["location"]["name"]: [q["quantity"] for q in one["quantities"]] for one in told["nodes"]}


def imported(shop: Shop, variant: int, quantity: int) -> str:
    line = {"variantId": f"gid://shopify/ProductVariant/{variant}", "quantity": quantity}
    made: str = shop.data(IMPORT, order={"lineItems": [line]})["orderCreate"]["order"]["id"]
    return made


def stocked(shop: Shop, warehouse: int, store: int) -> tuple[int, int]:
    """An article in two places: its item and its variant."""
    place = shop.deeds.add_location("Store")["location_id"]
    stock = {shop.simulator.world.first_location: warehouse, place: store}
    made = shop.deeds.add_product(title="Mug", variants=[{"sku": "MUG", "stock": stock}])
    return made["inventory_item_ids"][0], made["variant_ids"][0]


def test_an_order_commits_stock_and_leaves_it_on_hand_until_it_is_sent() -> None:
    shop = Shop()
    item, variant = stocked(shop, 5, 0)
    order = imported(shop, variant, 2)
    assert levels(shop, item) == {"Warehouse": [3, 2, 5], "Store": [0, 0, 0]}
    parcel = shop.deeds.fulfill(order, {"MUG": 1})["fulfillment_id"]
    assert levels(shop, item)["Warehouse"] == [3, 1, 4]
    shop.deeds.cancel_fulfillment(parcel)
    assert levels(shop, item)["Warehouse"] == [3, 2, 5]


@pytest.mark.parametrize(
    ("warehouse", "store", "left"),
    [
        (5, 5, {"Warehouse": [3, 2, 5], "Store": [5, 0, 5]}),
        (1, 5, {"Warehouse": [1, 0, 1], "Store": [3, 2, 5]}),
        (1, 1, {"Warehouse": [-1, 2, 1], "Store": [1, 0, 1]}),  # nowhere enough: oversold at the first
    ],
)
def test_an_order_takes_its_stock_at_the_first_location_that_has_it(
    warehouse: int, store: int, left: dict[str, list[int]]
) -> None:
    shop = Shop()
    item, variant = stocked(shop, warehouse, store)
    imported(shop, variant, 2)
    assert levels(shop, item) == left


@pytest.mark.parametrize(("restock", "left"), [(True, [5, 0, 5]), (False, [3, 0, 3])])
def test_a_cancelled_order_commits_nothing(restock: bool, left: list[int]) -> None:
    shop = Shop()
    item, variant = stocked(shop, 5, 0)
    shop.deeds.cancel(imported(shop, variant, 2), restock=restock)
    assert levels(shop, item)["Warehouse"] == left


def test_what_is_refunded_unsent_is_released_and_what_was_sent_comes_back_on_hand() -> None:
    shop = Shop()
    item, variant = stocked(shop, 5, 0)
    order = imported(shop, variant, 3)
    shop.deeds.fulfill(order, {"MUG": 1})
    shop.deeds.refund(order, {"MUG": 1}, restock=True)
    assert levels(shop, item)["Warehouse"] == [3, 1, 4]


def test_a_moved_order_commits_the_stock_of_its_new_location() -> None:
    shop = Shop()
    item, variant = stocked(shop, 5, 5)
    order = imported(shop, variant, 2)
    places = list(shop.simulator.world.live.locations)
    shop.deeds.move_order(order, places[1])
    assert levels(shop, item) == {"Warehouse": [5, 0, 5], "Store": [3, 2, 5]}


def test_stock_on_hand_holds_what_open_orders_have_committed() -> None:
    shop = Shop()
    made = shop.shirt()
    item = made["inventory_item_ids"][0]
    imported(shop, made["variant_ids"][0], 2)
    assert levels(shop, item) == {"Warehouse": [3, 2, 5]}
    asked = stock_input(shop, item, 10, changeFromQuantity=3) | {"name": "on_hand"}
    stale = shop.data(STOCK, key="k-1", input=asked)["inventorySetQuantities"]
    assert [one["code"] for one in stale["userErrors"]] == ["CHANGE_FROM_QUANTITY_STALE"]
    assert levels(shop, item) == {"Warehouse": [3, 2, 5]}
    asked = stock_input(shop, item, 10, changeFromQuantity=5) | {"name": "on_hand"}
    told = shop.data(STOCK, key="k-2", input=asked)["inventorySetQuantities"]
    assert told["inventoryAdjustmentGroup"]["changes"] == [{"delta": 5, "quantityAfterChange": 10}]
    assert levels(shop, item) == {"Warehouse": [8, 2, 10]}

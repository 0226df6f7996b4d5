"""The simulated Admin API: reads, pages, searches and what they cost."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.shopify.cost import size
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


def titles(data: dict[str, Any]) -> list[str]:
    return [one["title"] for one in data["products"]["nodes"]]


# Reads


def test_a_product_shows_its_variants_stock_by_location_and_collections() -> None:
    shop = Shop()
    made = shop.shirt()
    second = shop.deeds.add_location("Store")["location_id"]
    shop.deeds.set_stock(7, location_id=second, sku="SHIRT-M")
    shop.deeds.add_collection(title="Summer", product_ids=[made["product_id"]])
    data = shop.data(
        """query P($id: ID!) { product(id: $id) {
          title legacyResourceId status totalInventory collections(first: 5) { nodes { title } }
          variants(first: 10) { nodes { sku price inventoryQuantity
            inventoryItem { tracked inventoryLevels(first: 5) { nodes { location { name } quantities(names: ["available"]) { quantity } } } } } }
        } }""",
        id=f"gid://shopify/Product/{made['product_id']}",
    )["product"]
    assert data["legacyResourceId"] == str(made["product_id"])
    assert (data["status"], data["totalInventory"]) == ("ACTIVE", 15)
    assert data["collections"]["nodes"] == [{"title": "Summer"}]
    medium = data["variants"]["nodes"][1]
    assert (medium["sku"], medium["price"], medium["inventoryQuantity"]) == ("SHIRT-M", "39.90", 10)
    assert medium["inventoryItem"]["inventoryLevels"]["nodes"] == [
        {"location": {"name": "Warehouse"}, "quantities": [{"quantity": 3}]},
        {"location": {"name": "Store"}, "quantities": [{"quantity": 7}]},
    ]


def test_two_variants_may_share_one_inventory_item() -> None:
    shop = Shop()
    made = shop.shirt()
    item = made["inventory_item_ids"][0]
    twin = shop.deeds.add_product(title="Gift set", variants=[{"sku": "SET", "inventory_item_id": item}])
    data = shop.data(
        "query I($ids: [ID!]!) { nodes(ids: $ids) { ... on InventoryItem { variants(first: 5) { nodes { sku } } } } }",
        ids=[f"gid://shopify/InventoryItem/{item}"],
    )
    assert [one["sku"] for one in data["nodes"][0]["variants"]["nodes"]] == ["SHIRT-S", "SET"]
    shop.deeds.set_stock(2, sku="SET")
    assert quantity_of(shop, made["variant_ids"][0]) == quantity_of(shop, twin["variant_ids"][0]) == 2


def test_what_does_not_exist_is_null_and_a_broken_id_is_an_error() -> None:
    shop = Shop()
    data = shop.data(
        '{ nodes(ids: ["gid://shopify/Product/1", "gid://shopify/Location/1"]) { id } product(id: "gid://shopify/Product/1") { id } }'
    )
    assert data == {"nodes": [None, None], "product": None}
    broken = shop.ask('{ product(id: "42") { id } }')
    assert broken["errors"][0]["message"] == "Invalid global id '42'"


def test_a_deleted_product_is_gone_with_its_variants_and_items() -> None:
    shop = Shop()
    made = shop.shirt()
    shop.deeds.delete_product(made["product_id"])
    ids = [f"gid://shopify/Product/{made['product_id']}", f"gid://shopify/ProductVariant/{made['variant_ids'][0]}"]
    ids.append(f"gid://shopify/InventoryItem/{made['inventory_item_ids'][1]}")
    assert shop.data("query N($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids) == {"nodes": [None, None, None]}


def test_a_variant_added_later_brings_its_option_value_its_stock_and_its_picture() -> None:
    shop = Shop()
    made = shop.shirt()
    picture = "https://cdn.example.com/shirt-l.jpg"
    shop.deeds.add_variant(made["product_id"], sku="SHIRT-L", stock=9, options={"Size": "L"}, image=picture)
    data = shop.data(
        """query P($id: ID!) { product(id: $id) { options { values } media(first: 5) { nodes { ... on MediaImage { image { url } } } }
          variants(first: 5) { nodes { sku inventoryQuantity media(first: 1) { nodes { ... on MediaImage { image { url } } } } } } } }""",
        id=f"gid://shopify/Product/{made['product_id']}",
    )["product"]
    assert data["options"] == [{"values": ["S", "M", "L"]}]
    assert [one["image"]["url"] for one in data["media"]["nodes"]] == ["https://cdn.example.com/shirt.jpg", picture]
    assert data["variants"]["nodes"][0]["media"]["nodes"] == []
    assert data["variants"]["nodes"][2] == {
        "sku": "SHIRT-L",
        "inventoryQuantity": 9,
        "media": {"nodes": [{"image": {"url": picture}}]},
    }


def test_two_products_of_one_title_get_two_handles() -> None:
    shop = Shop()
    for _ in range(2):
        shop.deeds.add_product(title="Linen shirt")
    found = shop.data("{ products(first: 5) { nodes { handle } } }")["products"]["nodes"]
    assert [one["handle"] for one in found] == ["linen-shirt", "linen-shirt-1"]


# Pages


def test_pages_follow_each_other_forwards_and_backwards() -> None:
    shop = Shop()
    for number in range(1, 6):
        shop.deeds.add_product(title=f"P{number}")
    first = shop.data(PAGE, first=2)
    assert titles(first) == ["P1", "P2"]
    assert first["products"]["pageInfo"]["hasNextPage"] is True
    second = shop.data(PAGE, first=2, after=first["products"]["pageInfo"]["endCursor"])
    assert titles(second) == ["P3", "P4"]
    last = shop.data(PAGE, first=2, after=second["products"]["pageInfo"]["endCursor"])
    assert titles(last) == ["P5"]
    assert last["products"]["pageInfo"] | {"startCursor": "", "endCursor": ""} == {
        "hasNextPage": False,
        "hasPreviousPage": True,
        "startCursor": "",
        "endCursor": "",
    }
    back = shop.data(PAGE, last=2, before=last["products"]["pageInfo"]["startCursor"])
    assert titles(back) == ["P3", "P4"]
    assert titles(shop.data(PAGE, first=2, reverse=True)) == ["P5", "P4"]


def test_a_product_deleted_between_two_pages_moves_nothing_past_the_reader() -> None:
    shop = Shop()
    made = [shop.deeds.add_product(title=f"P{number}")["product_id"] for number in range(1, 5)]
    first = shop.data(PAGE, first=2)
    shop.deeds.delete_product(made[1])
    rest = shop.data(PAGE, first=2, after=first["products"]["pageInfo"]["endCursor"])
    assert titles(rest) == ["P3", "P4"]


@pytest.mark.parametrize(
    ("window", "message"),
    [
        ({}, "you must provide one of first or last"),
        ({"first": 1, "last": 1}, "providing both first and last is not supported"),
        ({"first": 251}, "page size 251 exceeds the maximum of 250"),
        ({"first": 2, "after": "rubbish"}, "Invalid cursor for current pagination sort."),
    ],
)
def test_an_impossible_page_is_refused(window: dict[str, Any], message: str) -> None:
    shop = Shop()
    shop.shirt()
    answer = shop.ask(PAGE, **window)
    assert answer["data"] is None
    assert answer["errors"][0]["message"] == message


# Searches


def test_a_delta_query_finds_only_what_changed_since() -> None:
    shop = Shop()
    old = shop.deeds.add_product(title="Old")["product_id"]
    new = shop.deeds.add_product(title="New", variants=[{"sku": "N"}])["product_id"]
    shop.clock.advance(3600)
    since = shop.clock.now().isoformat()
    shop.deeds.set_price("12.00", sku="N")
    delta = "query D($q: String!) { products(first: 9, query: $q, sortKey: UPDATED_AT) { nodes { title } } }"
    assert titles(shop.data(delta, q=f'updated_at:>="{since}"')) == ["New"]
    assert titles(shop.data(delta, q=f"id:{old} OR id:{new}")) == ["Old", "New"]


def test_a_sku_with_a_colon_and_blanks_is_found_in_quotes() -> None:
    shop = Shop()
    shop.deeds.add_product(title="Odd", variants=[{"sku": "A:1 b"}])
    shop.deeds.add_product(title="Even", variants=[{"sku": "A"}])
    found = shop.data("{ productVariants(first: 5, query: \"sku:'A:1 b'\") { nodes { sku } } }")
    assert found["productVariants"]["nodes"] == [{"sku": "A:1 b"}]


def test_an_unknown_search_field_is_ignored_with_a_warning() -> None:
    shop = Shop()
    shop.shirt()
    answer = shop.ask('{ products(first: 5, query: "colour:red") { nodes { title } } }')
    assert titles(answer["data"]) == ["Linen shirt"]
    assert answer["extensions"]["search"][0]["warnings"][0]["field"] == "colour"


# Cost


def test_every_answer_tells_what_it_cost_and_what_is_left() -> None:
    cost = Shop().ask(SHOP_NAME)["extensions"]["cost"]
    assert cost == {
        "requestedQueryCost": 1,
        "actualQueryCost": 1,
        "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 1999, "restoreRate": 100.0},
    }


@pytest.mark.parametrize(
    ("query", "points"),
    [
        (
            '{ product(id: "gid://shopify/Product/1") { variants(first: 250) { nodes { inventoryItem { id tracked } } } } }',
            25,
        ),
        ("{ orders(first: 250) { pageInfo { endCursor } nodes { id name createdAt } } }", 13),
        ("{ orders(first: 250) { nodes { id lineItems(first: 250) { nodes { id } } } } }", 156),
        ("{ products(first: 250) { nodes { id options { name } variants(first: 250) { nodes { id } } } } }", 167),
        (
            '{ nodes(ids: ["gid://shopify/Product/1"]) { ... on Product { collections(first: 5) { nodes { id } } } } }',
            6,
        ),
        ("{ orders(first: 250) { edges { node { id } } } }", 13),
        ("{ orders(first: 2) { nodes { id currentTotalPriceSet { shopMoney { amount } } } } }", 3),
        (
            "{ a: orders(first: 1) { nodes { id } } b: orders(first: 3) { nodes { id } } c: productsCount { count } }",
            17,
        ),
        (
            '{ order(id: "gid://shopify/Order/1") { fulfillmentOrders(first: 5) { nodes { assignedLocation { location { id } } } } } }',
            12,
        ),
        (
            "mutation { orderCreate(order: { lineItems: [] }) { order { id fulfillmentOrders(first: 5) { nodes { assignedLocation { location { id } } } } } userErrors { field } } }",
            21,
        ),
        (
            "mutation { orderCreate(order: { lineItems: [] }) { order { id shippingAddress { city } customAttributes { key } } userErrors { field } } }",
            12,
        ),
        (
            'mutation { orderCancel(orderId: "gid://shopify/Order/1", restock: true, reason: OTHER) { job { id done } orderCancelUserErrors { field } } }',
            10,
        ),
    ],
)
def test_requested_cost_equals_what_was_measured_on_live_shops(query: str, points: int) -> None:
    assert Shop().ask(query)["extensions"]["cost"]["requestedQueryCost"] == points


def test_the_linear_sizing_of_the_published_article_can_be_chosen() -> None:
    shop = Shop(limits={"connection_sizing": "linear"})
    cost = shop.ask("{ products(first: 40) { nodes { id } } }")["extensions"]["cost"]
    assert cost["requestedQueryCost"] == 42
    assert [size(n, "logarithmic") for n in (0, 1, 5, 50, 250)] == [0, 1, 3, 7, 11]


def test_the_bucket_pays_the_actual_cost_and_fills_again() -> None:
    shop = Shop(limits={"maximum_available": 100, "restore_rate": 10})
    shop.deeds.add_product(title="One")
    cost = shop.ask("{ products(first: 250) { nodes { id collections(first: 5) { nodes { id } } } } }")["extensions"][
        "cost"
    ]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (68, 5)
    assert cost["throttleStatus"]["currentlyAvailable"] == 95
    shop.clock.advance(0.1)
    assert shop.ask(SHOP_NAME)["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] == 95


def test_a_dry_bucket_throttles_with_status_200_and_runs_nothing() -> None:
    shop = Shop()
    made = shop.shirt()
    shop.deeds.drain_budget(9)
    answer = shop.post(
        STOCK, {"key": "k", "input": stock_input(shop, made["inventory_item_ids"][0], 1, changeFromQuantity=None)}
    )
    assert answer.status_code == 200
    told = answer.json()
    assert told["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert told["extensions"]["cost"]["requestedQueryCost"] == 11
    assert told["extensions"]["cost"]["actualQueryCost"] is None
    shop.clock.advance(0.1)
    assert quantity_of(shop, made["variant_ids"][0]) == 5


def test_a_query_above_the_single_query_limit_is_refused_without_a_cost_block() -> None:
    query = "{ products(first: 250) { nodes { variants(first: 250) { nodes { inventoryItem { inventoryLevels(first: 9) { nodes { id } } } } } } } }"
    answer = Shop().ask(query)
    error = answer["errors"][0]["extensions"]
    assert (error["code"], error["cost"], error["maxCost"]) == ("MAX_COST_EXCEEDED", 1003, 1000)
    assert "extensions" not in answer

"""The simulated Admin API: tokens, reads, pages, cost, stock writes, faults."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import requests

from simulators.faults import Fault
from simulators.shopify.cost import size
from tests.contract.simulators.shopify_simulator_client import Shop

SHOP_NAME = "{ shop { name currencyCode myshopifyDomain } }"
PAGE = """
query P($first: Int, $last: Int, $after: String, $before: String, $reverse: Boolean) {
  products(first: $first, last: $last, after: $after, before: $before, reverse: $reverse) {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { title }
  }
}
"""
STOCK = """
mutation S($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id changes { delta quantityAfterChange } }
    userErrors { field code message }
  }
}
"""
QUANTITY = "query Q($id: ID!) { productVariant(id: $id) { inventoryQuantity } }"


def titles(data: dict[str, Any]) -> list[str]:
    return [one["title"] for one in data["products"]["nodes"]]


def stock_input(shop: Shop, item: int, quantity: int, **more: Any) -> dict[str, Any]:
    one = {
        "inventoryItemId": f"gid://shopify/InventoryItem/{item}",
        "locationId": f"gid://shopify/Location/{shop.simulator.world.first_location}",
        "quantity": quantity,
    } | more
    return {"reason": "correction", "name": "available", "quantities": [one]}


def quantity_of(shop: Shop, variant_id: int) -> int:
    data = shop.data(QUANTITY, id=f"gid://shopify/ProductVariant/{variant_id}")
    quantity: int = data["productVariant"]["inventoryQuantity"]
    return quantity


# Tokens


def test_client_credentials_give_a_token_for_a_day() -> None:
    answer = Shop(scopes=["read_products", "read_orders"]).grant()
    assert answer.status_code == 200
    told = answer.json()
    assert told["scope"] == "read_products,read_orders"
    assert told["expires_in"] == 86399


def test_a_form_encoded_token_request_is_understood_too() -> None:
    shop = Shop()
    form = {
        "client_id": "demo-client-id",
        "client_secret": "demo-client-secret",
        "grant_type": "client_credentials",
    }
    answer = shop.session.post("https://demo.myshopify.com/admin/oauth/access_token", data=form)
    assert answer.status_code == 200


def test_a_wrong_secret_gets_no_token() -> None:
    answer = Shop().grant(client_secret="guess")
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_client"


def test_an_unknown_app_gets_a_page_of_html_that_names_the_error() -> None:
    answer = Shop().grant(client_id="somebody-else")
    assert answer.status_code == 400
    assert "Oauth error application_cannot_be_found" in answer.text


def test_an_app_of_another_organisation_is_not_permitted() -> None:
    shop = Shop()
    shop.deeds.permit(False)
    answer = shop.grant()
    assert answer.status_code == 400
    assert "shop_not_permitted: Client credentials cannot be performed on this shop." in answer.text


def test_a_token_dies_when_its_time_is_up() -> None:
    shop = Shop(limits={"token_ttl_s": 60})
    assert shop.post(SHOP_NAME).status_code == 200
    shop.clock.advance(59)
    assert shop.post(SHOP_NAME).status_code == 200
    shop.clock.advance(1)
    refused = shop.post(SHOP_NAME)
    assert refused.status_code == 401
    assert refused.json() == {
        "errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"
    }


def test_an_invented_token_is_refused_and_changes_nothing() -> None:
    shop = Shop()
    made = shop.shirt()
    shop.token = "shpat_invented"
    answer = shop.post(
        STOCK,
        {"key": "k", "input": stock_input(shop, made["inventory_item_ids"][0], 1, changeFromQuantity=None)},
    )
    assert answer.status_code == 401
    shop.token = ""
    assert quantity_of(shop, made["variant_ids"][0]) == 5


def test_a_revoked_token_is_dead_and_a_new_grant_lives() -> None:
    shop = Shop()
    assert shop.post(SHOP_NAME).status_code == 200
    shop.deeds.revoke_tokens()
    assert shop.post(SHOP_NAME).status_code == 401
    shop.token = ""
    assert shop.post(SHOP_NAME).status_code == 200


def test_after_an_uninstall_there_is_no_token_until_the_app_is_installed_again() -> None:
    shop = Shop()
    assert shop.post(SHOP_NAME).status_code == 200
    shop.deeds.uninstall()
    assert shop.post(SHOP_NAME).status_code == 401
    refused = shop.grant()
    assert refused.status_code == 400
    assert "app_not_installed" in refused.text
    shop.deeds.reinstall()
    assert shop.grant().status_code == 200


def test_a_missing_scope_denies_the_field() -> None:
    shop = Shop(scopes=["read_products"])
    answer = shop.ask("{ orders(first: 1) { nodes { id } } }")
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


# Versions


def test_an_expired_version_falls_forward_and_says_so() -> None:
    answer = Shop().post(SHOP_NAME, version="2024-10")
    assert answer.status_code == 200
    assert answer.headers["X-Shopify-API-Version"] == "2026-01"


def test_an_unknown_version_is_not_found() -> None:
    assert Shop().post(SHOP_NAME, version="2099-01").status_code == 404


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
    ids = [
        f"gid://shopify/Product/{made['product_id']}",
        f"gid://shopify/ProductVariant/{made['variant_ids'][0]}",
    ]
    ids.append(f"gid://shopify/InventoryItem/{made['inventory_item_ids'][1]}")
    assert shop.data("query N($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids) == {
        "nodes": [None, None, None]
    }


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
    assert [one["image"]["url"] for one in data["media"]["nodes"]] == [
        "https://cdn.example.com/shirt.jpg",
        picture,
    ]
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
        "hasNextPage": False, "hasPreviousPage": True, "startCursor": "", "endCursor": "",
    }  # fmt: skip
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
        (
            "{ products(first: 250) { nodes { id options { name } variants(first: 250) { nodes { id } } } } }",
            167,
        ),
        (
            '{ nodes(ids: ["gid://shopify/Product/1"]) { ... on Product { collections(first: 5) { nodes { id } } } } }',
            6,
        ),
        ("{ orders(first: 250) { edges { node { id } } } }", 13),
    ],
)
def test_requested_cost_equals_what_was_measured_on_live_shops(query: str, points: int) -> None:
    assert Shop().ask(query)["extensions"]["cost"]["requestedQueryCost"] == points


def test_the_linear_sizing_of_the_published_article_can_be_chosen() -> None:
    shop = Shop(limits={"connection_sizing": "linear"})
    cost = shop.ask("{ products(first: 40) { nodes { id } } }")["extensions"]["cost"]
    assert cost["requestedQueryCost"] == 42
    assert [size(n, "logarithmic") for n in (0, 1, 5, 50, 250)] == [0, 0, 3, 8, 11]


def test_the_bucket_pays_the_actual_cost_and_fills_again() -> None:
    shop = Shop(limits={"maximum_available": 100, "restore_rate": 10})
    shop.deeds.add_product(title="One")
    cost = shop.ask("{ products(first: 250) { nodes { id collections(first: 5) { nodes { id } } } } }")[
        "extensions"
    ]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (68, 2)
    assert cost["throttleStatus"]["currentlyAvailable"] == 98
    shop.clock.advance(0.1)
    assert shop.ask(SHOP_NAME)["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] == 98


def test_a_dry_bucket_throttles_with_status_200_and_runs_nothing() -> None:
    shop = Shop()
    made = shop.shirt()
    shop.deeds.drain_budget(9)
    answer = shop.post(
        STOCK,
        {"key": "k", "input": stock_input(shop, made["inventory_item_ids"][0], 1, changeFromQuantity=None)},
    )
    assert answer.status_code == 200
    told = answer.json()
    assert told["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert told["extensions"]["cost"]["requestedQueryCost"] == 10
    assert told["extensions"]["cost"]["actualQueryCost"] is None
    shop.clock.advance(0.1)
    assert quantity_of(shop, made["variant_ids"][0]) == 5


def test_a_query_above_the_single_query_limit_is_refused_without_a_cost_block() -> None:
    query = "{ products(first: 250) { nodes { variants(first: 250) { nodes { inventoryItem { inventoryLevels(first: 9) { nodes { id } } } } } } } }"
    answer = Shop().ask(query)
    error = answer["errors"][0]["extensions"]
    assert (error["code"], error["cost"], error["maxCost"]) == ("MAX_COST_EXCEEDED", 1003, 1000)
    assert "extensions" not in answer


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
    other = shop.data(
        STOCK, key="k-1", input=stock_input(shop, made["inventory_item_ids"][0], 8, changeFromQuantity=2)
    )
    assert other["inventorySetQuantities"]["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"


@pytest.mark.parametrize(
    ("quantity", "more", "code"),
    [
        (4, {"changeFromQuantity": 4}, "CHANGE_FROM_QUANTITY_STALE"),
        (4, {}, "COMPARE_QUANTITY_REQUIRED"),
        (-1, {"changeFromQuantity": None}, "INVALID_QUANTITY_NEGATIVE"),
        (10**9 + 1, {"changeFromQuantity": None}, "INVALID_QUANTITY_TOO_HIGH"),
        (
            4,
            {"changeFromQuantity": None, "inventoryItemId": "gid://shopify/InventoryItem/1"},
            "INVALID_INVENTORY_ITEM",
        ),
        (4, {"changeFromQuantity": None, "locationId": "gid://shopify/Location/1"}, "INVALID_LOCATION"),
    ],
)
def test_a_bad_stock_write_is_refused_and_changes_nothing(
    quantity: int, more: dict[str, Any], code: str
) -> None:
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
    answer = shop.ask(
        without, input=stock_input(shop, made["inventory_item_ids"][0], 9, changeFromQuantity=None)
    )
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
    shop.simulator.faults.add(
        Fault("shop", "vendor", name="throttled"), Fault("shop", "vendor", name="internal_error")
    )
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


def test_many_buyers_at_once_never_lose_a_piece() -> None:
    shop = Shop()
    made = shop.deeds.add_product(title="Rush", variants=[{"sku": "RUSH", "stock": 200}])
    threads = [
        threading.Thread(target=lambda: [shop.deeds.sell(sku="RUSH") for _ in range(20)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert quantity_of(shop, made["variant_ids"][0]) == 40


def test_a_sold_out_article_is_sold_on_only_under_the_continue_policy() -> None:
    shop = Shop()
    made = shop.deeds.add_product(title="Last", variants=[{"sku": "LAST", "stock": 1}])
    shop.deeds.sell(sku="LAST")
    with pytest.raises(ValueError, match="0 left, 1 wanted"):
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

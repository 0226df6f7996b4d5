"""The simulated token endpoint, and the versions the API answers to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.simulators.shopify_simulator_client import STOCK, Shop, quantity_of, stock_input

SHOP_NAME = "{ shop { name currencyCode myshopifyDomain } }"


# Tokens


def test_client_credentials_give_a_token_for_a_day() -> None:
    answer = Shop(scopes=["read_products", "read_orders"]).grant()
    assert answer.status_code == 200
    told = answer.json()
    assert told["scope"] == "read_products,read_orders"
    assert told["expires_in"] == 86399


def test_a_form_encoded_token_request_is_understood_too() -> None:
    shop = Shop()
    form = {"client_id": "demo-client-id", "client_secret": "demo-client-secret", "grant_type": "client_credentials"}
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
    assert refused.json() == {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}


def test_an_invented_token_is_refused_and_changes_nothing() -> None:
    shop = Shop()
    made = shop.shirt()
    shop.token = "shpat_invented"
    answer = shop.post(
        STOCK, {"key": "k", "input": stock_input(shop, made["inventory_item_ids"][0], 1, changeFromQuantity=None)}
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


# What an app may not see


STOCK_OF = """
query S($ids: [ID!]!) {
  shop { name }
  nodes(ids: $ids) { ... on InventoryItem { id tracked inventoryLevels(first: 5) { nodes { id } } } }
}
"""


def test_a_field_without_its_scope_is_null_beside_the_denial_and_the_rest_is_answered() -> None:
    shop = Shop(scopes=["read_products"])
    made = shop.shirt()
    ids = [f"gid://shopify/InventoryItem/{one}" for one in made["inventory_item_ids"]]
    answer = shop.ask(STOCK_OF, ids=ids)
    assert answer["data"] == {"shop": {"name": "Demo Shop"}, "nodes": [None, None]}
    assert answer["errors"][0] == {
        "message": "Access denied for inventoryLevels field. Required access: `read_inventory` access scope.",
        "locations": [{"line": 4, "column": 56}],
        "path": ["nodes", 0, "inventoryLevels"],
        "extensions": {
            "code": "ACCESS_DENIED",
            "documentation": "https://shopify.dev/api/usage/access-scopes",
            "requiredAccess": "`read_inventory` access scope.",
        },
    }
    assert answer["extensions"]["cost"]["actualQueryCost"] >= 1


@pytest.mark.parametrize(
    ("scopes", "field", "named"),
    [
        (["read_inventory"], "name", "`read_locations` access scope or `read_markets_home` access scope"),
        (
            [],
            "locations",
            "`read_locations` access scope, `read_inventory` access scope or `read_markets_home` access scope",
        ),
    ],
)
def test_a_denial_names_every_scope_that_would_do(scopes: list[str], field: str, named: str) -> None:
    answer = Shop(scopes=[*scopes, "read_products"]).ask("{ shop { name } locations(first: 1) { nodes { id name } } }")
    assert answer["data"] is None
    assert answer["errors"][0]["message"] == f"Access denied for {field} field. Required access: {named}."


def test_what_an_app_may_not_see_of_any_node_is_denied_and_not_missing() -> None:
    shop = Shop(scopes=["read_inventory"])
    product = shop.shirt()["product_id"]
    answer = shop.ask("query N($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[f"gid://shopify/Product/{product}"])
    assert answer["data"] == {"nodes": [None]}
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


# Variables


def test_variables_that_do_not_fit_are_refused_without_data_in_shopifys_words() -> None:
    document = "mutation W($topic: WebhookSubscriptionTopic!, $sub: WebhookSubscriptionInput!) {\n  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $sub) { userErrors { message } }\n}"
    answer = Shop().ask(document, topic="NOT_A_REAL_TOPIC", sub={"uri": "https://a.example/", "more": 1})
    assert set(answer) == {"errors"}
    topic, sub = answer["errors"]
    assert topic["message"] == "Variable $topic of type WebhookSubscriptionTopic! was provided invalid value"
    assert topic["extensions"]["code"] == "INVALID_VARIABLE"
    assert topic["extensions"]["value"] == "NOT_A_REAL_TOPIC"
    (problem,) = topic["extensions"]["problems"]
    assert problem["path"] == []
    assert problem["explanation"].startswith('Expected "NOT_A_REAL_TOPIC" to be one of: ')
    assert sub["message"] == (
        "Variable $sub of type WebhookSubscriptionInput! was provided invalid value for more "
        "(Field is not defined on WebhookSubscriptionInput)"
    )


# What is no request


@pytest.mark.parametrize("told", [[1], "x", 1, True, [{"grant_type": "client_credentials"}]])
def test_a_token_request_that_is_no_object_asks_for_no_grant(told: Any) -> None:
    shop = Shop()
    answer = shop.session.post("https://demo.myshopify.com/admin/oauth/access_token", json=told)
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")
    assert [(call.operation, call.status) for call in shop.simulator.calls[-1:]] == [("token", 400)]


@pytest.mark.parametrize(
    ("name", "value"), [("variables", [1]), ("variables", "x"), ("variables", 5), ("operationName", ["A"])]
)
def test_a_document_beside_something_else_than_variables_is_refused(name: str, value: Any) -> None:
    shop = Shop()
    headers = {"X-Shopify-Access-Token": shop.grant().json()["access_token"]}
    address = "https://demo.myshopify.com/admin/api/2026-04/graphql.json"
    answer = shop.session.post(address, json={"query": SHOP_NAME, name: value}, headers=headers)
    assert answer.status_code == 400
    assert answer.json() == {"errors": {name: "Required parameter missing or invalid"}}
    assert [(call.operation, call.status) for call in shop.simulator.calls[-1:]] == [("invalid", 400)]


def test_what_a_page_repeats_of_a_request_is_written_as_text() -> None:
    shop = Shop()
    form = {"grant_type": "client_credentials", "client_id": "<script>"}
    page = shop.session.post("https://demo.myshopify.com/admin/oauth/access_token", data=form)
    assert "<script>" not in page.text
    assert "api_key &lt;script&gt;" in page.text

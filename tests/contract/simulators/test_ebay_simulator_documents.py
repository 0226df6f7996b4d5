"""Every operation that the simulator serves is one of eBay's, and its request and answer keep eBay's documents."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from simulators.ebay.app import OPERATIONS
from simulators.faults import Fault
from tests.contract.marketplaces.ebay_documents import EbaySpec
from tests.contract.official_documents import ContractBroken
from tests.contract.simulators.ebay_seller import API, INVENTORY, SCOPE, EbaySeller, error_ids, virtual_simulator

pytestmark = pytest.mark.specs
ORDERS = {op.id for op in OPERATIONS if op.api == "sell.fulfillment"}  # test_ebay_simulator_orders.py


@pytest.fixture
def spec() -> EbaySpec:
    return EbaySpec.load()


@pytest.fixture
def anna(spec: EbaySpec) -> EbaySeller:
    return EbaySeller(virtual_simulator()[0], spec=spec)


def test_every_served_operation_with_its_method_path_and_scopes_stands_in_the_documents(spec: EbaySpec) -> None:
    for operation in OPERATIONS:
        found = spec.find(operation.method, operation.path.replace("{", "x").replace("}", "x"))
        assert found.id == operation.id
        assert set(operation.scopes) <= spec.scopes(found), operation.id


def items_and_offers(anna: EbaySeller) -> None:
    offer_id, _ = anna.on_sale("A")
    anna.call("GET", "/inventory_item?limit=1&offset=0")
    anna.call("GET", "/inventory_item/A")
    anna.call("GET", "/offer?sku=A&marketplace_id=EBAY_US&format=FIXED_PRICE&limit=10&offset=0")
    anna.call("GET", f"/offer/{offer_id}")
    fields = {k: v for k, v in anna.offer("A", price="5.00").items() if k not in ("sku", "marketplaceId", "format")}
    anna.call("PUT", f"/offer/{offer_id}", fields)
    anna.revise("A", offer_id, 2, "6.00")
    anna.call("POST", f"/offer/{offer_id}/withdraw", {})
    anna.call("POST", "/offer/get_listing_fees", {"offers": [{"offerId": offer_id}]})
    anna.call("DELETE", f"/offer/{offer_id}")
    anna.call("DELETE", "/inventory_item/A")


def bulk_calls(anna: EbaySeller) -> None:
    rows = [{"sku": sku, "locale": "en_US", **anna.item()} for sku in ("B", "C")]
    anna.call("POST", "/bulk_create_or_replace_inventory_item", {"requests": rows})
    anna.call("POST", "/bulk_get_inventory_item", {"requests": [{"sku": "B"}, {"sku": "NONE"}]})
    answer = anna.call("POST", "/bulk_create_offer", {"requests": [anna.offer("B"), anna.offer("C")]})
    ids = [{"offerId": row["offerId"]} for row in answer.json()["responses"]]
    assert anna.call("POST", "/bulk_publish_offer", {"requests": ids}).status_code == 200


def group_calls(anna: EbaySeller) -> None:
    anna.staged("D", item=anna.item(aspects={"Color": ["Red"]}))
    varies = {"specifications": [{"name": "Color", "values": ["Red"]}], "aspectsImageVariesBy": ["Color"]}
    body = {
        "title": "T",
        "description": "D",
        "imageUrls": ["https://i.example/1.jpg"],
        "aspects": {"Brand": ["X"]},
        "variantSKUs": ["D"],
        "variesBy": varies,
    }
    anna.call("PUT", "/inventory_item_group/G", body)
    anna.call("GET", "/inventory_item_group/G")
    named = {"inventoryItemGroupKey": "G", "marketplaceId": "EBAY_US"}
    assert anna.call("POST", "/offer/publish_by_inventory_item_group", named).status_code == 200
    anna.call("POST", "/offer/withdraw_by_inventory_item_group", named)
    anna.call("DELETE", "/inventory_item_group/G")


def account_calls(anna: EbaySeller) -> None:
    address = {"address": {"postalCode": "10001", "country": "US"}}
    anna.call("POST", "/location/second", {"location": address, "name": "Second", "locationTypes": ["WAREHOUSE"]})
    anna.call("GET", "/location/second")
    anna.call("GET", "/location?limit=5&offset=0")
    account = f"{API}/sell/account/v1"
    for kind in ("fulfillment", "payment", "return"):
        anna.call("GET", f"{account}/{kind}_policy?marketplace_id=EBAY_US")
    anna.call("GET", f"{account}/privilege")
    anna.call("GET", f"{account}/program/get_opted_in_programs")
    anna.call("POST", f"{account}/program/opt_out", {"programType": "OUT_OF_STOCK_CONTROL"})
    wish = {"programType": "OUT_OF_STOCK_CONTROL"}
    anna.call("POST", f"{account}/program/opt_in", wish)
    (again,) = anna.call("POST", f"{account}/program/opt_in", wish).json()["errors"]
    assert (again["errorId"], again["domain"], again["message"]) == (
        25803,
        "API_ACCOUNT",
        "programType already exists.",
    )
    anna.call("GET", "https://apiz.ebay.com/commerce/identity/v1/user/")


def catalogue_calls(anna: EbaySeller) -> None:
    taxonomy = f"{API}/commerce/taxonomy/v1"
    anna.call("GET", f"{taxonomy}/get_default_category_tree_id?marketplace_id=EBAY_US")
    anna.call("GET", f"{taxonomy}/category_tree/0/get_category_suggestions?q=velvet%20headbands")
    anna.call("GET", f"{taxonomy}/category_tree/0/get_item_aspects_for_category?category_id=45220")
    for policies in ("get_category_policies", "get_regulatory_policies", "get_product_safety_labels"):
        for site in ("EBAY_US", "EBAY_DE"):
            anna.call("GET", f"{API}/sell/metadata/v1/marketplace/{site}/{policies}")
    anna.simulator.deeds.set_store_categories("anna", ["/Wool/Hats"])
    anna.call("GET", f"{API}/sell/stores/v1/store/categories")
    metadata = f"{API}/sell/metadata/v1/marketplace/EBAY_US/get_item_condition_policies"
    anna.call("GET", f"{metadata}?filter=categoryIds:%7B45220%7D")
    keys = anna.simulator.world.notices.keys
    anna.call("GET", f"{API}/commerce/notification/v1/public_key/{keys.current}")
    anna.call("GET", f"{API}/commerce/notification/v1/public_key/nobodys")
    analytics = f"{API}/developer/analytics/v1_beta"
    anna.call("GET", f"{analytics}/rate_limit/?api_context=sell&api_name=inventory")
    anna.call("GET", f"{analytics}/user_rate_limit/")


def hub_calls(anna: EbaySeller) -> None:
    part = {"sku": "HUB", "quantity": 1, "price": "1.00"}
    listing = anna.simulator.deeds.list_in_hub([part])["listingId"]
    feed = f"{API}/sell/feed/v1"
    asked = {"feedType": "LMS_ACTIVE_INVENTORY_REPORT", "schemaVersion": "1.0"}
    address = anna.call("POST", f"{feed}/inventory_task", asked).headers["Location"]
    assert anna.call("GET", address).json()["status"] == "QUEUED"
    anna.simulator.world.clock.sleep(60)
    assert anna.call("GET", address).json()["status"] == "COMPLETED"
    task = address.rsplit("/", 1)[-1]
    assert anna.call("GET", f"{feed}/task/{task}/download_result_file").content.startswith(b"PK")
    rows = [{"listingId": listing}, {"listingId": "1"}]
    assert anna.call("POST", "/bulk_migrate_listing", {"requests": rows}).status_code == 207
    assert anna.call("POST", "/bulk_migrate_listing", {"requests": rows[:1]}).status_code == 400


def notice_calls(anna: EbaySeller) -> None:
    notices, base = anna.simulator.world.notices, f"{API}/commerce/notification/v1"
    token = "t" * 43

    def answer(url: str, query: dict[str, str]) -> tuple[int, bytes]:
        told = hashlib.sha256(f"{query['challenge_code']}{token}{url}".encode()).hexdigest()
        return 200, json.dumps({"challengeResponse": told}).encode()

    notices.ask = answer
    delivery = {"endpoint": "https://me.example/n", "verificationToken": token}
    body = {"name": "me", "status": "ENABLED", "deliveryConfig": delivery}
    assert anna.call("GET", f"{base}/config").status_code == 404
    assert anna.call("POST", f"{base}/destination", body).status_code == 409
    assert anna.call("PUT", f"{base}/config", {"alertEmail": "me@me.example"}).status_code == 204
    assert anna.call("GET", f"{base}/config").json() == {"alertEmail": "me@me.example"}
    address = anna.call("POST", f"{base}/destination", body).headers["Location"]
    assert anna.call("POST", f"{base}/destination", body).status_code == 409
    assert anna.call("PUT", address, body).status_code == 204
    assert anna.call("GET", f"{base}/destination?limit=10").json()["total"] == 1
    assert anna.call("GET", f"{base}/topic/NONE").status_code == 404
    topic = anna.call("GET", f"{base}/topic/ORDER_CONFIRMATION").json()
    payload = {"format": "JSON", "schemaVersion": "1.0", "deliveryProtocol": "HTTPS"}
    wish = {"destinationId": address.rsplit("/", 1)[-1], "status": "ENABLED", "payload": payload}
    made = anna.call("POST", f"{base}/subscription", {"topicId": topic["topicId"], **wish})
    assert (topic["scope"], made.status_code) == ("USER", 201)
    assert anna.call("POST", f"{base}/subscription", {"topicId": topic["topicId"], **wish}).status_code == 409
    assert anna.call("PUT", made.headers["Location"], wish).status_code == 204
    assert anna.call("GET", f"{base}/subscription").json()["total"] == 1


def test_every_operation_answers_within_the_documents(anna: EbaySeller) -> None:
    for part in (items_and_offers, bulk_calls, group_calls, account_calls, catalogue_calls, hub_calls, notice_calls):
        part(anna)
        anna.simulator.world.clock.sleep(2)  # a fresh second of calls
    assert anna.checked >= {operation.id for operation in OPERATIONS} - ORDERS


WRONG: list[tuple[str, str, dict[str, str], Any, int, Any, str]] = [
    ("GET", f"{INVENTORY}/nowhere", {}, None, 200, {}, "no operation"),
    ("GET", f"{API}/developer/analytics/v1_beta/rate_limit", {}, None, 200, {}, "no operation"),
    ("GET", "https://apiz.ebay.com/sell/inventory/v1/offer/1", {}, None, 200, {}, "lives on"),
    ("GET", f"{INVENTORY}/offer?skus=1", {}, None, 200, {}, "no query"),
    ("PUT", f"{INVENTORY}/inventory_item/A", {"Content-Type": "application/json"}, {}, 204, None, "needs header"),
    (
        "PUT",
        f"{INVENTORY}/inventory_item/A",
        {"Content-Language": "en-US", "Content-Type": "text/plain"},
        {},
        204,
        None,
        "takes",
    ),
    ("GET", f"{INVENTORY}/offer/1", {}, None, 200, {"offerID": "1"}, "response"),
    ("GET", f"{INVENTORY}/offer/1", {}, None, 202, {}, "never answers"),
    ("GET", f"{INVENTORY}/offer/1", {}, None, 404, {"errors": [{"errorId": 1}]}, "error without"),
]


@pytest.mark.parametrize(("method", "url", "headers", "body", "status", "answer", "why"), WRONG)
def test_the_check_refuses_an_exchange_outside_the_documents(
    spec: EbaySpec, method: str, url: str, headers: dict[str, str], body: Any, status: int, answer: Any, why: str
) -> None:
    sent = None if body is None else json.dumps(body)
    got = None if answer is None else json.dumps(answer)
    with pytest.raises(ContractBroken, match=why):
        spec.check_exchange(method, url, headers, sent, status, got)


def test_the_check_refuses_a_misspelt_field_however_deep(spec: EbaySpec, anna: EbaySeller) -> None:
    body = {"requests": [{"sku": "A", "offers": [{"offerId": "1", "price": {"value": "1", "curency": "USD"}}]}]}
    headers = {"Content-Type": "application/json"}
    with pytest.raises(ContractBroken, match="curency"):
        spec.check_exchange(
            "POST", f"{INVENTORY}/bulk_update_price_quantity", headers, json.dumps(body), 200, '{"responses": []}'
        )


def test_a_session_can_check_itself(spec: EbaySpec) -> None:
    anna = EbaySeller(virtual_simulator()[0], spec=None)
    seen: list[str] = []
    anna.session.hooks["response"].append(lambda answer, **_: seen.append(spec.check_response(answer)))
    anna.sign_in()
    anna.put_item("A")
    anna.simulator.faults.add(Fault("getInventoryItem", "html", status=503))
    anna.call("GET", "/inventory_item/A")
    assert seen == ["oauth2Token", "createOrReplaceInventoryItem", "getInventoryItem"]
    with pytest.raises(ContractBroken, match="takes"):
        anna.token_call(grant_type="refresh_token", refresh_tokn="x")


def test_the_overlay_names_the_field_that_publishing_needs(spec: EbaySpec, anna: EbaySeller) -> None:
    item, offer = anna.item(), anna.offer("A")
    spec.check_publishable(item, offer)
    del item["condition"]
    with pytest.raises(ContractBroken, match=r"InventoryItem\.condition"):
        spec.check_publishable(item, offer)


def test_policies_ask_for_the_program_first(anna: EbaySeller) -> None:
    account = f"{API}/sell/account/v1"
    anna.call("POST", f"{account}/program/opt_out", {"programType": "SELLING_POLICY_MANAGEMENT"})
    answer = anna.call("GET", f"{account}/fulfillment_policy?marketplace_id=EBAY_US")
    assert (answer.status_code, error_ids(answer)) == (400, [20403])


def test_policies_are_those_of_one_site(spec: EbaySpec) -> None:
    anna = EbaySeller(virtual_simulator()[0], spec=spec, marketplaces=["EBAY_US", "EBAY_GB"])
    answer = anna.call("GET", f"{API}/sell/account/v1/return_policy?marketplace_id=EBAY_GB").json()
    assert [row["returnPolicyId"] for row in answer["returnPolicies"]] == [anna.policies["EBAY_GB"]["returnPolicyId"]]


def test_an_application_token_reads_the_catalogue_but_no_sellers_items(anna: EbaySeller) -> None:
    token = anna.token_call(grant_type="client_credentials", scope=SCOPE).json()
    assert token["token_type"] == "Application Access Token"
    anna.headers["Authorization"] = f"Bearer {token['access_token']}"
    tree = anna.call("GET", f"{API}/commerce/taxonomy/v1/get_default_category_tree_id?marketplace_id=EBAY_DE").json()
    assert tree == {"categoryTreeId": "77", "categoryTreeVersion": "129"}
    answer = anna.call("GET", "/inventory_item/A")
    assert (answer.status_code, error_ids(answer)) == (403, [1100])


def test_aspects_are_asked_of_leaves_only_and_usage_hides_what_is_required(anna: EbaySeller) -> None:
    base = f"{API}/commerce/taxonomy/v1/category_tree/0/get_item_aspects_for_category"
    answer = anna.call("GET", f"{base}?category_id=4250")
    assert (answer.status_code, error_ids(answer)) == (400, [62009])
    brand = anna.call("GET", f"{base}?category_id=45220").json()["aspects"][0]
    constraint = brand["aspectConstraint"]
    assert (brand["localizedAspectName"], constraint["aspectRequired"], constraint["aspectUsage"]) == (
        "Brand",
        True,
        "RECOMMENDED",
    )


def test_words_that_fit_no_category_bring_no_content(anna: EbaySeller) -> None:
    base = f"{API}/commerce/taxonomy/v1/category_tree/0/get_category_suggestions"
    assert anna.call("GET", f"{base}?q=zeppelin").status_code == 204


def test_the_quota_counts_the_calls_of_the_day(anna: EbaySeller) -> None:
    anna.put_item("A")
    answer = anna.call("GET", f"{API}/developer/analytics/v1_beta/rate_limit/?api_name=inventory").json()
    rate = answer["rateLimits"][0]["resources"][0]["rates"][0]
    assert rate == {
        "count": 1,
        "limit": 2000000,
        "remaining": 1999999,
        "reset": "2026-11-02T08:00:00.000Z",
        "timeWindow": 86400,
    }

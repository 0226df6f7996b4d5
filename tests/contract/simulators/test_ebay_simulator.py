"""The eBay simulator's main road: sign in, list, revise, sell, end, relist; every exchange checked where the documents lie."""

from __future__ import annotations

import pytest

from simulators.clock import VirtualClock
from simulators.ebay import EbaySimulator
from tests.contract.marketplaces.ebay_documents import EbaySpec
from tests.contract.simulators.ebay_seller import API, SCOPE, EbaySeller, error_ids, virtual_simulator
from tests.contract.specs import specs_root


def spec_or_none() -> EbaySpec | None:
    return EbaySpec.load() if specs_root() else None


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def simulator(clock: VirtualClock) -> EbaySimulator:
    return EbaySimulator(clock=clock)


@pytest.fixture
def anna(simulator: EbaySimulator) -> EbaySeller:
    return EbaySeller(simulator, spec=spec_or_none())


def test_a_complete_item_and_offer_become_a_live_listing(anna: EbaySeller) -> None:
    offer_id, listing_id = anna.on_sale("HB-RED")
    shown = anna.shown(offer_id)
    assert shown["status"] == "PUBLISHED"
    assert shown["listing"] == {"listingId": listing_id, "listingStatus": "ACTIVE", "soldQuantity": 0}
    row = anna.on_show("HB-RED")
    assert row is not None
    assert (row["quantity"], row["price"], row["currency"]) == (7, "19.99", "USD")


def test_quantity_and_price_reach_the_live_listing_at_once(anna: EbaySeller) -> None:
    offer_id, listing_id = anna.on_sale("HB-RED")
    answer = anna.revise("HB-RED", offer_id, 3, "24.50")
    assert answer.status_code == 200
    assert answer.json() == {
        "responses": [{"sku": "HB-RED", "statusCode": 200}, {"sku": "HB-RED", "offerId": offer_id, "statusCode": 200}]
    }
    row = anna.on_show("HB-RED")
    assert row is not None
    assert (row["quantity"], row["price"], row["listingId"]) == (3, "24.50", listing_id)


def test_a_buyer_sees_the_smaller_of_offer_and_item_quantity(anna: EbaySeller) -> None:
    anna.on_sale("HB-RED", item=anna.item(quantity=4), availableQuantity=9)
    row = anna.on_show("HB-RED")
    assert row is not None
    assert (row["quantity"], row["availableQuantity"], row["itemQuantity"]) == (4, 9, 4)


def test_an_item_written_without_availability_loses_its_stock(anna: EbaySeller) -> None:
    anna.on_sale("HB-RED")
    body = anna.item()
    del body["availability"]
    assert anna.call("PUT", "/inventory_item/HB-RED", body).status_code == 204
    row = anna.on_show("HB-RED")
    assert row is not None
    assert row["quantity"] == 0


def test_a_second_offer_for_the_same_sku_and_site_names_the_first(anna: EbaySeller) -> None:
    offer_id = anna.staged("HB-RED")
    answer = anna.call("POST", "/offer", anna.offer("HB-RED"))
    assert answer.status_code == 400
    error = answer.json()["errors"][0]
    assert error["errorId"] == 25002
    assert error["parameters"] == [{"name": "offerId", "value": offer_id}]
    assert len(anna.call("GET", "/offer?sku=HB-RED").json()["offers"]) == 1


def test_publishing_twice_keeps_the_listing_and_warns(anna: EbaySeller) -> None:
    offer_id, listing_id = anna.on_sale("HB-RED")
    answer = anna.call("POST", f"/offer/{offer_id}/publish", {})
    assert answer.status_code == 200
    assert answer.json()["listingId"] == listing_id
    assert [row["errorId"] for row in answer.json()["warnings"]] == [25402]


def test_a_withdrawn_offer_stays_and_is_relisted_under_a_new_listing_id(anna: EbaySeller) -> None:
    offer_id, first = anna.on_sale("HB-RED")
    assert anna.call("POST", f"/offer/{offer_id}/withdraw", {}).json() == {"listingId": first}
    assert anna.shown(offer_id)["status"] == "UNPUBLISHED"
    assert "listing" not in anna.shown(offer_id)
    assert anna.on_show("HB-RED") is None
    second = anna.call("POST", f"/offer/{offer_id}/publish", {}).json()["listingId"]
    assert second != first
    row = anna.on_show("HB-RED")
    assert row is not None
    assert row["listingId"] == second


def test_a_sale_counts_the_listing_down_by_itself(anna: EbaySeller) -> None:
    offer_id, _ = anna.on_sale("HB-RED")
    sale = anna.simulator.deeds.buy("HB-RED", marketplace="EBAY_US", quantity=2)
    assert sale["left"] == 5
    assert anna.shown(offer_id)["availableQuantity"] == 5
    assert anna.shown(offer_id)["listing"]["soldQuantity"] == 2
    item = anna.call("GET", "/inventory_item/HB-RED").json()
    assert item["availability"]["shipToLocationAvailability"]["quantity"] == 5


def test_with_out_of_stock_control_a_listing_lives_on_at_zero(anna: EbaySeller) -> None:
    offer_id, listing_id = anna.on_sale("HB-RED")
    assert anna.revise("HB-RED", offer_id, 0).status_code == 200
    assert anna.shown(offer_id)["listing"] == {
        "listingId": listing_id,
        "listingStatus": "OUT_OF_STOCK",
        "soldQuantity": 0,
    }
    assert anna.revise("HB-RED", offer_id, 2).status_code == 200
    assert anna.shown(offer_id)["listing"]["listingStatus"] == "ACTIVE"


def test_without_out_of_stock_control_a_zero_is_refused_and_the_stock_stays(simulator: EbaySimulator) -> None:
    berta = EbaySeller(simulator, "berta", spec=spec_or_none(), out_of_stock_control=False)
    offer_id, _ = berta.on_sale("HB-RED")
    answer = berta.revise("HB-RED", offer_id, 0)
    assert answer.status_code == 400
    assert error_ids(answer) == [25004]
    row = berta.on_show("HB-RED")
    assert row is not None
    assert row["quantity"] == 7


def test_without_out_of_stock_control_the_last_sale_ends_the_listing(simulator: EbaySimulator) -> None:
    berta = EbaySeller(simulator, "berta", spec=spec_or_none(), out_of_stock_control=False)
    offer_id, _ = berta.on_sale("HB-RED")
    simulator.deeds.buy("HB-RED", quantity=7)
    assert berta.on_show("HB-RED") is None
    assert berta.shown(offer_id)["status"] == "UNPUBLISHED"


def test_two_sellers_of_one_application_never_see_each_other(simulator: EbaySimulator, anna: EbaySeller) -> None:
    berta = EbaySeller(simulator, "berta", spec=spec_or_none())
    offer_id, _ = anna.on_sale("HB-RED")
    assert berta.call("GET", f"/offer/{offer_id}").status_code == 404
    assert berta.call("GET", "/inventory_item/HB-RED").status_code == 404
    berta.on_sale("HB-RED", price="5.00")
    row = anna.on_show("HB-RED")
    assert row is not None
    assert row["price"] == "19.99"


def test_a_key_with_a_slash_and_a_percent_sign_survives_the_path(anna: EbaySeller) -> None:
    anna.put_item("A-1")
    group = {"title": "T", "variantSKUs": ["A-1"]}
    assert anna.call("PUT", "/inventory_item_group/A%2FB%2525", group).status_code == 204
    assert anna.call("GET", "/inventory_item_group/A%2FB%2525").json()["inventoryItemGroupKey"] == "A/B%25"


def test_the_consent_page_sends_code_and_state_back_and_the_code_buys_tokens() -> None:
    simulator, _ = virtual_simulator(ru_names={"Anna-Shop-RuName": "https://listbridge.example/callbacks/ebay"})
    anna = EbaySeller(simulator, spec=None)
    query = {
        "client_id": "sim-client",
        "redirect_uri": "Anna-Shop-RuName",
        "response_type": "code",
        "scope": f"{SCOPE}/sell.inventory",
        "state": "s t&1",
    }
    answer = anna.session.get("https://auth.ebay.com/oauth2/authorize", params=query, allow_redirects=False)
    assert answer.status_code == 302
    target = requests_query(answer.headers["Location"])
    assert answer.headers["Location"].startswith("https://listbridge.example/callbacks/ebay?")
    assert target["state"] == "s t&1"
    form = {"grant_type": "authorization_code", "code": target["code"], "redirect_uri": "Anna-Shop-RuName"}
    tokens = anna.token_call(**form).json()
    assert (tokens["expires_in"], tokens["refresh_token_expires_in"]) == (7200, 47304000)
    assert tokens["token_type"] == "User Access Token"
    again = anna.token_call(**form)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def requests_query(url: str) -> dict[str, str]:
    from urllib.parse import parse_qsl, urlsplit

    return dict(parse_qsl(urlsplit(url).query))


def test_an_access_token_ends_after_two_hours_and_a_refresh_brings_another(
    anna: EbaySeller, clock: VirtualClock
) -> None:
    anna.put_item("HB-RED")
    clock.advance(7201)
    answer = anna.call("GET", "/inventory_item/HB-RED")
    assert (answer.status_code, error_ids(answer)) == (401, [1001])
    anna.sign_in()
    assert anna.call("GET", "/inventory_item/HB-RED").status_code == 200


def test_a_revoked_consent_ends_both_tokens(anna: EbaySeller) -> None:
    anna.simulator.deeds.revoke_token("anna")
    refused = anna.token_call(grant_type="refresh_token", refresh_token=anna.refresh_token)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    answer = anna.put_item("HB-RED")
    assert (answer.status_code, error_ids(answer)) == (401, [1001])
    assert anna.state()["items"] == {}


def test_a_token_without_the_scope_is_turned_away(anna: EbaySeller) -> None:
    anna.sign_in(scope=f"{SCOPE}/sell.account")
    answer = anna.put_item("HB-RED")
    assert (answer.status_code, error_ids(answer)) == (403, [1100])
    assert anna.state()["items"] == {}


def test_a_refresh_may_not_widen_the_scopes(anna: EbaySeller) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": anna.refresh_token}
    answer = anna.token_call(**form, scope=f"{SCOPE}/buy.order")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_a_wrong_client_secret_is_refused(anna: EbaySeller) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": anna.refresh_token}
    answer = anna.session.post(f"{API}/identity/v1/oauth2/token", data=form, auth=("sim-client", "wrong"))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")

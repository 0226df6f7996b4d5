"""What eBay refuses, the simulator refuses, and nothing has changed afterwards."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulators.ebay import EbaySimulator
from tests.contract.marketplaces.ebay_documents import EbaySpec
from tests.contract.simulators.ebay_seller import INVENTORY, EbaySeller, error_ids, virtual_simulator
from tests.contract.specs import specs_root


@pytest.fixture
def simulator() -> EbaySimulator:
    return virtual_simulator()[0]


@pytest.fixture
def anna(simulator: EbaySimulator) -> EbaySeller:
    return EbaySeller(simulator, spec=EbaySpec.load() if specs_root() else None)


def test_a_write_without_content_language_is_refused_and_nothing_is_stored(anna: EbaySeller) -> None:
    answer = anna.call("PUT", "/inventory_item/HB-RED", anna.item(), headers={"Content-Language": ""}, check=False)
    assert (answer.status_code, error_ids(answer)) == (400, [25709])
    assert anna.state()["items"] == {}


def test_a_call_without_accept_language_is_refused(anna: EbaySeller) -> None:
    anna.put_item("HB-RED")
    answer = anna.call("GET", "/inventory_item/HB-RED", headers={"Accept-Language": ""})
    assert (answer.status_code, error_ids(answer)) == (400, [25709])


def test_a_call_without_a_token_is_refused(anna: EbaySeller) -> None:
    answer = anna.call("GET", "/inventory_item/HB-RED", headers={"Authorization": ""})
    assert (answer.status_code, error_ids(answer)) == (400, [1002])


def test_a_body_that_is_not_json_is_refused(anna: EbaySeller) -> None:
    headers = {**anna.headers, "Content-Type": "application/json"}
    answer = anna.session.put(f"{INVENTORY}/inventory_item/HB-RED", data=b"{not json", headers=headers)
    assert (answer.status_code, error_ids(answer)) == (400, [2004])
    assert anna.state()["items"] == {}


def test_an_unknown_address_is_answered_like_the_gateway_does(anna: EbaySeller) -> None:
    answer = anna.call("GET", "/inventory_items/HB-RED", check=False)
    assert (answer.status_code, error_ids(answer)) == (404, [2002])


@pytest.mark.parametrize("sku", ["X" * 51, "%F0%9F%98%80", "X" * 200, "%20padded"])
def test_a_sku_too_long_or_outside_ascii_is_refused_and_nothing_is_stored(anna: EbaySeller, sku: str) -> None:
    answer = anna.call("PUT", f"/inventory_item/{sku}", anna.item())
    assert (answer.status_code, error_ids(answer)) == (400, [25707])
    assert anna.state()["items"] == {}


def test_an_unknown_sku_and_an_unknown_offer_are_not_found(anna: EbaySeller) -> None:
    assert error_ids(anna.call("GET", "/inventory_item/NONE")) == [25710]
    assert error_ids(anna.call("GET", "/offer/1")) == [25713]
    assert error_ids(anna.call("GET", "/offer?sku=NONE")) == [25713]
    assert error_ids(anna.call("GET", "/inventory_item_group/NONE")) == [25705]
    assert error_ids(anna.call("POST", "/offer", anna.offer("NONE"))) == [25702]


def test_a_list_of_offers_without_a_sku_is_refused(anna: EbaySeller) -> None:
    anna.staged("HB-RED")
    answer = anna.call("GET", "/offer")
    assert (answer.status_code, error_ids(answer)) == (400, [25707])


@pytest.mark.parametrize("path", ["/inventory_item?", "/offer?sku=HB-RED&", "/location?"])
@pytest.mark.parametrize("window", ["limit=0", "limit=-1", "limit=many", "limit=1000", "offset=-1"])
def test_a_page_that_no_list_has_is_refused(anna: EbaySeller, path: str, window: str) -> None:
    answer = anna.call("GET", path + window, check=False)
    assert (answer.status_code, error_ids(answer)) == (400, [25706])


def test_a_negative_quantity_is_refused_and_the_stock_stays(anna: EbaySeller) -> None:
    anna.put_item("HB-RED")
    answer = anna.put_item("HB-RED", quantity=-1)
    assert (answer.status_code, error_ids(answer)) == (400, [25004])
    assert anna.state()["items"]["HB-RED"]["quantity"] == 7


def test_a_quantity_that_is_a_text_cannot_be_read(anna: EbaySeller) -> None:
    answer = anna.call("PUT", "/inventory_item/HB-RED", anna.item(quantity="7"), check=False)
    assert (answer.status_code, error_ids(answer)) == (400, [2004])
    assert anna.state()["items"] == {}


@pytest.mark.parametrize("price", ["0", "-1", "1000000000000", "9.999"])
def test_an_impossible_price_is_refused_and_the_old_one_stays(anna: EbaySeller, price: str) -> None:
    offer_id, _ = anna.on_sale("HB-RED")
    answer = anna.revise("HB-RED", offer_id, 5, price)
    assert (answer.status_code, error_ids(answer)) == (400, [25003])
    row = anna.on_show("HB-RED")
    assert row is not None
    assert (row["quantity"], row["price"]) == (7, "19.99")


def test_a_price_in_a_foreign_currency_is_refused(anna: EbaySeller) -> None:
    pricing = {"price": {"value": "19.99", "currency": "EUR"}}
    offer_id = anna.staged("HB-RED", pricingSummary=pricing)
    answer = anna.call("POST", f"/offer/{offer_id}/publish", {})
    assert (answer.status_code, error_ids(answer)) == (400, [25003])
    assert anna.on_show("HB-RED") is None


ITEM_GAPS: list[tuple[dict[str, Any], int]] = [
    ({"condition": None}, 25021),
    ({"title": None}, 25017),
    ({"description": None}, 25017),
    ({"aspects": None}, 25022),
    ({"aspects": {"Color": ["Red"]}}, 25002),
    ({"imageUrls": None}, 25014),
    ({"imageUrls": ["http://images.example/a.jpg"]}, 25015),
    ({"title": "T" * 81}, 25017),
    ({"quantity": None}, 25004),
    ({"quantity": 0}, 25004),
]


@pytest.mark.parametrize(("change", "error_id"), ITEM_GAPS)
def test_an_item_that_no_listing_may_show_is_stored_but_not_published(
    anna: EbaySeller, change: dict[str, Any], error_id: int
) -> None:
    body = anna.item(**change)
    if body["condition"] is None:
        del body["condition"]
    if change.get("quantity", 7) is None:
        del body["availability"]
    offer_id = anna.staged("HB-RED", item=body)
    if change.get("description", 1) is None:
        assert anna.call("PUT", f"/offer/{offer_id}", _offer_fields(anna, listingDescription=None)).status_code == 204
    answer = anna.call("POST", f"/offer/{offer_id}/publish", {})
    assert (answer.status_code, error_ids(answer)) == (400, [error_id])
    assert anna.on_show("HB-RED") is None


def _offer_fields(anna: EbaySeller, **changes: Any) -> dict[str, Any]:
    fields = anna.offer("HB-RED", **changes)
    return {name: value for name, value in fields.items() if name not in ("sku", "marketplaceId", "format")}


OFFER_GAPS: list[tuple[dict[str, Any], int]] = [
    ({"categoryId": None}, 25005),
    ({"categoryId": "4250"}, 25005),
    ({"listingDuration": None}, 25006),
    ({"merchantLocationKey": None}, 25012),
    ({"merchantLocationKey": "elsewhere"}, 25012),
    ({"pricingSummary": None}, 25003),
    ({"listingPolicies": {}}, 25007),
    ({"listingPolicies": {"fulfillmentPolicyId": "1", "paymentPolicyId": "2", "returnPolicyId": "3"}}, 25007),
]


@pytest.mark.parametrize(("change", "error_id"), OFFER_GAPS)
def test_an_incomplete_offer_is_staged_but_not_published(
    anna: EbaySeller, change: dict[str, Any], error_id: int
) -> None:
    offer_id = anna.staged("HB-RED", **change)
    answer = anna.call("POST", f"/offer/{offer_id}/publish", {})
    assert (answer.status_code, error_ids(answer)) == (400, [error_id])
    assert anna.shown(offer_id)["status"] == "UNPUBLISHED"


def test_a_condition_that_ebay_does_not_know_cannot_be_read(anna: EbaySeller) -> None:
    answer = anna.put_item("HB-RED", condition="BRAND_NEW")
    assert (answer.status_code, error_ids(answer)) == (400, [2004])
    assert answer.json()["errors"][0]["parameters"][0]["value"] == "Could not serialize field [condition]"


def test_content_in_another_language_than_the_sites_is_not_published(simulator: EbaySimulator) -> None:
    emil = EbaySeller(simulator, "emil", spec=None, marketplaces=["EBAY_DE"])
    offer_id = emil.staged(
        "HB-RED", marketplaceId="EBAY_DE", pricingSummary={"price": {"value": "19.99", "currency": "EUR"}}
    )
    answer = emil.call("POST", f"/offer/{offer_id}/publish", {})
    assert (answer.status_code, error_ids(answer)) == (400, [25604])
    emil.call("PUT", "/inventory_item/HB-RED", emil.item(), headers={"Content-Language": "de-DE"})
    assert emil.call("POST", f"/offer/{offer_id}/publish", {}).status_code == 200


def test_a_live_offer_must_stay_complete_when_it_is_replaced(anna: EbaySeller) -> None:
    offer_id, _ = anna.on_sale("HB-RED")
    answer = anna.call("PUT", f"/offer/{offer_id}", {"availableQuantity": 3})
    assert answer.status_code == 400
    row = anna.on_show("HB-RED")
    assert row is not None
    assert (row["quantity"], row["price"]) == (7, "19.99")


def test_price_and_quantity_of_an_unpublished_offer_are_refused_and_the_item_keeps_its_stock(anna: EbaySeller) -> None:
    offer_id = anna.staged("HB-RED")
    answer = anna.revise("HB-RED", offer_id, 3)
    assert (answer.status_code, error_ids(answer)) == (400, [25002])
    assert anna.state()["items"]["HB-RED"]["quantity"] == 7


def test_one_bad_offer_takes_its_whole_request_with_it(anna: EbaySeller) -> None:
    offer_id, _ = anna.on_sale("HB-RED")
    body = {
        "requests": [
            {
                "sku": "HB-RED",
                "shipToLocationAvailability": {"quantity": 1},
                "offers": [{"offerId": offer_id, "availableQuantity": 1}, {"offerId": "1", "availableQuantity": 1}],
            }
        ]
    }
    answer = anna.call("POST", "/bulk_update_price_quantity", body)
    assert answer.status_code == 400
    assert [row["statusCode"] for row in answer.json()["responses"]] == [404, 404, 404]
    assert "errors" not in answer.json()["responses"][0]
    row = anna.on_show("HB-RED")
    assert row is not None
    assert row["quantity"] == 7


def test_the_same_offer_twice_in_one_call_is_refused(anna: EbaySeller) -> None:
    offer_id, _ = anna.on_sale("HB-RED")
    entry = {"offerId": offer_id, "availableQuantity": 2}
    answer = anna.call("POST", "/bulk_update_price_quantity", {"requests": [{"offers": [entry, entry]}]})
    assert (answer.status_code, error_ids(answer)[0]) == (400, 25002)
    row = anna.on_show("HB-RED")
    assert row is not None
    assert row["quantity"] == 7


def test_two_skus_in_one_price_and_quantity_call_are_refused(anna: EbaySeller) -> None:
    anna.put_item("A")
    anna.put_item("B")
    rows = [{"sku": sku, "shipToLocationAvailability": {"quantity": 1}} for sku in ("A", "B")]
    answer = anna.call("POST", "/bulk_update_price_quantity", {"requests": rows})
    assert (answer.status_code, error_ids(answer)) == (400, [25709])
    assert [item["quantity"] for item in anna.state()["items"].values()] == [7, 7]


def test_offers_that_are_published_together_are_each_answered_alone(anna: EbaySeller) -> None:
    offer_id, listing_id = anna.on_sale("A")
    incomplete = {name: value for name, value in anna.item().items() if name != "condition"}
    good, bad = anna.staged("B"), anna.staged("C", item=incomplete)
    rows = [{"offerId": one} for one in (offer_id, good, bad, "404")]
    answer = anna.call("POST", "/bulk_publish_offer", {"requests": rows})
    told = {row["offerId"]: row for row in answer.json()["responses"]}
    assert (answer.status_code, {id: row["statusCode"] for id, row in told.items()}) == (
        207,
        {offer_id: 200, good: 200, bad: 400, "404": 404},
    )
    assert told[offer_id]["listingId"] == listing_id  # published already: it keeps its listing
    assert (anna.on_show("B") is not None, anna.on_show("C")) == (True, None)


def test_an_offer_is_not_published_twice_in_one_call(anna: EbaySeller) -> None:
    offer = anna.staged("A")
    answer = anna.call("POST", "/bulk_publish_offer", {"requests": [{"offerId": offer}] * 2})
    assert (answer.status_code, error_ids(answer)) == (400, [25731])
    assert anna.on_show("A") is None


def test_twenty_six_entries_are_too_many_for_every_bulk_call(anna: EbaySeller) -> None:
    offer_id, _ = anna.on_sale("HB-RED")
    items = [{"sku": f"S{n}", "locale": "en_US", **anna.item()} for n in range(26)]
    assert error_ids(anna.call("POST", "/bulk_create_or_replace_inventory_item", {"requests": items})) == [25727]
    names = [{"sku": f"S{n}"} for n in range(26)]
    assert error_ids(anna.call("POST", "/bulk_get_inventory_item", {"requests": names})) == [25727]
    offers = [anna.offer(f"S{n}") for n in range(26)]
    assert error_ids(anna.call("POST", "/bulk_create_offer", {"requests": offers})) == [25730]
    ids = [{"offerId": str(n)} for n in range(26)]
    assert error_ids(anna.call("POST", "/bulk_publish_offer", {"requests": ids})) == [25730]
    entries = [{"offerId": offer_id, "availableQuantity": 1}] * 26
    answer = anna.call("POST", "/bulk_update_price_quantity", {"requests": [{"sku": "HB-RED", "offers": entries}]})
    assert error_ids(answer) == [25709]
    assert list(anna.state()["items"]) == ["HB-RED"]


def test_a_bulk_write_tells_good_and_bad_entries_apart(anna: EbaySeller) -> None:
    rows = [{"sku": "GOOD", "locale": "en_US", **anna.item()}, {"sku": "X" * 51, "locale": "en_US", **anna.item()}]
    answer = anna.call("POST", "/bulk_create_or_replace_inventory_item", {"requests": rows})
    assert answer.status_code == 207
    assert [row["statusCode"] for row in answer.json()["responses"]] == [201, 400]
    assert error_ids(answer) == [25707]
    assert list(anna.state()["items"]) == ["GOOD"]


def test_a_blocked_seller_publishes_nothing_while_his_live_listings_stay(anna: EbaySeller) -> None:
    anna.on_sale("LIVE")
    offer_id = anna.staged("HB-RED")
    anna.simulator.deeds.block("anna")
    answer = anna.call("POST", f"/offer/{offer_id}/publish", {})
    assert (answer.status_code, error_ids(answer)) == (400, [25018])
    assert anna.on_show("HB-RED") is None
    assert anna.on_show("LIVE") is not None


def test_a_listing_on_hold_takes_no_revision(anna: EbaySeller) -> None:
    offer_id, listing_id = anna.on_sale("HB-RED")
    anna.simulator.deeds.hold_listing(listing_id)
    answer = anna.put_item("HB-RED", quantity=2)
    assert (answer.status_code, error_ids(answer)) == (400, [25097])
    assert anna.shown(offer_id)["listing"]["listingOnHold"] is True
    assert anna.state()["items"]["HB-RED"]["quantity"] == 7


def test_the_selling_limit_stops_a_publish_and_a_raise(simulator: EbaySimulator) -> None:
    dora = EbaySeller(simulator, "dora", spec=EbaySpec.load() if specs_root() else None, selling_limit={"quantity": 10})
    first, _ = dora.on_sale("A")
    second = dora.staged("B")
    answer = dora.call("POST", f"/offer/{second}/publish", {})
    assert (answer.status_code, error_ids(answer)) == (400, [25026])
    assert dora.on_show("B") is None
    refused = dora.put_item("A", quantity=50)
    assert refused.status_code == 204  # the offer's own 7 still bounds what is on sale
    answer = dora.call("PUT", f"/offer/{first}", _offer_fields(dora, availableQuantity=11))
    assert (answer.status_code, error_ids(answer)) == (400, [25026])
    row = dora.on_show("A")
    assert row is not None
    assert row["quantity"] == 7


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("Application/JSON", 204),
        ("application/json;charset=utf-8", 204),
        ("application/jsonx", 400),
        ("text/plain", 400),
    ],
)
def test_a_body_is_read_by_its_media_type_in_any_case_and_by_no_other(anna: EbaySeller, kind: str, status: int) -> None:
    headers = {**anna.headers, "Content-Type": kind}
    item = json.dumps(anna.item()).encode()
    answer = anna.session.put(f"{INVENTORY}/inventory_item/HB-RED", data=item, headers=headers)
    assert (answer.status_code, list(anna.state()["items"])) == (status, ["HB-RED"] if status == 204 else [])


@pytest.mark.parametrize("body", [rb'{"requests":[{"sku":"\ud800"}]}', b"[" * 100_000, b'{"requests":NaN}'])
def test_a_body_that_no_answer_could_repeat_is_refused_as_none(anna: EbaySeller, body: bytes) -> None:
    headers = {**anna.headers, "Content-Type": "application/json"}
    answer = anna.session.post(f"{INVENTORY}/bulk_get_inventory_item", data=body, headers=headers)
    assert (answer.status_code, error_ids(answer)) == (400, [2004])
    assert anna.simulator.world.journal.since(0)[-1].error_ids == [2004]


@pytest.mark.parametrize("given", ["Basic \xff", "Basic /w==", "Basic", "Bearer x"])
def test_credentials_that_are_no_text_are_those_of_nobody(anna: EbaySeller, given: str) -> None:
    address = "https://api.ebay.com/identity/v1/oauth2/token"
    answer = anna.session.post(address, data={"grant_type": "x"}, headers={"Authorization": given.encode("latin-1")})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")

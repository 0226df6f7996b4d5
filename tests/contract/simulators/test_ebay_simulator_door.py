"""The door for deeds, and the pages for people."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from simulators.ebay import DeedRefused
from tests.contract.simulators.ebay_seller import API, EbaySeller, error_ids, virtual_simulator


@pytest.fixture
def anna() -> EbaySeller:
    return EbaySeller(virtual_simulator()[0], spec=None)


def deed(anna: EbaySeller, name: str, **arguments: Any) -> requests.Response:
    return anna.session.post(f"{API}/_sim/deeds", json={"deed": name, **arguments})


def test_a_deed_over_the_door_does_what_it_does_in_python(anna: EbaySeller) -> None:
    _, listing_id = anna.on_sale("HB-RED")
    answer = deed(anna, "buy", sku="HB-RED", marketplace="EBAY_US", quantity=3)
    assert (answer.status_code, answer.json()["left"], answer.json()["listingId"]) == (200, 4, listing_id)
    row = anna.on_show("HB-RED")
    assert row is not None
    assert (row["quantity"], row["sold"]) == (4, 3)


def test_a_deed_may_be_put_off_over_the_door(anna: EbaySeller) -> None:
    body = {"deed": "later", "seconds": 0, "act": "change_quantity", "arguments": {"sku": "RED", "quantity": 2}}
    answer = anna.session.post(f"{API}/_sim/deeds", json=body)
    assert (answer.status_code, answer.json()) == (200, {"deed": "change_quantity", "seconds": 0})


def test_nobody_buys_more_than_is_on_sale(anna: EbaySeller) -> None:
    anna.on_sale("HB-RED")
    answer = deed(anna, "buy", sku="HB-RED", quantity=8)
    assert answer.status_code == 400
    assert "HB-RED has 7 on sale" in answer.json()["error"]
    assert anna.state()["orders"] == []
    with pytest.raises(DeedRefused):
        anna.simulator.deeds.buy("NOTHING")


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"deed": "nonsense"}, 404, "no deed 'nonsense'"),
        ({"deed": "_seller"}, 404, "no deed '_seller'"),
        ({"deed": "buy"}, 400, "buy: missing a required argument: 'sku'"),
        ({"deed": "end_listing", "wrong": 1}, 400, "end_listing: "),
        ([1], 400, "the body must be a JSON object"),
    ],
)
def test_a_deed_that_does_not_exist_or_lacks_its_arguments_is_refused(
    anna: EbaySeller, body: Any, status: int, reason: str
) -> None:
    answer = anna.session.post(f"{API}/_sim/deeds", json=body)
    assert (answer.status_code, answer.json()["error"][: len(reason)]) == (status, reason)


def test_a_listing_ended_on_the_site_leaves_an_unpublished_offer(anna: EbaySeller) -> None:
    offer_id, listing_id = anna.on_sale("HB-RED")
    assert deed(anna, "end_listing", listing_id=listing_id, by="ebay").status_code == 200
    assert anna.shown(offer_id)["status"] == "UNPUBLISHED"
    listings = anna.session.get(f"{API}/_sim/listings").json()["listings"]
    assert [(row["status"], row["endReason"]) for row in listings] == [("ENDED", "ebay")]
    refused = anna.revise("HB-RED", offer_id, 3)
    assert (refused.status_code, error_ids(refused)) == (400, [25002])


def test_a_foreign_edit_changes_what_is_shown_without_a_call(anna: EbaySeller) -> None:
    offer_id, _ = anna.on_sale("HB-RED")
    deed(anna, "change_quantity", sku="HB-RED", quantity=40)
    deed(anna, "change_price", sku="HB-RED", price="1.00")
    shown = anna.shown(offer_id)
    assert (shown["availableQuantity"], shown["pricingSummary"]["price"]["value"]) == (40, "1.00")


def test_a_thousand_seeded_listings_are_as_live_as_published_ones(anna: EbaySeller) -> None:
    skus = [f"S{number:04d}" for number in range(1000)]
    made = deed(anna, "seed_listings", seller="anna", skus=skus, quantity=5, price="10.00").json()["listings"]
    offer_id = made["S0999"]["offerId"]
    assert anna.shown(offer_id)["listing"]["listingId"] == made["S0999"]["listingId"]
    assert anna.revise("S0999", offer_id, 2, "11.00").status_code == 200
    row = anna.on_show("S0999")
    assert row is not None
    assert (row["quantity"], row["price"]) == (2, "11.00")
    assert anna.call("POST", f"/offer/{offer_id}/withdraw", {}).status_code == 200
    assert anna.call("POST", f"/offer/{offer_id}/publish", {}).status_code == 200  # complete, so it can be relisted
    again = deed(anna, "seed_listings", seller="anna", skus=["S0001", "NEW"])
    assert again.status_code == 400
    assert "NEW" not in anna.state()["items"]


def test_expired_tokens_are_refused_and_a_refresh_mends_it(anna: EbaySeller) -> None:
    assert deed(anna, "expire_tokens", seller="anna").json() == {"expired": 1}
    assert anna.put_item("HB").status_code == 401
    anna.sign_in()
    assert anna.put_item("HB").status_code == 204


def test_a_seller_without_a_name_is_refused_for_tokens_of_nobody_are_the_applications(anna: EbaySeller) -> None:
    refused = deed(anna, "add_seller", username="", refresh_token="r1")
    assert (refused.status_code, refused.json()) == (400, {"error": "a seller has a name"})
    assert list(anna.session.get(f"{API}/_sim/state").json()["sellers"]) == ["anna"]


def test_the_journal_tells_what_every_call_carried(anna: EbaySeller) -> None:
    offer_id, _ = anna.on_sale("HB-RED")
    anna.revise("HB-RED", offer_id, 3, "24.50")
    calls = anna.session.get(f"{API}/_sim/calls", params={"seller": "anna", "sku": "HB-RED"}).json()["calls"]
    assert [call["operation"] for call in calls] == [
        "createOrReplaceInventoryItem",
        "createOffer",
        "bulkUpdatePriceQuantity",
    ]
    assert calls[-1]["sent"] == [
        {"sku": "HB-RED", "quantity": 3},
        {"sku": "HB-RED", "offerId": offer_id, "quantity": 3, "price": "24.50", "currency": "USD"},
    ]
    assert (calls[-1]["status"], calls[-1]["seller"], calls[-1]["at"]) == (200, "anna", "2026-11-01T12:00:00+00:00")


def test_faults_come_and_go_over_the_door(anna: EbaySeller) -> None:
    fault = {"operation": "createOrReplaceInventoryItem", "kind": "status", "status": 500, "times": 2}
    assert anna.session.post(f"{API}/_sim/faults", json=fault).json() == {"waiting": 2}
    assert anna.put_item("HB").status_code == 500
    assert anna.session.delete(f"{API}/_sim/faults").status_code == 204
    assert anna.put_item("HB").status_code == 204
    wrong = anna.session.post(f"{API}/_sim/faults", json={"operation": "x", "kind": "status", "until": 1})
    assert wrong.status_code == 400


def test_a_person_reads_title_price_and_quantity_of_each_variation(anna: EbaySeller) -> None:
    _, listing_id = anna.on_sale("HB-RED", item=anna.item(title="Headband <b> & co"))
    page = anna.session.get(f"{API}/itm/{listing_id}")
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    listings = anna.session.get(f"{API}/_sim/listings").json()["listings"]
    assert listings[0]["url"] == f"{API}/itm/{listing_id}"
    assert "Headband &lt;b&gt; &amp; co" in page.text
    assert "<td>HB-RED</td><td>Brand: Unbranded, Color: Red</td>" in page.text
    assert '<td class="number">19.99</td><td>USD</td><td class="number">7</td>' in page.text
    front = anna.session.get(f"{API}/").text
    assert f'<a href="/itm/{listing_id}">' in front
    assert anna.session.get(f"{API}/itm/1").status_code == 404


def test_consent_asks_who_is_selling_when_there_are_several() -> None:
    simulator, _ = virtual_simulator(ru_names={"Name": "https://here.example/back"})
    anna = EbaySeller(simulator, spec=None)
    EbaySeller(simulator, "berta", spec=None)
    query = {
        "client_id": "sim-client",
        "redirect_uri": "Name",
        "response_type": "code",
        "state": "7",
        "scope": "https://api.ebay.com/oauth/api_scope/sell.inventory",
    }
    url = "https://auth.ebay.com/oauth2/authorize"
    page = anna.session.get(url, params=query)
    assert page.status_code == 200
    assert "seller=berta" in page.text
    back = anna.session.get(url, params={**query, "seller": "berta"}, allow_redirects=False)
    assert back.headers["Location"].startswith("https://here.example/back?code=")
    declined = anna.session.get(url, params={**query, "decline": "1"}, allow_redirects=False)
    assert declined.headers["Location"] == "https://here.example/back?error=access_denied&state=7"
    stranger = anna.session.get(url, params={**query, "redirect_uri": "Other"}, allow_redirects=False)
    assert stranger.status_code == 400

"""Every operation that the simulated Etsy serves is one of Etsy's, and its request and answer keep Etsy's document."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulators.etsy.app import OPERATIONS, TOKEN
from simulators.etsy.world import epoch
from tests.contract.etsy_documents import EtsyDocuments
from tests.contract.official_documents import ContractBroken
from tests.contract.simulators.etsy_seller import API, SIZE, EtsySeller

pytestmark = pytest.mark.specs
ASKED_FOR = {"converted_price", "buyer_price"}
"""Told only to who asks for it by a parameter of its own, which the simulator has not."""


@pytest.fixture
def documents() -> EtsyDocuments:
    return EtsyDocuments.load()


class Checked:
    """A seller whose every exchange is held against the document."""

    def __init__(self, documents: EtsyDocuments) -> None:
        self.seen: dict[str, list[requests.Response]] = {}
        self.etsy = EtsySeller()
        self.etsy.session.hooks["response"].append(self._check)
        self._documents = documents

    def _check(self, response: requests.Response, **_: Any) -> None:
        operation = self._documents.check(response.request, response)
        self.seen.setdefault(operation, []).append(response)


@pytest.fixture
def checked(documents: EtsyDocuments) -> Checked:
    return Checked(documents)


def test_every_served_operation_with_its_method_path_and_scopes_stands_in_the_document(
    documents: EtsyDocuments,
) -> None:
    for operation in OPERATIONS:
        found = documents.find(operation.method, operation.path.replace("{", "1").replace("}", ""))
        assert (found.id, found.scopes) == (operation.id, operation.scopes)


def a_shop_is_looked_at(etsy: EtsySeller) -> None:
    etsy.renewed()
    etsy.call("POST", "scopes", data={"token": etsy.token})
    etsy.get("openapi-ping")
    etsy.get("users/me")
    etsy.get(f"users/{etsy.told['userId']}/shops")
    etsy.get(etsy.shop)
    for what in (
        "shipping-profiles",
        "readiness-state-definitions",
        "policies/return",
        "sections",
        "production-partners",
    ):
        etsy.get(f"{etsy.shop}/{what}")
    etsy.get(f"{etsy.shop}/shipping-profiles/{etsy.told['shippingProfileId']}")
    etsy.get("shipping-carriers", origin_country_iso="US")
    etsy.get("seller-taxonomy/nodes")
    etsy.get("seller-taxonomy/nodes/1440/properties")
    definition = {"readiness_state": "made_to_order", "min_processing_time": "2", "max_processing_time": "4"}
    for status in (201, 409):
        answer = etsy.call("POST", f"{etsy.shop}/readiness-state-definitions", data=definition)
        assert answer.status_code == status
    assert etsy.call("GET", answer.headers["Content-Location"].removeprefix("/v3/application/")).status_code == 200


def a_listing_lives(etsy: EtsySeller) -> None:
    listing = etsy.live_jumper(S=3, M=4)
    path = f"{etsy.shop}/listings/{listing}"
    picture = etsy.upload(listing, rank=2, alt_text="back", overwrite="false").json()["listing_image_id"]
    etsy.get(f"listings/{listing}", includes="Images,Shop,Personalization")
    etsy.get(f"listings/{listing}/inventory", includes="Listing", show_deleted="true")
    etsy.get("listings/batch/inventory", listing_ids=str(listing))
    etsy.get("listings/batch", listing_ids=str(listing))
    etsy.get("listings/batch/shipping", listing_ids=str(listing))
    etsy.get(f"{etsy.shop}/listings", state="active", limit=100, offset=0, includes="Inventory,Images,Shipping")
    etsy.get(f"listings/{listing}/images")
    etsy.get(f"listings/{listing}/images/{picture}")
    value_id = etsy.get(f"listings/{listing}/inventory")["products"][0]["property_values"][0]["value_ids"][0]
    rows = [{"property_id": SIZE, "value_id": value_id, "image_id": picture}]
    etsy.call("POST", f"{path}/variation-images", json={"variation_images": rows})
    etsy.get(f"{path}/variation-images")
    etsy.call("PUT", f"{path}/properties/148789511893", data={"value_ids": "4004", "values": "Wool"})
    etsy.get(f"{path}/properties")
    etsy.call("DELETE", f"{path}/properties/148789511893")
    question = {"question_text": "Name?", "question_type": "text_input", "required": False}
    many = {"supports_multiple_personalization_questions": "true"}
    etsy.call("POST", f"{path}/personalization", json={"personalization_questions": [question]}, params=many)
    etsy.get(f"listings/{listing}/personalization")
    etsy.call("DELETE", f"{path}/personalization")
    etsy.patch(listing, tags="wool,warm", state="inactive", item_weight="300", item_weight_unit="g")
    etsy.call("DELETE", f"{path}/images/{picture}")
    etsy.call("DELETE", f"listings/{listing}")


def an_order_comes_and_goes(etsy: EtsySeller) -> None:
    etsy.live_jumper(S=3, M=4)
    lines = [{"sku": "JUMPER-S", "personal": {"Name": "Ada"}}]
    order = etsy.deeds.checkout(lines, gift_message="hi", message="soon", tax="1.00", vat="0.50")["receiptId"]
    path = f"{etsy.shop}/receipts/{order}"
    body = {"tracking_code": "1Z", "carrier_name": "UPS", "note_to_buyer": "Thanks", "send_bcc": False}
    etsy.call("POST", f"{path}/tracking", json=body)
    etsy.deeds.refund_order(order, part="1.00")
    etsy.call("PUT", path, data={"was_shipped": "true"})
    since = epoch(etsy.clock.now()) - 3600
    query = {"min_last_modified": since, "sort_on": "updated", "sort_order": "asc", "was_canceled": "false"}
    assert etsy.get(f"{etsy.shop}/receipts", limit=100, offset=0, **query)["count"] == 1
    etsy.get(path)
    etsy.get(f"{path}/transactions")
    [payment] = etsy.get(f"{path}/payments")["results"]
    etsy.get(f"{etsy.shop}/payments", payment_ids=payment["payment_id"])
    [line] = etsy.get(f"{etsy.shop}/transactions")["results"]
    etsy.get(f"{etsy.shop}/transactions/{line['transaction_id']}")
    etsy.get(f"{etsy.shop}/listings/{line['listing_id']}/transactions")
    etsy.get(f"{etsy.shop}/payment-account/ledger-entries", min_created=since, max_created=since + 7200)


def test_every_operation_is_played_and_keeps_the_document(checked: Checked) -> None:
    for play in (a_shop_is_looked_at, a_listing_lives, an_order_comes_and_goes):
        play(checked.etsy)
    assert set(checked.seen) == {operation.id for operation in OPERATIONS} | {TOKEN, "tokenScopes"}


def test_answers_hold_every_field_of_their_schema(checked: Checked, documents: EtsyDocuments) -> None:
    for play in (a_shop_is_looked_at, a_listing_lives, an_order_comes_and_goes):
        play(checked.etsy)
    names = {
        operation.id: operation for operation in OPERATIONS if operation.method == "GET" and operation.id != "ping"
    }
    lacking = {
        name: missing
        for name, operation in names.items()
        if (
            missing := documents.lacking(checked.seen[name][-1], operation.path.replace("{", "1").replace("}", ""))
            - ASKED_FOR
        )
    }
    assert lacking == {}


REFUSED: dict[str, Callable[[EtsySeller], Any]] = {
    "no key": lambda etsy: etsy.call("GET", "users/me", headers={"x-api-key": "half"}),
    "a parameter that there is not": lambda etsy: etsy.call("GET", "users/me", params={"fields": "all"}),
    "a limit above the most": lambda etsy: etsy.call("GET", f"{etsy.shop}/listings", params={"limit": "101"}),
    "a form of JSON": lambda etsy: etsy.call("POST", f"{etsy.shop}/listings", json=etsy.form()),
    "a field that there is not": lambda etsy: etsy.create(brand="Handmade"),
    "a field that has ended": lambda etsy: etsy.create(is_personalizable="true"),
    "a field that is missing": lambda etsy: etsy.create(who_made=None),
    "a word that is none of an enum": lambda etsy: etsy.create(who_made="me"),
    "price in a change": lambda etsy: etsy.patch(etsy.draft(), price="5"),
    "an id of a read": lambda etsy: etsy.put(etsy.draft(), {"products": [{**etsy.product(), "product_id": 5}]}),
    "an offering without its profile": lambda etsy: etsy.put(
        etsy.draft(), {"products": [{"offerings": [{"price": 5, "quantity": 1, "is_enabled": True}]}]}
    ),
    "an operation that there is not": lambda etsy: etsy.call("POST", "listings/batch/inventory", json={}),
    "a token without the verifier": lambda etsy: etsy.ask_token(grant_type="authorization_code", code="x"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_request_that_is_none_of_etsy_s_breaks_the_contract(checked: Checked, what: str) -> None:
    with pytest.raises(ContractBroken):
        REFUSED[what](checked.etsy)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (204, b""),
        (200, json.dumps({"user_id": "text", "shop_id": 5}).encode()),
        (200, json.dumps({"user_id": 5, "shop_id": 5, "name": "x"}).encode()),
        (400, json.dumps({"message": "no"}).encode()),
        (400, json.dumps([{"path": "a"}]).encode()),
        (418, b"{}"),
    ],
)
def test_an_answer_that_is_none_of_etsy_s_breaks_the_contract(
    documents: EtsyDocuments, status: int, body: bytes
) -> None:
    headers = {"x-api-key": "a:b", "Authorization": "Bearer 5.x"}
    request = requests.Request("GET", f"{API}/v3/application/users/me", headers=headers).prepare()
    response = requests.Response()
    response.status_code, response._content = status, body
    with pytest.raises(ContractBroken):
        documents.check(request, response)

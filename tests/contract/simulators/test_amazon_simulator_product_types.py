"""Product types at the simulated Amazon: search, schemas of three sizes, their versions and their meta-schema."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import jsonschema_rs
import pytest

from simulators.amazon import AmazonSimulator
from simulators.amazon.offers.meta_schema import META_SCHEMA
from simulators.clock import VirtualClock
from tests.contract.simulators.amazon_goods import candle, child, parent, put
from tests.contract.simulators.amazon_seller import DE, UK, US, AmazonSeller

BASE = "/definitions/2020-09-01/productTypes"
TYPES = ("CANDLE", "SWEATER", "KITCHEN_KNIFE")
WORDS = ("selectors", "minUniqueItems", "maxUniqueItems")


@pytest.fixture
def anna() -> AmazonSeller:
    return AmazonSeller(AmazonSimulator(clock=VirtualClock()), sites=[US])


def definition(anna: AmazonSeller, kind: str, **query: str) -> dict[str, Any]:
    answer = anna.call("GET", f"{BASE}/{kind}", **{"marketplaceIds": US, **query})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def document(anna: AmazonSeller, link: dict[str, Any]) -> bytes:
    answer = anna.session.get(link["link"]["resource"])
    assert answer.status_code == 200
    assert base64.b64encode(hashlib.md5(answer.content, usedforsecurity=False).digest()).decode() == link["checksum"]
    return answer.content


def schema(anna: AmazonSeller, kind: str, **query: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(document(anna, definition(anna, kind, **query)["schema"]))
    return told


def plain(told: dict[str, Any]) -> jsonschema_rs.Validator:
    """A validator that knows no word of Amazon's."""
    return jsonschema_rs.Draft201909Validator({key: told[key] for key in told if key not in ("$schema", "$id")})


def names(anna: AmazonSeller, **query: str) -> list[str]:
    told = anna.call("GET", BASE, marketplaceIds=US, **query).json()
    return [row["name"] for row in told["productTypes"]]


def test_types_are_found_by_keyword_and_by_the_name_of_an_item(anna: AmazonSeller) -> None:
    assert names(anna) == list(TYPES)
    assert names(anna, keywords="jumper,wax") == ["CANDLE", "SWEATER"]
    assert names(anna, itemName="Santoku knife with a wooden handle") == ["KITCHEN_KNIFE"]
    assert names(anna, keywords="lantern") == []
    assert anna.call("GET", BASE, marketplaceIds=US, keywords="a", itemName="b").status_code == 400


@pytest.mark.parametrize("kind", TYPES)
def test_each_schema_is_json_schema_with_amazons_words(anna: AmazonSeller, kind: str) -> None:
    told = schema(anna, kind)
    plain(told)
    jsonschema_rs.Draft201909Validator(META_SCHEMA)
    assert told["$schema"] == META_SCHEMA["$id"]
    assert all(word in attribute for attribute in told["properties"].values() for word in WORDS)
    assert told["allOf"]
    assert told["$defs"]["marketplace_id"]["enum"] == [US]
    assert any("unit" in one["items"]["properties"] for one in told["properties"].values())
    words = {"selectors", "minUniqueItems", "maxUniqueItems", "maxUtf8ByteLength", "enumNames", "editable", "hidden"}
    assert words <= set(META_SCHEMA["properties"])


def test_the_largest_schema_does_not_fit_into_a_dynamodb_row(anna: AmazonSeller) -> None:
    sizes = {kind: len(document(anna, definition(anna, kind)["schema"])) for kind in TYPES}
    assert sizes["KITCHEN_KNIFE"] > 400 * 1024
    assert max(sizes["CANDLE"], sizes["SWEATER"]) < 100 * 1024


def test_a_schema_accepts_what_is_accepted_and_refuses_what_is_refused(anna: AmazonSeller) -> None:
    candles, sweaters = plain(schema(anna, "CANDLE")), plain(schema(anna, "SWEATER"))
    assert candles.is_valid(candle())
    assert not candles.is_valid(candle(brand=None))
    assert not candles.is_valid(candle(has_holder=[{"value": True}]))
    assert not candles.is_valid(candle(supplier_declared_has_product_identifier_exemption=None))
    assert sweaters.is_valid(child("S"))
    assert sweaters.is_valid(parent())
    assert not sweaters.is_valid(child("S", size=None))
    assert not sweaters.is_valid(child("S", variation_theme=None))


def test_a_parentage_simplifies_the_schema(anna: AmazonSeller) -> None:
    alone = schema(anna, "SWEATER", parentageLevel="NONE")
    assert "variation_theme" not in alone["properties"]
    one = schema(anna, "SWEATER", parentageLevel="CHILD")
    assert {"child_parent_sku_relationship", "variation_theme", "condition_type"} <= set(one["required"])
    head = schema(anna, "SWEATER", parentageLevel="PARENT", requirements="LISTING_PRODUCT_ONLY")
    assert "purchasable_offer" not in head["properties"]
    assert plain(head).is_valid(parent())
    assert plain(one).is_valid(child("S"))


def test_requirements_narrow_the_schema_and_may_be_left_unenforced(anna: AmazonSeller) -> None:
    offer = schema(anna, "CANDLE", requirements="LISTING_OFFER_ONLY")
    asked = {"merchant_suggested_asin", "condition_type", "purchasable_offer", "fulfillment_availability"}
    assert set(offer["properties"]) == set(offer["required"]) == asked
    assert schema(anna, "CANDLE", requirementsEnforced="NOT_ENFORCED")["required"] == []


def test_a_new_version_asks_for_more_and_the_old_one_is_gone(anna: AmazonSeller) -> None:
    before = definition(anna, "CANDLE")["productTypeVersion"]["version"]
    assert definition(anna, "CANDLE", productTypeVersion=before)["productTypeVersion"]["latest"] is True
    anna.simulator.deeds.revise_product_type("CANDLE", ["scent"])
    after = definition(anna, "CANDLE")["productTypeVersion"]["version"]
    assert after != before
    assert "scent" in schema(anna, "CANDLE")["required"]
    assert anna.call("GET", f"{BASE}/CANDLE", marketplaceIds=US, productTypeVersion=before).status_code == 404
    assert put(anna)["issues"][0]["attributeNames"] == ["scent"]


def test_the_groups_of_a_form_hold_every_attribute_once(anna: AmazonSeller) -> None:
    told = definition(anna, "SWEATER")
    grouped = [name for group in told["propertyGroups"].values() for name in group["propertyNames"]]
    assert sorted(grouped) == sorted(schema(anna, "SWEATER")["properties"])


@pytest.mark.parametrize(
    ("kind", "query", "refusal"),
    [
        ("LANTERN", {}, 404),
        ("CANDLE", {"requirements": "ALL"}, 400),
        ("CANDLE", {"parentageLevel": "TWIN"}, 400),
        ("CANDLE", {"locale": "xx"}, 400),
        ("CANDLE", {"marketplaceIds": f"{US},{DE}"}, 400),
        ("CANDLE", {"marketplaceIds": UK}, 403),
        ("CANDLE", {"sellerId": "ASTRANGER"}, 403),
    ],
)
def test_a_definition_that_there_is_not_is_refused(
    anna: AmazonSeller, kind: str, query: dict[str, str], refusal: int
) -> None:
    answer = anna.call("GET", f"{BASE}/{kind}", check=False, **{"marketplaceIds": US, **query})
    assert answer.status_code == refusal

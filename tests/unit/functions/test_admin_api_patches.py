"""Every PATCH is a merge patch (RFC 7396): it changes what it names, or nothing at all."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from listbridge.admin import openapi, patches
from listbridge.domain import configuration
from tests.unit.domain.test_merge_patch import _rfc
from tests.unit.functions.installation import Answer
from tests.unit.functions.seller import Seller

PATHS = sorted(path for path, routes in openapi.openapi()["paths"].items() if "patch" in routes)
MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}
RULES = {"quantity": {"mode": "buffer", "value": 2}, "price": {"ratio": "1.10"}}


@pytest.fixture
def documents(seller: Seller) -> dict[str, tuple[Seller, str]]:
    """A document for each PATCH route: its address by the route's path."""
    profile = seller.its.post("/profiles", {"name": "Mine", "rules": RULES})["id"]
    creation = seller.its.get("/creation-profiles")["creation_profiles"][0]["id"]
    shop = seller.its.get("/shops")["shops"][0]["id"]
    ids = {"shop_id": shop, "account_id": seller.account, "list_id": seller.list}
    return {
        path: (seller, path.removeprefix("/v1").format(profile_id=creation if "creation" in path else profile, **ids))
        for path in PATHS
    }


def _document(seller: Seller, address: str) -> dict[str, Any]:
    """As it is stored: an account's view shows besides how its orders are asked for."""
    return {name: value for name, value in seller.its.get(address).items() if name != "orders"}


def _refused(documents: dict[str, tuple[Seller, str]], path: str, raw: str) -> Answer:
    seller, address = documents[path]
    before, jobs = _document(seller, address), seller.its.get("/jobs")
    answer = seller.its.call("PATCH", f"/v1{address}", raw=raw)
    seller.its.run()
    assert answer.status == 422, (path, raw, answer.text)
    assert (_document(seller, address), seller.its.get("/jobs")) == (before, jobs)
    return answer


def test_the_description_has_these_patch_routes_and_both_content_types() -> None:
    assert len(PATHS) == 5
    for path in PATHS:
        content = openapi.openapi()["paths"][path]["patch"]["requestBody"]["content"]
        assert sorted(content) == ["application/json", "application/merge-patch+json"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("raw", ["null", "[]", '[{"name": "X"}]', '"name"', "7", "true", ""])
def test_what_is_no_object_is_refused(documents: dict[str, tuple[Seller, str]], path: str, raw: str) -> None:
    fields = [one["field"] for one in _refused(documents, path, raw).body["fields"]]
    assert fields == ["body"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("value", [None, 1, {"a": None}])
def test_an_unknown_name_is_refused_even_as_null_and_what_stands_beside_it_is_not_applied(
    documents: dict[str, tuple[Seller, str]], path: str, value: Any
) -> None:
    answer = _refused(documents, path, json.dumps({"name": "Other", "colour": value}))
    assert [one["field"] for one in answer.body["fields"]] == ["colour"]


@pytest.mark.parametrize("path", PATHS)
def test_null_for_a_required_field_is_refused(documents: dict[str, tuple[Seller, str]], path: str) -> None:
    answer = _refused(documents, path, '{"name": null}')
    assert [one["field"] for one in answer.body["fields"]] == ["name"]


@pytest.mark.parametrize("path", PATHS)
def test_unknown_names_deep_down_are_told_by_their_place(documents: dict[str, tuple[Seller, str]], path: str) -> None:
    schema = openapi.openapi()["paths"][path]["patch"]["requestBody"]["content"]["application/json"]["schema"]
    fields = openapi.openapi()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"]
    places = [
        place
        for place in (
            "rules.price.surcharge",
            "rules.colour",
            "rules.quantity.colour",
            "guard.colour",
            "settings.colour",
        )
        if place.split(".")[0] in fields
    ]
    assert places
    for place in places:
        for value in (None, 1):
            body: Any = value
            for name in reversed(place.split(".")):
                body = {name: body}
            answer = _refused(documents, path, json.dumps({**body, "name": "Other"}))
            assert [one["field"] for one in answer.body["fields"]] == [place]


@pytest.mark.parametrize("path", PATHS)
def test_both_content_types_are_taken_and_only_what_is_named_changes(
    documents: dict[str, tuple[Seller, str]], path: str
) -> None:
    seller, address = documents[path]
    for name, headers in (("Plain", {}), ("Merge", MERGE_PATCH)):
        before = _document(seller, address)
        answer = seller.its.call("PATCH", f"/v1{address}", {"name": name}, headers=headers)
        seller.its.run()
        assert answer.status in (200, 202)
        assert _document(seller, address) == {**before, "name": name, "rev": before["rev"] + 1}


def test_only_a_patch_may_be_sent_as_one(seller: Seller) -> None:
    answer = seller.its.call("POST", "/v1/profiles", {"name": "Mine"}, headers=MERGE_PATCH)
    assert (answer.status, seller.its.get("/profiles")["profiles"]) == (415, [])


@pytest.mark.parametrize("path", PATHS)
def test_an_edit_of_an_older_version_is_still_refused(documents: dict[str, tuple[Seller, str]], path: str) -> None:
    seller, address = documents[path]
    before = seller.its.get(address)
    answer = seller.its.call("PATCH", f"/v1{address}", {"name": "Late", "rev": before["rev"] + 1})
    assert (answer.status, answer.body["problem"]["code"]) == (409, "edited_meanwhile")
    assert seller.its.get(address) == before


def test_a_changed_quantity_rule_leaves_the_price_rule(seller: Seller) -> None:
    seller.its.patch(f"/sales-lists/{seller.list}", {"rules": RULES})
    seller.its.run()
    seller.its.patch(f"/sales-lists/{seller.list}", {"rules": {"quantity": {"value": 3}}})
    seller.its.run()
    rules = seller.its.get(f"/sales-lists/{seller.list}")["rules"]
    assert (rules["quantity"]["mode"], rules["quantity"]["value"]) == ("buffer", 3)
    assert rules["price"]["ratio"] == "1.10"


def test_null_takes_a_rule_away_and_a_limit_back_to_its_default(seller: Seller) -> None:
    seller.its.patch(f"/accounts/{seller.account}", {"rules": RULES, "guard": {"share": "0.5", "count": 9}})
    seller.its.run()
    seller.its.patch(f"/accounts/{seller.account}", {"rules": {"price": None}, "guard": {"count": None}})
    seller.its.run()
    account = seller.its.get(f"/accounts/{seller.account}")
    assert (account["rules"]["price"], account["rules"]["quantity"]["value"]) == (None, 2)
    assert (account["guard"]["share"], account["guard"]["count"]) == ("0.5", 3)


def test_another_kind_of_rule_takes_over_only_what_it_knows(seller: Seller) -> None:
    address = f"/sales-lists/{seller.list}"
    seller.its.patch(address, {"rules": RULES})
    seller.its.run()
    before = seller.its.get(address)
    answer = seller.its.call("PATCH", f"/v1{address}", {"rules": {"quantity": {"mode": "product"}}})
    assert (answer.status, answer.body["fields"]) == (
        422,
        [{"field": "rules.quantity", "text": "mode product takes no value"}],
    )
    assert seller.its.get(address) == before
    seller.its.patch(address, {"rules": {"quantity": {"mode": "product", "value": None}}})
    seller.its.run()
    after = seller.its.get(address)["rules"]["quantity"]
    assert (after["mode"], after["value"]) == ("product", None)


def test_arrays_are_replaced_whole(seller: Seller) -> None:
    address = seller.its.get("/creation-profiles")["creation_profiles"][0]["id"]
    seller.its.patch(f"/creation-profiles/{address}", {"settings": {"aspects": {"Farbe": ["Rot", "Blau"]}}}, expect=200)
    body = {"settings": {"aspects": {"Farbe": ["Grün"]}}}
    told = seller.its.patch(f"/creation-profiles/{address}", body, expect=200)["settings"]
    assert told["aspects"] == {"Marke": ["Unbranded"], "Farbe": ["Grün"]}
    assert told["category_id"] == "45220"


def test_null_is_refused_for_a_setting_that_the_platform_needs(seller: Seller) -> None:
    shop = seller.its.get("/shops")["shops"][0]
    answer = seller.its.call("PATCH", f"/v1/shops/{shop['id']}", {"settings": {"domain": None}})
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, ["settings.domain"])
    assert seller.its.get(f"/shops/{shop['id']}") == shop


_QUANTITIES = st.fixed_dictionaries(
    {"mode": st.sampled_from(["cap", "fixed", "buffer"]), "value": st.integers(0, 9)},
    optional={"untracked_quantity": st.none() | st.integers(0, 9)},
)
_RULE_PATCHES = st.fixed_dictionaries(
    {},
    optional={
        "quantity": st.none() | _QUANTITIES,
        "price": st.none() | st.fixed_dictionaries({}, optional={"ratio": st.none() | st.sampled_from(["1.2", "0.9"])}),
    },
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(patch=_RULE_PATCHES)
def test_the_stored_rules_are_what_the_rfc_makes_of_them(
    documents: dict[str, tuple[Seller, str]], patch: dict[str, Any]
) -> None:
    seller, address = documents["/v1/profiles/{profile_id}"]
    before = seller.its.get(address)["rules"]
    seller.its.patch(address, {"rules": patch})
    seller.its.run()
    wanted = configuration.Rules.model_validate(_rfc(before, patch)).model_dump(mode="json")
    assert seller.its.get(address)["rules"] == wanted


@pytest.mark.parametrize(
    ("patch", "document"),
    [
        (patches.QuantityRulePatch, configuration.QuantityRule),
        (patches.PriceRulePatch, configuration.PriceRule),
        (patches.RulesPatch, configuration.Rules),
        (patches.GuardLimitsPatch, configuration.GuardLimits),
    ],
)
def test_a_patch_knows_every_field_that_may_be_edited(patch: type[BaseModel], document: type[BaseModel]) -> None:
    assert set(patch.model_fields) == set(document.model_fields)
    for field in patch.model_fields.values():
        assert type(None) in get_args(field.annotation)
        assert field.default is None


@pytest.mark.parametrize("count", [True, "3", 3.5, 0])
def test_a_guard_counts_in_whole_listings(seller: Seller, count: Any) -> None:
    before = seller.its.get(f"/accounts/{seller.account}")["guard"]
    answer = seller.its.call("PATCH", f"/v1/accounts/{seller.account}", {"guard": {"count": count}})
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, ["guard.count"])
    assert seller.its.get(f"/accounts/{seller.account}")["guard"] == before

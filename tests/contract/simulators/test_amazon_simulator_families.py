"""Families of variations, the list of a seller's items, the catalogue and who may sell what, at the simulated Amazon."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.amazon import AmazonSimulator, Limits
from simulators.clock import VirtualClock
from tests.contract.simulators.amazon_goods import AFTER, candle, child, found, parent, patch, path, put, shown
from tests.contract.simulators.amazon_seller import DE, US, AmazonSeller, codes


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def anna(clock: VirtualClock) -> AmazonSeller:
    return AmazonSeller(AmazonSimulator(clock=clock, limits=Limits.load().faster(1000)), sites=[US])


def put_parent(anna: AmazonSeller, **changes: Any) -> dict[str, Any]:
    return put(anna, "JUMPER", parent(**changes), kind="SWEATER", requirements="LISTING_PRODUCT_ONLY")


def put_child(anna: AmazonSeller, size: str, sku: str = "", **changes: Any) -> dict[str, Any]:
    return put(anna, sku or f"JUMPER-{size}", child(size, **changes), kind="SWEATER")


# Families


def test_a_parent_and_its_children_know_each_other(anna: AmazonSeller, clock: VirtualClock) -> None:
    assert [put_parent(anna)["status"], put_child(anna, "S")["status"], put_child(anna, "M")["status"]] == [
        "ACCEPTED"
    ] * 3
    clock.advance(AFTER)
    [of_parent] = shown(anna, "JUMPER")["relationships"][0]["relationships"]
    assert of_parent["childSkus"] == ["JUMPER-S", "JUMPER-M"]
    assert of_parent["variationTheme"] == {"attributes": ["size"], "theme": "SIZE"}
    [of_child] = shown(anna, "JUMPER-S")["relationships"][0]["relationships"]
    assert of_child["parentSkus"] == ["JUMPER"]
    statuses = [shown(anna, sku)["summaries"][0]["status"] for sku in ("JUMPER", "JUMPER-S")]
    assert statuses == [["DISCOVERABLE"], ["BUYABLE", "DISCOVERABLE"]]
    [row] = anna.session.get(f"{anna.host}/_sim/listings").json()["listings"]
    assert (row["sku"], [one["aspects"]["size"] for one in row["variations"]]) == ("JUMPER", [["S"], ["M"]])


def test_a_child_without_its_parent_is_accepted_and_refused_when_it_is_decided(
    anna: AmazonSeller, clock: VirtualClock
) -> None:
    assert put_child(anna, "S")["status"] == "ACCEPTED"
    clock.advance(AFTER)
    told = shown(anna, "JUMPER-S")
    assert (found(told), told["summaries"][0]["status"]) == ([("8007", "child_parent_sku_relationship")], [])


def test_two_children_that_do_not_differ_are_one_too_many(anna: AmazonSeller, clock: VirtualClock) -> None:
    put_parent(anna)
    put_child(anna, "S")
    put_child(anna, "S", "JUMPER-SMALL")
    clock.advance(AFTER)
    assert found(shown(anna, "JUMPER-SMALL")) == [("8026", "size")]
    assert found(shown(anna, "JUMPER-S")) == []


def test_a_child_of_another_theme_does_not_join(anna: AmazonSeller, clock: VirtualClock) -> None:
    put_parent(anna)
    colour = [{"value": "red", "language_tag": "en_US"}]
    put_child(anna, "S", variation_theme=[{"name": "COLOR"}], color=colour)
    clock.advance(AFTER)
    assert found(shown(anna, "JUMPER-S")) == [("8007", "child_parent_sku_relationship")]


@pytest.mark.parametrize(
    ("attributes", "missing"),
    [
        (child("S", size=None), "size"),
        (child("S", child_parent_sku_relationship=None), "child_parent_sku_relationship"),
        (child("S", variation_theme=[{"name": "FIT"}]), "variation_theme"),
        (child("S", condition_type=None), "condition_type"),
    ],
)
def test_a_child_lacks_nothing_that_its_theme_needs(
    anna: AmazonSeller, attributes: dict[str, Any], missing: str
) -> None:
    told = put(anna, "JUMPER-S", attributes, kind="SWEATER")
    assert (told["status"], {name for _, name in found(told)}) == ("INVALID", {missing})


def test_relationships_have_a_throttle_of_their_own(clock: VirtualClock) -> None:
    anna = AmazonSeller(AmazonSimulator(clock=clock, limits=Limits.load().raised(relationship_updates=[0.01, 2])))
    assert [put_parent(anna)["status"], put_child(anna, "S")["status"], put_child(anna, "M")["status"]] == [
        "ACCEPTED"
    ] * 3
    body = {"productType": "SWEATER", "attributes": child("L")}
    answer = anna.call("PUT", path(anna, "JUMPER-L"), body, marketplaceIds=US)
    assert (answer.status_code, codes(answer)) == (429, ["QuotaExceeded"])
    assert "relationship" in answer.json()["errors"][0]["message"]
    clock.advance(AFTER)
    assert patch(anna, "replace", "fabric_type", [{"value": "yarn", "language_tag": "en_US"}], sku="JUMPER-S")[
        "status"
    ] == ("ACCEPTED")


# The list of items


def listed(anna: AmazonSeller, **query: str) -> dict[str, Any]:
    base = f"/listings/2021-08-01/items/{anna.seller_id}"
    answer = anna.call("GET", base, **{"marketplaceIds": US, **query})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_the_list_ends_at_a_thousand_items_and_says_how_many_there_are(anna: AmazonSeller) -> None:
    anna.simulator.deeds.seed_listings("anna", [f"S{number:04d}" for number in range(1105)])
    query = {"pageSize": "20", "sortBy": "sku", "sortOrder": "ASC"}
    seen, token = [], ""
    for _ in range(60):
        page = listed(anna, **query, **({"pageToken": token} if token else {}))
        assert page["numberOfResults"] == 1105
        seen += [item["sku"] for item in page["items"]]
        token = page.get("pagination", {}).get("nextToken", "")
        if not token:
            break
    assert seen == [f"S{number:04d}" for number in range(1000)]


def test_the_list_is_narrowed_by_identifiers_parent_and_status(anna: AmazonSeller, clock: VirtualClock) -> None:
    put_parent(anna)
    put_child(anna, "S")
    coded = candle(quantity=0, externally_assigned_product_identifier=[{"type": "ean", "value": "4006381333931"}])
    put(anna, attributes=coded)
    clock.advance(AFTER)

    def skus(**query: str) -> list[str]:
        return sorted(item["sku"] for item in listed(anna, **query)["items"])

    assert skus() == ["CANDLE", "JUMPER", "JUMPER-S"]
    assert skus(identifiers="CANDLE,NOBODY", identifiersType="SKU") == ["CANDLE"]
    assert skus(identifiers="4006381333931", identifiersType="EAN") == ["CANDLE"]
    assert skus(variationParentSku="JUMPER") == ["JUMPER-S"]
    assert skus(withStatus="BUYABLE") == ["JUMPER-S"]
    assert skus(withoutStatus="BUYABLE") == ["CANDLE", "JUMPER"]
    assert skus(createdAfter="2030-01-01T00:00:00Z") == []


@pytest.mark.parametrize(
    "query",
    [
        {"pageSize": "21"},
        {"identifiers": "A"},
        {"identifiersType": "SKU"},
        {"sortBy": "price"},
        {"pageToken": "x"},
        {"createdAfter": "yesterday"},
        {"withStatus": "SOLD"},
        {"identifiers": "A", "identifiersType": "SKU", "variationParentSku": "B"},
    ],
)
def test_a_list_that_the_model_does_not_know_is_refused(anna: AmazonSeller, query: dict[str, str]) -> None:
    base = f"/listings/2021-08-01/items/{anna.seller_id}"
    answer = anna.call("GET", base, check=False, **{"marketplaceIds": US, **query})
    assert (answer.status_code, codes(answer)) == (400, ["InvalidInput"])


# The catalogue, and who may sell what


def test_a_product_is_found_by_its_barcode_however_it_is_written(anna: AmazonSeller) -> None:
    asin = anna.simulator.deeds.add_catalog_product("Lamp", "Lumen", barcode="036000291452")["asin"]
    for kind, code in (("UPC", "036000291452"), ("EAN", "0036000291452"), ("GTIN", "00036000291452"), ("ASIN", asin)):
        told = anna.call(
            "GET",
            "/catalog/2022-04-01/items",
            marketplaceIds=US,
            identifiers=code,
            identifiersType=kind,
            includedData="summaries,identifiers,productTypes,relationships,images",
        ).json()
        assert [item["asin"] for item in told["items"]] == [asin]
    assert told["items"][0]["summaries"][0]["brand"] == "Lumen"
    one = anna.call("GET", f"/catalog/2022-04-01/items/{asin}", marketplaceIds=US).json()
    assert one["summaries"][0]["itemName"] == "Lamp"
    nobody = anna.call("GET", "/catalog/2022-04-01/items/B000000000", marketplaceIds=US)
    assert (nobody.status_code, codes(nobody)) == (404, ["NotFound"])


def test_a_barcode_of_another_brand_is_a_conflict(anna: AmazonSeller) -> None:
    anna.simulator.deeds.add_catalog_product("Lamp", "Lumen", barcode="4006381333931")
    coded = candle(externally_assigned_product_identifier=[{"type": "ean", "value": "4006381333931"}])
    assert [code for code, _ in found(put(anna, attributes=coded))] == ["8541"]


def test_a_closed_brand_needs_approval_before_anybody_lists_it(anna: AmazonSeller, clock: VirtualClock) -> None:
    asin = anna.simulator.deeds.add_catalog_product("Lamp", "Lumen", barcode="4006381333931")["asin"]
    anna.simulator.deeds.restrict_brand("Lumen")
    query = {"asin": asin, "sellerId": anna.seller_id, "marketplaceIds": US}
    [told] = anna.call("GET", "/listings/2021-08-01/restrictions", **query).json()["restrictions"]
    assert told["reasons"][0]["reasonCode"] == "APPROVAL_REQUIRED"
    offer = candle(merchant_suggested_asin=[{"value": asin}])
    refused = put(anna, attributes=offer, requirements="LISTING_OFFER_ONLY")
    assert refused["issues"][0]["categories"] == ["QUALIFICATION_REQUIRED"]
    anna.simulator.deeds.restrict_brand("Lumen", approve="anna")
    assert anna.call("GET", "/listings/2021-08-01/restrictions", **query).json() == {"restrictions": []}
    put(anna, attributes=offer, requirements="LISTING_OFFER_ONLY")
    clock.advance(AFTER)
    assert shown(anna)["summaries"][0]["asin"] == asin


def test_the_account_tells_every_store_of_its_region_and_where_it_takes_part(anna: AmazonSeller) -> None:
    anna.simulator.deeds.suspend_listings("anna", US)
    rows = anna.call("GET", "/sellers/v1/marketplaceParticipations").json()["payload"]
    taking_part = {row["marketplace"]["id"]: row["participation"] for row in rows}
    assert taking_part[US] == {"isParticipating": True, "hasSuspendedListings": True}
    assert [site for site, one in taking_part.items() if one["isParticipating"]] == [US]
    assert DE not in taking_part

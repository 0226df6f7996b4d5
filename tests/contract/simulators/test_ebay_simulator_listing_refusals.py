"""What eBay refuses of items, groups, offers and their publishing, beyond what its documents say."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.ebay import Limits
from simulators.ebay.errors import EbayError
from tests.contract.marketplaces.ebay_documents import EbaySpec
from tests.contract.simulators.ebay_seller import API, EbaySeller, error_ids, virtual_simulator
from tests.contract.specs import specs_root


@pytest.fixture
def anna() -> EbaySeller:
    unlimited = Limits.load().raised(per_second={"rate": 100_000, "burst": 100_000})
    simulator, _ = virtual_simulator(limits=unlimited)
    spec = EbaySpec.load() if specs_root() else None
    return EbaySeller(simulator, spec=spec, marketplaces=["EBAY_US", "EBAY_GB"])


def published(anna: EbaySeller, offer: str) -> Any:
    return anna.call("POST", f"/offer/{offer}/publish", {})


def grouped(anna: EbaySeller, *codes: dict[str, Any]) -> Any:
    """One variation per product code, and the group published."""
    sizes = [str(n) for n in range(len(codes))]
    for size, code in zip(sizes, codes, strict=True):
        aspects = {"Brand": ["Unbranded"], "Size": [size]}
        anna.staged(f"TEE-{size}", item=anna.item(**{"aspects": aspects, "upc": None, **code}), categoryId="15687")
    group = {
        "title": "Tee",
        "description": "Tee",
        "aspects": {"Brand": ["Unbranded"]},
        "imageUrls": ["https://images.example/tee.jpg"],
        "variantSKUs": [f"TEE-{size}" for size in sizes],
        "variesBy": {"specifications": [{"name": "Size", "values": sizes}], "aspectsImageVariesBy": ["Size"]},
    }
    assert anna.call("PUT", "/inventory_item_group/TEES", group).status_code == 204
    named = {"inventoryItemGroupKey": "TEES", "marketplaceId": "EBAY_US"}
    return anna.call("POST", "/offer/publish_by_inventory_item_group", named)


@pytest.mark.parametrize(("site", "currency", "name"), [("EBAY_US", "USD", "UPC"), ("EBAY_GB", "GBP", "EAN")])
def test_publishing_without_a_product_code_is_refused_although_no_specific_is_required(
    anna: EbaySeller, site: str, currency: str, name: str
) -> None:
    pricing = {"price": {"value": "9.99", "currency": currency}}
    offer = anna.staged("HB", item=anna.item(upc=None), marketplaceId=site, pricingSummary=pricing)
    answer = published(anna, offer)
    assert (answer.status_code, error_ids(answer)) == (400, [25002])
    [error] = answer.json()["errors"]
    assert {p["name"]: p["value"] for p in error["parameters"]}["2"] == name
    assert f"The {name} field is missing." in error["message"]
    assert anna.on_show("HB") is None


@pytest.mark.parametrize("code", [{"ean": ["4006381333931"]}, {"upc": ["Does not apply"]}])
def test_a_code_of_either_kind_or_the_sites_words_will_do(anna: EbaySeller, code: dict[str, Any]) -> None:
    offer = anna.staged("HB", item=anna.item(**{"upc": None, **code}))
    assert published(anna, offer).status_code == 200


def test_the_catch_all_category_asks_for_no_code(anna: EbaySeller) -> None:
    offer = anna.staged("HB", item=anna.item(upc=None), categoryId="88433")
    assert published(anna, offer).status_code == 200


def test_a_missing_item_specific_is_named_in_the_second_parameter(anna: EbaySeller) -> None:
    offer = anna.staged("HB", item=anna.item(aspects={"Color": ["Red"]}))
    answer = published(anna, offer)
    assert (answer.status_code, error_ids(answer)) == (400, [25002])
    [error] = answer.json()["errors"]
    assert {p["name"]: p["value"] for p in error["parameters"]}["2"] == "Brand"
    assert "The item specific Brand is missing." in error["message"]


@pytest.mark.parametrize("kind", ["fulfillment", "payment", "return"])
def test_a_policy_of_another_site_makes_an_offer_that_is_not_available(anna: EbaySeller, kind: str) -> None:
    name = f"{kind}PolicyId"
    policies = {**anna.policies["EBAY_US"], name: anna.policies["EBAY_GB"][name]}
    offer = anna.staged("HB", listingPolicies=policies)  # taken: the sites are compared only when it is published
    answer = published(anna, offer)
    assert (answer.status_code, error_ids(answer)) == (404, [25713])
    assert anna.shown(offer)["status"] == "UNPUBLISHED"


def test_a_policy_that_nobody_has_is_refused_by_its_kind(anna: EbaySeller) -> None:
    offer = anna.staged("HB", listingPolicies={**anna.policies["EBAY_US"], "paymentPolicyId": "1"})
    answer = published(anna, offer)
    assert (answer.status_code, error_ids(answer)) == (400, [25008])


@pytest.mark.parametrize("sku", ["A%20B", "A%2FB", "A%2BB", "A%23", "%C3%A4", "A%25", "A:B"])
def test_a_sku_of_other_signs_is_no_sku(anna: EbaySeller, sku: str) -> None:
    answer = anna.call("PUT", f"/inventory_item/{sku}", anna.item())
    assert (answer.status_code, error_ids(answer)) == (400, [25707])
    assert anna.state()["items"] == {}


def test_an_offer_without_a_sku_is_refused_as_one_with_a_bad_sku(anna: EbaySeller) -> None:
    answer = anna.call("POST", "/offer", {**anna.offer("HB"), "sku": ""})
    assert (answer.status_code, error_ids(answer)) == (400, [25707])
    assert error_ids(anna.call("GET", "/offer")) == [25707]


def test_an_empty_list_of_pictures_is_refused_and_one_left_out_takes_them_away(anna: EbaySeller) -> None:
    anna.put_item("HB")
    answer = anna.put_item("HB", imageUrls=[])
    assert (answer.status_code, error_ids(answer)) == (400, [25717])
    assert "imageUrls" in anna.call("GET", "/inventory_item/HB").json()["product"]
    assert anna.put_item("HB", imageUrls=None).status_code == 204
    assert "imageUrls" not in anna.call("GET", "/inventory_item/HB").json()["product"]


def test_locations_are_skipped_one_by_one_and_not_by_pages(anna: EbaySeller) -> None:
    place = {"location": {"address": {"country": "US", "postalCode": "10001"}}, "locationTypes": ["WAREHOUSE"]}
    for key in ("b", "c", "d"):
        assert anna.call("POST", f"/location/{key}", place).status_code == 204
    keys = [row["merchantLocationKey"] for row in anna.call("GET", "/location").json()["locations"]]
    answer = anna.call("GET", "/location?limit=2&offset=1").json()
    assert [row["merchantLocationKey"] for row in answer["locations"]] == keys[1:3]
    assert (answer["offset"], answer["total"]) == (1, 4)
    assert answer["next"].endswith("limit=2&offset=3")
    assert answer["prev"].endswith("limit=2&offset=0")


def test_items_and_offers_come_by_pages_and_their_links_lead_to_the_end_and_back(anna: EbaySeller) -> None:
    for sku in ("A", "B", "C"):
        anna.put_item(sku)
    for site in ("EBAY_US", "EBAY_GB"):
        anna.staged("A", marketplaceId=site)
    for path, rows in (("/inventory_item?limit=2", "inventoryItems"), ("/offer?sku=A&limit=1", "offers")):
        first = anna.call("GET", path).json()
        assert "prev" not in first
        last = anna.call("GET", API + first["next"]).json()
        assert (last["total"], len(last[rows]), "next" in last) == (first["total"], 1, False)
        assert last["href"] == first["next"]
        assert first[rows] != last[rows]
        assert anna.call("GET", API + last["prev"]).json() == first


@pytest.mark.parametrize(("variations", "taken"), [(250, True), (251, False)])
def test_a_group_has_at_most_250_variations(anna: EbaySeller, variations: int, taken: bool) -> None:
    skus = [f"V-{n}" for n in range(variations)]
    for sku in skus:
        anna.put_item(sku)
    answer = anna.call("PUT", "/inventory_item_group/G", {"title": "T", "variantSKUs": skus})
    assert answer.status_code == (204 if taken else 400)
    assert ("G" in anna.state()["groups"]) is taken
    if not taken:
        assert error_ids(answer) == [25013]


@pytest.mark.parametrize(("values", "taken"), [(60, True), (61, False)])
def test_a_specific_has_at_most_60_values(anna: EbaySeller, values: int, taken: bool) -> None:
    anna.put_item("V")
    varies = {"specifications": [{"name": "Size", "values": [str(n) for n in range(values)]}]}
    answer = anna.call("PUT", "/inventory_item_group/G", {"title": "T", "variantSKUs": ["V"], "variesBy": varies})
    assert answer.status_code == (204 if taken else 400)
    if not taken:
        assert error_ids(answer) == [25013]


def test_variations_with_codes_of_different_kinds_are_refused_together(anna: EbaySeller) -> None:
    answer = grouped(anna, {"upc": ["036000291452"]}, {"ean": ["4006381333931"]})
    assert (answer.status_code, error_ids(answer)) == (400, [25013])
    assert anna.on_show("TEE-0") is None


def test_variations_with_codes_of_one_kind_go_on_sale(anna: EbaySeller) -> None:
    answer = grouped(anna, {"ean": ["0036000291452"]}, {"ean": ["Does not apply"]})
    assert answer.status_code == 200


def test_services_spell_an_errors_category_differently() -> None:
    assert EbayError(62004).entry["category"] == "Request"
    assert EbayError(20403).entry["category"] == "Request"
    assert EbayError(25707).entry["category"] == "REQUEST"

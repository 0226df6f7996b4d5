"""Variations: one listing out of a group, what is left out, what fails, and how members come and go."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.ebay import EbaySimulator
from tests.contract.marketplaces.ebay_documents import EbaySpec
from tests.contract.simulators.ebay_seller import EbaySeller, error_ids, virtual_simulator
from tests.contract.specs import specs_root

COLORS = {"HB-RED": "Red", "HB-BLUE": "Blue", "HB-GREEN": "Green"}
NAMED = {"inventoryItemGroupKey": "HB", "marketplaceId": "EBAY_US"}


@pytest.fixture
def simulator() -> EbaySimulator:
    return virtual_simulator()[0]


@pytest.fixture
def anna(simulator: EbaySimulator) -> EbaySeller:
    return EbaySeller(simulator, spec=EbaySpec.load() if specs_root() else None)


def group(*skus: str, **changes: Any) -> dict[str, Any]:
    """A complete group over some of the colors."""
    body: dict[str, Any] = {
        "title": "Velvet headbands",
        "description": "Soft velvet in three colors.",
        "imageUrls": ["https://images.example/headbands.jpg"],
        "aspects": {"Brand": ["Unbranded"]},
        "variantSKUs": list(skus),
        "variesBy": {
            "specifications": [{"name": "Color", "values": [COLORS[sku] for sku in skus]}],
            "aspectsImageVariesBy": ["Color"],
        },
    }
    body.update(changes)
    return {name: value for name, value in body.items() if value is not None}


def stage(anna: EbaySeller, *skus: str) -> dict[str, str]:
    """Items and offers of some colors, and their group. Returns the offer ids."""
    ids = {sku: anna.staged(sku, item=anna.item(aspects={"Color": [COLORS[sku]]})) for sku in skus}
    assert anna.call("PUT", "/inventory_item_group/HB", group(*skus)).status_code == 204
    return ids


def publish(anna: EbaySeller) -> Any:
    return anna.call("POST", "/offer/publish_by_inventory_item_group", NAMED)


def test_a_group_becomes_one_listing_with_a_variation_for_each_offer(anna: EbaySeller) -> None:
    ids = stage(anna, *COLORS)
    listing_id = publish(anna).json()["listingId"]
    assert {anna.shown(offer_id)["listing"]["listingId"] for offer_id in ids.values()} == {listing_id}
    row = anna.on_show("HB-BLUE")
    assert row is not None
    assert row["aspects"] == {"Color": ["Blue"]}


def test_the_group_supplies_title_description_and_images(anna: EbaySeller) -> None:
    for sku, color in list(COLORS.items())[:2]:
        bare = anna.item(aspects={"Color": [color]}, title=None, description=None, imageUrls=None)
        anna.staged(sku, item=bare, listingDescription=None)
    anna.call("PUT", "/inventory_item_group/HB", group("HB-RED", "HB-BLUE"))
    assert publish(anna).status_code == 200
    assert anna.on_show("HB-RED") is not None


def test_a_variation_with_missing_data_is_left_out_without_a_word(anna: EbaySeller) -> None:
    ids = stage(anna, *COLORS)
    anna.call("PUT", f"/offer/{ids['HB-GREEN']}", {"availableQuantity": 4})
    answer = publish(anna)
    assert (answer.status_code, sorted(answer.json())) == (200, ["listingId"])
    assert anna.on_show("HB-RED") is not None
    assert anna.on_show("HB-GREEN") is None
    assert anna.shown(ids["HB-GREEN"])["status"] == "UNPUBLISHED"


def test_a_variation_with_invalid_data_fails_the_whole_group(anna: EbaySeller) -> None:
    stage(anna, *COLORS)
    anna.call("PUT", "/inventory_item/HB-GREEN", anna.item(aspects={"Color": ["Green"]}, title="T" * 81))
    answer = publish(anna)
    assert (answer.status_code, error_ids(answer)) == (400, [25017])
    assert anna.on_show("HB-RED") is None


def test_two_variations_alike_fail_the_group(anna: EbaySeller) -> None:
    stage(anna, "HB-RED", "HB-BLUE")
    anna.call("PUT", "/inventory_item/HB-BLUE", anna.item(aspects={"Color": ["Red"]}))
    answer = publish(anna)
    assert (answer.status_code, error_ids(answer)) == (400, [25013])
    assert anna.on_show("HB-RED") is None


def test_a_group_may_not_vary_by_brand(anna: EbaySeller) -> None:
    ids = {sku: anna.staged(sku, item=anna.item(aspects={"Brand": [name]})) for sku, name in (("A", "X"), ("B", "Y"))}
    varies_by = {"specifications": [{"name": "Brand", "values": ["X", "Y"]}], "aspectsImageVariesBy": ["Brand"]}
    anna.call("PUT", "/inventory_item_group/HB", {**group(), "variantSKUs": list(ids), "variesBy": varies_by})
    answer = publish(anna)
    assert (answer.status_code, error_ids(answer)) == (400, [25013])
    assert anna.on_show("A") is None


def test_a_group_without_its_own_content_is_not_published(anna: EbaySeller) -> None:
    stage(anna, "HB-RED", "HB-BLUE")
    anna.call("PUT", "/inventory_item_group/HB", group("HB-RED", "HB-BLUE", title=None))
    answer = publish(anna)
    assert (answer.status_code, error_ids(answer)) == (400, [25013])
    assert anna.on_show("HB-RED") is None


def test_publishing_a_live_group_again_adds_what_was_missing_to_the_same_listing(anna: EbaySeller) -> None:
    ids = stage(anna, *COLORS)
    anna.call("PUT", f"/offer/{ids['HB-GREEN']}", {"availableQuantity": 4})
    listing_id = publish(anna).json()["listingId"]
    fields = {
        name: value for name, value in anna.offer("HB-GREEN").items() if name not in ("sku", "marketplaceId", "format")
    }
    anna.call("PUT", f"/offer/{ids['HB-GREEN']}", fields)
    assert publish(anna).json() == {"listingId": listing_id}
    row = anna.on_show("HB-GREEN")
    assert row is not None
    assert row["listingId"] == listing_id
    assert [warning["errorId"] for warning in publish(anna).json()["warnings"]] == [25402]


def test_a_member_left_out_of_the_group_leaves_the_live_listing(anna: EbaySeller) -> None:
    stage(anna, *COLORS)
    publish(anna)
    assert anna.call("PUT", "/inventory_item_group/HB", group("HB-RED", "HB-BLUE")).status_code == 204
    assert anna.on_show("HB-GREEN") is None
    assert anna.on_show("HB-RED") is not None
    assert "inventoryItemGroupKeys" not in anna.call("GET", "/inventory_item/HB-GREEN").json()


def test_a_variation_that_has_been_sold_cannot_leave(anna: EbaySeller) -> None:
    stage(anna, *COLORS)
    publish(anna)
    anna.simulator.deeds.buy("HB-GREEN")
    answer = anna.call("PUT", "/inventory_item_group/HB", group("HB-RED", "HB-BLUE"))
    assert (answer.status_code, error_ids(answer)) == (400, [25013])
    row = anna.on_show("HB-GREEN")
    assert row is not None
    assert row["quantity"] == 6


def test_a_sku_on_sale_alone_cannot_join_a_group(anna: EbaySeller) -> None:
    _, listing_id = anna.on_sale("HB-RED")
    anna.put_item("HB-BLUE")
    answer = anna.call("PUT", "/inventory_item_group/HB", group("HB-RED", "HB-BLUE"))
    assert (answer.status_code, error_ids(answer)) == (400, [25704])
    assert {"name": "listingId", "value": listing_id} in answer.json()["errors"][0]["parameters"]
    assert anna.state()["groups"] == {}


def test_a_sku_belongs_to_one_group_only(anna: EbaySeller) -> None:
    stage(anna, "HB-RED", "HB-BLUE")
    answer = anna.call("PUT", "/inventory_item_group/OTHER", group("HB-RED"))
    assert (answer.status_code, error_ids(answer)) == (400, [25703])
    assert list(anna.state()["groups"]) == ["HB"]


def test_a_group_of_unknown_skus_is_refused(anna: EbaySeller) -> None:
    answer = anna.call("PUT", "/inventory_item_group/HB", group("HB-RED"))
    assert (answer.status_code, error_ids(answer)) == (400, [25701])
    assert anna.state()["groups"] == {}


def test_a_member_is_not_published_alone(anna: EbaySeller) -> None:
    ids = stage(anna, "HB-RED", "HB-BLUE")
    answer = anna.call("POST", f"/offer/{ids['HB-RED']}/publish", {})
    assert (answer.status_code, error_ids(answer)) == (400, [25002])
    bulk = anna.call("POST", "/bulk_publish_offer", {"requests": [{"offerId": ids["HB-RED"]}]})
    assert (bulk.status_code, error_ids(bulk)) == (400, [25732])
    assert anna.on_show("HB-RED") is None


def test_one_variation_may_fall_to_zero_even_without_out_of_stock_control(simulator: EbaySimulator) -> None:
    berta = EbaySeller(simulator, "berta", spec=None, out_of_stock_control=False)
    ids = stage(berta, "HB-RED", "HB-BLUE")
    publish(berta)
    assert berta.revise("HB-RED", ids["HB-RED"], 0).status_code == 200
    last = berta.revise("HB-BLUE", ids["HB-BLUE"], 0)
    assert (last.status_code, error_ids(last)) == (400, [25004])
    row = berta.on_show("HB-BLUE")
    assert row is not None
    assert row["quantity"] == 7


def test_a_withdrawn_group_keeps_its_offers_and_is_relisted_under_a_new_id(anna: EbaySeller) -> None:
    ids = stage(anna, "HB-RED", "HB-BLUE")
    first = publish(anna).json()["listingId"]
    assert anna.call("POST", "/offer/withdraw_by_inventory_item_group", NAMED).status_code == 204
    assert [anna.shown(offer_id)["status"] for offer_id in ids.values()] == ["UNPUBLISHED", "UNPUBLISHED"]
    again = anna.call("POST", "/offer/withdraw_by_inventory_item_group", NAMED)
    assert (again.status_code, error_ids(again)) == (400, [25725])
    assert publish(anna).json()["listingId"] != first


def test_a_deleted_offer_takes_its_variation_out_of_listing_and_group(anna: EbaySeller) -> None:
    ids = stage(anna, *COLORS)
    publish(anna)
    assert anna.call("DELETE", f"/offer/{ids['HB-GREEN']}").status_code == 204
    assert anna.on_show("HB-GREEN") is None
    assert anna.call("GET", "/inventory_item_group/HB").json()["variantSKUs"] == ["HB-RED", "HB-BLUE"]


def test_a_deleted_item_takes_its_offers_and_its_single_listing_with_it(anna: EbaySeller) -> None:
    offer_id, _ = anna.on_sale("HB-RED")
    assert anna.call("DELETE", "/inventory_item/HB-RED").status_code == 204
    assert anna.call("GET", f"/offer/{offer_id}").status_code == 404
    assert anna.on_show("HB-RED") is None

"""A shop's product in Amazon's words, and everything that is wrong with it at once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from listbridge.domain.ids import RemoteId, Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.money import Money
from tests.unit.marketplaces.amazon_products import SITE, content, product, told, variant

HERE = {"marketplace_id": SITE.marketplace_id}
GERMAN = {**HERE, "language_tag": "de_DE"}
EAN = "4006381333931"


def test_what_the_shop_says_fills_the_attributes() -> None:
    found = content(product(variant(barcode=EAN)))
    assert told(found) == []
    assert found.parent is None
    item = found.items[Sku("A")]
    assert item.requirements == "LISTING"
    assert item.attributes == {
        "item_name": [{"value": "Hat", **GERMAN}],
        "brand": [{"value": "Nordlicht", **GERMAN}],
        "product_description": [{"value": "Warm.", **GERMAN}],
        "bullet_point": [{"value": "Warm.", **GERMAN}],
        "condition_type": [{"value": "new_new", **HERE}],
        "material": [{"value": "wool", **GERMAN}],
        "externally_assigned_product_identifier": [{"value": EAN, "type": "ean", **HERE}],
        "main_product_image_locator": [{"media_location": "https://images.example/a.jpg"}],
    }


def test_price_and_quantity_are_attributes_of_the_site() -> None:
    body = content().items[Sku("A")].put(SITE, Values(3, Money(Decimal("9.90"), "EUR")))
    assert (body["productType"], body["requirements"]) == ("HAT", "LISTING")
    assert body["attributes"]["purchasable_offer"] == [
        {
            "marketplace_id": SITE.marketplace_id,
            "currency": "EUR",
            "audience": "ALL",
            "our_price": [{"schedule": [{"value_with_tax": 9.9}]}],
        }
    ]
    assert body["attributes"]["fulfillment_availability"] == [{"fulfillment_channel_code": "DEFAULT", "quantity": 3}]
    days = content(handling_days=2).items[Sku("A")].put(SITE, Values(3, None))["attributes"]
    assert days["fulfillment_availability"] == [
        {"fulfillment_channel_code": "DEFAULT", "quantity": 3, "lead_time_to_ship_max_days": 2}
    ]
    assert "purchasable_offer" not in days


def test_a_product_with_options_is_a_parent_and_its_children() -> None:
    facts = product(variant("A", options={"Size": "S"}), variant("B", options={"Size": "M"}), options=("Size",))
    found = content(facts)
    assert told(found) == []
    assert found.parent is not None
    assert (found.parent.sku, found.parent.requirements) == ("LB-1", "LISTING_PRODUCT_ONLY")
    assert found.parent.attributes["parentage_level"] == [{"value": "parent", **HERE}]
    assert found.parent.attributes["variation_theme"] == [{"name": "SIZE"}]
    assert not found.parent.attributes.keys() & {"size", "condition_type", "child_parent_sku_relationship"}
    child = found.items[Sku("B")].attributes
    assert child["size"] == [{"value": "M", **GERMAN}]
    assert child["parentage_level"] == [{"value": "child", **HERE}]
    assert child["child_parent_sku_relationship"] == [
        {**HERE, "child_relationship_type": "variation", "parent_sku": "LB-1"}
    ]


def test_an_offer_on_a_product_that_amazon_has_says_nothing_about_the_product() -> None:
    found = content(asins={"A": "B000000001"})
    item = found.items[Sku("A")]
    assert item.requirements == "LISTING_OFFER_ONLY"
    assert item.attributes == {
        "merchant_suggested_asin": [{"value": "B000000001", **HERE}],
        "condition_type": [{"value": "new_new", **HERE}],
    }


def test_options_become_the_attributes_that_are_called_so_or_that_the_profile_names() -> None:
    sizes = {"Größe": "S", "Farbe": "rot"}
    facts = product(variant("A", options=sizes), options=("Größe", "Farbe"))
    found = content(facts, option_attributes={"Größe": "size"})
    assert told(found) == []
    child = found.items[Sku("A")].attributes
    assert (child["size"][0]["value"], child["color"][0]["value"]) == ("S", "rot")
    assert child["variation_theme"] == [{"name": "SIZE/COLOR"}]


def test_an_option_that_is_no_attribute_is_told_where_it_is_fixed() -> None:
    facts = product(variant("A", options={"Brim": "wide"}), options=("Brim",))
    assert told(content(facts)) == [("settings.option_attributes", "amazon_option_unknown", None)]


@pytest.mark.parametrize("theme", ["OLD", "COLOR/SMELL"])
def test_a_theme_that_the_type_lacks_is_told(theme: str) -> None:
    facts = product(variant("A", options={"Size": "S"}), options=("Size",))
    found = content(facts, variation_theme=theme)
    assert told(found) == [("settings.variation_theme", "amazon_theme_unknown", None)]
    assert found.problems[0].problem.params["themes"] == "SIZE, SIZE/COLOR"
    assert found.problems[0].problem.fix == "edit_creation_profile"


def test_options_for_which_there_is_no_theme_are_told() -> None:
    facts = product(variant("A", options={"Color": "red"}), options=("Color",))
    assert told(content(facts)) == [("settings.variation_theme", "amazon_theme_missing", None)]


def test_variations_that_nothing_tells_apart_are_told_and_stop_no_other() -> None:
    same = {"Size": "S"}
    facts = product(variant("A", options=same), variant("B", options=same), options=("Size",))
    found = content(facts)
    assert told(found) == [("options", "amazon_variations_alike", "B")]
    assert found.of_all() == ()
    assert set(found.refused()) == {"B"}


@pytest.mark.parametrize("sku", ["A" * 41, "A/B", "A%B", "A B", " A", ".."])
def test_a_sku_that_amazon_does_not_take_is_told(sku: str) -> None:
    found = content(product(variant(sku)))
    assert told(found) == [("sku", "amazon_sku_refused", sku)]
    assert found.items == {}


def test_a_sku_of_forty_characters_is_taken() -> None:
    assert told(content(product(variant("A" * 40)))) == []


@pytest.mark.parametrize("barcode", ["4006381333932", "12345", "none"])
def test_a_barcode_with_a_wrong_check_digit_is_told_even_where_none_is_needed(barcode: str) -> None:
    found = content(product(variant(barcode=barcode)))
    assert told(found) == [("barcode", "amazon_barcode_refused", "A")]
    assert found.problems[0].problem.params == {"barcode": barcode}


def test_without_a_barcode_the_profile_says_whether_that_is_granted() -> None:
    assert content().items[Sku("A")].attributes["supplier_declared_has_product_identifier_exemption"] == [
        {"value": True, **HERE}
    ]
    assert told(content(without_barcode="required")) == [("barcode", "amazon_barcode_missing", "A")]


@pytest.mark.parametrize("amount", ["0", "-1"])
def test_a_price_that_is_not_above_zero_is_told(amount: str) -> None:
    found = content(product(variant(price=Money(Decimal(amount), "EUR"))))
    assert told(found) == [("price", "amazon_price_too_low", "A")]


def test_all_problems_are_told_at_once() -> None:
    facts = product(variant(barcode="1"), title="", vendor="", images=())
    found = content(facts, attributes={"nonsense": "1"})
    assert set(told(found)) == {
        ("settings.attributes.nonsense", "amazon_attribute_refused", None),
        ("title", "title_missing", None),
        ("images", "amazon_picture_unreachable", None),
        ("settings.attributes.material", "amazon_attribute_missing", None),
        ("barcode", "amazon_barcode_refused", "A"),
        ("vendor", "amazon_attribute_missing", None),
    }
    assert all(one.problem.fix for one in found.problems)


def test_a_full_revise_leaves_the_place_in_the_family_alone() -> None:
    facts = product(variant("A", options={"Size": "S"}), options=("Size",))
    values = Values(3, Money(Decimal("9.90"), "EUR"))
    patches = content(facts).items[Sku("A")].patches(SITE, values, relationship=False)
    ops = {one["path"].rpartition("/")[2]: one["op"] for one in patches}
    assert not ops.keys() & {"child_parent_sku_relationship", "parentage_level", "variation_theme"}
    assert (ops["item_name"], ops["purchasable_offer"], ops["fulfillment_availability"]) == (
        "replace",
        "replace",
        "merge",
    )
    moved = content(facts).items[Sku("A")].patches(SITE, values, relationship=True)
    assert "/attributes/child_parent_sku_relationship" in [one["path"] for one in moved]


def test_the_group_is_the_parent_s_sku() -> None:
    facts = product(variant("A", options={"Size": "S"}), options=("Size",))
    parent = content(facts).parent
    assert parent is not None
    assert RemoteId(parent.sku) == "LB-1"

"""What cannot be sent to Etsy as it is in the shop and in the creation profile: the deed that is named is done, and it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from listbridge import bootstrap
from listbridge.infra import settings
from simulators.etsy.taxonomy import BOOTS, SWEATERS
from simulators.faults import Fault
from tests.unit.remedies.etsy_installation import EtsyInstallation, EtsySeller, edit_profile, in_list, shown
from tests.unit.remedies.test_products_walked import everything
from tests.unit.remedies.walks import ETSY, entry, heard, named, reason, walks


@pytest.fixture
def seller(monkeypatch: pytest.MonkeyPatch) -> Iterator[EtsySeller]:
    monkeypatch.delenv("PUBLIC_BASE_URL", raising=False)
    settings.forget()
    yield EtsySeller(EtsyInstallation())
    bootstrap.use(None)
    settings.forget()


def sent(seller: EtsySeller, **stock: int) -> None:
    seller.its.stores.clock.advance(60)  # a person's minute
    told = seller.its.act(seller.list, "send")
    for sku in stock:
        assert (entry(seller, told, sku)["outcome"], reason(seller, sku)) == ("done", None)
    assert shown(seller.its) == stock


def refused(seller: EtsySeller, code: str, fix: str, sku: str = "MUG") -> dict[str, Any]:
    seller.its.act(seller.list, "send")
    told = named(reason(seller, sku), code, fix)
    assert shown(seller.its) == {}
    return told


# ---- the creation profile ----

COLOUR = {"option_properties": {"Color": "200"}}
PROFILES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "etsy_category_unknown": ({"taxonomy_id": "999999"}, {"taxonomy_id": str(SWEATERS)}, "edit_creation_profile"),
    "etsy_when_made_refused": ({"when_made": "2020_2024"}, {"when_made": "made_to_order"}, "edit_creation_profile"),
    "etsy_tag_refused": ({"tags": ["x" * 21]}, {"tags": ["wax"]}, "edit_tags"),
    "etsy_choice_gone": ({"shop_section_id": "99"}, {"shop_section_id": ""}, "edit_creation_profile"),
    "etsy_too_many_tags": ({"tags": [f"tag {n}" for n in range(14)]}, {"tags": ["wax"]}, "edit_tags"),
    "etsy_attribute_refused": (
        {"attributes": {"999": ["Wool"]}},
        {"attributes": {"999": None}},
        "edit_creation_profile",
    ),
}


@walks(*PROFILES, on=ETSY)
@pytest.mark.parametrize("code", PROFILES)
def test_what_is_wrong_in_the_profile_is_sent_when_it_is_corrected_there(seller: EtsySeller, code: str) -> None:
    wrong, right, fix = PROFILES[code]
    edit_profile(seller, **wrong)
    in_list(seller)
    refused(seller, code, fix)
    edit_profile(seller, **right)
    sent(seller, MUG=7)


@walks("etsy_return_policy_missing", on=ETSY)
def test_a_shop_outside_the_eu_chooses_a_return_policy(seller: EtsySeller) -> None:
    edit_profile(seller, return_policy_id="")
    in_list(seller)
    refused(seller, "etsy_return_policy_missing", "edit_creation_profile")
    edit_profile(seller, return_policy_id=str(seller.its.anna["returnPolicyId"]))
    sent(seller, MUG=7)


@walks("etsy_measures_missing", on=ETSY)
def test_a_profile_that_calculates_the_postage_gets_weight_and_size(seller: EtsySeller) -> None:
    edit_profile(seller, shipping_profile_id=str(seller.its.anna["calculatedProfileId"]))
    in_list(seller)
    refused(seller, "etsy_measures_missing", "edit_creation_profile")
    edit_profile(seller, item_weight="200", item_length="10", item_width="10", item_height="5")
    sent(seller, MUG=7)


@walks("etsy_shipping_profile_gone", on=ETSY)
def test_another_shipping_profile_is_chosen_where_the_seller_deleted_it(seller: EtsySeller) -> None:
    profile = seller.its.etsy.deeds.add_shipping_profile("Letters")["shippingProfileId"]
    seller.its.etsy.deeds.delete_shipping_profile(int(seller.its.anna["shippingProfileId"]))
    in_list(seller)
    refused(seller, "etsy_shipping_profile_gone", "edit_creation_profile")
    edit_profile(seller, shipping_profile_id=str(profile))
    sent(seller, MUG=7)


@walks("etsy_attribute_missing", on=ETSY)
def test_an_attribute_that_the_category_requires_is_given(seller: EtsySeller) -> None:
    told = seller.its.get(f"/accounts/{seller.account}/creation-form", site="ETSY", kind=str(BOOTS))
    attributes = told["form"]["properties"]["attributes"]
    [id] = attributes["required"]
    edit_profile(seller, taxonomy_id=str(BOOTS))
    in_list(seller)
    refused(seller, "etsy_attribute_missing", "edit_creation_profile")
    edit_profile(seller, attributes={id: attributes["properties"][id]["items"]["enum"][:1]})
    sent(seller, MUG=7)


# ---- options ----


@walks("etsy_property_unknown", on=ETSY)
def test_an_option_that_may_not_vary_so_becomes_one_of_its_own_name(seller: EtsySeller) -> None:
    edit_profile(seller, option_properties={"Color": "999"})
    in_list(seller, "MUG", "PLATE")
    refused(seller, "etsy_property_unknown", "edit_creation_profile")
    edit_profile(seller, option_properties={"Color": None})
    sent(seller, MUG=7, PLATE=7)


def with_options(seller: EtsySeller, *options: dict[str, str], title: str = "Beeswax candle") -> str:
    variants = [
        {"sku": sku, "price": "12.50", "stock": 7, "options": own}
        for sku, own in zip(("MUG", "PLATE"), options, strict=False)
    ]
    told = seller.its.shopify.deeds.add_product(
        title=title, variants=variants, images=["https://images.example/mug.jpg"], status="ACTIVE"
    )
    seller.its.add_items(seller.list, str(told["product_id"]))
    return str(told["product_id"])


OPTIONS: dict[str, tuple[list[dict[str, str]], str]] = {
    "etsy_parentheses_refused": ([{"Size (EU)": "S"}, {"Size (EU)": "M"}], "check_options_in_shop"),
    "etsy_option_too_long": ([{"S" * 46: "S"}, {"S" * 46: "M"}], "check_options_in_shop"),
    "etsy_too_many_options": (
        [{"Size": "S", "Color": "red", "Wick": "long"}, {"Size": "M", "Color": "red", "Wick": "long"}],
        "split_product",
    ),
}


@walks(*OPTIONS, on=ETSY)
@pytest.mark.parametrize("code", OPTIONS)
def test_a_product_whose_options_etsy_does_not_take_is_made_another_way_in_the_shop(
    seller: EtsySeller, code: str
) -> None:
    options, fix = OPTIONS[code]
    product = with_options(seller, *options)
    refused(seller, code, fix)
    seller.its.act(seller.list, "stop_and_remove")
    seller.its.shopify.deeds.delete_product(product)
    with_options(seller, {"Size": "S"}, {"Size": "M"})
    sent(seller, MUG=7, PLATE=7)


@walks("etsy_option_twice", on=ETSY)
def test_two_options_that_would_be_one_property_are_told_apart_in_the_profile(seller: EtsySeller) -> None:
    edit_profile(seller, option_properties={"Size": "200", "Color": "200"})
    with_options(seller, {"Size": "S", "Color": "red"}, {"Size": "M", "Color": "red"})
    refused(seller, "etsy_option_twice", "edit_creation_profile")
    edit_profile(seller, option_properties={"Size": None})
    sent(seller, MUG=7, PLATE=7)


@walks("etsy_variations_alike", on=ETSY)
def test_two_variants_that_buyers_could_not_tell_apart_get_other_options_in_the_shop(seller: EtsySeller) -> None:
    product = with_options(seller, {"Color": "red"}, {"Color": "red "})
    seller.its.act(seller.list, "send")
    named(reason(seller, "PLATE"), "etsy_variations_alike", "check_options_in_shop")
    assert shown(seller.its) == {"MUG": 7}
    world = seller.its.shopify.world
    plate = seller.its.shopify.deeds.variant(sku="PLATE")
    world.catalog.change_variant(plate.id, world.now(), selected_options=(("Color", "blue"),))
    heard(seller, product)
    seller.its.stores.clock.advance(60)
    assert entry(seller, seller.its.act(seller.list, "send"), "PLATE")["outcome"] == "done"
    assert (reason(seller, "PLATE"), shown(seller.its)) == (None, {"MUG": 7, "PLATE": 7})


@walks("etsy_too_many_variations", "etsy_too_many_values", on=ETSY)
@pytest.mark.parametrize(
    ("code", "count", "colours"), [("etsy_too_many_values", 71, 71), ("etsy_too_many_variations", 401, 58)]
)
def test_of_a_product_of_too_many_variations_some_are_taken_out(
    seller: EtsySeller, code: str, count: int, colours: int
) -> None:
    variants = [
        {
            "sku": f"S-{n}",
            "price": "12.50",
            "stock": 7,
            "options": {"Color": f"C{n % colours}", **({"Size": f"Z{n // colours}"} if count > colours else {})},
        }
        for n in range(count)
    ]
    told = seller.its.shopify.deeds.add_product(
        title="Beeswax candle", variants=variants, images=["https://images.example/mug.jpg"], status="ACTIVE"
    )
    seller.its.add_items(seller.list, str(told["product_id"]))
    refused(seller, code, "split_product", "S-0")
    for item in everything(seller)[2:]:
        path = f"/v1/sales-lists/{seller.list}/items/{item['id']}"
        assert seller.its.call("DELETE", path).status == 204
    sent(seller, **{row["sku"]: 7 for row in everything(seller)})


@walks("etsy_in_several_listings", on=ETSY)
def test_variants_that_the_seller_listed_one_by_one_become_one_listing(seller: EtsySeller) -> None:
    seller.its.etsy.deeds.seed_listings("anna", ["MUG", "PLATE"], quantity=7, price="12.50")
    in_list(seller, "MUG", "PLATE")
    seller.its.act(seller.list, "send")  # links them
    told = entry(seller, seller.its.act(seller.list, "full_revise"), "MUG")
    named(told["reason"], "etsy_in_several_listings", "delete_on_etsy")
    assert shown(seller.its) == {"MUG": 7, "PLATE": 7}
    for listing in list(seller.its.etsy.world.listings):
        seller.its.etsy.deeds.delete_listing(listing)
    seller.its.act(seller.list, "full_revise")  # finds that they are gone
    sent(seller, MUG=7, PLATE=7)


# ---- texts and pictures ----


@walks("etsy_picture_missing", on=ETSY)
def test_a_product_without_a_picture_gets_one_in_the_shop(seller: EtsySeller) -> None:
    told = seller.its.shopify.deeds.add_product(
        title="Beeswax candle", variants=[{"sku": "MUG", "price": "12.50", "stock": 7}], images=[], status="ACTIVE"
    )
    product = str(told["product_id"])
    seller.its.add_items(seller.list, product)
    refused(seller, "etsy_picture_missing", "check_images_in_shop")
    world = seller.its.shopify.world
    media = tuple(world.catalog._media(["https://images.example/mug.jpg"], world.now()))
    world.catalog.change_product(int(product), world.now(), media=media)
    heard(seller, product)
    sent(seller, MUG=7)


TITLES = {"etsy_title_characters": "Candle 🕯", "etsy_title_sign_twice": "Wax & honey & wick"}


@walks(*TITLES, on=ETSY)
@pytest.mark.parametrize("code", TITLES)
def test_a_title_that_etsy_does_not_take_is_changed_in_the_shop(seller: EtsySeller, code: str) -> None:
    product = in_list(seller, title=TITLES[code])
    refused(seller, code, "edit_product_in_shop")
    seller.its.shopify.deeds.set_title(product, "Candle of wax")
    heard(seller, product)
    sent(seller, MUG=7)


@walks("etsy_picture_refused", on=ETSY)
def test_a_picture_that_is_none_is_replaced_in_the_shop(seller: EtsySeller) -> None:
    seller.its.pictures.served["/mug.jpg"] = ("image/jpeg", b"<html>gone</html>")
    product = in_list(seller)
    refused(seller, "etsy_picture_refused", "check_images_in_shop")
    del seller.its.pictures.served["/mug.jpg"]
    heard(seller, product)
    sent(seller, MUG=7)


@walks("etsy_sku_refused", on=ETSY)
def test_a_sku_that_is_none_is_changed_in_the_shop(seller: EtsySeller) -> None:
    product = in_list(seller, "MUG\u200b")
    refused(seller, "etsy_sku_refused", "change_sku_in_shop", "MUG\u200b")
    seller.its.act(seller.list, "stop_and_remove")
    seller.its.shopify.deeds.set_variant_sku("MUG", sku="MUG\u200b")
    heard(seller, product)
    seller.its.add_items(seller.list, product)
    sent(seller, MUG=7)


# ---- what Etsy itself says ----


@walks("etsy_refused", on=ETSY)
def test_what_etsy_refuses_in_its_own_words_is_sent_when_that_is_settled(seller: EtsySeller) -> None:
    in_list(seller)
    body = {"error": "Your shop needs a banner."}
    seller.its.etsy.faults.add(Fault("createDraftListing", "status", status=400, body=body))
    told = refused(seller, "etsy_refused", "read_etsy_message")
    assert told["params"]["message"] == "Your shop needs a banner."
    sent(seller, MUG=7)


@walks("etsy_not_activated", on=ETSY)
def test_a_listing_that_etsy_takes_and_does_not_show_is_sent_again(seller: EtsySeller) -> None:
    in_list(seller)
    body = {"listing_id": 1, "state": "draft"}
    seller.its.etsy.faults.add(Fault("updateListing", "status", status=200, body=body))
    refused(seller, "etsy_not_activated", "complete_on_etsy")
    sent(seller, MUG=7)


@walks("etsy_outcome_unknown", on=ETSY)
def test_a_full_revise_whose_outcome_nobody_knows_is_done_when_asked_again(seller: EtsySeller) -> None:
    in_list(seller)
    sent(seller, MUG=7)
    seller.its.etsy.faults.add(Fault("updateListing", "status", status=500, times=999))
    named(entry(seller, seller.its.act(seller.list, "full_revise"), "MUG")["reason"], "etsy_outcome_unknown", "")
    assert seller.statuses() == {"MUG": "active"}
    seller.its.etsy.faults.clear()
    told = entry(seller, seller.its.act(seller.list, "full_revise"), "MUG")
    assert (told["outcome"], reason(seller, "MUG")) == ("done", None)


PASSING: dict[str, tuple[str, int]] = {"etsy_busy": ("status", 409), "etsy_answer_unreadable": ("html", 502)}


@walks(*PASSING, on=ETSY)
@pytest.mark.parametrize("code", PASSING)
def test_what_passes_is_done_when_asked_again(seller: EtsySeller, code: str) -> None:
    in_list(seller)
    kind, status = PASSING[code]
    operation = "createDraftListing" if status == 409 else "getShopShippingProfiles"
    seller.its.etsy.faults.add(Fault(operation, kind, status=status, times=999))  # type: ignore[arg-type]
    refused(seller, code, "")
    seller.its.etsy.faults.clear()
    sent(seller, MUG=7)


@walks("etsy_picture_unavailable", on=ETSY)
def test_a_picture_that_the_shop_cannot_give_now_is_sent_when_it_can(seller: EtsySeller) -> None:
    seller.its.pictures.served["/mug.jpg"] = ("503", b"")
    in_list(seller)
    refused(seller, "etsy_picture_unavailable", "check_images_in_shop")
    del seller.its.pictures.served["/mug.jpg"]
    sent(seller, MUG=7)

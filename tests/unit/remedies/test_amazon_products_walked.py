"""What cannot be sent to Amazon as it is in the shop and in the creation profile: the deed that is named is done, and it is sent."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.faults import Fault
from tests.unit.remedies.amazon_installation import ATTRIBUTES, STORE, shown
from tests.unit.remedies.test_amazon_refusals_walked import AmazonSeller, edit_profile, in_list, seller
from tests.unit.remedies.walks import AMAZON, entry, heard, named, reason, walks

__all__ = ["seller"]
SWEATER = {
    "product_type": "SWEATER",
    "attributes": {
        **dict.fromkeys(ATTRIBUTES),  # the candle's are taken out
        **{name: ATTRIBUTES[name] for name in ("country_of_origin", "supplier_declared_dg_hz_regulation")},
        "item_type_keyword": "handmade",
        "department": "unisex_adult",
        "fabric_type": "100 % wool",
    },
}


def sent(seller: AmazonSeller, sku: str = "MUG") -> str:
    seller.its.stores.clock.advance(60)
    told = entry(seller, seller.its.act(seller.list, "send"), sku)
    assert (told["outcome"], told["reason"]) == ("done", None)
    return str(told["outcome"])


def refused(seller: AmazonSeller, code: str, fix: str, sku: str = "MUG") -> Any:
    seller.its.act(seller.list, "send")
    return named(reason(seller, sku), code, fix)


@walks("amazon_barcode_missing", on=AMAZON)
def test_a_product_without_a_barcode_is_sent_once_the_profile_says_that_it_needs_none(seller: AmazonSeller) -> None:
    in_list(seller)
    edit_profile(seller, without_barcode="required")
    refused(seller, "amazon_barcode_missing", "give_barcode_or_exemption")
    edit_profile(seller, without_barcode="exempt")
    sent(seller)
    assert shown(seller.its) == {"MUG": 7}


@walks("amazon_asin_unknown", on=AMAZON)
def test_an_asin_that_amazon_does_not_have_is_taken_out_of_the_profile(seller: AmazonSeller) -> None:
    in_list(seller)
    edit_profile(seller, asins={"MUG": "B0NOTHING0"})
    refused(seller, "amazon_asin_unknown", "edit_creation_profile")
    edit_profile(seller, asins={"MUG": None})
    sent(seller)
    assert shown(seller.its) == {"MUG": 7}


@walks("amazon_not_eligible", on=AMAZON)
def test_an_asin_that_the_seller_may_not_offer_is_taken_out_of_the_profile(seller: AmazonSeller) -> None:
    in_list(seller)
    told = seller.its.amazon.deeds.add_catalog_product("Somebody's candle", "Grandlight", region="eu")
    reasons = [{"message": "Nobody may.", "reasonCode": "NOT_ELIGIBLE"}]
    row = {"marketplaceId": STORE, "conditionType": "new_new", "reasons": reasons}
    body = {"restrictions": [row]}
    seller.its.amazon.faults.add(Fault("getListingsRestrictions", "status", status=200, body=body, times=9))
    edit_profile(seller, asins={"MUG": told["asin"]})
    refused(seller, "amazon_not_eligible", "edit_creation_profile")
    edit_profile(seller, asins={"MUG": None})
    sent(seller)
    assert shown(seller.its) == {"MUG": 7}


@walks("amazon_never_appeared", on=AMAZON)
def test_what_was_accepted_and_never_came_is_sent_again(seller: AmazonSeller) -> None:
    in_list(seller)
    seller.its.amazon.deeds.plan_issue("MUG", "lost")
    refused(seller, "amazon_never_appeared", "send_again")
    sent(seller)
    assert shown(seller.its) == {"MUG": 7}


FAMILIES: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    (
        "amazon_themes_none",
        "choose_product_type",
        {"product_type": "CANDLE", "option_attributes": {"Color": "material"}},
        {"product_type": "SWEATER", "option_attributes": {"Color": "color"}},
    ),
    ("amazon_theme_unknown", "edit_creation_profile", {"variation_theme": "NOISE"}, {"variation_theme": ""}),
    (
        "amazon_theme_missing",
        "edit_creation_profile",
        {"option_attributes": {"Color": "fabric_type"}},
        {"option_attributes": {"Color": "color"}},
    ),
    (
        "amazon_option_unknown",
        "edit_creation_profile",
        {"option_attributes": {"Color": "noise"}},
        {"option_attributes": {"Color": "color"}},
    ),
]


@walks(*(code for code, *_ in FAMILIES), on=AMAZON)
@pytest.mark.parametrize(("code", "fix", "wrong", "right"), FAMILIES, ids=[code for code, *_ in FAMILIES])
def test_options_that_do_not_fit_the_type_are_fitted_in_the_profile(
    seller: AmazonSeller, code: str, fix: str, wrong: dict[str, Any], right: dict[str, Any]
) -> None:
    edit_profile(seller, **{**SWEATER, **wrong})
    in_list(seller, "MUG", "PLATE")
    refused(seller, code, fix)
    edit_profile(seller, **right)
    sent(seller)
    assert shown(seller.its) == {"MUG": 7, "PLATE": 7}


@walks("amazon_outcome_unknown", on=AMAZON)
def test_a_full_revise_whose_outcome_nobody_knows_is_done_when_asked_again(seller: AmazonSeller) -> None:
    in_list(seller)
    sent(seller)
    seller.its.amazon.faults.add(Fault("patchListingsItem", "status", status=500, times=999))
    named(entry(seller, seller.its.act(seller.list, "full_revise"), "MUG")["reason"], "amazon_outcome_unknown", "")
    assert seller.statuses() == {"MUG": "active"}
    seller.its.amazon.faults.clear()
    told = entry(seller, seller.its.act(seller.list, "full_revise"), "MUG")
    assert (told["outcome"], reason(seller, "MUG")) == ("done", None)


@walks("amazon_sku_refused", on=AMAZON)
def test_a_sku_that_fits_into_no_address_is_changed_in_the_shop(seller: AmazonSeller) -> None:
    product = in_list(seller, "MUG 1")
    refused(seller, "amazon_sku_refused", "change_sku_in_shop", "MUG 1")
    seller.its.act(seller.list, "stop_and_remove")
    seller.its.shopify.deeds.set_variant_sku("MUG", sku="MUG 1")
    heard(seller, product)
    seller.its.add_items(seller.list, product)
    sent(seller)
    assert shown(seller.its) == {"MUG": 7}


@walks("amazon_barcode_refused", on=AMAZON)
def test_a_barcode_with_a_wrong_digit_is_corrected_in_the_shop(seller: AmazonSeller) -> None:
    product = in_list(seller)
    seller.its.shopify.deeds.set_barcode("4006381333930", sku="MUG")
    heard(seller, product)
    refused(seller, "amazon_barcode_refused", "give_barcode_or_exemption")
    seller.its.shopify.deeds.set_barcode("4006381333931", sku="MUG")
    heard(seller, product)
    sent(seller)
    assert shown(seller.its) == {"MUG": 7}

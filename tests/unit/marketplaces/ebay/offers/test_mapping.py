from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from listbridge.domain.catalog import ProductFacts
from listbridge.domain.ids import Sku
from listbridge.domain.listings.listing import NOTHING, Values
from listbridge.domain.money import Money
from listbridge.domain.verdicts import Rejected
from listbridge.infra.mapping.profile_settings import read_settings
from listbridge.marketplaces.ebay.offers.mapping import listing_content
from listbridge.marketplaces.ebay.offers.wire import Offer
from listbridge.marketplaces.ebay.settings import CreationSettings
from tests.unit.marketplaces.ebay_products import PICTURE, SETTINGS, SITE, content, product, refusal, variant

# ---- titles ----


def test_a_title_of_80_signs_is_sent_as_it_is():
    assert content(product(title="T" * 80)).title == "T" * 80


def test_a_longer_title_is_refused_with_its_length_unless_shortening_is_allowed():
    long = "word " * 17
    assert refusal(product(title=long)) == ("title_too_long", {"max": "80", "length": "84"})
    short = content(product(title=long), truncate_titles=True).title
    assert short == ("word " * 16).strip()


def test_a_title_of_spaces_is_no_title():
    assert refusal(product(title="  \n "))[0] == "title_missing"


# ---- pictures ----


def test_only_pictures_by_https_are_sent_each_once_and_the_variants_own_first():
    images = ("http://plain.example/1.jpg", "//cdn.example/2.jpg", PICTURE, PICTURE)
    facts = product(variant(image="https://images.example/own.jpg"), images=images)
    assert content(facts).item(Sku("A"), 1)["product"]["imageUrls"] == [
        "https://images.example/own.jpg",
        "https://cdn.example/2.jpg",
        PICTURE,
    ]


def test_a_product_without_a_fetchable_picture_is_refused_before_anything_is_sent():
    assert refusal(product(images=("http://plain.example/1.jpg",)))[0] == "ebay_picture_missing"


def test_a_single_item_has_at_most_24_pictures_and_a_group_12():
    images = tuple(f"https://images.example/{n}.jpg" for n in range(40))
    assert len(content(product(images=images)).item(Sku("A"), 1)["product"]["imageUrls"]) == 24
    sizes = product(variant("A", options={"Size": "A"}), variant("B", options={"Size": "B"}), images=images)
    grouped = content(sizes)
    assert len(grouped.item(Sku("A"), 1)["product"]["imageUrls"]) == 12
    assert len(grouped.group([Sku("A"), Sku("B")], {})["imageUrls"]) == 12


# ---- aspects ----


def test_options_become_aspects_under_the_sites_names():
    facts = product(
        variant("A", options={"Colour": "Rot", "Size": "S"}),
        variant("B", options={"Colour": "Blau", "Size": "S"}),
        options=("Size", "Colour"),
        vendor="Nordlicht",
    )
    mapped = content(facts, option_aspects={"Colour": "Farbe"}, brand_aspect="Marke", aspects={"Stil": ["Lang"]})
    assert mapped.item(Sku("B"), 1)["product"]["aspects"] == {
        "Stil": ["Lang"],
        "Marke": ["Nordlicht"],
        "Size": ["S"],
        "Farbe": ["Blau"],
    }
    group = mapped.group([Sku("A"), Sku("B")], {})
    assert group["aspects"] == {"Stil": ["Lang"], "Marke": ["Nordlicht"]}
    assert group["variesBy"]["specifications"] == [
        {"name": "Size", "values": ["S"]},
        {"name": "Farbe", "values": ["Rot", "Blau"]},
    ]


def test_an_option_wins_over_a_fixed_aspect_of_the_same_name():
    facts = product(variant("A", options={"Size": "S"}), variant("B", options={"Size": "M"}))
    assert content(facts, aspects={"Size": ["One Size"]}).item(Sku("A"), 1)["product"]["aspects"]["Size"] == ["S"]


def test_pictures_vary_by_the_option_that_has_one_picture_per_value():
    rows = [("A", "S", "Red", "r"), ("B", "M", "Red", "r"), ("C", "S", "Blue", "b")]
    variants = [
        variant(sku, options={"Size": size, "Color": color}, image=f"https://images.example/{picture}.jpg")
        for sku, size, color, picture in rows
    ]
    group = content(product(*variants, options=("Size", "Color"))).group([v.sku for v in variants], {})
    assert group["variesBy"]["aspectsImageVariesBy"] == ["Color"]
    assert {"https://images.example/r.jpg", "https://images.example/b.jpg"} <= set(group["imageUrls"])


def test_without_pictures_of_their_own_variations_vary_by_the_first_option():
    facts = product(variant("A", options={"Size": "S"}), variant("B", options={"Size": "M"}))
    group = content(facts).group([Sku("A"), Sku("B")], {})
    assert group["variesBy"]["aspectsImageVariesBy"] == ["Size"]


def test_a_variant_without_a_value_is_left_out_and_told_of_and_its_siblings_stay():
    facts = product(variant("A", options={"Size": "S"}), variant("B", options={"Size": " "}), options=("Size",))
    mapped = content(facts)
    assert {sku: error.problem.code for sku, error in mapped.refused.items()} == {"B": "option_value_missing"}
    assert set(mapped.aspects) == {"A"}


def test_when_no_variant_can_be_sold_the_first_reason_is_the_products():
    facts = product(variant("A", options={"Size": "S" * 51}), variant("B", options={"Size": "M" * 51}))
    assert refusal(facts) == ("option_value_too_long", {"sku": "A", "value": "S" * 51, "max": "50"})


@pytest.mark.parametrize("sku", ["", " A", "A ", "A\n", "x" * 51, ".", "..", "A\tB"])
def test_a_sku_that_ebay_surely_refuses_is_refused_here(sku: str):
    facts = product(variant("good"))
    with pytest.raises(Rejected) as refused:
        listing_content(facts, [Sku(sku)], CreationSettings(**SETTINGS), SITE)
    assert refused.value.problem.code == "ebay_sku_refused"


def test_a_variant_that_left_the_shop_is_told_by_name():
    with pytest.raises(Rejected) as refused:
        listing_content(product(), [Sku("GONE")], CreationSettings(**SETTINGS), SITE)
    assert (refused.value.problem.code, refused.value.problem.params) == ("variant_gone", {"sku": "GONE"})


def test_several_variants_without_options_cannot_be_told_apart():
    assert refusal(product(variant("A"), variant("B")))[0] == "options_missing"


@pytest.mark.parametrize(
    ("settings", "code"), [({"option_aspects": {"Size": "Color"}}, "aspect_twice"), ({}, "aspect_name_too_long")]
)
def test_option_names_that_ebay_cannot_take_are_refused(settings: dict[str, Any], code: str):
    names = ("Size", "Color") if settings else ("Size", "C" * 41)
    facts = product(variant("A", options=dict.fromkeys(names, "x")), options=names)
    assert refusal(facts, **settings)[0] == code


# ---- brand and codes ----


def test_the_shops_brand_wins_over_the_profiles():
    assert content(product(vendor="Nordlicht"), brand="Other").item(Sku("A"), 1)["product"]["brand"] == "Nordlicht"
    assert content(product(), brand="Other").item(Sku("A"), 1)["product"]["brand"] == "Other"
    assert "brand" not in content(product()).item(Sku("A"), 1)["product"]


# ---- how much fits into one listing ----


def many(count: int) -> ProductFacts:
    return product(
        *(variant(f"S{n}", options={"Size": str(n % 60), "Color": str(n // 60)}) for n in range(count)),
        options=("Size", "Color"),
    )


def test_a_product_of_250_variations_fits_and_one_of_300_is_refused_with_both_numbers():
    assert len(content(many(250)).group([v.sku for v in many(250).variants], {})["variantSKUs"]) == 250
    assert refusal(many(300)) == ("ebay_too_many_variations", {"count": "300", "max": "250"})


def test_only_the_variants_that_are_to_be_sold_count():
    facts = many(300)
    mapped = listing_content(facts, [v.sku for v in facts.variants[:250]], CreationSettings(**SETTINGS), SITE)
    assert mapped.refused == {}


def test_sixty_values_of_an_option_fit_and_one_more_is_refused():
    def of(count: int) -> ProductFacts:
        return product(*(variant(f"S{n}", options={"Size": str(n)}) for n in range(count)), options=("Size",))

    assert len(content(of(60)).group([v.sku for v in of(60).variants], {})["variantSKUs"]) == 60
    assert refusal(of(61)) == ("ebay_too_many_values", {"option": "Size", "count": "61", "max": "60"})


def test_members_that_only_another_site_sells_count_too():
    facts = many(250)
    mapped = content(facts)
    with pytest.raises(Rejected) as refused:
        mapped.group([*(v.sku for v in facts.variants), Sku("OLD")], {})
    assert refused.value.problem.params == {"count": "251", "max": "250"}


def test_of_two_variants_that_are_alike_the_second_is_told_of_and_the_first_is_sold():
    facts = product(variant("A", options={"Size": "S"}), variant("B", options={"Size": "S "}), options=("Size",))
    mapped = content(facts)
    assert set(mapped.aspects) == {"A"}
    assert (mapped.refused[Sku("B")].problem.code, dict(mapped.refused[Sku("B")].problem.params)) == (
        "ebay_variations_alike",
        {"sku": "B", "value": "S", "other": "A"},
    )


def test_a_product_without_a_description_describes_itself_by_its_title():
    mapped = content(product(title="A & B"))
    assert (mapped.description, mapped.listing_description) == ("A & B", "A &amp; B")


def test_the_template_is_filled_once_and_its_blanks_are_text():
    facts = product(title="<b>{vendor}</b>", vendor="N & L", description_html="<i>{sku}</i>")
    mapped = content(facts, description_template="<h1>{title}</h1>{description}<p>{vendor} {sku} {other}</p>")
    assert mapped.listing_description == ("<h1>&lt;b&gt;{vendor}&lt;/b&gt;</h1><i>{sku}</i><p>N &amp; L A {other}</p>")


def test_a_description_beyond_ebays_limit_is_refused():
    assert refusal(product(description_html="x" * 500_001))[0] == "description_too_long"


# ---- offers ----


def test_an_offer_carries_the_values_as_ebay_writes_them():
    body = content().new_offer(Sku("A"), Values(7, Money(Decimal("1E+1"), "EUR")))
    assert body["pricingSummary"] == {"price": {"value": "10", "currency": "EUR"}}
    assert (body["availableQuantity"], body["sku"], body["marketplaceId"], body["format"]) == (
        7,
        "A",
        "EBAY_DE",
        "FIXED_PRICE",
    )
    assert body["listingDuration"] == "GTC"


def test_replacing_an_offer_keeps_what_we_do_not_manage_and_drops_what_cannot_be_sent():
    shown = Offer.model_validate(
        {
            "offerId": "1",
            "sku": "A",
            "marketplaceId": "EBAY_DE",
            "format": "FIXED_PRICE",
            "status": "PUBLISHED",
            "availableQuantity": 9,
            "listing": {"listingId": "5", "listingStatus": "ACTIVE"},
            "tax": {"vatPercentage": 19.0},
            "pricingSummary": {"price": {"value": "1.00", "currency": "EUR"}, "pricingVisibility": "NONE"},
            "listingPolicies": {"fulfillmentPolicyId": "old", "bestOfferTerms": {"bestOfferEnabled": True}},
            "listingStartDate": "2026-01-01T00:00:00Z",
            "somethingNew": 1,
        }
    )
    body = content().replaced_offer(shown, Values(3, None))
    assert body["tax"] == {"vatPercentage": 19.0}
    assert body["pricingSummary"] == {"price": {"value": "1.00", "currency": "EUR"}, "pricingVisibility": "NONE"}
    assert body["listingPolicies"] == {
        "fulfillmentPolicyId": "1",
        "paymentPolicyId": "2",
        "returnPolicyId": "3",
        "bestOfferTerms": {"bestOfferEnabled": True},
    }
    assert body["availableQuantity"] == 3
    assert not set(body) & {
        "offerId",
        "sku",
        "marketplaceId",
        "format",
        "status",
        "listing",
        "listingStartDate",
        "somethingNew",
    }
    assert content().replaced_offer(shown, NOTHING)["availableQuantity"] == 9


def test_a_member_that_the_shop_does_not_know_keeps_its_values_in_the_group():
    facts = product(variant("A", options={"Size": "S"}), variant("B", options={"Size": "M"}))
    group = content(facts).group([Sku("A"), Sku("OLD")], {"Size": ["L"]})
    assert group["variantSKUs"] == ["A", "OLD"]
    assert group["variesBy"]["specifications"] == [{"name": "Size", "values": ["S", "L"]}]


# ---- settings ----


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"category_id": "shoes"}, "category_id"),
        ({"condition": "SHINY"}, "condition"),
        ({"merchant_location_key": "x" * 37}, "merchant_location_key"),
        ({"aspects": {"Size": []}}, "aspects"),
        ({"aspects": {"x" * 41: ["a"]}}, "aspects"),
    ],
)
def test_a_creation_profile_that_does_not_fit_names_its_field(change: dict[str, Any], field: str):
    with pytest.raises(Rejected) as refused:
        read_settings(CreationSettings, {**SETTINGS, **change})
    assert refused.value.problem.code == "creation_profile_invalid"
    assert refused.value.problem.params["field"].split(".")[0] == field


def test_a_setting_that_a_newer_version_stored_is_passed_over() -> None:
    assert read_settings(CreationSettings, {**SETTINGS, "from_the_future": 1}) == read_settings(
        CreationSettings, SETTINGS
    )


def test_settings_as_the_console_would_send_them_are_taken():
    assert read_settings(CreationSettings, SETTINGS).condition == "NEW"
    with pytest.raises(ValidationError):
        CreationSettings(**{**SETTINGS, "return_policy_id": ""})


def test_an_item_without_a_known_variant_cannot_be_made_by_accident():
    with pytest.raises(KeyError):
        content().item(Sku("NOBODY"), 1)


def test_a_single_product_has_no_varying_aspects():
    mapped = content(replace(product(), options=()))
    assert mapped.varying == ()

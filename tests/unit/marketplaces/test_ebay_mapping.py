from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from listbridge.domain.catalog import ProductFacts, VariantFacts, Visibility
from listbridge.domain.ids import ProductId, Site, Sku, VariantId
from listbridge.domain.listing import NOTHING, Values
from listbridge.domain.money import Money
from listbridge.domain.verdicts import Rejected
from listbridge.marketplaces.ebay.description import clean_html, plain_text, shortened
from listbridge.marketplaces.ebay.mapping import ListingContent, listing_content, settings_of
from listbridge.marketplaces.ebay.settings import CreationSettings
from listbridge.marketplaces.ebay.sites import site_of
from listbridge.marketplaces.ebay.wire import Offer

SETTINGS: dict[str, Any] = {
    "category_id": "15687", "fulfillment_policy_id": "1", "payment_policy_id": "2", "return_policy_id": "3",
    "merchant_location_key": "main",
}  # fmt: skip
SITE = site_of(Site("EBAY_DE"))
PICTURE = "https://images.example/a.jpg"


def variant(sku: str = "A", **changes: Any) -> VariantFacts:
    facts: dict[str, Any] = {"title": "t", "price": Money(Decimal(1), "EUR"), **changes}
    return VariantFacts(VariantId(f"v-{sku}"), Sku(sku), **facts)


def product(*variants: VariantFacts, **changes: Any) -> ProductFacts:
    facts: dict[str, Any] = {"title": "Jumper", "images": (PICTURE,), **changes}
    return ProductFacts(
        ProductId("p"), visibility=Visibility.VISIBLE, variants=variants or (variant(),), **facts
    )


def content(facts: ProductFacts | None = None, **settings: Any) -> ListingContent:
    facts = facts or product()
    skus = [v.sku for v in facts.variants]
    return listing_content(facts, skus, CreationSettings(**{**SETTINGS, **settings}), SITE)


def refusal(facts: ProductFacts, **settings: Any) -> tuple[str, dict[str, str]]:
    with pytest.raises(Rejected) as refused:
        content(facts, **settings)
    return refused.value.problem.code, dict(refused.value.problem.params)


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


@given(st.text(min_size=1, max_size=300), st.integers(min_value=3, max_value=120))
def test_a_shortened_text_is_a_beginning_of_the_text_and_never_too_long(text: str, most: int):
    short = shortened(text, most)
    assert len(short) <= most
    assert text.startswith(short)
    if len(text) <= most:
        assert short == text


# ---- pictures ----


def test_only_pictures_by_https_are_sent_each_once_and_the_variants_own_first():
    images = ("http://plain.example/1.jpg", "//cdn.example/2.jpg", PICTURE, PICTURE)
    facts = product(variant(image="https://images.example/own.jpg"), images=images)
    assert content(facts).item(Sku("A"), 1)["product"]["imageUrls"] == [
        "https://images.example/own.jpg", "https://cdn.example/2.jpg", PICTURE,
    ]  # fmt: skip


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
        variant("A", options={"Colour": "Rot", "Size": "S"}), variant("B", options={"Colour": "Blau", "Size": "S"}),
        options=("Size", "Colour"), vendor="Nordlicht",
    )  # fmt: skip
    mapped = content(
        facts, option_aspects={"Colour": "Farbe"}, brand_aspect="Marke", aspects={"Stil": ["Lang"]}
    )
    assert mapped.item(Sku("B"), 1)["product"]["aspects"] == {
        "Stil": ["Lang"], "Marke": ["Nordlicht"], "Size": ["S"], "Farbe": ["Blau"],
    }  # fmt: skip
    group = mapped.group([Sku("A"), Sku("B")], {})
    assert group["aspects"] == {"Stil": ["Lang"], "Marke": ["Nordlicht"]}
    assert group["variesBy"]["specifications"] == [
        {"name": "Size", "values": ["S"]},
        {"name": "Farbe", "values": ["Rot", "Blau"]},
    ]


def test_an_option_wins_over_a_fixed_aspect_of_the_same_name():
    facts = product(variant("A", options={"Size": "S"}), variant("B", options={"Size": "M"}))
    assert content(facts, aspects={"Size": ["One Size"]}).item(Sku("A"), 1)["product"]["aspects"]["Size"] == [
        "S"
    ]


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
    facts = product(
        variant("A", options={"Size": "S"}), variant("B", options={"Size": " "}), options=("Size",)
    )
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
    ("settings", "code"),
    [({"option_aspects": {"Size": "Color"}}, "aspect_twice"), ({}, "aspect_name_too_long")],
)
def test_option_names_that_ebay_cannot_take_are_refused(settings: dict[str, Any], code: str):
    names = ("Size", "Color") if settings else ("Size", "C" * 41)
    facts = product(variant("A", options=dict.fromkeys(names, "x")), options=names)
    assert refusal(facts, **settings)[0] == code


# ---- brand and codes ----


def test_the_shops_brand_wins_over_the_profiles():
    assert (
        content(product(vendor="Nordlicht"), brand="Other").item(Sku("A"), 1)["product"]["brand"]
        == "Nordlicht"
    )
    assert content(product(), brand="Other").item(Sku("A"), 1)["product"]["brand"] == "Other"
    assert "brand" not in content(product()).item(Sku("A"), 1)["product"]


@pytest.mark.parametrize(
    ("barcode", "sent"),
    [
        ("4006381333931", {"ean": ["4006381333931"]}),
        ("4006381333932", {}),
        ("036000291452", {"upc": ["036000291452"]}),
        ("96385074", {"ean": ["96385074"]}),
        ("ABC-1", {}),
        ("", {}),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", {}),
    ],
)
def test_a_barcode_is_sent_only_when_its_check_digit_is_right(barcode: str, sent: dict[str, Any]):
    body = content(product(variant(barcode=barcode))).item(Sku("A"), 1)["product"]
    assert {name: body[name] for name in ("ean", "upc") if name in body} == sent


# ---- descriptions ----


def test_active_content_is_taken_out_of_descriptions():
    markup = (
        '<p onclick="x()">Good <b>wool</b> &amp; more</p><script>alert("<p>")</script><style>p{}</style>'
        '<a href="java\nscript:x()">a</a><a href="https://e.example/">b</a><img src="/i.jpg" onerror=x>'
        "<iframe src=https://e.example>inside</iframe><form><input name=q>field</form><!-- note --><br/>end"
    )
    assert clean_html(markup) == (
        '<p>Good <b>wool</b> &amp; more</p><a>a</a><a href="https://e.example/">b</a><img src="/i.jpg"><br>end'
    )


@given(st.text(alphabet="<>/=\"' scriptonclickabjv:&;!-\n", max_size=200))
def test_no_markup_however_broken_keeps_a_script_or_a_handler(markup: str):
    cleaned = clean_html(markup).lower()
    assert "<script" not in cleaned
    assert "<script" not in clean_html(cleaned)


def test_the_plain_description_has_words_only_and_fits():
    assert (
        plain_text("<p>Pure <b>wool</b>.</p><ul><li>soft</li></ul><script>x</script>", 4000)
        == "Pure wool.\nsoft"
    )
    assert len(plain_text("<p>" + "word " * 2000 + "</p>", 4000)) <= 4000


def test_a_product_without_a_description_describes_itself_by_its_title():
    mapped = content(product(title="A & B"))
    assert (mapped.description, mapped.listing_description) == ("A & B", "A &amp; B")


def test_the_template_is_filled_once_and_its_blanks_are_text():
    facts = product(title="<b>{vendor}</b>", vendor="N & L", description_html="<i>{sku}</i>")
    mapped = content(facts, description_template="<h1>{title}</h1>{description}<p>{vendor} {sku} {other}</p>")
    assert mapped.listing_description == (
        "<h1>&lt;b&gt;{vendor}&lt;/b&gt;</h1><i>{sku}</i><p>N &amp; L A {other}</p>"
    )


def test_a_description_beyond_ebays_limit_is_refused():
    assert refusal(product(description_html="x" * 500_001))[0] == "description_too_long"


# ---- offers ----


def test_an_offer_carries_the_values_as_ebay_writes_them():
    body = content().new_offer(Sku("A"), Values(7, Money(Decimal("1E+1"), "EUR")))
    assert body["pricingSummary"] == {"price": {"value": "10", "currency": "EUR"}}
    assert (body["availableQuantity"], body["sku"], body["marketplaceId"], body["format"]) == (
        7, "A", "EBAY_DE", "FIXED_PRICE",
    )  # fmt: skip
    assert body["listingDuration"] == "GTC"


def test_replacing_an_offer_keeps_what_we_do_not_manage_and_drops_what_cannot_be_sent():
    shown = Offer.model_validate(
        {
            "offerId": "1", "sku": "A", "marketplaceId": "EBAY_DE", "format": "FIXED_PRICE", "status": "PUBLISHED",
            "availableQuantity": 9, "listing": {"listingId": "5", "listingStatus": "ACTIVE"}, "tax": {"vatPercentage": 19.0},
            "pricingSummary": {"price": {"value": "1.00", "currency": "EUR"}, "pricingVisibility": "NONE"},
            "listingPolicies": {"fulfillmentPolicyId": "old", "bestOfferTerms": {"bestOfferEnabled": True}},
            "listingStartDate": "2026-01-01T00:00:00Z", "somethingNew": 1,
        }
    )  # fmt: skip
    body = content().replaced_offer(shown, Values(3, None))
    assert body["tax"] == {"vatPercentage": 19.0}
    assert body["pricingSummary"] == {
        "price": {"value": "1.00", "currency": "EUR"},
        "pricingVisibility": "NONE",
    }
    assert body["listingPolicies"] == {
        "fulfillmentPolicyId": "1", "paymentPolicyId": "2", "returnPolicyId": "3",
        "bestOfferTerms": {"bestOfferEnabled": True},
    }  # fmt: skip
    assert body["availableQuantity"] == 3
    assert not set(body) & {"offerId", "sku", "marketplaceId", "format", "status", "listing", "listingStartDate", "somethingNew"}  # fmt: skip
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
        ({"unknown": 1}, "unknown"),
        ({"aspects": {"Size": []}}, "aspects"),
        ({"aspects": {"x" * 41: ["a"]}}, "aspects"),
    ],
)
def test_a_creation_profile_that_does_not_fit_names_its_field(change: dict[str, Any], field: str):
    with pytest.raises(Rejected) as refused:
        settings_of({**SETTINGS, **change})
    assert refused.value.problem.code == "creation_profile_invalid"
    assert refused.value.problem.params["field"].split(".")[0] == field


def test_settings_as_the_console_would_send_them_are_taken():
    assert settings_of(SETTINGS).condition == "NEW"
    with pytest.raises(ValidationError):
        CreationSettings(**{**SETTINGS, "return_policy_id": ""})


def test_an_item_without_a_known_variant_cannot_be_made_by_accident():
    with pytest.raises(KeyError):
        content().item(Sku("NOBODY"), 1)


def test_a_single_product_has_no_varying_aspects():
    mapped = content(replace(product(), options=()))
    assert mapped.varying == ()

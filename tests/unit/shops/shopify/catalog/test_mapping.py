"""Shopify's products in our words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.catalog import ProductFacts, VariantFacts, Visibility
from listbridge.domain.money import Money
from listbridge.domain.product_choice import ChosenBy, ProductChoice
from listbridge.shops.shopify.catalog import wire
from listbridge.shops.shopify.catalog.mapping import number_of, product_facts, stock_of, visibility_of
from listbridge.shops.shopify.catalog.searches import choice_query, search_query


def level(location: int, quantity: int | None, name: str = "available") -> dict[str, Any]:
    return {
        "location": {"id": f"gid://shopify/Location/{location}"},
        "quantities": [{"name": name, "quantity": quantity}],
    }


def variant(number: int, **changes: Any) -> dict[str, Any]:
    item = {
        "id": f"gid://shopify/InventoryItem/{number}9",
        "tracked": changes.pop("tracked", True),
        "inventoryLevels": {"nodes": changes.pop("levels", []), "pageInfo": {"hasNextPage": False}},
    }
    return {
        "id": f"gid://shopify/ProductVariant/{number}",
        "sku": f"MUG-{number}",
        "barcode": None,
        "title": "Red / L",
        "price": "19.90",
        "compareAtPrice": None,
        "position": number,
        "inventoryPolicy": "DENY",
        "requiresComponents": False,
        "selectedOptions": [{"name": "Color", "value": "Red"}, {"name": "Size", "value": "L"}],
        "media": {"nodes": [{"image": {"url": "https://cdn.example.com/red.jpg"}}]},
        "inventoryItem": item,
        "aFieldOfTomorrow": {"x": 1},
        **changes,
    }


def product(**changes: Any) -> dict[str, Any]:
    return {
        "id": "gid://shopify/Product/788032119674292922",
        "title": "Mug",
        "handle": "mug",
        "status": "ACTIVE",
        "vendor": "Potter",
        "productType": "Mugs",
        "tags": ["blue", "tea"],
        "descriptionHtml": "<p>Holds tea.</p>",
        "updatedAt": "2026-11-01T12:00:00Z",
        "hasOnlyDefaultVariant": False,
        "options": [{"name": "Size", "position": 2}, {"name": "Color", "position": 1}],
        "media": {"nodes": [{"image": {"url": "https://cdn.example.com/1.jpg"}}, {}, {"image": None}]},
        "variants": {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}},
        **changes,
    }


def facts(shown: dict[str, Any], *variants: dict[str, Any], currency: str = "EUR") -> ProductFacts:
    parsed = [wire.Variant.model_validate(one) for one in variants]
    return product_facts(wire.Product.model_validate(shown), parsed, currency)


def test_a_product_with_options_keeps_everything_a_listing_needs():
    read = facts(product(), variant(2, levels=[level(11, 4), level(12, -1)]))
    assert read == ProductFacts(
        product="788032119674292922",
        title="Mug",
        visibility=Visibility.VISIBLE,
        variants=(
            VariantFacts(
                variant="2",
                sku="MUG-2",
                title="Red / L",
                price=Money(Decimal("19.90"), "EUR"),
                compare_at=None,
                stock={"11": 4, "12": -1},
                tracked=True,
                oversell=False,
                barcode="",
                options={"Color": "Red", "Size": "L"},
                image="https://cdn.example.com/red.jpg",
                inventory_item="29",
            ),
        ),
        description_html="<p>Holds tea.</p>",
        vendor="Potter",
        product_type="Mugs",
        tags=("blue", "tea"),
        images=("https://cdn.example.com/1.jpg",),
        options=("Color", "Size"),
        handle="mug",
        updated_at="2026-11-01T12:00:00Z",
    )


def test_shopifys_filling_for_a_product_without_options_is_not_shown_to_buyers():
    default = {"title": "Default Title", "selectedOptions": [{"name": "Title", "value": "Default Title"}]}
    read = facts(product(hasOnlyDefaultVariant=True, options=[{"name": "Title"}]), variant(1, **default))
    assert (read.options, read.has_options) == ((), False)
    assert (read.variants[0].title, read.variants[0].options) == ("", {})


def test_variants_stand_in_the_sellers_order_whatever_order_they_were_read_in():
    read = facts(product(), variant(3, position=1), variant(1, position=3), variant(2, position=2))
    assert [one.variant for one in read.variants] == ["3", "2", "1"]


@pytest.mark.parametrize(
    ("status", "visibility"),
    [
        ("ACTIVE", Visibility.VISIBLE),
        ("UNLISTED", Visibility.VISIBLE),
        ("DRAFT", Visibility.DRAFT),
        ("ARCHIVED", Visibility.ARCHIVED),
        ("A_STATUS_OF_TOMORROW", Visibility.UNPUBLISHED),
    ],
)
def test_visibility_follows_the_status(status: str, visibility: Visibility):
    assert visibility_of(status) is visibility


def test_an_untracked_item_and_one_that_may_be_oversold_say_so():
    read = facts(product(), variant(1, tracked=False), variant(2, inventoryPolicy="CONTINUE"))
    assert [(one.tracked, one.oversell) for one in read.variants] == [(False, False), (True, True)]


def test_a_location_without_a_number_is_absent_and_zero_is_not():
    levels = [
        level(1, None),
        level(2, 0),
        level(3, 5, name="on_hand"),
        {"location": {"id": "gid://shopify/Location/4"}},
    ]
    assert stock_of(wire.Level.model_validate(one) for one in levels) == {"2": 0}


def test_a_variant_without_sku_or_barcode_has_empty_ones():
    read = facts(product(), variant(1, sku=None, barcode=None))
    assert (read.variants[0].sku, read.variants[0].barcode) == ("", "")


def test_one_unreadable_price_spoils_no_other():
    read = facts(product(), variant(1, price="?"), variant(2, price="5.00", compareAtPrice="7.00"), currency="USD")
    assert [one.price for one in read.variants] == [None, Money(Decimal("5.00"), "USD")]
    assert read.variants[1].compare_at == Money(Decimal("7.00"), "USD")


@pytest.mark.parametrize(
    ("gid", "number"),
    [
        ("gid://shopify/Product/788032119674292922", "788032119674292922"),
        ("gid://shopify/InventoryLevel/12?inventory_item_id=34", "12"),
        ("788", "788"),
    ],
)
def test_the_number_of_a_global_id_is_kept_as_text(gid: str, number: str):
    assert number_of(gid) == number


def test_an_answer_with_values_of_the_wrong_kind_is_refused_without_repeating_them():
    with pytest.raises(ValueError, match="inventoryItem") as refused:
        wire.Variant.model_validate(variant(1) | {"inventoryItem": "a-secret-value"})
    assert "a-secret-value" not in str(refused.value)


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("", None),
        ("   ", None),
        ('":()\\', None),
        ("OR", None),
        ("mug", 'mug* OR sku:"mug"'),
        ("MUG-1", 'MUG-1* OR sku:"MUG-1"'),
        ("-mug", 'mug* OR sku:"mug"'),
        ("blue mug", "blue* mug*"),
        ("blue AND NOT mug", "blue* mug*"),
        ('status:draft) OR (x"', "status* draft* x*"),
        ("O'Neill", "O* Neill*"),
        ("Krug weiß", "Krug* weiß*"),
    ],
)
def test_what_a_person_types_cannot_mean_anything_in_the_search_syntax(typed: str, query: str | None):
    assert search_query(typed) == query


@pytest.mark.parametrize(
    ("by", "value", "query"),
    [
        (ChosenBy.TAG, "summer sale", 'tag:"summer sale"'),
        (ChosenBy.VENDOR, "Acme OR status:draft", 'vendor:"Acme OR status:draft"'),
        (ChosenBy.VENDOR, '12" \\ Records', 'vendor:"12\\" \\\\ Records"'),
        (ChosenBy.SEARCH, "blue mug", "blue* mug*"),
        (ChosenBy.SEARCH, '":', None),
        (ChosenBy.TAG, "*", None),
        (ChosenBy.CATALOGUE, "", None),
    ],
)
def test_a_choice_is_a_search_in_which_its_value_means_nothing_else(by: ChosenBy, value: str, query: str | None):
    assert choice_query(ProductChoice(by=by, value=value)) == query


@pytest.mark.parametrize("tracked", [False, True])
def test_a_variant_that_requires_components_is_a_bundle(tracked: bool) -> None:
    shown = facts(product(), variant(1, requiresComponents=True, tracked=tracked), variant(2))
    assert [(one.bundle, one.tracked) for one in shown.variants] == [(True, tracked), (False, True)]

"""A shop's product as a listing at Etsy."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.domain.catalog import ProductFacts
from listbridge.domain.ids import Sku
from listbridge.domain.verdicts import Rejected
from listbridge.marketplaces.etsy.offers.eras import eras
from listbridge.marketplaces.etsy.offers.properties import attribute
from listbridge.marketplaces.etsy.offers.wire import InventoryTold
from tests.unit.marketplaces.etsy_products import FABRIC, PICTURE, content, product, refusal, sized, variant, worth


def test_an_option_without_a_property_becomes_one_of_its_own_name() -> None:
    sent = content(sized("S", "M")).inventory({Sku("J-S"): worth(3, "19.90"), Sku("J-M"): worth(0, "21")}).body()
    assert sent["products"] == [
        {
            "sku": "J-S",
            "property_values": [{"property_id": 513, "property_name": "Size", "value_ids": [], "values": ["S"]}],
            "offerings": [{"price": 19.9, "quantity": 3, "is_enabled": True, "readiness_state_id": 81}],
        },
        {
            "sku": "J-M",
            "property_values": [{"property_id": 513, "property_name": "Size", "value_ids": [], "values": ["M"]}],
            "offerings": [{"price": 21.0, "quantity": 0, "is_enabled": True, "readiness_state_id": 81}],
        },
    ]
    on = ("price_on_property", "quantity_on_property", "sku_on_property", "readiness_state_on_property")
    assert [sent[name] for name in on] == [[513], [513], [513], []]


def test_a_property_of_the_category_gets_its_scale_and_its_values_ids_where_etsy_has_all_of_them() -> None:
    known = content(sized("S", "M"), option_properties={"Size": "100"}).varying[0]
    assert known.of("m").body() == {
        "property_id": 100,
        "property_name": "Size",
        "scale_id": 302,
        "value_ids": [3],
        "values": ["M"],
    }


def test_a_size_that_etsy_does_not_have_takes_all_of_them_off_the_scale() -> None:
    [size] = content(sized("S", "XXS"), option_properties={"Size": "100"}).varying
    assert [size.of(value).body() for value in ("S", "XXS")] == [
        {"property_id": 100, "property_name": "Size", "value_ids": [], "values": [value]} for value in ("S", "XXS")
    ]


def test_a_product_without_options_has_one_product_without_properties() -> None:
    sent = content().inventory({Sku("A"): worth(2, "5")}).body()
    assert [one["property_values"] for one in sent["products"]] == [[]]
    assert sent["sku_on_property"] == []


def test_what_the_listing_has_beside_ours_stays_as_it_is() -> None:
    there = InventoryTold.model_validate(
        {
            "products": [
                {
                    "product_id": 1,
                    "sku": "HIS-OWN",
                    "property_values": [
                        {"property_id": 513, "property_name": "Size", "value_ids": [9], "values": ["L"]}
                    ],
                    "offerings": [
                        {
                            "offering_id": 4,
                            "quantity": 8,
                            "is_enabled": False,
                            "price": {"amount": 4250, "divisor": 100, "currency_code": "EUR"},
                            "readiness_state_id": 82,
                        }
                    ],
                }
            ]
        }
    )
    sent = content(sized("S", "M")).inventory({Sku("J-S"): worth(3, "1"), Sku("J-M"): worth(1, "1")}, there).body()
    assert [one["sku"] for one in sent["products"]] == ["HIS-OWN", "J-S", "J-M"]
    assert sent["products"][0] == {
        "sku": "HIS-OWN",
        "property_values": [{"property_id": 513, "property_name": "Size", "value_ids": [9], "values": ["L"]}],
        "offerings": [{"price": 42.5, "quantity": 8, "is_enabled": False, "readiness_state_id": 82}],
    }


@pytest.mark.parametrize(("quantity", "price", "code"), [(None, "1", "stock_unknown"), (1, None, "price_missing")])
def test_a_value_that_nobody_knows_is_refused_and_never_made_up(quantity: Any, price: Any, code: str) -> None:
    with pytest.raises(Rejected) as refused:
        content().inventory({Sku("A"): worth(quantity, price)})
    assert refused.value.problem.code == code


def coloured(*pairs: tuple[str, str]) -> ProductFacts:
    variants = [variant(f"{colour}-{size}", options={"Size": size, "Colour": colour}) for colour, size in pairs]
    return product(*variants, options=("Size", "Colour"))


def rows(sent: dict[str, Any]) -> dict[tuple[str, ...], tuple[str, int, bool]]:
    return {
        tuple(value["values"][0] for value in one["property_values"]): (
            one["sku"],
            one["offerings"][0]["quantity"],
            one["offerings"][0]["is_enabled"],
        )
        for one in sent["products"]
    }


def test_a_combination_that_the_shop_does_not_have_is_there_and_hidden() -> None:
    made = content(coloured(("red", "S"), ("red", "M"), ("blue", "S")))
    sent = made.inventory({sku: worth(3, "9") for sku in made.values}).body()
    assert rows(sent) == {
        ("S", "red"): ("red-S", 3, True),
        ("M", "red"): ("red-M", 3, True),
        ("S", "blue"): ("blue-S", 3, True),
        ("M", "blue"): ("", 0, False),
    }


def as_told(sent: dict[str, Any]) -> InventoryTold:
    """What Etsy shows of what was written."""
    products = [
        {
            **one,
            "offerings": [
                {**row, "price": {"amount": round(row["price"] * 100), "divisor": 100, "currency_code": "EUR"}}
                for row in one["offerings"]
            ],
        }
        for one in sent["products"]
    ]
    return InventoryTold.model_validate({**sent, "products": products})


def test_a_hidden_combination_gives_its_place_to_a_variant_that_the_shop_has_by_now() -> None:
    before = content(coloured(("red", "S"), ("red", "M"), ("blue", "S")))
    there = as_told(before.inventory({sku: worth(3, "9") for sku in before.values}).body())
    made = content(coloured(("red", "S"), ("red", "M"), ("blue", "S"), ("blue", "M")))
    sent = made.inventory({sku: worth(2, "9") for sku in made.values}, there).body()
    assert len(sent["products"]) == 4
    assert rows(sent)["M", "blue"] == ("blue-M", 2, True)


def test_a_product_of_the_sellers_own_in_the_same_place_is_not_written_over() -> None:
    there = as_told(content(sized("S")).inventory({Sku("J-S"): worth(3, "9")}).body())
    other = product(variant("OTHER", options={"Size": "S"}), variant("L", options={"Size": "L"}), options=("Size",))
    with pytest.raises(Rejected) as refused:
        content(other).inventory({Sku("OTHER"): worth(1, "1"), Sku("L"): worth(1, "1")}, there)
    assert (refused.value.problem.code, refused.value.problem.params["other"]) == ("etsy_variations_alike", "J-S")


def test_combinations_count_whether_the_shop_has_them_or_not() -> None:
    pairs = [(f"c{n}", f"s{n % 9}") for n in range(50)]
    code, params = refusal(coloured(*pairs))
    assert (code, params["count"]) == ("etsy_too_many_variations", "450")


def test_401_products_are_too_many_for_one_listing() -> None:
    code, params = refusal(sized(*(f"s{n}" for n in range(401))))
    assert (code, params["count"], params["max"]) == ("etsy_too_many_variations", "401", "400")


def test_a_third_option_is_one_too_many() -> None:
    options = {"Size": "S", "Colour": "red", "Sleeve": "long"}
    code, params = refusal(product(variant(options=options), options=tuple(options)))
    assert (code, params["count"]) == ("etsy_too_many_options", "3")


def test_parentheses_in_a_value_are_refused_for_that_variant_alone() -> None:
    made = content(sized("S", "M (tall)"))
    assert list(made.values) == ["J-S"]
    assert {sku: error.problem.code for sku, error in made.refused.items()} == {
        "J-M (tall)": "etsy_parentheses_refused"
    }


def test_parentheses_in_an_options_name_are_refused_for_the_product() -> None:
    assert refusal(sized("S", "M", option="Size (EU)")) == ("etsy_parentheses_refused", {"value": "Size (EU)"})


@pytest.mark.parametrize("property_id", ["200", "999"])
def test_a_property_by_which_the_category_cannot_vary_is_refused(property_id: str) -> None:
    code, params = refusal(sized("S", "M"), option_properties={"Size": property_id})
    assert (code, params) == ("etsy_property_unknown", {"property": property_id, "option": "Size"})


def test_a_product_without_a_picture_that_etsy_can_have_is_refused() -> None:
    assert refusal(product(images=()))[0] == "etsy_picture_missing"
    assert refusal(product(images=("http://images.example/a.jpg",)))[0] == "etsy_picture_missing"


def test_twenty_pictures_go_along_the_variants_before_the_rest() -> None:
    own = "https://images.example/own.jpg"
    many = tuple(f"https://images.example/{n}.jpg" for n in range(25))
    made = content(product(variant(image=own), images=many))
    assert made.pictures == (many[0], own, *many[1:19])


def test_pictures_of_variations_are_told_by_the_value_that_shows_each() -> None:
    red, blue = "https://images.example/red.jpg", "https://images.example/blue.jpg"
    variants = [
        variant(f"{colour}-{size}", options={"Size": size, "Colour": colour}, image=image)
        for colour, image in (("red", red), ("blue", blue))
        for size in ("S", "M")
    ]
    made = content(product(*variants, options=("Size", "Colour")))
    told = made.pictures_by_value()
    assert told is not None
    assert (told[0].id, told[1]) == (514, {"red": red, "blue": blue})


def test_variations_that_share_a_picture_have_none_of_their_own() -> None:
    assert content(sized("S", "M")).pictures_by_value() is None


def test_the_shops_tags_go_along_only_where_that_is_wanted() -> None:
    facts = product(tags=("collection:summer",))
    assert content(facts, tags=("wool",)).tags == ("wool",)
    assert refusal(facts, tags_from_shop=True)[0] == "etsy_tag_refused"


def test_a_draft_is_marked_by_its_only_tag_and_renewal_is_manual_by_default() -> None:
    fields = content(product(description_html="<p>Pure <b>wool</b>.</p>"), tags=("wool",)).draft("lb12", 20.0)
    assert (fields["tags"], fields["quantity"], fields["price"]) == (["lb12"], 1, 20.0)
    assert fields["should_auto_renew"] is False
    assert fields["description"] == "Pure wool."
    assert content(tags=("wool",)).fields()["tags"] == ["wool"]
    assert content().pictures == (PICTURE,)


def test_an_attribute_is_sent_with_etsys_ids_whatever_the_case() -> None:
    assert attribute(FABRIC, ["wool", "Silk"]) == {"value_ids": [11, 12], "values": ["Wool", "Silk"], "scale_id": None}
    with pytest.raises(Rejected) as refused:
        attribute(FABRIC, ["Wool", "Nylon"])
    assert refused.value.problem.code == "etsy_attribute_refused"


def test_the_times_of_making_are_those_of_the_year() -> None:
    assert eras(2026)[:6] == ("made_to_order", "2020_2026", "2010_2019", "2007_2009", "before_2007", "2000_2006")
    assert eras(2027)[1:6] == ("2020_2027", "2010_2019", "2008_2009", "before_2008", "2000_2007")
    assert eras(2026)[-3:] == ("1800s", "1700s", "before_1700")

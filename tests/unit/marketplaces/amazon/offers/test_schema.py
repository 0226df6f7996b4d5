"""A product type's schema: Amazon's own words count as the plain ones do, and each fault names its attribute."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.marketplaces.amazon.offers.schema import Fault
from tests.unit.marketplaces.amazon_products import SITE, hat


def row(value: Any, language: str = "de_DE") -> dict[str, Any]:
    return {"value": value, "marketplace_id": SITE.marketplace_id, "language_tag": language}


WHOLE = {"item_name": [row("Hat")], "brand": [row("Nordlicht")], "material": [row("wool")]}


def faults(**changes: Any) -> list[tuple[str, bool, str]]:
    told = {name: one for name, one in {**WHOLE, **changes}.items() if one is not None}
    return [(fault.attribute, fault.missing, fault.words) for fault in hat().faults(told)]


def test_a_whole_item_has_no_faults() -> None:
    assert faults() == []


def test_everything_that_is_missing_is_told_at_once() -> None:
    assert faults(brand=None, material=None) == [("brand", True, "is missing"), ("material", True, "is missing")]


def test_rows_are_counted_for_each_combination_of_the_selectors() -> None:
    assert faults(bullet_point=[row("a"), row("b"), row("c", "en_GB")]) == []
    assert faults(bullet_point=[row("a"), row("b"), row("c")]) == [("bullet_point", False, "has more than 2 value(s)")]


def test_too_few_rows_are_told() -> None:
    schema = hat(
        properties={"tags": {"type": "array", "minUniqueItems": 2, "selectors": ["language_tag"]}}, required=[]
    )
    one_in_each = [row("a"), row("b", "en_GB")]
    assert schema.faults({"tags": one_in_each}) == (Fault("tags", False, "has fewer than 2 value(s)"),)
    assert schema.faults({"tags": [row("a"), row("b")]}) == ()
    assert schema.faults({"tags": []}) == (Fault("tags", False, "has fewer than 2 value(s)"),)


def test_bytes_are_counted_and_not_characters() -> None:
    assert faults(product_description=[row("ü" * 15)]) == []
    assert faults(product_description=[row("ü" * 16)]) == [
        ("product_description", False, "value is longer than 30 bytes")
    ]


@pytest.mark.parametrize(
    ("attribute", "value", "words"),
    [
        ("item_name", "x" * 21, "value is longer than 20 characters"),
        ("material", "gold", "value is not one of wool, felt"),
        ("waterproof", "perhaps", "value is no boolean"),
    ],
)
def test_a_value_that_does_not_fit_is_told_in_words(attribute: str, value: Any, words: str) -> None:
    one = row(value) if attribute != "waterproof" else {"value": value, "marketplace_id": SITE.marketplace_id}
    assert (attribute, False, words) in faults(**{attribute: [one]})


def test_a_condition_asks_for_more() -> None:
    wet = [{"value": True, "marketplace_id": SITE.marketplace_id}]
    assert faults(waterproof=wet) == [("color", True, "is missing")]
    dry = [{"value": False, "marketplace_id": SITE.marketplace_id}]
    assert faults(waterproof=dry) == []


def test_another_site_s_row_is_refused() -> None:
    elsewhere = {**row("Hat"), "marketplace_id": "ATVPDKIKX0DER"}
    [(attribute, missing, words)] = faults(item_name=[elsewhere])
    assert (attribute, missing) == ("item_name", False)
    assert words == f"marketplace_id is not one of {SITE.marketplace_id}"


def test_a_pattern_that_python_cannot_read_is_left_to_amazon() -> None:
    schema = hat(properties={"code": {"type": "string", "pattern": r"^\p{L}+$"}}, required=[])
    assert schema.faults({"code": "1"}) == ()
    plain = hat(properties={"code": {"type": "string", "pattern": r"^[a-z]+$"}}, required=[])
    assert plain.faults({"code": "1"}) == (Fault("code", False, "does not have the form ^[a-z]+$"),)


def test_of_several_ways_what_the_first_lacks_is_told() -> None:
    schema = hat(required=[], anyOf=[{"required": ["brand"]}, {"required": ["size"]}])
    assert schema.faults({}) == (Fault("brand", True, "is missing"),)
    assert schema.faults({"brand": [row("N")]}) == ()


def test_themes_that_amazon_gives_up_are_not_offered() -> None:
    assert hat().themes == ("SIZE", "SIZE/COLOR")

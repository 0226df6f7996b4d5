"""Variants as the variations of one listing, on a marketplace that takes three of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from listbridge.domain.catalog import ProductFacts, VariantFacts, Visibility
from listbridge.domain.ids import ProductId, Sku, VariantId
from listbridge.domain.listings.variations import VariationRules, picture_option, variant_of
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected, RemoteError


@dataclass(frozen=True)
class Said:
    code: str

    def error(self, message: str = "", *, params: Mapping[str, str] | None = None) -> RemoteError:
        return Rejected(Problem(self.code, params or {}, "mend"))


RULES = VariationRules(
    most=3,
    most_values=2,
    longest_name=6,
    longest_value=5,
    too_many=Said("crowd"),
    too_many_values=Said("choice"),
    name_too_long=Said("long"),
    same_name=Said("one_name"),
    alike=Said("alike"),
)


def variant(sku: str, image: str = "", **options: str) -> VariantFacts:
    return VariantFacts(VariantId(f"v{sku}"), Sku(sku), "", None, options=options, image=image)


def product(*variants: VariantFacts, options: tuple[str, ...] = ()) -> ProductFacts:
    return ProductFacts(ProductId("p"), "Lamp", Visibility.VISIBLE, variants, options=options)


def told(refused: pytest.ExceptionInfo[Rejected]) -> tuple[str, dict[str, str], str]:
    problem = refused.value.problem
    return problem.code, dict(problem.params), problem.fix


# ---- names ----


def test_options_get_the_names_that_they_are_given_in_the_shops_order() -> None:
    lamp = product(variant("a", Glow="warm", Base="oak"), variant("b", Base="ash"), options=("Base",))
    assert RULES.names(lamp, {"Glow": "Light"}) == ("Base", "Light")


def test_a_product_without_options_has_no_names() -> None:
    assert RULES.names(product(variant("a")), {}) == ()


def test_several_variants_without_options_cannot_be_told_apart() -> None:
    with pytest.raises(Rejected) as refused:
        RULES.names(product(variant("a"), variant("b")), {})
    assert told(refused) == ("options_missing", {"product": "Lamp"}, "check_options_in_shop")


def test_a_name_may_be_as_long_as_the_rules_say_and_no_longer() -> None:
    assert RULES.names(product(variant("a", Height="1")), {}) == ("Height",)
    with pytest.raises(Rejected) as refused:
        RULES.names(product(variant("a", Heights="1")), {})
    assert told(refused) == ("long", {"name": "Heights", "max": "6"}, "mend")


def test_two_options_cannot_get_one_name() -> None:
    with pytest.raises(Rejected) as refused:
        RULES.names(product(variant("a", Base="oak", Foot="oak")), {"Foot": "Base"})
    assert told(refused) == ("one_name", {"name": "Base, Base"}, "mend")


# ---- values ----


def test_values_come_by_name_without_blanks_around_them() -> None:
    values = RULES.values(variant("a", Glow=" warm ", Base="oak"), ("Base", "Light"), {"Glow": "Light"})
    assert list(values.items()) == [("Base", "oak"), ("Light", "warm")]


@pytest.mark.parametrize("options", [{}, {"Base": "  "}, {"Glow": "warm"}])
def test_a_variant_needs_a_value_of_each_name(options: dict[str, str]) -> None:
    with pytest.raises(Rejected) as refused:
        RULES.values(variant("a", **options), ("Base",), {})
    assert told(refused) == ("option_value_missing", {"sku": "a", "option": "Base"}, "check_options_in_shop")


def test_a_value_may_be_as_long_as_the_rules_say_and_no_longer() -> None:
    assert RULES.values(variant("a", Base="birch"), ("Base",), {}) == {"Base": "birch"}
    with pytest.raises(Rejected) as refused:
        RULES.values(variant("a", Base="walnut"), ("Base",), {})
    params = {"sku": "a", "value": "walnut", "max": "5"}
    assert told(refused) == ("option_value_too_long", params, "check_options_in_shop")


def test_of_those_that_are_alike_the_first_stays_and_each_later_one_is_told_with_it() -> None:
    rows = [("a", ["oak", "warm"]), ("b", ["oak", "cold"]), ("c", ["oak", "warm"]), ("d", ["oak", "warm"])]
    twins = RULES.twins((Sku(sku), row) for sku, row in rows)
    assert {sku: (error.problem.code, dict(error.problem.params)) for sku, error in twins.items()} == {
        "c": ("alike", {"sku": "c", "value": "oak, warm", "other": "a"}),
        "d": ("alike", {"sku": "d", "value": "oak, warm", "other": "a"}),
    }


# ---- how much fits ----


def test_as_many_variations_fit_as_the_rules_say_and_no_more() -> None:
    RULES.refuse_too_many(3, {"Base": 2})
    with pytest.raises(Rejected) as refused:
        RULES.refuse_too_many(4, {"Base": 2})
    assert told(refused) == ("crowd", {"count": "4", "max": "3"}, "mend")


def test_as_many_values_of_one_option_fit_as_the_rules_say_and_no_more() -> None:
    with pytest.raises(Rejected) as refused:
        RULES.refuse_too_many(3, {"Glow": 2, "Base": 3})
    assert told(refused) == ("choice", {"option": "Base", "count": "3", "max": "2"}, "mend")


def test_of_a_product_only_the_variants_that_are_wanted_count_and_equal_values_once() -> None:
    lamp = product(*(variant(str(n), Base="oak" if n < 2 else f"wood{n}") for n in range(5)))
    RULES.refuse_oversized(lamp, [Sku("0"), Sku("1"), Sku("2")])
    with pytest.raises(Rejected) as refused:
        RULES.refuse_oversized(lamp, [Sku("1"), Sku("2"), Sku("3")])
    assert told(refused)[:2] == ("choice", {"option": "Base", "count": "3", "max": "2"})


def test_a_product_without_options_is_never_oversized() -> None:
    RULES.refuse_oversized(product(variant("0")), [Sku(str(n)) for n in range(4)])


# ---- SKUs ----


@pytest.mark.parametrize("sku", ["", " a", "a\n", "a\tb", ".", "..", "sevenly"])
def test_a_sku_that_cannot_stand_in_an_address_is_refused_before_it_is_looked_for(sku: str) -> None:
    with pytest.raises(Rejected) as refused:
        variant_of(Sku(sku), {}, 6, Said("sku"))
    assert told(refused) == ("sku", {"sku": sku, "max": "6"}, "mend")


def test_of_an_endless_sku_only_the_beginning_is_told() -> None:
    with pytest.raises(Rejected) as refused:
        variant_of(Sku("x" * 500), {}, 6, Said("sku"))
    assert told(refused)[1]["sku"] == "x" * 80


def test_a_sku_that_the_product_no_longer_has_is_told_by_name() -> None:
    with pytest.raises(Rejected) as refused:
        variant_of(Sku("b.-/c"), {Sku("a"): variant("a")}, 6, Said("sku"))
    assert told(refused) == ("variant_gone", {"sku": "b.-/c"}, "remove_item")


def test_a_sku_that_is_there_gives_its_variant() -> None:
    assert variant_of(Sku("a"), {Sku("a"): variant("a")}, 6, Said("sku")) == variant("a")


# ---- pictures ----


@pytest.mark.parametrize(
    ("pictures", "option"),
    [
        (("1", "1", "2", "2"), "Base"),
        (("1", "2", "1", "2"), "Glow"),
        (("1", "2", "3", "4"), "Base"),
        (("", "", "", ""), "Base"),
        (("1", "", "1", ""), "Glow"),
    ],
)
def test_pictures_differ_by_the_first_option_whose_every_value_has_one(pictures: tuple[str, ...], option: str) -> None:
    lamps = [{"Base": base, "Glow": glow} for base in ("oak", "ash") for glow in ("warm", "cold")]
    assert picture_option(("Base", "Glow"), zip(lamps, pictures, strict=True)) == option


def test_an_option_of_one_value_tells_no_pictures_apart() -> None:
    lamps = [({"Base": "oak", "Glow": glow}, glow) for glow in ("warm", "cold")]
    assert picture_option(("Base", "Glow"), lamps) == "Glow"

"""Bad input for Amazon: each is told with its field, its code and its fix, and nothing is sent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.ids import ListingKey, Sku
from listbridge.domain.money import Money
from listbridge.domain.ports import PublishRequest, PublishVariant
from listbridge.domain.verdicts import Rejected
from tests.contract.marketplaces.amazon_sent import Watch
from tests.contract.marketplaces.staged_amazon import AmazonStage
from tests.contract.marketplaces.stages import ACCOUNT

EAN = "4006381333931"


@pytest.fixture
def stage() -> AmazonStage:
    return AmazonStage()


def candle_with(stage: AmazonStage, **facts: Any) -> PublishRequest:
    """The candle with other facts of its only variant."""
    request = stage.request(1)
    [variant] = request.product.variants
    changed = replace(variant, **facts)
    key = ListingKey(ACCOUNT, request.site, changed.sku)
    product = replace(request.product, variants=(changed,))
    return replace(request, product=product, variants=(PublishVariant(key, changed.variant, None, None),))


def with_settings(request: PublishRequest, **changes: Any) -> PublishRequest:
    settings = {**request.creation.settings, **changes}
    return replace(request, creation=request.creation.model_copy(update={"settings": settings}))


def told(stage: AmazonStage, request: PublishRequest) -> list[tuple[str, str]]:
    """Field and code of every problem. Whatever it is, publishing sends nothing of it."""
    watch = Watch(stage)
    problems = stage.open().preview(request)
    assert watch.real == []
    assert all(one.problem.fix for one in problems)
    with pytest.raises(Rejected) as refused:
        stage.open().publish(request, stage.new_desk(request).worker())
    assert refused.value.problem.code in {one.problem.code for one in problems}
    assert (watch.real, stage.ever_made()) == ([], 0)
    return [(one.field, one.problem.code) for one in problems]


def test_a_product_type_that_there_is_not(stage: AmazonStage) -> None:
    request = with_settings(stage.request(1), product_type="UNICORN")
    assert told(stage, request) == [("settings.product_type", "amazon_product_type_unknown")]


def test_an_attribute_that_is_missing(stage: AmazonStage) -> None:
    request = stage.request(1)
    given = {name: one for name, one in request.creation.settings["attributes"].items() if name != "country_of_origin"}
    request = with_settings(request, attributes=given)
    assert told(stage, request) == [("settings.attributes.country_of_origin", "amazon_attribute_missing")]


def test_a_theme_that_the_type_lacks(stage: AmazonStage) -> None:
    request = with_settings(stage.request(6), variation_theme="SIZE/SMELL")
    assert told(stage, request) == [("settings.variation_theme", "amazon_theme_unknown")]


def test_a_price_below_zero(stage: AmazonStage) -> None:
    request = candle_with(stage, price=Money(Decimal("-1.00"), "USD"))
    problems = stage.open().preview(request)
    assert [(one.field, one.problem.code, one.sku) for one in problems] == [("price", "amazon_price_too_low", "CANDLE")]
    watch = Watch(stage)
    good = stage.request(1)
    with pytest.raises(Rejected) as refused:
        stage.open().publish(good, stage.new_desk(good, price="-1.00").worker())
    assert refused.value.problem.code == "amazon_price_too_low"
    assert (watch.all, stage.ever_made()) == ([], 0)


@pytest.mark.parametrize("sku", ["S" * 41, "A/B", "A%B", "A B"])
def test_a_sku_that_amazon_does_not_take(stage: AmazonStage, sku: str) -> None:
    assert told(stage, candle_with(stage, sku=Sku(sku))) == [("sku", "amazon_sku_refused")]


def test_a_barcode_with_a_wrong_check_digit(stage: AmazonStage) -> None:
    assert told(stage, candle_with(stage, barcode=EAN[:-1] + "2")) == [("barcode", "amazon_barcode_refused")]


def test_an_asin_of_another_brand(stage: AmazonStage) -> None:
    asin = stage.simulator.deeds.add_catalog_product("Candle of somebody", "Closed")["asin"]
    stage.simulator.deeds.restrict_brand("Closed")
    request = with_settings(stage.request(1), asins={"CANDLE": asin})
    [(field, code)] = told(stage, request)
    assert field == "settings.asins"
    assert code in ("amazon_approval_needed", "amazon_not_eligible")


def test_an_asin_that_there_is_not(stage: AmazonStage) -> None:
    request = with_settings(stage.request(1), asins={"CANDLE": "B0NOTTHERE"})
    assert told(stage, request)[0] == ("settings.asins", "amazon_asin_unknown")


def test_what_only_amazon_finds_is_told_beside_what_was_found_here(stage: AmazonStage) -> None:
    stage.simulator.deeds.plan_issue("JUMPER-S", "preview", attribute="size", message="Not a size.")
    request = stage.request(6)
    [first, *others] = request.product.variants
    product = replace(request.product, variants=(replace(first, barcode="1"), *others))
    problems = stage.open().preview(replace(request, product=product))
    assert [(one.field, one.problem.code, one.sku) for one in problems] == [
        ("barcode", "amazon_barcode_refused", "JUMPER-XS"),
        ("options", "amazon_attribute_refused", "JUMPER-S"),
    ]


def test_the_large_product_type_draws_a_form_and_can_be_published(stage: AmazonStage) -> None:
    form = stage.open().creation_form(stage.sites[0], "KITCHEN_KNIFE")
    asked = form["properties"]["attributes"]
    assert {"country_of_origin", "blade_length"} <= set(asked["required"])
    assert "item_name" not in asked["properties"]
    assert len(asked["properties"]) > 50


def test_a_form_for_a_type_that_there_is_not_is_refused(stage: AmazonStage) -> None:
    with pytest.raises(Rejected) as refused:
        stage.open().creation_form(stage.sites[0], "UNICORN")
    assert refused.value.problem.code == "amazon_product_type_unknown"


def test_choices_are_what_amazon_finds_for_what_the_account_sells(stage: AmazonStage) -> None:
    every = stage.open().creation_choices(stage.sites[0])["product_types"]
    assert {"CANDLE", "SWEATER", "KITCHEN_KNIFE"} <= {one["id"] for one in every}
    some = stage.open(sells="beeswax candle").creation_choices(stage.sites[0])["product_types"]
    assert "CANDLE" in {one["id"] for one in some}
    assert "KITCHEN_KNIFE" not in {one["id"] for one in some}

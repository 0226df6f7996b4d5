"""What Etsy would refuse of a product is named by the preview and by publishing, before anything is written."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.money import Money
from listbridge.domain.ports import PublishRequest
from listbridge.domain.verdicts import Rejected
from tests.contract.marketplaces.acts import published
from tests.contract.marketplaces.etsy_pictures import JPEG
from tests.contract.marketplaces.etsy_products import fees, only, sized, with_settings
from tests.contract.marketplaces.staged_etsy import SITE, EtsyStage


@pytest.fixture
def stage() -> EtsyStage:
    return EtsyStage()


def refused(stage: EtsyStage, request: PublishRequest) -> str:
    """The code, told by the preview as well; nothing was written, nothing was made and nothing was paid."""
    methods: list[str] = []
    before = stage.before

    def watched(sent: Any) -> None:
        if stage.operation(sent) != "oauthToken":
            methods.append(sent.method)
        before(sent)

    stage.before = watched  # type: ignore[method-assign]
    adapter, desk = stage.open(), stage.new_desk(request)
    previewed = {one.problem.code for one in adapter.preview(request)}
    with pytest.raises(Rejected) as caught:
        adapter.publish(request, desk.worker())
    code = caught.value.problem.code
    assert previewed == {code}
    assert caught.value.problem.fix
    assert set(methods) <= {"GET"}
    assert desk.progress == {}
    assert (stage.ever_made(), fees(stage)) == (0, [])
    return code


def new_processing_profile(stage: EtsyStage) -> str:
    """The seller makes one in their shop."""
    world = stage.simulator.world
    there = world.sellers["anna"].readiness
    new = replace(next(iter(there.values())), readiness_id=world.new_id(), most_days=9)
    there[new.readiness_id] = new
    return str(new.readiness_id)


def times_asked(stage: EtsyStage, operation: str) -> int:
    return [call.operation for call in stage.simulator.world.journal].count(operation)


def test_401_products_in_one_listing(stage: EtsyStage) -> None:
    many = sized(stage, *(f"s{n}" for n in range(401)))
    assert refused(stage, many) == "etsy_too_many_variations"


def test_parentheses_in_a_property(stage: EtsyStage) -> None:
    assert refused(stage, sized(stage, "S", "M", option="Size (EU)")) == "etsy_parentheses_refused"


def test_parentheses_in_a_value_of_one_variant_of_three(stage: EtsyStage) -> None:
    """Its siblings do not go on sale without it."""
    request = sized(stage, "S", "M (EU)", "L")
    assert refused(stage, request) == "etsy_parentheses_refused"
    [told] = stage.open().preview(request)
    assert (told.field, told.sku, told.problem.params) == ("options", "J-1", {"value": "M (EU)"})


def test_parentheses_in_a_value_that_comes_to_a_listing_on_sale_change_nothing_of_it(stage: EtsyStage) -> None:
    two = sized(stage, "S", "M")
    adapter, desk = stage.open(), stage.new_desk(two)
    done = adapter.publish(two, desk.worker())
    before = only(stage)
    remotes = tuple(replace(one, remote=done.remote) for one in two.variants)
    with pytest.raises(Rejected) as caught:
        adapter.full_revise(replace(sized(stage, "S", "M (EU)"), variants=remotes), desk.worker())
    assert caught.value.problem.code == "etsy_parentheses_refused"
    assert only(stage) == before


def with_second(request: PublishRequest, **facts: Any) -> PublishRequest:
    """Of two variants the second one with these facts."""
    first, second = request.product.variants
    return replace(request, product=replace(request.product, variants=(first, replace(second, **facts))))


def test_one_variant_of_two_with_a_price_in_another_currency(stage: EtsyStage) -> None:
    foreign = with_second(sized(stage, "S", "M"), price=Money(Decimal("10.00"), "EUR"))
    assert refused(stage, foreign) == "etsy_currency_refused"


def test_one_variant_of_two_with_a_picture_that_is_html(stage: EtsyStage) -> None:
    stage.pictures.served["/m.jpg"] = ("text/html", b"<!doctype html>")
    pictured = with_second(sized(stage, "S", "M"), image="https://images.example/m.jpg")
    assert refused(stage, pictured) == "etsy_picture_refused"


def test_emoji_in_a_title(stage: EtsyStage) -> None:
    assert refused(stage, stage.request(1, title="Candle 🕯")) == "etsy_title_characters"


def test_a_tag_of_21_characters(stage: EtsyStage) -> None:
    assert refused(stage, with_settings(stage.request(1), tags=["x" * 21])) == "etsy_tag_refused"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("image/jpeg", JPEG + bytes(20_000_000)),
        ("image/jpeg", b"<!doctype html><html><body>Not here</body></html>"),
        ("image/webp", b"RIFF\x00\x00\x00\x00WEBPVP8 "),
        ("image/jpeg", b""),
    ],
    ids=["of 20 MB", "that is HTML", "of another kind", "of no byte"],
)
def test_a_picture(stage: EtsyStage, kind: str, body: bytes) -> None:
    stage.pictures.served["/candle.jpg"] = (kind, body)
    assert refused(stage, stage.request(1)) == "etsy_picture_refused"


def test_a_picture_of_20_mb_whose_size_nobody_announced(stage: EtsyStage) -> None:
    stage.pictures.announces = False
    stage.pictures.served["/candle.jpg"] = ("image/jpeg", JPEG + bytes(20_000_000))
    assert refused(stage, stage.request(1)) == "etsy_picture_refused"


def test_a_picture_whose_size_nobody_announced_is_sent_where_it_is_small_enough(stage: EtsyStage) -> None:
    stage.pictures.announces = False
    published(stage)
    assert only(stage)["state"] == "active"


def test_a_bad_picture_among_more_than_a_listing_has(stage: EtsyStage) -> None:
    """The preview looks at those that are sent: the first one, those of the variants, then as many of the rest as there is room for."""
    request = stage.request(6)
    images = tuple(f"https://images.example/{number}.jpg" for number in range(20))
    stage.pictures.served["/jumper-S.jpg"] = ("text/html", b"<!doctype html>")
    many = replace(request, product=replace(request.product, images=images))
    assert refused(stage, many) == "etsy_picture_refused"


def test_a_time_of_making_that_is_over(stage: EtsyStage) -> None:
    assert refused(stage, with_settings(stage.request(1), when_made="2020_2024")) == "etsy_when_made_refused"


def test_a_shipping_profile_that_the_seller_deleted(stage: EtsyStage) -> None:
    stage.simulator.deeds.delete_shipping_profile(int(stage.seller["shippingProfileId"]), seller="anna")
    assert refused(stage, stage.request(1)) == "etsy_shipping_profile_gone"


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        ({"readiness_state_id": "99"}, "readiness_state_id"),
        ({"return_policy_id": "99"}, "return_policy_id"),
        ({"shop_section_id": "99"}, "shop_section_id"),
        ({"production_partner_ids": ["99"]}, "production_partner_ids"),
    ],
)
def test_what_the_shop_does_not_have(stage: EtsyStage, chosen: dict[str, Any], field: str) -> None:
    request = with_settings(stage.request(1), **chosen)
    assert refused(stage, request) == "etsy_choice_gone"
    [told] = stage.open().preview(request)
    assert (told.field, told.problem.params["id"]) == (f"settings.{field}", "99")


def test_what_the_shop_has_is_asked_for_once_and_what_it_has_only_now_at_once(stage: EtsyStage) -> None:
    adapter, asked = stage.open(), "getShopReadinessStateDefinitions"
    assert [adapter.preview(stage.request(1)) for _ in range(3)] == [()] * 3
    assert times_asked(stage, asked) == 1
    made = with_settings(stage.request(1), readiness_state_id=new_processing_profile(stage))
    assert [adapter.preview(made) for _ in range(2)] == [()] * 2
    assert times_asked(stage, asked) == 2


def test_a_shipping_profile_that_calculates_needs_weight_and_size(stage: EtsyStage) -> None:
    calculates = with_settings(stage.request(1), shipping_profile_id=str(stage.seller["calculatedProfileId"]))
    assert refused(stage, calculates) == "etsy_measures_missing"
    measured = with_settings(calculates, item_weight="200", item_length="10", item_width="10", item_height="5.5")
    stage.open().publish(measured, stage.new_desk(measured).worker())
    assert only(stage)["state"] == "active"


@pytest.mark.parametrize("material", ["wool_mix", "wool (merino)", "wool\nsilk", " "])
def test_a_material_of_other_characters(stage: EtsyStage, material: str) -> None:
    request = with_settings(stage.request(1), materials=["Wool 2", material])
    [told] = stage.open().preview(request)
    assert told.field == "settings.materials.1"
    with pytest.raises(Rejected):
        stage.open().check(request)


def test_a_form_of_what_is_no_category(stage: EtsyStage) -> None:
    with pytest.raises(Rejected) as caught:
        stage.open().creation_form(SITE, "jumpers")
    assert (caught.value.problem.code, caught.value.problem.params) == (
        "etsy_category_unknown",
        {"category": "jumpers"},
    )


def test_a_category_that_there_is_not(stage: EtsyStage) -> None:
    assert refused(stage, with_settings(stage.request(1), taxonomy_id="999999")) == "etsy_category_unknown"


def test_a_price_in_another_currency_than_the_shop_s() -> None:
    stage = EtsyStage(currency="EUR")
    assert refused(stage, stage.request(1)) == "etsy_currency_refused"


def test_a_price_in_the_currency_that_the_shop_had_when_it_was_connected(stage: EtsyStage) -> None:
    """Prices were computed in it: sent as they are, a listing would cost as many of the new currency's units."""
    stage.simulator.world.sellers["anna"].currency = "EUR"
    assert refused(stage, stage.request(6)) == "etsy_currency_refused"

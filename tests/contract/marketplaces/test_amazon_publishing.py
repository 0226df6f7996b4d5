"""Publishing on the simulated Amazon: offers on products that it has, new products, families, and submissions that are decided
late, otherwise than the preview said, or never."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from listbridge.domain.ids import RemoteId, Sku
from listbridge.domain.ports import Processing, Published, PublishRequest
from listbridge.domain.verdicts import NotFound, OutcomeUnknown, Rejected, RetryLater
from listbridge.marketplaces.amazon.offers.product_types import SHELF
from simulators.faults import Fault
from tests.contract.marketplaces.acts import published
from tests.contract.marketplaces.amazon_sent import Watch, follow, opened
from tests.contract.marketplaces.staged_amazon import AmazonStage
from tests.contract.marketplaces.stages import SIZES

EAN = "4006381333931"
SOON = timedelta(seconds=20)
CHILDREN = [f"JUMPER-{size}" for size in SIZES]


@pytest.fixture
def stage() -> AmazonStage:
    return AmazonStage()


def with_settings(request: PublishRequest, **changes: Any) -> PublishRequest:
    settings = {**request.creation.settings, **changes}
    return replace(request, creation=request.creation.model_copy(update={"settings": settings}))


# ---- products that Amazon has ----


def test_a_product_that_amazon_has_by_its_barcode_gets_an_offer_and_no_words_of_ours(stage: AmazonStage) -> None:
    asin = stage.simulator.deeds.add_catalog_product("Candle of somebody", "Nordlicht", barcode=EAN)["asin"]
    watch = Watch(stage)
    _, _, desk, done = published(stage)
    assert done.remote == asin
    [put] = watch.real
    assert put.body["requirements"] == "LISTING_OFFER_ONLY"
    assert set(put.attributes) == {
        "merchant_suggested_asin",
        "condition_type",
        "purchasable_offer",
        "fulfillment_availability",
    }
    assert desk.progress["way:CANDLE"] == asin
    [live] = stage.live()
    assert live.variations[Sku("CANDLE")].title == "Candle of somebody"


def test_a_profile_that_does_not_look_makes_a_product_of_its_own_words(stage: AmazonStage) -> None:
    stage.simulator.deeds.add_catalog_product("Candle of somebody", "Nordlicht", barcode=EAN)
    watch = Watch(stage)
    request = with_settings(stage.request(1), existing_products="never")
    stage.open().publish(request, stage.new_desk(request).worker())
    assert [one.body["requirements"] for one in watch.real] == ["LISTING"]
    assert "searchCatalogItems" not in stage.calls


def test_an_asin_that_the_seller_names_is_offered_on(stage: AmazonStage) -> None:
    asin = stage.simulator.deeds.add_catalog_product("Candle of somebody", "Nordlicht")["asin"]
    watch = Watch(stage)
    request = with_settings(stage.request(1), asins={"CANDLE": asin})
    done = stage.open().publish(request, stage.new_desk(request).worker())
    assert done.remote == asin
    assert [one.body["requirements"] for one in watch.real] == ["LISTING_OFFER_ONLY"]


def test_a_brand_that_needs_an_approval_is_told_before_anything_is_sent(stage: AmazonStage) -> None:
    stage.simulator.deeds.add_catalog_product("Candle of somebody", "Closed", barcode=EAN)
    stage.simulator.deeds.restrict_brand("Closed")
    watch = Watch(stage)
    request = stage.request(1)
    with pytest.raises(Rejected) as refused:
        stage.open().publish(request, stage.new_desk(request).worker())
    assert refused.value.problem.code in ("amazon_approval_needed", "amazon_not_eligible")
    assert (watch.all, stage.ever_made()) == ([], 0)


# ---- families ----


def test_the_parent_is_sent_first_and_each_mark_is_saved_before_the_next_call(stage: AmazonStage) -> None:
    watch = Watch(stage)
    _, request, _, done = published(stage, 6)
    assert [one.sku for one in watch.real] == [request.group, *CHILDREN]
    for earlier, later in zip(watch.real, watch.all[3::2], strict=False):
        assert f"sent:{earlier.sku}" in later.saved
    parent, *children = watch.real
    assert not parent.attributes.keys() & {"purchasable_offer", "fulfillment_availability"}
    assert {child.attributes["variation_theme"][0]["name"] for child in children} == {"SIZE"}
    assert done.group == request.group
    assert done.left_out is None


def test_every_item_is_previewed_before_it_is_sent(stage: AmazonStage) -> None:
    watch = Watch(stage)
    published(stage, 6)
    assert [one.preview for one in watch.all] == [True, False] * 7
    assert [one.sku for one in watch.all[::2]] == [one.sku for one in watch.all[1::2]]


def test_a_full_revise_does_not_send_an_unchanged_relationship(stage: AmazonStage) -> None:
    adapter, request, desk, _ = published(stage, 6)
    watch = Watch(stage)
    adapter.full_revise(request, desk.worker())
    assert [one.operation for one in watch.real] == ["patchListingsItem"] * 7
    assert not any("child_parent_sku_relationship" in one.attributes for one in watch.real)


def test_a_child_that_amazon_refuses_stops_no_sibling(stage: AmazonStage) -> None:
    stage.simulator.deeds.plan_issue("JUMPER-M", "preview", attribute="size")
    watch = Watch(stage)
    adapter = opened(stage)
    request = stage.request(6)
    answer = adapter.publish(request, stage.new_desk(request).worker())
    assert isinstance(answer, Processing)
    assert set(answer.left_out) == {"JUMPER-M"}
    assert answer.left_out[Sku("JUMPER-M")].problem.params["attributes"] == "size"
    assert "JUMPER-M" not in [one.sku for one in watch.real]
    kept = replace(request, variants=tuple(one for one in request.variants if one.key.sku != "JUMPER-M"))
    done = follow(stage, adapter, kept, SOON)
    assert isinstance(done, Published)
    assert sorted(done.offers) == sorted(set(CHILDREN) - {"JUMPER-M"})


# ---- what is decided later ----


def test_nothing_is_sent_while_the_preview_refuses_it(stage: AmazonStage) -> None:
    stage.simulator.deeds.plan_issue("CANDLE", "preview", code="90220", category="MISSING_ATTRIBUTE", attribute="scent")
    watch = Watch(stage)
    request = stage.request(1)
    with pytest.raises(Rejected) as refused:
        stage.open().publish(request, stage.new_desk(request).worker())
    assert refused.value.problem.code == "amazon_attribute_missing"
    assert (watch.real, stage.ever_made()) == ([], 0)


def test_what_the_preview_took_and_the_submission_refuses_is_told(stage: AmazonStage) -> None:
    stage.simulator.deeds.plan_issue("CANDLE", "submission", code="90220", message="No such thing.")
    request = stage.request(1)
    desk = stage.new_desk(request)
    with pytest.raises(Rejected) as refused:
        stage.open().publish(request, desk.worker())
    assert refused.value.problem.params["message"] == "No such thing."
    assert desk.attempts == [("CANDLE", "not_applied")]
    assert stage.live() == []


def test_what_was_accepted_and_is_refused_later_is_told_with_amazons_words(stage: AmazonStage) -> None:
    stage.simulator.deeds.plan_issue("CANDLE", "decision", message="Not like this.", attribute="material")
    adapter = opened(stage)
    request = stage.request(1)
    answer = adapter.publish(request, stage.new_desk(request).worker())
    assert isinstance(answer, Processing)
    with pytest.raises(Rejected) as refused:
        follow(stage, adapter, request, SOON)
    assert refused.value.problem.code == "amazon_attribute_refused"
    assert refused.value.problem.params["message"] == "Not like this."


@pytest.mark.parametrize(("refused", "variants"), [("CANDLE", 1), ("JUMPER-M", 6), ("LB-group-1", 6)])
def test_what_was_refused_later_is_sent_again_at_once_and_judged_by_the_new_decision(
    stage: AmazonStage, refused: str, variants: int
) -> None:
    stage.simulator.deeds.plan_issue(refused, "decision", message="Not like this.")
    adapter = opened(stage)
    request = stage.request(variants)
    desk = stage.new_desk(request)
    adapter.publish(request, desk.worker())
    if refused == "JUMPER-M":
        first = follow(stage, adapter, request, SOON)
        assert isinstance(first, Published)
        assert set(first.left_out or ()) == {refused}
    else:
        with pytest.raises(Rejected) as told:
            follow(stage, adapter, request, SOON)
        assert told.value.problem.params["message"] == "Not like this."
    watch = Watch(stage)
    assert isinstance(adapter.publish(request, desk.worker()), Processing)
    assert refused in [one.sku for one in watch.real]
    done = follow(stage, adapter, request, SOON)
    assert isinstance(done, Published)
    assert (len(done.offers), done.left_out) == (variants, None)


def test_what_is_accepted_is_followed_as_long_as_it_takes(stage: AmazonStage) -> None:
    stage.simulator.deeds.set_decision_delay(6 * 3600)
    adapter = opened(stage)
    request = stage.request(1)
    first = adapter.publish(request, stage.new_desk(request).worker())
    assert isinstance(first, Processing)
    assert (first.remote, first.look_at - stage.clock.now()) == ("CANDLE", timedelta(seconds=15))
    later = follow(stage, adapter, request, timedelta(hours=5))
    assert isinstance(later, Processing)
    assert later.look_at - stage.clock.now() == timedelta(minutes=30)
    done = follow(stage, adapter, request, timedelta(hours=2))
    assert isinstance(done, Published)
    assert done.remote != "CANDLE"


@pytest.mark.parametrize("lost", ["CANDLE", "JUMPER-XL", "LB-group-1"])
def test_an_item_that_never_appears_is_told_after_its_time(stage: AmazonStage, lost: str) -> None:
    stage.simulator.deeds.plan_issue(lost, "lost")
    adapter = opened(stage)
    request = stage.request(1 if lost == "CANDLE" else 6)
    adapter.publish(request, stage.new_desk(request).worker())
    assert isinstance(follow(stage, adapter, request, timedelta(hours=23)), Processing)
    if lost == "JUMPER-XL":
        done = follow(stage, adapter, request, timedelta(hours=2))
        assert isinstance(done, Published)
        assert {sku: error.problem.code for sku, error in (done.left_out or {}).items()} == {
            "JUMPER-XL": "amazon_never_appeared"
        }
        return
    with pytest.raises(Rejected) as told:
        follow(stage, adapter, request, timedelta(hours=2))
    assert told.value.problem.code == "amazon_never_appeared"
    assert told.value.problem.params == {"sku": lost, "hours": "24"}


def test_an_unknown_outcome_is_looked_up_before_anything_is_put_again(stage: AmazonStage) -> None:
    adapter = opened(stage)
    request = stage.request(1)
    desk = stage.new_desk(request)
    stage.add_faults(Fault("putListingsItem", "drop_after", skip=1))
    with pytest.raises(OutcomeUnknown):
        adapter.publish(request, desk.worker())
    assert desk.attempts == [("CANDLE", "unknown")]
    stage.clock.advance(30)
    watch = Watch(stage)
    stage.calls.clear()
    done = adapter.publish(request, desk.worker())
    assert stage.calls[0] == "getListingsItem"
    assert (watch.all, isinstance(done, Published)) == ([], True)


def test_a_worker_that_comes_while_it_is_being_decided_does_not_send_it_again(stage: AmazonStage) -> None:
    adapter = opened(stage)
    request = stage.request(6)
    desk = stage.new_desk(request)
    adapter.publish(request, desk.worker())
    watch = Watch(stage)
    assert isinstance(adapter.publish(request, desk.worker()), Processing)
    assert watch.all == []


def test_a_listing_at_zero_is_published_although_nobody_can_buy_it(stage: AmazonStage) -> None:
    request = stage.request(1)
    desk = stage.new_desk(request, quantity=0)
    done = stage.open().publish(request, desk.worker())
    assert isinstance(done, Published)
    assert set(done.offers) == {"CANDLE"}


# ---- ending ----


def test_ending_takes_the_offer_and_leaves_the_item_with_its_asin(stage: AmazonStage) -> None:
    adapter, request, desk, done = published(stage)
    watch = Watch(stage)
    adapter.end(request, desk.worker())
    assert stage.live() == []
    [patch] = watch.all
    [one] = patch.body["patches"]
    assert (one["op"], one["path"]) == ("delete", "/attributes/purchasable_offer")
    again = adapter.publish(request, desk.worker())
    assert again.remote == done.remote


def test_by_the_accounts_setting_ended_items_and_their_parent_are_deleted(stage: AmazonStage) -> None:
    adapter, request, desk, _ = published(stage, 6)
    deleting = opened(stage, delete_ended=True)
    watch = Watch(stage)
    deleting.end(request, desk.worker())
    assert [(one.operation, one.sku) for one in watch.all] == [
        ("deleteListingsItem", sku) for sku in [*CHILDREN, request.group]
    ]
    assert stage.live() == []
    assert adapter.find(request.site, Sku("JUMPER-M")) is None


def test_a_parent_of_other_children_is_not_deleted_with_one(stage: AmazonStage) -> None:
    _, request, desk, _ = published(stage, 6)
    deleting = opened(stage, delete_ended=True)
    watch = Watch(stage)
    deleting.end(replace(request, variants=request.variants[:1]), desk.worker())
    assert [one.sku for one in watch.all] == ["JUMPER-XS"]


def test_what_is_ended_before_amazon_has_decided_does_not_come_on_sale(stage: AmazonStage) -> None:
    adapter = opened(stage)
    request = stage.request(1)
    desk = stage.new_desk(request)
    adapter.publish(request, desk.worker())
    adapter.end(request, desk.worker())
    stage.clock.advance(3600)
    assert stage.live() == []


def test_a_full_revise_of_what_is_gone_says_that_it_must_be_sent_again(stage: AmazonStage) -> None:
    adapter, request, desk, _ = published(stage)
    adapter.end(request, desk.worker())
    stage.live()
    watch = Watch(stage)
    with pytest.raises(NotFound) as gone:
        adapter.full_revise(request, desk.worker())
    assert (gone.value.problem.code, gone.value.problem.fix) == ("amazon_listing_gone", "send_again")
    assert watch.all == []


# ---- product types ----


def test_a_product_type_is_read_once_in_a_process(stage: AmazonStage) -> None:
    adapter, request, desk, _ = published(stage)
    assert stage.calls.count("downloadDocument") == 1
    stage.clock.advance(30 * 60)
    stage.calls.clear()
    adapter.full_revise(request, desk.worker())
    assert not {"getDefinitionsProductType", "downloadDocument"} & set(stage.calls)
    stage.clock.advance(31 * 60)
    stage.calls.clear()
    adapter.full_revise(request, desk.worker())
    assert stage.calls.count("getDefinitionsProductType") == 1
    assert "downloadDocument" not in stage.calls


def test_a_new_version_of_a_product_type_is_read_and_obeyed(stage: AmazonStage) -> None:
    published(stage)
    stage.simulator.deeds.revise_product_type("CANDLE", ["scent"])
    stage.clock.advance(3600)
    stage.calls.clear()
    request = stage.request(1)
    listed = replace(request.variants[0], offer=RemoteId("CANDLE"))
    problems = stage.open().preview(replace(request, variants=(listed,)))
    assert stage.calls.count("downloadDocument") == 1
    assert [(one.field, one.problem.code) for one in problems] == [
        ("settings.attributes.scent", "amazon_attribute_missing")
    ]


def test_half_a_schema_is_no_schema(stage: AmazonStage) -> None:
    SHELF.clear()
    stage.without_documents()
    stage.add_faults(Fault("downloadDocument", "html", status=200))
    request = stage.request(1)
    watch = Watch(stage)
    with pytest.raises(RetryLater) as broken:
        stage.open().publish(request, stage.new_desk(request).worker())
    assert broken.value.problem.code == "amazon_product_type_unreadable"
    assert watch.all == []

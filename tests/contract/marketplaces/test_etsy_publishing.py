"""What is Etsy's own about putting a product on sale: drafts, pictures, properties and fees."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
import requests

from listbridge.domain.catalog import VariantFacts
from listbridge.domain.ids import ListingKey, Site, Sku, VariantId
from listbridge.domain.ports import MarketplaceAdapter, PublishRequest, PublishVariant
from listbridge.domain.verdicts import EmptyRefused, OutcomeUnknown, Rejected, RetryLater
from listbridge.marketplaces.etsy.manifest import LISTING_FEE
from simulators.faults import Fault
from tests.contract.marketplaces.acts import published
from tests.contract.marketplaces.etsy_products import fees, only, sized, with_settings
from tests.contract.marketplaces.memory_steps import Desk
from tests.contract.marketplaces.staged_etsy import EtsyStage
from tests.contract.marketplaces.stages import ACCOUNT

SITE = Site("ETSY")
WRITES = ("createDraftListing", "uploadListingImage", "updateListingInventory", "updateListing")


@pytest.fixture
def stage() -> EtsyStage:
    return EtsyStage()


# ---- the way to a listing ----


def test_a_draft_gets_its_pictures_its_inventory_and_its_texts_and_costs_its_fee_with_the_last_call(
    stage: EtsyStage,
) -> None:
    paid: list[str] = []
    stage.hook = lambda event: paid.append(f"{event} {len(fees(stage))}")
    published(stage, 6)
    assert [call for call in stage.calls if call in (*WRITES, "updateVariationImages")] == [
        "createDraftListing",
        *["uploadListingImage"] * 7,
        "updateListingInventory",
        "updateVariationImages",
        "updateListing",
    ]
    assert fees(stage) == ["listing"]
    assert "before updateListing 0" in paid
    assert "after updateListing 1" in paid


def test_the_draft_is_marked_by_a_tag_that_buyers_never_see(stage: EtsyStage) -> None:
    marked: list[list[str]] = []

    def look(event: str) -> None:
        if event == "before updateListingInventory":
            marked.append(list(only(stage)["content"]["tags"]))

    stage.hook = look
    request = with_settings(stage.request(1), tags=["wax", "candle"])
    stage.open().publish(request, stage.new_desk(request).worker())
    [[tag]] = marked
    assert tag.startswith("lb")
    assert list(only(stage)["content"]["tags"]) == ["wax", "candle"]


def test_a_draft_whose_answer_was_lost_is_found_by_its_marker_and_not_made_again(stage: EtsyStage) -> None:
    adapter, request = stage.open(), stage.request(1)
    desk = stage.new_desk(request)
    stage.add_faults(Fault("createDraftListing", "drop_after"))
    with pytest.raises(OutcomeUnknown):
        adapter.publish(request, desk.worker())
    stage.clock.advance(30)
    done = adapter.publish(request, desk.worker())
    assert Counter(stage.calls)["createDraftListing"] == 1
    assert (str(done.remote), stage.ever_made()) == (only(stage)["listingId"], 1)


def test_drafts_of_the_sellers_own_are_not_taken_for_ours(stage: EtsyStage) -> None:
    """Two products, whose drafts were both lost on their way: each finds its own."""
    adapter = stage.open()
    first, second = stage.request(1), replace(stage.request(1), group=stage.request(1).group + "-other")  # type: ignore[arg-type]
    desks = [stage.new_desk(first), stage.new_desk(second)]
    stage.desk = None  # two workers' leases at once
    for request, desk in zip((first, second), desks, strict=True):
        stage.add_faults(Fault("createDraftListing", "drop_after"))
        with pytest.raises(OutcomeUnknown):
            adapter.publish(request, desk.worker())
    remotes = {adapter.publish(one, desk.worker()).remote for one, desk in zip((first, second), desks, strict=True)}
    assert (len(remotes), stage.ever_made()) == (2, 2)


def test_a_refused_draft_leaves_no_mark(stage: EtsyStage) -> None:
    adapter, request = stage.open(), stage.request(1)
    desk = stage.new_desk(request)
    stage.add_faults(Fault("createDraftListing", "status", status=400))
    with pytest.raises(Rejected):
        adapter.publish(request, desk.worker())
    assert desk.progress == {}
    assert stage.ever_made() == 0


def test_attributes_and_the_question_to_the_buyer_are_sent_too(stage: EtsyStage) -> None:
    adapter = stage.open()
    form = adapter.creation_form(SITE, stage.creation(SITE).settings["taxonomy_id"])
    attributes = form["properties"]["attributes"]["properties"]
    id, field = next((id, one) for id, one in attributes.items() if one["items"].get("enum"))
    value = field["items"]["enum"][0]
    request = with_settings(
        stage.request(1),
        attributes={id: [value]},
        personalization_question="Which name?",
        personalization_required=True,
    )
    adapter.publish(request, stage.new_desk(request).worker())
    assert only(stage)["attributes"] == {field["title"]: [value]}
    assert "updateListingPersonalization" in stage.calls


def test_the_fee_is_told_once_also_where_the_answer_of_the_last_call_was_lost(stage: EtsyStage) -> None:
    adapter, request = stage.open(), stage.request(1)
    desk = stage.new_desk(request)
    stage.add_faults(Fault("updateListing", "drop_after"))
    with pytest.raises(OutcomeUnknown):
        adapter.publish(request, desk.worker())
    assert adapter.publish(request, desk.worker()).fee == LISTING_FEE
    assert adapter.publish(request, desk.worker()).fee is None
    assert fees(stage) == ["listing"]


def test_renewal_is_manual_unless_the_profile_says_otherwise(stage: EtsyStage) -> None:
    published(stage)
    assert only(stage)["content"]["should_auto_renew"] is False


def test_a_combination_that_the_shop_does_not_have_is_hidden_from_buyers(stage: EtsyStage) -> None:
    pairs = [("S", "red"), ("M", "red"), ("S", "blue")]
    variants = tuple(
        VariantFacts(VariantId(f"v{n}"), Sku(f"J-{n}"), size, None, options={"Size": size, "Colour": colour})
        for n, (size, colour) in enumerate(pairs)
    )
    one = sized(stage, "S", "M")
    facts = replace(one.product, variants=variants, options=("Size", "Colour"))
    wanted = tuple(PublishVariant(ListingKey(ACCOUNT, SITE, v.sku), v.variant, None, None) for v in variants)
    request = replace(one, product=facts, variants=wanted)
    stage.open().publish(request, stage.new_desk(request).worker())
    shown = {(*(told[0] for told in row["aspects"].values()), row["offered"]) for row in only(stage)["variations"]}
    assert shown == {("S", "red", True), ("M", "red", True), ("S", "blue", True), ("M", "blue", False)}


# ---- what stops a run ----


def test_nothing_to_sell_is_told_as_such_and_goes_live_nowhere(stage: EtsyStage) -> None:
    request = stage.request(1)
    with pytest.raises(EmptyRefused):
        stage.open().publish(request, stage.new_desk(request, quantity=0).worker())
    assert (stage.live(), fees(stage)) == ([], [])


def test_pictures_that_cannot_be_had_now_are_no_refusal(stage: EtsyStage) -> None:
    request = stage.request(1)
    desk = stage.new_desk(request)
    stage.hook = _fail_at("before downloadPicture")
    with pytest.raises(RetryLater):
        stage.open().publish(request, desk.worker())
    assert stage.ever_made() == 0
    stage.open().publish(request, desk.worker())
    assert only(stage)["state"] == "active"


def test_no_key_of_etsys_goes_to_the_shops_pictures(stage: EtsyStage) -> None:
    sent: list[dict[str, str]] = []
    before = stage.before

    def watched(request: Any) -> None:
        if "images.example" in request.url:
            sent.append({name.lower(): value for name, value in request.headers.items()})
        before(request)

    stage.before = watched  # type: ignore[method-assign]
    published(stage)
    assert len(sent) == 2
    assert not any(headers.keys() & {"authorization", "x-api-key"} for headers in sent)


# ---- revised in full ----


def revised(stage: EtsyStage, variants: int = 1) -> tuple[MarketplaceAdapter, PublishRequest, Desk]:
    adapter, request, desk, done = published(stage, variants)
    known = (replace(one, offer=done.offers[one.key.sku], remote=done.remote) for one in request.variants)
    return adapter, replace(request, variants=tuple(known)), desk


def test_an_update_sends_no_picture_again_and_keeps_the_sellers_own(stage: EtsyStage) -> None:
    adapter, request, desk = revised(stage)
    stage.simulator.deeds.add_image(int(only(stage)["listingId"]), alt_text="by hand")
    stage.calls.clear()
    adapter.full_revise(request, desk.worker())
    assert "uploadListingImage" not in stage.calls
    assert [one["alt_text"] for one in only(stage)["images"]] == ["Beeswax candle", "by hand"]


def test_an_update_with_another_picture_replaces_ours_and_leaves_the_sellers(stage: EtsyStage) -> None:
    adapter, request, desk = revised(stage)
    before = only(stage)["images"][0]["id"]
    stage.simulator.deeds.add_image(int(only(stage)["listingId"]), alt_text="by hand")
    other = replace(request.product, images=("https://images.example/other.jpg",))
    adapter.full_revise(replace(request, product=other), desk.worker())
    shown = only(stage)["images"]
    assert [one["alt_text"] for one in shown] == ["Beeswax candle", "by hand"]
    assert before not in [one["id"] for one in shown]


def test_an_update_keeps_a_variation_that_the_seller_added(stage: EtsyStage) -> None:
    adapter, request, desk = revised(stage, 6)
    stage.simulator.deeds.add_variation("THEIRS", "JUMPER-S", ["3XL"], quantity=4, price="44.00")
    adapter.full_revise(request, desk.worker())
    rows = {one["sku"]: (one["quantity"], one["price"]) for one in only(stage)["variations"]}
    assert rows["THEIRS"] == (4, "44.00")
    assert len(rows) == 7


def test_an_update_at_zero_pauses_and_one_with_stock_brings_it_back_without_a_fee(stage: EtsyStage) -> None:
    adapter, request, desk = revised(stage, 6)
    empty = stage.new_desk(request, quantity=0)
    empty.progress, empty.epoch = desk.progress, desk.epoch
    adapter.full_revise(request, empty.worker())
    assert only(stage)["state"] == "inactive"
    full = stage.new_desk(request, quantity=3)
    full.progress, full.epoch = empty.progress, empty.epoch
    assert adapter.full_revise(request, full.worker()).fee is None
    assert only(stage)["state"] == "active"
    assert {one["quantity"] for one in only(stage)["variations"]} == {3}
    assert fees(stage) == ["listing"]


def test_a_listing_that_sold_out_comes_back_for_a_fee_with_its_zeros(stage: EtsyStage) -> None:
    adapter, request, desk = revised(stage, 6)
    stage.simulator.deeds.set_listing_state(int(only(stage)["listingId"]), "sold_out")
    again = stage.new_desk(request, quantity=3)
    again.values[Sku("JUMPER-S")] = replace(again.values[Sku("JUMPER-S")], quantity=0)
    again.progress, again.epoch = desk.progress, desk.epoch
    assert adapter.publish(request, again.worker()).fee == LISTING_FEE
    assert only(stage)["state"] == "active"
    assert {one["sku"]: one["quantity"] for one in only(stage)["variations"]}["JUMPER-S"] == 0
    assert len(fees(stage)) == 2


def test_a_listing_is_not_sent_in_full_in_another_currency(stage: EtsyStage) -> None:
    adapter, request, desk = revised(stage)
    stage.simulator.world.sellers["anna"].currency = "EUR"
    stage.calls.clear()
    with pytest.raises(Rejected) as caught:
        adapter.full_revise(request, desk.worker())
    assert caught.value.problem.code == "etsy_currency_refused"
    assert set(stage.calls) <= {"getListing", "getShop", "getPropertiesByTaxonomyId", "getShopShippingProfiles"}


def _fail_at(event: str) -> Any:
    """Once, as a host that cannot be reached."""
    left = [1]

    def fail(told: str) -> None:
        if told == event and left:
            left.pop()
            raise requests.exceptions.ConnectTimeout

    return fail

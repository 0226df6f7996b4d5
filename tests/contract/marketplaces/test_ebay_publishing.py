"""eBay's groups that all sites share, drafts, offers of somebody else, and publishing that is cut, late or contended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial

import pytest

from listbridge.domain.ids import Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.verdicts import OutcomeUnknown, RateLimited, Rejected, RetryLater, ZeroRefused
from listbridge.marketplaces.ebay.manifest import MANIFEST
from simulators.faults import Fault
from tests.contract.marketplaces.ebay_acts import (
    PUT_ITEMS,
    REVISE,
    Hand,
    bodies,
    entry_refused,
    publish,
    revise_one,
    watch,
)
from tests.contract.marketplaces.ebay_documents import EbaySpec
from tests.contract.marketplaces.staged_ebay import EbayStage
from tests.contract.marketplaces.stages import candle, jumper
from tests.contract.simulators.ebay_seller import EbaySeller
from tests.fakes.cuts import WorkerDied


@pytest.fixture
def stage(ebay: EbayStage) -> EbayStage:
    return ebay


# ---- groups, which all sites share ----


def test_publishing_fewer_variations_on_a_second_site_takes_none_from_the_first(stage: EbayStage) -> None:
    adapter, _, _, first = publish(stage, 6)
    there = stage.request(6, site=stage.sites[1])
    some = replace(there, variants=there.variants[:2])
    second = adapter.publish(some, stage.new_desk(some).worker())
    shown = {live.remote: len(live.variations) for live in stage.live()}
    assert shown == {first.remote: 6, second.remote: 2}


def test_a_draft_left_from_before_does_not_come_back_to_life_with_its_siblings(stage: EbayStage) -> None:
    adapter, request, desk, _ = publish(stage, 6)
    adapter.end(request, desk.worker())
    fewer = replace(request, variants=request.variants[:2])
    done = adapter.publish(fewer, desk.worker())
    [live] = stage.live()
    assert sorted(live.variations) == sorted(v.key.sku for v in fewer.variants)
    assert set(done.offers) == set(live.variations)


def test_a_draft_of_a_variation_that_another_site_sells_is_not_published_unasked(stage: EbayStage) -> None:
    adapter, here, desk, _ = publish(stage, 6)
    there = stage.request(6, site=stage.sites[1])
    other = stage.new_desk(there)
    adapter.publish(there, other.worker())
    stage.desk = desk
    adapter.end(here, desk.worker())  # six drafts here, and all six on sale there
    fewer = replace(here, variants=here.variants[:2])
    adapter.publish(fewer, desk.worker())
    assert sorted(len(live.variations) for live in stage.live()) == [2, 6]


def test_a_variation_that_ebay_leaves_out_is_told_with_its_reason(stage: EbayStage) -> None:
    adapter, request = stage.open(), stage.request(6)
    desk = stage.new_desk(request)
    hand: list[str] = []

    def spoil(event: str) -> None:
        if event == "before publishOfferByInventoryItemGroup" and not hand:
            hand.append(event)
            offer = desk.progress["offer:JUMPER-M"]
            Hand(stage)("PUT", f"/offer/{offer}", {"availableQuantity": 7})  # a full replacement: nothing else is left

    stage.hook = spoil
    done = adapter.publish(request, desk.worker())
    assert done.left_out is not None
    assert {sku: error.problem.code for sku, error in done.left_out.items()} == {"JUMPER-M": "ebay_variation_left_out"}
    assert Sku("JUMPER-M") not in done.offers
    assert len(stage.live()[0].variations) == 5
    again = adapter.publish(request, desk.worker())
    assert again.left_out is None
    assert again.remote == done.remote
    assert len(stage.live()[0].variations) == 6


def test_one_variant_that_cannot_be_sold_stops_none_of_its_siblings(stage: EbayStage) -> None:
    facts = jumper()
    bad = replace(facts.variants[2], options={"Size": "S" * 51})
    request = replace(
        stage.request(6), product=replace(facts, variants=(*facts.variants[:2], bad, *facts.variants[3:]))
    )
    done = stage.open().publish(request, stage.new_desk(request).worker())
    assert done.left_out is not None
    assert {sku: error.problem.code for sku, error in done.left_out.items()} == {"JUMPER-M": "option_value_too_long"}
    assert len(stage.live()[0].variations) == 5


@pytest.mark.parametrize("live", [False, True])
def test_one_variant_that_ebay_itself_refuses_stops_none_of_its_siblings(stage: EbayStage, live: bool) -> None:
    adapter, request = stage.open(), stage.request(6)
    desk = stage.new_desk(request)
    if live:
        adapter.publish(request, desk.worker())
    stage.add_faults(entry_refused(PUT_ITEMS, "JUMPER-M", 25022))
    done = (adapter.full_revise if live else adapter.publish)(request, desk.worker())
    assert done.left_out is not None
    assert {sku: error.problem.code for sku, error in done.left_out.items()} == {"JUMPER-M": "ebay_aspect_refused"}
    assert len(stage.live()[0].variations) == (6 if live else 5)  # what is on sale stays on sale
    assert ("JUMPER-M", "not_applied") in desk.attempts


def test_a_refusal_of_every_variant_is_the_products(stage: EbayStage) -> None:
    error = {"errorId": 25022, "domain": "API_INVENTORY", "category": "REQUEST", "message": "Invalid attribute. Size"}
    stage.add_faults(Fault(PUT_ITEMS, "status", status=400, body={"errors": [error]}))
    request = stage.request(6)
    with pytest.raises(Rejected) as refused:
        stage.open().publish(request, stage.new_desk(request).worker())
    assert refused.value.problem.code == "ebay_aspect_refused"
    assert stage.ever_made() == 0


def test_a_variation_that_was_sold_cannot_be_taken_out_and_says_so(stage: EbayStage) -> None:
    adapter, request, desk, _ = publish(stage, 6)
    stage.simulator.deeds.buy("JUMPER-XS")
    stage.spec = None  # the documents name no id for this refusal
    with pytest.raises(Rejected) as refused:
        adapter.end(replace(request, variants=request.variants[:1]), desk.worker())
    assert (refused.value.problem.code, refused.value.problem.fix) == ("ebay_variation_stays", "keep_at_zero")
    assert len(stage.live()[0].variations) == 6


def test_a_single_listing_that_got_options_says_what_to_do(stage: EbayStage) -> None:
    publish(stage)
    facts = jumper()
    first = replace(facts.variants[0], sku=Sku("CANDLE"))
    request = stage.request(6)
    variants = (
        replace(request.variants[0], key=replace(request.variants[0].key, sku=Sku("CANDLE"))),
        *request.variants[1:],
    )
    grown = replace(request, product=replace(facts, variants=(first, *facts.variants[1:])), variants=variants)
    with pytest.raises(Rejected) as refused:
        stage.open().publish(grown, stage.new_desk(grown).worker())
    assert (refused.value.problem.code, refused.value.problem.fix) == ("ebay_sku_listed_alone", "stop_and_send")


def test_a_renamed_option_value_reaches_the_live_listing(stage: EbayStage) -> None:
    adapter, request, desk, _ = publish(stage, 6)
    facts = jumper()
    renamed = replace(facts, variants=tuple(replace(v, options={"Size": f"Size {v.title}"}) for v in facts.variants))
    sent = watch(stage)
    adapter.full_revise(replace(request, product=renamed), desk.worker())
    [live] = stage.live()
    assert live.variations[Sku("JUMPER-M")].aspects["Size"] == ["Size M"]
    before, after = (
        group["variesBy"]["specifications"][0]["values"]
        for group in bodies(stage, sent, "createOrReplaceInventoryItemGroup")
    )
    assert {"M", "Size M"} <= set(before)
    assert after == [f"Size {v.title}" for v in facts.variants]


# ---- offers that somebody else made ----


def test_somebody_elses_draft_is_taken_over_and_what_we_do_not_manage_stays(stage: EbayStage) -> None:
    hand, request = Hand(stage), stage.request(1)
    stage.simulator.deeds.set_store_categories("anna", ["/A"])
    seller = EbaySeller.item
    hand("PUT", "/inventory_item/CANDLE", seller(object()))  # type: ignore[arg-type]
    draft = {
        "sku": "CANDLE",
        "marketplaceId": "EBAY_US",
        "format": "FIXED_PRICE",
        "quantityLimitPerBuyer": 2,
        "listingPolicies": {**stage.policies["EBAY_US"], "eBayPlusIfEligible": False},
        "storeCategoryNames": ["/A"],
    }
    made = hand("POST", "/offer", draft)["offerId"]
    done = stage.open().publish(request, stage.new_desk(request).worker())
    assert done.offers == {"CANDLE": made}
    shown = hand("GET", f"/offer/{made}")
    assert (shown["quantityLimitPerBuyer"], shown["storeCategoryNames"]) == (2, ["/A"])
    assert shown["listingPolicies"]["eBayPlusIfEligible"] is False
    assert shown["pricingSummary"]["price"] == {"value": "19.90", "currency": "USD"}


def test_an_offer_that_exists_but_is_not_shown_yet_is_looked_for_again(stage: EbayStage) -> None:
    exists = {
        "errorId": 25002,
        "domain": "API_INVENTORY",
        "category": "REQUEST",
        "message": "Offer entity already exists.",
    }
    stage.add_faults(Fault("createOffer", "status", status=400, body={"errors": [exists]}))
    request = stage.request(1)
    with pytest.raises(RetryLater) as waiting:
        stage.open().publish(request, stage.new_desk(request).worker())
    assert waiting.value.problem.code == "ebay_offer_hidden"
    assert stage.live() == []


# ---- publish, interrupted, late and concurrent ----


def test_a_product_that_takes_longer_than_one_worker_has_still_gets_done(stage: EbayStage) -> None:
    adapter, request = stage.open(), stage.request(6)
    desk = stage.new_desk(request)
    adapter.preview(request)  # what the category takes is known by then
    runs = 0
    while not stage.live() and runs < 6:
        runs += 1
        stage.hook = DiesAfter(4)
        with pytest.raises(WorkerDied):
            adapter.publish(request, desk.worker())
    assert (runs, len(stage.live()[0].variations)) == (2, 6)
    assert stage.calls.count(PUT_ITEMS) == stage.calls.count("bulkCreateOffer") == 1  # nothing is written twice
    stage.hook = DiesAfter(99)
    assert adapter.publish(request, desk.worker()).left_out is None
    assert not [name for name in desk.progress if name.startswith(("written:", "creating_offer:"))]


def test_what_an_old_run_wrote_is_written_again_before_it_goes_live(stage: EbayStage) -> None:
    adapter, request = stage.open(), stage.request(1)
    desk = stage.new_desk(request)
    stage.add_faults(Fault("publishOffer", "status", status=429))
    with pytest.raises(RateLimited):
        adapter.publish(request, desk.worker())
    stage.clock.advance(3600)
    desk.values = {sku: replace(value, quantity=2) for sku, value in desk.values.items()}
    desk.highest = dict.fromkeys(desk.highest, 2)
    adapter.publish(request, desk.worker())
    assert [v.quantity for live in stage.live() for v in live.variations.values()] == [2]


def test_content_that_changed_between_two_runs_is_written_again(stage: EbayStage) -> None:
    adapter, request = stage.open(), stage.request(1)
    desk = stage.new_desk(request)
    stage.add_faults(Fault("publishOffer", "status", status=429))
    with pytest.raises(RateLimited):
        adapter.publish(request, desk.worker())
    stage.clock.advance(5)
    adapter.publish(replace(request, product=candle(title="Newer title")), desk.worker())
    assert [v.title for live in stage.live() for v in live.variations.values()] == ["Newer title"]


@pytest.mark.parametrize("variants", [1, 6])
def test_a_budget_that_runs_out_anywhere_leaves_no_item_without_its_offer(stage: EbayStage, variants: int) -> None:
    for calls in range(24):
        stage = EbayStage()
        adapter, request = stage.open(), stage.request(variants)
        desk = stage.new_desk(request)
        stage.budget.calls = calls
        try:
            adapter.publish(request, desk.worker())
        except RateLimited:
            assert "unknown" not in {outcome for _, outcome in desk.attempts}, calls
            stage.budget.calls = None
            adapter.publish(request, desk.worker())
        assert (len(stage.live()), stage.ever_made()) == (1, 1)


class DiesAfter:
    """The process ends after so many answered calls."""

    def __init__(self, calls: int) -> None:
        self._left = calls

    def __call__(self, event: str) -> None:
        if event.startswith("after "):
            self._left -= 1
            if self._left == 0:
                raise WorkerDied(event)


@pytest.mark.parametrize("variants", [1, 6])
@pytest.mark.parametrize("lands_after_s", [5.0, 60.0])
@pytest.mark.parametrize("operation", ["createOffer", "publishOffer", "publishOfferByInventoryItemGroup"])
def test_a_publish_that_lands_late_makes_no_second_listing(
    stage: EbayStage, operation: str, lands_after_s: float, variants: int
) -> None:
    stage.add_faults(Fault(operation, "vendor", name="late", seconds=lands_after_s))
    adapter, request = stage.open(), stage.request(variants)
    desk = stage.new_desk(request)
    for _ in range(2):
        try:
            adapter.publish(request, desk.worker())
        except OutcomeUnknown:
            stage.clock.advance(MANIFEST.traits.settle_s)
    stage.clock.advance(120)
    assert adapter.find(request.site, request.variants[0].key.sku) is not None  # lets late changes land
    assert (len(stage.live()), stage.ever_made()) == (1, 1)
    assert len(stage.live()[0].variations) == variants


@pytest.mark.parametrize(
    "operation", [PUT_ITEMS, "createOrReplaceInventoryItemGroup", "publishOfferByInventoryItemGroup", REVISE]
)
def test_concurrent_access_is_certainly_not_applied_and_tried_again(stage: EbayStage, operation: str) -> None:
    adapter, request = stage.open(), stage.request(6)
    desk = stage.new_desk(request)
    if operation == REVISE:
        done = adapter.publish(request, desk.worker())
        act: Callable[[], object] = partial(revise_one, adapter, request, done, 1)
    else:
        act = partial(adapter.publish, request, desk.worker())
    stage.add_faults(Fault(operation, "vendor", name="concurrent"))
    with pytest.raises(RetryLater) as busy:
        act()
    assert busy.value.problem.code == "ebay_item_busy"
    act()
    assert len(stage.live()[0].variations) == 6


def test_nothing_in_stock_is_not_published_and_says_so(stage: EbayStage) -> None:
    request = stage.request(1)
    with pytest.raises(Rejected) as refused:
        stage.open().publish(request, stage.new_desk(request, quantity=0).worker())
    assert (refused.value.problem.code, refused.value.problem.fix) == ("ebay_quantity_refused", "check_stock_in_shop")
    assert stage.ever_made() == 0


def test_a_full_revise_to_a_zero_that_the_account_cannot_take_has_the_same_code(stage: EbayStage) -> None:
    adapter, request, _, _ = publish(stage)
    stage.refuse_zeros()
    with pytest.raises(Rejected) as refused:
        adapter.full_revise(request, stage.new_desk(request, quantity=0).worker())
    assert isinstance(refused.value, ZeroRefused)
    assert [v.quantity for live in stage.live() for v in live.variations.values()] == [7]


def test_a_full_revise_without_a_known_quantity_or_price_repeats_what_is_there(stage: EbayStage) -> None:
    adapter, request, desk, _ = publish(stage)
    desk.values = {Sku("CANDLE"): Values(None, None)}
    desk.highest = {Sku("CANDLE"): 0}
    adapter.full_revise(replace(request, product=candle(title="New")), desk.worker())
    [live] = stage.live()
    shown = live.variations[Sku("CANDLE")]
    assert (shown.quantity, shown.price, shown.title) == (7, Decimal("19.90"), "New")


def test_what_is_sent_holds_all_that_ebay_requires_at_publishing(stage: EbayStage) -> None:
    spec = EbaySpec.load()
    sent = watch(stage)
    publish(stage, 6)
    [group] = bodies(stage, sent, "createOrReplaceInventoryItemGroup")
    [items] = [body["requests"] for body in bodies(stage, sent, PUT_ITEMS)]
    [offers] = [body["requests"] for body in bodies(stage, sent, "bulkCreateOffer")]
    assert len(items) == len(offers) == 6
    for item, offer in zip(items, offers, strict=True):
        spec.check_publishable(item, offer)  # complete without the group's help
        spec.check_publishable(item, offer, group)

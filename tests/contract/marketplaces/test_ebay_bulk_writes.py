"""Many variations of one product: twenty-five items and new offers a call, each entry judged on its own, and taken up again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from listbridge.domain.ids import Sku
from listbridge.domain.ports import PublishRequest
from listbridge.domain.verdicts import OutcomeUnknown, RetryLater
from listbridge.marketplaces.ebay.manifest import MANIFEST
from simulators.faults import Fault
from tests.contract.marketplaces.ebay_acts import PUT_ITEMS, bodies, entry_refused, watch
from tests.contract.marketplaces.staged_ebay import EbayStage
from tests.contract.marketplaces.stages import SIZES, jumper
from tests.contract.marketplaces.test_marketplace_cuts import arm, carry_on

MAKE_OFFERS = "bulkCreateOffer"


@pytest.fixture
def stage(ebay: EbayStage) -> EbayStage:
    return ebay


def jumpers(stage: EbayStage, variants: int, title: str = "Fisherman's jumper") -> PublishRequest:
    """A product in so many sizes."""
    facts = jumper(title=title, sizes=tuple(f"{size:02}" for size in range(variants)))
    first = stage.request(1).variants[0]
    keys = (replace(first.key, sku=variant.sku) for variant in facts.variants)
    variants_asked = (
        replace(first, key=key, variant=variant.variant) for key, variant in zip(keys, facts.variants, strict=True)
    )
    return replace(stage.request(1), product=facts, variants=tuple(variants_asked))


def revisions_today(stage: EbayStage, listing: str) -> int:
    world = stage.simulator.world
    return world.listing(listing)[1].revisions.get(world.limits.day(world.now()), 0)


def test_sixty_variations_are_written_by_three_calls_for_items_and_three_for_offers(stage: EbayStage) -> None:
    sent = watch(stage)
    request = jumpers(stage, 60)
    done = stage.open().publish(request, stage.new_desk(request).worker())
    assert done.left_out is None
    assert len(done.offers) == 60
    for operation in (PUT_ITEMS, MAKE_OFFERS):
        assert [len(body["requests"]) for body in bodies(stage, sent, operation)] == [25, 25, 10]
    assert stage.calls.count("createOffer") == stage.calls.count("createOrReplaceInventoryItem") == 0
    [live] = stage.live()
    assert {(shown.quantity, shown.price) for shown in live.variations.values()} == {(7, Decimal("19.90"))}
    assert len(live.variations) == 60


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "die_before", "die_after"])
def test_cut_at_each_call_that_writes_it_makes_one_listing_and_each_offer_once(kind: str) -> None:
    # The consent's token, items, offers, items, offers, the group looked for and written, and the publishing.
    for nth in range(8):
        on = EbayStage()
        adapter, request = on.open(), jumpers(on, 30)
        desk = on.new_desk(request)
        arm(on, desk, kind, nth)
        assert carry_on(on, desk, lambda a=adapter, r=request, d=desk: a.publish(r, d.worker())) == 1, nth
        [live] = on.live()
        assert (len(live.variations), on.ever_made()) == (30, 1)
        offers = on.simulator.world.sellers["anna"].offers.values()
        assert sorted(offer.sku for offer in offers) == sorted(variant.key.sku for variant in request.variants)


def test_what_earlier_workers_wrote_is_not_written_again(stage: EbayStage) -> None:
    request, desk = jumpers(stage, 30), None
    desk = stage.new_desk(request)
    adapter = stage.open()
    adapter.preview(request)  # what the category takes is known by then
    arm(stage, desk, "die_after", 2)  # the second call for items was answered
    assert carry_on(stage, desk, lambda: adapter.publish(request, desk.worker())) == 1
    assert stage.calls.count(PUT_ITEMS) == 3
    assert stage.calls.count(MAKE_OFFERS) == 2
    assert len(stage.live()[0].variations) == 30


@pytest.mark.parametrize(
    ("operation", "error_id", "code", "attempt"),
    [
        (PUT_ITEMS, 25022, "ebay_aspect_refused", "not_applied"),
        (MAKE_OFFERS, 25709, "ebay_request_refused", "unknown"),  # its item is written
    ],
)
def test_a_refused_entry_stops_none_of_its_siblings(
    stage: EbayStage, operation: str, error_id: int, code: str, attempt: str
) -> None:
    request = stage.request(6)
    desk = stage.new_desk(request)
    stage.add_faults(entry_refused(operation, "JUMPER-M", error_id))
    done = stage.open().publish(request, desk.worker())
    assert done.left_out is not None
    assert {sku: error.problem.code for sku, error in done.left_out.items()} == {"JUMPER-M": code}
    [live] = stage.live()
    assert set(live.variations) == {f"JUMPER-{size}" for size in SIZES} - {"JUMPER-M"}
    assert [outcome for sku, outcome in desk.attempts if sku == "JUMPER-M"] == [attempt]
    assert {outcome for sku, outcome in desk.attempts if sku != "JUMPER-M"} == {"accepted"}


@pytest.mark.parametrize("operation", [PUT_ITEMS, MAKE_OFFERS])
def test_an_entry_without_a_word_is_an_unknown_outcome_for_it_alone(stage: EbayStage, operation: str) -> None:
    adapter, request = stage.open(), stage.request(6)
    desk = stage.new_desk(request)
    stage.add_faults(Fault(operation, "vendor", name="entry_lost", body={"sku": "JUMPER-M"}))
    with pytest.raises(OutcomeUnknown) as lost:
        adapter.publish(request, desk.worker())
    assert lost.value.problem.code == "ebay_no_word_of_listing"
    assert stage.live() == []
    assert ("JUMPER-M", "unknown") in desk.attempts
    assert {outcome for sku, outcome in desk.attempts if sku != "JUMPER-M"} == {"accepted"}
    stage.clock.advance(MANIFEST.traits.settle_s)
    assert adapter.publish(request, desk.worker()).left_out is None
    assert (len(stage.live()[0].variations), stage.ever_made()) == (6, 1)


def test_an_entry_that_was_busy_is_written_by_the_next_run_and_the_others_are_not(stage: EbayStage) -> None:
    adapter, request = stage.open(), stage.request(6)
    desk = stage.new_desk(request)
    stage.add_faults(entry_refused(PUT_ITEMS, "JUMPER-M", 25025))
    with pytest.raises(RetryLater) as busy:
        adapter.publish(request, desk.worker())
    assert busy.value.problem.code == "ebay_item_busy"
    sent = watch(stage)
    assert adapter.publish(request, desk.worker()).left_out is None
    assert bodies(stage, sent, PUT_ITEMS) == []
    assert stage.calls.count("createOrReplaceInventoryItem") == 1  # that one alone
    assert len(stage.live()[0].variations) == 6


def test_offers_that_were_there_before_are_replaced_and_keep_their_ids(stage: EbayStage) -> None:
    adapter, request = stage.open(), stage.request(6)
    desk = stage.new_desk(request)
    before = adapter.publish(request, desk.worker())
    adapter.end(request, desk.worker())
    desk.progress.clear()  # nothing is remembered, and no id is known
    stage.new_desk(request, quantity=3)
    assert stage.desk is not None
    again = adapter.publish(request, stage.desk.worker())
    assert again.offers == before.offers
    assert {shown.quantity for shown in stage.live()[0].variations.values()} == {3}


def test_a_new_title_of_thirty_variations_takes_five_of_the_days_revisions(stage: EbayStage) -> None:
    adapter, request = stage.open(), jumpers(stage, 30)
    desk = stage.new_desk(request)
    done = adapter.publish(request, desk.worker())
    stage.calls.clear()
    adapter.full_revise(jumpers(stage, 30, title="Heavy jumper"), desk.worker())
    assert {shown.title for shown in stage.live()[0].variations.values()} == {"Heavy jumper"}
    assert stage.calls.count("updateOffer") == 0  # they stand there as they would be written
    assert revisions_today(stage, done.remote) == 5


def test_an_offer_that_was_read_for_the_write_is_not_read_once_more(stage: EbayStage) -> None:
    adapter, request = stage.open(), stage.request(6)
    desk = stage.new_desk(request)
    adapter.publish(request, desk.worker())
    desk.shown = {sku: replace(values, quantity=6 if sku == "JUMPER-M" else 7) for sku, values in desk.values.items()}
    stage.calls.clear()
    adapter.full_revise(request, desk.worker())
    assert stage.calls.count("getOffers") == 6 + 1  # one showed less than before, and stands there all the same
    assert stage.calls.count("updateOffer") == 0


def test_an_offer_that_moved_after_it_was_looked_at_is_replaced(stage: EbayStage) -> None:
    adapter, request = stage.open(), stage.request(6)
    desk = stage.new_desk(request)
    adapter.publish(request, desk.worker())
    moved: list[str] = []

    def move(event: str) -> None:
        if event == f"before {PUT_ITEMS}" and not moved:
            moved.append(event)
            stage.simulator.deeds.change_quantity("JUMPER-M", 1, marketplace="EBAY_US")

    stage.hook = move
    stage.calls.clear()
    adapter.full_revise(request, desk.worker())
    assert stage.calls.count("updateOffer") == 1
    assert stage.live()[0].variations[Sku("JUMPER-M")].quantity == 7

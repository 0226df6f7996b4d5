"""A group that nothing sells stands in nobody's way: SKUs of an ended listing can be sold again, by whichever product."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.catalog import ProductFacts
from listbridge.domain.ids import ProductId, RemoteId, Sku
from listbridge.domain.ports import PublishRequest
from listbridge.domain.verdicts import Rejected, RemoteError
from simulators.faults import Fault
from tests.contract.marketplaces.ebay_acts import Hand, publish
from tests.contract.marketplaces.staged_ebay import EbayStage
from tests.contract.marketplaces.stages import jumper


@pytest.fixture
def stage(ebay: EbayStage) -> EbayStage:
    return ebay


def anew(request: PublishRequest) -> PublishRequest:
    """The same product, created again in the shop: other ids, and so another group, with the same SKUs."""
    product = replace(request.product, product=ProductId("p-anew"))
    return replace(request, product=product, group=RemoteId("LB-group-anew"))


def groups(stage: EbayStage) -> set[str]:
    return set(stage.simulator.world.seller("anna").groups)


def test_ending_a_listing_takes_its_group_along_and_leaves_items_and_offers(stage: EbayStage) -> None:
    adapter, request, desk, _ = publish(stage, 6)
    adapter.end(request, desk.worker())
    seller = stage.simulator.world.seller("anna")
    assert (groups(stage), len(seller.items), len(seller.offers)) == (set(), 6, 6)


def test_a_group_that_another_site_sells_stays_until_that_listing_ends_too(stage: EbayStage) -> None:
    adapter, here, desk, _ = publish(stage, 6)
    there = stage.request(6, site=stage.sites[1])
    other = stage.new_desk(there)
    adapter.publish(there, other.worker())
    stage.desk = desk
    adapter.end(here, desk.worker())
    assert groups(stage) == {"LB-group-1"}
    assert [len(live.variations) for live in stage.live()] == [6]
    stage.desk = other
    adapter.end(there, other.worker())
    assert groups(stage) == set()


def test_a_group_whose_other_variations_sell_stays(stage: EbayStage) -> None:
    adapter, request, desk, _ = publish(stage, 6)
    adapter.end(replace(request, variants=request.variants[:2]), desk.worker())
    assert groups(stage) == {"LB-group-1"}
    assert [len(live.variations) for live in stage.live()] == [4]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_worker_cut_off_before_the_group_went_finishes_when_it_comes_back(stage: EbayStage, kind: str) -> None:
    adapter, request, desk, _ = publish(stage, 6)
    stage.add_faults(Fault("deleteInventoryItemGroup", kind))  # type: ignore[arg-type]
    with pytest.raises(RemoteError):
        adapter.end(request, desk.worker())
    adapter.end(request, desk.worker())
    assert (stage.live(), groups(stage)) == ([], set())


def test_a_group_that_ebay_does_not_let_go_fails_no_end(stage: EbayStage) -> None:
    adapter, request, desk, _ = publish(stage, 6)
    error = {"errorId": 25709, "domain": "API_INVENTORY", "category": "REQUEST", "message": "Invalid value."}
    stage.add_faults(Fault("deleteInventoryItemGroup", "status", status=400, body={"errors": [error]}))
    adapter.end(request, desk.worker())
    assert (stage.live(), groups(stage)) == ([], {"LB-group-1"})
    again = anew(request)
    assert adapter.publish(again, stage.new_desk(again).worker()).left_out is None


def test_a_product_made_anew_takes_the_skus_of_a_listing_that_ended_elsewhere(stage: EbayStage) -> None:
    adapter, request, _, done = publish(stage, 6)
    stage.end_from_outside(done.remote)  # on eBay's own site: nobody deleted the group
    assert groups(stage) == {"LB-group-1"}
    again = anew(request)
    made = adapter.publish(again, stage.new_desk(again).worker())
    assert made.left_out is None
    assert [len(live.variations) for live in stage.live()] == [6]
    assert groups(stage) == {"LB-group-anew"}


def test_skus_of_several_old_groups_come_together_in_one(stage: EbayStage) -> None:
    adapter, request, _, done = publish(stage, 6)
    stage.end_from_outside(done.remote)
    hand = Hand(stage)
    seller = stage.simulator.world.seller("anna")
    half = seller.groups["LB-group-1"].skus[:3]
    rest = seller.groups["LB-group-1"].skus[3:]
    hand("PUT", "/inventory_item_group/LB-group-1", {"title": "T", "variantSKUs": rest})
    hand("PUT", "/inventory_item_group/by-hand", {"title": "T", "variantSKUs": half})
    again = anew(request)
    assert adapter.publish(again, stage.new_desk(again).worker()).left_out is None
    assert groups(stage) == {"LB-group-anew"}


def test_a_group_that_still_sells_is_left_alone_and_the_seller_is_told(stage: EbayStage) -> None:
    adapter, request, _, first = publish(stage, 6)
    again = anew(request)
    only = replace(again, variants=again.variants[:1])
    desk = stage.new_desk(only)
    adapter.end(replace(request, variants=request.variants[:1]), stage.new_desk(request).worker())
    hand = Hand(stage)
    group = stage.simulator.world.seller("anna").groups["LB-group-1"]
    hand("PUT", "/inventory_item_group/LB-group-1", {**group.data, "variantSKUs": [*group.skus, "JUMPER-XS"]})
    stage.desk = desk
    with pytest.raises(Rejected) as refused:
        adapter.publish(only, desk.worker())
    assert (refused.value.problem.code, refused.value.problem.fix) == ("ebay_sku_in_other_group", "end_other_listing")
    assert [(live.remote, len(live.variations)) for live in stage.live()] == [(first.remote, 5)]


def test_a_product_that_lost_its_options_is_sold_alone_out_of_its_old_group(stage: EbayStage) -> None:
    adapter, request, _, done = publish(stage, 6)
    stage.end_from_outside(done.remote)
    facts = jumper()
    one = replace(facts.variants[0], options={})
    single: ProductFacts = replace(facts, variants=(one,), options=())
    alone = replace(request, product=single, variants=request.variants[:1])
    adapter.publish(alone, stage.new_desk(alone).worker())
    assert [set(live.variations) for live in stage.live()] == [{Sku("JUMPER-XS")}]
    assert groups(stage) == set()


def test_a_group_that_vanishes_between_its_writing_and_its_publishing_is_written_again(stage: EbayStage) -> None:
    request = stage.request(6)
    desk = stage.new_desk(request)
    gone: list[str] = []

    def vanish(event: str) -> None:
        if event == "before publishOfferByInventoryItemGroup" and not gone:
            gone.append(event)
            Hand(stage)("DELETE", "/inventory_item_group/LB-group-1")

    stage.hook = vanish
    stage.open().publish(request, desk.worker())
    assert [len(live.variations) for live in stage.live()] == [6]

"""An auction that a seller runs by hand: it is found and linked, nothing is written to it, and none is ever made."""

from __future__ import annotations

import pytest

from listbridge.domain.ids import Site, Sku
from listbridge.domain.listings.listing import NOTHING, SOLD_BY_AUCTION, RemoteState
from listbridge.domain.verdicts import RetryLater
from tests.contract.marketplaces.ebay_acts import bodies, publish, revise_one, watch
from tests.contract.marketplaces.staged_ebay import EbayStage
from tests.contract.marketplaces.stages import listing

SITE, SKU = Site("EBAY_US"), Sku("CANDLE")


@pytest.fixture
def stage(ebay: EbayStage) -> EbayStage:
    return ebay


def auction(stage: EbayStage, site: Site = SITE) -> str:
    return str(stage.simulator.deeds.start_auction("anna", SKU, marketplace=site)["listingId"])


def test_an_auction_is_found_with_the_reason_why_it_is_left_alone(stage: EbayStage) -> None:
    remote = auction(stage)
    found = stage.open().find(SITE, SKU)
    assert found is not None
    assert (found.remote, found.state, found.values, found.shown) == (remote, RemoteState.LIVE, NOTHING, NOTHING)
    assert found.held is not None
    assert (found.held.code, found.held.fix) == (SOLD_BY_AUCTION, "wait_for_auction")


def test_where_there_is_a_fixed_price_too_that_is_the_one(stage: EbayStage) -> None:
    adapter, _, _, done = publish(stage)
    auction(stage)
    found = adapter.find(SITE, SKU)
    assert found is not None
    assert (found.remote, found.held) == (done.remote, None)


def test_an_auction_that_is_over_is_not_found_any_more(stage: EbayStage) -> None:
    stage.simulator.deeds.end_listing(auction(stage))
    assert stage.open().find(SITE, SKU) is None


def test_a_linked_auction_is_shown_until_it_is_over_and_another_ones_is_not_taken_for_it(stage: EbayStage) -> None:
    remote = auction(stage)
    adapter = stage.open()
    found = adapter.find(SITE, SKU)
    assert found is not None
    row = listing(found.key, offer=found.offer, remote=found.remote)
    [shown] = adapter.read_back([row])
    assert (shown.state, shown.values, shown.held) == (RemoteState.LIVE, NOTHING, found.held)
    stage.simulator.deeds.end_listing(remote)
    auction(stage)
    [shown] = adapter.read_back([row])
    assert (shown.state, shown.held) == (RemoteState.GONE, None)


def test_a_zero_elsewhere_waits_while_the_auction_has_the_last_unit(stage: EbayStage) -> None:
    adapter, request, _, done = publish(stage)
    auction(stage, Site("EBAY_GB"))
    error = revise_one(adapter, request, done, 0)
    assert isinstance(error, RetryLater)
    assert error.problem.code == "ebay_listing_ending"
    assert revise_one(adapter, request, done, 1) is None


@pytest.mark.parametrize("variants", [1, 6])
def test_every_offer_that_is_made_has_a_fixed_price_and_lasts_until_it_is_ended(
    stage: EbayStage, variants: int
) -> None:
    sent = watch(stage)
    publish(stage, variants)
    many = bodies(stage, sent, "bulkCreateOffer")
    offers = [*bodies(stage, sent, "createOffer"), *(one for body in many for one in body["requests"])]
    assert [(one["format"], one["listingDuration"]) for one in offers] == [("FIXED_PRICE", "GTC")] * variants

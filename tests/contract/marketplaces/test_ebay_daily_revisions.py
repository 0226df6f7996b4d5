"""How often eBay lets a listing be changed on one day: counted for the listing, and the last twenty kept for zeros."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from listbridge.domain.ids import RemoteId, Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.money import Money
from listbridge.domain.ports import MarketplaceAdapter, Published, PublishRequest, Revision, UnitRevision
from listbridge.domain.verdicts import RateLimited, RemoteError
from listbridge.marketplaces.ebay.offers.daily_revisions import KEPT_FOR_ZEROS, MOST, DailyRevisions
from tests.contract.marketplaces.ebay_acts import REVISE, publish, revise_one
from tests.contract.marketplaces.staged_ebay import EbayStage
from tests.contract.marketplaces.stages import ACCOUNT

LEFT_TO_ALL = MOST - KEPT_FOR_ZEROS
NEXT_DAY = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
"""Midnight Pacific after the stage's clock began."""


@pytest.fixture
def stage(ebay: EbayStage) -> EbayStage:
    return ebay


def revised(stage: EbayStage, listing: RemoteId, times: int) -> None:
    """So many revisions of today, as our count and eBay's have them."""
    daily = DailyRevisions(stage.counters, ACCOUNT, stage.clock)
    for _ in range(times):
        daily.count(listing)
    world = stage.simulator.world
    row = world.listing(listing)[1]
    row.revisions[world.limits.day(world.now())] = times


def price_of(
    adapter: MarketplaceAdapter, request: PublishRequest, done: Published, price: str, variant: int = 0
) -> RemoteError | None:
    key = request.variants[variant].key
    values = Values(price=Money(Decimal(price), "USD"))
    revision = Revision(key, done.offers[key.sku], done.remote, done.group, values)
    return adapter.revise(UnitRevision((revision,)))[0].error


def test_the_last_twenty_of_a_day_are_kept_for_zeros_and_ebay_refuses_the_next(stage: EbayStage) -> None:
    adapter, request, _, done = publish(stage)
    revised(stage, done.remote, LEFT_TO_ALL - 1)
    assert price_of(adapter, request, done, "20.50") is None
    stage.calls.clear()
    kept = price_of(adapter, request, done, "21.50")
    also = revise_one(adapter, request, done, 4)
    assert stage.calls == []  # nothing was sent
    for error in (kept, also):
        assert isinstance(error, RateLimited)
        assert (error.problem.code, error.until) == ("ebay_revisions_kept_for_zeros", NEXT_DAY)
    [listing] = stage.live()
    assert listing.variations[Sku("CANDLE")].price == Decimal("20.50")
    assert listing.variations[Sku("CANDLE")].quantity == 7
    for _ in range(KEPT_FOR_ZEROS):
        assert revise_one(adapter, request, done, 0) is None
    assert stage.live()[0].variations[Sku("CANDLE")].quantity == 0
    refused = revise_one(adapter, request, done, 0)
    assert isinstance(refused, RateLimited)
    assert (refused.problem.code, refused.problem.fix, refused.until) == (
        "ebay_zero_waits",
        "stop_listing_now",
        NEXT_DAY,
    )


def test_all_variations_of_a_listing_share_its_day(stage: EbayStage) -> None:
    adapter, request, _, done = publish(stage, 2)
    revised(stage, done.remote, LEFT_TO_ALL - 1)
    assert price_of(adapter, request, done, "20.50", variant=0) is None
    kept = price_of(adapter, request, done, "20.50", variant=1)
    assert isinstance(kept, RateLimited)
    assert kept.problem.code == "ebay_revisions_kept_for_zeros"


def test_another_listing_has_a_day_of_its_own_also_on_another_site(stage: EbayStage) -> None:
    adapter, request, desk, done = publish(stage)
    there = stage.request(1, site=stage.sites[1])
    stage.new_desk(there)
    other = adapter.publish(there, stage.desk.worker() if stage.desk else desk.worker())
    revised(stage, done.remote, LEFT_TO_ALL)
    key, far = request.variants[0].key, there.variants[0].key
    revisions = (
        Revision(key, done.offers[key.sku], done.remote, None, Values(price=Money(Decimal(21), "USD"))),
        Revision(far, other.offers[far.sku], other.remote, None, Values(price=Money(Decimal(18), "GBP"))),
    )
    here, abroad = (result.error for result in adapter.revise(UnitRevision(revisions)))
    assert isinstance(here, RateLimited)
    assert abroad is None
    shown = {listing.remote: listing.variations[Sku("CANDLE")].price for listing in stage.live()}
    assert shown == {done.remote: Decimal("19.90"), other.remote: Decimal(18)}


def test_the_next_day_begins_at_midnight_pacific_with_nothing_counted(stage: EbayStage) -> None:
    adapter, request, _, done = publish(stage)
    revised(stage, done.remote, LEFT_TO_ALL)
    stage.clock.advance((NEXT_DAY - stage.clock.now()).total_seconds() - 1)
    assert isinstance(price_of(adapter, request, done, "20.50"), RateLimited)
    stage.clock.advance(1)
    assert price_of(adapter, request, done, "20.50") is None
    assert stage.live()[0].variations[Sku("CANDLE")].price == Decimal("20.50")


def test_what_ebay_says_of_changes_that_are_not_ours_keeps_everything_else_but_zeros_from_trying(
    stage: EbayStage,
) -> None:
    adapter, request, _, done = publish(stage)
    world = stage.simulator.world
    world.listing(done.remote)[1].revisions[world.limits.day(world.now())] = MOST  # the seller's own hand
    first = price_of(adapter, request, done, "20.50")
    stage.calls.clear()
    second, zero = price_of(adapter, request, done, "20.50"), revise_one(adapter, request, done, 0)
    assert [error.problem.code for error in (first, second, zero) if error] == [
        "ebay_revisions_used_up",
        "ebay_revisions_kept_for_zeros",
        "ebay_zero_waits",
    ]
    assert stage.calls == [REVISE]


def test_a_full_revise_leaves_the_zeros_their_share(stage: EbayStage) -> None:
    adapter, request, desk, done = publish(stage)
    revised(stage, done.remote, LEFT_TO_ALL - 1)
    with pytest.raises(RateLimited) as kept:
        adapter.full_revise(request, desk.worker())
    assert (kept.value.problem.code, kept.value.until) == ("ebay_revisions_kept_for_zeros", NEXT_DAY)
    assert "createOrReplaceInventoryItem" not in stage.calls[-2:]
    stage.clock.advance((NEXT_DAY - stage.clock.now()).total_seconds())
    assert adapter.full_revise(request, desk.worker()).remote == done.remote

"""What the tests of this folder do over and over: publish, revise, look."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.ids import ListingKey, Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.ports import MarketplaceAdapter, Published, PublishRequest, Revision, UnitRevision
from listbridge.domain.verdicts import RemoteError
from tests.contract.marketplaces.memory_steps import Desk
from tests.contract.marketplaces.stages import ACCOUNT, SIZES, Stage

PRICE = Decimal("19.90")
VARIANTS = (1, 6)


def published(
    stage: Stage, variants: int = 1, **request: Any
) -> tuple[MarketplaceAdapter, PublishRequest, Desk, Published]:
    adapter = stage.open()
    wanted = stage.request(variants, **request)
    desk = stage.new_desk(wanted)
    return adapter, wanted, desk, adapter.publish(wanted, desk.worker())


def revision(request: PublishRequest, done: Published, sku: str, **values: Any) -> Revision:
    sold = Sku(sku)
    return Revision(
        ListingKey(ACCOUNT, request.site, sold), done.offers[sold], done.remote, done.group, Values(**values)
    )


def revise(adapter: MarketplaceAdapter, *revisions: Revision, highest: int | None = None) -> list[RemoteError | None]:
    known = [r.values.quantity for r in revisions if r.values.quantity is not None]
    most = highest if highest is not None else max(known, default=None)
    by_sku = {} if most is None else dict.fromkeys((revision.key.sku for revision in revisions), most)
    results = adapter.revise(UnitRevision(revisions, by_sku))
    assert [result.key for result in results] == [revision.key for revision in revisions]
    return [result.error for result in results]


def on_show(stage: Stage, sku: str = "CANDLE") -> tuple[int, Decimal]:
    """Quantity and price of a SKU's only live variation."""
    [shown] = [listing.variations[Sku(sku)] for listing in stage.live() if sku in listing.variations]
    return shown.quantity, shown.price


def assert_one_right_listing(stage: Stage, variants: int) -> None:
    [live] = stage.live()
    assert stage.ever_made() == 1
    skus = ["CANDLE"] if variants == 1 else [f"JUMPER-{size}" for size in SIZES[:variants]]
    assert sorted(live.variations) == sorted(skus)
    for sku, shown in live.variations.items():
        assert (shown.quantity, shown.price) == (7, PRICE)
        assert shown.title == ("Beeswax candle" if variants == 1 else "Fisherman's jumper")
        if variants > 1:
            assert shown.aspects["Size"] == [sku.removeprefix("JUMPER-")]


def on_two_sites(stage: Stage) -> tuple[MarketplaceAdapter, PublishRequest, PublishRequest, Published, Published]:
    if len(stage.sites) < 2:
        pytest.skip("it is one site")
    adapter, here, _, first = published(stage)
    there = stage.request(1, site=stage.sites[1])
    second = adapter.publish(there, stage.new_desk(there).worker())
    assert len(stage.live()) == 2
    stage.desk = None
    return adapter, here, there, first, second

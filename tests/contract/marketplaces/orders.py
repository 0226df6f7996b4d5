"""What the suites of orders do over and over: goods on sale, polls, parcels."""

from __future__ import annotations

from datetime import timedelta

from listbridge.domain.ids import ParcelId, RemoteOrderId, Sku
from listbridge.domain.orders.orders import OrderRead
from listbridge.domain.orders.shop_orders import Parcel
from listbridge.domain.ports import MarketplaceAdapter, OrderPage
from tests.contract.marketplaces.stages import Stage

MUG, PLATE = Sku("MUG"), Sku("PLATE")
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def poll(stage: Stage, adapter: MarketplaceAdapter, back: timedelta = HOUR) -> list[OrderPage]:
    """All pages of what changed since so long ago."""
    since = stage.clock.now() - back
    pages = [adapter.orders_changed(since, None)]
    while pages[-1].cursor is not None:
        assert len(pages) < 100
        pages.append(adapter.orders_changed(since, pages[-1].cursor))
    return pages


def seen(pages: list[OrderPage]) -> dict[RemoteOrderId, OrderRead]:
    """Each order as it was last shown."""
    return {read.order.id: read for page in pages for read in page.orders}


def spread(stage: Stage, count: int, *, every_s: float = 1.0) -> list[RemoteOrderId]:
    """Orders one after the other."""
    found = []
    for _ in range(count):
        found.append(stage.buy((MUG, 1)))
        stage.clock.advance(every_s)
    return found


def parcel(
    adapter: MarketplaceAdapter,
    stage: Stage,
    order: RemoteOrderId,
    *,
    tracking: str = "A1",
    carrier: str = "DHL",
    id: str = "p1",
) -> Parcel:
    """All of an order in one parcel."""
    lines = {line.id: line.quantity for line in adapter.read_order(order).order.lines}
    return Parcel(ParcelId(id), stage.clock.now(), lines, tracking, carrier)

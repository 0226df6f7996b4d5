"""What the tests of eBay's orders do on its stage: goods on sale, buyers, polls, parcels."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from listbridge.domain.ids import ParcelId, RemoteOrderId
from listbridge.domain.money import Money
from listbridge.domain.orders.shop_orders import Parcel
from tests.contract.marketplaces.staged_ebay import EbayStage

LIST = "getOrders"
SHIP = "createShippingFulfillment"


def with_goods(ebay: EbayStage) -> EbayStage:
    """Enough of three articles on sale for any test."""
    ebay.simulator.deeds.seed_listings("anna", ["MUG", "PLATE", "BOWL"], quantity=3000, price="10.05")
    return ebay


def buy(stage: EbayStage, sku: str = "MUG", **more: Any) -> RemoteOrderId:
    return RemoteOrderId(stage.simulator.deeds.buy(sku, **more)["orderId"])


def spread(stage: EbayStage, count: int, *, every_s: float = 1.0) -> list[RemoteOrderId]:
    """Orders one after the other."""
    found = []
    for _ in range(count):
        found.append(buy(stage))
        stage.clock.advance(every_s)
    return found


def parcel(stage: EbayStage, order: RemoteOrderId, counts: list[int] | None = None, **more: Any) -> Parcel:
    lines = stage.open().read_order(order).order.lines
    told = {line.id: count for line, count in zip(lines, counts or [line.quantity for line in lines], strict=True)}
    return Parcel(ParcelId("p1"), stage.clock.now(), {line: count for line, count in told.items() if count}, **more)


def cents(value: str, currency: str = "USD") -> Money:
    return Money(Decimal(value), currency)

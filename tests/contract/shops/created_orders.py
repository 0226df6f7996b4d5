"""Orders that a shop adapter made, and what the shop says of them."""

from __future__ import annotations

from typing import Any

from listbridge.domain.ids import ShopOrderId
from listbridge.domain.orders.orders import ShopOrderRef
from listbridge.domain.orders.shop_orders import ShopOrderDraft
from listbridge.domain.ports import ShopAdapter
from tests.contract.shops.staging import StagedOrder, StagedShop


def created(shop: StagedShop, adapter: ShopAdapter, of: ShopOrderDraft) -> StagedOrder:
    """Look, create as services do, and the order as it then stands in the shop."""
    assert adapter.look_for_order(of.mark) == ()
    made = adapter.create_order(of)
    (order,) = shop.orders()
    assert (order.id, order.name, made.ours) == (made.id, made.name, True)
    CREATED[made.id] = made
    return order


CREATED: dict[ShopOrderId, ShopOrderRef] = {}
"""What the shop said of the orders that it made: some can tell the marketplace's lines only then."""


def read(shop: StagedShop, order: ShopOrderId) -> Any:
    return shop.open().read_orders([CREATED[order]])[order]

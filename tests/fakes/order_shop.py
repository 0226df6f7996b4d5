"""A shop with orders, in memory: it keeps state, and fails as often as a test tells it to."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from listbridge.domain.catalog import ProductFacts, VariantFacts, Visibility
from listbridge.domain.configuration import Shop
from listbridge.domain.ids import (
    LineId,
    LocationId,
    ParcelId,
    ProductId,
    ShopOrderId,
    Sku,
    VariantId,
)
from listbridge.domain.money import Money
from listbridge.domain.orders import Refund, ShopOrderRef
from listbridge.domain.ports import (
    ChangedOrders,
    ReadResult,
    Share,
    ShopTraits,
)
from listbridge.domain.shop_orders import FoundOrder, OrderMark, Parcel, ShopOrder, ShopOrderDraft
from tests.fakes.mishaps import Mishaps

HERE = LocationId("here")
SHOP_TRAITS = ShopTraits(read_lag_s=2.0, read_batch=50, order_settle_s=60.0, strict_look=True)


@dataclass
class MadeOrder:
    """One order of the shop. `mark` is ours when a draft made it; `stands_for` names what another tool made it for."""

    id: ShopOrderId
    name: str
    draft: ShopOrderDraft | None = None
    stands_for: str = ""
    shown: ShopOrder | None = None


@dataclass
class FakeShopSide:
    """`Shops` and `ShopAdapter` in one. Creating twice makes two; a create takes each line's stock once."""

    platform: ShopTraits = SHOP_TRAITS
    mishaps: Mishaps = field(default_factory=Mishaps)
    products: dict[ProductId, ProductFacts] = field(default_factory=dict)
    orders: list[MadeOrder] = field(default_factory=list)
    ships_from: LocationId = HERE
    """Where a create takes stock: what is elsewhere has as much as is asked for."""
    moved: dict[ShopOrderId, LocationId] = field(default_factory=dict)
    """Where the units of an order are taken from by now."""
    changed: dict[ShopOrderId, datetime] = field(default_factory=dict)
    """When the shop shows its orders as changed last."""
    look_is_blind: bool = False
    """A look finds nothing, whatever is there."""
    _ids: Any = field(default_factory=lambda: itertools.count(1001))

    # ---- what a test does and sees ----

    def put(self, *skus: str, product: str = "", stock: int = 5) -> ProductId:
        """A product with a variant for each SKU, named as `remote_orders.variant_key` does."""
        id = ProductId(product or f"p-{skus[0]}")
        variants = tuple(
            VariantFacts(VariantId(f"v-{sku}"), Sku(sku), sku, Money(Decimal("10.00"), "EUR"), stock={HERE: stock})
            for sku in skus
        )  # fmt: skip
        self.products[id] = ProductFacts(id, id, Visibility.VISIBLE, variants)
        return id

    def stock(self, sku: str) -> int:
        return next(v.stock[HERE] for facts in self.products.values() for v in facts.variants if v.sku == sku)

    def made_by_hand(self, remote: str) -> MadeOrder:
        """Another tool, or a person, makes an order for this marketplace order."""
        order = self._new(stands_for=remote)
        self.orders.append(order)
        return order

    def show(self, order: MadeOrder, **changes: Any) -> None:
        """The merchant does something with an order."""
        order.shown = replace(order.shown or ShopOrder(order.id, order.name), **changes)

    def send(self, order: MadeOrder, tracking: str, *, id: str = "f1", carrier: str = "DHL", fulfilled: bool = True,
             at: datetime, **units: int) -> Parcel:  # fmt: skip
        """The merchant sends a parcel with so many units of these SKUs' lines."""
        lines = {LineId(f"line-{sku}"): count for sku, count in units.items()}
        parcel = Parcel(ParcelId(id), at, lines, tracking, carrier)
        shown = order.shown or ShopOrder(order.id, order.name)
        unsent = {line: max(0, left - lines.get(line, 0)) for line, left in shown.unsent.items()}
        self.show(order, parcels=(*shown.parcels, parcel), unsent=unsent, fulfilled=fulfilled)
        return parcel

    def refund(
        self, order: MadeOrder, amount: str, *, id: str = "r1", currency: str = "EUR", **units: int
    ) -> None:
        """The merchant gives money back, and takes so many units of these SKUs' lines off the order."""
        shown = order.shown or ShopOrder(order.id, order.name)
        taken = {LineId(f"line-{sku}"): count for sku, count in units.items()}
        back = Money(Decimal(amount) + (shown.refunded.amount if shown.refunded else 0), currency)
        self.show(
            order, refunds=(*shown.refunds, Refund(id, Money(Decimal(amount), currency))), refunded=back,
            lines={line: left - taken.get(line, 0) for line, left in shown.lines.items()},
            unsent={line: left - taken.get(line, 0) for line, left in shown.unsent.items()},
        )  # fmt: skip

    def _new(self, draft: ShopOrderDraft | None = None, stands_for: str = "") -> MadeOrder:
        number = next(self._ids)
        id = ShopOrderId(str(number))
        lines = {line.line: line.quantity for line in draft.lines} if draft else {}
        shown = ShopOrder(id, f"#{number}", lines=lines, unsent=dict(lines))
        return MadeOrder(id, f"#{number}", draft, stands_for, shown)

    # ---- the port and the adapter ----

    def open(self, shop: Shop, share: Share = Share.ORDINARY) -> FakeShopSide:
        return self

    def traits(self, shop: Shop) -> ShopTraits:
        return self.platform

    def products_with_skus(self, skus: Sequence[Sku]) -> tuple[ProductId, ...]:
        return self.mishaps.call("products_with_skus", lambda: tuple(
            id for id, facts in self.products.items() if any(v.sku in skus for v in facts.variants)
        ))  # fmt: skip

    def read_products(self, products: Sequence[ProductId]) -> ReadResult:
        found = tuple(self.products[id] for id in products if id in self.products)
        missing = tuple(id for id in products if id not in self.products)
        return self.mishaps.call("read_products", lambda: ReadResult(found, missing))

    def look_for_order(self, mark: OrderMark) -> tuple[FoundOrder, ...]:
        return self.mishaps.call("look_for_order", lambda: self._look(mark))

    def _look(self, mark: OrderMark) -> tuple[FoundOrder, ...]:
        if self.look_is_blind:
            return ()
        ours = [one for one in self.orders if one.draft is not None and one.draft.mark == mark]
        others = [one for one in self.orders if one.stands_for == mark.remote]
        return tuple(FoundOrder(one.id, one.name, one in ours) for one in [*ours, *others])

    def create_order(self, draft: ShopOrderDraft) -> ShopOrderRef:
        return self.mishaps.call("create_order", lambda: self._create(draft))

    def _create(self, draft: ShopOrderDraft) -> ShopOrderRef:
        order = self._new(draft)
        self.orders.append(order)
        self.moved[order.id] = self.ships_from
        self._take(draft, self.ships_from, 1)
        return ShopOrderRef(order.id, order.name)

    def move(self, order: MadeOrder, place: LocationId) -> None:
        """The merchant sends the order from another place."""
        assert order.draft is not None
        self._take(order.draft, self.moved[order.id], -1)
        self._take(order.draft, place, 1)
        self.moved[order.id] = place

    def _take(self, draft: ShopOrderDraft, place: LocationId, times: int) -> None:
        for line in draft.lines:
            for id, facts in self.products.items():
                self.products[id] = replace(facts, variants=tuple(
                    replace(v, stock={**v.stock, place: v.stock.get(place, 0) - times * line.quantity})
                    if v.variant == line.variant and place in v.stock else v
                    for v in facts.variants
                ))  # fmt: skip

    def stock_taken(self, order: ShopOrderId) -> dict[VariantId, dict[LocationId, int]]:
        return self.mishaps.call("stock_taken", lambda: self._taken(order))

    def _taken(self, id: ShopOrderId) -> dict[VariantId, dict[LocationId, int]]:
        taken: dict[VariantId, dict[LocationId, int]] = {}
        for order in self.orders:
            for line in order.draft.lines if order.draft is not None and order.id == id else ():
                assert line.variant is not None
                places = taken.setdefault(line.variant, {})
                places[self.moved[id]] = places.get(self.moved[id], 0) + line.quantity
        return taken

    def orders_changed(self, since: datetime, cursor: str | None) -> ChangedOrders:
        return self.mishaps.call("orders_changed", lambda: ChangedOrders(
            {id: at for id, at in self.changed.items() if at >= since}
        ))  # fmt: skip

    def read_orders(self, orders: Sequence[ShopOrderRef]) -> dict[ShopOrderId, ShopOrder]:
        asked = {ref.id for ref in orders}
        return self.mishaps.call("read_orders", lambda: {
            one.id: one.shown for one in self.orders if one.id in asked and one.shown is not None
        })  # fmt: skip

    def cancel_order(self, order: ShopOrderId) -> None:
        self.mishaps.call("cancel_order", lambda: self._cancel(order))

    def _cancel(self, id: ShopOrderId) -> None:
        order = next(one for one in self.orders if one.id == id)
        self.show(order, cancelled_at=datetime.fromisoformat("2026-11-01T12:00:00+00:00"))

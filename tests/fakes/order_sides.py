"""A shop and a marketplace with orders, in memory: they keep state, and fail as often as a test tells them to."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from listbridge.domain.catalog import ProductFacts, VariantFacts, Visibility
from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ids import (
    LineId,
    LocationId,
    ParcelId,
    ProductId,
    RemoteId,
    RemoteOrderId,
    ShopOrderId,
    Site,
    Sku,
    VariantId,
)
from listbridge.domain.money import Money
from listbridge.domain.orders import Buyer, OrderRead, Refund, RemoteOrder, ShopOrderRef
from listbridge.domain.ports import (
    ChangedOrders,
    Clock,
    MarketplaceTraits,
    OrderPage,
    OrderTraits,
    ReadResult,
    RemoteShipment,
    Share,
    ShopTraits,
)
from listbridge.domain.problem import Problem
from listbridge.domain.rules import Bounds
from listbridge.domain.shop_orders import FoundOrder, OrderMark, Parcel, ShopOrder, ShopOrderDraft
from listbridge.domain.verdicts import NotFound
from tests.fakes.budget import FakeBudget

HERE = LocationId("here")
ORDER_TRAITS = OrderTraits(
    overlap_s=120.0, look_back_s=3600.0, calls_per_day=1e9, settle_s=20.0, unpaid_expires_s=8 * 86_400.0
)  # fmt: skip
SHOP_TRAITS = ShopTraits(read_lag_s=2.0, read_batch=50, order_settle_s=60.0, strict_look=True)
R = TypeVar("R")


@dataclass
class Mishaps:
    """What goes wrong next: `refuse` raises before the call is applied, `lose` after it, `meanwhile` runs before it."""

    calls: list[str] = field(default_factory=list)
    _before: dict[str, list[Exception]] = field(default_factory=dict)
    _after: dict[str, list[Exception]] = field(default_factory=dict)
    _meanwhile: dict[str, list[Callable[[], object]]] = field(default_factory=dict)

    def refuse(self, operation: str, *errors: Exception) -> None:
        self._before.setdefault(operation, []).extend(errors)

    def lose(self, operation: str, *errors: Exception) -> None:
        self._after.setdefault(operation, []).extend(errors)

    def meanwhile(self, operation: str, happens: Callable[[], object]) -> None:
        """Something else happens while the next such call is under way."""
        self._meanwhile.setdefault(operation, []).append(happens)

    def count(self, operation: str) -> int:
        return self.calls.count(operation)

    def call(self, operation: str, apply: Callable[[], R]) -> R:
        self.calls.append(operation)
        for happens in self._meanwhile.pop(operation, []):
            happens()
        if self._before.get(operation):
            raise self._before[operation].pop(0)
        result = apply()
        if self._after.get(operation):
            raise self._after[operation].pop(0)
        return result


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


@dataclass
class FakeMarketSide:
    """`Marketplaces` and `MarketplaceAdapter` in one. Telling of a parcel twice makes two shipments."""

    clock: Clock
    order_traits: OrderTraits | None = ORDER_TRAITS
    shares_polls: bool = True
    page_size: int = 50
    mishaps: Mishaps = field(default_factory=Mishaps)
    orders: dict[RemoteOrderId, OrderRead] = field(default_factory=dict)
    unreadable: tuple[RemoteOrderId, ...] = ()
    sent: list[tuple[RemoteOrderId, RemoteShipment]] = field(default_factory=list)
    told: list[Parcel] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    """The number that came with each call of `ship`."""
    asked: list[tuple[datetime, str | None]] = field(default_factory=list)
    """From when on, and with which cursor, orders were asked for."""
    page_takes_s: float = 0.0
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    # ---- what a test does ----

    def sell(self, order: RemoteOrder, buyer: Buyer | None = None) -> RemoteOrder:
        """An order is placed, or changed."""
        self.orders[order.id] = OrderRead(order, buyer)
        return order

    def change(self, id: str, **facts: Any) -> RemoteOrder:
        """An order changes now."""
        read = self.orders[RemoteOrderId(id)]
        return self.sell(replace(read.order, **{"changed_at": self.clock.now(), **facts}), read.buyer)

    # ---- the port and the adapter ----

    def open(self, account: Account, share: Share = Share.ORDINARY) -> tuple[FakeMarketSide, FakeBudget]:
        return self, FakeBudget(self.clock)

    def traits(self, account: Account) -> MarketplaceTraits:
        return MarketplaceTraits(
            settle_s=30.0, revise_batch=25, revise_rate=25.0, max_sku_length=50,
            orders=self.order_traits,
        )  # fmt: skip

    def label(self, marketplace: str) -> str:
        return "Scripted"

    def polls_are_shared(self, account: Account) -> bool:
        return self.shares_polls

    def bounds(self, account: Account, site: Site) -> Bounds:
        return Bounds("EUR")

    def currency(self, marketplace: str, site: Site) -> str:
        return "EUR"

    def orders_changed(self, since: datetime, cursor: str | None) -> OrderPage:
        return self.mishaps.call("orders_changed", lambda: self._page(since, cursor))

    def _page(self, since: datetime, cursor: str | None) -> OrderPage:
        self.asked.append((since, cursor))
        changed = [read for _, read in sorted(self.orders.items()) if read.order.changed_at >= since]
        start = int(cursor or 0)
        end = start + self.page_size
        if self.page_takes_s:
            self.clock.sleep(self.page_takes_s)
        more = str(end) if end < len(changed) else None
        return OrderPage(tuple(changed[start:end]), more, self.unreadable if more is None else ())

    def read_order(self, order: RemoteOrderId) -> OrderRead:
        return self.mishaps.call("read_order", lambda: self._one(order))

    def _one(self, order: RemoteOrderId) -> OrderRead:
        if order not in self.orders:
            raise NotFound(Problem("scripted_no_such_order"))
        return self.orders[order]

    def shipments(self, order: RemoteOrderId) -> tuple[RemoteShipment, ...]:
        return self.mishaps.call(
            "shipments", lambda: tuple(shipment for id, shipment in self.sent if id == order)
        )

    def tracking_as_told(self, tracking: str) -> str:
        return tracking.replace(" ", "")

    def ship(self, order: RemoteOrderId, parcel: Parcel, number: int) -> RemoteId:
        self.numbers.append(number)
        return self.mishaps.call("ship", lambda: self._ship(order, parcel))

    def _ship(self, order: RemoteOrderId, parcel: Parcel) -> RemoteId:
        id = RemoteId(f"s{next(self._ids)}")
        self.told.append(parcel)
        self.sent.append((order, RemoteShipment(id, parcel.lines, self.tracking_as_told(parcel.tracking))))
        return id

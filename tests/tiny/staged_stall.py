"""The stall as the contract suites see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from listbridge.domain.catalog import Visibility
from listbridge.domain.ids import CollectionId, LineId, LocationId, ParcelId, ProductId, ShopOrderId, VariantId
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import ShopOrderRef
from listbridge.domain.orders.shop_orders import OrderMark, ShopOrderDraft
from tests.contract.shops.staging import Door, StagedOrder, StagedProduct, StagedShop, by_topic
from tests.fakes.clock import VirtualClock
from tests.tiny.stall_shop import WAIT_S, Stall, Variant

_STATES = {Visibility.VISIBLE: "visible", Visibility.DRAFT: "hidden", Visibility.ARCHIVED: "old"}


class Staged(StagedShop):
    """`StagedShop` for the stall."""

    slug = "stall"
    tells_kind = False
    product_topic = "product"
    simulator: Stall

    def __init__(self, clock: VirtualClock | None = None, **limits: Any) -> None:
        super().__init__(clock, **limits)
        self.stall = self.simulator
        self.lines: dict[ShopOrderId, Mapping[str, LineId]] = {}

    def simulated(self, **limits: Any) -> Stall:
        return Stall(self.clock, **limits)

    def secret(self) -> Mapping[str, str]:
        return {"key": self.stall.key}

    def operations(self) -> Sequence[str]:
        return self.stall.router.operations

    def open(self, **credentials: str) -> Any:
        adapter = super().open(**credentials)
        create = adapter.create_order

        def remembered(draft: ShopOrderDraft) -> ShopOrderRef:
            ref: ShopOrderRef = create(draft)
            self.lines[ref.id] = ref.lines
            return ref

        adapter.create_order = remembered
        return adapter

    # Deeds

    def add_product(
        self, *skus: str, title: str = "Mug", stock: int = 5, price: str = "10.00", picture: str = ""
    ) -> StagedProduct:
        made = self.stall.add_product(list(skus), title=title, stock=stock, price=price, picture=picture)
        return StagedProduct(ProductId(made.id), tuple(VariantId(id) for id in made.variants))

    def describe(self, product: ProductId, *, vendor: str, tags: Sequence[str] = ()) -> None:
        self.stall.products[product].maker = vendor
        self.stall.products[product].labels = tuple(tags)

    def fill(self, products: int, variants: int) -> None:
        for number in range(products):
            self.stall.add_product([f"F{number}-{variant}" for variant in range(variants)])

    def add_location(self, name: str) -> LocationId:
        id = str(len(self.stall.places) + 1)
        self.stall.places[id] = name
        return LocationId(id)

    def set_stock(self, sku: str, available: int | None, location: LocationId | None = None) -> None:
        def change(variant: Variant) -> None:
            variant.counted = available is not None
            if available is not None:
                variant.stock[location or "1"] = available

        self.stall.change(sku, change)

    def set_price(self, sku: str, price: str) -> None:
        self.stall.change(sku, lambda variant: setattr(variant, "price", Decimal(price)))

    def set_visibility(self, product: ProductId, visibility: Visibility) -> None:
        self.stall.products[product].state = _STATES[visibility]
        self.stall.touch(self.stall.products[product])

    def delete_product(self, product: ProductId) -> None:
        self.stall.delete_product(product)

    def delete_variant(self, sku: str) -> None:
        self.stall.delete_variant(sku)

    def add_collection(self, name: str, *members: ProductId, rule_based: bool = False) -> CollectionId:
        made = CollectionId(self.simulator.new_id())
        self.simulator.shelves[made] = (name, set(members))
        return made

    def set_members(self, collection: CollectionId, members: Sequence[ProductId]) -> None:
        name, _ = self.simulator.shelves[collection]
        self.simulator.shelves[collection] = (name, set(members))

    def delete_collection(self, collection: CollectionId) -> None:
        del self.simulator.shelves[collection]

    def uninstall(self) -> None:
        self.stall.close()

    def place_order(self, sku: str, quantity: int) -> None:
        _, variant = self.stall.variant(sku)
        lines = [{"sku": sku, "variant": variant.id, "quantity": quantity}]
        self.stall.order_of("", {"lines": lines, "currency": "EUR", "total": "0.00", "tags": []})

    # Orders

    def orders(self) -> Sequence[StagedOrder]:
        return [self._order(one) for one in self.stall.orders.values() if ":" in one.mark]

    def _order(self, one: Any) -> StagedOrder:
        units: Counter[str] = Counter()
        for line in one.lines.values():
            units[line.sku] += line.ordered
        currency = one.told["currency"]
        amounts: dict[str, Money] = {}
        for row in one.told["lines"]:
            before = amounts[row["sku"]].amount if row["sku"] in amounts else Decimal(0)
            amounts[row["sku"]] = Money(before + Decimal(row["amount"]), currency)
        return StagedOrder(
            id=ShopOrderId(one.id),
            name=one.name,
            total=Money(Decimal(one.told["total"]), currency),
            paid=True,
            cancelled=one.cancelled_at is not None,
            placed_at=datetime.fromisoformat(one.told["placed_at"]),
            tags=tuple(one.told["tags"]),
            units=units,
            amounts=amounts,
            shipping=Money(Decimal(one.told["shipping"]), currency),
            ship_to=frozenset(one.told["to"].values()),
        )

    def stock_of(self, sku: str) -> int:
        return sum(self.stall.variant(sku)[1].stock.values())

    def ship(
        self, order: ShopOrderId, lines: Mapping[LineId, int] | None = None, *, carrier: str = "", tracking: str = ""
    ) -> ParcelId:
        packed = self._packed(order, lines) if lines is not None else None
        return ParcelId(self.stall.ship(order, packed, carrier, [tracking] if tracking else []))

    def _packed(self, order: ShopOrderId, lines: Mapping[LineId, int]) -> dict[str, int]:
        theirs = {ours: id for id, ours in self.lines[order].items()}
        return {theirs[line]: count for line, count in lines.items()}

    def take_back(self, order: ShopOrderId, parcel: ParcelId) -> None:
        self.stall.take_back(order, parcel)

    def cancel_in_shop(self, order: ShopOrderId) -> None:
        self.stall.cancel(self.stall.orders[order])

    def refund_in_shop(self, order: ShopOrderId, amount: str) -> None:
        self.stall.refund(order, amount)

    def take_off(self, order: ShopOrderId, lines: Mapping[LineId, int]) -> None:
        for id, count in self._packed(order, lines).items():
            self.stall.orders[order].lines[id].removed += count
        self.stall.order_changed(self.stall.orders[order])

    def ship_in_boxes(self, order: ShopOrderId, carrier: str, numbers: Sequence[str]) -> None:
        self.stall.ship(order, None, carrier, list(numbers))

    def order_by_another_tool(self, mark: OrderMark) -> ShopOrderId:
        told = {"lines": [], "currency": "EUR", "total": "0.00", "tags": []}
        return ShopOrderId(self.stall.order_of(f"another-tool/{mark.remote}", told).id)

    # Troubles

    def expire_tokens(self) -> None:
        """The key does not expire."""

    def refuse_credentials(self) -> None:
        self.stall.key = "another key"

    def throttle(self) -> float:
        self.stall.throttled = True
        return float(WAIT_S)

    def answer_partly(self) -> None:
        self.stall.partly = True

    def recover(self) -> None:
        self.stall.throttled = False
        super().recover()

    # Webhooks

    def hooks(self) -> Mapping[str, Sequence[str]]:
        return by_topic(self.stall.hooks.values())

    def drop_hook(self, topic: str) -> None:
        self.stall.hooks = {id: hook for id, hook in self.stall.hooks.items() if hook[0] != topic}

    def post(self, door: Door) -> None:
        due, self.stall.waiting = self.stall.waiting, []
        for _, headers, body in due:
            door(body, headers)

    def signed(self, body: bytes, topic: str) -> dict[str, str]:
        return {"x-stall-topic": topic, "x-stall-event": self.stall.new_id()}

    def topic_of(self, file_name: str) -> str:
        return ""

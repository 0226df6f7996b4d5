"""The stall as the contract suites see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import requests

from listbridge.domain.catalog import Visibility
from listbridge.domain.ids import LineId, LocationId, ParcelId, ProductId, ShopOrderId, VariantId
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import ShopOrderRef
from listbridge.domain.orders.shop_orders import OrderMark, ShopOrderDraft
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.tokens import TokenCache
from listbridge.registry import open_shop, webhook_scheme
from simulators.door import Transport
from simulators.faults import Fault
from tests.contract.shops.staging import Door, StagedOrder, StagedProduct
from tests.fakes.budget import FakeBudget
from tests.fakes.clock import VirtualClock
from tests.fakes.grants import NoGrants
from tests.tiny.stall_shop import WAIT_S, Stall, Variant

_STATES = {Visibility.VISIBLE: "visible", Visibility.DRAFT: "hidden", Visibility.ARCHIVED: "old"}


class _CutTransport(Transport):
    """Breaks off the call of this number, before it arrives or after it was carried out. `meanwhile` is called before each
    with its number, from 0."""

    meanwhile: Callable[[int], object] = staticmethod(lambda _: None)
    cut: int | None = None
    applied = False
    calls = 0

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        number, self.calls = self.calls, self.calls + 1
        self.meanwhile(number)
        if number == self.cut and not self.applied:
            raise requests.ReadTimeout("cut off before it arrived")
        response = super().send(request, **options)
        if number == self.cut:
            raise requests.ReadTimeout("cut off after it was carried out")
        return response


class StagedShop:
    """tests.contract.shops.staging.StagedShop for the stall."""

    secrets: Sequence[str] = ()
    signature = ""
    product_topic = "product"
    silent_topics: frozenset[str] = frozenset()
    sends_again = False
    renews_tokens = False

    def __init__(self, clock: VirtualClock | None = None, **limits: Any) -> None:
        self.clock = clock or VirtualClock()
        self.budget = FakeBudget(self.clock)
        self.stall = Stall(self.clock)
        self.transport = _CutTransport(self.stall)
        self.lines: dict[ShopOrderId, Mapping[str, LineId]] = {}

    def open(self, **credentials: str) -> Any:
        connection = Connection(
            id="shop_1",
            settings={},
            secret={"key": self.stall.key} | credentials,
            base_url=None,
            session=HttpSession(transport=self.transport, budget=self.budget),
            budget=self.budget,
            tokens=TokenCache(),
            clock=self.clock,
            grants=NoGrants(),
        )
        adapter: Any = open_shop("stall", connection)
        create = adapter.create_order

        def remembered(draft: ShopOrderDraft) -> ShopOrderRef:
            ref: ShopOrderRef = create(draft)
            self.lines[ref.id] = ref.lines
            return ref

        adapter.create_order = remembered
        return adapter

    def app(self) -> Any:
        return self.stall

    def connection(self) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        return {}, {"key": self.stall.key}

    def scheme(self) -> Any:
        return webhook_scheme("stall")

    def calls(self) -> int:
        return len(self.stall.world.journal)

    def grants(self) -> int:
        return 0

    # Deeds

    def add_product(
        self, *skus: str, title: str = "Mug", stock: int = 5, price: str = "10.00", picture: str = ""
    ) -> StagedProduct:
        made = self.stall.add_product(list(skus), title=title, stock=stock, price=price, picture=picture)
        return StagedProduct(ProductId(made.id), tuple(VariantId(id) for id in made.variants))

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

    def time_out(self) -> None:
        self.stall.faults.add(Fault("*", "drop_after"))

    def answer_html(self, status: int) -> None:
        self.stall.faults.add(Fault("*", "html", status=status))

    def fail(self, status: int) -> None:
        self.stall.faults.add(Fault("*", "status", status=status))

    def answer_nonsense(self) -> None:
        self.stall.faults.add(Fault("*", "status", status=200, body=["nonsense"]))

    def cut(self, calls: int, *, applied: bool) -> None:
        self.transport.cut, self.transport.applied = self.transport.calls + calls, applied

    def answer_partly(self) -> None:
        self.stall.partly = True

    def meanwhile(self, calls: int, act: Callable[[], object]) -> None:
        at = self.transport.calls + calls
        self.transport.meanwhile = lambda number: act() if number == at else None

    def recover(self) -> None:
        self.transport.cut = None
        self.transport.meanwhile = lambda _: None
        self.stall.throttled = False
        self.stall.faults.clear()
        self.clock.advance(60)

    # Webhooks

    def hooks(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for topic, url in self.stall.hooks.values():
            found.setdefault(topic, []).append(url)
        return found

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

"""The pair of simulators with buyers at eBay: what they buy, what stands in the shop afterwards, and what has to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from listbridge.domain.ids import OrderKey, RemoteOrderId
from listbridge.domain.orders.orders import Order
from listbridge.domain.orders.reserving import holds_stock
from simulators.kit.deeds import DeedRefused
from simulators.shopify.orders import payloads as order_payloads
from tests.fakes.world import ACCOUNT, SHOP
from tests.faults.pair import Pair, pair

SELLER = "anna"


@dataclass
class Sales:
    """The pair, and what its shop would have without any order of eBay's."""

    p: Pair
    own: dict[str, int] = field(default_factory=dict)
    bought: list[str] = field(default_factory=list)

    # ---- what happens ----

    def buy(self, sku: str, quantity: int = 1, **more: Any) -> str:
        """A buyer takes units of the live listing, which counts itself down; the order's id."""
        told = self.p.ebay.deeds.buy(sku, quantity=quantity, marketplace="EBAY_US", **more)
        self.bought.append(str(told["orderId"]))
        return self.bought[-1]

    def try_to_buy(self, sku: str, quantity: int = 1, **more: Any) -> str | None:
        try:
            return self.buy(sku, quantity, **more)
        except DeedRefused:
            return None  # sold out

    def sell_in_shop(self, sku: str, quantity: int = 1) -> None:
        self.own[sku] -= quantity
        self.p.shopify.deeds.set_stock(self.stock(sku) - quantity, None, sku=sku)

    def ship(self, remote: str, lines: dict[str, int] | None = None, tracking: str = "1Z999") -> None:
        """The seller packs the rest of the order, or these units by SKU."""
        self.p.shopify.deeds.fulfill(self.one(remote)["id"], lines, company="UPS", tracking_number=tracking)

    def poll(self) -> None:
        """The account is due, and the schedule's minute comes."""
        self.p.world.stores.polls.make_due(ACCOUNT, self.p.world.now)
        self.p.world.tick_orders()
        self.p.world.deliver_all()

    def run(self, seconds: float) -> None:
        self.p.world.run(seconds)

    def rest(self, *, heal: bool = False) -> None:
        """What is under way comes to its end, with a poll to find what is not; `heal` takes planned faults back."""
        p = self.p
        p.fate.revive()
        if heal:
            p.fate.forget_plans()
            p.ebay.faults.clear()
            p.shopify.faults.clear()
        p.world.run(120)
        p.world.settle(hours=12)

    # ---- what stands there ----

    def row(self, remote: str) -> Order:
        row = self.p.world.stores.orders.find(OrderKey(ACCOUNT, RemoteOrderId(remote)))
        assert row is not None, f"{remote} was never taken in"
        return row

    def made(self, remote: str) -> list[dict[str, Any]]:
        """The shop's orders for it."""
        world = self.p.shopify.world
        shown = [order_payloads.order_payload(world.shop, one) for one in world.live.orders.values()]
        return [one for one in shown if one["source_identifier"] == remote]

    def one(self, remote: str) -> dict[str, Any]:
        made = self.made(remote)
        assert len(made) == 1, f"{len(made)} shop orders for {remote}"
        return made[0]

    def stock(self, sku: str) -> int:
        live = self.p.shopify.world.live
        return sum(int(live.quantity(row)) for row in live.variants.values() if row.sku == sku)

    def told(self, remote: str) -> list[tuple[str, int]]:
        """Tracking number and units of each parcel that eBay knows of."""
        parcels = self.p.ebay.world.sellers[SELLER].orders[remote].fulfillments
        return [
            (one["shipmentTrackingNumber"], sum(int(line["quantity"]) for line in one["lineItems"])) for one in parcels
        ]

    def cancelled(self, remote: str) -> bool:
        order = self.p.ebay.world.sellers[SELLER].orders[remote]
        return bool(order.data["cancelStatus"]["cancelState"] == "CANCELED")

    # ---- what has to be ----

    def in_order(self) -> None:
        """Each order once (promises.md#p3), with exact totals and stock taken once; nothing reserved that the shop knows; listings at
        the newest value."""
        assert self.p.world.dead_letters() == []
        taken: Counter[str] = Counter()
        for remote in self.bought:
            taken.update(self._once(remote))
        for sku, own in self.own.items():
            assert self.stock(sku) == own - taken[sku], (sku, self.stock(sku), own, taken[sku])
        awaited: Counter[str] = Counter()
        for remote in self.bought:
            row = self.row(remote)
            if not row.relayed and holds_stock(row):
                awaited.update({line.sku: line.quantity for line in row.facts.lines})
        for sku in self.own:
            shown = self.p.shown(sku)
            assert shown is not None
            assert shown[0] == max(0, self.stock(sku) - awaited[sku]), (sku, shown, self.stock(sku), awaited[sku])
        self._nothing_counts_that_the_shop_knows()

    def _once(self, remote: str) -> dict[str, int]:
        """The units that the order took from the shop, by SKU."""
        row, made = self.row(remote), self.made(remote)
        assert len(made) == (1 if row.relayed else 0), (remote, row.state, row.reason, len(made))
        assert not row.unsettled, row
        if not made:
            assert row.reason is not None, row
            return {}
        assert Decimal(made[0]["total_price"]) == row.facts.total.amount, (made[0]["total_price"], row.facts.total)
        if made[0]["cancelled_at"] is not None:
            return {}
        assert not self.cancelled(remote) or made[0]["fulfillment_status"], f"{remote} stands in the shop"
        units: Counter[str] = Counter()
        for line in made[0]["line_items"]:
            units[line["sku"]] += int(line["quantity"])
        return units

    def _nothing_counts_that_the_shop_knows(self) -> None:
        for variant in self.p.world.stores.variants.page(SHOP, None, 1000)[0]:
            for name, held in self.p.world.stores.variants.reservations(variant.key).items():
                row = self.p.world.stores.orders.find(OrderKey.parse(name.rsplit("#", 1)[0]))
                assert row is not None, name
                assert holds_stock(row), (name, row.state)
                if row.relayed:
                    assert held.absorbed_from is not None, name
                    assert variant.observation.start >= held.absorbed_from, (name, held, variant.observation)


def sales(*, stock: int = 5) -> Sales:
    """A pair that sells A and B, connected and asked for the first time."""
    p = pair()
    p.world.asks_for_orders = True
    p.world.on_round.append(p.pump)
    made = Sales(p)
    p.world.tick_orders()
    p.world.deliver_all()
    p.world.sell(p.add_product("A", stock=stock), p.add_product("B", stock=stock, title="Jug"))
    made.own = {"A": stock, "B": stock}
    return made

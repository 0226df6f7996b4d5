"""The story goes on: what sells on the marketplace is imported, once, and the marketplace is told what the shop
ships."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from localrun.scenario.seller import NotAllowed, Seller
from localrun.scoreboard import NotTrue, Scoreboard, stays, until
from simulators.kit.stand_in import Goods, MarketplaceStandIn, ShopOrder, ShopStandIn

FIRST, SECOND = "nordlicht-laden", "nordlicht-outlet"
HEADBAND, SCARF = "HEADBAND", "SCARF-VINTAGE"


@dataclass(slots=True)
class OrderStory:
    """Plays after `Story`, whose shop, account, sales list and profiles it is given by their ids."""

    board: Scoreboard
    seller: Seller
    shop: ShopStandIn
    marketplace: MarketplaceStandIn
    ids: dict[str, str]
    headband_product: str
    orders: dict[str, str] = field(default_factory=dict)
    """What an order is for in this story → its id on the marketplace."""

    @property
    def label(self) -> str:
        return self.marketplace.LABEL

    @property
    def slug(self) -> str:
        return self.marketplace.SLUG

    def play(self) -> None:
        self.second_account()
        self.order_comes_home()
        self.unknown_sku()
        self.export_by_hand()
        self.last_unit_twice()
        self.shop_ships()
        self.buyer_cancels()

    # ---- a second place that sells the same thing ----

    def second_account(self) -> None:
        with self.board.step("A second seller account sells the same headband, 5 in stock") as step:
            self.shop.set_stock(HEADBAND, 5)
            second, site = self.marketplace.add_seller(SECOND), self.marketplace.SITE
            began = time.monotonic()
            account = self.seller.post(
                "/accounts",
                {
                    "name": f"Nordlicht Outlet on {self.label}",
                    "marketplace": self.slug,
                    "shop": self.ids["shop"],
                    "sites": [site],
                    "settings": dict(second.settings),
                    "credentials": dict(second.credentials),
                },
            )
            creation = self.seller.post(
                "/creation-profiles",
                {"name": "Outlet", "marketplace": self.slug, "site": site, "settings": dict(second.creation)},
            )
            outlet = self.seller.post(
                "/sales-lists",
                {
                    "name": "Outlet",
                    "account": account["id"],
                    "site": site,
                    "profile": self.ids["profile"],
                    "creation_profile": creation["id"],
                },
            )
            self.seller.finished(
                self.seller.post(f"/sales-lists/{outlet['id']}/items", {"products": [self.headband_product]})
            )
            self.seller.act(outlet["id"], "send")
            self._until(lambda: self._shown(FIRST) == self._shown(SECOND) == 5, "5 headbands at both sellers")
            step.measured_s = time.monotonic() - began
            self.ids |= {"outlet": account["id"], "outlet_list": outlet["id"]}

    # ---- orders ----

    def order_comes_home(self) -> None:
        with self.board.step(
            f"A headband sells on {self.label}: one order in the shop, the other listing follows"
        ) as step:
            remote = self.orders["plain"] = self._buy(HEADBAND)
            began = self._look()
            held = self._until(lambda: self._shown(SECOND) == 4, "4 headbands at the other seller", within_s=15)
            self.board.tell(f"{held:.2f} s after the look: the other seller shows 4")
            row = self._imported(remote)
            step.measured_s = time.monotonic() - began
            order = self._only_shop_order(remote)
            wanted = Decimal(self.marketplace.total(remote))
            self.board.tell(f"in the shop as {order.name}, {order.total} {order.currency}, paid")
            if Decimal(order.total) != wanted or not order.paid:
                raise NotTrue(f"{order.total}, paid {order.paid}, {self.label} says {wanted} paid")
            if row["reason"]:
                raise NotTrue(f"imported, but with a reason: {row['reason']}")
            self._until(lambda: self._stock(HEADBAND) == 4, "the shop counts 4")
            self._until(
                lambda: not self._reserved(HEADBAND) and self._shown(FIRST) == self._shown(SECOND) == 4,
                "the reservation absorbed, and 4 at both",
                within_s=15,
            )
            stays(lambda: self._shown(SECOND) == 4, "the sale was counted twice", for_s=1.0)

    def unknown_sku(self) -> None:
        with self.board.step(
            "An order for a SKU the shop lacks fails with its reason, and comes in once it is there"
        ) as step:
            self.marketplace.list_by_hand(FIRST, SCARF, quantity=1, price="49.00")
            remote = self._buy(SCARF)
            self._look()
            self._until(lambda: self._order(remote).get("state") == "failed", "the order failed", within_s=15)
            self.board.tell(f"why: {self._order(remote)['reason']['text']}")
            if self._shop_orders(remote):
                raise NotTrue("it is in the shop all the same")
            began = time.monotonic()
            self.shop.add(Goods("Vintage scarf", {SCARF: ("49.00", 1)}))
            self._imported(remote)
            step.measured_s = time.monotonic() - began
            self._only_shop_order(remote)

    def export_by_hand(self) -> None:
        with self.board.step("With automatic creation off an order waits and holds its stock, until Export") as step:
            account = f"/accounts/{self.ids['account']}"
            self.seller.finished(self.seller.patch(account, {"create_orders": False}))
            remote = self._buy(HEADBAND)
            self._look()
            self._until(lambda: self._shown(SECOND) == 3, "3 headbands at the other seller", within_s=15)
            row = self._order(remote)
            self.board.tell(f"it waits: {row['reason']['text']}")
            if row["state"] != "waiting" or self._shop_orders(remote):
                raise NotTrue(f"it is {row['state']}, with {len(self._shop_orders(remote))} shop orders")
            began = time.monotonic()
            for _ in range(2):  # a double click
                try:
                    self.seller.post(f"/orders/{row['id']}/export")
                except NotAllowed as refused:
                    self.board.tell(f"the second click is answered: {refused.text}")
            self._imported(remote)
            step.measured_s = time.monotonic() - began
            self._only_shop_order(remote)
            self.seller.finished(self.seller.patch(account, {"create_orders": True}))

    def last_unit_twice(self) -> None:
        with self.board.step("Two buyers, one last headband: both orders are there, and both say so") as step:
            self.shop.set_stock(HEADBAND, 1)
            self._until(
                lambda: self._shown(FIRST) == self._shown(SECOND) == 1, "1 headband at both sellers", within_s=60
            )
            pair = [self._buy(HEADBAND, seller) for seller in (FIRST, SECOND)]
            began = time.monotonic()
            for account in (self.ids["account"], self.ids["outlet"]):
                self.seller.post(f"/accounts/{account}/check")
            self._until(
                lambda: all(self._says(one, "oversold") for one in pair), "both orders say oversold", within_s=20
            )
            step.measured_s = time.monotonic() - began
            self.board.tell(next(n["text"] for n in self._order(pair[0])["notices"] if n["code"] == "oversold"))
            for remote in pair:
                self._imported(remote)
                self._only_shop_order(remote)
            self._until(lambda: self._shown(FIRST) == self._shown(SECOND) == 0, "no headband at either", within_s=15)
            self.orders["cancelled"] = pair[1]

    # ---- the way back ----

    def shop_ships(self) -> None:
        with self.board.step(
            f"The shop sends the first order: {self.label} has the carrier and the number, once"
        ) as step:
            remote = self.orders["plain"]
            order = self._only_shop_order(remote)
            began = time.monotonic()
            self.shop.ship(order.id, "DHL", "00340434161094")
            self._until(lambda: len(self._parcels(remote)) == 1, f"a parcel on {self.label}", within_s=20)
            step.measured_s = time.monotonic() - began
            carrier, number = self._parcels(remote)[0]
            self.board.tell(f"{self.label} was told: {carrier} {number}")
            if number != "00340434161094":
                raise NotTrue(f"another number: {number}")
            self.shop.deliveries("again", topic=self.shop.PARCEL_HOOK)
            stays(lambda: len(self._parcels(remote)) == 1, "the parcel was told twice", for_s=2.0)

    def buyer_cancels(self) -> None:
        with self.board.step(
            f"An order is cancelled on {self.label}: cancelled in the shop, its unit back in stock"
        ) as step:
            remote = self.orders["cancelled"]
            before = self._stock(HEADBAND)
            self.marketplace.cancel(remote)
            self.seller.post(f"/accounts/{self.ids['outlet']}/check")
            began = time.monotonic()
            self._until(lambda: self._only_shop_order(remote).cancelled, "the shop's order cancelled", within_s=20)
            step.measured_s = time.monotonic() - began
            self._until(lambda: self._stock(HEADBAND) == before + 1, f"{before + 1} headbands in the shop")

    # ---- looking ----

    def _until(
        self, comes_true: Callable[[], bool], what: str, *, within_s: float = 10.0, every_s: float = 0.05
    ) -> float:
        """`until`, with the time that the marketplace takes to decide."""
        return until(comes_true, what, within_s=within_s + self.marketplace.DECIDES_S, every_s=every_s)

    def _buy(self, sku: str, seller: str = FIRST) -> str:
        return self.marketplace.buy(sku, seller)

    def _look(self) -> float:
        """Have the first account's orders asked for now; when it began."""
        began = time.monotonic()
        self.seller.post(f"/accounts/{self.ids['account']}/check")
        return began

    def _order(self, remote: str) -> dict[str, Any]:
        rows = self.seller.get("/orders?limit=50")["orders"]
        return next((row for row in rows if row["order"] == remote), {})

    def _imported(self, remote: str) -> dict[str, Any]:
        self._until(lambda: self._order(remote).get("state") == "created", f"order {remote} in the shop", within_s=20)
        return self._order(remote)

    def _says(self, remote: str, code: str) -> bool:
        return any(notice["code"] == code for notice in self._order(remote).get("notices", ()))

    def _shop_orders(self, remote: str) -> list[ShopOrder]:
        return self.shop.orders_of(remote)

    def _only_shop_order(self, remote: str) -> ShopOrder:
        found = self._shop_orders(remote)
        if len(found) != 1:
            raise NotTrue(f"{len(found)} shop orders for {remote}")
        return found[0]

    def _parcels(self, remote: str) -> list[tuple[str, str]]:
        return self.marketplace.parcels(remote)

    def _shown(self, seller: str) -> int | None:
        return self.marketplace.quantity(HEADBAND, seller)

    def _stock(self, sku: str) -> int:
        return self.shop.stock(sku)

    def _reserved(self, sku: str) -> bool:
        """Whether anything is held back of a SKU, as the explanation of its listing says."""
        row = self.seller.listings(self.ids["list"])[sku]
        told = self.seller.explain(str(row["listing"]["id"]))
        return any(line["step"] == "reserved" for line in told["quantity"]["trace"])

"""The story of a list that follows a collection of the shop, and sends what comes new into it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from localrun.scenario.seller import Seller
from localrun.scoreboard import NotTrue, Scoreboard, stays, until
from simulators.kit.stand_in import Goods, MarketplaceStandIn, ShopStandIn

WINTER = "Winter"
BOW, CLIP, RIBBON = "BOW", "CLIP", "RIBBON"
IMAGE = "https://images.example/{}.jpg"
SLOW_S = 45.0
"""Far longer than it takes on a machine that does nothing else."""
READ_S = 15.0 + SLOW_S
"""A collection that a person fills piece by piece is read every quarter of a minute at most."""


@dataclass(slots=True)
class CollectionStory:
    """Plays the steps in order, after a shop and an account are connected and a creation profile is made (`ids`)."""

    board: Scoreboard
    seller: Seller
    shop: ShopStandIn
    marketplace: MarketplaceStandIn
    ids: dict[str, str]
    list: str = ""
    collection: str = ""
    products: dict[str, str] = field(default_factory=dict)

    def play(self) -> None:
        self.follow()
        self.send_what_is_new()
        self.send_the_backlog()

    def follow(self) -> None:
        with self.board.step(f"A sales list in collection mode follows the shop's collection {WINTER}") as step:
            for sku, price in ((BOW, "12.00"), (CLIP, "8.00")):
                self._make(sku, price)
            self.collection = self.shop.add_collection(WINTER, [self.products[BOW], self.products[CLIP]])
            shown = self.seller.get(f"/shops/{self.ids['shop']}/collections")["collections"]
            (found,) = [one for one in shown if one["name"] == WINTER]
            self.board.tell(f"{found['name']} has {found['members']} products in the shop")
            body = {
                "name": f"{WINTER} on {self.marketplace.LABEL}",
                "account": self.ids["account"],
                "site": self.marketplace.SITE,
                "mode": "collection",
                "collections": [found["id"]],
                "creation_profile": self.ids["creation"],
            }
            self.list = self.seller.post("/sales-lists", body)["id"]
            step.measured_s = until(
                lambda: self._statuses() == {BOW: "not_active", CLIP: "not_active"}, "2 items", within_s=SLOW_S
            )
            if self._on_sale() != set():
                raise NotTrue(f"nobody sent anything, and on sale are {self._on_sale()}")

    def send_what_is_new(self) -> None:
        with self.board.step(
            "With auto-export, what comes new into the collection goes on sale; what was there does not"
        ) as step:
            edit = {"auto_export": True}
            self.seller.finished(self.seller.patch(f"/sales-lists/{self.list}", edit))
            since = self.seller.get(f"/sales-lists/{self.list}")["auto_export_since"]
            until(lambda: self.seller.collections_read(since), "the collection is read once more", within_s=READ_S)
            self._make(RIBBON, "9.00")
            self.shop.set_members(self.collection, list(self.products.values()))
            step.measured_s = until(
                lambda: self._on_sale() == {RIBBON}, "the ribbon on sale", within_s=READ_S + self.marketplace.DECIDES_S
            )
            stays(lambda: self._on_sale() == {RIBBON}, "more than the new item is on sale", for_s=1.0)
            told = self.seller.get(f"/sales-lists/{self.list}/exports")
            self.board.tell(
                f"sent automatically today: {told['sent_today']} of {told['limit']}; fee: {told['fee'] or 'none'}"
            )

    def send_the_backlog(self) -> None:
        with self.board.step("What was there before is the backlog: it is sent when the seller asks for it") as step:
            waiting = self.seller.get(f"/sales-lists/{self.list}/members?state=backlog")["members"]
            self.board.tell(f"backlog: {len(waiting)} products")
            self.seller.finished(self.seller.post(f"/sales-lists/{self.list}/backlog", {"products": "all"}))
            within_s = SLOW_S + self.marketplace.DECIDES_S
            step.measured_s = until(
                lambda: self._on_sale() == {BOW, CLIP, RIBBON}, "all three on sale", within_s=within_s
            )

    # ---- looking ----

    def _make(self, sku: str, price: str) -> None:
        goods = Goods(
            f"Linen {sku.lower()}",
            {sku: (price, 4)},
            description_html="<p>For the winter.</p>",
            vendor="Nordlicht",
            kind="Headbands",
            picture=IMAGE.format(sku.lower()),
        )
        self.products[sku] = self.shop.add(goods)

    def _statuses(self) -> dict[str, str]:
        rows: dict[str, dict[str, Any]] = self.seller.listings(self.list)
        return {sku: row["listing"]["status"] for sku, row in rows.items() if row["listing"]}

    def _on_sale(self) -> set[str]:
        return {BOW, CLIP, RIBBON} & self.marketplace.on_sale().keys()

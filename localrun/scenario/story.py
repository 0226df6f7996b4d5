"""The story: a shop is connected, a sales list is made and sent, and then the shop lives."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from localrun.scenario.outside import Marketplace, Shop
from localrun.scenario.seller import Seller
from localrun.scoreboard import NotTrue, Scoreboard, stays, until

SITE = "EBAY_DE"
SELLER = "nordlicht-laden"
CANDLE = "LIGHT-CANDLE"
SIZES = ("XS", "S", "M", "L", "XL", "XXL")
JUMPER = "JUMPER-{}"
IMAGE = "https://images.example/{}.jpg"
REVISE = "bulkUpdatePriceQuantity"


@dataclass(slots=True)
class Story:
    """Plays the steps in order. Each step looks at the marketplace itself, never only at what we say of it."""

    board: Scoreboard
    seller: Seller
    shop: Shop
    marketplace: Marketplace
    ids: dict[str, str] = field(default_factory=dict)
    candle: dict[str, Any] = field(default_factory=dict)
    jumper: dict[str, Any] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)

    def play(self) -> None:
        self.prepare_outside()
        self.connect()
        self.make_sales_list()
        self.send()
        self.stock_change()
        self.price_change()
        self.manual_revise()
        self.title_change()
        self.duplicates_and_disorder()
        self.last_unit()

    # ---- before anything of ours ----

    def prepare_outside(self) -> None:
        """A shop with two products, and a seller on the marketplace: the world as it was before us."""
        told = self.marketplace.do("add_seller", username=SELLER, marketplaces=[SITE])
        self.ids["refresh_token"] = told["refreshToken"]
        self.policies = told["policies"][SITE]
        self.candle = self.shop.do(
            "add_product", title="Beeswax candle", description_html="<p>Poured by hand.</p>", vendor="Nordlicht",
            product_type="Candles", images=[IMAGE.format("candle")],
            variants=[{"sku": CANDLE, "price": "19.00", "stock": 7}],
        )  # fmt: skip
        self.jumper = self.shop.do(
            "add_product", title="Fisherman's jumper", description_html="<p>Pure wool.</p>", vendor="Nordlicht",
            product_type="Jumpers", images=[IMAGE.format("jumper")],
            variants=[{"sku": JUMPER.format(size), "price": "89.00", "stock": 4, "options": {"Size": size}} for size in SIZES],
        )  # fmt: skip

    # ---- the seller sets up ----

    def connect(self) -> None:
        with self.board.step("A shop and a seller account are connected") as step:
            began = time.monotonic()
            shop = self.seller.post(
                "/shops",
                {
                    "name": "Nordlicht", "platform": "shopify",
                    "settings": {"domain": "demo.myshopify.com"},
                    "credentials": {"client_id": "demo-client-id", "client_secret": "demo-client-secret"},
                },
            )["shop"]  # fmt: skip
            account = self.seller.post(
                "/accounts",
                {
                    "name": "Nordlicht on eBay", "marketplace": "ebay", "shop": shop["id"], "sites": [SITE],
                    "settings": {},
                    "credentials": {
                        "client_id": "sim-client", "client_secret": "sim-secret",
                        "refresh_token": self.ids["refresh_token"],
                    },
                },
            )  # fmt: skip
            step.measured_s = time.monotonic() - began
            self.ids |= {"shop": shop["id"], "account": account["id"]}
            topics = {row["topic"] for row in self.shop.get("state")["subscriptions"]}
            self.board.tell(
                f"{shop['name']} sells in {shop['currency']}; it will call us for {len(topics)} topics"
            )
            if "INVENTORY_LEVELS_UPDATE" not in {topic.upper().replace("/", "_") for topic in topics}:
                raise NotTrue(f"no hook for stock: {sorted(topics)}")

    def make_sales_list(self) -> None:
        with self.board.step("A sales list in product mode takes a candle and a jumper in 6 sizes") as step:
            began = time.monotonic()
            creation = self.seller.post(
                "/creation-profiles",
                {
                    "name": "Home and clothes", "marketplace": "ebay", "site": SITE,
                    "settings": {
                        "category_id": "11450", "condition": "NEW", "merchant_location_key": "main",
                        **self._policy_settings(),
                    },
                },
            )  # fmt: skip
            profile = self.seller.post(
                "/profiles", {"name": "All stock, 10 % on top", "rules": {"price": {"ratio": "1.10"}}}
            )
            sales_list = self.seller.post(
                "/sales-lists",
                {
                    "name": "eBay Germany", "account": self.ids["account"], "site": SITE,
                    "profile": profile["id"], "creation_profile": creation["id"],
                },
            )  # fmt: skip
            self.ids |= {"profile": profile["id"], "list": sales_list["id"]}
            products = [str(self.candle["product_id"]), str(self.jumper["product_id"])]
            self.seller.finished(
                self.seller.post(f"/sales-lists/{self.ids['list']}/items", {"products": products})
            )
            rows = self.seller.listings(self.ids["list"])
            step.measured_s = time.monotonic() - began
            self.board.tell(f"{len(rows)} rows, each {', '.join(_statuses(rows))}")
            if len(rows) != 7 or _statuses(rows) != {"not_active"}:
                raise NotTrue(f"expected 7 rows not active, saw {len(rows)}: {_statuses(rows)}")

    def _policy_settings(self) -> dict[str, str]:
        kinds = ("fulfillment", "payment", "return")
        found = {kind: next(v for k, v in self.policies.items() if kind in k.lower()) for kind in kinds}
        return {f"{kind}_policy_id": str(id) for kind, id in found.items()}

    def send(self) -> None:
        with self.board.step("Send to marketplace: Not active → Pending → Active") as step:
            began = time.monotonic()
            job = self.seller.post(
                f"/sales-lists/{self.ids['list']}/actions", {"action": "send", "items": "all"}
            )
            seen: set[str] = set()

            def all_active() -> bool:
                now = _statuses(self.seller.listings(self.ids["list"]))
                for status in now - seen:
                    self.board.tell(f"seen: {status}")
                seen.update(now)
                return now <= {"active", "error"}

            until(all_active, "all 7 listings active", within_s=30, every_s=0.1)
            step.measured_s = time.monotonic() - began
            job = self.seller.finished(job)
            shown = self.marketplace.on_sale()
            self.board.tell(
                f"on sale: {len(shown)} variations, for example {shown.get(CANDLE, {}).get('url', '-')}"
            )
            if not {"pending", "active"} <= seen or len(shown) != 7 or job["failed"]:
                raise NotTrue(
                    f"seen {sorted(seen)}, {len(shown)} on sale, job {job['done']} done {job['failed']} failed"
                )
            prices = {shown[CANDLE]["price"], shown[JUMPER.format("M")]["price"]}
            if prices != {"20.90", "97.90"}:
                raise NotTrue(f"prices with 10 % on top should be 20.90 and 97.90, are {sorted(prices)}")

    # ---- the shop lives ----

    def stock_change(self) -> None:
        with self.board.step("The shop counts 5 candles instead of 7: eBay follows") as step:
            self.shop.do("set_stock", sku=CANDLE, available=5)
            step.measured_s = until(lambda: self.marketplace.quantity(CANDLE) == 5, "5 candles on eBay")
            told = self.seller.explain(self._key(CANDLE))
            self.board.tell(f"explained: {told['quantity']['sentence']}")

    def price_change(self) -> None:
        with self.board.step("The candle costs 21.00 in the shop: eBay asks 23.10") as step:
            self.shop.do("set_price", sku=CANDLE, price="21.00")
            step.measured_s = until(lambda: self.marketplace.price(CANDLE) == "23.10", "23.10 on eBay")

    def manual_revise(self) -> None:
        with self.board.step("With the automatic switch off nothing moves, until Revise quantity") as step:
            self.seller.finished(
                self.seller.patch(f"/accounts/{self.ids['account']}", {"auto_quantity": False})
            )
            self.shop.do("set_stock", sku=CANDLE, available=4)
            until(lambda: self._computed(CANDLE) == 4, "4 computed for the candle")
            stays(lambda: self.marketplace.quantity(CANDLE) == 5, "eBay moved with the switch off", for_s=1.5)
            told = self.seller.explain(self._key(CANDLE))
            self.board.tell(f"why it waits: {told['quantity']['reason']['text']}")
            began = time.monotonic()
            self.seller.act(self.ids["list"], "revise_quantity", [self._row(CANDLE)["id"]])
            until(lambda: self.marketplace.quantity(CANDLE) == 4, "4 candles on eBay")
            step.measured_s = time.monotonic() - began
            self.seller.finished(
                self.seller.patch(f"/accounts/{self.ids['account']}", {"auto_quantity": True})
            )

    def title_change(self) -> None:
        with self.board.step("A new title does not travel by itself, only with Full revise") as step:
            new = "Beeswax candle, 20 hours"
            self.shop.do("set_title", product_id=self.candle["product_id"], title=new)
            until(
                lambda: bool(self.seller.explain(self._key(CANDLE))["content_changed"]),
                "the new content is noticed",
            )
            stays(lambda: self._title(CANDLE) == "Beeswax candle", "the title travelled by itself", for_s=1.5)
            began = time.monotonic()
            self.seller.act(self.ids["list"], "full_revise", [self._row(CANDLE)["id"]])
            until(lambda: self._title(CANDLE) == new, "the new title on eBay")
            step.measured_s = time.monotonic() - began

    def duplicates_and_disorder(self) -> None:
        with self.board.step("A delivery three times, and two in the wrong order: one right number") as step:
            size = JUMPER.format("M")
            before = len(self._revisions(size))
            self.shop.deliveries("hold")
            self.shop.do("set_stock", sku=size, available=9)
            self.shop.do("set_stock", sku=size, available=3)
            self.shop.deliveries("duplicate", times=2)
            self.shop.deliveries("reorder")
            began = time.monotonic()
            self.shop.deliveries("release")
            until(lambda: self.marketplace.quantity(size) == 3, "3 jumpers in M on eBay")
            step.measured_s = time.monotonic() - began
            stays(
                lambda: self.marketplace.quantity(size) == 3,
                "an older number came after the newer one",
                for_s=2,
            )
            sent = [call["quantity"] for call in self._revisions(size)[before:]]
            self.board.tell(f"sent for six deliveries of two changes: {sent}")
            if 9 in sent:
                raise NotTrue(f"the older 9 was sent: {sent}")

    def last_unit(self) -> None:
        with self.board.step("The last candle sells while seven prices wait: zero goes first") as step:
            self.shop.do("set_stock", sku=CANDLE, available=1)
            until(lambda: self.marketplace.quantity(CANDLE) == 1, "1 candle on eBay")
            before = len(self.marketplace.calls(REVISE))
            self.shop.deliveries("hold")
            for size in SIZES:
                self.shop.do("set_price", sku=JUMPER.format(size), price="99.00")
            self.shop.do("sell", sku=CANDLE, quantity=1)
            began = time.monotonic()
            self.shop.deliveries("release")
            until(lambda: self.marketplace.quantity(CANDLE) == 0, "no candle on eBay")
            step.measured_s = time.monotonic() - began
            until(lambda: self.marketplace.price(JUMPER.format("XXL")) == "108.90", "the new prices on eBay")
            until(
                lambda: {self.marketplace.price(JUMPER.format(s)) for s in SIZES} == {"108.90"},
                "all new prices",
            )
            order = [call["sku"] for call in self.marketplace.calls(REVISE)[before:]]
            self.board.tell(f"in the order in which eBay was called: {', '.join(str(sku) for sku in order)}")

    # ---- looking ----

    def _row(self, sku: str) -> dict[str, Any]:
        return self.seller.listings(self.ids["list"])[sku]

    def _key(self, sku: str) -> str:
        return str(self._row(sku)["listing"]["id"])

    def _computed(self, sku: str) -> int:
        return int(self.seller.explain(self._key(sku))["quantity"]["computed"])

    def _title(self, sku: str) -> str:
        return str(self.marketplace.on_sale().get(sku, {}).get("title", ""))

    def _revisions(self, sku: str) -> list[dict[str, Any]]:
        return [call for call in self.marketplace.calls(REVISE) if call["sku"] == sku]


def _statuses(rows: dict[str, dict[str, Any]]) -> set[str]:
    return {row["listing"]["status"] if row["listing"] else row["problem"]["code"] for row in rows.values()}

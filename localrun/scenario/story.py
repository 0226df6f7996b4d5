"""The story: a shop is connected, a sales list is made and sent, and then the shop lives."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from localrun.scenario.seller import Seller
from localrun.scoreboard import NotTrue, Scoreboard, stays, until
from simulators.kit.stand_in import Goods, MarketplaceStandIn, Sent, ShopStandIn
from simulators.kit.stand_in import Seller as RemoteSeller

SELLER = "nordlicht-laden"
HEADBAND = "HEADBAND"
COLOURS = ("Black", "Blue", "Green", "Pink", "Red", "White")
SCRUNCHIE = "SCRUNCHIE-{}"
IMAGE = "https://images.example/{}.jpg"
SLOW_S = 0.5
"""How much longer a revision takes while zero overtakes: else they are all on their way at once, and arrive in any order."""
_ALL_TOLD_S = 30.0
"""What the shop tells is worked off by then, on a busy machine too."""


@dataclass(slots=True)
class Story:
    """Plays the steps in order. Each step looks at the marketplace itself, never only at what we say of it."""

    board: Scoreboard
    seller: Seller
    shop: ShopStandIn
    marketplace: MarketplaceStandIn
    ids: dict[str, str] = field(default_factory=dict)
    headband: str = ""
    scrunchie: str = ""
    remote: RemoteSeller = field(default_factory=lambda: RemoteSeller(SELLER, {}, {}, {}))

    @property
    def label(self) -> str:
        return self.marketplace.LABEL

    @property
    def slug(self) -> str:
        return self.marketplace.SLUG

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
        self.remote = self.marketplace.add_seller(SELLER)
        self.headband = self.shop.add(
            Goods(
                "Velvet headband",
                {HEADBAND: ("19.00", 7)},
                description_html="<p>Soft velvet, one size.</p>",
                vendor="Nordlicht",
                kind="Headbands",
                picture=IMAGE.format("headband"),
            )
        )
        colours = {SCRUNCHIE.format(colour): colour for colour in COLOURS}
        self.scrunchie = self.shop.add(
            Goods(
                "Velvet scrunchie",
                dict.fromkeys(colours, ("89.00", 4)),
                description_html="<p>Holds all day.</p>",
                vendor="Nordlicht",
                kind="Scrunchies",
                picture=IMAGE.format("scrunchie"),
                option="Color",
                values=colours,
            )
        )

    # ---- the seller sets up ----

    def connect(self) -> None:
        with self.board.step("A shop and a seller account are connected") as step:
            began = time.monotonic()
            shop = self.seller.post("/shops", {"name": "Nordlicht", **self.shop.connection()})["shop"]
            account = self.seller.post(
                "/accounts",
                {
                    "name": f"Nordlicht on {self.label}",
                    "marketplace": self.slug,
                    "shop": shop["id"],
                    "sites": [self.marketplace.SITE],
                    "settings": dict(self.remote.settings),
                    "credentials": dict(self.remote.credentials),
                },
            )
            step.measured_s = time.monotonic() - began
            self.ids |= {"shop": shop["id"], "account": account["id"]}
            topics = self.shop.hooks()
            self.board.tell(f"{shop['name']} sells in {shop['currency']}; it will call us for {len(topics)} topics")
            if self.shop.STOCK_HOOK not in topics:
                raise NotTrue(f"no hook for stock: {sorted(topics)}")

    def make_sales_list(self) -> None:
        with self.board.step("A sales list in product mode takes a headband and a scrunchie in 6 colours") as step:
            began = time.monotonic()
            creation = self.seller.post(
                "/creation-profiles",
                {
                    "name": "Hair accessories",
                    "marketplace": self.slug,
                    "site": self.marketplace.SITE,
                    "settings": dict(self.remote.creation),
                },
            )
            profile = self.seller.post(
                "/profiles", {"name": "All stock, 10 % on top", "rules": {"price": {"ratio": "1.10"}}}
            )
            sales_list = self.seller.post(
                "/sales-lists",
                {
                    "name": f"All on {self.label}",
                    "account": self.ids["account"],
                    "site": self.marketplace.SITE,
                    "profile": profile["id"],
                    "creation_profile": creation["id"],
                },
            )
            self.ids |= {"profile": profile["id"], "list": sales_list["id"], "creation": creation["id"]}
            products = [self.headband, self.scrunchie]
            self.seller.finished(self.seller.post(f"/sales-lists/{self.ids['list']}/items", {"products": products}))
            rows = self.seller.listings(self.ids["list"])
            step.measured_s = time.monotonic() - began
            self.board.tell(f"{len(rows)} rows, each {', '.join(_statuses(rows))}")
            if len(rows) != 7 or _statuses(rows) != {"not_active"}:
                raise NotTrue(f"expected 7 rows not active, saw {len(rows)}: {_statuses(rows)}")

    def send(self) -> None:
        with self.board.step("Send to marketplace: Not active → Pending → Active") as step:
            began = time.monotonic()
            job = self.seller.post(f"/sales-lists/{self.ids['list']}/actions", {"action": "send", "items": "all"})
            seen: set[str] = set()

            def all_active() -> bool:
                now = _statuses(self.seller.listings(self.ids["list"]))
                for status in now - seen:
                    self.board.tell(f"seen: {status}")
                seen.update(now)
                return now <= {"active", "error"}

            self._until(all_active, "all 7 listings active", within_s=30, every_s=0.1)
            step.measured_s = time.monotonic() - began
            job = self.seller.finished(job)
            shown = self.marketplace.on_sale()
            self.board.tell(f"on sale: {len(shown)} variations, for example {shown.get(HEADBAND, {}).get('url', '-')}")
            if not {"pending", "active"} <= seen or len(shown) != 7 or job["failed"]:
                raise NotTrue(
                    f"seen {sorted(seen)}, {len(shown)} on sale, job {job['done']} done {job['failed']} failed"
                )
            prices = {shown[HEADBAND]["price"], shown[SCRUNCHIE.format("Red")]["price"]}
            if prices != {"20.90", "97.90"}:
                raise NotTrue(f"prices with 10 % on top should be 20.90 and 97.90, are {sorted(prices)}")

    # ---- the shop lives ----

    def stock_change(self) -> None:
        with self.board.step(f"The shop counts 5 headbands instead of 7: {self.label} follows") as step:
            self.shop.set_stock(HEADBAND, 5)
            step.measured_s = self._until(
                lambda: self.marketplace.quantity(HEADBAND) == 5, f"5 headbands on {self.label}"
            )
            told = self.seller.explain(self._key(HEADBAND))
            self.board.tell(f"explained: {told['quantity']['sentence']}")

    def price_change(self) -> None:
        with self.board.step(f"The headband costs 21.00 in the shop: {self.label} asks 23.10") as step:
            self.shop.set_price(HEADBAND, "21.00")
            step.measured_s = self._until(lambda: self.marketplace.price(HEADBAND) == "23.10", f"23.10 on {self.label}")

    def manual_revise(self) -> None:
        with self.board.step("With automatic updates off nothing moves, until somebody revises") as step:
            self.seller.finished(
                self.seller.patch(f"/accounts/{self.ids['account']}", {"auto_quantity": False, "auto_price": False})
            )
            self.shop.set_stock(HEADBAND, 4)
            self._until(lambda: self._computed(HEADBAND) == 4, "4 computed for the headband")
            stays(
                lambda: self.marketplace.quantity(HEADBAND) == 5, f"{self.label} moved with the switches off", for_s=1.0
            )
            told = self.seller.explain(self._key(HEADBAND))
            self.board.tell(f"why it waits: {told['quantity']['reason']['text']}")
            began = time.monotonic()
            action = {"action": "revise", "items": [self._row(HEADBAND)["id"]]}
            # Its job is over when the marketplace has confirmed it, which may take half a minute: nobody waits for that here.
            self.seller.post(f"/sales-lists/{self.ids['list']}/actions", action)
            self._until(lambda: self.marketplace.quantity(HEADBAND) == 4, f"4 headbands on {self.label}", within_s=20)
            step.measured_s = time.monotonic() - began
            self.seller.finished(
                self.seller.patch(f"/accounts/{self.ids['account']}", {"auto_quantity": True, "auto_price": True})
            )

    def title_change(self) -> None:
        with self.board.step("A new title does not travel automatically, only with Full revise") as step:
            new = "Velvet headband, extra wide"
            self.shop.set_title(self.headband, new)
            self._until(
                lambda: bool(self.seller.explain(self._key(HEADBAND))["content_changed"]), "the new content is noticed"
            )
            stays(lambda: self._title(HEADBAND) == "Velvet headband", "the title travelled automatically", for_s=1.0)
            began = time.monotonic()
            self.seller.act(self.ids["list"], "full_revise", [self._row(HEADBAND)["id"]])
            self._until(lambda: self._title(HEADBAND) == new, f"the new title on {self.label}")
            step.measured_s = time.monotonic() - began

    def duplicates_and_disorder(self) -> None:
        with self.board.step("A delivery three times, and two in the wrong order: one right number") as step:
            red = SCRUNCHIE.format("Red")
            before = len(self._revisions(red))
            self.shop.deliveries("hold")
            self.shop.set_stock(red, 9)
            self.shop.set_stock(red, 3)
            self.shop.deliveries("duplicate", times=2)
            self.shop.deliveries("reorder")
            began = time.monotonic()
            self.shop.deliveries("release")
            self._until(lambda: self.marketplace.quantity(red) == 3, f"3 red scrunchies on {self.label}")
            step.measured_s = time.monotonic() - began
            stays(lambda: self.marketplace.quantity(red) == 3, "an older number came after the newer one", for_s=1.5)
            sent = _quantities(self._revisions(red)[before:])
            self.board.tell(f"sent for eight deliveries of two changes: {sent}")
            if 9 in sent:
                raise NotTrue(f"the older 9 was sent: {sent}")

    def last_unit(self) -> None:
        with self.board.step("The last headband sells after six prices changed: zero overtakes") as step:
            self.shop.set_stock(HEADBAND, 1)
            self._until(lambda: self.marketplace.quantity(HEADBAND) == 1, f"1 headband on {self.label}")
            before = len(self.marketplace.revisions())
            # All are due before the first is sent: else it would depend on how fast the shop's events are worked off.
            self.seller.post(f"/accounts/{self.ids['account']}/stop", {"why": "six new prices"})
            for colour in COLOURS:
                self.shop.set_price(SCRUNCHIE.format(colour), "99.00")
            self._until(lambda: self._prices_computed() == {"108.90"}, "the new prices computed", within_s=_ALL_TOLD_S)
            self.shop.sell(HEADBAND)
            self._until(lambda: self._computed(HEADBAND) == 0, "no headband computed", within_s=_ALL_TOLD_S)
            told = self.seller.explain(self._key(HEADBAND))
            self.board.tell(f"why they wait: {told['quantity']['reason']['text']}")
            self.marketplace.slow_revisions(seconds=SLOW_S, times=len(COLOURS))
            began = time.monotonic()
            self.seller.post(f"/accounts/{self.ids['account']}/resume")
            self._until(lambda: self.marketplace.quantity(HEADBAND) == 0, f"no headband on {self.label}")
            step.measured_s = time.monotonic() - began
            self._until(
                lambda: {self.marketplace.price(SCRUNCHIE.format(c)) for c in COLOURS} == {"108.90"},
                f"the new prices on {self.label}",
            )
            self._until(
                lambda: any(_is_zero(call) for call in self.marketplace.revisions()[before:]),
                "the call that carried zero",
            )
            calls = self.marketplace.revisions()[before:]
            self.board.tell(
                f"in the order in which {self.label} was called: " + ", ".join(_told(call) for call in calls)
            )
            zero = next(i for i, call in enumerate(calls) if _is_zero(call))
            overtaken = len({call.sku for call in calls[zero + 1 :]} - {HEADBAND})
            step.note = f"it overtook {overtaken} of {len(COLOURS)} prices that were due before it"
            self.marketplace.delete("faults")
            if not overtaken:
                raise NotTrue("every price that was due before it went first")

    # ---- looking ----

    def _until(
        self, comes_true: Callable[[], bool], what: str, *, within_s: float = 10.0, every_s: float = 0.05
    ) -> float:
        """`until`, with the time that the marketplace takes to decide."""
        return until(comes_true, what, within_s=within_s + self.marketplace.DECIDES_S, every_s=every_s)

    def _row(self, sku: str) -> dict[str, Any]:
        return self.seller.listings(self.ids["list"])[sku]

    def _key(self, sku: str) -> str:
        return str(self._row(sku)["listing"]["id"])

    def _computed(self, sku: str) -> int:
        return int(self.seller.explain(self._key(sku))["quantity"]["computed"])

    def _prices_computed(self) -> set[str]:
        """Of the scrunchies."""
        rows = self.seller.listings(self.ids["list"])
        return {str(rows[SCRUNCHIE.format(colour)]["listing"]["price"]["computed"]["amount"]) for colour in COLOURS}

    def _title(self, sku: str) -> str:
        return str(self.marketplace.on_sale().get(sku, {}).get("title", ""))

    def _revisions(self, sku: str) -> list[Sent]:
        return [call for call in self.marketplace.revisions() if call.sku == sku]


def _statuses(rows: dict[str, dict[str, Any]]) -> set[str]:
    return {row["listing"]["status"] if row["listing"] else row["problem"]["code"] for row in rows.values()}


def _is_zero(call: Sent) -> bool:
    return call.sku == HEADBAND and call.quantities == (0,)


def _quantities(calls: list[Sent]) -> list[int]:
    return [quantity for call in calls for quantity in call.quantities]


def _told(call: Sent) -> str:
    values = sorted([*(f"{one}" for one in call.quantities), *call.prices])
    return f"{call.sku} {' at '.join(values)}"

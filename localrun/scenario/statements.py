"""What a seller is told about sales lists, statement by statement: lists and how they are filled, what goes on without being asked
for, what is done by hand, and what existed before."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from localrun.scenario.seller import NotAllowed, Seller
from localrun.scenario.story import IMAGE, SELLER
from localrun.scoreboard import NotTrue, Scoreboard, Step, stays, until
from simulators.kit.stand_in import Goods, MarketplaceStandIn, ShopStandIn

HAND, OTHER = "MUG", "BOWL"
"""SKUs that are put in a list by hand."""
FIRST, LATER, NEW = "CAP", "BEANIE", "GLOVES"
"""SKUs of a collection: in it from the beginning, put in later, and put in when new items are sent automatically."""
QUIET_S = 1.0
"""How long it is watched that nothing happens."""
REPORT_S = 180.0
"""A marketplace may take its time to list what an account has, and is asked for it once a minute."""
NEXT_READING_S = 120.0
"""A collection that changes again is read again a little later: a seller who fills one by hand changes it often."""


@dataclass(slots=True)
class Statements:
    """Plays the statements in an order in which each finds what it needs. Each looks at the marketplace itself."""

    board: Scoreboard
    seller: Seller
    shop: ShopStandIn
    marketplace: MarketplaceStandIn
    ids: dict[str, str] = field(default_factory=dict)
    products: dict[str, str] = field(default_factory=dict)
    """The shop's products by SKU; each has one variant."""

    def play(self) -> None:
        self.prepare()
        self.what_works_unasked()
        self.lists()
        self.product_mode()
        self.collection_mode()
        self.auto_export()
        self.automatic_updates()
        self.manual_updates()
        self.switches()
        self.content()
        self.linking()

    def prepare(self) -> None:
        """A shop with products and a collection, a seller on the marketplace, and both connected."""
        remote = self.marketplace.add_seller(SELLER)
        for sku in (HAND, OTHER, FIRST, LATER, NEW):
            goods = Goods(
                f"Enamel {sku.lower()}",
                {sku: ("12.00", 5)},
                description_html="<p>Made to last.</p>",
                vendor="Nordlicht",
                kind="Kitchen",
                picture=IMAGE.format(sku.lower()),
            )
            self.products[sku] = self.shop.add(goods)
        self.ids["collection"] = self.shop.add_collection("Winter", [self.products[FIRST]])
        self.ids["shop"] = self.seller.post("/shops", {"name": "Nordlicht", **self.shop.connection()})["shop"]["id"]
        account = {
            "name": f"Nordlicht on {self.marketplace.LABEL}",
            "marketplace": self.marketplace.SLUG,
            "shop": self.ids["shop"],
            "sites": [self.marketplace.SITE],
            "settings": dict(remote.settings),
            "credentials": dict(remote.credentials),
            "guard": {"count": 100},
        }
        self.ids["account"] = self.seller.post("/accounts", account)["id"]
        creation = {
            "name": "Kitchen",
            "marketplace": self.marketplace.SLUG,
            "site": self.marketplace.SITE,
            "settings": dict(remote.creation),
        }
        self.ids["creation"] = self.seller.post("/creation-profiles", creation)["id"]

    # ---- accounts and lists ----

    def what_works_unasked(self) -> None:
        with self._statement("S1", "Most works without any setting") as step:
            on = [one["name"] for one in self._automations() if one["on"]]
            self._expect({"quantity", "price"} <= set(on), f"on from the start: {on}")
            step.note = f"on from the start: {', '.join(on)}"
        with self._statement("S2", "Each automation can be looked at, and set") as step:
            self._edit_account(auto_quantity=False, auto_price=False)
            off = [one["name"] for one in self._automations() if one["on"] != one["default"]]
            self._edit_account(auto_quantity=True, auto_price=True)
            again = [one["name"] for one in self._automations() if one["on"] != one["default"]]
            self._expect({"quantity", "price"} <= set(off) and not again, f"{off}, then {again}")
            step.note = f"off, and shown as other than the default: {', '.join(off)}"
        with self._statement("S3", "What is in no sales list is neither sold nor updated") as step:
            self.seller.finished(self.seller.post(f"/shops/{self.ids['shop']}/sweep"))
            self._until(lambda: self._counters()["no_status"] == len(self.products), "all products without a status")
            self._expect(not self.marketplace.on_sale(), f"on sale: {sorted(self.marketplace.on_sale())}")
            step.note = f"No status: {self._counters()['no_status']}, on sale: 0"

    def lists(self) -> None:
        with self._statement("S4", "An account has several sales lists of its own") as step:
            self.ids["hand"] = self._list("By hand")
            self.ids["winter"] = self._list("Winter", mode="collection", collections=[self.ids["collection"]])
            names = [one["name"] for one in self._lists()]
            self._expect(names == ["By hand", "Winter"], str(names))
            step.note = ", ".join(names)
        with self._statement("S5", "The mode is chosen when a list is created, and stays") as step:
            modes = {one["name"]: one["mode"] for one in self._lists()}
            self._expect(modes == {"By hand": "product", "Winter": "collection"}, str(modes))
            step.note = self._refused("PATCH", f"/sales-lists/{self.ids['hand']}", {"mode": "collection"})
        with self._statement("S14", "How an offer is made is set per marketplace") as step:
            profile = f"/creation-profiles/{self.ids['creation']}"
            own = self.seller.get(profile)["settings"]
            told = self._refused("PATCH", profile, {"settings": {**own, "of_another_marketplace": "1"}})
            self._expect("of_another_marketplace" in told, told)
            step.note = f"{self.marketplace.LABEL} has {len(own)} settings of its own; {told}"

    # ---- what is in a list ----

    def product_mode(self) -> None:
        with self._statement("S6", "In product mode items are added by hand") as step:
            chosen = [self.products[HAND], self.products[OTHER]]
            self.seller.finished(self.seller.post(f"/sales-lists/{self.ids['hand']}/items", {"products": chosen}))
            rows = sorted(self.seller.listings(self.ids["hand"]))
            self._expect(rows == sorted([HAND, OTHER]), str(rows))
            step.note = f"in the list: {', '.join(rows)}"
        with self._statement("S7", "Select, and Send to marketplace") as step:
            began = time.monotonic()
            self.seller.act(self.ids["hand"], "send")
            self._until(lambda: {HAND, OTHER} <= set(self.marketplace.on_sale()), "both on sale", within_s=40)
            step.measured_s = time.monotonic() - began
            step.note = f"on sale: {', '.join(sorted(self.marketplace.on_sale()))}"

    def collection_mode(self) -> None:
        winter = self.ids["winter"]
        with self._statement("S8", "In collection mode a list has the items of its collections") as step:
            self._until(lambda: set(self.seller.listings(winter)) == {FIRST}, "the collection's item", within_s=30)
            step.note = f"in the list: {FIRST}"
        with self._statement("S9", "These are the collections that the shop has already") as step:
            found = self.seller.get(f"/shops/{self.ids['shop']}/collections")["collections"]
            self._expect(self.ids["collection"] in {one["id"] for one in found}, str(found))
            step.note = ", ".join(f"{one['name']} ({one['members']})" for one in found)
        with self._statement("S10", "What is put in the collection is in the list") as step:
            self.shop.set_members(self.ids["collection"], [self.products[FIRST], self.products[LATER]])
            step.measured_s = self._until(
                lambda: set(self.seller.listings(winter)) == {FIRST, LATER}, "the second item", within_s=30
            )
            step.note = f"in the list: {FIRST}, {LATER}"
        with self._statement("S11", "What is taken out of the collection leaves the list") as step:
            self.shop.set_members(self.ids["collection"], [self.products[FIRST]])
            step.measured_s = self._until(
                lambda: set(self.seller.listings(winter)) == {FIRST}, "one item again", within_s=NEXT_READING_S
            )
            step.note = f"in the list: {FIRST}"

    def auto_export(self) -> None:
        winter = self.ids["winter"]
        with self._statement("S12", "Sending new items automatically is off, until somebody switches it on") as step:
            off = next(one for one in self._lists() if one["id"] == winter)["auto_export"]
            status = self.seller.listings(winter)[FIRST]["listing"]["status"]
            self._expect(not off and status == "not_active", f"auto_export {off}, {FIRST} {status}")
            self.seller.finished(self.seller.patch(f"/sales-lists/{winter}", {"auto_export": True}))
            step.note = f"{FIRST}, there before, stays {status}"
        with self._statement("S13", "Then each new item is sent automatically") as step:
            since = next(one for one in self._lists() if one["id"] == winter)["auto_export_since"]
            self._until(lambda: self.seller.collections_read(since), "a reading since", within_s=NEXT_READING_S)
            self.shop.set_members(self.ids["collection"], [self.products[FIRST], self.products[NEW]])
            step.measured_s = self._until(
                lambda: NEW in self.marketplace.on_sale(), f"{NEW} on sale", within_s=NEXT_READING_S
            )
            self._expect(FIRST not in self.marketplace.on_sale(), f"{FIRST} was sent, which is not new")
            step.note = f"{NEW} is on sale, {FIRST} is not"

    # ---- stock and price ----

    def automatic_updates(self) -> None:
        with self._statement("S18", "Listings follow the shop's stock and price automatically") as step:
            self.shop.set_stock(HAND, 4)
            step.measured_s = self._until(lambda: self.marketplace.quantity(HAND) == 4, "4 on the marketplace")
            self.shop.set_price(HAND, "13.00")
            self._until(lambda: self.marketplace.price(HAND) == "13.00", "13.00 on the marketplace")
            step.note = f"{HAND}: 4 at 13.00"
        with self._statement("S22", "Both are on by default") as step:
            account = self.seller.get(f"/accounts/{self.ids['account']}")
            self._expect(account["auto_quantity"] and account["auto_price"], str(account))
            step.note = "auto_quantity and auto_price: true"
        with self._statement("S23", "So a sale in the shop is followed by the listing") as step:
            self.shop.sell(HAND)
            step.measured_s = self._until(lambda: self.marketplace.quantity(HAND) == 3, "3 on the marketplace")
            step.note = f"{HAND}: 3"

    def manual_updates(self) -> None:
        self._edit_account(auto_quantity=False, auto_price=False)
        with self._statement("S15", "A connected item is updated by hand") as step:
            self.shop.set_stock(HAND, 2)
            self.shop.set_price(HAND, "14.00")
            self._until(lambda: self._computed(HAND) == 2, "2 computed")
            stays(lambda: self.marketplace.quantity(HAND) == 3, "it moved with both switches off", for_s=QUIET_S)
            began = time.monotonic()
            self.seller.act(self.ids["hand"], "revise", [self._row(HAND)["id"]])
            self._until(
                lambda: (self.marketplace.quantity(HAND), self.marketplace.price(HAND)) == (2, "14.00"), "2 at 14.00"
            )
            step.measured_s = time.monotonic() - began
            step.note = f"{HAND}: 3 at 13.00 → 2 at 14.00"
        with self._statement("S26", "What is not updated automatically says why") as step:
            self.shop.set_stock(HAND, 1)
            self._until(lambda: self._computed(HAND) == 1, "1 computed")
            step.note = self.seller.explain(self._key(HAND))["quantity"]["reason"]["text"]
            groups = self.seller.get(f"/accounts/{self.ids['account']}/problems")["problems"]
            self._expect(any(group["count"] for group in groups), "no problem is shown for the account")
        self._edit_account(auto_quantity=True, auto_price=True)
        self._until(lambda: self.marketplace.quantity(HAND) == 1, "1 once the switch is on again")

    def switches(self) -> None:
        with self._statement("S19", "Each account has switches of its own") as step:
            second = self.marketplace.add_seller("nordlicht-outlet")
            account = {
                "name": "Outlet",
                "marketplace": self.marketplace.SLUG,
                "shop": self.ids["shop"],
                "sites": [self.marketplace.SITE],
                "settings": dict(second.settings),
                "credentials": dict(second.credentials),
            }
            other = self.seller.post("/accounts", account)["id"]
            self.seller.finished(self.seller.patch(f"/accounts/{other}", {"auto_quantity": False, "auto_price": False}))
            mine, theirs = (self.seller.get(f"/accounts/{id}") for id in (self.ids["account"], other))
            self._expect(mine["auto_quantity"] and not theirs["auto_quantity"], "one switch moved the other account's")
            step.note = "off for the second account, on for the first"
        with self._statement("S20, S21", "They are settings of the account, shown together") as step:
            shown = [one for one in self._automations() if one["name"] in ("quantity", "price")]
            levels = [[place["level"] for place in one["set_in"]] for one in shown]
            self._expect(levels == [["account"], ["account"]], str(levels))
            step.note = " | ".join(one["text"] for one in shown)
        with self._statement(
            "S24, S25", "Where the marketplace takes both in one write, both switches move together"
        ) as step:
            if self.marketplace.ONE_WRITE:
                step.note = self._refused("PATCH", f"/accounts/{self.ids['account']}", {"auto_price": False})
            else:
                self._edit_account(auto_price=False)
                account = self.seller.get(f"/accounts/{self.ids['account']}")
                self._edit_account(auto_price=True)
                self._expect(account["auto_quantity"] and not account["auto_price"], str(account))
                step.note = f"on {self.marketplace.LABEL} each moves alone"

    # ---- content, and what was there before ----

    def content(self) -> None:
        old, new = f"Enamel {HAND.lower()}", f"Enamel {HAND.lower()}, hand made"
        with self._statement("S28", "A new title is not sent automatically") as step:
            self.shop.set_title(self.products[HAND], new)
            self._until(lambda: bool(self.seller.explain(self._key(HAND))["content_changed"]), "the change is noticed")
            stays(lambda: self._title(HAND) == old, "the title was sent automatically", for_s=QUIET_S)
            step.note = f"still: {old}"
        with self._statement("S29", "It is sent by the action Full revise, or Update") as step:
            began = time.monotonic()
            self.seller.act(self.ids["hand"], "full_revise", [self._row(HAND)["id"]])
            self._until(lambda: self._title(HAND) == new, "the new title")
            step.measured_s = time.monotonic() - began
            step.note = f"now: {new}"

    def linking(self) -> None:
        inventory = f"/accounts/{self.ids['account']}/inventory"
        with self._statement(
            "S16", "What the marketplace has already is linked in the inventory, and nothing is written"
        ) as step:
            self.seller.act(self.ids["hand"], "unlink", [self._row(OTHER)["id"]])
            self.shop.set_price(OTHER, "15.00")
            self.seller.finished(self.seller.post(inventory, {"site": self.marketplace.SITE}), within_s=REPORT_S)
            found = self.seller.get(f"{inventory}?site={self.marketplace.SITE}&state=matched")["lines"]
            line = next(one for one in found if one["sku"] == OTHER)
            body = {"site": self.marketplace.SITE, "lines": [line["id"]], "sales_list": self.ids["hand"]}
            self.seller.finished(self.seller.post(f"{inventory}/links", body))
            self._until(lambda: self._row(OTHER)["listing"]["status"] == "active", f"{OTHER} is linked")
            stays(lambda: self.marketplace.price(OTHER) == "12.00", "linking wrote a price", for_s=QUIET_S)
            step.note = f"{OTHER} is linked, and still costs 12.00 there"
        with self._statement("S17", "Align makes it as it is in the shop") as step:
            began = time.monotonic()
            job = self.seller.act(self.ids["hand"], "align", [self._row(OTHER)["id"]])
            self._expect(job["done"] == 1, f"the job of the action: {job}")
            self._until(lambda: self.marketplace.price(OTHER) == "15.00", "15.00 on the marketplace")
            step.measured_s = time.monotonic() - began
            step.note = f"{OTHER}: 12.00 → 15.00"

    # ---- looking ----

    def _statement(self, number: str, says: str) -> AbstractContextManager[Step]:
        return self.board.step(f"{number}  {says}")

    def _expect(self, true: bool, seen: str) -> None:
        if not true:
            raise NotTrue(seen)

    def _refused(self, method: str, path: str, body: dict[str, Any]) -> str:
        """What the API says to a change that it must refuse."""
        try:
            self.seller.patch(path, body)
        except NotAllowed as refused:
            return refused.text
        raise NotTrue(f"{method} {path} {body} was taken")

    def _until(self, comes_true: Callable[[], bool], what: str, *, within_s: float = 15.0) -> float:
        """`until`, with the time that the marketplace takes to decide."""
        return until(comes_true, what, within_s=within_s + self.marketplace.DECIDES_S)

    def _automations(self) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = self.seller.get(f"/accounts/{self.ids['account']}/automation")["automations"]
        return told

    def _counters(self) -> dict[str, Any]:
        rows = self.seller.get("/counters")["counters"]
        return next(row for row in rows if row["account"] == self.ids["account"])

    def _lists(self) -> list[dict[str, Any]]:
        rows = self.seller.get("/sales-lists")["sales_lists"]
        return sorted((row for row in rows if row["account"] == self.ids["account"]), key=lambda row: str(row["name"]))

    def _list(self, name: str, **more: Any) -> str:
        body = {"name": name, "account": self.ids["account"], "site": self.marketplace.SITE}
        made = self.seller.post("/sales-lists", {**body, "creation_profile": self.ids["creation"], **more})
        return str(made["id"])

    def _edit_account(self, **fields: Any) -> None:
        self.seller.finished(self.seller.patch(f"/accounts/{self.ids['account']}", fields))

    def _row(self, sku: str) -> dict[str, Any]:
        return self.seller.listings(self.ids["hand"])[sku]

    def _key(self, sku: str) -> str:
        return str(self._row(sku)["listing"]["id"])

    def _computed(self, sku: str) -> int:
        return int(self.seller.explain(self._key(sku))["quantity"]["computed"])

    def _title(self, sku: str) -> str:
        return str(self.marketplace.on_sale().get(sku, {}).get("title", ""))

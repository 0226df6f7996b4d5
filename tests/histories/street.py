"""The running system with one shop, two sellers and three lists, reached only by the admin API and the simulators' doors."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from localrun.scenario.seller import Seller
from localrun.system import LocalSystem
from tests.histories.oracle import Article, List, Oracle, Rule

SITE = "EBAY_DE"
APP = {"client_id": "sim-client", "client_secret": "sim-secret"}
_FROZEN_S = 8.0


class Street:
    """One shop and two sellers, each with an account; `oracle` knows what was made here."""

    def __init__(self, system: LocalSystem, *, products: int) -> None:
        self.system = system
        self.shop, self.marketplace = system.shop, system.marketplace
        self.seller = Seller(system.api_url, lambda: system.token("admin"))
        self.oracle = Oracle()
        self.product_of: dict[str, str] = {}
        self.accounts: dict[str, str] = {}
        self.list_ids: dict[str, str] = {}
        self.profiles: dict[str, str] = {}
        self._connect(products)

    def _connect(self, products: int) -> None:
        told = self.seller.post(
            "/shops",
            {
                "name": "Street",
                "platform": "shopify",
                "settings": {"domain": "demo.myshopify.com"},
                "credentials": {"client_id": "demo-client-id", "client_secret": "demo-client-secret"},
            },
        )
        self.shop_id = str(told["shop"]["id"])
        skus = [f"H{number:02}" for number in range(products)]
        for number, sku in enumerate(skus):
            self._stock_up(Article(sku, 4 + number % 5, Decimal(10 + number) + Decimal("0.50")))
        half = products // 2
        for seller in ("anna", "bert"):
            self._open_account(seller)
        self._list("first", "anna", Rule("product", None, Decimal(1)), skus[:half])
        self._list("second", "anna", Rule("cap", 3, Decimal("1.07")), skus[half:])
        self._list("third", "bert", Rule("buffer", 1, Decimal("1.2")), skus)

    def _stock_up(self, article: Article) -> None:
        variant = {"sku": article.sku, "price": str(article.price), "stock": article.stock}
        pictures = ["https://images.example/t.jpg"]
        told = self.shop.do("add_product", title=f"Thing {article.sku}", images=pictures, variants=[variant])
        self.product_of[article.sku] = str(told["product_id"])
        self.oracle.articles[article.sku] = article

    def _open_account(self, seller: str) -> None:
        told = self.marketplace.do("add_seller", username=seller, marketplaces=[SITE])
        account = self.seller.post(
            "/accounts",
            {
                "name": seller,
                "marketplace": "ebay",
                "shop": self.shop_id,
                "sites": [SITE],
                "credentials": {**APP, "refresh_token": told["refreshToken"]},
            },
        )
        self.accounts[seller] = str(account["id"])
        policies = told["policies"][SITE]
        creation = self.seller.post(
            "/creation-profiles",
            {
                "name": seller,
                "marketplace": "ebay",
                "site": SITE,
                "settings": {
                    "category_id": "45220",
                    "merchant_location_key": "main",
                    "brand": "Unbranded",
                    "fulfillment_policy_id": policies["fulfillmentPolicyId"],
                    "payment_policy_id": policies["paymentPolicyId"],
                    "return_policy_id": policies["returnPolicyId"],
                },
            },
        )
        self.profiles[f"creation {seller}"] = str(creation["id"])

    def _list(self, name: str, seller: str, rule: Rule, skus: list[str]) -> None:
        profile = self.seller.post("/profiles", {"name": name, "rules": rules_of(rule)})
        self.profiles[name] = str(profile["id"])
        made = self.seller.post(
            "/sales-lists",
            {
                "name": name,
                "account": self.accounts[seller],
                "site": SITE,
                "profile": profile["id"],
                "creation_profile": self.profiles[f"creation {seller}"],
            },
        )
        self.list_ids[name] = str(made["id"])
        self.oracle.lists[name] = List(name, seller, rule, tuple(skus))
        body = {"products": [self.product_of[sku] for sku in skus]}
        self.seller.finished(self.seller.post(f"/sales-lists/{made['id']}/items", body), within_s=120)
        job = self.seller.act(self.list_ids[name], "send")
        assert job["failed"] == 0, job

    # ---- looking ----

    def on_sale(self, seller: str) -> dict[str, tuple[int, Decimal]]:
        """What buyers see: quantity and price by SKU."""
        rows = self.marketplace.get("listings", live=1, seller=seller)["listings"]
        return {one["sku"]: (int(one["quantity"]), Decimal(one["price"])) for row in rows for one in row["variations"]}

    def orders(self) -> dict[str, dict[str, Any]]:
        """Every order that the product knows, by the marketplace's id."""
        found: dict[str, dict[str, Any]] = {}
        for account in self.accounts.values():
            cursor = ""
            while True:
                more = f"&cursor={cursor}" if cursor else ""
                page = self.seller.get(f"/orders?account={account}&limit=100{more}")
                found |= {row["order"]: row for row in page["orders"]}
                cursor = page.get("cursor") or ""
                if not cursor:
                    break
        return found

    def shop_orders(self) -> list[dict[str, Any]]:
        """The shop's orders, its own sales included."""
        return list(self.shop.get("state")["orders"])

    def shop_stock(self) -> dict[str, int]:
        """Units by SKU, as the shop counts them."""
        rows = [row for one in self.shop.get("state")["products"] for row in one["variants"]]
        return {row["sku"]: sum(row["stock"].values()) for row in rows}

    def item(self, name: str, sku: str) -> str:
        """The id under which an action names one item of a list."""
        return str(self.seller.listings(self.list_ids[name])[sku]["id"])

    # ---- doing harm ----

    def kill_a_worker(self, dice: random.Random) -> str:
        """End one of the emulator's function processes, whatever it is doing; the function's name, or nothing."""
        workers = sorted(_workers(self._pid("emulator")))
        if not workers:
            return ""
        name, pid = dice.choice(workers)
        os.kill(pid, signal.SIGKILL)
        return name

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Stop a process of the system for some seconds: connections stay open, nothing answers."""
        pid = self._pid(name)
        os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(_FROZEN_S)
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def _pid(self, name: str) -> int:
        children = json.loads((self.system.folder / "children.json").read_text())
        return next(int(one["pid"]) for one in children if one["name"] == name)


def rules_of(rule: Rule) -> dict[str, Any]:
    """A rule as the admin API takes it."""
    quantity = {"mode": rule.mode} | ({} if rule.value is None else {"value": rule.value})
    return {"quantity": quantity, "price": {"ratio": str(rule.ratio)}}


def until(true: Callable[[], Any], *, within_s: float, every_s: float = 0.5) -> bool:
    """Whether it becomes true in time."""
    ends = time.monotonic() + within_s
    while not true():
        if time.monotonic() > ends:
            return False
        time.sleep(every_s)
    return True


def _workers(parent: int) -> Iterator[tuple[str, int]]:
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            environment = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        names = [one.split(b"=", 1)[1] for one in environment if one.startswith(b"AWS_LAMBDA_FUNCTION_NAME=")]
        if int(fields[1]) == parent and names:
            yield names[0].decode(), int(entry.name)

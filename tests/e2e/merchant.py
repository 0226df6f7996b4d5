"""A seller on the running system: at the API, and at the control doors of the shop and the marketplace."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

import requests

from localrun.scenario.seller import Seller
from localrun.scoreboard import until
from localrun.system import LocalSystem
from simulators.ebay.stand_in import StandIn as Marketplace
from simulators.shopify.deliveries import sign
from simulators.shopify.stand_in import StandIn as Shop

SITE = "EBAY_DE"
REVISE = "bulkUpdatePriceQuantity"
CLIENT_SECRET = "demo-client-secret"
APP = {"client_id": "sim-client", "client_secret": "sim-secret"}


Answer = TypeVar("Answer")


def until_let_in(ask: Callable[[], Answer], status: Callable[[Answer], int], *, latest_s: float = 20) -> Answer:
    """The first answer that is no 429: a busy door refuses (ADR 15), and a shop comes again."""
    ends = time.monotonic() + latest_s
    while status(answer := ask()) == HTTPStatus.TOO_MANY_REQUESTS and time.monotonic() < ends:
        time.sleep(0.2)
    return answer


class Person:
    """Somebody of a group, whose calls may fail: every answer comes back as it is."""

    def __init__(self, system: LocalSystem, group: str | None) -> None:
        self._url = system.api_url
        self._headers = {"Authorization": system.token(group)} if group else {}

    def call(self, method: str, path: str, body: Any = None, *, raw: str | None = None) -> requests.Response:
        text = raw if raw is not None else (None if body is None else json.dumps(body))
        headers = {**self._headers, "Content-Type": "application/json"}
        return requests.request(method, f"{self._url}/v1{path}", data=text, headers=headers, timeout=30)


class Street:
    """What all sellers of the session share: the one shop, connected once, and its webhook door."""

    def __init__(self, system: LocalSystem) -> None:
        self.system = system
        self.shop = Shop(system.shop_url)
        self.marketplace = Marketplace(system.marketplace_url)
        self.admin = system.token("admin")
        self.seller = Seller(system.api_url, lambda: self.admin)
        connected = self.seller.post(
            "/shops",
            {
                "name": "Street",
                "platform": "shopify",
                "settings": {"domain": "demo.myshopify.com"},
                "credentials": {"client_id": "demo-client-id", "client_secret": CLIENT_SECRET},
            },
        )
        self.shop_id = str(connected["shop"]["id"])

    def deliver(
        self,
        body: bytes,
        *,
        topic: str = "products/update",
        delivery: str,
        signature: str | None = None,
        shop: str | None = None,
        **headers: str,
    ) -> requests.Response:
        """Post a delivery to the webhook door, genuine unless `signature` says otherwise."""
        sent = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic,
            "X-Shopify-Webhook-Id": delivery,
            "X-Shopify-Hmac-SHA256": sign(body, CLIENT_SECRET) if signature is None else signature,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        address = f"{self.system.api_url}/webhooks/{shop or self.shop_id}"
        return until_let_in(
            lambda: requests.post(address, data=body, headers=sent, timeout=30), lambda answer: answer.status_code
        )

    def inbox_state(self, delivery: str, shop: str | None = None) -> str | None:
        """The state of an inbox row; None when nothing is stored."""
        key = {"shop": {"S": shop or self.shop_id}, "delivery": {"S": delivery}}
        found = self.system.emulator.client("dynamodb").get_item(TableName="listbridge-local-inbox", Key=key)
        return str(found["Item"]["state"]["S"]) if "Item" in found else None

    def logs(self) -> str:
        """Every line that any function has written."""
        client = self.system.emulator.client("logs")
        lines: list[str] = []
        for page in client.get_paginator("describe_log_groups").paginate():
            for group in page["logGroups"]:
                more: dict[str, str] = {}
                while True:
                    found = client.filter_log_events(logGroupName=group["logGroupName"], **more)
                    lines += [event["message"] for event in found["events"]]
                    if not found.get("nextToken"):
                        break
                    more = {"nextToken": found["nextToken"]}
        return "\n".join(lines)

    def tables(self) -> dict[str, str]:
        """Every row of every table, as text."""
        client = self.system.emulator.client("dynamodb")
        return {
            name: json.dumps([page["Items"] for page in client.get_paginator("scan").paginate(TableName=name)])
            for name in client.list_tables()["TableNames"]
        }


class Merchant:
    """A seller account of its own with a list of its own; its SKUs begin with its name."""

    def __init__(self, street: Street, name: str, **account: Any) -> None:
        self.street = street
        self.name = name
        self.shop, self.marketplace, self.seller = street.shop, street.marketplace, street.seller
        told = self.marketplace.do("add_seller", username=name, marketplaces=[SITE])
        self.credentials = {**APP, "refresh_token": told["refreshToken"]}
        self.account = str(
            self.seller.post(
                "/accounts",
                {
                    "name": name,
                    "marketplace": "ebay",
                    "shop": street.shop_id,
                    "sites": [SITE],
                    "credentials": self.credentials,
                    **account,
                },
            )["id"]
        )
        policies = told["policies"][SITE]
        creation = self.seller.post(
            "/creation-profiles",
            {
                "name": name,
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
        self.list = str(
            self.seller.post(
                "/sales-lists",
                {"name": name, "account": self.account, "site": SITE, "creation_profile": creation["id"]},
            )["id"]
        )

    def sku(self, short: str) -> str:
        return f"{self.name}-{short}"

    def product(self, sku: str | None, *, stock: int | None = 7, price: str = "12.50") -> str:
        """A product in the shop; its id there. With stock None the shop does not count it."""
        variant: dict[str, Any] = {"sku": sku, "price": price, "stock": stock or 0}
        told = self.shop.do(
            "add_product", title=f"Thing {self.name}", images=["https://images.example/t.jpg"], variants=[variant]
        )
        if stock is None:
            self.shop.do("set_tracked", tracked=False, variant_id=told["variant_ids"][0])
        return str(told["product_id"])

    def unheard(self, deed: str, **told: Any) -> None:
        """Something happens in the shop, and its deliveries are lost."""
        self.shop.deliveries("hold")
        try:
            self.shop.do(deed, **told)
            self.shop.deliveries("drop")
        finally:
            self.shop.deliveries("release")

    def add(self, *products: str) -> dict[str, Any]:
        """Put products in the list; the job as it ended."""
        job = self.seller.post(f"/sales-lists/{self.list}/items", {"products": list(products)})
        return self.seller.finished(job)

    def sell(self, short: str, **product: Any) -> str:
        """A product in the shop, in the list and on sale; its SKU."""
        sku = self.sku(short)
        self.add(self.product(sku, **product))
        assert self.seller.act(self.list, "send")["state"] == "done"
        until(lambda: self.quantity(sku) is not None, f"{sku} on sale", within_s=20)
        return sku

    def row(self, sku: str) -> dict[str, Any]:
        return self.seller.listings(self.list)[sku]

    def explain(self, sku: str) -> dict[str, Any]:
        return self.seller.explain(str(self.row(sku)["listing"]["id"]))

    def on_sale(self) -> dict[str, tuple[int, str]]:
        """What buyers see of this seller: quantity and price by SKU."""
        rows = self.marketplace.get("listings", live=1, seller=self.name)["listings"]
        return {
            variation["sku"]: (int(variation["quantity"]), str(variation["price"]))
            for row in rows
            for variation in row["variations"]
        }

    def quantity(self, sku: str) -> int | None:
        """What buyers see of this seller's offer; None when there is none."""
        return self.on_sale().get(sku, (None, ""))[0]

    def outcomes(self, job: dict[str, Any]) -> list[tuple[str, str]]:
        """What became of each item of a job, and why."""
        entries = self.seller.get(f"/jobs/{job['id']}/entries")["entries"]
        return sorted((entry["outcome"], (entry["reason"] or {}).get("code", "")) for entry in entries)

    def revisions(self, sku: str) -> list[dict[str, Any]]:
        calls = self.marketplace.get("calls", seller=self.name, sku=sku, operation=REVISE)["calls"]
        return list(calls)

    def writes(self) -> list[str]:
        """Every call of this seller at the marketplace that could have changed something."""
        calls = self.marketplace.get("calls", seller=self.name)["calls"]
        return [str(call["operation"]) for call in calls if not str(call["operation"]).startswith(("get", "bulkGet"))]

    # ---- orders ----

    def buy(self, sku: str, quantity: int = 1, **more: Any) -> str:
        """A buyer buys from this seller; the order's id on the marketplace."""
        told = self.marketplace.do("buy", seller=self.name, marketplace=SITE, sku=sku, quantity=quantity, **more)
        return str(told["orderId"])

    def look(self) -> None:
        """Have this account's orders asked for now."""
        self.seller.post(f"/accounts/{self.account}/check")

    def orders(self) -> dict[str, dict[str, Any]]:
        """This account's orders by the marketplace's id."""
        rows = self.seller.get(f"/orders?account={self.account}&limit=200")["orders"]
        return {row["order"]: row for row in rows}

    def order(self, remote: str) -> dict[str, Any]:
        return dict(self.seller.get(f"/orders/{self.orders()[remote]['id']}"))

    def becomes(self, remote: str, state: str, *, within_s: float = 20) -> dict[str, Any]:
        """Wait until the order is in this state; its row."""
        until(lambda: self.orders().get(remote, {}).get("state") == state, f"order {remote} {state}", within_s=within_s)
        return self.orders()[remote]

    def shop_orders(self, remote: str) -> list[dict[str, Any]]:
        """The shop's orders that stand for this order of the marketplace."""
        return [one for one in self.shop.get("state")["orders"] if one["source_identifier"] == remote]

    def shop_order(self, remote: str) -> dict[str, Any]:
        """The one and only."""
        found = self.shop_orders(remote)
        assert len(found) == 1, f"{len(found)} shop orders for {remote}"
        return found[0]

    def stock(self, sku: str) -> int:
        """What the shop has of a SKU."""
        rows = [row for one in self.shop.get("state")["products"] for row in one["variants"]]
        [row] = [row for row in rows if row["sku"] == sku]
        return sum(row["stock"].values())

    def parcels(self, remote: str) -> list[tuple[str, str]]:
        """Carrier and tracking number of each parcel that the marketplace was told about."""
        rows = self.marketplace.get("orders", seller=self.name)["orders"]
        [row] = [row for row in rows if row["orderId"] == remote]
        return [(one["shippingCarrierCode"], one["shipmentTrackingNumber"]) for one in row["packages"]]

    def told_of(self, remote: str, number: str) -> None:
        """Wait until the marketplace knows of a parcel."""
        until(
            lambda: number in [tracking for _, tracking in self.parcels(remote)],
            f"parcel {number} on the marketplace",
            within_s=20,
        )

    def shown(self, sku: str, quantity: int, *, within_s: float = 20) -> None:
        """Wait until buyers see this quantity."""
        until(lambda: self.quantity(sku) == quantity, f"{quantity} of {sku} on the marketplace", within_s=within_s)

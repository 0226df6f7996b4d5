"""Amazon's stand-in in the local run and its story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulators.kit.stand_in import MarketplaceStandIn, Seller, Sent

APP: Mapping[str, str] = {"client_id": "amzn1.application-oa2-client.sim", "client_secret": "sim-secret"}
"""The app that the simulator knows from the beginning."""
REVISE = "patchListingsItem"
_STORE = "A1PA6795UKMFR9"
_FASTER = "200"
"""A story takes minutes, and Amazon's rates of orders and feeds count in hours."""
CREATION: Mapping[str, Any] = {
    "product_type": "SWEATER",
    "condition": "new_new",
    "brand": "Handmade",
    "without_barcode": "exempt",
    "option_attributes": {"Size": "size", "Color": "color", "Colour": "color"},
    "attributes": {
        "country_of_origin": "DE",
        "supplier_declared_dg_hz_regulation": "not_applicable",
        "item_type_keyword": "sweaters",
        "product_description": "Made by hand.",
        "bullet_point": "Made by hand",
        "department": "unisex_adult",
        "fabric_type": "100 % wool",
    },
}


class StandIn(MarketplaceStandIn):
    """See `kit.stand_in.MarketplaceStandIn`."""

    SLUG = "amazon"
    LABEL = "Amazon"
    VARIABLE = "AMAZON"
    REVISE = REVISE
    SITE = "AMAZON_DE"
    DECIDES_S = 60.0
    ARGUMENTS = ("--faster", _FASTER, "--decide-after", "2", "--feed-time", "2")

    @classmethod
    def quick(cls, latency_s: float) -> Sequence[str]:
        return ("--latency", f"{latency_s}", "--faster", _FASTER, "--decide-after", "0.5", "--feed-time", "0.5")

    @classmethod
    def queues(cls, endpoint: str) -> Sequence[str]:
        return ("--sqs-endpoint", endpoint)

    @classmethod
    def access(cls) -> Sequence[str]:
        return (
            f"client_id {APP['client_id']}  client_secret {APP['client_secret']}",
            "the refresh_token and the seller id come with each seller that you add",
        )

    @classmethod
    def examples(cls) -> Mapping[str, str]:
        return {
            "add a seller": f'{{"deed": "add_seller", "name": "anna", "sites": ["{_STORE}"]}}',
            "buy": '{"deed": "buy", "sku": "MUG", "quantity": 1}',
            "decide late": '{"deed": "set_decision_delay", "seconds": 600}',
        }

    def add_seller(self, name: str) -> Seller:
        told = self.do("add_seller", name=name, sites=[_STORE])
        settings = {"region": told["region"], "seller_id": told["sellerId"]}
        return Seller(name, settings, {**APP, "refresh_token": told["refreshToken"]}, CREATION)

    def revisions(self) -> list[Sent]:
        return [
            Sent(row["sku"], tuple(row["quantities"]), tuple(row["prices"]))
            for row in self.get("writes")["writes"]
            if row["via"] != "putListingsItem"
        ]

    def list_by_hand(self, seller: str, sku: str, *, quantity: int, price: str) -> None:
        self.do("seed_listings", seller=seller, skus=[sku], site=_STORE, quantity=quantity, price=price)

    def buy(self, sku: str, seller: str) -> str:
        told = self.do("buy", seller=seller, sku=sku, site=_STORE, quantity=1)
        return str(told["orderId"])

    def cancel(self, order: str) -> None:
        self.do("cancel_order", order_id=order, by="BUYER")

    def total(self, order: str) -> str:
        return str(self.order(order)["total"]["amount"])

    def parcels(self, order: str) -> list[tuple[str, str]]:
        packages = self.order(order).get("packages", [])
        return [(one.get("carrier", ""), one.get("trackingNumber", "")) for one in packages]

"""Shopify's stand-in in the local run and its story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulators.kit.stand_in import Goods, ShopOrder, ShopStandIn

DOMAIN = "demo.myshopify.com"
APP: Mapping[str, str] = {"client_id": "demo-client-id", "client_secret": "demo-client-secret"}
"""With what the simulated shop is connected: what the simulator begins with."""


class StandIn(ShopStandIn):
    """See `kit.stand_in.ShopStandIn`."""

    SLUG = "shopify"
    LABEL = "Shopify"
    VARIABLE = "SHOPIFY"
    FIRST = True
    # The real one delivers over https alone; on one machine there is no certificate.
    ARGUMENTS = ("--webhook-allow-http",)
    STOCK_HOOK = "inventory_levels/update"
    PARCEL_HOOK = "fulfillments/create"

    @classmethod
    def quick(cls, latency_s: float) -> Sequence[str]:
        """It answers at once, without a deed."""
        return cls.ARGUMENTS

    @classmethod
    def access(cls) -> Sequence[str]:
        return (f"domain {DOMAIN}", f"client_id {APP['client_id']}  client_secret {APP['client_secret']}")

    @classmethod
    def examples(cls) -> Mapping[str, str]:
        return {
            "add a product": '{"deed": "add_product", "title": "Mug", "variants": [{"sku": "MUG", "price": "12.00", "stock": 7}]}',
            "change stock": '{"deed": "set_stock", "sku": "MUG", "available": 5}',
        }

    def connection(self) -> dict[str, Any]:
        return {"platform": "shopify", "settings": {"domain": DOMAIN}, "credentials": dict(APP)}

    def hooks(self) -> set[str]:
        topics = {row["topic"] for row in self.get("state")["subscriptions"]}
        return {_path(topic) for topic in topics}

    def add(self, goods: Goods) -> str:
        variants = [
            {
                "sku": sku,
                "price": price,
                "stock": stock,
                **({"options": {goods.option: goods.values[sku]}} if goods.option else {}),
            }
            for sku, (price, stock) in goods.variants.items()
        ]
        told = self.do(
            "add_product",
            title=goods.title,
            description_html=goods.description_html,
            vendor=goods.vendor,
            product_type=goods.kind,
            images=[goods.picture] if goods.picture else [],
            variants=variants,
        )
        return str(told["product_id"])

    def add_collection(self, title: str, products: Sequence[str]) -> str:
        return str(self.do("add_collection", title=title, product_ids=list(products))["collection_id"])

    def set_members(self, collection: str, products: Sequence[str]) -> None:
        self.do("set_members", collection_id=collection, product_ids=list(products))

    def set_stock(self, sku: str, count: int) -> None:
        self.do("set_stock", sku=sku, available=count)

    def set_price(self, sku: str, price: str) -> None:
        self.do("set_price", sku=sku, price=price)

    def set_title(self, product: str, title: str) -> None:
        self.do("set_title", product_id=product, title=title)

    def sell(self, sku: str) -> None:
        self.do("sell", sku=sku, quantity=1)

    def stock(self, sku: str) -> int:
        for product in self.get("state")["products"]:
            for variant in product["variants"]:
                if variant["sku"] == sku:
                    return sum(variant["stock"].values())
        raise LookupError(f"the shop has no {sku}")

    def orders_of(self, remote: str) -> list[ShopOrder]:
        return [
            ShopOrder(
                str(one["id"]),
                one["name"],
                str(one["total_price"]),
                one["currency"],
                one["financial_status"] == "paid",
                bool(one["cancelled_at"]),
            )
            for one in self.get("state")["orders"]
            if one["source_identifier"] == remote
        ]

    def ship(self, order: str, carrier: str, tracking: str) -> None:
        self.do("fulfill", order_id=order, company=carrier, tracking_number=tracking)


def _path(topic: str) -> str:
    """`INVENTORY_LEVELS_UPDATE` as deliveries name it."""
    if "/" in topic:
        return topic
    kind, _, act = topic.lower().rpartition("_")
    return f"{kind}/{act}"

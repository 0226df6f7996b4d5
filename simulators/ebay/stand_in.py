"""eBay's stand-in in the local run and its story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulators.kit.stand_in import MarketplaceStandIn, Seller, Sent

APP: Mapping[str, str] = {"client_id": "sim-client", "client_secret": "sim-secret"}
"""The app that the simulator knows from the beginning."""
REVISE = "bulkUpdatePriceQuantity"
_POLICIES = ("fulfillment", "payment", "return")


class StandIn(MarketplaceStandIn):
    """See `kit.stand_in.MarketplaceStandIn`."""

    SLUG = "ebay"
    LABEL = "eBay"
    VARIABLE = "EBAY"
    FIRST = True
    REVISE = REVISE
    SITE = "EBAY_DE"

    @classmethod
    def quick(cls, latency_s: float) -> Sequence[str]:
        return ("--latency", f"{latency_s}")

    @classmethod
    def access(cls) -> Sequence[str]:
        return (
            f"client_id {APP['client_id']}  client_secret {APP['client_secret']}",
            "the refresh_token comes with each seller that you add",
        )

    @classmethod
    def examples(cls) -> Mapping[str, str]:
        return {
            "add a seller": '{"deed": "add_seller", "username": "anna", "marketplaces": ["EBAY_DE"]}',
            "buy": '{"deed": "buy", "sku": "MUG", "quantity": 1}',
        }

    def add_seller(self, name: str) -> Seller:
        told = self.do("add_seller", username=name, marketplaces=[self.SITE])
        policies = told["policies"][self.SITE]
        chosen = {
            f"{kind}_policy_id": str(next(id for policy, id in policies.items() if kind in policy.lower()))
            for kind in _POLICIES
        }
        creation = {"category_id": "45220", "condition": "NEW", "merchant_location_key": "main", **chosen}
        return Seller(name, {}, {**APP, "refresh_token": told["refreshToken"]}, creation)

    def revisions(self) -> list[Sent]:
        return [_sent(call) for call in self.calls(REVISE)]

    def calls(self, operation: str) -> list[dict[str, Any]]:
        """The journal of one operation, oldest first."""
        return list(self.get("calls", operation=operation)["calls"])

    def list_by_hand(self, seller: str, sku: str, *, quantity: int, price: str) -> None:
        self.do("seed_listings", seller=seller, skus=[sku], marketplace=self.SITE, quantity=quantity, price=price)

    def buy(self, sku: str, seller: str) -> str:
        told = self.do("buy", seller=seller, sku=sku, marketplace=self.SITE, quantity=1)
        return str(told["orderId"])

    def cancel(self, order: str) -> None:
        self.do("cancel_order", order_id=order)

    def total(self, order: str) -> str:
        return str(self.order(order)["total"]["value"])

    def parcels(self, order: str) -> list[tuple[str, str]]:
        packages = self.order(order)["packages"]
        return [(one["shippingCarrierCode"], one["shipmentTrackingNumber"]) for one in packages]


def _sent(call: Mapping[str, Any]) -> Sent:
    """A call names its values for the item and for its offers: each once."""
    rows = call["sent"]
    quantities = sorted({one["quantity"] for one in rows if "quantity" in one})
    return Sent(call["sku"], tuple(quantities), tuple(sorted({f"{one['price']}" for one in rows if "price" in one})))

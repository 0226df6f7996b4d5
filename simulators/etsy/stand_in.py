"""Etsy's stand-in in the local run and its story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulators.kit.stand_in import MarketplaceStandIn, Seller, Sent

APP: Mapping[str, str] = {"keystring": "simkeystring0123456789ab", "shared_secret": "simsecret0"}
"""The app that the simulator knows from the beginning."""
REVISE = "updateListingInventory"
_HEADBANDS = "482"
_FASTER = ("--per-second", "200", "--per-day", "1000000")
"""A story takes minutes and asks all the time; a day's quota would end it."""
_CURRENCY = "EUR"


class StandIn(MarketplaceStandIn):
    """See `kit.stand_in.MarketplaceStandIn`."""

    SLUG = "etsy"
    LABEL = "Etsy"
    VARIABLE = "ETSY"
    REVISE = REVISE
    ORDER_ID = "receipt_id"
    SITE = "ETSY"
    ONE_WRITE = True
    ARGUMENTS = _FASTER

    @classmethod
    def quick(cls, latency_s: float) -> Sequence[str]:
        return ("--latency", f"{latency_s}", *_FASTER)

    @classmethod
    def access(cls) -> Sequence[str]:
        return (
            f"keystring {APP['keystring']}  shared_secret {APP['shared_secret']}",
            "the refresh_token comes with each seller that you add",
        )

    @classmethod
    def examples(cls) -> Mapping[str, str]:
        return {
            "add a seller": f'{{"deed": "add_seller", "name": "anna", "currency": "{_CURRENCY}", "country": "DE"}}',
            "buy": '{"deed": "buy", "sku": "MUG", "quantity": 1}',
            "use the day up": '{"deed": "drain_day"}',
        }

    def add_seller(self, name: str) -> Seller:
        told = self.do("add_seller", name=name, currency=_CURRENCY, country="DE")
        creation = {
            "taxonomy_id": _HEADBANDS,
            "who_made": "i_did",
            "when_made": "made_to_order",
            "is_supply": False,
            "shipping_profile_id": str(told["shippingProfileId"]),
            "readiness_state_id": str(told["readinessStateId"]),
            "return_policy_id": str(told["returnPolicyId"]),
            "option_properties": {"Size": "100", "Color": "200", "Colour": "200"},
        }
        return Seller(name, {}, {**APP, "refresh_token": told["refreshToken"]}, creation)

    def quantity(self, sku: str, seller: str = "") -> int | None:
        """None: in no listing. A listing that pauses or is sold out sells nothing, and shows 0."""
        rows = self.get("listings", **({"seller": seller} if seller else {}))["listings"]
        found = [
            int(variation["quantity"]) if row["live"] else 0
            for row in rows
            if row["state"] in ("active", "inactive", "sold_out")
            for variation in row["variations"]
            if variation["sku"] == sku and variation["offered"]
        ]
        return max(found, default=None)

    def revisions(self) -> list[Sent]:
        return [
            Sent(row["sku"], tuple(row["quantities"]), tuple(row["prices"]))
            for row in self.get("writes", limit=10_000)["writes"]
            if row["state"] != "draft"
        ]

    def list_by_hand(self, seller: str, sku: str, *, quantity: int, price: str) -> None:
        self.do("seed_listings", seller=seller, skus=[sku], quantity=quantity, price=price)

    def buy(self, sku: str, seller: str) -> str:
        return str(self.do("buy", seller=seller, sku=sku, quantity=1)["receiptId"])

    def cancel(self, order: str) -> None:
        self.do("cancel_order", receipt_id=int(order))

    def total(self, order: str) -> str:
        return str(self.order(order)["total"])

    def parcels(self, order: str) -> list[tuple[str, str]]:
        return [(one["carrier_name"], one["tracking_code"]) for one in self.order(order)["shipments"]]

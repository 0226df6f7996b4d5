"""An installation whose seller sells on Amazon, and the words of its walks."""

from __future__ import annotations

from typing import Any

from simulators.amazon import AmazonSimulator, Limits
from simulators.amazon.offers.live import live_listings
from tests.unit.functions.installation import ADDRESS, Installation

SITE, STORE = "AMAZON_DE", "A1PA6795UKMFR9"
ATTRIBUTES = {
    "country_of_origin": "DE",
    "supplier_declared_dg_hz_regulation": "not_applicable",
    "item_type_keyword": "handmade",
    "material": "beeswax",
    "item_weight": {"value": 100, "unit": "grams"},
}


class AmazonInstallation(Installation):
    """The same with anna's account on Amazon."""

    def __init__(self) -> None:
        super().__init__()
        self.amazon = AmazonSimulator(
            clock=self.stores.clock, limits=Limits.load().faster(100_000), redirects=[f"{ADDRESS}/callbacks/amazon"]
        )
        self.doors.marketplaces["amazon.com"] = self.amazon
        self.anna: dict[str, Any] = self.amazon.deeds.add_seller("anna", sites=[STORE])

    def amazon_credentials(self, **changes: str) -> dict[str, str]:
        """What opens anna's account."""
        keys = {"client_id": self.amazon.client_id, "client_secret": self.amazon.client_secret}
        return {**keys, "refresh_token": self.anna["refreshToken"], **changes}

    def amazon_settings(self, **changes: Any) -> dict[str, Any]:
        return {"region": "eu", "seller_id": self.anna["sellerId"], **changes}

    def connect_account(self, shop: str, **changes: Any) -> str:
        draft = {
            "marketplace": "amazon",
            "sites": [SITE],
            "settings": self.amazon_settings(),
            "credentials": self.amazon_credentials(),
            **changes,
        }
        return super().connect_account(shop, **draft)

    def creation_settings(self) -> dict[str, Any]:
        return {"product_type": "CANDLE", "brand": "Nordlicht", "without_barcode": "exempt", "attributes": ATTRIBUTES}

    def make_list(self, account: str, name: str = "Everything") -> str:
        creation = self.post(
            "/creation-profiles",
            {"name": "Plain", "marketplace": "amazon", "site": SITE, "settings": self.creation_settings()},
        )
        body = {"name": name, "account": account, "site": SITE, "creation_profile": creation["id"]}
        return str(self.post("/sales-lists", body)["id"])


def shown(its: AmazonInstallation) -> dict[str, int]:
    """What buyers can take, by SKU."""
    world = its.amazon.world
    while world.listings.pending:
        its.stores.clock.advance(1)
        world.catch_up()
    with world.lock:
        rows = [row for seller in world.sellers.values() for row in live_listings(world, seller, "")]
    return {one["sku"]: one["quantity"] for row in rows for one in row["variations"] if one["offered"]}

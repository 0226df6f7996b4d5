"""An installation whose seller sells on Etsy, and the words of its walks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from listbridge.marketplaces.etsy.offers.taxonomy import SHELF
from simulators.etsy import EtsySimulator, Limits
from simulators.etsy.offers.live import listings_shown
from simulators.etsy.taxonomy import CANDLES
from tests.contract.marketplaces.etsy_pictures import WithPictures
from tests.unit.functions.installation import ADDRESS, Installation
from tests.unit.functions.seller import Seller

SITE = "ETSY"


class EtsyInstallation(Installation):
    """The same with anna's shop on Etsy, and a shop whose pictures can be fetched."""

    def __init__(self) -> None:
        super().__init__()
        SHELF.clear()  # each installation is processes of its own
        self.etsy = EtsySimulator(
            clock=self.stores.clock,
            limits=Limits.load().raised(per_second=1_000_000, per_day=100_000_000),
            redirects=[f"{ADDRESS}/callbacks/etsy"],
        )
        self.pictures = WithPictures(self.etsy)
        self.doors.marketplaces["etsy.com"] = self.etsy
        self.doors.marketplaces["images.example"] = self.pictures
        self.anna: dict[str, Any] = self.etsy.deeds.add_seller("anna", currency="EUR")

    def etsy_credentials(self, **changes: str) -> dict[str, str]:
        """What opens anna's account."""
        keys = {"keystring": self.etsy.keystring, "shared_secret": self.etsy.shared_secret}
        return {**keys, "refresh_token": self.etsy.world.sellers["anna"].refresh_token, **changes}

    def connect_account(self, shop: str, **changes: Any) -> str:
        draft = {"marketplace": "etsy", "sites": [SITE], "credentials": self.etsy_credentials(), **changes}
        return super().connect_account(shop, **draft)

    def creation_settings(self) -> dict[str, Any]:
        return {
            "taxonomy_id": str(CANDLES),
            "shipping_profile_id": str(self.anna["shippingProfileId"]),
            "readiness_state_id": str(self.anna["readinessStateId"]),
            "return_policy_id": str(self.anna["returnPolicyId"]),
        }

    def make_list(self, account: str, name: str = "Everything") -> str:
        creation = self.post(
            "/creation-profiles",
            {"name": "Plain", "marketplace": "etsy", "site": SITE, "settings": self.creation_settings()},
        )
        body = {"name": name, "account": account, "site": SITE, "creation_profile": creation["id"]}
        return str(self.post("/sales-lists", body)["id"])


class EtsySeller(Seller):
    its: EtsyInstallation


def shown(its: EtsyInstallation) -> dict[str, int]:
    """What buyers can take, by SKU."""
    world = its.etsy.world
    with world.lock:
        world.catch_up()
        rows: Iterable[dict[str, Any]] = listings_shown(world, world.sellers["anna"])
        live = [row for row in rows if row["state"] == "active"]
    return {one["sku"]: one["quantity"] for row in live for one in row["variations"] if one["offered"]}


def edit_profile(seller: Seller, **changes: object) -> None:
    (profile,) = seller.its.get("/creation-profiles")["creation_profiles"]
    seller.its.patch(f"/creation-profiles/{profile['id']}", {"settings": changes}, expect=200)


def in_list(seller: Seller, *skus: str, title: str = "Beeswax candle", **product: Any) -> str:
    made = seller.its.add_product(*(skus or ("MUG",)), title=title, **product)
    seller.its.add_items(seller.list, made)
    return made


Deed = Callable[[EtsySeller, str], None]

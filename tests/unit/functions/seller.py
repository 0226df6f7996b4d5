"""A seller with a connected installation and a sales list, and the words for looking at it."""

from __future__ import annotations

from typing import Any

from tests.unit.functions.installation import SITE, Installation


class Seller:
    """A connected installation with a list, and the words for looking at it."""

    def __init__(self, installation: Installation) -> None:
        self.its = installation
        self.shop = installation.connect_shop()
        self.account = installation.connect_account(self.shop)
        self.list = installation.make_list(self.account)

    def row(self, sku: str, sales_list: str = "") -> dict[str, Any]:
        found = [row for row in self.its.items(sales_list or self.list) if row["sku"] == sku]
        assert len(found) == 1, f"{len(found)} rows with the SKU {sku}"
        return found[0]

    def statuses(self) -> dict[str, str]:
        return {row["sku"]: row["listing"]["status"] for row in self.its.items(self.list) if row["listing"] is not None}

    def outcomes(self, job: dict[str, Any]) -> dict[str, tuple[str, str]]:
        entries = self.its.get(f"/jobs/{job['id']}/entries")["entries"]
        return {
            entry["item"].split("#")[-1]: (entry["outcome"], (entry["reason"] or {}).get("code", ""))
            for entry in entries
        }

    def other_list(self, name: str = "Second") -> str:
        creation = self.its.get("/creation-profiles")["creation_profiles"][0]["id"]
        body = {"name": name, "account": self.account, "site": SITE, "creation_profile": creation}
        return str(self.its.post("/sales-lists", body)["id"])

    def live_offers(self) -> dict[str, int]:
        """What eBay shows: quantity by SKU of every published offer."""
        owner = self.its.ebay.world.sellers["anna"]
        return {
            offer.sku: offer.data["availableQuantity"]
            for offer in owner.offers.values()
            if offer.listing_id is not None
        }

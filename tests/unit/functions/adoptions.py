"""The words for listings that anna made in Seller Hub, and for looking at them."""

from __future__ import annotations

from typing import Any

from tests.unit.functions.installation import SITE
from tests.unit.functions.seller import Seller


def in_hub(seller: Seller, *skus: str, quantity: int = 2, price: str = "9.90", **more: Any) -> str:
    """What anna lists by hand; its id at eBay."""
    parts = [{"sku": sku, "quantity": quantity, "price": price} for sku in skus]
    told = seller.its.ebay.deeds.list_in_hub(parts, seller="anna", marketplace=SITE, **more)
    return str(told["listingId"])


def looked(seller: Seller, *listings: str) -> dict[str, Any]:
    """The account's listings were read and matched: the job."""
    body: dict[str, Any] = {"site": SITE} | ({"listings": list(listings)} if listings else {})
    job = seller.its.post(f"/accounts/{seller.account}/adoptions", body, expect=202)["job"]
    seller.its.run()
    found: dict[str, Any] = seller.its.get(f"/jobs/{job['id']}")
    return found


def adoption(seller: Seller, job: dict[str, Any], **query: str) -> dict[str, Any]:
    """What was found."""
    found: dict[str, Any] = seller.its.get(f"/accounts/{seller.account}/adoptions/{job['id']}", **query)
    return found


def found(seller: Seller, job: dict[str, Any], listing: str) -> dict[str, Any]:
    """What was found of one listing."""
    (one,) = [one for one in adoption(seller, job)["listings"] if one["remote"] == listing]
    return dict(one)


def approved(seller: Seller, job: dict[str, Any]) -> dict[str, Any]:
    """The job as it ended after the approval."""
    seller.its.post(f"/jobs/{job['id']}/approve", expect=200)
    seller.its.run()
    ended: dict[str, Any] = seller.its.get(f"/jobs/{job['id']}")
    return ended


def migrations(seller: Seller) -> int:
    """How often eBay was asked to migrate anything."""
    return sum(entry.operation == "bulkMigrateListing" for entry in seller.its.ebay.world.journal)

"""The words of the walks over listings: what the seller does, and what the listing says."""

from __future__ import annotations

from typing import Any

from listbridge.domain.ids import AccountId, ListingKey, Site, Sku
from listbridge.domain.listings.listing import Listing
from tests.unit.functions.installation import SITE
from tests.unit.functions.seller import Seller
from tests.unit.remedies.walks import entry, heard, reason


def in_list(seller: Seller, *skus: str, **more: Any) -> str:
    product = seller.its.add_product(*(skus or ("MUG",)), **more)
    seller.its.add_items(seller.list, product)
    return product


def on_sale(seller: Seller, *skus: str, **more: Any) -> str:
    product = in_list(seller, *skus, **more)
    seller.its.act(seller.list, "send")
    return product


def deleted(seller: Seller, product: str) -> None:
    seller.its.shopify.deeds.delete_product(product)
    heard(seller, product)


def relinked(seller: Seller, *skus: str) -> None:
    """The product is created again in the shop, and its listings are given to it."""
    again = seller.its.add_product(*(skus or ("MUG",)), title="Mug again", stock=3)
    seller.its.post(f"/shops/{seller.shop}/relink", {"product": again}, expect=200)
    seller.its.run()


def did(seller: Seller, action: str, sku: str = "MUG") -> str:
    """What became of the action on the listing."""
    return str(entry(seller, seller.its.act(seller.list, action), sku)["outcome"])


def follows(seller: Seller, sku: str = "MUG") -> bool:
    return reason(seller, sku) is None and seller.statuses()[sku] == "active"


def row_of(seller: Seller, sku: str = "MUG") -> Listing:
    return seller.its.stores.listings.get(ListingKey(AccountId(seller.account), Site(SITE), Sku(sku)))


def did_remove(seller: Seller) -> str:
    job = seller.its.act(seller.list, "stop_and_remove")
    return str(seller.its.get(f"/jobs/{job['id']}/entries")["entries"][0]["outcome"])

"""A listing's inventory: what Etsy tells, and what it takes back."""

from __future__ import annotations

from listbridge.infra.calls.api_client import path_of
from listbridge.marketplaces.etsy.client import EtsyHttp, Request
from listbridge.marketplaces.etsy.offers.wire import (
    InventorySent,
    InventoryTold,
    ListingTold,
    OfferingSent,
    ProductSent,
    ProductTold,
    PropertySent,
)


def read_inventory(http: EtsyHttp, listing: str) -> InventoryTold:
    """All products of a listing. Raises RemoteError."""
    return http.read(Request("GET", _path(listing), "getListingInventory"), InventoryTold)


class InventoryOfListing(InventoryTold):
    """`ListingInventoryWithAssociations`."""

    listing: ListingTold


def read_with_listing(http: EtsyHttp, listing: str) -> InventoryOfListing:
    """All products of a listing and the listing itself, in one call: only it says whether it is on sale. Raises RemoteError."""
    request = Request("GET", _path(listing), "getListingInventory", params={"includes": "Listing"})
    return http.read(request, InventoryOfListing)


def write_inventory(http: EtsyHttp, listing: str, body: InventorySent) -> InventoryTold:
    """Replace all products of a listing; what they are then. Raises RemoteError."""
    request = Request("PUT", _path(listing), "updateListingInventory", body=body.body(), write=True)
    return http.read(request, InventoryTold)


def kept(product: ProductTold) -> ProductSent:
    """A product as it is, without what only Etsy writes."""
    return ProductSent(
        sku=product.sku,
        property_values=tuple(
            PropertySent(
                property_id=one.property_id,
                property_name=one.property_name,
                scale_id=one.scale_id,
                value_ids=one.value_ids,
                values=one.values,
            )
            for one in product.property_values
        ),
        offerings=tuple(
            OfferingSent(
                price=float(one.price.value),
                quantity=one.quantity,
                is_enabled=one.is_enabled,
                readiness_state_id=one.readiness_state_id,
            )
            for one in product.offerings
            if not one.is_deleted
        ),
    )


def _path(listing: str) -> str:
    return f"listings/{path_of(listing)}/inventory"

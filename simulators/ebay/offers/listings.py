"""The life of a listing: begin, end, and what a change of quantity does to it."""

from __future__ import annotations

from decimal import Decimal

from simulators.ebay.errors import EbayError
from simulators.ebay.state import EndReason, Listing, Offer, Seller
from simulators.ebay.world import World

ACTIVE, OUT_OF_STOCK = "ACTIVE", "OUT_OF_STOCK"


def begin(world: World, seller: Seller, offers: list[Offer], *, group_key: str | None, title: str) -> Listing:
    """Put offers of one site on sale as one new listing."""
    listing = Listing(
        world.new_listing_id(),
        seller.username,
        offers[0].marketplace_id,
        group_key,
        [offer.offer_id for offer in offers],
        world.now(),
        title,
    )
    seller.listings[listing.listing_id] = listing
    for offer in offers:
        offer.listing_id = listing.listing_id
        offer.sold = 0
    return listing


def end(world: World, seller: Seller, listing: Listing, reason: EndReason) -> None:
    """Take a listing down. Its offers stay, unpublished."""
    listing.ended_at = world.now()
    listing.end_reason = reason
    for offer_id in listing.offer_ids:
        offer = seller.offers.get(offer_id)
        if offer is not None and offer.listing_id == listing.listing_id:
            offer.listing_id = None


def remove_variation(world: World, seller: Seller, listing: Listing, offer: Offer) -> None:
    """Take one variation out of a live listing; the last one ends it. Raises 25013 if it has been sold."""
    if offer.sold:
        raise EbayError(
            25013, "A variation with sales cannot be removed from its listing.", parameters={"SKU": offer.sku}
        )
    if listing.offer_ids == [offer.offer_id]:
        end(world, seller, listing, "api")
        return
    listing.offer_ids.remove(offer.offer_id)
    offer.listing_id = None


def quantity_on_sale(seller: Seller, listing: Listing, changed: dict[str, int] | None = None) -> int:
    """Units that the whole listing shows; `changed` gives the quantities that some offers would have."""
    changed = changed or {}
    total = 0
    for offer_id in listing.offer_ids:
        offer = seller.offers.get(offer_id)
        if offer is not None and offer.listing_id == listing.listing_id:
            total += changed[offer_id] if offer_id in changed else seller.shown_quantity(offer)
    return total


def refuse_unsellable_zero(seller: Seller, listing: Listing, changed: dict[str, int]) -> None:
    """Raises 25004 where a change would leave a listing without stock and the seller has no out-of-stock control.

    Source: eBay's OutOfStockControl preference. The id is our reading of "Invalid quantity".
    """
    if seller.out_of_stock_control or quantity_on_sale(seller, listing, changed) > 0:
        return
    raise EbayError(
        25004, "The quantity must be a valid number greater than 0.", parameters={"listingId": listing.listing_id}
    )


def refuse_beyond_selling_limit(seller: Seller, changed: dict[str, int]) -> None:
    """Raises 25026 where the units on sale, after a change, would exceed the seller's limit."""
    limit = seller.selling_limit
    if limit is None:
        return
    units, value = 0, Decimal(0)
    for offer in seller.offers.values():
        if offer.offer_id not in changed and offer.listing_id is None:
            continue
        shown = changed[offer.offer_id] if offer.offer_id in changed else seller.shown_quantity(offer)
        units += shown
        price = offer.price or {}
        if price.get("currency") == limit.currency:
            value += shown * Decimal(str(price.get("value", "0")))
    if limit.quantity is not None and units > limit.quantity:
        raise EbayError(25026, f"{units} units on sale, allowed {limit.quantity}.")
    if limit.amount is not None and value > Decimal(limit.amount):
        raise EbayError(25026, f"{value:.2f} {limit.currency} on sale, allowed {limit.amount}.")


def status_of(seller: Seller, listing: Listing) -> str:
    """ListingStatusEnum of a live listing."""
    return ACTIVE if quantity_on_sale(seller, listing) > 0 else OUT_OF_STOCK


def settle_after_sale(world: World, seller: Seller, listing: Listing) -> None:
    """A listing sold to the last unit ends, unless out-of-stock control keeps it alive."""
    if listing.live and not seller.out_of_stock_control and quantity_on_sale(seller, listing) == 0:
        end(world, seller, listing, "sold_out")

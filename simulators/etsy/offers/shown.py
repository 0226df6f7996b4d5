"""How a listing is told: `ShopListing`, its associations, its inventory and its images."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from simulators.etsy.offers.state import Image, Listing, Product
from simulators.etsy.shops import profile_told, shop_told
from simulators.etsy.state import Seller
from simulators.etsy.wire import entities
from simulators.etsy.world import World, epoch

LANGUAGES = ("de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt")
_NOT_TOLD = ("production_partner_ids",)


def address_of(listing: Listing) -> str:
    words = re.sub("[^a-z0-9]+", "-", listing.title.lower()).strip("-")
    return f"https://www.etsy.com/listing/{listing.listing_id}/{words}"


def listing_told(world: World, listing: Listing) -> dict[str, Any]:
    """As the document's `ShopListing`."""
    seller = world.shop(listing.shop_id)
    content = {name: value for name, value in listing.content.items() if name not in _NOT_TOLD}
    created, updated = epoch(listing.created_at), epoch(listing.updated_at)
    shown = next((one.readiness_id for one in listing.products), None) if listing.state == "active" else None
    return {
        "listing_id": listing.listing_id,
        "user_id": seller.user_id,
        "shop_id": seller.shop_id,
        **content,
        **{name: entities(content[name]) for name in ("title", "description")},
        "rich_description": None,
        "state": listing.state,
        "creation_timestamp": created,
        "created_timestamp": created,
        "original_creation_timestamp": created,
        "ending_timestamp": epoch(listing.ends_at),
        "last_modified_timestamp": updated,
        "updated_timestamp": updated,
        "state_timestamp": epoch(listing.state_at),
        "quantity": listing.quantity,
        "url": address_of(listing),
        "num_favorers": 0,
        "non_taxable": not content["is_taxable"],
        "is_personalizable": bool(listing.personalization),
        "is_private": False,
        "file_data": "",
        "has_variations": listing.has_variations,
        "language": "en-US",
        "price": seller.money(listing.price),
        "readiness_state_id": shown,
        "suggested_title": None,
    }


def with_associations(
    world: World, listing: Listing, asker: Seller | None, included: Collection[str] = ()
) -> dict[str, Any]:
    """As `ShopListingWithAssociations`: what was not asked for is empty."""
    seller = world.shop(listing.shop_id)
    own = asker is seller
    profile = seller.profiles.get(listing.content["shipping_profile_id"] or 0)
    told = listing_told(world, listing)
    if not own:
        told["shipping_profile_id"] = None
    return {
        **told,
        "shipping_profile": profile_told(seller, profile) if "Shipping" in included and own and profile else None,
        "user": None,
        "shop": shop_told(world, seller) if "Shop" in included else None,
        "images": [image_told(listing, one) for one in listing.shown_images] if "Images" in included else [],
        "videos": [],
        "inventory": inventory_told(world, listing, own) if "Inventory" in included else None,
        "production_partners": [],
        "skus": sorted({one.sku for one in listing.products if one.sku}) if own else [],
        "translations": None,
        "views": 0,
        "personalization": (
            {"personalization_questions": listing.personalization} if "Personalization" in included else None
        ),
    }


def inventory_told(world: World, listing: Listing, own: bool, *, deleted: bool = False) -> dict[str, Any]:
    """As `ListingInventory`; SKUs are for the owner alone."""
    seller = world.shop(listing.shop_id)
    products = [*listing.products, *(listing.gone_products if deleted else ())]
    return {
        "products": [product_told(seller, one, own) for one in products],
        "price_on_property": list(listing.price_on),
        "quantity_on_property": list(listing.quantity_on),
        "sku_on_property": list(listing.sku_on),
        "readiness_state_on_property": list(listing.readiness_on),
    }


def product_told(seller: Seller, product: Product, own: bool) -> dict[str, Any]:
    offering = {
        "offering_id": product.offering_id,
        "quantity": product.quantity,
        "is_enabled": product.enabled,
        "is_deleted": product.deleted,
        "price": seller.money(product.price),
        "readiness_state_id": product.readiness_id,
    }
    return {
        "product_id": product.product_id,
        "sku": product.sku if own else "",
        "is_deleted": product.deleted,
        "offerings": [offering],
        "property_values": [one.told() for one in product.values],
    }


def image_told(listing: Listing, image: Image) -> dict[str, Any]:
    """As `ListingImage`. Colours and sizes are worked out later, and nobody waits for them here."""
    created = epoch(image.created_at)
    base = f"https://i.etsystatic.com/{listing.shop_id}/r/il"
    name = f"{image.image_id}.{image.kind}"
    colours = ("hex_code", "red", "green", "blue", "hue", "saturation", "brightness", "is_black_and_white")
    return {
        "listing_id": listing.listing_id,
        "listing_image_id": image.image_id,
        **dict.fromkeys(colours),
        "creation_tsz": created,
        "created_timestamp": created,
        "rank": image.rank,
        "url_75x75": f"{base}/il_75x75.{name}",
        "url_170x135": f"{base}/il_170x135.{name}",
        "url_570xN": f"{base}/il_570xN.{name}",
        "url_fullxfull": f"{base}/il_fullxfull.{name}",
        "full_height": None,
        "full_width": None,
        "alt_text": image.alt_text,
    }

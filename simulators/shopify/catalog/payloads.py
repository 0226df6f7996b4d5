"""Webhook payloads: the REST-shaped JSON that Shopify posts, made from the shop's records.

Shapes: specs/shopify/webhooks/schemas/2026-04 (inferred from Shopify's documented samples and from real
deliveries); a test validates every one of these against them. Ids are integers and stay so: many exceed 2^53.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from simulators.shopify.catalog.catalog import ShopFacts
from simulators.shopify.global_ids import gid
from simulators.shopify.records import Collection, InventoryItem, Level, Location, Medium, Product, Variant, View

Payload = dict[str, Any]
_FULL_VARIANTS = 100  # beyond these only `variant_gids` name them (products/update metadata, 2026-04)


def local_time(instant: datetime, shop: ShopFacts) -> str:
    """A time stamp in the shop's own zone and whole seconds, as REST payloads carry it."""
    return instant.astimezone(ZoneInfo(shop.timezone)).isoformat(timespec="seconds")


def price(amount: Decimal) -> str:
    return f"{amount:.2f}"


def product_payload(shop: ShopFacts, view: View, product: Product, before: dict[int, int] | None = None) -> Payload:
    """`before` tells the stock of variants before the change (`old_inventory_quantity`); else it equals the stock now."""
    variants = [view.variants[variant_id] for variant_id in product.variant_ids]
    images = [
        _image(shop, product, number, medium, [one.id for one in variants if one.medium == medium])
        for number, medium in enumerate(product.media, start=1)
    ]
    latest_first = sorted(variants, key=lambda variant: variant.updated_at, reverse=True)
    return {
        "admin_graphql_api_id": gid("Product", product.id),
        "body_html": product.description_html,
        "created_at": local_time(product.created_at, shop),
        "handle": product.handle,
        "id": product.id,
        "product_type": product.product_type,
        "published_at": None if product.published_at is None else local_time(product.published_at, shop),
        "template_suffix": None,
        "title": product.title,
        "updated_at": local_time(product.updated_at, shop),
        "vendor": product.vendor,
        "status": product.status.lower(),
        "published_scope": "web",
        "tags": ", ".join(product.tags),
        "variants": [_variant(shop, view, variant, before or {}) for variant in variants[:_FULL_VARIANTS]],
        "options": [
            {
                "id": one.id,
                "name": one.name,
                "position": one.position,
                "product_id": product.id,
                "values": list(one.values),
            }
            for one in product.options
        ],
        "images": images,
        "image": images[0] if images else None,
        "media": [_medium(shop, product, number, medium) for number, medium in enumerate(product.media, start=1)],
        "variant_gids": [
            {
                "admin_graphql_api_id": gid("ProductVariant", variant.id),
                "updated_at": variant.updated_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            }
            for variant in latest_first
        ],
        "has_variants_that_requires_components": False,
        "category": None,
    }


def _variant(shop: ShopFacts, view: View, variant: Variant, before: dict[int, int]) -> Payload:
    quantity = view.quantity(variant)
    values = [value for _, value in variant.selected_options] + [None, None, None]
    compare_at = variant.compare_at_price
    return {
        "admin_graphql_api_id": gid("ProductVariant", variant.id),
        "barcode": variant.barcode,
        "compare_at_price": None if compare_at is None else price(compare_at),
        "created_at": local_time(variant.created_at, shop),
        "id": variant.id,
        "inventory_policy": variant.inventory_policy.lower(),
        "position": variant.position,
        "price": price(variant.price),
        "product_id": variant.product_id,
        "sku": variant.sku,
        "taxable": variant.taxable,
        "title": variant.title,
        "updated_at": local_time(variant.updated_at, shop),
        "option1": values[0],
        "option2": values[1],
        "option3": values[2],
        "image_id": variant.medium.id if variant.medium else None,
        "inventory_item_id": variant.inventory_item_id,
        "inventory_quantity": quantity,
        "old_inventory_quantity": before.get(variant.id, quantity),
    }


def _image(shop: ShopFacts, product: Product, position: int, medium: Medium, variant_ids: list[int]) -> Payload:
    return {
        "id": medium.id,
        "product_id": product.id,
        "position": position,
        "alt": medium.alt,
        "created_at": local_time(medium.created_at, shop),
        "updated_at": local_time(medium.created_at, shop),
        "width": medium.width,
        "height": medium.height,
        "src": medium.url,
        "variant_ids": variant_ids,
        "admin_graphql_api_id": gid("MediaImage", medium.id),
    }


def _medium(shop: ShopFacts, product: Product, position: int, medium: Medium) -> Payload:
    return {
        "id": medium.id,
        "product_id": product.id,
        "position": position,
        "alt": medium.alt or "",
        "status": "READY",
        "media_content_type": "IMAGE",
        "preview_image": {"width": medium.width, "height": medium.height, "src": medium.url, "status": "READY"},
        "created_at": local_time(medium.created_at, shop),
        "updated_at": local_time(medium.created_at, shop),
        "variant_ids": [],
        "admin_graphql_api_id": gid("MediaImage", medium.id),
    }


def deleted_payload(number: int) -> Payload:
    return {"id": number}


def level_payload(shop: ShopFacts, item: InventoryItem, level: Level) -> Payload:
    """Names no variant and no SKU; `available` is null for an item whose stock is not tracked."""
    return {
        "inventory_item_id": level.item_id,
        "location_id": level.location_id,
        "available": level.available if item.tracked else None,
        "updated_at": local_time(level.updated_at, shop),
        "admin_graphql_api_id": f"{gid('InventoryLevel', level.id)}?inventory_item_id={level.item_id}",
    }


def deleted_item_payload(item_id: int) -> Payload:
    return {
        "id": item_id,
        "country_code_of_origin": None,
        "province_code_of_origin": None,
        "harmonized_system_code": None,
        "country_harmonized_system_codes": [],
        "admin_graphql_api_id": gid("InventoryItem", item_id),
    }


def deleted_collection_payload(collection_id: int) -> Payload:
    return {"id": collection_id, "published_scope": "web", "admin_graphql_api_id": gid("Collection", collection_id)}


def disconnected_payload(level: Level) -> Payload:
    return {"inventory_item_id": level.item_id, "location_id": level.location_id}


def item_payload(shop: ShopFacts, item: InventoryItem) -> Payload:
    return {
        "id": item.id,
        "sku": item.sku or "",
        "created_at": local_time(item.created_at, shop),
        "updated_at": local_time(item.updated_at, shop),
        "requires_shipping": item.requires_shipping,
        "cost": "0.00",
        "country_code_of_origin": None,
        "province_code_of_origin": None,
        "harmonized_system_code": None,
        "tracked": item.tracked,
        "country_harmonized_system_codes": [],
        "weight_value": round(item.weight_kg),
        "weight_unit": "kg",
        "admin_graphql_api_id": gid("InventoryItem", item.id),
    }


def collection_payload(shop: ShopFacts, collection: Collection) -> Payload:
    """Names no members: the event tells that the collection was edited, not who is in it."""
    payload = {
        "id": collection.id,
        "handle": collection.handle,
        "title": collection.title,
        "updated_at": local_time(collection.updated_at, shop),
        "body_html": collection.description_html,
        "published_at": local_time(collection.updated_at, shop),
        "sort_order": "best-selling" if collection.smart else "manual",
        "template_suffix": None,
        "published_scope": "web",
        "admin_graphql_api_id": gid("Collection", collection.id),
    }
    if collection.smart:
        payload |= {"disjunctive": False, "rules": []}
    return payload


def location_payload(shop: ShopFacts, location: Location) -> Payload:
    return {
        "id": location.id,
        "name": location.name,
        "address1": "Speicherstrasse 4",
        "address2": "",
        "city": "Hamburg",
        "zip": "20457",
        "province": "Hamburg",
        "country": "DE",
        "phone": "",
        "created_at": local_time(location.created_at, shop),
        "updated_at": local_time(location.updated_at, shop),
        "country_code": "DE",
        "country_name": "Germany",
        "province_code": "HH",
        "legacy": False,
        "active": location.is_active,
        "admin_graphql_api_id": gid("Location", location.id),
    }


_THE_SAME_IN_EVERY_SHOP: Payload = {
    "province": "Hamburg",
    "country": "DE",
    "address1": "Speicherstrasse 4",
    "zip": "20457",
    "city": "Hamburg",
    "source": None,
    "phone": "+49 40 5550100",
    "latitude": None,
    "longitude": None,
    "primary_locale": "en",
    "address2": None,
    "country_code": "DE",
    "country_name": "Germany",
    "timezone": "(GMT+01:00) Europe/Berlin",
    "shop_owner": "Nora Petersen",
    "money_format": "{{amount_with_comma_separator}}",
    "weight_unit": "kg",
    "province_code": "HH",
    "taxes_included": True,
    "auto_configure_tax_inclusivity": None,
    "tax_shipping": None,
    "county_taxes": True,
    "has_discounts": False,
    "has_gift_cards": False,
    "google_apps_domain": None,
    "google_apps_login_enabled": None,
    "money_in_emails_format": "{{amount_with_comma_separator}}",
    "eligible_for_payments": True,
    "requires_extra_payments_agreement": False,
    "password_enabled": False,
    "has_storefront": True,
    "finances": True,
    "checkout_api_supported": True,
    "multi_location_enabled": True,
    "setup_required": False,
    "pre_launch_enabled": False,
    "marketing_sms_consent_enabled_at_checkout": False,
    "transactional_sms_disabled": False,
}


def shop_payload(shop: ShopFacts, primary_location: int) -> Payload:
    """The shop itself: what app/uninstalled and shop/update carry."""
    return {
        **_THE_SAME_IN_EVERY_SHOP,
        "id": shop.id,
        "name": shop.name,
        "email": shop.email,
        "domain": shop.domain,
        "created_at": local_time(shop.created_at, shop),
        "updated_at": local_time(shop.created_at, shop),
        "currency": shop.currency,
        "customer_email": shop.email,
        "iana_timezone": shop.timezone,
        "money_with_currency_format": "{{amount_with_comma_separator}} " + shop.currency,
        "plan_display_name": shop.plan,
        "plan_name": shop.plan.lower(),
        "myshopify_domain": shop.domain,
        "money_with_currency_in_emails_format": "{{amount_with_comma_separator}} " + shop.currency,
        "primary_location_id": primary_location,
        "enabled_presentment_currencies": [shop.currency],
    }


def scopes_payload(shop: ShopFacts, previous: list[str], current: list[str], at: datetime) -> Payload:
    return {
        "id": 1,
        "shop_id": gid("Shop", shop.id),
        "previous": previous,
        "current": current,
        "updated_at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def token_of(text: str) -> str:
    """A stable 32-character token for payload fields that hold one."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]

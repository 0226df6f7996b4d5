"""Shopify's products in our words: pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from listbridge.domain.catalog import ProductFacts, VariantFacts, Visibility
from listbridge.domain.ids import LocationId, ProductId, Sku, VariantId
from listbridge.domain.money import money
from listbridge.shops.shopify.catalog import wire

_VISIBILITY = {
    "ACTIVE": Visibility.VISIBLE,
    # "Active but you need a direct link to view it" (ProductStatus, Admin API 2026-04): buyers can buy it.
    "UNLISTED": Visibility.VISIBLE,
    "DRAFT": Visibility.DRAFT,
    "ARCHIVED": Visibility.ARCHIVED,
}


def number_of(gid: str) -> str:
    """The numeric part of a global id, which is the id that webhooks and the admin's addresses use.

    `gid://shopify/InventoryLevel/12?inventory_item_id=34` is 12. Kept as text: ids exceed 2^53.
    """
    return gid.rsplit("/", 1)[-1].split("?", 1)[0]


def gid(kind: str, number: str) -> str:
    """The global id of a Product, ProductVariant or InventoryItem."""
    return f"gid://shopify/{kind}/{number}"


def is_number(id: str) -> bool:
    """Whether Shopify could have given this id: a malformed one would make it refuse the whole query."""
    return id.isascii() and id.isdigit() and len(id) <= 20


def changed_since(since: datetime) -> str:
    """The search for what was changed then or later: products and orders alike."""
    moment = since.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return f"updated_at:>='{moment}'"


def product_facts(product: wire.Product, variants: Iterable[wire.Variant], currency: str) -> ProductFacts:
    """A product with all its variants, in the seller's order; `currency` is the shop's (ISO 4217)."""
    ordered = sorted(variants, key=lambda variant: (variant.position, len(variant.id), variant.id))
    # The one variant of a product without options is called "Default Title" and has an option "Title": Shopify's
    # own filling, which no buyer should read.
    plain = product.has_only_default_variant
    options = sorted(product.options, key=lambda option: option.position)
    return ProductFacts(
        product=ProductId(number_of(product.id)),
        title=product.title,
        visibility=visibility_of(product.status),
        variants=tuple(variant_facts(variant, currency, plain=plain) for variant in ordered),
        description_html=product.description_html,
        vendor=product.vendor,
        product_type=product.product_type,
        tags=product.tags,
        images=tuple(medium.image.url for medium in product.media.nodes if medium.image is not None),
        options=() if plain else tuple(option.name for option in options),
        handle=product.handle,
        updated_at=product.updated_at,
    )


def variant_facts(variant: wire.Variant, currency: str, *, plain: bool) -> VariantFacts:
    """One variant; `plain` when its product has no options."""
    options: Mapping[str, str] = {}
    if not plain:
        options = {selected.name: selected.value for selected in variant.selected_options}
    images = [medium.image.url for medium in variant.media.nodes if medium.image is not None]
    return VariantFacts(
        variant=VariantId(number_of(variant.id)),
        sku=Sku(variant.sku or ""),
        title="" if plain else variant.title,
        price=money(variant.price, currency),
        compare_at=money(variant.compare_at_price, currency),
        stock=stock_of(variant.inventory_item.inventory_levels.nodes),
        tracked=variant.inventory_item.tracked,
        oversell=variant.inventory_policy == "CONTINUE",
        barcode=variant.barcode or "",
        options=options,
        image=images[0] if images else "",
        inventory_item=number_of(variant.inventory_item.id),
        bundle=variant.requires_components,
    )


def visibility_of(status: str) -> Visibility:
    """A status that did not exist when this was written sells nowhere until we know what it means."""
    return _VISIBILITY.get(status, Visibility.UNPUBLISHED)


def stock_of(levels: Iterable[wire.Level]) -> dict[LocationId, int]:
    """Available units by location, negative when oversold; a location without a number is absent."""
    stock: dict[LocationId, int] = {}
    for level in levels:
        for quantity in level.quantities:
            if quantity.name == "available" and quantity.quantity is not None:
                stock[LocationId(number_of(level.location.id))] = quantity.quantity
    return stock

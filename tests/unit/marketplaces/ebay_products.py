"""Products of one test each, and what eBay's adapter makes of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.catalog import ProductFacts, VariantFacts, Visibility
from listbridge.domain.ids import ProductId, Site, Sku, VariantId
from listbridge.domain.money import Money
from listbridge.domain.verdicts import Rejected
from listbridge.marketplaces.ebay.offers.mapping import ListingContent, listing_content
from listbridge.marketplaces.ebay.settings import CreationSettings
from listbridge.marketplaces.ebay.sites import site_of

SETTINGS: dict[str, Any] = {
    "category_id": "15687",
    "fulfillment_policy_id": "1",
    "payment_policy_id": "2",
    "return_policy_id": "3",
    "merchant_location_key": "main",
}
SITE = site_of(Site("EBAY_DE"))
PICTURE = "https://images.example/a.jpg"


def variant(sku: str = "A", **changes: Any) -> VariantFacts:
    facts: dict[str, Any] = {"title": "t", "price": Money(Decimal(1), "EUR"), **changes}
    return VariantFacts(VariantId(f"v-{sku}"), Sku(sku), **facts)


def product(*variants: VariantFacts, **changes: Any) -> ProductFacts:
    facts: dict[str, Any] = {"title": "Jumper", "images": (PICTURE,), **changes}
    return ProductFacts(ProductId("p"), visibility=Visibility.VISIBLE, variants=variants or (variant(),), **facts)


def content(facts: ProductFacts | None = None, **settings: Any) -> ListingContent:
    facts = facts or product()
    skus = [v.sku for v in facts.variants]
    return listing_content(facts, skus, CreationSettings(**{**SETTINGS, **settings}), SITE)


def refusal(facts: ProductFacts, **settings: Any) -> tuple[str, dict[str, str]]:
    with pytest.raises(Rejected) as refused:
        content(facts, **settings)
    return refused.value.problem.code, dict(refused.value.problem.params)

"""Products of one test each, and what Etsy's adapter makes of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.catalog import ProductFacts, VariantFacts, Visibility
from listbridge.domain.ids import ProductId, Sku, VariantId
from listbridge.domain.listings.listing import Values
from listbridge.domain.money import Money
from listbridge.domain.verdicts import Rejected
from listbridge.marketplaces.etsy.offers.mapping import ListingContent, listing_content
from listbridge.marketplaces.etsy.offers.wire import TaxonomyPropertyTold
from listbridge.marketplaces.etsy.settings import CreationSettings

SETTINGS: dict[str, Any] = {"taxonomy_id": "1429", "shipping_profile_id": "71", "readiness_state_id": "81"}
PICTURE = "https://images.example/a.jpg"
SIZE = TaxonomyPropertyTold.model_validate(
    {
        "property_id": 100,
        "display_name": "Size",
        "supports_variations": True,
        "scales": [{"scale_id": 301, "display_name": "EU"}, {"scale_id": 302, "display_name": "Letters"}],
        "possible_values": [
            {"value_id": 1, "name": "38", "scale_id": 301},
            {"value_id": 2, "name": "S", "scale_id": 302},
            {"value_id": 3, "name": "M", "scale_id": 302},
        ],
    }
)
FABRIC = TaxonomyPropertyTold.model_validate(
    {
        "property_id": 200,
        "display_name": "Fabric",
        "supports_attributes": True,
        "possible_values": [{"value_id": 11, "name": "Wool"}, {"value_id": 12, "name": "Silk"}],
    }
)
TOLD = {"100": SIZE, "200": FABRIC}


def variant(sku: str = "A", **changes: Any) -> VariantFacts:
    facts: dict[str, Any] = {"title": "t", "price": Money(Decimal(1), "EUR"), **changes}
    return VariantFacts(VariantId(f"v-{sku}"), Sku(sku), **facts)


def product(*variants: VariantFacts, **changes: Any) -> ProductFacts:
    facts: dict[str, Any] = {"title": "Jumper", "images": (PICTURE,), **changes}
    return ProductFacts(ProductId("p"), visibility=Visibility.VISIBLE, variants=variants or (variant(),), **facts)


def sized(*sizes: str, option: str = "Size", **changes: Any) -> ProductFacts:
    variants = (variant(f"J-{size}", options={option: size}) for size in sizes)
    return product(*variants, options=(option,), **changes)


def content(facts: ProductFacts | None = None, **settings: Any) -> ListingContent:
    facts = facts or product()
    skus = [v.sku for v in facts.variants]
    return listing_content(facts, skus, CreationSettings(**{**SETTINGS, **settings}), TOLD)


def refusal(facts: ProductFacts, **settings: Any) -> tuple[str, dict[str, str]]:
    with pytest.raises(Rejected) as refused:
        content(facts, **settings)
    return refused.value.problem.code, dict(refused.value.problem.params)


def worth(quantity: int | None, price: str | None) -> Values:
    return Values(quantity, Money(Decimal(price), "EUR") if price is not None else None)

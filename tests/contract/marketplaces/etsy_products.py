"""Products as the tests of Etsy's publishing send them, and what there is of them at Etsy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from listbridge.domain.catalog import ProductFacts, VariantFacts, Visibility
from listbridge.domain.ids import ListingKey, ProductId, Sku, VariantId
from listbridge.domain.ports import PublishRequest, PublishVariant
from tests.contract.marketplaces.staged_etsy import SITE, EtsyStage
from tests.contract.marketplaces.stages import ACCOUNT


def with_settings(request: PublishRequest, **settings: Any) -> PublishRequest:
    changed = {**request.creation.settings, **settings}
    return replace(request, creation=request.creation.model_copy(update={"settings": changed}))


def only(stage: EtsyStage) -> dict[str, Any]:
    """The only listing that there is, whatever its state."""
    [row] = stage._rows("active", "inactive", "draft", "sold_out", "expired")
    return row


def fees(stage: EtsyStage) -> list[str]:
    return [one.kind for one in stage.simulator.world.sellers["anna"].fees]


def sized(stage: EtsyStage, *sizes: str, option: str = "Size", **facts: Any) -> PublishRequest:
    variants = tuple(
        VariantFacts(VariantId(f"v{n}"), Sku(f"J-{n}"), size, None, options={option: size})
        for n, size in enumerate(sizes)
    )
    product = ProductFacts(
        ProductId("p"),
        "Jumper",
        Visibility.VISIBLE,
        variants,
        images=("https://images.example/jumper.jpg",),
        options=(option,),
        **facts,
    )
    wanted = tuple(PublishVariant(ListingKey(ACCOUNT, SITE, v.sku), v.variant, None, None) for v in variants)
    return with_settings(replace(stage.request(6), product=product, variants=wanted), option_properties={})

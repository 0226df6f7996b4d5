"""Everything that is wrong with a product at once, on a marketplace that wants a colour, a short title and no cats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel, Field

from listbridge.domain.catalog import ProductFacts, VariantFacts, Visibility
from listbridge.domain.configuration import CreationProfile
from listbridge.domain.ids import AccountId, ListingKey, ProductId, ProfileId, RemoteId, Site, Sku, VariantId
from listbridge.domain.ports import PublishRequest, PublishVariant
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected
from listbridge.infra.mapping.preview import Preview

SITE = Site("NORTH")


class Profile(BaseModel):
    colour: str = Field(min_length=1)
    cut: bool = False


def refuse(product: ProductFacts, skus: Sequence[Sku]) -> None:
    if len(skus) > 2:
        raise Rejected(Problem("crowd"))


def refused(product: ProductFacts, skus: Sequence[Sku], settings: Profile) -> Mapping[Sku, Rejected]:
    if product.vendor == "cat":
        raise Rejected(Problem("cat"))
    if not any(product.images):
        raise Rejected(Problem("no_picture"))
    if len(product.title) > 4 and not settings.cut:
        raise Rejected(Problem("long_title"))
    odd = {sku: Rejected(Problem("odd_sku", {"sku": sku})) for sku in skus if sku.startswith("odd")}
    if skus and len(odd) == len(skus):
        raise odd[skus[0]]
    return odd


PREVIEW = Preview(
    Profile,
    refuse=refuse,
    refused=refused,
    fields={"no_picture": "images", "long_title": "title", "cat": "vendor"},
    otherwise="sku",
    mended_product={"no_picture": {"images": ("mended",)}},
    mended_settings={"long_title": {"cut": True}},
)


def told(
    *skus: str, by: Preview[Profile] = PREVIEW, settings: Mapping[str, Any] | None = None, image: str = "", **facts: Any
) -> list[Any]:
    variants = tuple(VariantFacts(VariantId(f"v{sku}"), Sku(sku), "", None, image=image) for sku in skus)
    product = replace(ProductFacts(ProductId("p"), "Lamp", Visibility.VISIBLE, variants, images=("1",)), **facts)
    rows = tuple(PublishVariant(ListingKey(AccountId("a"), SITE, one.sku), one.variant, None, None) for one in variants)
    profile = CreationProfile(
        id=ProfileId("c"),
        name="Lamps",
        marketplace="north",
        site=SITE,
        settings={"colour": "red"} if settings is None else dict(settings),
    )
    request = PublishRequest(product, rows, SITE, profile, RemoteId("g"))
    return [(one.field, one.problem.code, one.sku) for one in by.problems(request)]


def test_of_what_can_be_sold_nothing_is_told() -> None:
    assert told("a", "b") == []


def test_a_profile_that_is_wrong_hides_the_rest() -> None:
    assert told("odd", settings={"colour": ""}, images=()) == [("settings.colour", "creation_profile_invalid", None)]


def test_what_is_mended_hides_nothing_behind_it() -> None:
    assert told("a", "odd1", "odd2", images=(), title="Lampshade") == [
        ("sku", "crowd", None),
        ("images", "no_picture", None),
        ("title", "long_title", None),
        ("sku", "odd_sku", "odd1"),
        ("sku", "odd_sku", "odd2"),
    ]


def test_what_is_mended_in_vain_is_told_once_and_ends_it() -> None:
    in_vain = replace(PREVIEW, mended_product={"no_picture": {"vendor": "dog"}})
    assert told("a", by=in_vain, images=()) == [("images", "no_picture", None)]


def test_what_nobody_can_take_for_mended_ends_it() -> None:
    assert told("odd", vendor="cat", images=()) == [("vendor", "cat", None)]


def test_where_every_sku_is_refused_each_is_told_and_not_the_first_alone() -> None:
    assert told("odd1", "odd2") == [("sku", "odd_sku", "odd1"), ("sku", "odd_sku", "odd2")]


@pytest.mark.parametrize(("image", "problems"), [("v", []), ("", [("images", "no_picture", None)])])
def test_a_picture_of_any_variant_is_one_of_the_product(image: str, problems: list[Any]) -> None:
    assert told("a", image=image, images=()) == problems

"""A listing's row says what one unit takes out of the shop, and only what this version understands is computed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.catalog import Observation
from listbridge.domain.ids import AccountId, ListingKey, ProductId, ShopId, Site, Sku, VariantId, VariantKey
from listbridge.domain.listings import lifecycle
from listbridge.domain.listings.listing import Cause, Component, Listing
from listbridge.domain.problem import Problem
from listbridge.services.catalog.recompute import Recompute
from tests.fakes.clock import START
from tests.unit.functions.installation import SITE, Installation
from tests.unit.functions.seller import Seller

SCREW = VariantKey(ShopId("shp_1"), ProductId("p9"), VariantId("v9"))


@pytest.fixture
def seller() -> Seller:
    made = Seller(Installation())
    made.its.add_items(made.list, made.its.add_product("MUG"))
    return made


def mug(seller: Seller) -> Listing:
    return seller.its.stores.listings.get(ListingKey(AccountId(seller.account), Site(SITE), Sku("MUG")))


def recomputed(seller: Seller, row: Listing) -> Listing:
    (found,) = Recompute(seller.its.deps, Cause.SHOP).listings([row.key])
    return found


def with_components(seller: Seller, *components: Component) -> Listing:
    """The row as a newer version wrote it, computed from an older look at the shop."""
    row = mug(seller)
    older = replace(row.computed, basis={}, facts="")
    return seller.its.stores.listings.save(replace(row, components=components, computed=older))


def test_an_added_listing_takes_one_unit_of_its_variant(seller: Seller) -> None:
    assert mug(seller).components == (Component(mug(seller).variant, 1),)


def test_a_row_older_than_its_components_takes_one_unit_of_its_variant(seller: Seller) -> None:
    row = with_components(seller)
    assert (row.components, row.takes) == ((), (Component(row.variant, 1),))
    assert recomputed(seller, row).computed.quantity == 7


@pytest.mark.parametrize("units", [(6,), (1, 2)], ids=["a pack of six", "two variants"])
def test_what_only_a_newer_version_can_count_is_not_promised_from_one_variant(
    seller: Seller, units: tuple[int, ...]
) -> None:
    parts = [Component(key, count) for key, count in zip((mug(seller).variant, SCREW), units, strict=False)]
    row = recomputed(seller, with_components(seller, *parts))
    assert row.computed.quantity is None
    assert row.computed.quantity_problem == Problem(
        "newer_version", {"value": f"{len(units)} components"}, "install_newer_version"
    )
    assert row.components == tuple(parts)


def test_a_variant_that_is_proven_gone_is_zero_whatever_else_the_listing_takes(seller: Seller) -> None:
    row = with_components(seller, Component(mug(seller).variant), Component(SCREW))
    variants = seller.its.stores.variants
    stored = variants.get_many([row.variant])[row.variant]
    later = Observation(stored.observation.end + 1, stored.observation.end + 2)
    variants.observe(replace(stored, absent=True, observation=later))
    assert recomputed(seller, row).computed.quantity == 0


def test_another_variant_under_the_same_sku_takes_the_old_ones_place(seller: Seller) -> None:
    row = with_components(seller, Component(mug(seller).variant), Component(SCREW, 2))
    home = replace(row.variant, variant=VariantId("v7"))
    assert lifecycle.relinked(row, home, START).takes == (Component(home), Component(SCREW, 2))

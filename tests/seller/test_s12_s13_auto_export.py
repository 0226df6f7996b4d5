"""S12 and S13 over the shop's own collections: what comes new into one is sent automatically, and nothing else."""

from __future__ import annotations

import pytest

from tests.seller.collections_of import Shelves
from tests.seller.merchant import Merchant


@pytest.fixture
def shelves(merchant: Merchant) -> Shelves:
    return Shelves(merchant)


def test_s12_nothing_is_sent_before_the_seller_switches_auto_export_on(merchant: Merchant, shelves: Shelves) -> None:
    mug, cup = merchant.its.add_product("MUG"), merchant.its.add_product("CUP")
    mugs = shelves.collection(mug)
    following = shelves.follow(mugs)
    shelves.holds(mugs, mug, cup)
    shelves.hours(3)
    assert (shelves.skus(following), merchant.offers()) == (["CUP", "MUG"], {})


def test_s13_what_comes_new_into_a_collection_is_published_and_what_was_there_is_not(
    merchant: Merchant, shelves: Shelves
) -> None:
    mug = merchant.its.add_product("MUG")
    mugs = shelves.collection(mug)
    following = shelves.follow(mugs)
    merchant.edit(f"/sales-lists/{following}", auto_export=True)
    cup = merchant.its.add_product("CUP")
    shelves.holds(mugs, mug, cup)
    assert set(merchant.offers()) == {"CUP"}
    states = {one["product"]: one["export"] for one in merchant.its.get(f"/sales-lists/{following}/members")["members"]}
    assert states[mug] == "none"
    merchant.its.post(f"/sales-lists/{following}/backlog", {"products": "all"}, expect=202)
    merchant.its.run()
    assert set(merchant.offers()) == {"CUP", "MUG"}


def test_s13_a_list_that_is_made_with_auto_export_sends_nothing_of_what_is_there(
    merchant: Merchant, shelves: Shelves
) -> None:
    mug = merchant.its.add_product("MUG")
    mugs = shelves.collection(mug, by_rules=True)
    shelves.follow(mugs, auto_export=True)
    shelves.hours(2)
    assert merchant.offers() == {}
    cup = merchant.its.add_product("CUP")
    shelves.holds(mugs, mug, cup)
    assert merchant.offers() == {}, "the shop tells nothing about rules"
    shelves.hours(2)
    assert set(merchant.offers()) == {"CUP"}


def test_s13_what_returns_after_leaving_is_not_new(merchant: Merchant, shelves: Shelves) -> None:
    mug, cup = merchant.its.add_product("MUG"), merchant.its.add_product("CUP", stock=0)
    mugs = shelves.collection(mug)
    following = shelves.follow(mugs, auto_export=True)
    shelves.holds(mugs, mug, cup)
    shelves.holds(mugs, mug)
    shelves.holds(mugs, mug, cup)
    merchant.its.shopify.deeds.set_stock(sku="CUP", available=4)
    shelves.touched(cup)
    shelves.hours(2)
    assert (shelves.skus(following), merchant.offers()) == (["CUP", "MUG"], {})

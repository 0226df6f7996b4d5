"""How a line finds its variant: a person's word, else the listing it was bought from, else its SKU in the shop."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.configuration import Shop
from listbridge.domain.ids import AccountId, LineId, OrderKey, ProductId, RemoteOrderId, Sku, VariantId, VariantKey
from listbridge.domain.listings.sku_mappings import SkuMapping
from listbridge.domain.orders import changes as order_changes
from listbridge.domain.orders.orders import Match, MatchedBy, Order, RemoteLine
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RetryLater
from listbridge.services.orders.hold.match_lines import Matching, match_lines
from listbridge.services.orders.order_rows import change_order, rules_of
from tests.fakes.order_world import OrderWorld
from tests.fakes.remote_orders import ACCOUNT, SHOP, match, sold, variant_key

KEY = OrderKey(ACCOUNT, RemoteOrderId("12-1"))
MUG, CUP = LineId("line-MUG"), LineId("line-CUP")


@pytest.fixture
def world() -> OrderWorld:
    world = OrderWorld()
    world.stock_up("MUG", "CUP")
    return world


def order(world: OrderWorld, *lines: RemoteLine) -> Order:
    world.sell(*lines)
    return world.take_in()


def matching(world: OrderWorld, row: Order) -> Matching:
    shop = world.stores.configuration.get(Shop, SHOP)
    return match_lines(world.deps, shop, world.shop, row)


def missing(skus: str) -> Problem:
    return Problem("products_missing", {"skus": skus}, "add_sku_or_choose_product")


def test_a_line_bought_from_a_listing_of_ours_needs_no_look_into_the_shop(world: OrderWorld) -> None:
    world.list_up("MUG")
    row = order(world)
    assert matching(world, row) == Matching({MUG: match("MUG", MatchedBy.LISTING)})
    assert world.here.count("products_with_skus") == 0


def test_any_other_line_is_looked_up_by_its_sku(world: OrderWorld) -> None:
    row = order(world, sold("MUG"), sold("CUP"))
    assert matching(world, row) == Matching({MUG: match("MUG"), CUP: match("CUP")})
    assert world.here.count("products_with_skus") == 1


def test_a_line_whose_sku_is_mapped_finds_the_variant_that_the_mapping_names(world: OrderWorld) -> None:
    world.stores.sku_mappings.put(SkuMapping(Sku("OLD"), Sku("MUG"), ACCOUNT))
    row = order(world, sold("OLD"))
    assert matching(world, row).matches == {LineId("line-OLD"): match("MUG", MatchedBy.MAPPING)}


def test_a_mapping_comes_before_the_sku_itself_and_the_account_s_own_before_that_of_all(world: OrderWorld) -> None:
    world.stores.sku_mappings.put(SkuMapping(Sku("CUP"), Sku("NONE")))
    world.stores.sku_mappings.put(SkuMapping(Sku("CUP"), Sku("MUG"), ACCOUNT))
    world.stores.sku_mappings.put(SkuMapping(Sku("CUP"), Sku("NONE"), AccountId("acc_other")))
    row = order(world, sold("CUP"))
    assert matching(world, row).matches == {CUP: match("MUG", MatchedBy.MAPPING)}


def test_a_mapping_to_a_sku_that_the_shop_has_not_leaves_the_line_without_a_product(world: OrderWorld) -> None:
    world.stores.sku_mappings.put(SkuMapping(Sku("CUP"), Sku("NONE"), ACCOUNT))
    row = order(world, sold("CUP"))
    assert matching(world, row) == Matching({}, missing("CUP"))


def test_two_lines_of_one_sku_find_the_same_variant(world: OrderWorld) -> None:
    row = order(world, sold("MUG"), sold("MUG", id="again"))
    assert matching(world, row).matches == {MUG: match("MUG"), LineId("again"): match("MUG")}


def test_a_product_that_we_never_read_is_found_and_read(world: OrderWorld) -> None:
    world.shop.put("p-HAT", "HAT")
    row = order(world, sold("HAT"))
    assert matching(world, row).matches == {LineId("line-HAT"): match("HAT")}
    assert variant_key("HAT") in world.stores.variants.get_many([variant_key("HAT")])


def test_a_sku_of_one_variant_among_many_finds_that_variant(world: OrderWorld) -> None:
    product = world.shop.put("shirt", "S", "M", "L").product
    row = order(world, sold("M"))
    assert matching(world, row).matches == {
        LineId("line-M"): Match(VariantKey(SHOP, product, VariantId("shirtv1")), MatchedBy.SKU)
    }


def test_an_unknown_sku_is_named_and_the_rest_is_matched(world: OrderWorld) -> None:
    row = order(world, sold("MUG"), sold("HAT"), sold("BAG"), sold("HAT", id="again"))
    found = matching(world, row)
    assert found.matches == {MUG: match("MUG")}
    assert found.problem == missing("HAT, BAG")


def test_a_line_without_a_sku_is_named_by_its_title_and_not_looked_up(world: OrderWorld) -> None:
    row = order(world, replace(sold("MUG"), sku=Sku(""), title="A gift"))
    assert matching(world, row).problem == missing("A gift")
    assert world.here.count("products_with_skus") == 0


def test_a_sku_that_differs_in_its_letters_is_another(world: OrderWorld) -> None:
    row = order(world, sold("mug"))
    world.shop.products_with_skus = lambda skus: (ProductId("p-MUG"),)  # type: ignore[method-assign]
    assert matching(world, row).problem == missing("mug")


def test_a_sku_that_several_variants_have_is_the_sellers_to_decide(world: OrderWorld) -> None:
    world.shop.put("copy", "MUG")
    row = order(world, sold("MUG"))
    found = matching(world, row)
    assert found.matches == {}
    assert found.problem == Problem("sku_not_unique", {"skus": "MUG"}, "choose_product_for_line")


def test_of_missing_and_ambiguous_skus_the_missing_ones_are_named_first(world: OrderWorld) -> None:
    world.shop.put("copy", "MUG")
    row = order(world, sold("MUG"), sold("HAT"))
    assert matching(world, row).problem == missing("HAT")


def test_a_variant_that_is_gone_is_looked_up_anew(world: OrderWorld) -> None:
    world.list_up("MUG")
    row = order(world)
    del world.shop.products[ProductId("p-MUG")]
    world.shop.put("again", "MUG")
    world.observe("p-MUG")
    again = VariantKey(SHOP, ProductId("again"), VariantId("againv0"))
    assert matching(world, row).matches == {MUG: Match(again, MatchedBy.SKU)}


def test_a_variant_that_is_gone_for_good_is_missing(world: OrderWorld) -> None:
    world.list_up("MUG")
    row = order(world)
    del world.shop.products[ProductId("p-MUG")]
    world.observe("p-MUG")
    assert matching(world, row) == Matching({}, missing("MUG"))


def test_a_persons_word_stands_even_when_the_variant_is_gone(world: OrderWorld) -> None:
    row = order(world)
    chosen = {MUG: match("CUP", MatchedBy.PERSON)}
    rules = rules_of(world.deps, world.account)
    row = change_order(world.deps, KEY, lambda one: order_changes.matched(one, chosen, rules, world.now))
    del world.shop.products[ProductId("p-CUP")]
    world.observe("p-CUP")
    assert matching(world, row) == Matching(chosen)


def test_a_product_that_vanishes_between_the_search_and_the_read_is_missing(world: OrderWorld) -> None:
    row = order(world, sold("MUG"))
    found = world.shop.products_with_skus

    def found_and_deleted(skus: object) -> tuple[ProductId, ...]:
        products = found(skus)  # type: ignore[arg-type]
        world.shop.products.clear()
        return products

    world.shop.products_with_skus = found_and_deleted  # type: ignore[method-assign]
    assert matching(world, row) == Matching({}, missing("MUG"))


@pytest.mark.parametrize("operation", ["products_with_skus", "read_products"])
def test_a_shop_that_cannot_be_asked_is_no_answer(world: OrderWorld, operation: str) -> None:
    row = order(world, sold("HAT"))
    world.shop.put("p-HAT", "HAT")
    world.here.refuse(operation, RetryLater(Problem("no_answer")))
    with pytest.raises(RetryLater):
        matching(world, row)

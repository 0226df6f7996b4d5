"""A product is missing only by the answer to the question for it: never by one that failed, left something out, or was cut in
two while the shop changed. What is missing is zeroed and ended on every marketplace."""

from __future__ import annotations

from functools import partial

import pytest

from listbridge import registry
from listbridge.domain.ids import ProductId
from listbridge.domain.ports import ReadResult, ShopAdapter
from listbridge.domain.verdicts import RetryLater
from tests.contract.shops.staging import TROUBLES, StagedShop


def stocked(shop: StagedShop, slug: str) -> list[ProductId]:
    """So many products that no one answer holds all of them."""
    batch = registry.shop(slug).traits.read_batch
    return [shop.add_product(f"M{number}").product for number in range(2 * batch)]


def ready(shop: StagedShop) -> ShopAdapter:
    """Everything that is asked before the first product is."""
    adapter = shop.open()
    adapter.identify()
    return adapter


def calls_of_a_read(shop: StagedShop, adapter: ShopAdapter, products: list[ProductId]) -> int:
    before = shop.calls()
    adapter.read_products(products)
    shop.recover()
    made = shop.calls() - before
    assert made > 1
    return made


def told(read: ReadResult) -> list[ProductId]:
    return [facts.product for facts in read.products]


def test_what_is_deleted_between_two_answers_makes_no_other_product_missing(shop: StagedShop, slug: str):
    products = stocked(shop, slug)
    adapter = ready(shop)
    for number in range(calls_of_a_read(shop, adapter, products)):
        gone = products[0]
        shop.meanwhile(number, partial(shop.delete_product, gone))
        read = adapter.read_products(products)
        assert set(read.missing) <= {gone}
        assert sorted([*told(read), *read.missing]) == sorted(products)
        shop.recover()
        products.remove(gone)
        assert told(adapter.read_products(products)) == products
        shop.recover()


@pytest.mark.parametrize("trouble", TROUBLES)
def test_an_answer_that_fails_on_the_way_tells_nothing_of_any_product(shop: StagedShop, slug: str, trouble: str):
    products = stocked(shop, slug)
    adapter = ready(shop)
    for number in range(calls_of_a_read(shop, adapter, products)):
        shop.meanwhile(number, lambda: TROUBLES[trouble](shop))
        with pytest.raises(RetryLater):
            adapter.read_products(products)
        shop.recover()
    assert adapter.read_products(products).missing == ()


@pytest.mark.parametrize("applied", [True, False])
def test_an_answer_that_does_not_come_tells_nothing_of_any_product(shop: StagedShop, slug: str, applied: bool):
    products = stocked(shop, slug)
    adapter = ready(shop)
    for number in range(calls_of_a_read(shop, adapter, products)):
        shop.cut(number, applied=applied)
        with pytest.raises(RetryLater):
            adapter.read_products(products)
        shop.recover()
    assert adapter.read_products(products).missing == ()


def test_an_answer_that_leaves_a_product_out_does_not_say_that_it_is_gone(shop: StagedShop):
    products = [shop.add_product(sku).product for sku in ("A", "B", "C")]
    adapter = ready(shop)
    shop.answer_partly()
    with pytest.raises(RetryLater):
        adapter.read_products(products)
    shop.recover()
    assert told(adapter.read_products(products)) == products


def test_what_is_gone_from_every_answer_is_missing_and_nothing_else(shop: StagedShop, slug: str):
    products = stocked(shop, slug)
    adapter = ready(shop)
    gone = [products[0], products[len(products) // 2], products[-1]]
    for product in gone:
        shop.delete_product(product)
    read = adapter.read_products(products)
    assert sorted(read.missing) == sorted(gone)
    assert sorted(told(read)) == sorted(set(products) - set(gone))


def test_a_product_that_is_asked_for_twice_is_told_once(shop: StagedShop):
    there, gone = shop.add_product("THERE").product, shop.add_product("GONE").product
    shop.delete_product(gone)
    read = shop.open().read_products([there, gone, there, gone])
    assert (told(read), read.missing) == ([there], (gone,))


def test_of_nothing_nothing_is_asked(shop: StagedShop):
    adapter = ready(shop)
    before = shop.calls()
    assert adapter.read_products([]) == ReadResult(())
    assert shop.calls() == before

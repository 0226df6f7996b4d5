"""Which collections a shop has, and who is in them: what sales lists in collection mode rely on."""

from __future__ import annotations

import pytest

from listbridge.domain.ids import CollectionId, ProductId
from listbridge.domain.ports import Collection, ShopAdapter
from listbridge.domain.verdicts import RateLimited, RetryLater, Unauthorized
from tests.contract.shops.staging import TROUBLES, StagedShop, wait_out


def all_members(adapter: ShopAdapter, id: CollectionId) -> list[ProductId]:
    page = adapter.members(id, None)
    assert page is not None
    found = list(page.products)
    while page.cursor is not None:
        page = adapter.members(id, page.cursor)
        assert page is not None
        found += page.products
    return found


def all_collections(adapter: ShopAdapter) -> list[Collection]:
    page = adapter.collections(None)
    found = list(page.collections)
    while page.cursor is not None:
        page = adapter.collections(page.cursor)
        found += page.collections
    return found


def test_a_shop_names_its_collections_with_their_kind_and_how_many_are_in_them(shop: StagedShop):
    mug, cup = shop.add_product("MUG").product, shop.add_product("CUP").product
    mugs = shop.add_collection("Mugs", mug)
    sale = shop.add_collection("Sale", mug, cup, rule_based=True)
    told = {one.id: one for one in all_collections(shop.open())}
    kinds = (False, True) if shop.tells_kind else (None, None)
    assert told[mugs] == Collection(mugs, "Mugs", kinds[0], 1)
    assert told[sale] == Collection(sale, "Sale", kinds[1], 2)


def test_collections_come_page_by_page_each_once(shop: StagedShop):
    made = [shop.add_collection(f"No. {number}") for number in range(105)]
    assert sorted(one.id for one in all_collections(shop.open())) == sorted(made)


def test_one_collection_is_told_as_in_the_list_and_none_that_is_not_there(shop: StagedShop):
    gone, mugs = shop.add_collection("Gone"), shop.add_collection("Mugs")
    shop.delete_collection(gone)
    adapter = shop.open()
    (listed,) = all_collections(adapter)
    assert adapter.collection(mugs) == listed
    assert adapter.collection(gone) is None
    assert adapter.collection(CollectionId("no such id")) is None
    assert adapter.collection(CollectionId("")) is None


def test_members_come_page_by_page_each_once_and_counted(shop: StagedShop):
    shop.fill(260, 1)
    products = _everything(shop, shop.open())
    mugs = shop.add_collection("Mugs", *products)
    adapter = shop.open()
    first = adapter.members(mugs, None)
    assert first is not None
    assert first.total == 260
    assert first.cursor is not None
    assert sorted(all_members(adapter, mugs)) == sorted(products)


def test_an_empty_collection_is_there_and_one_that_was_deleted_is_not(shop: StagedShop):
    gone, empty = shop.add_collection("Gone"), shop.add_collection("Empty")
    shop.delete_collection(gone)
    adapter = shop.open()
    page = adapter.members(empty, None)
    assert page is not None
    assert (page.products, page.cursor, page.total) == ((), None, 0)
    assert adapter.members(gone, None) is None
    assert adapter.members(CollectionId("no such id"), None) is None


def test_who_is_in_a_collection_that_rules_fill_is_read_like_any_other(shop: StagedShop):
    mug, cup = shop.add_product("MUG").product, shop.add_product("CUP").product
    sale = shop.add_collection("Sale", mug, rule_based=True)
    adapter = shop.open()
    assert all_members(adapter, sale) == [mug]
    shop.set_members(sale, [cup])
    assert all_members(adapter, sale) == [cup]
    assert adapter.collections_of([mug, cup], [sale]) == {mug: frozenset(), cup: {sale}}


def test_of_a_product_only_the_collections_that_were_asked_about_are_told(shop: StagedShop):
    mug, cup, gone = (shop.add_product(sku).product for sku in ("MUG", "CUP", "GONE"))
    mugs, sale, other = (shop.add_collection(name, mug, gone) for name in ("Mugs", "Sale", "Other"))
    shop.delete_product(gone)
    shop.delete_collection(sale)
    told = shop.open().collections_of([mug, cup, gone, ProductId("no such id")], [mugs, sale])
    assert told == {mug: {mugs}, cup: frozenset(), gone: frozenset(), "no such id": frozenset()}
    assert other not in told[mug]


def test_a_product_in_very_many_collections_shows_all_of_them(shop: StagedShop):
    mug = shop.add_product("MUG").product
    made = [shop.add_collection(f"No. {number}", mug) for number in range(61)]
    assert shop.open().collections_of([mug], made)[mug] == set(made)


def test_many_products_are_asked_about_in_few_calls(shop: StagedShop):
    shop.fill(110, 1)
    adapter = shop.open()
    products = _everything(shop, adapter)
    mugs = shop.add_collection("Mugs", *products[:100])
    before = shop.calls()
    told = adapter.collections_of(products, [mugs])
    assert sum(bool(held) for held in told.values()) == 100
    assert len(told) == 110
    assert shop.calls() - before <= 3


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("question", ["collections", "collection", "members", "collections_of"])
def test_no_trouble_is_taken_for_a_collection_that_is_gone_or_empty(shop: StagedShop, trouble: str, question: str):
    mug = shop.add_product("MUG").product
    mugs = shop.add_collection("Mugs", mug)
    adapter = shop.open()
    adapter.identify()
    TROUBLES[trouble](shop)
    asked = {
        "collections": lambda: adapter.collections(None),
        "collection": lambda: adapter.collection(mugs),
        "members": lambda: adapter.members(mugs, None),
        "collections_of": lambda: adapter.collections_of([mug], [mugs]),
    }
    with pytest.raises(RetryLater):
        asked[question]()
    shop.recover()
    assert all_members(adapter, mugs) == [mug]


def test_dead_credentials_are_no_empty_collection(shop: StagedShop):
    mugs = shop.add_collection("Mugs", shop.add_product("MUG").product)
    adapter = shop.open()
    shop.refuse_credentials()
    with pytest.raises(Unauthorized):
        adapter.members(mugs, None)


def _everything(shop: StagedShop, adapter: ShopAdapter) -> list[ProductId]:
    """All products, however long the shop's limits make it take."""
    found, cursor = list[ProductId](), None
    while True:
        try:
            page = adapter.sweep(cursor)
        except RateLimited as limited:
            wait_out(shop, limited)
            continue
        found += [one.product for one in page.products]
        cursor = page.cursor
        if cursor is None:
            shop.recover()
            return found

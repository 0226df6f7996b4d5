from __future__ import annotations

from listbridge.domain.ids import ProductId, SalesListId, ShopId, Sku
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.problem import Problem
from tests.contract.repositories.conftest import OurPorts
from tests.contract.repositories.races import all_pages
from tests.contract.repositories.rows import listing_key, variant_key


def item(name: str, variant: str = "1", sales_list: str = "a", **changes: object) -> Item:
    key = variant_key(name, variant)
    return Item(SalesListId(f"lst_{name}{sales_list}"), key, Sku("S#1"), "Cup", **changes)  # type: ignore[arg-type]


def test_an_item_is_put_read_replaced_and_deleted(store: OurPorts, name: str) -> None:
    first = item(name, problem=Problem("sku_missing", {"a": "b"}, "set_sku"))
    assert store.items.find(first.sales_list, first.variant) is None
    store.items.put(first)
    assert store.items.find(first.sales_list, first.variant) == first
    second = item(name, listing=listing_key(name))
    store.items.put(second)
    assert store.items.find(first.sales_list, first.variant) == second
    for _ in range(2):
        store.items.delete(second)
    assert store.items.find(first.sales_list, first.variant) is None


def test_paging_shows_every_item_of_a_list_once(store: OurPorts, name: str) -> None:
    mine = [item(name, str(n)) for n in range(10)]
    for one in [*mine, item(name, "1", "b")]:
        store.items.put(one)
    rows = all_pages(lambda cursor: store.items.of_list(mine[0].sales_list, cursor, 3))
    assert sorted(row.variant for row in rows) == sorted(one.variant for one in mine)


def test_an_empty_list_has_one_empty_page(store: OurPorts, name: str) -> None:
    assert store.items.of_list(SalesListId(f"lst_{name}"), None, 5) == ([], None)


def test_a_product_s_items_are_found_in_every_list(store: OurPorts, name: str) -> None:
    wanted = [item(name, "1", "a"), item(name, "2", "a"), item(name, "1", "b")]
    stranger = Item(SalesListId("lst_c"), variant_key(name, "1", "p2"), Sku("X"))
    for one in [*wanted, stranger]:
        store.items.put(one)
    key = wanted[0].variant
    found = store.items.of_product(key.shop, key.product)
    assert sorted((row.sales_list, row.variant) for row in found) == sorted(
        (row.sales_list, row.variant) for row in wanted
    )
    assert store.items.of_product(ShopId("none"), ProductId("none")) == []

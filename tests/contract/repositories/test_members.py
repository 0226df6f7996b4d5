from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from listbridge.domain.ids import CollectionId, ProductId, SalesListId, ShopId
from listbridge.domain.listings.members import Export, Member, Mirror, Reading
from listbridge.domain.ports import Conflict, NotACursor
from listbridge.domain.problem import Problem
from listbridge.infra.storage import dynamo
from tests.contract.repositories.conftest import OurPorts
from tests.contract.repositories.races import all_pages
from tests.contract.repositories.rows import listing_key, variant_key
from tests.contract.repositories.test_items import item
from tests.fakes.clock import START

C1 = CollectionId("gid://shop/Collection/1")


def member(name: str, product: str = "gid://shop/Product/7", sales_list: str = "a") -> Member:
    return Member(
        SalesListId(f"lst_{name}{sales_list}"),
        ShopId(f"shp_{name}"),
        ProductId(product),
        START,
        {C1: 3},
        2,
        backlog=True,
        left_at=START + timedelta(days=1),
        export=Export.WAITING,
        reason=Problem("sku_missing", {"a": "b"}, "set_sku"),
    )


def test_a_member_is_saved_read_and_saved_over_what_was_read(store: OurPorts, name: str) -> None:
    first = member(name)
    assert store.members.get_many(first.sales_list, [first.product]) == {}
    saved = store.members.save_many([first])[first.product]
    assert saved == replace(first, rev=1)
    assert store.members.get_many(first.sales_list, [first.product, ProductId("")]) == {first.product: saved}
    second = store.members.save_many([replace(saved, left_at=None)])[first.product]
    assert second.rev == 2
    assert store.members.save_many([replace(saved, backlog=False)]) == {}
    assert store.members.save_many([replace(first, backlog=False)]) == {}, "made twice"
    assert store.members.get_many(first.sales_list, [first.product]) == {first.product: second}


def test_of_many_only_those_that_moved_on_are_not_saved(store: OurPorts, name: str) -> None:
    members = [member(name, f"p{n:03}") for n in range(120)]
    store.members.save_many([members[7]])
    saved = store.members.save_many(members)
    assert sorted(saved) == sorted(one.product for one in members if one.product != "p007")


def test_paging_shows_every_member_of_a_list_once_by_product_and_no_item(store: OurPorts, name: str) -> None:
    mine = [member(name, f"p{n}") for n in range(7)]
    store.members.save_many(mine)
    store.members.save_many([member(name, "p1", "b")])
    store.members.save_known(Mirror(mine[0].sales_list))
    store.items.put(item(name, listing=listing_key(name)))
    rows = all_pages(lambda cursor: store.members.of_list(mine[0].sales_list, cursor, 3))
    assert [row.product for row in rows] == [one.product for one in mine]
    assert len(store.items.of_list(mine[0].sales_list, None, 30)[0]) == 1
    with pytest.raises(NotACursor):
        store.members.of_list(SalesListId(f"lst_{name}b"), store.members.of_list(mine[0].sales_list, None, 2)[1], 2)


def test_a_product_is_found_in_every_list_of_its_shop_and_is_no_item(store: OurPorts, name: str) -> None:
    wanted = [member(name), member(name, sales_list="b")]
    for one in [*wanted, replace(member(name, sales_list="c"), shop=ShopId("other"))]:
        store.members.save_many([one])
    found = store.members.of_product(wanted[0].shop, wanted[0].product)
    assert sorted(row.sales_list for row in found) == [one.sales_list for one in wanted]
    assert store.items.of_product(wanted[0].shop, wanted[0].product) == []
    store.items.put(item(name))
    assert len(store.members.of_product(wanted[0].shop, variant_key(name).product)) == 2


def test_what_is_known_of_a_list_is_saved_over_what_was_read(store: OurPorts, name: str) -> None:
    nothing = store.members.known(SalesListId(f"lst_{name}"))
    assert nothing == Mirror(SalesListId(f"lst_{name}"))
    saved = store.members.save_known(replace(nothing, complete={C1: Reading(4, START)}))
    assert store.members.known(saved.sales_list) == saved == Mirror(saved.sales_list, {C1: Reading(4, START)}, 1)
    with pytest.raises(Conflict):
        store.members.save_known(nothing)


def test_a_deleted_list_is_forgotten_and_no_other(store: OurPorts, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = member(name), member(name, sales_list="b")
    store.members.save_many([mine])
    store.members.save_many([other])
    store.members.save_known(Mirror(mine.sales_list))
    store.members.save_many([replace(mine, product=ProductId(f"p_{number}")) for number in range(130)])
    alone: list[object] = []
    monkeypatch.setattr(dynamo, "delete", lambda table, key: alone.append(key))
    for _ in range(2):
        store.members.forget(mine.sales_list)
    assert store.members.of_list(mine.sales_list, None, 5) == ([], None)
    assert store.members.known(mine.sales_list) == Mirror(mine.sales_list)
    assert alone == [], "fifty thousand rows are not deleted one by one"
    assert [row.product for row in store.members.of_list(other.sales_list, None, 5)[0]] == [other.product]

from __future__ import annotations

import pytest

from listbridge.domain.ids import AccountId, Sku
from listbridge.domain.listings.sku_mappings import SkuMapping
from listbridge.domain.ports import NotACursor
from tests.contract.repositories.conftest import OurPorts
from tests.contract.repositories.races import all_pages


def saved(store: OurPorts, account: AccountId | None, **pairs: str) -> None:
    for there, here in pairs.items():
        store.sku_mappings.put(SkuMapping(Sku(there), Sku(here), account))


def test_an_account_s_own_mapping_comes_before_that_of_all(store: OurPorts, name: str) -> None:
    mine, other = AccountId(f"acc_{name}"), AccountId(f"acc_{name}_2")
    here, there, free = f"H{name}", f"T{name}", f"F{name}"
    saved(store, None, **{there: "all", free: here})
    saved(store, mine, **{there: here})
    assert store.sku_mappings.shop_skus(mine, [Sku(there), Sku(free), Sku("none"), Sku("")]) == {
        there: here,
        free: here,
    }
    assert store.sku_mappings.shop_skus(other, [Sku(there)]) == {there: "all"}
    assert store.sku_mappings.marketplace_skus(mine, Sku(here)) == sorted([there, free])
    assert store.sku_mappings.marketplace_skus(other, Sku(here)) == [free]


def test_a_marketplace_s_sku_stands_for_one_of_the_shop_s_at_a_time(store: OurPorts, name: str) -> None:
    account = AccountId(f"acc_{name}")
    saved(store, account, T="one")
    saved(store, account, T="two")
    assert store.sku_mappings.shop_skus(account, [Sku("T")]) == {"T": "two"}
    assert store.sku_mappings.marketplace_skus(account, Sku("one")) == []
    assert store.sku_mappings.marketplace_skus(account, Sku("two")) == ["T"]


def test_one_of_the_shop_s_is_sold_under_several(store: OurPorts, name: str) -> None:
    account = AccountId(f"acc_{name}")
    saved(store, account, B="mug", A="mug")
    assert store.sku_mappings.marketplace_skus(account, Sku("mug")) == ["A", "B"]


def test_skus_that_begin_alike_are_kept_apart(store: OurPorts, name: str) -> None:
    account = AccountId(f"acc_{name}")
    for there, here in (("1", "A"), ("2", "A#B"), ("B#3", "A"), ("4", "AB")):
        store.sku_mappings.put(SkuMapping(Sku(there), Sku(here), account))
    found = {here: store.sku_mappings.marketplace_skus(account, Sku(here)) for here in ("A", "A#B", "AB")}
    assert found == {"A": ["1", "B#3"], "A#B": ["2"], "AB": ["4"]}


def test_a_mapping_that_was_deleted_is_gone_from_both_sides(store: OurPorts, name: str) -> None:
    account = AccountId(f"acc_{name}")
    saved(store, account, T="mug")
    store.sku_mappings.delete(account, Sku("T"))
    store.sku_mappings.delete(account, Sku("T"))
    assert store.sku_mappings.find(account, Sku("T")) is None
    assert (
        store.sku_mappings.shop_skus(account, [Sku("T")]),
        store.sku_mappings.marketplace_skus(account, Sku("mug")),
    ) == ({}, [])


def test_the_mappings_of_an_account_are_paged_by_the_marketplace_s_sku(store: OurPorts, name: str) -> None:
    account, other = AccountId(f"acc_{name}"), AccountId(f"acc_{name}_2")
    saved(store, account, C="1", A="2", B="3")
    saved(store, other, D="4")
    found = all_pages(lambda cursor: store.sku_mappings.page(account, cursor, 2))
    assert [(one.marketplace_sku, one.shop_sku) for one in found] == [("A", "2"), ("B", "3"), ("C", "1")]
    _, cursor = store.sku_mappings.page(account, None, 2)
    with pytest.raises(NotACursor):
        store.sku_mappings.page(other, cursor, 2)

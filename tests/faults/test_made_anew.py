"""A product that is deleted in the shop and created again with the same SKUs is sold again, on every list."""

from __future__ import annotations

from contextlib import suppress

import pytest

from listbridge.domain.configuration import SalesList, Shop
from listbridge.domain.ids import AccountId, ListingKey, ProductId, SalesListId, Sku
from listbridge.domain.listings.listing import Status
from listbridge.domain.work import PublishKind
from listbridge.services.connection_state import secret_name
from listbridge.services.listings.act.relink import relink_product
from listbridge.services.listings.items.remove_items import remove_items
from listbridge.services.refusal import Refused
from tests.fakes.cuts import WorkerDied
from tests.fakes.world import ACCOUNT, LIST, SHOP
from tests.faults.pair import US, Pair, creation, pair

SECOND, SECOND_LIST = AccountId("acc_2"), SalesListId("list_2")
MUG, BOWL = ("MUG-S", "MUG-M", "MUG-L", "MUG-XL"), ("BOWL-S", "BOWL-M", "BOWL-L", "BOWL-XL")


def two_lists() -> Pair:
    """Two sellers' accounts on one shop, a list each."""
    p = pair()
    seller = p.ebay.deeds.add_seller("berta", marketplaces=[US])
    keys = {"client_id": p.ebay.client_id, "client_secret": p.ebay.client_secret}
    p.world.stores.secrets.put(secret_name("accounts", SECOND), {**keys, "refresh_token": seller["refreshToken"]})
    p.world.connect(
        platform="shopify",
        marketplace="ebay",
        currency="USD",
        site=US,
        name="2",
        creation=creation(seller["policies"][US]),
    )
    return p


def sold_and_deleted(p: Pair, *products: tuple[str, ...]) -> None:
    made = [p.add_product(*skus, title=skus[0]) for skus in products]
    for sales_list in (LIST, SECOND_LIST):
        p.world.sell(*made, sales_list=sales_list)
    assert len(on_sale(p)) == 2 * sum(map(len, products))
    for product in made:
        p.shopify.deeds.delete_product(product)
    p.rest()
    assert on_sale(p) == []


def on_sale(p: Pair) -> list[tuple[Sku, int]]:
    return sorted((sku, shown[0]) for _, variations in p.live() for sku, shown in variations.items())


def rows_of(p: Pair, *skus: str) -> list[ListingKey]:
    return [p.world.key(sku, account, US) for account in (ACCOUNT, SECOND) for sku in skus]


def shop_of(p: Pair) -> Shop:
    return p.world.deps.configuration.get(Shop, SHOP)


def test_every_list_says_at_once_that_the_product_is_gone_and_what_to_do() -> None:
    p = two_lists()
    sold_and_deleted(p, MUG)
    rows = [p.world.row(key) for key in rows_of(p, *MUG)]
    assert {(row.status, row.hold.code, row.hold.fix) for row in rows if row.hold} == {
        (Status.STOPPED, "gone_from_shop", "relink")
    }


def test_two_products_of_four_variants_on_two_lists_sell_again_after_one_act_each() -> None:
    p = two_lists()
    sold_and_deleted(p, MUG, BOWL)
    for skus in (MUG, BOWL):
        product = p.add_product(*skus, title=f"{skus[0]} again", stock=3, price="12.00")
        done = relink_product(p.world.deps, shop_of(p), product, "seller")
        assert [one.problem for one in done] == [None] * 8
    p.rest()
    assert on_sale(p) == sorted((Sku(sku), 3) for sku in (*MUG, *BOWL) * 2)
    rows = [p.world.row(key) for key in rows_of(p, *MUG, *BOWL)]
    assert len(rows) == 16
    assert {(row.status, row.hold) for row in rows} == {(Status.ACTIVE, None)}
    p.set("MUG-S", stock=1)
    p.rest()
    assert [quantity for sku, quantity in on_sale(p) if sku == "MUG-S"] == [1, 1]
    assert not p.world.dead_letters()


def test_without_relinking_a_new_item_says_so_before_anything_is_sent_and_removing_the_old_one_works_too() -> None:
    p = two_lists()
    sold_and_deleted(p, MUG)
    deps = p.world.deps
    for sales_list, key in ((LIST, ACCOUNT), (SECOND_LIST, SECOND)):
        document = deps.configuration.get(SalesList, sales_list)
        items, _ = deps.items.of_list(sales_list, None, 100)
        assert remove_items(deps, document, items, "seller") == {}
        assert deps.listings.get_many([p.world.key(sku, key, US) for sku in MUG]) == {}
    again = p.add_product(*MUG, title="Mug again", stock=2)
    for sales_list in (LIST, SECOND_LIST):
        p.world.sell(again, sales_list=sales_list)
    assert on_sale(p) == sorted((Sku(sku), 2) for sku in MUG * 2)


def test_a_single_variant_is_sold_again_as_well() -> None:
    p = two_lists()
    sold_and_deleted(p, ("CUP",))
    product = p.add_product("CUP", title="Cup again", stock=4)
    relink_product(p.world.deps, shop_of(p), product, "seller")
    p.rest()
    assert on_sale(p) == [("CUP", 4), ("CUP", 4)]


def test_what_a_person_had_stopped_stays_stopped() -> None:
    p = two_lists()
    product = p.add_product("CUP")
    for sales_list in (LIST, SECOND_LIST):
        p.world.sell(product, sales_list=sales_list)
    p.world.action(PublishKind.STOP, product, sales_list=SECOND_LIST)
    p.rest()
    p.shopify.deeds.delete_product(product)
    p.rest()
    again = p.add_product("CUP", title="Cup again", stock=4)
    relink_product(p.world.deps, shop_of(p), again, "seller")
    p.rest()
    assert on_sale(p) == [("CUP", 4)]
    assert p.world.row(p.world.key("CUP", SECOND, US)).status is Status.STOPPED


def test_a_product_whose_skus_nobody_lost_has_nothing_to_relink() -> None:
    p = two_lists()
    sold = p.add_product("CUP")
    p.world.sell(sold)
    twin = p.add_product("CUP", title="Twin")
    with pytest.raises(Refused) as refused:
        relink_product(p.world.deps, shop_of(p), twin, "seller")
    assert refused.value.problem.code == "nothing_to_relink"
    assert p.world.row(p.key("CUP")).variant.product == sold
    with pytest.raises(Refused) as unknown:
        relink_product(p.world.deps, shop_of(p), ProductId("999"), "seller")
    assert unknown.value.problem.code == "product_not_in_shop"


def test_a_worker_that_dies_anywhere_leaves_something_that_the_next_run_finishes() -> None:
    for cut in range(1, 200):
        p = two_lists()
        sold_and_deleted(p, ("CUP",))
        product = p.add_product("CUP", title="Cup again", stock=4)
        p.fate.die_in(cut)
        died = False
        try:
            relink_product(p.world.deps, shop_of(p), product, "seller")
        except WorkerDied:
            died = True
        p.fate.revive()
        p.world.stores.clock.advance(60)
        if died:
            with suppress(Refused):  # it died after the last step: there is nothing left to do
                relink_product(p.world.deps, shop_of(p), product, "seller")
        p.rest()
        assert on_sale(p) == [("CUP", 4), ("CUP", 4)], cut
        rows = [p.world.row(key) for key in rows_of(p, "CUP")]
        assert {row.variant.product for row in rows} == {product}
        if not died:
            break
    assert cut > 10

"""A listing's id, its item's id and its SKU find each other in every answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from listbridge.admin.row_ids import item_id
from listbridge.domain.ids import ProductId, ShopId, VariantId, VariantKey
from listbridge.domain.work import Hint, HintKind, Lane, ShopEvent
from tests.unit.functions.installation import Installation
from tests.unit.functions.order_desk import OrderDesk
from tests.unit.functions.seller import Seller


@pytest.fixture
def seller() -> Seller:
    return Seller(Installation())


@pytest.fixture
def desk() -> OrderDesk:
    return OrderDesk(Installation())


def sold(seller: Seller, *skus: str) -> Any:
    """The row of the first, live on the marketplace."""
    seller.its.add_items(seller.list, seller.its.add_product(*skus))
    seller.its.act(seller.list, "send")
    return seller.row(skus[0])


def named(row: Any) -> tuple[str, str, str]:
    """An answer's three names of one thing."""
    return row["listing"], row["item"], row["sku"]


def names_of(item: Any) -> tuple[str, str, str]:
    """The same of a sales list's item."""
    return item["listing"]["id"], item["id"], item["sku"]


def test_a_listing_and_its_item_name_each_other(seller: Seller) -> None:
    item = sold(seller, "MUG")
    listing = seller.its.get("/listings", sku="MUG")["listings"][0]
    assert (listing["id"], listing["item"], listing["sku"]) == names_of(item)


def test_what_happened_names_the_listing_and_its_item(seller: Seller) -> None:
    item = sold(seller, "MUG")
    for path in (f"/listings/{item['listing']['id']}/activity", "/activity"):
        told = [one for one in seller.its.get(path)["activity"] if one["event"] == "send_done"]
        assert [(*named(one), one["order"]) for one in told] == [(*names_of(item), None)]


def test_what_happened_to_a_listing_that_is_gone_still_names_its_sku(seller: Seller) -> None:
    item = sold(seller, "MUG")
    seller.its.act(seller.list, "stop", [item["id"]])
    seller.its.act(seller.list, "stop_and_remove", [item["id"]])
    told = [one for one in seller.its.get("/activity")["activity"] if one["event"] == "send_done"]
    assert [named(one) for one in told] == [(item["listing"]["id"], None, "MUG")]


def test_a_jobs_entry_names_the_listing_and_its_item(seller: Seller) -> None:
    item = sold(seller, "MUG")
    job = seller.its.act(seller.list, "revise", [item["id"]])
    (entry,) = seller.its.get(f"/jobs/{job['id']}/entries")["entries"]
    assert (entry["listing"], entry["item_id"], entry["sku"]) == names_of(item)


def test_a_jobs_entry_of_an_item_without_listing_names_the_item(seller: Seller) -> None:
    product = seller.its.add_product("")
    seller.its.add_items(seller.list, product)
    (item,) = [row for row in seller.its.items(seller.list) if row["listing"] is None]
    job = seller.its.act(seller.list, "send", [item["id"]])
    (entry,) = seller.its.get(f"/jobs/{job['id']}/entries")["entries"]
    variant = VariantKey(ShopId(seller.shop), ProductId(product), VariantId(item["variant"]))
    assert (entry["listing"], entry["item_id"]) == (None, item_id(variant))


def test_a_jobs_entry_of_a_product_names_no_item(seller: Seller) -> None:
    sold(seller, "MUG-S", "MUG-M")
    (job,) = [one for one in seller.its.get("/jobs")["jobs"] if one["kind"] == "add_items"]
    (entry,) = seller.its.get(f"/jobs/{job['id']}/entries")["entries"]
    assert (entry["listing"], entry["item_id"], entry["sku"]) == (None, None, None)


def test_an_order_names_our_listing_and_the_item_of_what_was_bought(desk: OrderDesk) -> None:
    desk.switch(create_orders=False)
    item = desk.seller.row("MUG")
    order = desk.order(_bought(desk))
    (line,) = order["lines"]
    assert (line["listing_id"], line["matched"]["item"], line["sku"]) == names_of(item)
    assert line["listing"] == item["listing"]["remote"]
    assert [(one["item"], one["sku"]) for one in order["reservations"]] == [(item["id"], "MUG")]


def test_an_order_of_what_we_have_no_listing_of_names_none(desk: OrderDesk) -> None:
    remote = _bought(desk)
    for act in ("stop", "stop_and_remove"):
        desk.its.act(desk.seller.list, act, [desk.seller.row("MUG")["id"]])
    (line,) = desk.order(remote)["lines"]
    assert (line["listing_id"], line["sku"]) == (None, "MUG")


def test_what_happened_to_an_order_names_it(desk: OrderDesk) -> None:
    order = desk.order(_bought(desk))
    told = [one for one in desk.its.get("/activity")["activity"] if one["subject"].endswith(order["order"])]
    assert {one["order"] for one in [*told, *order["log"]]} == {order["id"]}
    assert len(told) == len(order["log"]) > 0
    assert {named(one) for one in told} == {(None, None, None)}


def test_a_concern_about_listings_names_one_of_them(seller: Seller) -> None:
    item = sold(seller, "MUG")
    assert [one["problem"]["code"] for one in _concerns(seller)] == []
    delete(seller, item["product"])
    assert [(one["subject"], *named(one)) for one in _concerns(seller)] == [(seller.account, *names_of(item))]


def test_a_relinked_listing_names_its_new_item(seller: Seller) -> None:
    item = sold(seller, "MUG")
    delete(seller, item["product"])
    again = seller.its.add_product("MUG")
    answer = seller.its.post(f"/shops/{seller.shop}/relink", {"product": again}, expect=200)
    now = seller.row("MUG")
    assert now["id"] != item["id"]
    assert [(one["id"], one["item"], one["sku"]) for one in answer["listings"]] == [names_of(now)]


def test_the_picker_names_the_items_that_sales_lists_have(seller: Seller) -> None:
    item = sold(seller, "MUG")
    (product,) = seller.its.get(f"/shops/{seller.shop}/products")["products"]
    assert [(one["item"], one["sku"]) for one in product["variants"]] == [(item["id"], "MUG")]


def delete(seller: Seller, product: str) -> None:
    """Deleted in the shop, which tells us."""
    seller.its.shopify.deeds.delete_product(product)
    hint = Hint(kind=HintKind.PRODUCT, id=product)
    seller.its.stores.queues.send(Lane.SHOP_EVENTS, ShopEvent(shop=ShopId(seller.shop), hints=(hint,)))
    seller.its.run()


def _bought(desk: OrderDesk) -> str:
    remote = desk.buy()
    desk.look()
    return remote


def _concerns(seller: Seller) -> Iterator[Any]:
    return (one for one in seller.its.get("/health")["concerns"] if one["problem"]["code"].startswith("listings_"))

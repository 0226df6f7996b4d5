"""What a sales list is, who owns it, and how it comes by its items."""

from __future__ import annotations

import pytest

from tests.seller.collections_of import Shelves
from tests.seller.merchant import Merchant


def test_s03_nothing_is_published_or_kept_in_step_that_is_in_no_sales_list(merchant: Merchant) -> None:
    product = merchant.its.add_product("MUG", title="Mug", stock=7)
    Shelves(merchant).touched(product)
    assert merchant.its.get("/listings")["listings"] == []
    assert merchant.offers() == {}
    merchant.its.add_items(merchant.list, product)
    merchant.act("send")
    merchant.restock("MUG", 3)
    assert merchant.offers()["MUG"].quantity == 3


def test_s04_an_account_has_sales_lists_of_its_own_as_many_as_its_seller_wants(merchant: Merchant) -> None:
    second = merchant.other_list()
    merchant.on_sale("MUG")
    merchant.on_sale("CUP", to=second)
    lists = merchant.its.get("/sales-lists")["sales_lists"]
    assert {one["id"]: one["account"] for one in lists} == dict.fromkeys((merchant.list, second), merchant.account)
    assert [row["sku"] for row in merchant.its.items(merchant.list)] == ["MUG"]
    assert [row["sku"] for row in merchant.its.items(second)] == ["CUP"]
    assert merchant.offers().keys() == {"MUG", "CUP"}


@pytest.mark.parametrize("mode", ["product", "collection"])
def test_s05_the_mode_is_chosen_with_the_list_and_stays(merchant: Merchant, mode: str) -> None:
    shelves = Shelves(merchant)
    mugs = shelves.collection()
    chosen = {"collections": [mugs]} if mode == "collection" else {"mode": "product"}
    made = merchant.its.post("/sales-lists", shelves.draft(**chosen))
    merchant.its.run()
    assert made["mode"] == mode
    other = "product" if mode == "collection" else "collection"
    answer = merchant.its.call("PATCH", f"/v1/sales-lists/{made['id']}", {"mode": other})
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, ["mode"])
    assert merchant.its.get(f"/sales-lists/{made['id']}")["mode"] == mode

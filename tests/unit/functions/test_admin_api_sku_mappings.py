"""SKU mappings by the API: saved, listed, deleted; bad input is named by its field and saves nothing."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.domain.configuration import InventoryRead
from tests.unit.functions.installation import SITE
from tests.unit.functions.order_desk import OrderDesk
from tests.unit.functions.seller import Seller


def save(seller: Seller, there: str = "OLD", here: str = "MUG", **more: Any) -> dict[str, Any]:
    saved: dict[str, Any] = seller.its.post("/sku-mappings", {"marketplace_sku": there, "shop_sku": here, **more})
    seller.its.run()
    return saved


def mappings(seller: Seller, **query: str) -> list[tuple[str, str]]:
    page = seller.its.get("/sku-mappings", **query)["sku_mappings"]
    return [(one["marketplace_sku"], one["shop_sku"]) for one in page]


def test_a_mapping_holds_for_one_account_or_for_all(seller: Seller) -> None:
    save(seller, "A", "one")
    save(seller, "B", "two", account=seller.account)
    assert (mappings(seller), mappings(seller, account=seller.account)) == ([("A", "one")], [("B", "two")])


def test_the_same_sku_is_mapped_anew(seller: Seller) -> None:
    save(seller, "A", "one")
    save(seller, "A", "two")
    assert mappings(seller) == [("A", "two")]


def test_a_mapping_is_deleted_once(seller: Seller) -> None:
    path = f"/v1/sku-mappings/{save(seller)['sku_mapping']['id']}"
    assert [seller.its.call("DELETE", path).status for _ in range(2)] == [204, 404]
    assert (mappings(seller), seller.its.call("DELETE", "/v1/sku-mappings/x").status) == ([], 404)


def test_pages_follow_each_other(seller: Seller) -> None:
    for sku in "CAB":
        save(seller, sku)
    first = seller.its.get("/sku-mappings", limit="2")
    rest = seller.its.get("/sku-mappings", limit="2", cursor=first["cursor"])
    assert [one["marketplace_sku"] for one in first["sku_mappings"] + rest["sku_mappings"]] == ["A", "B", "C"]
    assert rest["cursor"] is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"marketplace_sku": ""}, "marketplace_sku"),
        ({"shop_sku": ""}, "shop_sku"),
        ({"shop_sku": "x" * 151}, "shop_sku"),
        ({"shop_sku": "a\nb"}, "shop_sku"),
        ({"shop": "S"}, "shop"),
    ],
)
def test_bad_input_is_named_and_nothing_is_saved(seller: Seller, changes: dict[str, Any], field: str) -> None:
    body = {"marketplace_sku": "OLD", "shop_sku": "MUG", **changes}
    answer = seller.its.call("POST", "/v1/sku-mappings", body)
    assert (answer.status, answer.body["fields"][0]["field"]) == (422, field), answer.text
    assert (mappings(seller), seller.its.get("/jobs")["jobs"]) == ([], [])


def test_a_sku_that_the_marketplace_does_not_take_is_refused_by_its_field(seller: Seller) -> None:
    body = {"marketplace_sku": "x" * 51, "shop_sku": "MUG", "account": seller.account}
    answer = seller.its.call("POST", "/v1/sku-mappings", body)
    assert (answer.status, answer.body["fields"][0]["field"]) == (422, "marketplace_sku")
    assert mappings(seller, account=seller.account) == []


def test_a_mapping_of_no_account_is_not_saved(seller: Seller) -> None:
    body = {"marketplace_sku": "OLD", "shop_sku": "MUG", "account": "acc_none"}
    assert seller.its.call("POST", "/v1/sku-mappings", body).status == 404
    assert mappings(seller) == []


def test_a_viewer_sees_mappings_and_saves_none(seller: Seller) -> None:
    body = {"marketplace_sku": "OLD", "shop_sku": "MUG"}
    assert seller.its.call("POST", "/v1/sku-mappings", body, groups="viewer").status == 403
    assert seller.its.call("GET", "/v1/sku-mappings", groups="viewer").status == 200
    assert mappings(seller) == []


def test_an_order_that_missed_its_product_is_created_once_its_sku_is_mapped(desk: OrderDesk) -> None:
    desk.its.ebay.deeds.seed_listings("anna", ["OLD"], marketplace=SITE, quantity=3, price="49.00")
    remote = desk.buy("OLD")
    desk.look()
    assert desk.order(remote)["reason"]["code"] == "products_missing"
    desk.its.post("/sku-mappings", {"marketplace_sku": "OLD", "shop_sku": "MUG"})
    desk.wait(120)
    (line,) = desk.shop_order(remote)["line_items"]
    assert (line["sku"], desk.state(remote)) == ("MUG", ("created", ""))


def test_what_an_account_had_of_its_own_goes_with_it(seller: Seller) -> None:
    save(seller, "A", "one")
    save(seller, "B", "two", account=seller.account)
    seller.its.post(f"/accounts/{seller.account}/inventory", {"site": SITE}, expect=202)
    seller.its.run()
    store = seller.its.stores.configuration
    assert len(store.all(InventoryRead)) == 1
    assert seller.its.call("DELETE", f"/v1/sales-lists/{seller.list}").status == 204
    assert seller.its.call("DELETE", f"/v1/accounts/{seller.account}").status == 204
    assert (mappings(seller), mappings(seller, account=seller.account)) == ([("A", "one")], [])
    assert store.all(InventoryRead) == []

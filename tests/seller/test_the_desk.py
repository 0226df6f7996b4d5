"""What a seller sees of an account at a glance: problems by cause, what happens unasked, what would be sent, and the counters."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import SalesList, SalesListMode
from listbridge.domain.ids import AccountId, CollectionId, ProductId, SalesListId, ShopId
from listbridge.domain.listings.members import Export, Member
from listbridge.domain.problem import Problem
from tests.seller.conftest import Open
from tests.seller.merchant import Merchant, only


def problems(merchant: Merchant, **query: str) -> dict[str, Any]:
    """By code; no two causes of these tests have one code."""
    page = merchant.its.get(f"/accounts/{merchant.account}/problems", **query)
    return {one["problem"]["code"]: one for one in page["problems"]}


def automation(merchant: Merchant, name: str) -> Any:
    told = merchant.its.get(f"/accounts/{merchant.account}/automation")["automations"]
    (found,) = [one for one in told if one["name"] == name]
    return found


def do(merchant: Merchant, call: dict[str, Any]) -> None:
    """A call that a page offers, as it stands there."""
    answer = merchant.its.call(call["method"], call["path"], call["body"])
    assert answer.status in (200, 202), answer.text
    merchant.its.run()


def test_problems_are_grouped_by_cause_and_the_fix_is_a_call(merchant: Merchant) -> None:
    for sku in ("MUG", "BOWL", "CUP", "FINE"):
        merchant.on_sale(sku, stock=7)
    merchant.in_list("NEW")
    merchant.refuse_updates()
    for sku in ("MUG", "BOWL", "CUP"):
        merchant.its.shopify.deeds.set_stock(sku=sku, available=3)
    merchant.tell("MUG", "BOWL", "CUP")
    page = merchant.its.get(f"/accounts/{merchant.account}/problems")
    assert (page["counted"], page["following"], page["cursor"]) == (5, 1, None)
    failed, unsent = page["problems"]
    assert (failed["count"], failed["concerns"], failed["text"].partition(":")[0]) == (3, "seller", "3 listings")
    assert failed["text"].partition(": ")[2] == failed["problem"]["text"]
    assert "update_failed" not in failed["problem"]["code"]
    assert (unsent["count"], unsent["problem"]["code"], unsent["concerns"]) == (1, "not_sent", "chosen")
    merchant.take_updates()
    (call,) = unsent["fix"]
    do(merchant, call)
    assert "NEW" in merchant.offers()
    job = merchant.act("revise", [merchant.row(sku)["id"] for sku in ("MUG", "BOWL", "CUP")])
    assert job["state"] == "done"
    assert merchant.its.get(f"/accounts/{merchant.account}/problems")["problems"] == []


def test_a_large_account_is_read_in_pages_whose_counts_add_up(merchant: Merchant) -> None:
    merchant.in_list("A", "B", "C", "D", "E")
    path, counts, cursor = f"/accounts/{merchant.account}/problems", [], {}
    for _ in range(3):
        page = merchant.its.get(path, limit="2", **cursor)
        counts += [(one["cause"], one["count"]) for one in page["problems"]]
        cursor = {"cursor": page["cursor"]}
    assert cursor == {"cursor": None}
    assert len({cause for cause, _ in counts}) == 1
    assert sum(count for _, count in counts) == 5


@only("ebay", "amazon")
def test_a_switch_that_is_off_is_one_cause_and_switching_it_on_its_fix(merchant_with: Open) -> None:
    merchant = merchant_with(auto_quantity=False)
    for sku in ("MUG", "BOWL"):
        merchant.on_sale(sku, stock=7)
    found = problems(merchant)["auto_quantity_off"]
    assert (found["count"], found["concerns"]) == (2, "chosen")
    (call,) = found["fix"]
    assert (call["method"], call["body"]) == ("PATCH", {"auto_quantity": True})
    do(merchant, call)
    assert problems(merchant) == {}


@pytest.mark.parametrize("level", ["account", "sales list", "item"])
def test_switches_that_are_off_are_switched_on_where_they_are_off(merchant: Merchant, level: str) -> None:
    merchant.on_sale("MUG", stock=7)
    listing = merchant.row("MUG")["listing"]["id"]
    off = {"auto_quantity": False, "auto_price": False}
    if level == "item":
        assert merchant.its.call("PUT", f"/v1/listings/{listing}/switches", off).status == 200
    else:
        merchant.edit(f"/accounts/{merchant.account}" if level == "account" else f"/sales-lists/{merchant.list}", **off)
    told = []
    while causes := problems(merchant):
        (cause,) = causes.values()
        told.append((cause["problem"]["code"], cause["problem"]["params"]["level"]))
        (call,) = cause["fix"]
        do(merchant, call)
    together = [("auto_quantity_off", level)]
    assert told == (together if merchant.slug == "etsy" else [*together, ("auto_price_off", level)])


def test_s02_each_automation_says_its_default_where_it_is_set_and_what_it_did(merchant: Merchant) -> None:
    told = merchant.its.get(f"/accounts/{merchant.account}/automation")
    shown = [
        (one["name"], one["on"], one["default"], [at["level"] for at in one["set_in"]]) for one in told["automations"]
    ]
    assert shown == [
        ("quantity", True, True, ["account"]),
        ("price", True, True, ["account"]),
        ("mirrored", False, False, []),
        ("auto_export", False, False, []),
        ("restocked", True, True, []),
        ("zeroed", True, True, []),
        ("retried", True, True, []),
        ("read_back", True, True, []),
        ("orders", True, True, ["account"]),
        ("parcels", True, True, ["account"]),
    ]
    merchant.on_sale("MUG", stock=7)
    merchant.restock("MUG", 3)
    merchant.reprice("MUG", "13.00")
    assert (automation(merchant, "quantity")["did"], automation(merchant, "price")["did"]) == (1, 1)
    merchant.its.stores.clock.advance(24 * 3600)
    assert automation(merchant, "quantity")["did"] == 0


@only("ebay", "amazon")
def test_s02_each_automation_says_what_it_leaves_out_and_why_and_is_adjusted_there(merchant_with: Open) -> None:
    merchant = merchant_with(auto_price=False)
    for sku in ("MUG", "BOWL"):
        merchant.on_sale(sku, stock=7)
    merchant.in_list("NEW")
    price, quantity = automation(merchant, "price"), automation(merchant, "quantity")
    assert (price["on"], price["leaves_out"]) == (False, 3)
    assert {one["problem"]["code"]: one["count"] for one in price["reasons"]} == {"auto_price_off": 2, "not_sent": 1}
    assert (quantity["on"], quantity["leaves_out"]) == (True, 1)
    merchant.edit(f"/accounts/{merchant.account}", **{price["field"]: True})
    assert automation(merchant, "price")["leaves_out"] == 1


def test_orders_that_come_in_are_counted_as_done(merchant: Merchant) -> None:
    merchant.on_sale("MUG", stock=7)
    merchant.bought("MUG")
    merchant.orders_read()
    assert (automation(merchant, "orders")["did"], automation(merchant, "orders")["leaves_out"]) == (1, 0)


def test_observe_mode_shows_the_difference_before_it_goes_live(merchant: Merchant) -> None:
    merchant.on_sale("MUG", stock=7, price="12.50")
    merchant.on_sale("BOWL", stock=5)
    merchant.on_sale("SAME", stock=4)
    path = f"/accounts/{merchant.account}"
    merchant.edit(path, observe=True)

    def day() -> None:
        merchant.restock("MUG", 3)
        merchant.reprice("MUG", "15.00")
        merchant.restock("BOWL", 0)

    assert merchant.writes_of(day) == []
    told = merchant.its.get(f"{path}/differences")
    assert (told["kept_back"]["code"], told["counted"], told["zeros"], told["cursor"]) == ("observe_mode", 3, 1, None)
    found = {one["sku"]: one for one in told["differences"]}
    assert found.keys() == {"MUG", "BOWL"}
    assert (found["MUG"]["shown"]["quantity"], found["MUG"]["would_send"]["quantity"]) == (7, 3)
    assert (found["MUG"]["shown"]["price"]["amount"], found["MUG"]["would_send"]["price"]["amount"]) == (
        "12.50",
        "15.00",
    )
    assert (found["BOWL"]["zero"], found["BOWL"]["would_send"]["price"]) == (True, None)
    merchant.edit(path, observe=False)
    assert (merchant.offers()["MUG"].quantity, merchant.sold_out("BOWL")) == (3, True)
    assert merchant.its.get(f"{path}/differences")["differences"] == []


def test_a_stop_shows_what_it_keeps_back(merchant: Merchant) -> None:
    merchant.on_sale("MUG", stock=7)
    merchant.its.post(f"/accounts/{merchant.account}/stop", expect=200)
    merchant.restock("MUG", 0)
    told = merchant.its.get(f"/accounts/{merchant.account}/differences")
    assert (told["kept_back"]["code"], told["zeros"]) == ("writes_stopped", 1)


def test_the_counters_count_what_is_in_no_list(merchant: Merchant) -> None:
    merchant.on_sale("LIVE", stock=7)
    merchant.in_list("NEW")
    merchant.its.add_product("NOWHERE")
    merchant.its.post(f"/shops/{merchant.shop}/sweep", expect=202)
    merchant.its.run()
    (counters,) = merchant.its.get("/counters")["counters"]
    assert (counters["live"], counters["not_active"], counters["no_status"]) == (1, 1, 1)
    assert counters["no_status_complete"] is True
    assert (counters["error"], counters["pending"]) == (0, 0)


def test_a_list_that_mirrors_collections_says_so_and_whether_it_sends_what_is_new(merchant: Merchant) -> None:
    configuration = merchant.its.stores.configuration
    listed = configuration.get(SalesList, merchant.list)
    changes = {"mode": SalesListMode.COLLECTION, "collections": (CollectionId("1"),), "auto_export": True}
    configuration.save(listed.model_copy(update=changes))
    mirrored, exported = automation(merchant, "mirrored"), automation(merchant, "auto_export")
    assert (mirrored["on"], [(at["name"], at["on"]) for at in mirrored["set_in"]]) == (True, [("Everything", True)])
    assert (exported["on"], exported["default"], exported["field"]) == (True, False, "auto_export")
    assert [(at["level"], at["on"]) for at in exported["set_in"]] == [("sales_list", True)]
    now = merchant.its.stores.clock.now()
    unfit, fit = (
        Member(SalesListId(merchant.list), ShopId(merchant.shop), ProductId(id), now, export=Export.WAITING, reason=why)
        for id, why in (("8", Problem("price_missing", {}, "set_price_in_shop")), ("9", None))
    )
    merchant.its.stores.members.save_many([unfit, fit])
    exported = automation(merchant, "auto_export")
    assert (exported["did"], exported["waiting"], exported["leaves_out"]) == (0, 2, 1)
    assert [(one["problem"]["code"], one["count"]) for one in exported["reasons"]] == [("price_missing", 1)]
    told = {"list": "Everything", "products": "3", "listings": "4"}
    merchant.its.stores.activity.note(
        ActivityEntry("job_1", "export_started", now, told, AccountId(merchant.account)),
        ActivityEntry("job_2", "export_started", now, told, AccountId(merchant.account), "kim"),
    )
    assert automation(merchant, "auto_export")["did"] == 3

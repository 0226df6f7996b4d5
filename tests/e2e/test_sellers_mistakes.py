"""SKUs, prices and stocks that make no sense: each has its clear outcome in the views, and what stands beside it sells."""

from __future__ import annotations

from typing import Any

import pytest

from localrun.scoreboard import until
from tests.e2e.merchant import Merchant, Street

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("local-system")]

LONG = "L" * 200
FOX = "\N{FOX FACE}"


def _outcome(row: dict[str, Any]) -> tuple[str, str]:
    """Where the row stands, and why: the item's own problem, or the listing's reason."""
    if row["listing"] is None:
        return "no listing", str(row["problem"]["code"])
    return str(row["listing"]["status"]), str((row["listing"]["reason"] or {}).get("code", ""))


def test_each_impossible_item_says_why_and_the_others_are_sold(street: Street, merchant: Merchant) -> None:
    its = merchant
    fox, dear, free, much, debt = (its.sku(name) for name in (FOX, "DEAR", "FREE", "MUCH", "DEBT"))
    good, twin = its.sku("GOOD"), its.sku("TWIN")
    first = its.product(twin)
    products = [
        its.product(good),
        its.product(None),
        its.product(LONG),
        its.product(fox),
        first,
        its.product(twin),
        its.product(free, price="0.00"),
        its.product(dear, price="1000000000000.00"),
        its.product(much, stock=None),
        its.product(debt, stock=-3),
    ]
    job = its.add(*products)
    assert (job["total"], job["done"], job["failed"]) == (10, 7, 3)
    sent = its.seller.act(its.list, "send")
    assert (sent["state"], its.outcomes(sent)) == (
        "partly",
        [
            ("done", ""),
            ("done", ""),
            ("done", ""),
            ("failed", "ebay_sku_refused"),
            ("failed", "price_out_of_bounds"),
            ("failed", "price_out_of_bounds"),
            ("skipped", "sku_duplicate"),
            ("skipped", "sku_missing"),
            ("skipped", "sku_too_long"),
            ("skipped", "waits_for_stock"),
        ],
    )

    rows = its.seller.get(f"/sales-lists/{its.list}/items")["items"]
    by_product = {row["product"]: _outcome(row) for row in rows}
    assert [by_product[product] for product in products] == [
        ("active", ""),
        ("no listing", "sku_missing"),
        ("no listing", "sku_too_long"),
        ("error", "ebay_sku_refused"),
        ("active", ""),
        ("no listing", "sku_duplicate"),
        ("error", "price_out_of_bounds"),
        ("error", "price_out_of_bounds"),
        ("active", "stock_not_tracked"),
        ("not_active", "waits_for_stock"),
    ]
    for row in rows:
        reason = row["problem"] or (row["listing"] or {}).get("reason")
        if reason is not None:
            assert reason["text"] not in ("", reason["code"])
            assert reason["fix"]
            assert reason["fix_text"] not in ("", reason["fix"])
    assert its.on_sale() == {good: (7, "12.50"), twin: (7, "12.50"), much: (10, "12.50")}
    told = its.explain(much)["quantity"]["trace"]
    assert [(line["step"], line["result"]) for line in told] == [("untracked", "10")]

    its.shop.do("set_stock", sku=good, available=2)
    its.shown(good, 2)


def test_numbers_that_turn_impossible_on_a_live_listing_keep_the_other_number_moving(merchant: Merchant) -> None:
    its = merchant
    sku, calm = its.sell("WILD"), its.sell("CALM")
    its.shop.do("set_price", sku=sku, price="0.00")
    until(lambda: its.explain(sku)["price"]["computed"] is None, "no price computed", within_s=20)
    told = its.explain(sku)
    assert (told["reason"]["code"], told["price"]["reason"]["code"]) == ("price_out_of_bounds", "price_out_of_bounds")
    its.shop.do("set_stock", sku=sku, available=-4)
    its.shown(sku, 0)
    assert its.on_sale()[sku][1] == "12.50"
    its.shop.do("set_price", sku=sku, price="13.00")
    its.shop.do("set_stock", sku=sku, available=3)
    its.shop.do("set_stock", sku=calm, available=1)
    its.shown(sku, 3)
    its.shown(calm, 1)
    until(lambda: its.on_sale()[sku][1] == "13.00", "the possible price", within_s=20)
    until(lambda: its.explain(sku)["reason"] is None, "no reason left", within_s=20)

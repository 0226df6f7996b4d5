"""What is on the marketplace already is linked in the inventory, and linking changes nothing there."""

from __future__ import annotations

from tests.seller.inventories import counts, had_before, lines, link, listed, mapped, read
from tests.seller.merchant import Merchant


def test_a_listing_with_the_sku_of_a_variant_is_matched_and_linked_without_a_write(merchant: Merchant) -> None:
    had_before(merchant, "MUG")
    merchant.its.shopify.deeds.set_stock(sku="MUG", available=4)
    before = merchant.offers()
    writes = merchant.writes_of(lambda: (read(merchant), link(merchant, into=merchant.list)))
    (line,) = lines(merchant)
    assert (line["sku"], line["matched_by"], line["linked"], line["quantity"]) == ("MUG", "sku", True, 7)
    row, reason = merchant.row("MUG")["listing"], merchant.reason("MUG")
    assert (row["status"], reason["code"], reason["fix"]) == ("active", "not_aligned", "align")
    assert (writes, merchant.offers(), counts(merchant)) == ([], before, {"matched": 1})


def test_a_listing_under_another_sku_is_linked_by_a_mapping_and_follows_the_shop(merchant: Merchant) -> None:
    had_before(merchant, "OLD-MUG", now="MUG")
    mapped(merchant, "OLD-MUG", "MUG")
    read(merchant)
    (line,) = lines(merchant)
    assert (line["sku"], line["matched_by"]) == ("OLD-MUG", "mapping")
    assert link(merchant, into=merchant.list)["done"] == 1
    assert (listed(merchant, "MUG")["sku"], listed(merchant, "MUG")["status"]) == ("OLD-MUG", "active")
    merchant.restock("MUG", 3)
    assert {sku: one.quantity for sku, one in merchant.offers().items()} == {"OLD-MUG": 3}


def test_a_listing_under_another_sku_takes_the_shop_s_content(merchant: Merchant) -> None:
    had_before(merchant, "OLD-MUG", now="MUG")
    mapped(merchant, "OLD-MUG", "MUG")
    read(merchant)
    link(merchant, into=merchant.list)
    job = merchant.act("full_revise")
    assert (job["done"], list(merchant.offers())) == (1, ["OLD-MUG"])


def test_what_a_mapping_names_is_sent_under_the_marketplace_s_sku(merchant: Merchant) -> None:
    mapped(merchant, "OLD-MUG", "MUG", everywhere=True)
    product = merchant.its.add_product("MUG")
    merchant.its.add_items(merchant.list, product)
    merchant.act("send")
    assert (list(merchant.offers()), listed(merchant, "MUG")["sku"]) == (["OLD-MUG"], "OLD-MUG")


def test_a_mapping_that_comes_later_keeps_what_was_never_sent_from_a_second_listing(merchant: Merchant) -> None:
    product = had_before(merchant, "OLD-MUG", now="MUG")
    merchant.its.add_items(merchant.list, product)
    assert listed(merchant, "MUG")["sku"] == "MUG"
    assert mapped(merchant, "OLD-MUG", "MUG")["done"] == 1
    merchant.act("send")
    assert (list(merchant.offers()), listed(merchant, "MUG")["sku"]) == (["OLD-MUG"], "OLD-MUG")
    assert merchant.reason("MUG")["code"] == "not_aligned"


def test_a_mapping_changes_nothing_of_what_is_live(merchant: Merchant) -> None:
    merchant.on_sale("MUG")
    writes = merchant.writes_of(lambda: mapped(merchant, "OLD-MUG", "MUG"))
    assert (writes, listed(merchant, "MUG")["sku"], list(merchant.offers())) == ([], "MUG", ["MUG"])

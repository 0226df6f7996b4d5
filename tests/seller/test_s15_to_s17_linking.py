"""S15 to S17: what is on the marketplace already is linked in the inventory, and linking changes nothing there: the first
update by hand does, in the marketplace's own words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from listbridge.services.timers.reconcile import check_drift
from tests.seller.conftest import Open
from tests.seller.inventories import counts, had_before, lines, link, listed, mapped, read
from tests.seller.merchant import Merchant, Offered, only


def test_s16_a_listing_with_the_sku_of_a_variant_is_matched_and_linked_without_a_write(merchant: Merchant) -> None:
    had_before(merchant, "MUG")
    merchant.its.shopify.deeds.set_stock(sku="MUG", available=4)
    before = merchant.offers()
    writes = merchant.writes_of(lambda: (read(merchant), link(merchant, into=merchant.list)))
    (line,) = lines(merchant)
    assert (line["sku"], line["matched_by"], line["linked"], line["quantity"]) == ("MUG", "sku", True, 7)
    assert line["title"] == ("" if merchant.slug == "ebay" else "Mug")
    row, reason = merchant.row("MUG")["listing"], merchant.reason("MUG")
    assert (row["status"], reason["code"], reason["fix"]) == ("active", "not_aligned", "align")
    assert (writes, merchant.offers(), counts(merchant)) == ([], before, {"matched": 1})


def test_s16_a_listing_under_another_sku_is_linked_by_a_mapping_and_follows_the_shop(merchant: Merchant) -> None:
    had_before(merchant, "OLD-MUG", now="MUG")
    mapped(merchant, "OLD-MUG", "MUG")
    read(merchant)
    (line,) = lines(merchant)
    assert (line["sku"], line["matched_by"]) == ("OLD-MUG", "mapping")
    assert link(merchant, into=merchant.list)["done"] == 1
    assert (listed(merchant, "MUG")["sku"], listed(merchant, "MUG")["status"]) == ("OLD-MUG", "active")
    merchant.restock("MUG", 3)
    assert {sku: one.quantity for sku, one in merchant.offers().items()} == {"OLD-MUG": 3}


def test_s16_a_listing_under_another_sku_takes_the_shop_s_content(merchant: Merchant) -> None:
    had_before(merchant, "OLD-MUG", now="MUG")
    mapped(merchant, "OLD-MUG", "MUG")
    read(merchant)
    link(merchant, into=merchant.list)
    job = merchant.act("full_revise")
    assert (job["done"], list(merchant.offers())) == (1, ["OLD-MUG"])


def test_s16_what_a_mapping_names_is_sent_under_the_marketplace_s_sku(merchant: Merchant) -> None:
    mapped(merchant, "OLD-MUG", "MUG", everywhere=True)
    product = merchant.its.add_product("MUG")
    merchant.its.add_items(merchant.list, product)
    merchant.act("send")
    assert (list(merchant.offers()), listed(merchant, "MUG")["sku"]) == (["OLD-MUG"], "OLD-MUG")


def test_s16_a_mapping_that_comes_later_keeps_what_was_never_sent_from_a_second_listing(merchant: Merchant) -> None:
    product = had_before(merchant, "OLD-MUG", now="MUG")
    merchant.its.add_items(merchant.list, product)
    assert listed(merchant, "MUG")["sku"] == "MUG"
    assert mapped(merchant, "OLD-MUG", "MUG")["done"] == 1
    merchant.act("send")
    assert (list(merchant.offers()), listed(merchant, "MUG")["sku"]) == (["OLD-MUG"], "OLD-MUG")
    assert merchant.reason("MUG")["code"] == "not_aligned"


def test_s16_a_mapping_changes_nothing_of_what_is_live(merchant: Merchant) -> None:
    merchant.on_sale("MUG")
    writes = merchant.writes_of(lambda: mapped(merchant, "OLD-MUG", "MUG"))
    assert (writes, listed(merchant, "MUG")["sku"], list(merchant.offers())) == ([], "MUG", ["MUG"])


def linked_before(merchant: Merchant, *, stock: int = 4, price: str = "15.00") -> None:
    """Linked to what shows 7 at 12.50, while the shop has something else by now."""
    had_before(merchant, "MUG")
    merchant.its.shopify.deeds.set_stock(sku="MUG", available=stock)
    merchant.its.shopify.deeds.set_price(price, sku="MUG")
    read(merchant)
    assert link(merchant, into=merchant.list)["done"] == 1
    assert merchant.offers()["MUG"] == Offered(7, Decimal("12.50"))


@pytest.mark.parametrize(
    ("action", "shown"),
    [("revise_quantity", Offered(4, Decimal("12.50"))), ("revise_price", Offered(7, Decimal("15.00")))],
)
@only("ebay", "amazon")
def test_s15_a_linked_item_is_sent_its_quantity_or_its_price_by_hand(
    merchant_with: Open, action: str, shown: Offered
) -> None:
    """With the automatic updates off, nothing else goes along."""
    merchant = merchant_with(auto_quantity=False, auto_price=False)
    linked_before(merchant)
    assert (merchant.act(action)["done"], merchant.offers()) == (1, {"MUG": shown})


@only("etsy")
def test_s15_where_quantity_and_price_go_together_both_are_sent_by_hand(merchant_with: Open) -> None:
    merchant = merchant_with(auto_quantity=False, auto_price=False)
    linked_before(merchant)
    assert (merchant.act("revise")["done"], merchant.offers()) == (1, {"MUG": Offered(4, Decimal("15.00"))})
    assert merchant.reason("MUG")["code"] == "auto_quantity_off"


@pytest.mark.parametrize("action", ["revise", "align"])
def test_s17_the_first_update_by_hand_after_linking_shows_what_the_shop_has(merchant: Merchant, action: str) -> None:
    linked_before(merchant)
    assert (merchant.act(action)["done"], merchant.offers()) == (1, {"MUG": Offered(4, Decimal("15.00"))})
    assert merchant.reason("MUG") is None


def test_s17_the_next_change_in_the_shop_does_so_as_well(merchant: Merchant) -> None:
    linked_before(merchant)
    merchant.restock("MUG", 3)
    assert (merchant.offers(), merchant.reason("MUG")) == ({"MUG": Offered(3, Decimal("15.00"))}, None)


def test_s17_no_edit_of_a_rule_and_no_look_at_the_marketplace_does(merchant: Merchant) -> None:
    linked_before(merchant)
    writes = merchant.writes_of(
        lambda: (
            merchant.edit(f"/sales-lists/{merchant.list}", rules={"price": {"mode": "product", "ratio": "2"}}),
            merchant.its.stores.clock.advance(86_400),
            check_drift(merchant.its.deps),
            merchant.its.run(),
        )
    )
    assert (writes, merchant.offers()["MUG"]) == ([], Offered(7, Decimal("12.50")))
    assert merchant.reason("MUG")["code"] == "not_aligned"


def test_s16_what_is_unlinked_stays_on_sale_and_is_linked_again(merchant: Merchant) -> None:
    linked_before(merchant)
    writes = merchant.writes_of(lambda: merchant.act("unlink"))
    assert (writes, listed(merchant, "MUG")["status"]) == ([], "not_active")
    merchant.restock("MUG", 1)
    assert merchant.offers()["MUG"] == Offered(7, Decimal("12.50"))
    read(merchant)
    assert (link(merchant)["done"], listed(merchant, "MUG")["status"]) == (1, "active")


def test_s16_what_another_tool_listed_is_not_listed_again_by_sending(merchant: Merchant) -> None:
    product = had_before(merchant, "MUG")
    merchant.its.add_items(merchant.list, product)
    writes = merchant.writes_of(lambda: merchant.act("send"))
    assert (writes, list(merchant.offers()), listed(merchant, "MUG")["status"]) == ([], ["MUG"], "active")


@only("ebay", "amazon")
def test_s16_a_listing_under_another_sku_is_linked_by_its_barcode(merchant: Merchant) -> None:
    merchant.its.add_items(merchant.list, with_barcode(merchant, "OLD-MUG"))
    merchant.act("send")
    merchant.act("unlink")
    merchant.act("remove")
    merchant.its.shopify.deeds.set_variant_sku("MUG", sku="OLD-MUG")
    read(merchant)
    (line,) = lines(merchant)
    assert (line["sku"], line["matched_by"]) == ("OLD-MUG", "barcode")
    assert (link(merchant, into=merchant.list)["done"], listed(merchant, "MUG")["sku"]) == (1, "OLD-MUG")


@only("etsy")
def test_s16_etsy_keeps_no_barcodes_so_that_another_sku_needs_a_mapping(merchant: Merchant) -> None:
    merchant.its.add_items(merchant.list, with_barcode(merchant, "OLD-MUG"))
    merchant.act("send")
    merchant.act("unlink")
    merchant.act("remove")
    merchant.its.shopify.deeds.set_variant_sku("MUG", sku="OLD-MUG")
    read(merchant)
    assert counts(merchant) == {"unmatched": 1}


@only("etsy")
def test_s16_what_has_no_sku_there_is_shown_and_one_sku_of_two_variations_is_a_duplicate(merchant: Merchant) -> None:
    merchant.on_sale("RED", "BLUE", "GREEN")
    merchant.act("unlink")
    merchant.act("remove")
    deeds = merchant.hers().deeds
    deeds.change_sku("BLUE", "RED")
    deeds.change_sku("GREEN", "")
    read(merchant)
    assert counts(merchant) == {"duplicate": 1, "unmatched": 1}
    (bare,) = lines(merchant, "unmatched")
    assert (bare["sku"], bare["reason"]["code"], bare["reason"]["fix"]) == ("", "foreign_sku_missing", "give_sku_there")


def with_barcode(merchant: Merchant, sku: str) -> str:
    product = merchant.its.add_product(sku)
    merchant.its.shopify.deeds.set_barcode("4006381333931", sku=sku)
    return product

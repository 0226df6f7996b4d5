"""When a listing is not updated: one computed reason each, what helps, and that it helps."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listbridge.domain.listings.listing import Status
from tests.seller.conftest import Open
from tests.seller.merchant import Merchant, only


@only("ebay", "amazon")
@pytest.mark.parametrize(("switch", "fix"), [("auto_quantity", "revise_quantity"), ("auto_price", "revise_price")])
def test_a01_a_switch_that_is_off_says_so_and_an_action_still_sends(merchant_with: Open, switch: str, fix: str) -> None:
    merchant = merchant_with(**{switch: False})
    merchant.on_sale("MUG", stock=7, price="12.50")
    change = {
        "auto_quantity": lambda: merchant.restock("MUG", 3),
        "auto_price": lambda: merchant.reprice("MUG", "15.00"),
    }
    assert merchant.writes_of(change[switch]) == []
    told = merchant.reason("MUG")
    assert (told["code"], told["fix"]) == (f"{switch}_off", f"switch_on_{switch}")
    before = merchant.offers()["MUG"]
    assert merchant.writes_of(lambda: merchant.act(fix)) != []
    assert merchant.offers()["MUG"] != before
    merchant.edit(f"/accounts/{merchant.account}", **{switch: True})
    assert merchant.reason("MUG") is None


def test_a02_what_was_never_sent_or_was_ended_has_nothing_to_update(merchant: Merchant) -> None:
    merchant.in_list("MUG")
    assert merchant.writes_of(lambda: merchant.restock("MUG", 3)) == []
    assert (merchant.reason("MUG")["code"], merchant.reason("MUG")["fix"]) == ("not_sent", "send")
    merchant.act("send")
    assert (merchant.reason("MUG"), merchant.offers()["MUG"].quantity) == (None, 3)
    merchant.act("stop")
    assert (merchant.reason("MUG")["code"], merchant.reason("MUG")["fix"]) == ("stopped", "relist")
    assert merchant.writes_of(lambda: merchant.restock("MUG", 5)) == []
    merchant.act("relist")
    assert (merchant.reason("MUG"), merchant.offers()["MUG"].quantity) == (None, 5)


def test_a03_a_failed_update_is_tried_again_by_itself(merchant: Merchant) -> None:
    merchant.on_sale("MUG", stock=7)
    merchant.refuse_updates()
    merchant.restock("MUG", 3)
    story = merchant.explain("MUG")
    assert (story["reason"]["code"], story["next"]["code"]) == ("update_failed", "next_try")
    assert story["listing"]["times"]["not_before"] is not None
    assert merchant.offers()["MUG"].quantity == 7
    merchant.take_updates()
    merchant.minutes(50)
    assert merchant.offers()["MUG"].quantity == 7
    merchant.minutes(20)
    assert (merchant.offers()["MUG"].quantity, merchant.reason("MUG")) == (3, None)


def test_a03_a_failed_update_is_sent_at_once_when_its_values_move(merchant: Merchant) -> None:
    merchant.on_sale("MUG", stock=7)
    merchant.refuse_updates()
    merchant.restock("MUG", 3)
    assert merchant.reason("MUG")["code"] == "update_failed"
    merchant.take_updates()
    merchant.restock("MUG", 2)
    assert (merchant.offers()["MUG"].quantity, merchant.reason("MUG")) == (2, None)


def test_a03_a_failed_update_is_sent_at_once_when_its_account_is_edited_or_connected_again(merchant: Merchant) -> None:
    merchant.on_sale("MUG", stock=7)
    for change, left in (
        (lambda: merchant.edit(f"/accounts/{merchant.account}", guard={"count": 2}), 3),
        (merchant.let_in_again, 2),
    ):
        merchant.refuse_updates()
        merchant.restock("MUG", left)
        assert merchant.reason("MUG")["code"] == "update_failed"
        merchant.take_updates()
        change()
        assert (merchant.offers()["MUG"].quantity, merchant.reason("MUG")) == (left, None)


def test_a04_a_row_with_an_operation_under_way_takes_no_other(merchant: Merchant) -> None:
    merchant.in_list("MUG")
    merchant.put("MUG", status=Status.PENDING)
    assert merchant.reason("MUG")["code"] == "pending"
    job = merchant.act("send")
    assert merchant.outcomes(job)["MUG"] == ("skipped", "pending")
    assert merchant.offers() == {}
    merchant.put("MUG", status=Status.NOT_ACTIVE)
    merchant.act("send")
    assert merchant.reason("MUG") is None


@only("ebay")
def test_a08_a_seller_without_out_of_stock_control_never_oversells(merchant: Merchant) -> None:
    merchant.hers().deeds.set_out_of_stock_control("anna", False)
    merchant.on_sale("MUG", stock=7)
    merchant.restock("MUG", 0)
    assert merchant.offers() == {}
    told = merchant.reason("MUG")
    assert (told["code"], told["fix"]) == ("ended_at_zero", "enable_out_of_stock_control")
    merchant.restock("MUG", 4)
    assert (merchant.offers()["MUG"].quantity, merchant.reason("MUG")) == (4, None)


def test_a09_an_account_that_no_longer_lets_us_in_says_so_and_catches_up(merchant: Merchant) -> None:
    merchant.on_sale("MUG", stock=7)
    merchant.locked_out()
    merchant.restock("MUG", 3)
    told = merchant.reason("MUG")
    assert (told["code"], told["fix"]) == ("account_expired", "reconnect_account")
    assert merchant.offers()["MUG"].quantity == 7
    merchant.let_in_again()
    assert (merchant.offers()["MUG"].quantity, merchant.reason("MUG")) == (3, None)


def test_a13_what_ended_on_the_marketplace_says_so_and_is_relisted(merchant: Merchant) -> None:
    merchant.on_sale("MUG", stock=7)
    merchant.ended_there("MUG")
    merchant.its.stores.clock.advance(timedelta(days=2).total_seconds())
    merchant.timer("drift")
    told = merchant.reason("MUG")
    assert (told["code"], told["fix"]) == ("finished", "relist")
    assert merchant.writes_of(lambda: merchant.restock("MUG", 3)) == []
    merchant.act("relist")
    assert (merchant.offers()["MUG"].quantity, merchant.reason("MUG")) == (3, None)


@only("ebay")
def test_a14_an_auction_is_never_changed(merchant: Merchant) -> None:
    merchant.in_list("MUG", stock=7)
    merchant.hers().deeds.start_auction("anna", "MUG", marketplace="EBAY_DE")
    merchant.act("link")
    told = merchant.reason("MUG")
    assert (told["code"], told["fix"]) == ("sold_by_auction", "wait_for_auction")
    assert merchant.writes_of(lambda: merchant.restock("MUG", 3)) == []
    assert merchant.outcomes(merchant.act("revise"))["MUG"] == ("skipped", "sold_by_auction")


def test_s26_every_listing_has_one_reason_or_follows_the_shop(merchant: Merchant) -> None:
    merchant.on_sale("LIVE", stock=7)
    merchant.in_list("NEVER")
    rows = {row["sku"]: row["listing"] for row in merchant.its.items(merchant.list)}
    assert (rows["LIVE"]["reason"], rows["LIVE"]["auto_update"]) == (None, "on")
    assert rows["NEVER"]["auto_update"] == "off: It was never sent to the marketplace."
    merchant.edit(f"/accounts/{merchant.account}", auto_quantity=False, auto_price=False)
    rows = {row["sku"]: row["listing"] for row in merchant.its.items(merchant.list)}
    assert rows["LIVE"]["auto_update"].startswith("off: Automatic quantity updates are switched off")
    assert rows["NEVER"]["auto_update"] == "off: It was never sent to the marketplace."

"""What is in the way of adopting a listing that was made by hand: the deed that is named is done, and it is adopted."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.domain.ids import RemoteId
from simulators.faults import Fault
from tests.unit.functions.adoptions import approved, found, in_hub, looked, migrations
from tests.unit.functions.installation import SITE
from tests.unit.functions.seller import Seller
from tests.unit.remedies.listing_words import did, in_list
from tests.unit.remedies.test_amazon_refusals_walked import AmazonSeller
from tests.unit.remedies.test_amazon_refusals_walked import in_list as in_amazon_list
from tests.unit.remedies.test_amazon_refusals_walked import seller as amazon_seller
from tests.unit.remedies.walks import EBAY, named, reason, refusal, walks

__all__ = ["amazon_seller"]


def in_the_way(seller: Seller, listing: str, code: str, fix: str) -> None:
    """It is looked at, and cannot be adopted."""
    job = looked(seller)
    assert [named(problem, code, fix)["code"] for problem in found(seller, job, listing)["unmet"]] == [code]
    if job["state"] == "awaiting_approval":
        seller.its.post(f"/jobs/{job['id']}/refuse", expect=200)


def adopted(seller: Seller, *listings: str) -> None:
    """It is looked at again, approved, and ours to write."""
    job = approved(seller, looked(seller))
    assert [found(seller, job, listing)["outcome"] for listing in listings] == ["done"] * len(listings)


@walks("foreign_not_in_list")
def test_a_listing_whose_product_is_in_no_list_is_adopted_once_it_is_added(seller: Seller) -> None:
    listing = in_hub(seller, "MUG")
    in_the_way(seller, listing, "foreign_not_in_list", "add_to_list")
    in_list(seller)
    adopted(seller, listing)


@walks("foreign_sku_missing")
def test_a_listing_without_a_sku_is_adopted_once_it_has_one(seller: Seller) -> None:
    in_list(seller)
    listing = in_hub(seller, "")
    in_the_way(seller, listing, "foreign_sku_missing", "give_sku_there")
    seller.its.ebay.world.sellers["anna"].hub[listing].variations[0].sku = "MUG"
    adopted(seller, listing)


@walks("foreign_sku_twice")
def test_of_two_listings_with_one_sku_one_is_ended(seller: Seller) -> None:
    in_list(seller)
    first, second = in_hub(seller, "MUG"), in_hub(seller, "MUG")
    in_the_way(seller, first, "foreign_sku_twice", "end_other_listing")
    seller.its.ebay.deeds.end_in_hub(second)
    adopted(seller, first)


@walks("foreign_several_products")
def test_a_listing_of_several_products_is_left_as_it_is(seller: Seller) -> None:
    in_list(seller, "RED")
    in_list(seller, "BLUE")
    listing = in_hub(seller, "RED", "BLUE")
    in_the_way(seller, listing, "foreign_several_products", "leave_listing_there")
    assert (migrations(seller), seller.its.ebay.world.sellers["anna"].hub[listing].live) == (0, True)


@walks("adopted_already")
def test_what_can_be_written_already_is_linked(seller: Seller) -> None:
    in_list(seller)
    seller.its.ebay.deeds.seed_listings("anna", ["MUG"], marketplace=SITE)
    (listing,) = seller.its.ebay.world.sellers["anna"].listings
    in_the_way(seller, listing, "adopted_already", "link")
    assert (did(seller, "link"), migrations(seller)) == ("done", 0)


@walks("listed_by_hand")
def test_what_was_listed_by_hand_is_adopted_in_place_of_being_sent(seller: Seller) -> None:
    in_list(seller)
    listing = in_hub(seller, "MUG")
    job = looked(seller)
    seller.its.post(f"/jobs/{job['id']}/refuse", expect=200)
    seller.its.act(seller.list, "send")
    named(reason(seller, "MUG"), "listed_by_hand", "adopt_listings")
    assert seller.live_offers() == {}
    adopted(seller, listing)
    assert (seller.statuses(), seller.live_offers()) == ({"MUG": "active"}, {"MUG": 2})


@walks("adoption_under_way")
def test_an_adoption_begins_once_the_one_before_is_decided(seller: Seller) -> None:
    in_list(seller)
    listing = in_hub(seller, "MUG")
    job = looked(seller)
    path = f"/accounts/{seller.account}/adoptions"
    named(refusal(seller.its, "POST", path, {"site": SITE}), "adoption_under_way", "decide_job")
    seller.its.post(f"/jobs/{job['id']}/refuse", expect=200)
    adopted(seller, listing)


@walks("adoption_beginning")
def test_an_adoption_that_was_cancelled_at_once_is_begun_again_a_moment_later(seller: Seller) -> None:
    in_list(seller)
    listing = in_hub(seller, "MUG")
    path = f"/accounts/{seller.account}/adoptions"
    begun = seller.its.post(path, {"site": SITE}, expect=202)["job"]["id"]
    seller.its.post(f"/jobs/{begun}/cancel", expect=200)
    named(refusal(seller.its, "POST", path, {"site": SITE}), "adoption_beginning", "repeat_later")
    seller.its.stores.clock.advance(10)
    adopted(seller, listing)


@walks("foreign_left_behind")
def test_a_variation_that_sold_out_before_the_approval_is_sent_with_its_sisters(seller: Seller) -> None:
    in_list(seller, "RED", "BLUE")
    listing = in_hub(seller, "RED", "BLUE")
    job = looked(seller)
    seller.its.ebay.deeds.sell_in_hub(listing, "RED", 2)
    job = approved(seller, job)
    named(found(seller, job, listing)["reason"], "foreign_left_behind", "stop_and_send")
    assert (seller.statuses(), seller.live_offers()) == ({"RED": "not_active", "BLUE": "active"}, {"BLUE": 2})
    looked(seller)
    seller.its.act(seller.list, "stop")
    seller.its.act(seller.list, "send")
    assert seller.live_offers().keys() == {"RED", "BLUE"}


@walks("ebay_report_without_file", on=EBAY)
def test_a_list_without_a_file_is_asked_for_again_once_something_is_on_sale(seller: Seller) -> None:
    in_list(seller)
    seller.its.ebay.deeds.set_inventory_report(file_of_nothing=False)
    job = looked(seller)
    assert job["state"] == "failed"
    named(job["reason"], "ebay_report_without_file", "look_in_seller_hub")
    adopted(seller, in_hub(seller, "MUG"))


@walks("adoption_unknown", on=EBAY)
def test_what_ebay_never_says_is_looked_at_there(seller: Seller) -> None:
    in_list(seller)
    listing = in_hub(seller, "MUG")
    job = looked(seller)
    seller.its.ebay.faults.add(Fault("bulkMigrateListing", "status", status=503, times=3))
    job = approved(seller, job)
    named(found(seller, job, listing)["reason"], "adoption_unknown", "look_on_marketplace")
    assert not seller.its.ebay.world.sellers["anna"].hub[listing].migrated
    adopted(seller, listing)


@walks("nothing_to_adopt")
def test_where_everything_can_be_written_it_is_linked(amazon_seller: AmazonSeller) -> None:
    in_amazon_list(amazon_seller)
    path = f"/accounts/{amazon_seller.account}/adoptions"
    named(refusal(amazon_seller.its, "POST", path, {"site": "AMAZON_DE"}), "nothing_to_adopt", "link")
    amazon_seller.its.act(amazon_seller.list, "send")
    amazon_seller.its.act(amazon_seller.list, "unlink")
    assert did(amazon_seller, "link") == "done"


@walks("ebay_auction_stays", on=EBAY)
def test_an_auction_is_left_as_it_is(seller: Seller) -> None:
    in_list(seller)
    listing = in_hub(seller, "MUG", format="AUCTION")
    in_the_way(seller, listing, "ebay_auction_stays", "leave_listing_there")
    assert (migrations(seller), seller.its.ebay.world.sellers["anna"].hub[listing].live) == (0, True)


@walks("ebay_variation_at_zero", on=EBAY)
def test_a_variation_without_stock_is_given_some(seller: Seller) -> None:
    in_list(seller, "RED", "BLUE")
    listing = in_hub(seller, "RED", "BLUE", quantity=0)
    in_the_way(seller, listing, "ebay_variation_at_zero", "raise_quantity_there")
    for variation in seller.its.ebay.world.sellers["anna"].hub[listing].variations:
        variation.quantity = 1
    adopted(seller, listing)
    assert seller.live_offers() == {"RED": 1, "BLUE": 1}


@walks("ebay_policies_missing", on=EBAY)
def test_a_seller_opts_in_to_business_policies(seller: Seller) -> None:
    in_list(seller)
    listing, programs = in_hub(seller, "MUG"), seller.its.ebay.world.sellers["anna"].programs
    programs.discard("SELLING_POLICY_MANAGEMENT")
    in_the_way(seller, listing, "ebay_policies_missing", "opt_in_business_policies")
    programs.add("SELLING_POLICY_MANAGEMENT")
    adopted(seller, listing)


@walks("ebay_migration_refused", on=EBAY)
@pytest.mark.parametrize("term", ["business_policies", "immediate_pay", "located"])
def test_what_ebay_asks_of_a_listing_is_done_there(seller: Seller, term: str) -> None:
    in_list(seller)
    more: dict[str, Any] = {term: False}
    listing = in_hub(seller, "MUG", **more)
    job = approved(seller, looked(seller))
    named(found(seller, job, listing)["reason"], "ebay_migration_refused", "read_ebay_message")
    setattr(seller.its.ebay.world.sellers["anna"].hub[RemoteId(listing)], term, True)
    adopted(seller, listing)


@walks("ebay_report_failed", on=EBAY)
def test_a_list_that_ebay_cannot_make_is_asked_for_again(seller: Seller) -> None:
    in_list(seller)
    listing = in_hub(seller, "MUG")
    seller.its.ebay.deeds.set_inventory_report(ends_as="FAILED")
    job = looked(seller)
    assert job["state"] == "failed"
    named(job["reason"], "ebay_report_failed", "")
    seller.its.ebay.deeds.set_inventory_report(ends_as="COMPLETED")
    adopted(seller, listing)

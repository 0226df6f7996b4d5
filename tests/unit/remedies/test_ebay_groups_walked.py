"""What eBay says of variations, offers and policies: the deed that is named, and the product is on sale."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.configuration import CreationProfile
from simulators.faults import Fault
from tests.unit.functions.seller import Seller
from tests.unit.remedies.listing_words import did, follows, in_list, on_sale, row_of
from tests.unit.remedies.test_ebay_refusals_walked import DEEDS, said
from tests.unit.remedies.walks import EBAY, entry, heard, named, reason, walks

GROUPS = [
    ("ebay_sku_in_other_group", "createOrReplaceInventoryItemGroup", 25703, "end_other_listing"),
    ("ebay_group_gone", "publishOfferByInventoryItemGroup", 25705, "send_again"),
]


@walks(*(code for code, _, _, _ in GROUPS), on=EBAY)
@pytest.mark.parametrize(("code", "operation", "number", "fix"), GROUPS)
def test_a_group_that_does_not_stand_is_made_by_sending_again(
    seller: Seller, code: str, operation: str, number: int, fix: str
) -> None:
    in_list(seller, "RED", "BLUE")
    once = said(operation, number)
    seller.its.ebay.faults.add(Fault(once.operation, once.kind, times=2, status=400, body=once.body))
    seller.its.act(seller.list, "send")
    named(reason(seller, "RED"), code, fix)
    seller.its.ebay.faults.clear()
    assert did(seller, "send", "RED") == "done"
    assert (follows(seller, "RED"), follows(seller, "BLUE")) == (True, True)


@walks("ebay_site_refused", on=EBAY)
def test_a_policy_of_another_site_is_chosen_anew(seller: Seller) -> None:
    product = in_list(seller)
    seller.its.ebay.faults.add(said("publishOffer", 25713, "This Offer is not available."))
    seller.its.act(seller.list, "send")
    named(reason(seller, "MUG"), "ebay_site_refused", "choose_policies")
    DEEDS["choose_policies"](seller, product)
    assert did(seller, "send") == "done"
    assert follows(seller)


@walks("ebay_offer_hidden", on=EBAY)
def test_an_offer_that_ebay_does_not_show_yet_is_found_when_asked_again(seller: Seller) -> None:
    in_list(seller)
    exists = said("createOffer", 25002, "Offer entity already exists.")
    seller.its.ebay.faults.add(Fault(exists.operation, exists.kind, times=50, status=400, body=exists.body))
    named(entry(seller, seller.its.act(seller.list, "send"), "MUG")["reason"], "ebay_offer_hidden", "")
    seller.its.ebay.faults.clear()
    assert did(seller, "send") == "done"
    assert follows(seller)


@walks("ebay_offer_unknown", on=EBAY)
def test_a_listing_whose_offer_is_not_known_is_linked_again(seller: Seller) -> None:
    on_sale(seller)
    seller.its.stores.listings.save(replace(row_of(seller), offer=None))
    seller.its.act(seller.list, "revise")
    named(reason(seller, "MUG"), "update_failed", "link_again")
    seller.its.act(seller.list, "unlink")
    assert (did(seller, "link"), did(seller, "align")) == ("done", "done")
    assert follows(seller)


@walks("ebay_variation_stays", on=EBAY)
def test_a_variation_that_ebay_keeps_is_left_in_the_listing_at_0(seller: Seller) -> None:
    product, second = in_list(seller, "RED", "BLUE"), seller.other_list()
    path = f"/v1/sales-lists/{seller.list}/items/{seller.row('BLUE')['id']}"
    assert seller.its.call("DELETE", path).status == 204
    seller.its.add_items(second, product)
    for sales_list in (seller.list, second):
        seller.its.act(sales_list, "send")
    assert seller.live_offers() == {"RED": 7, "BLUE": 7}
    once = said("deleteOffer", 25019, "This variation has been sold.")
    seller.its.ebay.faults.add(Fault(once.operation, once.kind, times=5, status=400, body=once.body))
    job = seller.its.act(second, "stop")
    named(entry(seller, job, "BLUE")["reason"], "ebay_variation_stays", "keep_at_zero")
    seller.its.shopify.deeds.set_stock(0, None, sku="BLUE")
    heard(seller, product)
    assert seller.live_offers() == {"RED": 7, "BLUE": 0}
    assert seller.row("BLUE", second)["listing"]["reason"] is None


@walks("creation_profile_invalid", on=EBAY)
def test_a_profile_that_a_newer_check_refuses_is_changed(seller: Seller) -> None:
    in_list(seller)
    configuration = seller.its.stores.configuration
    (profile,) = configuration.all(CreationProfile)
    configuration.save(profile.model_copy(update={"settings": {**profile.settings, "category_id": "x"}}))
    seller.its.act(seller.list, "send")
    named(reason(seller, "MUG"), "creation_profile_invalid", "edit_creation_profile")
    path = f"/creation-profiles/{profile.id}"
    seller.its.patch(path, {"settings": {"category_id": "45220"}}, expect=200)
    assert did(seller, "send") == "done"
    assert follows(seller)

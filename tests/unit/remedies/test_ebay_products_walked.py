"""What cannot be sent to eBay as it is in the creation profile: the deed that is named is done there, and it is sent."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.services.timers.reconcile import Timer, reconcile
from tests.unit.functions.installation import SITE
from tests.unit.functions.seller import Seller
from tests.unit.remedies.etsy_installation import edit_profile, in_list
from tests.unit.remedies.walks import EBAY, entry, heard, named, reason, walks

CARD: dict[str, Any] = {
    "category_id": "183454",
    "condition": "LIKE_NEW",
    "condition_descriptors": {"27501": ["275010"], "27502": ["275020"]},
    "aspects": {"Game": ["Star Tide"], "Card Name": ["Moon Ray"]},
}
PLAIN: dict[str, Any] = {"category_id": "45220", "condition": "NEW", "condition_descriptors": {}, "aspects": {}}
MAKER = {"company_name": "Nord", "address_line1": "Hafenweg 3", "city": "Kiel", "postal_code": "24103", "country": "DE"}
PROFILES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "ebay_category_unknown": ({"category_id": "1"}, PLAIN),
    "ebay_condition_not_allowed": ({"condition": "USED_GOOD"}, PLAIN),
    "ebay_condition_descriptor_missing": ({**CARD, "condition_descriptors": {"27501": ["275010"]}}, CARD),
    "ebay_condition_descriptor_refused": (
        {**CARD, "condition_descriptors": {**CARD["condition_descriptors"], "27502": ["11"]}},
        CARD,
    ),
    "ebay_aspect_needed": ({**CARD, "aspects": {"Card Name": ["Moon Ray"]}}, CARD),
    "ebay_aspect_too_many_values": ({"aspects": {"Size": ["S", "M"]}}, {"aspects": {"Size": ["S"]}}),
    "ebay_aspect_too_long": ({**CARD, "aspects": {**CARD["aspects"], "Card Name": ["x" * 21]}}, CARD),
    "ebay_lots_not_in_category": ({"category_id": "46282", "lot_size": 2}, {"category_id": "45220"}),
    "ebay_location_unknown": ({"merchant_location_key": "attic"}, {"merchant_location_key": "main"}),
    "ebay_contact_incomplete": ({"manufacturer": {"company_name": "Nord"}}, {"manufacturer": MAKER}),
    "ebay_nobody_in_eu": ({"manufacturer": {**MAKER, "country": "CN"}}, {"manufacturer": MAKER}),
    "ebay_safety_needed": ({"category_id": "19016"}, {"manufacturer": MAKER, "safety_statements": ["PS01"]}),
    "ebay_safety_label_unknown": ({"safety_statements": ["PS99"]}, {"safety_statements": ["PS02"]}),
    "ebay_aspect_not_a_choice": ({**CARD, "aspects": {**CARD["aspects"], "Game": ["Chess"]}}, CARD),
}
_FIXES = {"ebay_aspect_too_long": "edit_item_specific", "ebay_aspect_not_a_choice": "edit_item_specific"}


def sent(seller: Seller) -> None:
    assert entry(seller, seller.its.act(seller.list, "send"), "MUG")["outcome"] == "done"
    assert (reason(seller, "MUG"), list(seller.live_offers())) == (None, ["MUG"])


def edit(seller: Seller, settings: dict[str, Any]) -> None:
    """The whole of each setting, as the console sends it."""
    edit_profile(seller, **{name: None for name, value in settings.items() if isinstance(value, dict)})
    edit_profile(seller, **settings)


@walks(*PROFILES, on=EBAY)
@pytest.mark.parametrize("code", PROFILES)
def test_what_is_wrong_in_the_profile_is_sent_when_it_is_corrected_there(seller: Seller, code: str) -> None:
    wrong, right = PROFILES[code]
    edit(seller, wrong)
    in_list(seller)
    seller.its.act(seller.list, "send")
    named(reason(seller, "MUG"), code, _FIXES.get(code, "edit_creation_profile"))
    assert seller.live_offers() == {}
    assert seller.its.ebay.world.sellers["anna"].items == {}
    edit(seller, right)
    sent(seller)


@walks("ebay_best_offer_with_variations", on=EBAY)
def test_a_product_with_variations_is_sent_where_buyers_cannot_offer_less(seller: Seller) -> None:
    edit(seller, {"best_offer": True})
    in_list(seller, "MUG", "PLATE")
    seller.its.act(seller.list, "send")
    named(reason(seller, "MUG"), "ebay_best_offer_with_variations", "edit_creation_profile")
    assert seller.its.ebay.world.sellers["anna"].items == {}
    edit(seller, {"best_offer": False})
    seller.its.act(seller.list, "send")
    assert (reason(seller, "MUG"), sorted(seller.live_offers())) == (None, ["MUG", "PLATE"])


@walks("ebay_aspect_may_not_vary", on=EBAY)
def test_an_option_that_may_not_vary_becomes_another_item_specific(seller: Seller) -> None:
    edit(seller, {"option_aspects": {"Color": "Brand"}})
    in_list(seller, "MUG", "PLATE")
    seller.its.act(seller.list, "send")
    named(reason(seller, "MUG"), "ebay_aspect_may_not_vary", "edit_creation_profile")
    assert seller.live_offers() == {}
    edit(seller, {"option_aspects": {"Color": "Color"}})
    seller.its.act(seller.list, "send")
    assert (reason(seller, "MUG"), sorted(seller.live_offers())) == (None, ["MUG", "PLATE"])


@walks("ebay_store_category_unknown", on=EBAY)
def test_a_category_of_the_store_is_one_that_it_has(seller: Seller) -> None:
    seller.its.ebay.deeds.set_store_categories("anna", ["/Mugs"])
    seller.its.patch(f"/accounts/{seller.account}", {"settings": {"reads_store": True}}, expect=202)
    seller.its.run()
    edit(seller, {"store_category_names": ["/Cups"]})
    in_list(seller)
    seller.its.act(seller.list, "send")
    named(reason(seller, "MUG"), "ebay_store_category_unknown", "edit_creation_profile")
    assert seller.live_offers() == {}
    (chosen,) = seller.its.get(f"/accounts/{seller.account}/choices", site=SITE)["choices"]["store_categories"]
    edit(seller, {"store_category_names": [chosen["id"]]})
    sent(seller)


@walks("sold_by_auction", on=EBAY)
def test_an_auction_is_linked_and_left_alone_until_it_is_over_and_then_relisted_at_our_price(seller: Seller) -> None:
    remote = seller.its.ebay.deeds.start_auction("anna", "MUG", marketplace=SITE)["listingId"]
    product = in_list(seller)
    job = seller.its.act(seller.list, "send")
    assert entry(seller, job, "MUG")["outcome"] == "done"
    named(reason(seller, "MUG"), "sold_by_auction", "wait_for_auction")
    assert seller.statuses() == {"MUG": "active"}
    seller.its.ebay.world.journal.clear()
    seller.its.shopify.deeds.set_stock(3, None, sku="MUG")
    heard(seller, product)
    for action in ("revise", "align", "full_revise", "stop", "stop_and_remove"):
        named(
            entry(seller, seller.its.act(seller.list, action), "MUG")["reason"], "sold_by_auction", "wait_for_auction"
        )
    named(reason(seller, "MUG"), "sold_by_auction", "wait_for_auction")
    assert {call.operation for call in seller.its.ebay.world.journal} <= {"getOffers", "bulkGetInventoryItem"}
    seller.its.ebay.deeds.end_listing(remote)
    reconcile(seller.its.deps, Timer.DRIFT)
    seller.its.run()
    named(reason(seller, "MUG"), "finished", "relist")
    assert entry(seller, seller.its.act(seller.list, "relist"), "MUG")["outcome"] == "done"
    assert (reason(seller, "MUG"), seller.live_offers()) == (None, {"MUG": 3})

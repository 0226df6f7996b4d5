"""A problem code that nobody walks fails here, and so does one that the seller's page does not list."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from listbridge import registry
from tests.unit.remedies.problems_page import ELSEWHERE, FROM_REASON, codes_of_adapter, every_code, fixes_by_code, page
from tests.unit.remedies.walks import OURS, WALKED

HERE = Path(__file__).parent
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "problems.md"


INSIDE = {
    "amazon_feed_cancelled": "a feed that Amazon never began: its changes are sent again",
    "amazon_feed_failed": "a feed that stopped in its middle: each of its listings is read back",
    "amazon_feed_full": "a feed that takes no more: the change goes with the next one",
    "amazon_other_site_refused": "one site's part of a call that another site's part spoiled: sent alone at the next try",
    "ebay_report_being_made": "the list of an account's listings, as long as eBay makes it: asked for again",
    "ebay_other_site_refused": "one site's part of a call that another site's part spoiled: sent alone at the next try",
    "etsy_other_variation_refused": "one variation's part of a call that another's price spoiled: sent alone at the next try",
    "existing_being_read": "where a marketplace cannot be asked by SKU: queued again until all pages were read",
    "interrupted": "the outcome of a call whose worker failed: it is read back before anything else is sent",
    "lease_too_short": "too little time left for one more call: the next run makes it",
    "never_decided": "a marketplace that never says what became of a write: it is read back",
    "no_word_for_item": "an adapter that said nothing of a row: it is read back",
    "shop_busy": "reads of the shop that overlapped: made again",
    "shopify_changed_while_reading": "the same, seen by Shopify's cursor",
    "taken_over": "a later worker has the claim: the message of the earlier one comes back and finds nothing to do",
}
"""What only ever stands inside of a retry, with what becomes of it: nobody is told, and nothing has to be done."""
OUT_OF_REACH = {
    "amazon_feed_refused": "a feed of ours that Amazon cannot read: our own fault",
    "amazon_listing_gone": "a look shows that it has ended, and says so, before anything is refused for it",
    "amazon_offer_unknown": "every listing that is revised has its offer's id",
    "etsy_currency_refused": "prices are in the currency of the account's facts, unless its shop has changed it since: tests/contract/marketplaces/test_etsy_bad_input.py",
    "etsy_not_live": "a look says that the listing has ended, and so the listing says it: tests/contract/marketplaces/test_etsy_revising.py",
    "etsy_offer_unknown": "every listing that is revised has its offer's id",
    "etsy_order_canceled": "an order that is cancelled is not shipped by us: tests/contract/marketplaces/test_etsy_orders.py asks for it",
    "etsy_order_gone": "Etsy deletes no orders: tests/contract/marketplaces/test_marketplace_orders_contract.py asks for one that is not there",
    "etsy_tracking_required": "of parcels within the United States: tests/contract/marketplaces/test_etsy_orders.py tells one",
    "etsy_quantity_refused": "what has nothing to sell waits for stock before Etsy is asked",
    "amazon_site_unknown": "the API takes only sites that there are, before the adapter is asked",
    "amazon_too_many_variations": "no shop has so many variants of a product",
    "address_untold": "of marketplaces that tell buyers to some apps only: tests/faults/test_etsy.py asks for it",
    "buyer_untold": "of marketplaces that tell buyers to some apps only: tests/faults/test_amazon_orders.py asks for it",
    "came_after_count": "of what enters a backlog between its count and its sending: tests/faults/test_auto_export.py asks for it",
    "ebay_site_unknown": "the API takes only sites that there are, before the adapter is asked",
    "ebay_vat_not_on_site": "of sites outside of Europe: tests/contract/marketplaces/test_ebay_listing_options.py asks for it",
    "next_outcome_asked": "of marketplaces that decide later: tests/faults/test_submitted_writes.py asks for it",
    "next_paused": "of marketplaces that pause at 0: tests/faults/test_sold_out_listings.py asks for it",
    "no_inventory": "of marketplaces that neither list what an account has nor hand anything over: tests/faults/test_inventories.py asks for it",
    "options_missing": "Shopify gives every product with several variants an option",
    "stock_not_taken": "of shops whose setting keeps orders from taking stock: tests/faults/test_orders_without_stock.py asks for it",
    "stock_kept_by_marketplace": "of marketplaces that keep a seller's stock: tests/faults/test_shared_and_kept_stock.py asks for it",
    "too_many_chosen": "of shops that count nothing: tests/faults/test_chosen_products.py asks for it",
    "prices_untold": "of marketplaces that tell prices later: tests/faults/test_orders_without_prices.py asks for it",
    "request_refused": "for what the router may refuse in a later version",
}
"""Guards that neither platform's simulator nor the API can bring about today."""


def walked() -> dict[str, set[str]]:
    for file in HERE.glob("test_*_walked.py"):
        importlib.import_module(f"tests.unit.remedies.{file.stem}")
    return WALKED


def test_every_code_that_can_be_said_is_walked_into_and_out_of() -> None:
    assert sorted(every_code() - set(walked()) - INSIDE.keys() - OUT_OF_REACH.keys()) == []


def test_what_is_not_walked_is_said_still_and_not_walked_by_now() -> None:
    left_out = INSIDE.keys() | OUT_OF_REACH.keys()
    assert sorted(left_out & set(walked()) | left_out - every_code()) == []


def test_what_stands_inside_of_a_retry_names_nothing_to_do() -> None:
    fixes = fixes_by_code()
    assert {code: fixes.get(code, set()) for code in INSIDE} == {code: set() for code in INSIDE}


def test_every_walk_is_of_a_code_that_can_be_said() -> None:
    assert sorted(set(walked()) - every_code()) == []


def test_every_walk_names_a_platform_that_there_is_or_listbridge_itself() -> None:
    there = {*registry.slugs("shops"), *registry.slugs("marketplaces"), OURS}
    assert {platform for platforms in walked().values() for platform in platforms} == there


@pytest.mark.parametrize(
    ("prefix", "platform"), [("amazon_", "amazon"), ("ebay_", "ebay"), ("etsy_", "etsy"), ("shopify_", "shopify")]
)
def test_what_is_a_platforms_own_is_walked_on_it(prefix: str, platform: str) -> None:
    own = {code: platforms for code, platforms in walked().items() if code.startswith(prefix)}
    assert {code: platforms for code, platforms in own.items() if platform not in platforms} == {}


def test_the_page_lists_every_code_with_its_words_and_what_helps() -> None:
    assert PAGE.read_text() == page()


def test_what_the_page_says_by_hand_is_of_codes_that_there_are() -> None:
    assert (ELSEWHERE.keys() | FROM_REASON.keys()) - every_code() == set()


@pytest.mark.parametrize(
    ("room", "slug"), [(room, slug) for room in ("shops", "marketplaces") for slug in registry.slugs(room)]
)
def test_what_an_adapter_says_is_walked_on_its_platform(room: str, slug: str) -> None:
    said = codes_of_adapter(room, slug) - INSIDE.keys() - OUT_OF_REACH.keys()
    assert sorted(code for code in said if slug not in walked()[code]) == []

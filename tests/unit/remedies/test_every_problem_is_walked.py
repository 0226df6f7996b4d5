"""A problem code that nobody walks fails here, and so does one that the seller's page does not list."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from listbridge import registry
from tests.unit.remedies.problems_page import ELSEWHERE, FROM_REASON, every_code, page
from tests.unit.remedies.walks import OURS, WALKED

HERE = Path(__file__).parent
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "problems.md"


NOT_WALKED = frozenset(
    [
        "action_lost",
        "awaits_orders",
        "blocked_by_platform",
        "budget_spent",
        "connected",
        "create_outcome_unclear",
        "creation_profile_invalid",
        "currency_differs",
        "day_quota_spent",
        "due_too_long",
        "ebay_answer_unreadable",
        "ebay_group_gone",
        "ebay_item_busy",
        "ebay_limit_reached",
        "ebay_listing_ending",
        "ebay_listing_on_hold",
        "ebay_no_word_of_listing",
        "ebay_nothing_to_publish",
        "ebay_offer_hidden",
        "ebay_offer_unknown",
        "ebay_order_gone",
        "ebay_other_site_refused",
        "ebay_outcome_unknown",
        "ebay_revisions_used_up",
        "ebay_site_refused",
        "ebay_site_unknown",
        "ebay_sku_in_other_group",
        "ebay_unavailable",
        "ebay_variation_left_out",
        "ebay_variation_stays",
        "ended_awaits_orders",
        "fulfilled_by_marketplace",
        "held_back",
        "held_in_shop",
        "internal_error",
        "interrupted",
        "job_ended",
        "job_past_cancelling",
        "lease_too_short",
        "lines_in_shop_already",
        "listing_gone",
        "marketplace_unreachable",
        "newer_version",
        "next_change_in_shop",
        "next_nothing_observing",
        "next_orders",
        "next_outcome",
        "next_person",
        "next_publishing",
        "next_read_back",
        "next_restocked",
        "next_send",
        "next_try",
        "next_would_align",
        "next_would_list",
        "next_would_send",
        "no_consent_flow",
        "no_word_for_item",
        "not_computed_yet",
        "option_value_missing",
        "options_missing",
        "order_gone",
        "orders_incomplete",
        "orders_unreadable",
        "other_shop",
        "price_missing",
        "refund_amount_unknown",
        "relay_refused",
        "replaced_by_order",
        "request_failed",
        "request_refused",
        "shop_busy",
        "shop_refused_cancel",
        "shopify_changed_while_reading",
        "shopify_order_not_shown",
        "shopify_webhook_refused",
        "stock_location_unseen",
        "stock_taken_elsewhere",
        "sweep_incomplete",
        "taken_over",
        "title_missing",
        "tracking_untold",
        "twins_in_shop",
        "unforeseen_failure",
        "unit_busy",
        "units_not_sold_on_marketplace",
        "would_cancel_in_shop",
        "would_tell_parcels",
    ]
)
"""Codes of which no walk is written yet. The list only becomes shorter: a code that is new is walked from its first day."""


def walked() -> dict[str, set[str]]:
    for file in HERE.glob("test_*_walked.py"):
        importlib.import_module(f"tests.unit.remedies.{file.stem}")
    return WALKED


def test_every_code_that_can_be_said_is_walked_into_and_out_of() -> None:
    assert sorted(every_code() - set(walked()) - NOT_WALKED) == []


def test_what_is_walked_is_not_listed_as_if_it_were_not() -> None:
    assert sorted(NOT_WALKED & set(walked()) | NOT_WALKED - every_code()) == []


def test_every_walk_is_of_a_code_that_can_be_said() -> None:
    assert sorted(set(walked()) - every_code()) == []


def test_every_walk_names_a_platform_that_there_is_or_listbridge_itself() -> None:
    there = {*registry.slugs("shops"), *registry.slugs("marketplaces"), OURS}
    assert {platform for platforms in walked().values() for platform in platforms} == there


@pytest.mark.parametrize(("prefix", "platform"), [("ebay_", "ebay"), ("shopify_", "shopify")])
def test_what_is_a_platforms_own_is_walked_on_it(prefix: str, platform: str) -> None:
    own = {code: platforms for code, platforms in walked().items() if code.startswith(prefix)}
    assert {code: platforms for code, platforms in own.items() if platform not in platforms} == {}


def test_the_page_lists_every_code_with_its_words_and_what_helps() -> None:
    assert PAGE.read_text() == page()


def test_what_the_page_says_by_hand_is_of_codes_that_there_are() -> None:
    assert (ELSEWHERE.keys() | FROM_REASON.keys()) - every_code() == set()

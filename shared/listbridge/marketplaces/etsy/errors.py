"""Etsy's errors and our verdicts, as data.

Etsy has no codes: a refusal is a text, or rows of path, type and message (OpenAPI document of August 2026, "ErrorSchema"), so what is
known is known by its words. Sources: the document's descriptions of each response, and the issue tracker etsy/open-api
where a number stands beside it; the rest is judged by its status.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from listbridge.domain.verdicts import (
    EmptyRefused,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RetryLater,
    Unauthorized,
)
from listbridge.infra.calls.error_row import Row, for_each

UNAVAILABLE = Row(RetryLater, "etsy_unavailable")
UNKNOWN = Row(OutcomeUnknown, "etsy_outcome_unknown")
UNREADABLE = Row(RetryLater, "etsy_answer_unreadable", after_s=30.0)
THROTTLED = Row(RateLimited, "etsy_limit_reached", after_s=1.0)
REFUSED = Row(Rejected, "etsy_refused", "read_etsy_message")
CONFLICT = Row(RetryLater, "etsy_busy", after_s=2.0)
GONE = Row(NotFound, "etsy_not_there", "send_again")
TOKEN_REFUSED = Row(Unauthorized, "etsy_token_refused", "reconnect_account")
CONSENT_MISSING = Row(Unauthorized, "etsy_consent_missing", "authorize_account")
APP_REFUSED = Row(Unauthorized, "etsy_app_refused", "check_app_keys")
FORBIDDEN = Row(Unauthorized, "etsy_forbidden", "reconnect_account")

_PROFILE = "edit_creation_profile"
_OPTIONS = "check_options_in_shop"
CATEGORY_UNKNOWN = Row(Rejected, "etsy_category_unknown", _PROFILE)
PROPERTY_UNKNOWN = Row(Rejected, "etsy_property_unknown", _PROFILE)
ATTRIBUTE_REFUSED = Row(Rejected, "etsy_attribute_refused", _PROFILE)
ATTRIBUTE_MISSING = Row(Rejected, "etsy_attribute_missing", _PROFILE)
NAME_TOO_LONG = Row(Rejected, "etsy_option_too_long", _OPTIONS)
SAME_NAME = Row(Rejected, "etsy_option_twice", _PROFILE)
ALIKE = Row(Rejected, "etsy_variations_alike", _OPTIONS)
BRACKETS = Row(Rejected, "etsy_parentheses_refused", _OPTIONS)
TOO_MANY_OPTIONS = Row(Rejected, "etsy_too_many_options", "split_product")
TOO_MANY_VARIATIONS = Row(Rejected, "etsy_too_many_variations", "split_product")
TOO_MANY_VALUES = Row(Rejected, "etsy_too_many_values", "split_product")
SKU_REFUSED = Row(Rejected, "etsy_sku_refused", "change_sku_in_shop")
TITLE_CHARACTERS = Row(Rejected, "etsy_title_characters", "edit_product_in_shop")
TITLE_SIGN_TWICE = Row(Rejected, "etsy_title_sign_twice", "edit_product_in_shop")
TAG_REFUSED = Row(Rejected, "etsy_tag_refused", "edit_tags")
TOO_MANY_TAGS = Row(Rejected, "etsy_too_many_tags", "edit_tags")
ERA_REFUSED = Row(Rejected, "etsy_when_made_refused", _PROFILE)
MEASURES_MISSING = Row(Rejected, "etsy_measures_missing", _PROFILE)
RETURN_POLICY_MISSING = Row(Rejected, "etsy_return_policy_missing", _PROFILE)
SHIPPING_PROFILE_GONE = Row(Rejected, "etsy_shipping_profile_gone", _PROFILE)
CHOICE_GONE = Row(Rejected, "etsy_choice_gone", _PROFILE)
PICTURE_MISSING = Row(Rejected, "etsy_picture_missing", "check_images_in_shop")
PICTURE_REFUSED = Row(Rejected, "etsy_picture_refused", "check_images_in_shop")
PICTURE_UNAVAILABLE = Row(RetryLater, "etsy_picture_unavailable", "check_images_in_shop", 60.0)
CURRENCY = Row(Rejected, "etsy_currency_refused", "check_shop_currency")
EMPTY = Row(EmptyRefused, "etsy_quantity_refused", "check_stock_in_shop")
SEVERAL_LISTINGS = Row(Rejected, "etsy_in_several_listings", "delete_on_etsy")
NOT_LIVE = Row(NotFound, "etsy_not_live", "send_again")
OFFER_UNKNOWN = Row(Rejected, "etsy_offer_unknown", "link_again")
SKU_TWICE = Row(Rejected, "etsy_sku_twice", "tell_skus_apart_on_etsy")
SIBLING_REFUSED = Row(RetryLater, "etsy_other_variation_refused", after_s=1.0)
RENEWAL = Row(Rejected, "etsy_renewal_costs_fee", "renew_listing")
WITHOUT_EFFECT = Row(Rejected, "etsy_change_without_effect", "check_listing_on_etsy")
ORDER_GONE = Row(NotFound, "etsy_order_gone", "look_on_marketplace")
ORDER_CANCELED = Row(Rejected, "etsy_order_canceled", "do_not_ship")
TRACKING_MISSING = Row(Rejected, "etsy_tracking_required", "add_tracking_there")
NOT_ACTIVATED = Row(Rejected, "etsy_not_activated", "complete_on_etsy")

BY_WORDS: Final[Mapping[str, Row]] = {
    r"shared secret is (required|invalid)|api key": APP_REFUSED,  # anitabyte/etsyv3 issue 31
    r"scope": FORBIDDEN,  # before the next: Etsy calls a token that was granted too little one that is "not permitted"
    r"invalid_token|access token": TOKEN_REFUSED,
}
"""By a pattern in what Etsy says, the first that fits; before the status."""
BY_OWN_CODE: Final[Mapping[str, Row]] = {row.code: row for row in BY_WORDS.values()}
"""The same rows by our code for them, as Etsy has none."""

BY_STATUS: Final[Mapping[int, Row]] = {401: TOKEN_REFUSED, 403: FORBIDDEN, 404: GONE, 409: CONFLICT}

TOKEN_ERRORS: Final[Mapping[str, Row]] = {
    "invalid_grant": TOKEN_REFUSED,
    **for_each(APP_REFUSED, "invalid_client", "unauthorized_client"),
    "invalid_scope": FORBIDDEN,
}
"""Of the token endpoint, by the error's name (RFC 6749, 5.2)."""
TOKEN_STATUSES: Final[Mapping[int, Row]] = {401: APP_REFUSED, 403: APP_REFUSED, 429: THROTTLED}

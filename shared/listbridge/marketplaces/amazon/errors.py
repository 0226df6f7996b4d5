"""Amazon's errors and our verdicts, as data.

Sources: the official models as of 2026-08-05 (`Issue.categories`, the responses of every operation),
developer-docs.amazon.com/sp-api "Response format" and "Usage plans and rate limits" (read 2026-11-28). Issue codes are
documented nowhere: those here are from public issue trackers of amzn/selling-partner-api-models, each with its number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from listbridge.domain.verdicts import NotFound, OutcomeUnknown, RateLimited, Rejected, RetryLater, Unauthorized
from listbridge.infra.calls.error_row import Row, for_each

UNAVAILABLE = Row(RetryLater, "amazon_unavailable")
UNKNOWN = Row(OutcomeUnknown, "amazon_outcome_unknown")
UNREADABLE = Row(RetryLater, "amazon_answer_unreadable", after_s=30.0)
THROTTLED = Row(RateLimited, "amazon_limit_reached", after_s=2.0)
REFUSED = Row(Rejected, "amazon_refused", "read_amazon_message")
REQUEST_REFUSED = Row(Rejected, "amazon_request_refused", "read_amazon_message")
GONE = Row(NotFound, "amazon_listing_gone", "send_again")
NOT_THERE = Row(NotFound, "amazon_not_there", "look_on_amazon")
TOKEN_TROUBLE = Row(RetryLater, "amazon_unavailable", after_s=60.0)
TOKEN_REFUSED = Row(Unauthorized, "amazon_token_refused", "reconnect_account")
ROLE_MISSING = Row(Unauthorized, "amazon_role_missing", "grant_roles")
CONSENT_MISSING = Row(Unauthorized, "amazon_consent_missing", "consent_at_amazon")
APP_REFUSED = Row(Unauthorized, "amazon_app_refused", "renew_client_secret")
SITE_LEFT = Row(Rejected, "amazon_site_left", "take_part_on_site")
SELLER_UNKNOWN = Row(Unauthorized, "amazon_seller_unknown", "enter_seller_id")

FEED_CANCELLED = Row(RetryLater, "amazon_feed_cancelled", after_s=60.0)
FEED_FAILED = Row(OutcomeUnknown, "amazon_feed_failed")
FEED_REFUSED = Row(RetryLater, "amazon_feed_refused", "report_bug", after_s=60.0)
FEED_FULL = Row(RetryLater, "amazon_feed_full", after_s=1.0)
REPORT_BEING_MADE = Row(RateLimited, "amazon_unavailable", after_s=30.0)
REPORT_FAILED = Row(RetryLater, "amazon_unavailable", after_s=60.0)
OFFER_UNKNOWN = Row(NotFound, "amazon_offer_unknown", "send_again")
OTHER_SITE_REFUSED = Row(RetryLater, "amazon_other_site_refused", after_s=1.0)

ATTRIBUTE_MISSING = Row(Rejected, "amazon_attribute_missing", "edit_creation_profile")
ATTRIBUTE_REFUSED = Row(Rejected, "amazon_attribute_refused", "edit_creation_profile")
PICTURE_MISSING = Row(Rejected, "amazon_picture_missing", "add_images_in_shop")
PICTURE_REFUSED = Row(Rejected, "amazon_pictures_refused", "check_images_in_shop")
PRICE_REFUSED = Row(Rejected, "amazon_price_refused", "set_price_in_shop")
PRICE_MISSING = Row(Rejected, "amazon_price_missing", "set_price_in_shop")
DUPLICATE = Row(Rejected, "amazon_product_twice", "give_asin")
APPROVAL_NEEDED = Row(Rejected, "amazon_approval_needed", "ask_amazon_for_approval")
PRICE_TOO_LOW = Row(Rejected, "amazon_price_too_low", "set_price_in_shop")
PICTURE_UNREACHABLE = Row(Rejected, "amazon_picture_unreachable", "check_images_in_shop")
ASIN_UNKNOWN = Row(Rejected, "amazon_asin_unknown", "edit_creation_profile")
NOT_ELIGIBLE = Row(Rejected, "amazon_not_eligible", "edit_creation_profile")
SKU_REFUSED = Row(Rejected, "amazon_sku_refused", "change_sku_in_shop")
TYPE_UNKNOWN = Row(Rejected, "amazon_product_type_unknown", "choose_product_type")
SCHEMA_BROKEN = Row(RetryLater, "amazon_product_type_unreadable", after_s=30.0)
BARCODE_MISSING = Row(Rejected, "amazon_barcode_missing", "give_barcode_or_exemption")
BARCODE_REFUSED = Row(Rejected, "amazon_barcode_refused", "give_barcode_or_exemption")
OPTION_UNKNOWN = Row(Rejected, "amazon_option_unknown", "edit_creation_profile")
THEMES_NONE = Row(Rejected, "amazon_themes_none", "choose_product_type")
THEME_UNKNOWN = Row(Rejected, "amazon_theme_unknown", "edit_creation_profile")
THEME_MISSING = Row(Rejected, "amazon_theme_missing", "edit_creation_profile")
SAME_OPTION = Row(Rejected, "amazon_option_twice", "edit_creation_profile")
TOO_MANY = Row(Rejected, "amazon_too_many_variations", "split_product")
ALIKE = Row(Rejected, "amazon_variations_alike", "check_options_in_shop")
NEVER_APPEARED = Row(Rejected, "amazon_never_appeared", "send_again")

BY_CATEGORY: Final[Mapping[str, Row]] = {
    "INVALID_ATTRIBUTE": ATTRIBUTE_REFUSED,
    "MISSING_ATTRIBUTE": ATTRIBUTE_MISSING,
    "INVALID_IMAGE": PICTURE_REFUSED,
    "MISSING_IMAGE": PICTURE_MISSING,
    "INVALID_PRICE": PRICE_REFUSED,
    "MISSING_PRICE": PRICE_MISSING,
    "DUPLICATE": DUPLICATE,
    "QUALIFICATION_REQUIRED": APPROVAL_NEEDED,
}
"""By `Issue.categories` (listingsItems_2021-08-01)."""

BY_ISSUE: Final[Mapping[str, Row]] = {
    # "This SKU does not exist in the Amazon catalog": from public code that reads feeds' reports (not verified).
    "13013": GONE,
    "4000000": Row(RetryLater, "amazon_unavailable", after_s=60.0),  # "An internal error has occurred" (issue 4603)
    "5461": APPROVAL_NEEDED,  # the seller may not make products of this brand
    "5665": APPROVAL_NEEDED,  # the brand is not known to Amazon
    "8541": DUPLICATE,  # the barcode is of a product that Amazon describes otherwise
}
"""By `Issue.code`, before its categories. Amazon's own list is not public: the codes of the catalogue are from a
translation of its course "Amazon Listing Errors" (read 2026-11-28; not verified)."""

BY_CODE: Final[Mapping[str, Row]] = {
    "QuotaExceeded": THROTTLED,
    "InternalFailure": UNAVAILABLE,
    "NotFound": NOT_THERE,
    **for_each(REQUEST_REFUSED, "InvalidInput", "InvalidRequest"),
}
"""By `errors[].code` of an answer."""

BY_STATUS: Final[Mapping[int, Row]] = {
    401: TOKEN_REFUSED,
    403: ROLE_MISSING,
    404: NOT_THERE,
    **for_each(REQUEST_REFUSED, 400, 413, 415),
}

TOKEN_ERRORS: Final[Mapping[str, Row]] = {
    "invalid_grant": TOKEN_REFUSED,
    **for_each(APP_REFUSED, "invalid_client", "unauthorized_client"),
    "invalid_scope": ROLE_MISSING,
}
"""Of Login with Amazon, by the error's name (RFC 6749, 5.2)."""
TOKEN_STATUSES: Final[Mapping[int, Row]] = {401: APP_REFUSED, 429: THROTTLED}

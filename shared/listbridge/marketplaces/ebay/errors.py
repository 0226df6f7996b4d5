"""eBay's errors and our verdicts.

Sources: `x-response-codes` of sell_inventory 1.18.4, sell_account 1.9.3, sell_fulfillment 1.20.7, commerce_taxonomy
1.1.0; the ids below 4000 are common errors of eBay's gateway (developer guide, not part of the documents, not verified). A contract test holds
the table against the documents.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import (
    EmptyRefused,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RemoteError,
    RetryLater,
    Unauthorized,
    ZeroRefused,
)
from listbridge.infra.calls.answers import readable
from listbridge.infra.calls.error_row import Row, for_each
from listbridge.infra.clock import next_midnight
from listbridge.marketplaces.ebay.manifest import PACIFIC
from listbridge.marketplaces.ebay.offers.wire import ErrorEntry

_LONGEST_MESSAGE = 300
_SAYS_REVISIONS_USED_UP = re.compile(r"revis\w*.*\b(day|limit)", re.IGNORECASE | re.DOTALL)
_ALREADY_EXISTS = re.compile(r"already exists?", re.IGNORECASE)
_NOT_LIVE = re.compile(r"not (currently )?(published|active|live)|has (been )?ended", re.IGNORECASE)
_QUANTITY = re.compile(r"quantity", re.IGNORECASE)
_CODE_MISSING = re.compile(r"\b(EAN|UPC|ISBN|GTIN) field is missing", re.IGNORECASE)
_SPECIFIC_MISSING = re.compile(r"item specific (.{1,65}?) is missing", re.IGNORECASE)
_CODES = frozenset({"EAN", "UPC", "ISBN", "GTIN"})


UNAVAILABLE = Row(RetryLater, "ebay_unavailable")
UNKNOWN = Row(OutcomeUnknown, "ebay_outcome_unknown")
UNREADABLE = Row(RetryLater, "ebay_answer_unreadable", after_s=30.0)
THROTTLED = Row(RateLimited, "ebay_limit_reached", after_s=1.0)
REVISIONS_USED_UP = Row(RateLimited, "ebay_revisions_used_up")
ZERO_WAITS = Row(RateLimited, "ebay_zero_waits", "stop_listing_now")
REFUSED = Row(Rejected, "ebay_refused", "read_ebay_message")
TOKEN_REFUSED = Row(Unauthorized, "ebay_token_refused", "reconnect_account")
CONSENT_MISSING = Row(Unauthorized, "ebay_consent_missing", "authorize_account")
APP_REFUSED = Row(Unauthorized, "ebay_app_refused", "check_app_keys")
SCOPE_MISSING = Row(Unauthorized, "ebay_scope_missing", "reconnect_account")
QUANTITY = Row(EmptyRefused, "ebay_quantity_refused", "check_stock_in_shop")
GROUP_GONE = Row(NotFound, "ebay_group_gone", "send_again")
IN_OTHER_GROUP = Row(Rejected, "ebay_sku_in_other_group", "end_other_listing")
OFFER_GONE = Row(NotFound, "ebay_offer_gone", "send_again")
SITE_REFUSED = Row(Rejected, "ebay_site_refused", "choose_policies")
VARIATION_STAYS = Row(Rejected, "ebay_variation_stays", "keep_at_zero")
TOO_MANY_VARIATIONS = Row(Rejected, "ebay_too_many_variations", "split_product")
TOO_MANY_VALUES = Row(Rejected, "ebay_too_many_values", "split_product")
NAME_TOO_LONG = Row(Rejected, "aspect_name_too_long", "edit_creation_profile")
SAME_NAME = Row(Rejected, "aspect_twice", "edit_creation_profile")
ALIKE = Row(Rejected, "ebay_variations_alike", "check_options_in_shop")
NOT_LIVE = Row(NotFound, "ebay_not_live", "send_again")
ZERO = Row(ZeroRefused, "out_of_stock_control_off", "enable_out_of_stock_control")

AUCTION = Row(Rejected, "ebay_auction_stays", "leave_listing_there")
VARIATION_AT_ZERO = Row(Rejected, "ebay_variation_at_zero", "raise_quantity_there")
BUSINESS_POLICIES = Row(Rejected, "ebay_policies_missing", "opt_in_business_policies")
REPORT_BEING_MADE = Row(RateLimited, "ebay_report_being_made", after_s=60.0)
REPORT_FAILED = Row(RetryLater, "ebay_report_failed", after_s=300.0)
REPORT_WITHOUT_FILE = Row(RetryLater, "ebay_report_without_file", "look_in_seller_hub", 300.0)
CATEGORY_UNKNOWN = Row(Rejected, "ebay_category_unknown", "edit_creation_profile")
CONDITION_NOT_ALLOWED = Row(Rejected, "ebay_condition_not_allowed", "edit_creation_profile")
DESCRIPTOR_MISSING = Row(Rejected, "ebay_condition_descriptor_missing", "edit_creation_profile")
DESCRIPTOR_REFUSED = Row(Rejected, "ebay_condition_descriptor_refused", "edit_creation_profile")
OFFERS_WITH_VARIATIONS = Row(Rejected, "ebay_best_offer_with_variations", "edit_creation_profile")
CONTACT_INCOMPLETE = Row(Rejected, "ebay_contact_incomplete", "edit_creation_profile")
NOBODY_IN_EU = Row(Rejected, "ebay_nobody_in_eu", "edit_creation_profile")
SAFETY_NEEDED = Row(Rejected, "ebay_safety_needed", "edit_creation_profile")
SAFETY_LABEL_UNKNOWN = Row(Rejected, "ebay_safety_label_unknown", "edit_creation_profile")
LOCATION_UNKNOWN = Row(Rejected, "ebay_location_unknown", "edit_creation_profile")
STORE_CATEGORY_UNKNOWN = Row(Rejected, "ebay_store_category_unknown", "edit_creation_profile")
VAT_NOT_HERE = Row(Rejected, "ebay_vat_not_on_site", "edit_creation_profile")
LOTS_NOT_HERE = Row(Rejected, "ebay_lots_not_in_category", "edit_creation_profile")
ASPECT_NEEDED = Row(Rejected, "ebay_aspect_needed", "edit_creation_profile")
ASPECT_TOO_MANY = Row(Rejected, "ebay_aspect_too_many_values", "edit_creation_profile")
ASPECT_TOO_LONG = Row(Rejected, "ebay_aspect_too_long", "edit_item_specific")
ASPECT_NOT_A_CHOICE = Row(Rejected, "ebay_aspect_not_a_choice", "edit_item_specific")
ASPECT_MAY_NOT_VARY = Row(Rejected, "ebay_aspect_may_not_vary", "edit_creation_profile")

TOPIC_UNKNOWN = Row(Rejected, "ebay_topic_refused", "read_ebay_message")
_ASPECT_MISSING = Row(Rejected, "ebay_aspect_missing", "edit_creation_profile")
_CODE_ASKED_FOR = Row(Rejected, "ebay_product_code_missing", "give_barcode")

_BUSY_FEED = Row(RateLimited, "ebay_limit_reached", after_s=900.0)
_BUSY = Row(RetryLater, "ebay_item_busy", after_s=2.0)
_ON_HOLD = Row(RetryLater, "ebay_listing_on_hold", "read_ebay_mail", 900.0)
_ENDING = Row(RetryLater, "ebay_listing_ending", after_s=900.0)
_PROFILE = "edit_creation_profile"
_POLICY = Row(Rejected, "ebay_policy_refused", "choose_policies")
_PICTURES = Row(Rejected, "ebay_pictures_refused", "check_images_in_shop")
_CONTENT = Row(Rejected, "ebay_content_refused", "edit_product_in_shop")
_CONDITION = Row(Rejected, "ebay_condition_refused", _PROFILE)
_ASPECT = Row(Rejected, "ebay_aspect_refused", _PROFILE)
_RULES = Row(Rejected, "ebay_rules_refused", "complete_on_ebay")
_OURS = Row(Rejected, "ebay_request_refused", "report_to_us")
_ITEM_GONE = Row(NotFound, "ebay_item_gone", "send_again")
SKU_REFUSED = Row(Rejected, "ebay_sku_refused", "change_sku_in_shop")
_NOT_READY = Row(Rejected, "ebay_account_not_ready", "complete_on_ebay")
_ORDER_GONE = Row(NotFound, "ebay_order_gone", "look_on_ebay")
_PARCEL = Row(Rejected, "ebay_parcel_refused", "mark_sent_on_ebay")
_TRACKING = Row(Rejected, "ebay_tracking_refused", "correct_tracking")


BY_ID: Final[Mapping[int, Row]] = {
    **for_each(TOKEN_REFUSED, 1001, 1002, 1003),
    1100: SCOPE_MISSING,
    2001: THROTTLED,
    2002: UNAVAILABLE,  # the gateway knows no such address: never a thing that is gone
    20403: Row(Rejected, "ebay_account_not_ready", "opt_in_business_policies"),
    195003: Row(Rejected, "ebay_alert_email_missing", "enter_alert_email"),
    195011: Row(Rejected, "ebay_topic_refused", "read_ebay_message"),
    195020: Row(Rejected, "ebay_address_not_proven", "check_public_address"),
    195002: TOPIC_UNKNOWN,
    **for_each(_OURS, *range(195004, 195011), 195012, 195013, *range(195015, 195020), 195021, 195022, 195025, 195027),
    195001: Row(NotFound, "ebay_key_not_there", "read_ebay_message"),  # of getPublicKey
    25003: Row(Rejected, "ebay_price_refused", "set_price_in_shop"),
    25004: QUANTITY,
    25005: Row(Rejected, "ebay_category_refused", _PROFILE),
    25006: Row(Rejected, "ebay_option_refused", _PROFILE),
    25007: Row(Rejected, "ebay_shipping_policy_refused", "choose_policies"),
    25008: Row(Rejected, "ebay_payment_policy_refused", "choose_policies"),
    25009: Row(Rejected, "ebay_return_policy_refused", "choose_policies"),
    25011: Row(Rejected, "ebay_tax_refused", _PROFILE),
    25012: Row(Rejected, "ebay_location_refused", _PROFILE),
    25013: Row(Rejected, "ebay_variations_refused", "check_options_in_shop"),
    25018: _NOT_READY,
    25019: Row(Rejected, "ebay_revision_refused", "read_ebay_message"),
    25024: Row(Rejected, "ebay_best_offer_refused", _PROFILE),
    25025: _BUSY,
    25026: Row(Rejected, "ebay_selling_limit", "raise_selling_limit"),
    25029: _ASPECT_MISSING,
    25703: IN_OTHER_GROUP,
    25704: Row(Rejected, "ebay_sku_listed_alone", "stop_and_send"),
    25705: GROUP_GONE,
    25718: Row(Rejected, "ebay_migration_refused", "read_ebay_message"),
    32100: _ORDER_GONE,
    32300: _TRACKING,
    32400: _NOT_READY,
    **for_each(_PICTURES, 25014, 25015, 25501, 25717),
    **for_each(_CONTENT, 25016, 25017, 25020, 25031, 25032, 25503, 25715),
    **for_each(_CONDITION, 25021, *range(25041, 25053)),
    **for_each(_ASPECT, 25022, 25502, 25601),
    **for_each(_POLICY, 25034, 25035, 25036, 25123, 25766, 25767),
    **for_each(_ENDING, 25038, 25039, 25040, 25759),
    **for_each(_RULES, *range(25076, 25082), 25083, 25084, 25086, *range(25088, 25096), 25104, *range(25106, 25117)),
    **for_each(_RULES, 25118, 25119, 25120, 25121, 25122),
    **for_each(_ON_HOLD, 25097, 25098),
    **for_each(_ITEM_GONE, 25701, 25702, 25710),
    **for_each(OFFER_GONE, 25713, 25725),
    **for_each(SKU_REFUSED, 25707, 25708),
    **for_each(_OURS, 2004, 25706, 25709, 25727, 25734),
    160003: REPORT_FAILED,
    160014: REPORT_WITHOUT_FILE,
    **for_each(_BUSY_FEED, 160024, 160025),
    **for_each(_OURS, 160002, 160017, 160018, 160019, 160022, 160027, 160030),
    **for_each(_OURS, 30700, 30800, 30810, 30820, 30830, 30840, 30850, 30900, 31000, 31100, 32800),
    **for_each(_PARCEL, 32200, 32210, 32500, 32600, 34100, 34200, 34300, 34500),
}
"""By errorId, for refusals. An id that is not here is judged by its category and the HTTP status."""

TOKEN_ERRORS: Final[Mapping[str, Row]] = {
    "invalid_grant": TOKEN_REFUSED,
    "invalid_client": APP_REFUSED,
    "unauthorized_client": APP_REFUSED,
    "invalid_scope": SCOPE_MISSING,
}
"""Of the token endpoint, by the error's name."""
TOKEN_STATUSES: Final[Mapping[int, Row]] = {401: APP_REFUSED, 429: THROTTLED}


@dataclass(frozen=True, slots=True)
class EbayRefusal:
    """What eBay said: its error entries with the call they answer. `write`: an outcome can be unknown."""

    operation: str
    status: int
    write: bool
    entries: Sequence[ErrorEntry] = ()
    request: str | None = None

    @property
    def says_exists_already(self) -> bool:
        """True for "offer already exists". 25002 is any user error, so the text decides (not verified, README)."""
        return any(e.error_id == 25002 and _ALREADY_EXISTS.search(e.text) for e in self.entries)

    @property
    def says_quantity(self) -> bool:
        """True when a quantity is what eBay does not like; with a zero that is the out-of-stock control."""
        return any(
            e.error_id == 25004 or (e.error_id in (25002, 25016) and _QUANTITY.search(e.text) is not None)
            for e in self.entries
        )

    def error(self, now: datetime) -> RemoteError:
        """Our verdict. Of several entries, the first that the table knows decides."""
        chosen = next((e for e in self.entries if e.error_id in BY_ID), next(iter(self.entries), None))
        if chosen is None or (self.status in (401, 429) and chosen.error_id not in BY_ID):
            return self._of_status()
        message = chosen.text[:_LONGEST_MESSAGE] or "(no reason given)"
        detail = f"{self.operation}: {', '.join(str(e.error_id) for e in self.entries)}"
        more: dict[str, Any] = {"detail": detail, "status": self.status, "request": self.request}
        if chosen.error_id == 25019 and _SAYS_REVISIONS_USED_UP.search(chosen.text):
            problem = Problem(REVISIONS_USED_UP.code)  # the zone of their day is assumed
            return RateLimited(
                problem, until=next_midnight(PACIFIC, now), detail=detail, status=self.status, request_id=self.request
            )
        row = BY_ID.get(chosen.error_id)
        if chosen.error_id == 25002:
            missing = _missing_field(chosen)
            if _NOT_LIVE.search(chosen.text):
                row = NOT_LIVE
            elif missing:
                more["params"] = {"name": missing}
                row = _CODE_ASKED_FOR if missing.upper() in _CODES else _ASPECT_MISSING
        if row is None and (chosen.says_application or self.status >= 500):
            row = UNKNOWN if self.write else UNAVAILABLE
        return (row or REFUSED).error(message, **more)

    def _of_status(self) -> RemoteError:
        detail = f"{self.operation}: HTTP {self.status}"
        if self.status == 401:
            row = TOKEN_REFUSED
        elif self.status == 429:
            row = THROTTLED
        elif self.status >= 500 or (self.status == 409 and self.write):
            # A conflict without a word may be one with our own earlier call: look before it is repeated.
            row = UNKNOWN if self.write else UNAVAILABLE
        else:
            row = UNREADABLE  # a page of some edge server, or a refusal without a reason: it never reached the API
        return row.error(detail=detail, status=self.status, request=self.request)


def _missing_field(entry: ErrorEntry) -> str:
    """The field that a 25002 misses: it stands in parameter "2" and in the text, in whatever language that is; or empty.

    The wording of the text decides only where the parameter is absent.
    """
    named = (entry.parameter("2") or "").strip()
    if named and named in entry.text:
        return named
    found = _CODE_MISSING.search(entry.text) or _SPECIFIC_MISSING.search(entry.text)
    return found[1].strip() if found is not None else ""


def entries_of(body: Any) -> list[ErrorEntry]:
    """The `errors` of an answer or of an entry in one, as far as they can be read."""
    return readable(body.get("errors") if isinstance(body, Mapping) else None, ErrorEntry)

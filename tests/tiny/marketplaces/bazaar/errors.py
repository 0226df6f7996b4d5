"""The bazaar's errors → what we do next."""

from __future__ import annotations

from collections.abc import Mapping

from listbridge.domain.verdicts import (
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RetryLater,
    Unauthorized,
    ZeroRefused,
)
from listbridge.infra.error_row import Row

REFUSED = Row(Rejected, "bazaar_refused", "edit_product")
ENDED = Row(Rejected, "bazaar_listing_ended", "send_again")
UNREADABLE = Row(RetryLater, "bazaar_unreadable")
UNKNOWN = Row(OutcomeUnknown, "bazaar_unreadable")
LIMITED = Row(RateLimited, "bazaar_limit_spent")
BY_CODE: Mapping[str, Row] = {
    "key_unknown": Row(Unauthorized, "bazaar_key_refused", "reconnect"),
    "token_unknown": Row(Unauthorized, "bazaar_key_refused", "reconnect"),
    "ended": ENDED,
    "price_refused": Row(Rejected, "bazaar_price_refused", "set_price_in_shop"),
    "zero_refused": Row(ZeroRefused, "bazaar_zero_refused", "allow_zero_at_the_bazaar"),
    "order_cancelled": Row(Rejected, "bazaar_parcel_refused", "mark_sent_at_the_bazaar"),
    "parcel_known": Row(Rejected, "bazaar_parcel_refused", "mark_sent_at_the_bazaar"),
    "no_such_listing": Row(NotFound, "bazaar_listing_ended", "send_again"),
    "no_such_order": Row(NotFound, "bazaar_order_gone"),
}

"""The bazaar's errors → what we do next."""

from __future__ import annotations

from collections.abc import Mapping

from listbridge.domain import verdicts
from listbridge.infra.calls.error_row import Row

REFUSED = Row(verdicts.Rejected, "bazaar_refused", "edit_product")
ENDED = Row(verdicts.Rejected, "bazaar_listing_ended", "send_again")
UNREADABLE = Row(verdicts.RetryLater, "bazaar_unreadable")
UNKNOWN = Row(verdicts.OutcomeUnknown, "bazaar_unreadable")
LIMITED = Row(verdicts.RateLimited, "bazaar_limit_spent")
BY_CODE: Mapping[str, Row] = {
    "key_unknown": Row(verdicts.Unauthorized, "bazaar_key_refused", "reconnect"),
    "token_unknown": Row(verdicts.Unauthorized, "bazaar_key_refused", "reconnect"),
    "ended": ENDED,
    "price_refused": Row(verdicts.Rejected, "bazaar_price_refused", "set_price_in_shop"),
    "zero_refused": Row(verdicts.ZeroRefused, "bazaar_zero_refused", "allow_zero_at_the_bazaar"),
    "order_cancelled": Row(verdicts.Rejected, "bazaar_parcel_refused", "mark_sent_at_the_bazaar"),
    "parcel_known": Row(verdicts.Rejected, "bazaar_parcel_refused", "mark_sent_at_the_bazaar"),
    "no_such_listing": Row(verdicts.NotFound, "bazaar_listing_ended", "send_again"),
    "no_such_order": Row(verdicts.NotFound, "bazaar_order_gone"),
}

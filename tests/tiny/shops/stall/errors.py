"""The stall's errors → what we do next."""

from __future__ import annotations

from collections.abc import Mapping

from listbridge.domain.verdicts import (
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RetryLater,
    Unauthorized,
)
from listbridge.infra.error_row import Row

REFUSED = Row(Rejected, "stall_refused", "look_at_the_stall")
UNREADABLE = Row(RetryLater, "stall_unreadable")
UNKNOWN = Row(OutcomeUnknown, "stall_unreadable")
LIMITED = Row(RateLimited, "stall_limit_spent", after_s=3.0)
BY_CODE: Mapping[str, Row] = {
    "key_unknown": Row(Unauthorized, "stall_key_refused", "reconnect_the_stall"),
    "url_refused": Row(Rejected, "stall_address_refused", "give_https_address"),
    "variant_gone": Row(Rejected, "variant_gone", "look_at_the_stall"),
    "already_sent": Row(Rejected, "shop_refused_cancel", "look_at_the_stall"),
    "no_such_order": Row(NotFound, "shop_refused_cancel", "look_at_the_stall"),
}

"""The stall's errors → what we do next."""

from __future__ import annotations

from listbridge.domain import verdicts
from listbridge.infra.calls.error_row import Row

REFUSED = Row(verdicts.Rejected, "stall_refused", "look_at_the_stall")
UNREADABLE = Row(verdicts.RetryLater, "stall_unreadable")
UNKNOWN = Row(verdicts.OutcomeUnknown, "stall_unreadable")
LIMITED = Row(verdicts.RateLimited, "stall_limit_spent", after_s=3.0)
TOPICS_REFUSED = Row(verdicts.Rejected, "stall_topics_refused", "look_at_the_stall")
ADDRESS_REFUSED = Row(verdicts.Rejected, "stall_address_refused", "give_https_address")
BY_CODE = {"key_unknown": Row(verdicts.Unauthorized, "stall_key_refused", "reconnect_the_stall")}

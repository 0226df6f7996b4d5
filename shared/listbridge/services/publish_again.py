"""When a publishing task that could not be done now is tried again."""

from __future__ import annotations

import math
from datetime import datetime

from listbridge.domain.verdicts import OutcomeUnknown, RateLimited, RemoteError, RetryLater

_SLOWEST_S = 300.0
_LONGEST_DELAY_S = 900.0  # what SQS allows


def again_after_s(error: RemoteError, attempt: int, settle_s: float, now: datetime) -> int:
    """Seconds until the next try after so many: ever slower, and no sooner than the marketplace asks or settles."""
    growing = min(_SLOWEST_S, 2.0**attempt)
    if isinstance(error, OutcomeUnknown):
        return math.ceil(max(settle_s, growing))
    after = error.after_s if isinstance(error, RetryLater) else 0.0
    if isinstance(error, RateLimited) and error.until is not None:
        after = (error.until - now).total_seconds()
    return math.ceil(min(_LONGEST_DELAY_S, max(after, growing)))

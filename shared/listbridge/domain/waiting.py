"""How long to wait before the next try: what the platform asks for, what an unknown outcome takes to settle, and ever
slower.

All waits are in seconds; instants are aware UTC. Pure, but for the chain of messages that the current work belongs to.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from listbridge.domain import trace
from listbridge.domain.verdicts import OutcomeUnknown, RateLimited, RemoteError, RetryLater

LONGEST_DELAY_S = 900
"""What a queue can delay a message by (SQS, DelaySeconds). What is further off is looked for by a timer, or delayed again."""

LONGEST_DECISION_S = 6 * 3600.0
"""How long a marketplace that decides later is believed that it still will. From then on the outcome is unknown: what it shows
is read, and sent again if need be."""

STILL_PROCESSING_S = 24 * 3600.0
"""How long a publishing that was taken in may take without a word. Then the seller is told, and again after as long: it goes
on being followed, for it may go on sale at any time."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double with each try in a row, from the first to the slowest."""

    first_s: float
    slowest_s: float

    def after(self, tries: int) -> float:
        """The wait after so many tries."""
        return min(self.first_s * 2.0 ** min(max(0, tries), 32), self.slowest_s)


REVISIONS = Backoff(2, 900)
FAILED_UPDATES = Backoff(3600, 86_400)
"""After a refusal, which seldom passes within minutes."""
FAILED_ZEROS = Backoff(900, 3600)
"""The same of a zero, which buyers may buy meanwhile."""
PUBLISHING = Backoff(1, 300)
SHOP_READS = Backoff(1, 900)
ORDERS = Backoff(15, 3600)
POLLS = Backoff(15, 900)
COMPARISONS = Backoff(30, 900)


_SPENT = Backoff(1, LONGEST_DELAY_S)
_SPENT_HOPS = 8
"""After so many messages in a row that only met a spent limit, the wait for it doubles."""


def asked_s(error: RemoteError, now: datetime) -> float:
    """How long the platform asks to be left alone; 0 where it asks nothing."""
    if not isinstance(error, RetryLater):
        return 0.0
    if isinstance(error, RateLimited) and error.until is not None:
        return max(1.0, (error.until - now).total_seconds())
    return error.after_s


def wait_s(error: RemoteError, tries: int, backoff: Backoff, now: datetime, *, settle_s: float = 0.0) -> float:
    """How long to wait after this failure, which followed so many others.

    A spent limit is no failure: what it asks for is enough, unless it is asked again and again in vain. An unknown outcome
    takes `settle_s` before a look can tell.
    """
    asked = asked_s(error, now)
    if isinstance(error, RateLimited):
        return max(1.0, asked, _in_vain_s())
    if isinstance(error, OutcomeUnknown):
        asked = settle_s
    return max(asked, backoff.after(tries))


def delay_s(at: datetime, now: datetime, *, least: int = 0) -> int:
    """Whole seconds to delay a message that is wanted at this instant: never more than a queue can, never too early."""
    return max(least, min(LONGEST_DELAY_S, math.ceil((at - now).total_seconds())))


def from_now(now: datetime, seconds: float) -> datetime:
    """The instant so many seconds later."""
    return now + timedelta(seconds=seconds)


def limit_is_back(error: RateLimited, now: datetime) -> datetime:
    """When to ask again after a spent limit (UTC)."""
    return max(error.until or from_now(now, error.after_s), from_now(now, _in_vain_s()))


def _in_vain_s() -> float:
    """How long to stay away at least: a platform that refuses for hours is asked ever more rarely, and the messages that wait for it do
    not come to their end (`trace.MOST_IDLE_HOPS`) before ten hours are over."""
    hops = trace.in_vain() // _SPENT_HOPS
    return _SPENT.after(hops - 1) if hops else 0.0

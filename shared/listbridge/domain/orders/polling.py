"""When an account's orders are polled next: often while it sells, seldom while it does not, never beyond its budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from listbridge.domain.ids import AccountId, RemoteOrderId
from listbridge.domain.waiting import POLLS

DAY_S = 86_400
BUSY = timedelta(minutes=15)
AWAKE = timedelta(hours=24)
BUSY_S = 15.0
"""While orders come in, each poll is worth the most: what sells twice sells now."""
AWAKE_S = 30.0
ASLEEP_S = 60.0
"""An account without a sale for a day: the schedule's own minute. No longer, for its next sale may be a last unit."""


@dataclass(frozen=True, slots=True)
class PollState:
    """One account's polling. `since` is the connection: orders placed before it are shown, never reserved or created.

    `watermark` is up to where everything is known to be read and reserved; None before the first complete poll.
    """

    account: AccountId
    since: datetime
    next_poll_at: datetime
    watermark: datetime | None = None
    claim: str = ""
    last_order_at: datetime | None = None
    last_poll_at: datetime | None = None
    failures: int = 0
    began: datetime | None = None
    """When the poll that is under way began; None between two polls."""
    taken_in: datetime | None = None
    """Every order that the account had by then is known with its reservations, those that had to be left to themselves
    included (promises.md#p11): when the latest such poll began, or how far the marketplace said that its list reached then."""
    behind_s: float | None = None
    """How far that list was behind the poll's beginning by the marketplace's own word. None where it gives none."""
    left: Mapping[RemoteOrderId, datetime] = field(default_factory=dict)
    """Orders that a poll could not take in and queued alone, with when it did."""
    rev: int = 0


def interval(now: datetime, last_order_at: datetime | None, *, accounts: int, calls_per_day: float) -> timedelta:
    """The time until the next poll, by how recently the account sold, and by what the day's budget allows.

    `accounts` is how many share the budget of `calls_per_day` polls.
    """
    quiet = now - last_order_at if last_order_at is not None else AWAKE
    rhythm = BUSY_S if quiet < BUSY else AWAKE_S if quiet < AWAKE else ASLEEP_S
    affordable = DAY_S * max(1, accounts) / calls_per_day
    return timedelta(seconds=max(rhythm, affordable))


def retry_interval(failures: int, *, after_s: float = 0.0) -> timedelta:
    """The time until a failed poll is tried again: 15 s doubling to a quarter of an hour, or what the marketplace asks."""
    return timedelta(seconds=max(POLLS.after(failures), after_s))

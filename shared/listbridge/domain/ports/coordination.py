"""Ports for what workers share: time, leases, counters, the inbox, queues, secrets and budgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from listbridge.domain.work import Hint, Lane, Message


class Clock(Protocol):
    """Time as the system sees it; tests turn it by hand."""

    def now(self) -> datetime:
        """The instant, aware UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait: only ever a blink inside a worker's own budget of time."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A right for a limited time. `epoch` rises with each holder; `until` is when others may take it."""

    key: str
    owner: str
    epoch: int
    until: datetime


class Leases(Protocol):
    """Conditional rows that exclude two workers from one thing."""

    def acquire(self, key: str, owner: str, *, seconds: float) -> Lease | None:
        """None while another owner's lease lasts."""

    def acquire_many(self, keys: Sequence[str], owner: str, *, seconds: float) -> Mapping[str, Lease]:
        """As `acquire`, of keys that differ, in few calls; absent is a key while somebody has it.

        A worker that dies in between holds some of them until they end.
        """

    def renew(self, lease: Lease, *, seconds: float) -> Lease:
        """Raises Conflict when the lease was lost."""

    def release(self, lease: Lease) -> None:
        """A lease already lost is left alone."""

    def release_many(self, leases: Sequence[Lease]) -> None:
        """As `release`, in few calls."""

    def acquire_or_leave_word(self, key: str, owner: str, *, seconds: float) -> Lease | None:
        """Acquire; or, while another owner's lease lasts, add one to its `pending` in the same conditional way and
        return None: either we hold it, or its holder is certain to see our word before it releases it."""

    def pending(self, lease: Lease) -> int:
        """The words left so far. Raises Conflict when the lease was lost."""

    def release_if_quiet(self, lease: Lease, *, pending: int) -> bool:
        """Release only if no word was left since `pending` was read; False: go on, work came in. Raises Conflict when lost."""


class Counters(Protocol):
    """Numbers that only rise, strongly consistent and atomic."""

    def next(self, name: str) -> int:
        """The next number of the counter, starting at 1."""

    def latest(self, name: str) -> int:
        """The number that was given last; 0 before the first. Whatever is given after this call is higher."""

    def add(self, name: str, amount: int, *, window_s: int, now: datetime) -> int:
        """Add to the counter of the running window (aligned to multiples of `window_s`) and return its total."""

    def current(self, name: str, *, window_s: int, now: datetime) -> int: ...


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One delivery of a shop, or of an account's marketplace, without its body: it may exceed a row, and it may hold a buyer's
    data. `source` is the id of the shop or account, or the slug of a marketplace that told all of its applications."""

    source: str
    delivery: str
    topic: str
    hints: tuple[Hint, ...]
    stored_at: datetime
    state: str = "stored"  # stored, queued, taken
    of_account: bool = False
    of_marketplace: bool = False


class Inbox(Protocol):
    """Deliveries that were accepted (protocol.md#inbox)."""

    def store(self, row: InboxRow) -> bool:
        """Put the row as `stored`. False only when the same delivery is already `queued` and not yet taken."""

    def queued(self, row: InboxRow) -> None:
        """The message for this very row is in the queue: only while it is still `stored`, and by nobody since.

        A repeat that was stored meanwhile (another `stored_at`) has a send of its own to make, and may die before it.
        """

    def taken(self, rows: Sequence[tuple[str, str]]) -> None:
        """Who acts on them has them: from now on a repeat is a new hint."""

    def unsent(self, *, older_than: datetime, limit: int) -> list[InboxRow]: ...


class Queues(Protocol):
    """The lanes' queues, at-least-once and unordered."""

    def send(self, lane: Lane, *messages: Message, delay_s: int = 0, reason: str = "", waits: bool = False) -> None:
        """Queue the messages with the trace of the current work (`trace.stamped` knows `reason` and `waits`).

        Raises when a message may not have been queued; NoProgress when the chain got nowhere for too long. `delay_s` is
        at most 900.
        """

    def hide(self, source: str, receipts: Sequence[str], seconds: float) -> None:
        """Hide messages that a worker holds from all others for so long from now on, be that longer or shorter than before.

        `source` is where their event says that they came from. A receipt that is no longer good changes nothing.
        """


class SecretStore(Protocol):
    """One secret per shop or account, a JSON object. Values never reach a log, an error or an answer."""

    def get(self, name: str, *, revision: int | None = None) -> dict[str, str]:
        """The secret as it is now, or with the `revision` of its shop's or account's document, as it was read for that one.

        Every change of credentials is followed by a new revision, so a process reads each revision's secret once. Without
        a revision it is read again, because the platform refused what was read before. Raises Missing.
        """

    def put(self, name: str, value: Mapping[str, str]) -> None: ...

    def delete(self, name: str) -> None: ...


class Share(StrEnum):
    """Who is calling: zeros and orders have a share of every budget kept for them (protocol.md#budgets)."""

    ZERO = "zero"
    ORDER = "order"
    ORDINARY = "ordinary"


class Budget(Protocol):
    """The right to call a platform, drawn from the rows that all lanes share."""

    def prepay(self, operation: str, calls: int, *, wait_s: float, kept_s: float = 0.0) -> None:
        """Set calls aside before a lease is taken, waiting at most `wait_s`, or longer if `patient`. They lapse after a while:
        `kept_s` is how long they are needed where that takes longer than one call. Raises RateLimited."""

    def spend(self, operation: str) -> None:
        """Use one call, prepaid or drawn now, without waiting unless `patient`. Raises RateLimited."""

    def after_s(self, operation: str, calls: int) -> float:
        """In how many seconds so many calls could have been made, one after the other, if nobody else made any: 0 where they all
        can be now. An estimate, to choose between two ways to do the same."""

    def patient(self, wait_s: float) -> AbstractContextManager[None]:
        """Within the block this thread's calls are waited for, at most `wait_s` each. The innermost block counts.

        For work of many calls outside of any lease: begun again at every refusal, it would spend what comes in on its
        first calls and never reach the others. Inside of a lease nothing waits: `patient(0)`.
        """

    def flight(self, operation: str) -> AbstractContextManager[None]:
        """Around one call, where the platform bears only so many at once (`BudgetSpec.in_flight`). Raises RateLimited when no
        place became free; then the block did not begin."""

    def learn(
        self,
        operation: str,
        *,
        remaining: int | None = None,
        remaining_today: int | None = None,
        limit_today: int | None = None,
        resets_at: datetime | None = None,
        blocked_until: datetime | None = None,
        rate: float | None = None,
    ) -> None:
        """What the platform's own answer said about the limit.

        `remaining` with `resets_at` is a count that begins again at that instant, `remaining` alone is what is left of
        a rate, `remaining_today` of the last 24 hours, of which `limit_today` is all; `rate` is calls per second.
        """

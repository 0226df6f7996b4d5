"""Wake an account's drainer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from listbridge.domain import waiting
from listbridge.domain.ids import AccountId, ListingKey
from listbridge.domain.listings.bands import Band
from listbridge.domain.listings.listing import Listing
from listbridge.domain.work import Lane, Nudge
from listbridge.services.catalog.recompute import due_by_account
from listbridge.services.deps import CoreDeps

ROWS_PER_NUDGE = 100
_SLOT_S = 1  # what a queue's delay can tell apart; a wake that came sooner than asked would find the lease still held
_SKEW_S = 2  # by which two functions' clocks may differ
_WINDOW_S = 2 * waiting.LONGEST_DELAY_S


def nudge_due(deps: CoreDeps, listings: Sequence[Listing]) -> int:
    """Nudge for each of these rows that is due, not only for those that became so (protocol.md#drainers); returns how many.

    Zeros are named a second time, for when the drainer's lease is over: should the worker that takes the first nudge die
    with it, the queue returns it only after its visibility time, and a zero does not wait that long (promises.md#p5).
    """
    count = 0
    for account, keys in due_by_account(listings).items():
        nudge(deps, account, keys)
        count += len(keys)
    zeros = [row for row in listings if row.due_band is Band.ZERO]
    at = deps.clock.now() + timedelta(seconds=deps.limits.drain_lease_s)
    for account, keys in due_by_account(zeros).items():
        nudge_later(deps, account, at, keys)
    return count


def nudge(deps: CoreDeps, account: AccountId, keys: Sequence[ListingKey] = (), *, reason: str = "") -> None:
    """Wake the drainer now, naming rows because the due index lags behind them."""
    named = [str(key) for key in keys]
    chunks = [named[i : i + ROWS_PER_NUDGE] for i in range(0, len(named), ROWS_PER_NUDGE)] or [[]]
    nudges = (Nudge(account=account, listings=tuple(chunk)) for chunk in chunks)
    deps.queues.send(Lane.REVISE, *nudges, reason=reason)


def nudge_later(deps: CoreDeps, account: AccountId, at: datetime, keys: Sequence[ListingKey]) -> None:
    """Wake the drainer around `at` for these rows; more than a nudge can name are left to the due index.

    What is further off than a queue can delay is left to the timer that looks for due rows every five minutes.
    """
    if (at - deps.clock.now()).total_seconds() > waiting.LONGEST_DELAY_S:
        return
    named = tuple(str(key) for key in keys) if len(keys) <= ROWS_PER_NUDGE else ()
    deps.queues.send(Lane.REVISE, Nudge(account=account, listings=named), delay_s=_delay(deps, at), reason="not_before")


def nudge_once_later(deps: CoreDeps, account: AccountId, at: datetime, keys: Sequence[ListingKey]) -> None:
    """As `nudge_later`, but however many ask for the same rows and the same second, one message is sent.

    A row that is put off again and again would else be asked for by as many chains of messages as once named it. Within
    `_SKEW_S` of `at` it is always sent: the message that was meant may have come a moment too soon by this clock. The note
    goes second, as in `wake_around`.
    """
    now = deps.clock.now()
    names = hashlib.sha256("\n".join(sorted(map(str, keys))).encode()).hexdigest()[:16]
    note = f"later#{account}#{int(at.timestamp() // _SLOT_S)}#{names}"
    soon = (at - now).total_seconds() <= _SKEW_S
    if soon or deps.counters.current(note, window_s=_WINDOW_S, now=now) == 0:
        nudge_later(deps, account, at, keys)
        deps.counters.add(note, 1, window_s=_WINDOW_S, now=now)


def wake_around(deps: CoreDeps, account: AccountId, at: datetime) -> None:
    """Wake the drainer around `at`. However many ask for the same second, about one message is sent.

    The message goes first and the note that it went second: a crash in between costs a second message, never the wake.
    """
    now = deps.clock.now()
    delay = _delay(deps, at)
    name = f"wake#{account}#{int((now.timestamp() + delay) // _SLOT_S)}"
    if deps.counters.current(name, window_s=_WINDOW_S, now=now) == 0:
        deps.queues.send(Lane.REVISE, Nudge(account=account), delay_s=delay, reason="drainer_at_work", waits=True)
        deps.counters.add(name, 1, window_s=_WINDOW_S, now=now)


def merged(nudges: Sequence[Nudge]) -> list[Nudge]:
    """The same word in fewer nudges, for nudges of one account: one with all the names, and one without if there was any."""
    names = tuple(dict.fromkeys(name for nudge in nudges for name in nudge.listings))
    found = [nudges[0].model_copy(update={"listings": names})] if names else []
    found += [nudge for nudge in nudges if not nudge.listings][:1]
    return found


def _delay(deps: CoreDeps, at: datetime) -> int:
    return waiting.delay_s(at, deps.clock.now(), least=1)

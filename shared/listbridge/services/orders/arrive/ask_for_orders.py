"""Make an account's poll due: a claim, and the message that carries it. The poll itself is `poll_account.py`."""

from __future__ import annotations

from datetime import datetime, timedelta

from listbridge.domain import waiting
from listbridge.domain.configuration import Account
from listbridge.domain.ids import AccountId, new_id
from listbridge.domain.orders.polling import PollState
from listbridge.domain.work import Lane, PollAccount
from listbridge.services.deps import AccountDeps

TICK_S = 60.0
"""How far apart the schedule's ticks are."""
_ASKED_S = 20
"""How often at most a poll is asked for out of turn: more often, and each would overtake the one before in the queue."""


def poll_now(deps: AccountDeps, account: Account) -> bool:
    """Make the account due and ask at once (a person's check, a hint of the marketplace's); False where it cannot be."""
    if deps.marketplaces.traits(account).orders is None:
        return False
    now = deps.clock.now()
    deps.polls.create(PollState(account=account.id, since=now, next_poll_at=now))
    deps.polls.make_due(account.id, now)
    return send_poll(deps, account.id)


def poll_told(deps: AccountDeps, account: Account) -> None:
    """The marketplace itself says that orders changed: make the account due, and ask at once unless that was done a moment ago.
    What changed since then, the schedule's next minute asks for."""
    if deps.marketplaces.traits(account).orders is None:
        return
    now, name = deps.clock.now(), f"poll_told#{account.id}"
    deps.polls.create(PollState(account=account.id, since=now, next_poll_at=now))
    deps.polls.make_due(account.id, now)
    if deps.counters.current(name, window_s=_ASKED_S, now=now) == 0 and send_poll(deps, account.id):
        deps.counters.add(name, 1, window_s=_ASKED_S, now=now)


def poll_after(deps: AccountDeps, account: Account, at: datetime) -> None:
    """See to it that a poll begins after `at`, soon: fewer units were seen than must be there (promises.md#p11).

    A caller that waits for it asks again until it is over. A poll under way is not overtaken, and one that fails keeps
    its rhythm.
    """
    if deps.marketplaces.traits(account).orders is None:
        return
    now, state = deps.clock.now(), deps.polls.find(account.id)
    if state is not None:
        if state.watermark is not None and state.watermark > at:
            return
        if (state.began is not None or state.failures) and state.next_poll_at > now:
            return
    name = f"poll_after#{account.id}"
    if deps.counters.current(name, window_s=_ASKED_S, now=now) == 0 and poll_now(deps, account):
        deps.counters.add(name, 1, window_s=_ASKED_S, now=now)


def send_poll(deps: AccountDeps, account: AccountId, due_at: datetime | None = None) -> bool:
    """Claim the account's poll and queue it for when it is due, now or at `due_at`; False when somebody has it.

    One message, from a schedule or a person, stands for the polls of a minute: those that are due sooner queue one
    another.
    """
    now, claim = deps.clock.now(), new_id("poll")
    at = max(now, due_at or now)
    until = at + timedelta(seconds=deps.limits.poll_claim_s)
    if deps.polls.claim(account, claim, now=at, until=until) is None:
        return False
    message = PollAccount(account=account, claim=claim, until=now + timedelta(seconds=TICK_S))
    deps.queues.send(Lane.ORDERS, message, delay_s=waiting.delay_s(at, now))
    return True

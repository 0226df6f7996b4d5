"""Have marketplaces tell our queue what changes, where they can send to one, and stop it."""

from __future__ import annotations

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account
from listbridge.domain.verdicts import RemoteError
from listbridge.services.deps import AccountDeps


def keep_listening(deps: AccountDeps, account: Account) -> None:
    """Ask the account's marketplace to tell our queue what changes; idempotent.

    What comes there are hints, and everything works without them, later: so a refusal is told, and stops nothing.
    """
    queue = deps.marketplaces.events_queue(account)
    if not queue:
        return
    try:
        deps.marketplaces.open(account).listen(queue, "")
    except RemoteError as error:
        reason = error.problem.as_reason()
        deps.activity.note(ActivityEntry(account.id, "events_not_told", deps.clock.now(), reason, account.id))


def stop_listening(deps: AccountDeps, account: Account) -> None:
    """Ask the marketplace of an account that is about to be forgotten to send nothing more about it; idempotent.

    What comes all the same is nobody's and dropped: so a refusal is told, and stops nothing.
    """
    queue = deps.marketplaces.events_queue(account)
    if not queue:
        return
    others = [
        one
        for one in deps.configuration.all(Account)
        if one.marketplace == account.marketplace and one.id != account.id
    ]
    try:
        deps.marketplaces.open(account).stop_listening(queue, last=not others)
    except RemoteError as error:
        reason = error.problem.as_reason()
        deps.activity.note(ActivityEntry(account.id, "events_still_told", deps.clock.now(), reason, account.id))

"""Have marketplaces tell our queue what changes, where they can send to one."""

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

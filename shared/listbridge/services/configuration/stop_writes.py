"""The kill switch: stop everything that is written to an account's marketplace, at once, and let it go on
(protocol.md#kill-switch)."""

from __future__ import annotations

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, WritesStopped
from listbridge.domain.ids import AccountId
from listbridge.domain.listings.holds import WRITES_STOPPED
from listbridge.domain.work import Lane, RelayOrder
from listbridge.services.catalog.nudge import nudge
from listbridge.services.configuration.change_configuration import recompute_all
from listbridge.services.deps import CoreDeps, OrderDeps
from listbridge.services.listings.revise.failed_updates import causes_changed

_PAGE = 200
_PAGES = 10
"""Orders whose parcels were kept back are looked for among so many pages of the newest. Older ones are compared within six hours."""


def stop_writes(deps: CoreDeps, account: Account, why: str, actor: str) -> Account:
    """From now on nothing is written to the marketplace, zeros included. Nothing is counted or asked first. Stopping what is
    stopped changes nothing. Raises Conflict when the account is edited at the same time."""
    if account.stopped is not None:
        return account
    now = deps.clock.now()
    stopped = account.model_copy(update={"stopped": WritesStopped(by=actor, at=now, why=why)})
    deps.configuration.save(stopped)
    deps.activity.note(ActivityEntry(account.id, "writes_stopped", now, {"why": why}, account.id, actor))
    return deps.configuration.get(Account, account.id)


def resume_writes(deps: OrderDeps, account: Account, why: str, actor: str) -> Account:
    """Send again: what is due, zeros first, and what waited for its turn meanwhile. Of an account that is written to already only
    that is asked for again, for a worker may have died before it.

    Raises Conflict when the account is edited at the same time.
    """
    if account.stopped is not None:
        now = deps.clock.now()
        deps.configuration.save(account.model_copy(update={"stopped": None}))
        deps.activity.note(ActivityEntry(account.id, "writes_resumed", now, {"why": why}, account.id, actor))
        account = deps.configuration.get(Account, account.id)
    nudge(deps, account.id)
    causes_changed(deps, [account.id])
    recompute_all(deps, account, actor)  # what came back into stock meanwhile goes on sale
    _tell_parcels(deps, account.id)
    return account


def _tell_parcels(deps: OrderDeps, account: AccountId) -> None:
    """Compare the orders again of which something was to be told."""
    cursor: str | None = None
    for _ in range(_PAGES):
        orders, cursor = deps.orders.recent(account, cursor, _PAGE)
        waiting = [one for one in orders if any(notice.code == WRITES_STOPPED for notice in one.notices)]
        deps.queues.send(Lane.FULFILLMENTS, *(RelayOrder(account=account, order=one.key.remote) for one in waiting))
        if cursor is None:
            return

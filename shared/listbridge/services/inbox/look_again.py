"""Read again what a marketplace says has changed. Nothing is computed from what it says."""

from __future__ import annotations

from collections.abc import Sequence

from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.ids import RemoteOrderId, Sku
from listbridge.domain.ports import Missing
from listbridge.domain.verdicts import RemoteError, Unauthorized
from listbridge.domain.work import AccountEvent, HintKind, ImportOrder, Lane
from listbridge.services.connection_state import expire_account
from listbridge.services.deps import AccountDeps, InboxDeps
from listbridge.services.listings.publish.taken_in import look_for_publishings
from listbridge.services.listings.revise.look_for_outcomes import look_for_outcomes, look_for_submission
from listbridge.services.orders.arrive.ask_for_orders import poll_told


def look_again(deps: InboxDeps, event: AccountEvent) -> None:
    """Have looked at what the event points at: an order that it names by reading that, others by the next poll, at
    once; listings and submissions by asking what became of what was submitted or is being published; the account itself by asking whether it
    still lets us in.

    Events of an account that is gone or expired end here: connecting it again looks at everything.
    """
    if event.delivery:
        deps.inbox.taken([(event.account, event.delivery)])
    try:
        account = deps.configuration.get(Account, event.account)
    except Missing:
        return
    if account.state is not ConnectionState.ACTIVE:
        return
    kinds = {hint.kind for hint in event.hints}
    if HintKind.ACCOUNT_GONE in kinds and not _still_lets_us_in(deps, account):
        return
    if HintKind.ORDER in kinds:
        _look_at_orders(deps, account, _ids(event, HintKind.ORDER))
    if HintKind.LISTING in kinds:
        skus = [Sku(id) for id in _ids(event, HintKind.LISTING)]
        look_for_outcomes(deps, account.id, skus)
        look_for_publishings(deps, account.id, skus)
    for submission in _ids(event, HintKind.SUBMISSION):
        look_for_submission(deps, account.id, submission)


def _ids(event: AccountEvent, kind: HintKind) -> list[str]:
    return list(dict.fromkeys(hint.id for hint in event.hints if hint.kind is kind))


def _look_at_orders(deps: AccountDeps, account: Account, ids: Sequence[str]) -> None:
    """Read the orders that are named, for a marketplace may allow few polls; a poll still finds what no event told."""
    if deps.marketplaces.traits(account).orders is None:
        return
    named = [ImportOrder(account=account.id, order=RemoteOrderId(id), anew=True) for id in ids if id]
    if named:
        deps.queues.send(Lane.ORDERS, *named)
    if "" in ids:
        poll_told(deps, account)


def _still_lets_us_in(deps: AccountDeps, account: Account) -> bool:
    try:
        deps.marketplaces.open(account).identify()
    except Unauthorized as error:
        expire_account(deps, account, error.problem)
        return False
    except RemoteError:
        return True  # it cannot be asked now; the hourly check asks again
    return True

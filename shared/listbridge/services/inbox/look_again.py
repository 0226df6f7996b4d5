"""Read again what a marketplace says has changed. Nothing is computed from what it says."""

from __future__ import annotations

from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.ids import Sku
from listbridge.domain.ports import Missing
from listbridge.domain.verdicts import RemoteError, Unauthorized
from listbridge.domain.work import AccountEvent, HintKind
from listbridge.services.connection_state import expire_account
from listbridge.services.deps import AccountDeps, InboxDeps
from listbridge.services.listings.revise.look_for_outcomes import look_for_outcomes
from listbridge.services.orders.arrive.ask_for_orders import poll_told


def look_again(deps: InboxDeps, event: AccountEvent) -> None:
    """Have looked at what the event points at: orders by the next poll, at once; listings by asking what became of
    what was submitted; the account itself by asking whether it still lets us in.

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
        poll_told(deps, account)
    if HintKind.LISTING in kinds:
        skus = [Sku(hint.id) for hint in event.hints if hint.kind is HintKind.LISTING]
        look_for_outcomes(deps, account.id, skus)


def _still_lets_us_in(deps: AccountDeps, account: Account) -> bool:
    try:
        deps.marketplaces.open(account).identify()
    except Unauthorized as error:
        expire_account(deps, account, error.problem)
        return False
    except RemoteError:
        return True  # it cannot be asked now; the hourly check asks again
    return True

"""What becomes of an account's listings when they sell out: read at the marketplace, and switched on there."""

from __future__ import annotations

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account
from listbridge.domain.listings.holds import account_hold
from listbridge.services.deps import AccountDeps
from listbridge.services.refusal import Refused


def keep_sold_out(deps: AccountDeps, account: Account, actor: str) -> int:
    """Ask the marketplace to keep the account's listings at 0; how many hours that may take, 0 where they are kept already.

    Raises Refused where nothing is written for the account, RemoteError.
    """
    hold = account_hold(account)
    if hold is not None:
        raise Refused(hold)
    adapter = deps.marketplaces.open(account)
    if adapter.keeps_sold_out():
        return 0
    hours = adapter.keep_sold_out()
    params = {"name": account.name, "hours": str(hours)}
    deps.activity.note(ActivityEntry(account.id, "keep_sold_out_asked", deps.clock.now(), params, account.id, actor))
    return hours

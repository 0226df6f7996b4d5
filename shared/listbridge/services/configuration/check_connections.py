"""Check every hour whether each shop and each account still answers."""

from __future__ import annotations

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, ConnectionState, Shop
from listbridge.domain.credentials_end import CREDENTIALS_END, credentials_end
from listbridge.domain.verdicts import RemoteError, Unauthorized
from listbridge.services.configuration.public_address import restore_hooks
from listbridge.services.configuration.queue_events import keep_listening
from listbridge.services.connection_state import credentials_end_soon, expire_account, expire_shop, with_facts
from listbridge.services.deps import AccountDeps, ConnectionDeps, CoreDeps

_DAY_S = 86_400


def check_shop_connection(deps: ConnectionDeps, shop: Shop) -> int:
    """Are the shop's hooks there, and do its credentials work? Returns 1 when hooks had to be made again.

    Hooks that were missing are made, and the shop is read from end to end for what they did not say.
    """
    if shop.state is not ConnectionState.ACTIVE:
        return 0
    try:
        report = restore_hooks(deps, shop, "listbridge")
    except Unauthorized as error:
        expire_shop(deps, shop, error.problem)
        return 0
    except RemoteError as error:
        _tell_failed(deps, shop.id, error)
        return 0
    return int(report is not None and bool(report.created))


def check_account_connection(deps: AccountDeps, account: Account) -> int:
    """Do the account's credentials work? Returns 1 when they do not. An account that only observes is not asked."""
    if account.state is not ConnectionState.ACTIVE or account.observe:
        return 0
    try:
        identity = deps.marketplaces.open(account).identify()
    except Unauthorized as error:
        expire_account(deps, account, error.problem)
        return 1
    except RemoteError as error:
        _tell_failed(deps, account.id, error)
    else:
        account = with_facts(deps, account, identity.facts)
        _remind(deps, account)
        keep_listening(deps, account)
    return 0


def _remind(deps: CoreDeps, account: Account) -> None:
    """Of credentials that end soon, once a day."""
    now = deps.clock.now()
    ends = credentials_end(account.facts, now)
    name = f"{CREDENTIALS_END}#{account.id}"
    if ends is None or deps.counters.current(name, window_s=_DAY_S, now=now):
        return
    deps.counters.add(name, 1, window_s=_DAY_S, now=now)
    params = credentials_end_soon(account, ends).params
    deps.activity.note(ActivityEntry(account.id, "credentials_end_soon", now, params, account.id))


def _tell_failed(deps: CoreDeps, subject: str, error: RemoteError) -> None:
    deps.activity.note(ActivityEntry(subject, "check_failed", deps.clock.now(), error.problem.as_reason()))

"""A shop or account whose credentials are refused, and how it becomes active again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, ConnectionState, Shop
from listbridge.domain.ids import AccountId, ShopId
from listbridge.domain.ports import Conflict
from listbridge.domain.problem import Problem
from listbridge.services.deps import CoreDeps

C = TypeVar("C", Shop, Account)
_TRIES = 5


def secret_name(kind: str, id: str) -> str:
    """Where the credentials of a shop (`shops`) or account (`accounts`) are, below our prefix."""
    return f"{kind}/{id}"


def expire_shop(deps: CoreDeps, shop: Shop, reason: Problem) -> Shop:
    """The shop refused our credentials: stop reading it, say so once, and wait to be connected again."""
    return _set_state(deps, shop, ConnectionState.EXPIRED, "shop_expired", reason)


def shop_uninstalled(deps: CoreDeps, shop: Shop) -> Shop:
    """The app was uninstalled from the shop."""
    return _set_state(deps, shop, ConnectionState.DISCONNECTED, "shop_uninstalled", Problem("app_uninstalled"))


def expire_account(deps: CoreDeps, account: Account, reason: Problem) -> Account:
    """The marketplace refused our credentials: the account's listings stay due, and move when it is connected again."""
    return _set_state(deps, account, ConnectionState.EXPIRED, "account_expired", reason)


def with_facts(deps: CoreDeps, connection: C, facts: Mapping[str, str]) -> C:
    """The connection with what the platform says of itself now, saved where that has changed.

    An edit of the connection at the same moment wins: the next look saves the facts.
    """
    if dict(facts) == connection.facts:
        return connection
    try:
        return deps.configuration.save(connection.model_copy(update={"facts": dict(facts)}))
    except Conflict:
        return connection


def credentials_end_soon(account: Account, ends: datetime) -> Problem:
    """What a person is reminded of before the account's credentials end on their own."""
    at = ends.astimezone(UTC).strftime("%Y-%m-%d")
    return Problem("credentials_end_soon", {"account": account.name, "at": at}, "renew_credentials")


def _set_state(deps: CoreDeps, connection: C, state: ConnectionState, event: str, reason: Problem) -> C:
    for _ in range(_TRIES):
        if connection.state is state:
            return connection
        try:
            saved = deps.configuration.save(connection.model_copy(update={"state": state}))
        except Conflict:
            connection = deps.configuration.get(type(connection), connection.id)
            if state is ConnectionState.EXPIRED:
                return connection  # it was refused as it was before: new credentials may be why it changed
            continue
        account = AccountId(saved.id) if isinstance(saved, Account) else None
        deps.activity.note(
            ActivityEntry(
                subject=ShopId(saved.id), event=event, at=deps.clock.now(), params=reason.as_reason(), account=account
            )
        )
        return saved
    raise Conflict(f"{type(connection).__name__} {connection.id} kept changing")

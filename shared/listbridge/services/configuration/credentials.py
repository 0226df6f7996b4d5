"""Credentials of shops and accounts: one secret each, tried before it replaces a secret that works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, ConnectionState, Shop
from listbridge.domain.ids import AccountId, new_id
from listbridge.domain.ports import Conflict, Missing
from listbridge.domain.ports.grants import grant_lease
from listbridge.domain.problem import Problem
from listbridge.services.connection_state import secret_name
from listbridge.services.deps import ConnectionDeps, CoreDeps
from listbridge.services.refusal import Refused

SHOPS = "shops"
ACCOUNTS = "accounts"
_TRIES = 5
_WRITE_S = 10.0
_TRIAL_S = 40.0
"""Longer than the admin function may run."""
_LOOK_S = 0.5
_LOOKS = 40
C = TypeVar("C", Shop, Account)


def fields_set(deps: ConnectionDeps, kind: str, connection: Shop | Account) -> tuple[str, ...]:
    """Which credential fields have a value. The values themselves stay where they are."""
    try:
        secret = deps.secrets.get(secret_name(kind, connection.id), revision=connection.rev)
    except Missing:
        return ()
    return tuple(sorted(name for name, value in secret.items() if value))


def replace_credentials(deps: ConnectionDeps, kind: str, id: str, credentials: Mapping[str, str]) -> None:
    """Store credentials over those that are there, once nobody renews these. Raises Refused when that takes too long."""
    name = secret_name(kind, id)
    with _only_writer(deps, name, _WRITE_S):
        deps.secrets.put(name, credentials)


@contextmanager
def stored_on_trial(deps: ConnectionDeps, kind: str, id: str) -> Iterator[str]:
    """Lay what is stored under a passing id, as `trial` does. Nobody else renews it meanwhile, and what the trial renewed is
    stored over it: the token before may be worth nothing. Raises Missing, and Refused as `replace_credentials` does."""
    name = secret_name(kind, id)
    with _only_writer(deps, name, _TRIAL_S):
        stored = deps.secrets.get(name)
        with trial(deps, kind, stored) as trial_id:
            try:
                yield trial_id
            finally:
                tried = deps.secrets.get(secret_name(kind, trial_id))
                if tried != stored:
                    deps.secrets.put(name, tried)


@contextmanager
def _only_writer(deps: CoreDeps, name: str, seconds: float) -> Iterator[None]:
    for _ in range(_LOOKS):
        lease = deps.leases.acquire(grant_lease(name), new_id("writer"), seconds=seconds)
        if lease is not None:
            try:
                yield
            finally:
                deps.leases.release(lease)
            return
        deps.clock.sleep(_LOOK_S)
    raise Refused(Problem("access_being_renewed", fix="repeat_later"))


@contextmanager
def trial(deps: ConnectionDeps, kind: str, credentials: Mapping[str, str]) -> Iterator[str]:
    """Lay credentials under a passing id, so that they can be tried without touching those in use; yields the id."""
    id = new_id("trial")
    deps.secrets.put(secret_name(kind, id), credentials)
    try:
        yield id
    finally:
        deps.secrets.delete(secret_name(kind, id))


def reconnected(deps: CoreDeps, connection: C, actor: str, **changes: object) -> C:
    """Save the connection as active. The new revision makes every worker open it again, with the credentials as they
    are now. Raises Conflict when it kept changing."""
    for _ in range(_TRIES):
        update = {"state": ConnectionState.ACTIVE, **changes}
        try:
            saved = deps.configuration.save(connection.model_copy(update=update))
        except Conflict:
            connection = deps.configuration.get(type(connection), connection.id)
            continue
        account = AccountId(saved.id) if isinstance(saved, Account) else None
        deps.activity.note(
            ActivityEntry(saved.id, "reconnected", deps.clock.now(), {"name": saved.name}, account, actor)
        )
        return saved
    raise Conflict(f"{type(connection).__name__} {connection.id} kept changing")

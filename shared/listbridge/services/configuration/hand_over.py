"""A hand-over in steps: a state that works once, what is kept between two steps, and what is granted in the end."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from listbridge.domain.configuration import Account, Document, Shop
from listbridge.domain.ids import AccountId, ShopId
from listbridge.domain.ports import Arrival, Conflict, Handed, Missing, Way
from listbridge.domain.ports.grants import GRANTED
from listbridge.domain.problem import Problem
from listbridge.domain.raw_request import RawRequest
from listbridge.services.configuration.connect_account import replace_account_credentials
from listbridge.services.configuration.connect_shop import replace_shop_credentials
from listbridge.services.configuration.credentials import ACCOUNTS, SHOPS
from listbridge.services.configuration.public_address import public_base_url
from listbridge.services.connection_state import secret_name
from listbridge.services.deps import ConnectionDeps, CoreDeps
from listbridge.services.refusal import Refused

VALID_FOR = timedelta(minutes=15)
LANDING = "done"
"""Stands where a platform's name stands in the address: the page for a browser that brings nothing."""


class Consent(Document):
    """A step that is waited for. Its id is the hash of the state, so that reading our table gives nobody a state.

    What is kept for the step is a secret of its own, deleted with it.
    """

    kind: ClassVar[str] = "consent"
    account: AccountId | None = None
    shop: ShopId | None = None
    actor: str
    expires_at: datetime
    step: str = ""
    keeps: bool = False
    used: bool = False


@dataclass(frozen=True, slots=True)
class Landed:
    """What became of a step. `answer` is what a machine is told; `done`: the connection stands."""

    connection: Shop | Account
    answer: Mapping[str, Any] | None
    done: bool


def begin_hand_over(deps: ConnectionDeps, connection: Shop | Account, actor: str) -> str:
    """Where the owner goes now. The address works once, for a quarter of an hour.

    Raises Missing where the platform hands nothing over, RemoteError, and Refused as long as nobody knows our address.
    """
    _sweep(deps)
    way = _way(deps, connection)
    begun = deps.hand_overs.begin(connection, way)
    _wait_for(deps, connection, way.state, actor, step="", keep=begun.keep)
    return begun.url


def receive_hand_over(deps: ConnectionDeps, slug: str, state: str, request: RawRequest) -> Landed:
    """Take in what came with this state, prove what it grants, and store it beside what was there. The state is used up.

    Raises Refused when the state is not one of ours for this platform, was used before or is too old, and when the owner
    declined; RemoteError when the platform grants nothing. What is stored is then as it was.
    """
    consent, connection, keep = _used_up(deps, slug, state)
    way = _way(deps, connection)
    handed = deps.hand_overs.receive(connection, Arrival(consent.step, request, keep, way))
    if handed.declined:
        raise Refused(Problem("consent_declined", {"account": connection.name}, "ask_for_consent_again"))
    if handed.next_step:
        _wait_for(deps, connection, way.state, consent.actor, step=handed.next_step, keep=handed.keep)
        return Landed(connection, handed.answer, done=False)
    return Landed(_connected(deps, connection, handed, consent.actor), handed.answer, done=True)


def _connected(deps: ConnectionDeps, connection: Shop | Account, handed: Handed, actor: str) -> Shop | Account:
    stored = deps.secrets.get(secret_name(_kind(connection), connection.id))
    # What was granted before holds for the refresh token before: tried with it, the old access would prove the new.
    kept = {name: value for name, value in stored.items() if name not in GRANTED}
    credentials = {**kept, **handed.credentials}
    if isinstance(connection, Account):
        return replace_account_credentials(deps, connection, credentials, actor, handed.settings).account
    return replace_shop_credentials(deps, connection, credentials, actor, handed.settings).shop


def _used_up(deps: ConnectionDeps, slug: str, state: str) -> tuple[Consent, Shop | Account, Mapping[str, str]]:
    """The step that was waited for, with what was kept for it, which is gone from now on. Raises Refused."""
    refusal = Refused(Problem("consent_state_invalid", fix="ask_for_consent_again"))
    try:
        consent = deps.configuration.get(Consent, _hashed(state))
        keep = deps.secrets.get(_keep_name(consent)) if consent.keeps else {}
    except Missing:
        raise refusal from None
    if not _used_by_us(deps, consent) or consent.expires_at < deps.clock.now():
        raise refusal
    try:
        connection = _connection_of(deps, consent)
    except Missing:
        raise refusal from None
    if _platform(connection) != slug:
        raise refusal
    return consent, connection, keep


def _connection_of(deps: CoreDeps, consent: Consent) -> Shop | Account:
    if consent.shop is not None:
        return deps.configuration.get(Shop, consent.shop)
    return deps.configuration.get(Account, consent.account or AccountId(""))


def _wait_for(
    deps: ConnectionDeps, connection: Shop | Account, state: str, actor: str, *, step: str, keep: Mapping[str, str]
) -> None:
    consent = Consent(
        id=_hashed(state),
        account=connection.id if isinstance(connection, Account) else None,
        shop=connection.id if isinstance(connection, Shop) else None,
        actor=actor,
        expires_at=deps.clock.now() + VALID_FOR,
        step=step,
        keeps=bool(keep),
    )
    deps.configuration.save(consent)  # first: a secret without its row would never be swept away
    if keep:
        deps.secrets.put(_keep_name(consent), keep)


def _way(deps: CoreDeps, connection: Shop | Account) -> Way:
    base = public_base_url(deps.configuration)
    if not base:
        raise Refused(Problem("public_address_unknown", fix="set_public_address"))
    room = f"{base}/callbacks"
    return Way(secrets.token_urlsafe(32), f"{room}/{_platform(connection)}", f"{room}/{LANDING}")


def _sweep(deps: ConnectionDeps) -> None:
    now = deps.clock.now()
    for old in deps.configuration.all(Consent):
        if old.expires_at < now:
            _remove(deps, old)


def _used_by_us(deps: ConnectionDeps, consent: Consent) -> bool:
    """Use the step up: True for exactly one of several that try. What dies after that is swept away later."""
    if consent.used:
        return False
    try:
        consent = deps.configuration.save(consent.model_copy(update={"used": True}))
    except Conflict:
        return False
    _remove(deps, consent)
    return True


def _remove(deps: ConnectionDeps, consent: Consent) -> None:
    """The secret first: without its row it would never be found again."""
    if consent.keeps:
        deps.secrets.delete(_keep_name(consent))
    with suppress(Conflict):  # somebody else removes it, too
        deps.configuration.delete(consent)


def _keep_name(consent: Consent) -> str:
    kind = SHOPS if consent.shop is not None else ACCOUNTS
    return secret_name(kind, f"keep_{consent.id[:40]}")


def _platform(connection: Shop | Account) -> str:
    return connection.platform if isinstance(connection, Shop) else connection.marketplace


def _kind(connection: Shop | Account) -> str:
    return SHOPS if isinstance(connection, Shop) else ACCOUNTS


def _hashed(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()

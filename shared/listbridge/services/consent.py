"""A seller's consent in the browser: a state that works once, and what the marketplace grants for it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import ClassVar

from listbridge.domain.configuration import Account, Document
from listbridge.domain.ids import AccountId
from listbridge.domain.ports import Conflict, Missing
from listbridge.domain.problem import Problem
from listbridge.services.connect_account import AccountCheck, replace_account_credentials
from listbridge.services.connection_state import secret_name
from listbridge.services.credentials import ACCOUNTS
from listbridge.services.deps import Deps
from listbridge.services.refusal import Refused

VALID_FOR = timedelta(minutes=15)


class Consent(Document):
    """A consent that was asked for. Its id is the hash of the state, so that reading our table gives nobody a state."""

    kind: ClassVar[str] = "consent"
    account: AccountId
    actor: str
    expires_at: datetime


def ask_for_consent(deps: Deps, account: Account, actor: str) -> str:
    """A fresh state for the address of the consent page; it works once, for a quarter of an hour."""
    now = deps.clock.now()
    for old in deps.configuration.all(Consent):
        if old.expires_at < now:
            _discard(deps, old)
    state = secrets.token_urlsafe(32)
    deps.configuration.save(
        Consent(id=_hashed(state), account=account.id, actor=actor, expires_at=now + VALID_FOR)
    )
    return state


def consented_account(deps: Deps, state: str, marketplace: str) -> tuple[Account, str]:
    """The account that a returning browser stands for, and who asked. Using a state uses it up.

    Raises Refused when the state is not one of ours for this marketplace, was used before, or is too old.
    """
    refusal = Refused(Problem("consent_state_invalid", fix="ask_for_consent_again"))
    try:
        consent = deps.configuration.get(Consent, _hashed(state))
    except Missing:
        raise refusal from None
    if not _discard(deps, consent) or consent.expires_at < deps.clock.now():
        raise refusal
    try:
        account = deps.configuration.get(Account, consent.account)
    except Missing:
        raise refusal from None
    if account.marketplace != marketplace:
        raise refusal
    return account, consent.actor


def finish_consent(deps: Deps, account: Account, code: str, actor: str) -> AccountCheck:
    """Exchange what the browser brought for credentials, prove whose they are, and store them beside what was there.

    Raises RemoteError and Refused; the stored credentials are then as they were.
    """
    granted = deps.marketplaces.exchange_consent(account, code)
    stored = deps.secrets.get(secret_name(ACCOUNTS, account.id))
    return replace_account_credentials(deps, account, {**stored, **granted}, actor)


def _discard(deps: Deps, consent: Consent) -> bool:
    """True for exactly one of several that try."""
    try:
        deps.configuration.delete(consent)
    except Conflict:
        return False
    return True


def _hashed(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()

"""Short-lived access tokens, kept in the process that fetched them and nowhere else."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RateLimited
from listbridge.infra import observability

if TYPE_CHECKING:
    from listbridge.domain.ports import Clock, Grants
    from listbridge.domain.ports.grants import Renew

REFRESH_BEFORE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and when it expires (aware UTC; None: when the platform says so). Its value is not in its
    repr."""

    access_token: str = field(repr=False)
    expires_at: datetime | None = None

    def fresh(self, now: datetime) -> bool:
        """True while the token outlives any call that begins now."""
        return self.expires_at is None or now < self.expires_at - REFRESH_BEFORE


class TokenCache:
    """Tokens by key, for one process. Safe to share between threads: one of them fetches, the others wait for it."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}
        self._spent: dict[str, tuple[datetime, Problem]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, key: str, fetch: Callable[[], Token], *, now: datetime) -> str:
        """The token's value, fetched when there is none or it has less than a minute left.

        Raises whatever `fetch` raises; nothing is kept then, and the next caller fetches again. A spent limit is the
        exception: until it is back every caller gets RateLimited, and nobody asks.
        """
        token = self._tokens.get(key)
        if token is not None and token.fresh(now):
            return token.access_token
        with self._lock_of(key):
            token = self._tokens.get(key)
            if token is None or not token.fresh(now):
                token = self._fetched(key, fetch, now)
                observability.protect(token.access_token)
                self._tokens[key] = token
            return token.access_token

    def _fetched(self, key: str, fetch: Callable[[], Token], now: datetime) -> Token:
        until, problem = self._spent.get(key, (now, None))
        if problem is not None and now < until:
            raise RateLimited(problem, after_s=(until - now).total_seconds(), until=until)
        try:
            return fetch()
        except RateLimited as spent:
            self._spent[key] = (spent.until or now + timedelta(seconds=spent.after_s), spent.problem)
            raise

    def forget(self, key: str, refused: str) -> None:
        """Drop this token, because the platform refused it; one that was fetched since stays."""
        with self._lock_of(key):
            held = self._tokens.get(key)
            if held is not None and held.access_token == refused:
                del self._tokens[key]

    def _lock_of(self, key: str) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(key, threading.Lock())


class AccessTokens(Protocol):
    """The access tokens of one shop or account, however they are got. Safe to share between threads."""

    def token(self) -> str:
        """A token to call with. Raises RemoteError."""

    def renew(self) -> bool:
        """Give up the token that this thread asked for last, because it was refused; whether there is a way to another."""


class Access:
    """`AccessTokens` that are asked for with credentials which do not change.

    `depends_on` is everything that a token depends on: after a reconnect the old credentials' token must not speak for the
    new. `fetch` asks for a token, and raises RemoteError.
    """

    def __init__(self, cache: TokenCache, name: str, depends_on: str, fetch: Callable[[], Token], clock: Clock) -> None:
        self._cache = cache
        self._key = f"{name}:{hashlib.sha256(depends_on.encode()).hexdigest()}"
        self._fetch = fetch
        self._clock = clock
        self._mine = threading.local()

    def token(self) -> str:
        """A token to call with."""
        self._mine.token = self._cache.get(self._key, self._fetch, now=self._clock.now())
        return str(self._mine.token)

    def renew(self) -> bool:
        """Drop a token that was refused, unless another thread has fetched the next: there is always a way to one."""
        self._cache.forget(self._key, getattr(self._mine, "token", ""))
        return True


class GrantedAccess:
    """`AccessTokens` that are renewed with a refresh token which changes at each use.

    `grants` are the connection's; `ask` asks for the next token (`domain.ports.grants.Renew`).
    """

    def __init__(self, grants: Grants, ask: Renew) -> None:
        self._grants = grants
        self._ask = ask
        self._mine = threading.local()

    def token(self) -> str:
        """A token to call with. Raises as `Grants.token` does."""
        self._mine.token = self._grants.token(self._ask)
        return str(self._mine.token)

    def renew(self) -> bool:
        """Say which token was refused: the next one is another."""
        self._grants.refused(getattr(self._mine, "token", ""))
        return True

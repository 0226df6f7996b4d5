"""Short-lived access tokens, kept in the process that fetched them and nowhere else."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from listbridge.infra import observability

if TYPE_CHECKING:
    from listbridge.domain.ports import Clock

REFRESH_BEFORE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and when it expires (aware UTC; None: when the other side says so). Its value is not in its repr."""

    access_token: str = field(repr=False)
    expires_at: datetime | None = None

    def fresh(self, now: datetime) -> bool:
        """True while the token outlives any call that begins now."""
        return self.expires_at is None or now < self.expires_at - REFRESH_BEFORE


class TokenCache:
    """Tokens by key, for one process. Safe to share between threads: one of them fetches, the others wait for it."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, key: str, fetch: Callable[[], Token], *, now: datetime) -> str:
        """The token's value, fetched when there is none or it has less than a minute left.

        Raises whatever `fetch` raises; nothing is kept then, and the next caller fetches again.
        """
        token = self._tokens.get(key)
        if token is not None and token.fresh(now):
            return token.access_token
        with self._lock_of(key):
            token = self._tokens.get(key)
            if token is None or not token.fresh(now):
                token = fetch()
                observability.protect(token.access_token)
                self._tokens[key] = token
            return token.access_token

    def forget(self, key: str) -> None:
        """Drop the token, because the other side refused it."""
        self._tokens.pop(key, None)

    def _lock_of(self, key: str) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(key, threading.Lock())


class Access:
    """Access tokens of one shop or account that are asked for with credentials which do not change.

    `depends_on` is everything that a token depends on: after a reconnect the old credentials' token must not speak for the
    new. `fetch` asks for a token, and raises RemoteError.
    """

    def __init__(self, cache: TokenCache, name: str, depends_on: str, fetch: Callable[[], Token], clock: Clock) -> None:
        self._cache = cache
        self._key = f"{name}:{hashlib.sha256(depends_on.encode()).hexdigest()}"
        self._fetch = fetch
        self._clock = clock

    def token(self) -> str:
        """A token to call with."""
        return self._cache.get(self._key, self._fetch, now=self._clock.now())

    def renew(self) -> bool:
        """Drop a token that was refused: there is always a way to another."""
        self._cache.forget(self._key)
        return True

"""Granted access in the secret of its shop or account: one writer by a lease, both tokens in one write."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from listbridge.domain.ports import Clock, Conflict, Lease, Leases, SecretStore
from listbridge.domain.ports.grants import GRANTED_TOKEN, GRANTED_UNTIL, REFRESH_TOKEN, Granted, Renew, grant_lease
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RetryLater, Unauthorized
from listbridge.infra.calls.tokens import Token

_LOOK_S = 0.5
_LOOKS = 4
"""Inside of a unit's lease nobody waits for longer than a blink: the call is made again later."""


class SecretGrants:
    """`domain.ports.Grants`. Safe to share between threads.

    The holder of the lease reads the secret again first, for another process may have renewed since. A process that
    dies between the renewal and the write loses the new token: where the platform has ended the old one by then, the
    seller connects again.
    """

    def __init__(
        self, name: str, held: Mapping[str, str], *, secrets: SecretStore, leases: Leases, clock: Clock, lease_s: float
    ) -> None:
        """`name` of the secret, what it `held` when the connection was opened; `lease_s` outlives a call and a write."""
        self._name, self._held = name, dict(held)
        self._secrets, self._leases, self._clock, self._lease_s = secrets, leases, clock, lease_s
        self._refused = ""
        self._lock = threading.Lock()

    def token(self, renew: Renew) -> str:
        good = self._good(self._held)
        if good:
            return good
        with self._lock:
            return self._good(self._held) or self._by_one(renew)

    def refused(self, token: str) -> None:
        self._refused = token

    def _by_one(self, renew: Renew) -> str:
        for _ in range(_LOOKS):
            lease = self._leases.acquire(grant_lease(self._name), str(uuid4()), seconds=self._lease_s)
            if lease is not None:
                try:
                    return self._read_again() or self._renewed(lease, renew)
                finally:
                    self._leases.release(lease)
            self._clock.sleep(_LOOK_S)
            good = self._read_again()
            if good:
                return good
        raise RetryLater(Problem("access_being_renewed"), after_s=2.0)

    def _renewed(self, lease: Lease, renew: Renew) -> str:
        used = self._held.get(REFRESH_TOKEN, "")
        try:
            granted = renew(used)
        except Unauthorized:
            self._clock.sleep(_LOOK_S)  # what was saved a moment ago may not be shown yet
            good = self._read_again()
            if good:
                return good
            stored = self._held.get(REFRESH_TOKEN, "")
            if stored == used:
                raise
            used, granted = stored, renew(stored)
        self._save(lease, used, granted)
        return granted.access_token

    def _save(self, lease: Lease, used: str, granted: Granted) -> None:
        try:
            self._leases.renew(lease, seconds=self._lease_s)
        except Conflict:
            # Somebody else may have written since. What we were granted follows on the token that we used, and no other.
            self._read_again()
            if self._held.get(REFRESH_TOKEN, "") != used:
                raise RetryLater(Problem("access_being_renewed"), after_s=2.0) from None
        self._held |= {
            REFRESH_TOKEN: granted.refresh_token or used,
            GRANTED_TOKEN: granted.access_token,
            GRANTED_UNTIL: granted.expires_at.isoformat() if granted.expires_at else "",
        }
        self._secrets.put(self._name, self._held)

    def _read_again(self) -> str:
        self._held = self._secrets.get(self._name)
        return self._good(self._held)

    def _good(self, held: Mapping[str, str]) -> str:
        """The access token that is stored, or nothing when there is none to call with."""
        token, until = held.get(GRANTED_TOKEN, ""), held.get(GRANTED_UNTIL, "")
        if not token or token == self._refused:
            return ""
        expires_at = datetime.fromisoformat(until) if until else None
        return token if Token(token, expires_at).fresh(self._clock.now()) else ""

"""Granted access of connections in tests: none at all, or one that is stored and renewed as in a deployment."""

from __future__ import annotations

from collections.abc import Mapping

from listbridge.domain.ports import Clock
from listbridge.domain.ports.grants import Renew
from listbridge.infra.calls.grants import SecretGrants
from tests.fakes.coordination import FakeLeases
from tests.fakes.secrets import FakeSecretStore

_NAME = "stored"


class NoGrants:
    """`Grants` of an adapter whose refresh token never changes, and which therefore never asks."""

    def token(self, renew: Renew) -> str:
        raise AssertionError("nothing is granted here")

    def refused(self, token: str) -> None:
        raise AssertionError("nothing is granted here")


class StoredGrants:
    """The secret of one shop or account whose refresh token changes at each use, for all connections that a test opens."""

    def __init__(self, clock: Clock, secret: Mapping[str, str]) -> None:
        self._clock = clock
        self._leases = FakeLeases(clock)
        self._secrets = FakeSecretStore()
        self._secrets.put(_NAME, secret)

    def secret(self) -> dict[str, str]:
        """As it stands now, with what was renewed last."""
        return self._secrets.get(_NAME)

    def opened(self, held: Mapping[str, str]) -> SecretGrants:
        """`Grants` of a connection that was opened with this secret."""
        return SecretGrants(_NAME, held, secrets=self._secrets, leases=self._leases, clock=self._clock, lease_s=12.0)

"""A platform whose refresh token works once: each use gives a new one and ends the old one, for good or after a while."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from datetime import timedelta

from listbridge.domain.ports import Granted
from listbridge.domain.ports.grants import REFRESH_TOKEN
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RetryLater, Unauthorized
from listbridge.infra.calls.grants import SecretGrants
from simulators.kit.tokens import Grant, TokenStore
from tests.fakes.stores import Stores

SECRET = "accounts/acc_1"  # a name
DEAD = Problem("credentials_missing", {"name": "anna"}, "reconnect_account")
LOST = Problem("no_answer")
HOUR = timedelta(hours=1)
_SELLER = Grant("anna")


class RotatingPlatform:
    """`renewals` counts the renewals that were granted, `refusals` those that were not."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self.renewals = self.refusals = 0
        self.meanwhile: Callable[[], None] = lambda: None
        """What happens elsewhere while a renewal is on its way."""
        self.lives_on = timedelta(0)
        """For so long a refresh token works again after its first use."""
        self.answer_lost = False
        """The next renewal is granted, and its answer never comes."""
        self._numbers = itertools.count(1)
        self._refresh = TokenStore[Grant](stores.clock.now)
        self._access = TokenStore[Grant](stores.clock.now)

    def consent(self) -> dict[str, str]:
        """A seller agrees: a fresh refresh token, and nothing that was granted before is good."""
        self._access.end_all()
        self._refresh.end_all()
        made = f"refresh-{next(self._numbers)}"
        self._refresh.issue(made, _SELLER)
        return {"client_id": "c", REFRESH_TOKEN: made}

    def worker(self, held: Mapping[str, str] | None = None) -> SecretGrants:
        """The grants of one process, which read the secret when it opened the account."""
        stores = self.stores
        read = held if held is not None else stores.secrets.get(SECRET)
        return SecretGrants(
            SECRET, read, secrets=stores.secrets, leases=stores.leases, clock=stores.clock, lease_s=12.0
        )

    def renew(self, refresh_token: str) -> Granted:
        happens, self.meanwhile = self.meanwhile, lambda: None
        happens()
        grant = self._refresh.use_up(refresh_token, lives_on=self.lives_on)
        if grant is None:
            self.refusals += 1
            raise Unauthorized(DEAD)
        self.renewals += 1
        number, ends = next(self._numbers), self.stores.clock.now() + HOUR
        self._refresh.issue(f"refresh-{number}", grant)
        self._access.issue(f"access-{number}", Grant(grant.owner, ends))
        if self.answer_lost:
            self.answer_lost = False
            raise RetryLater(LOST)
        return Granted(f"access-{number}", ends, f"refresh-{number}")

    def takes(self, token: str) -> bool:
        """Whether a call with this access token is answered."""
        return self._access.alive(token) is not None

    def ends(self, token: str) -> None:
        """An access token dies before its time."""
        self._access.end(token)

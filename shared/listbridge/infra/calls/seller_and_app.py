"""Access tokens of an account where most calls are the seller's, who consented to an app, and some the app's own.

For platforms whose refresh token stays the same. One that changes at each use is `infra.calls.tokens.GrantedAccess`'s.
"""

from __future__ import annotations

from typing import Literal, Protocol

from pydantic import SecretStr

from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.error_row import Row
from listbridge.infra.calls.oauth import Ask
from listbridge.infra.calls.tokens import Access, Token

Who = Literal["seller", "app"]


class Keys(Protocol):
    """The credentials of such an account: the app's keys, and the refresh token, empty until the seller consents."""

    @property
    def client_id(self) -> str: ...
    @property
    def client_secret(self) -> SecretStr: ...
    @property
    def refresh_token(self) -> SecretStr: ...


class SellerAndApp:
    """The tokens of one account, kept in the connection's token cache. All accounts of an app share the app's own.

    `app` is the app's name among all platforms', `scope` what its own token is asked for; `unconsented` is said where
    there is no refresh token. Safe to share between threads.
    """

    def __init__(self, connection: Connection, app: str, keys: Keys, ask: Ask, *, scope: str, unconsented: Row) -> None:
        self._ask = ask
        self._clock = connection.clock
        self._refresh_token = keys.refresh_token.get_secret_value()
        self._scope = scope
        self._unconsented = unconsented
        tokens, secret = connection.tokens, keys.client_secret.get_secret_value()
        self._access = {
            "seller": Access(tokens, app, self._refresh_token, self._of_seller, self._clock),
            "app": Access(tokens, f"{app}:app", secret, self._of_app, self._clock),
        }

    def token(self, who: Who) -> str:
        """A token to call with.

        Raises:
            Unauthorized: the seller withdrew their consent or never gave it, or the app's keys are wrong.
            RetryLater: the platform cannot answer now.
        """
        return self._access[who].token()

    def renew(self, who: Who) -> bool:
        """Drop a token that was refused; there is always a way to another."""
        return self._access[who].renew()

    def _of_seller(self) -> Token:
        if not self._refresh_token:
            raise self._unconsented.error()
        return self._fetch({"grant_type": "refresh_token", "refresh_token": self._refresh_token})

    def _of_app(self) -> Token:
        return self._fetch({"grant_type": "client_credentials", "scope": self._scope})

    def _fetch(self, form: dict[str, str]) -> Token:
        asked_at = self._clock.now()
        return self._ask(form).token(asked_at)

"""The only HTTP to the bazaar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from listbridge.marketplaces.bazaar import errors
from listbridge.marketplaces.bazaar.settings import Credentials

from listbridge.infra.calls.api_client import ApiClient, Call, path_of
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.tokens import Access, Token


class BazaarHttp(ApiClient[Call]):
    """Calls for one account."""

    HOST = "https://api.bazaar.example"
    UNREADABLE, UNKNOWN, LIMITED = errors.UNREADABLE, errors.UNKNOWN, errors.LIMITED
    REFUSED, BY_CODE = errors.REFUSED, errors.BY_CODE

    def __init__(self, connection: Connection) -> None:
        self._key = Credentials.model_validate(dict(connection.secret)).key.get_secret_value()
        access = Access(connection.tokens, "bazaar", self._key, self._fetch, connection.clock)
        super().__init__(connection, access)

    def call(
        self, method: str, operation: str, *path: str, write: bool = False, body: Any = None, **params: Any
    ) -> Mapping[str, Any]:
        """The answer's JSON object. Raises RemoteError."""
        return self.object(Call(method, path_of(*path), operation, params, body, write))

    def _fetch(self) -> Token:
        asked_at = self.connection.clock.now()
        told = self.token_answer(Call("POST", "token", "token"), json={"key": self._key})
        return Token(str(told["token"]), asked_at + timedelta(seconds=int(told["expires_in"])))

"""The only HTTP to the bazaar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from listbridge.marketplaces.bazaar import errors
from listbridge.marketplaces.bazaar.settings import Credentials

from listbridge.infra.api_client import ApiClient, Call
from listbridge.infra.connection import Connection
from listbridge.infra.tokens import Access, Token

HOST = "https://api.bazaar.example"


class BazaarHttp(ApiClient[Call]):
    """Calls for one account."""

    UNREADABLE, UNKNOWN, LIMITED = errors.UNREADABLE, errors.UNKNOWN, errors.LIMITED
    REFUSED, BY_CODE = errors.REFUSED, errors.BY_CODE

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._host = (connection.base_url or HOST).rstrip("/")
        self._key = Credentials.model_validate(dict(connection.secret)).key.get_secret_value()
        self._access = Access(connection.tokens, "bazaar", self._key, self._fetch, connection.clock)

    def call(self, method: str, operation: str, *path: str, write: bool = False, body: Any = None, **params: Any) -> Mapping[str, Any]:  # fmt: skip
        """The answer's JSON object. Raises RemoteError."""
        where = "/".join(quote(part, safe="") for part in path)
        return self.object(Call(method, where, operation, params, body, write))

    def address(self, call: Call) -> str:
        return f"{self._host}/{call.path}"

    def headers(self, call: Call) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._access.token()}"}

    def renew(self, call: Call) -> bool:
        return self._access.renew()

    def code_of(self, body: Mapping[str, Any]) -> str:
        return str(body.get("code"))

    def _fetch(self) -> Token:
        asked_at = self.connection.clock.now()
        told = self.token_answer(Call("POST", "token", "token"), json={"key": self._key})
        return Token(str(told["token"]), asked_at + timedelta(seconds=int(told["expires_in"])))

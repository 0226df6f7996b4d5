"""The only HTTP to the bazaar."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from listbridge.marketplaces.bazaar.errors import BY_CODE, LIMITED, REFUSED, UNKNOWN, UNREADABLE
from listbridge.marketplaces.bazaar.settings import Credentials

from listbridge.domain.verdicts import RateLimited, RemoteError
from listbridge.infra.answers import json_object
from listbridge.infra.api_client import Answer, ApiClient, Call
from listbridge.infra.connection import Connection
from listbridge.infra.http import Purpose
from listbridge.infra.tokens import Token

HOST = "https://api.bazaar.example"


class BazaarHttp(ApiClient[Call]):
    """Calls for one account."""

    UNREADABLE, UNKNOWN = UNREADABLE, UNKNOWN

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._host = (connection.base_url or HOST).rstrip("/")
        self._key = Credentials.model_validate(dict(connection.secret)).key.get_secret_value()
        self._cached_as = f"bazaar:{hashlib.sha256(self._key.encode()).hexdigest()[:24]}"

    def call(self, method: str, operation: str, *path: str, write: bool = False, body: Any = None, **params: Any) -> Mapping[str, Any]:  # fmt: skip
        """The answer's JSON object. Raises RemoteError."""
        where = "/".join(quote(part, safe="") for part in path)
        return self.send(Call(method, where, operation, params, body, write)).body or {}

    def address(self, call: Call) -> str:
        return f"{self._host}/{call.path}"

    def headers(self, call: Call) -> Mapping[str, str]:
        token = self.connection.tokens.get(self._cached_as, self._fetch, now=self.connection.clock.now())
        return {"Authorization": f"Bearer {token}"}

    def renew(self, call: Call) -> bool:
        self.connection.tokens.forget(self._cached_as)
        return True

    def refusal(self, call: Call, answer: Answer) -> RemoteError | None:
        status, body = answer.status, answer.body
        if status < 300:
            return None
        if status == 429:
            limited = LIMITED.error(detail=call.operation, status=status)
            if isinstance(limited, RateLimited):
                limited.after_s = float(answer.response.headers.get("Retry-After", 1))
            return limited
        if body is None or status >= 500:
            lost = call.write and status >= 500
            return (UNKNOWN if lost else UNREADABLE).error(detail=call.operation, status=status)
        row = BY_CODE.get(str(body.get("code")), REFUSED)
        return row.error(str(body.get("message", "")), detail=call.operation, status=status)

    def _fetch(self) -> Token:
        call, asked_at = Call("POST", "token", "token"), self.connection.clock.now()
        response = self.connection.session.request(
            "POST", self.address(call), purpose=Purpose.TOKEN, operation="token", json={"key": self._key}
        )
        answer = Answer(response, json_object(response))
        refusal = self.refusal(call, answer)
        if refusal is not None:
            raise refusal
        told = answer.body or {}
        return Token(str(told["token"]), asked_at + timedelta(seconds=int(told["expires_in"])))

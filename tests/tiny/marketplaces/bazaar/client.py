"""The only HTTP to the bazaar: token, verdict on each answer, and what it says of its limits."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from listbridge.marketplaces.bazaar.errors import BY_CODE, LIMITED, REFUSED, UNKNOWN, UNREADABLE
from listbridge.marketplaces.bazaar.settings import Credentials

from listbridge.domain.verdicts import RateLimited
from listbridge.infra.answers import json_object, with_living_token
from listbridge.infra.connection import Connection
from listbridge.infra.http import Purpose
from listbridge.infra.tokens import Token

HOST = "https://api.bazaar.example"


class BazaarHttp:
    """Calls for one account. Safe to share between threads."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._host = (connection.base_url or HOST).rstrip("/")
        self._key = Credentials.model_validate(dict(connection.secret)).key.get_secret_value()
        self._cached_as = f"bazaar:{hashlib.sha256(self._key.encode()).hexdigest()[:24]}"

    def call(
        self, method: str, path: tuple[str, ...], operation: str, *, write: bool = False, body: Any = None, **params: Any
    ) -> Mapping[str, Any]:  # fmt: skip
        """The answer's JSON object. Raises RemoteError."""
        url = f"{self._host}/{'/'.join(quote(part, safe='') for part in path)}"
        purpose = Purpose.WRITE if write else Purpose.READ

        def send() -> Any:
            headers = {"Authorization": f"Bearer {self._token()}"}
            return self.connection.session.request(
                method, url, purpose=purpose, operation=operation, headers=headers, params=params, json=body
            )

        return self._judged(with_living_token(send, self._renew), operation, write)

    def _judged(self, response: Any, operation: str, write: bool) -> Mapping[str, Any]:
        status, body = response.status_code, json_object(response)
        if status < 300 and body is not None:
            return body
        if status == 429:
            limited = LIMITED.error(detail=operation, status=status)
            if isinstance(limited, RateLimited):
                limited.after_s = float(response.headers.get("Retry-After", 1))
                until = self.connection.clock.now() + timedelta(seconds=limited.after_s)
                self.connection.budget.learn(operation, blocked_until=until)
            raise limited
        if body is None or status >= 500:
            lost = write and not 400 <= status < 500
            raise (UNKNOWN if lost else UNREADABLE).error(detail=operation, status=status)
        row = BY_CODE.get(str(body.get("code")), REFUSED)
        raise row.error(str(body.get("message", "")), detail=operation, status=status)

    def _token(self) -> str:
        return self.connection.tokens.get(self._cached_as, self._fetch, now=self.connection.clock.now())

    def _renew(self) -> bool:
        self.connection.tokens.forget(self._cached_as)
        return True

    def _fetch(self) -> Token:
        asked_at = self.connection.clock.now()
        response = self.connection.session.request(
            "POST", f"{self._host}/token", purpose=Purpose.TOKEN, operation="token", json={"key": self._key}
        )
        told = self._judged(response, "token", write=False)
        return Token(str(told["token"]), asked_at + timedelta(seconds=int(told["expires_in"])))

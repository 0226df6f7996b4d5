"""The only HTTP to the stall."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from listbridge.shops.stall.errors import BY_CODE, LIMITED, REFUSED, UNKNOWN, UNREADABLE
from listbridge.shops.stall.settings import Credentials

from listbridge.domain.verdicts import RemoteError
from listbridge.infra.api_client import Answer, ApiClient, Call, Refused
from listbridge.infra.connection import Connection

HOST = "https://stall.example"


class StallHttp(ApiClient[Call]):
    """Calls for one shop."""

    UNREADABLE, UNKNOWN = UNREADABLE, UNKNOWN

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._host = (connection.base_url or HOST).rstrip("/")
        self._key = Credentials.model_validate(dict(connection.secret)).key.get_secret_value()

    def call(self, method: str, *path: str, **what: Any) -> Mapping[str, Any]:
        """The answer's JSON object. Raises RemoteError."""
        try:
            return self.said(method, *path, **what)
        except Refused as refused:
            raise refused.verdict from None

    def said(self, method: str, *path: str, write: bool = False, hook: bool = False, body: Any = None, **params: Any) -> Mapping[str, Any]:  # fmt: skip
        """As `call`, but raises Refused with the stall's own words."""
        where = "/".join(quote(part, safe="") for part in path)
        return (
            self.send(Call(method, where, f"{method.lower()}_{path[0]}", params, body, write, hook)).body
            or {}
        )

    def rows(self, *path: str, **params: Any) -> Iterator[Any]:
        """Every row of a list, page by page."""
        offset = 0
        while True:
            page = self.call("GET", *path, offset=offset, **params)
            yield from page["rows"]
            offset += len(page["rows"])
            if not page["rows"] or offset >= page["total"]:
                return

    def address(self, call: Call) -> str:
        return f"{self._host}/{call.path}"

    def headers(self, call: Call) -> Mapping[str, str]:
        return {"Key": self._key}

    def renew(self, call: Call) -> bool:
        return False

    def refusal(self, call: Call, answer: Answer) -> RemoteError | Refused | None:
        status, body = answer.status, answer.body
        if status < 300:
            return None
        if status == 429:
            return LIMITED.error(detail=call.operation, status=status)
        if body is None or status >= 500:
            lost = call.write and status >= 500
            return (UNKNOWN if lost else UNREADABLE).error(detail=call.operation, status=status)
        params = {"sku": str(body["sku"])} if "sku" in body else None
        row = BY_CODE.get(str(body.get("code")), REFUSED)
        return Refused(row.error(params=params, detail=call.operation, status=status), body.get("code"), body)

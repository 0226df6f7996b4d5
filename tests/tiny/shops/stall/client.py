"""The only HTTP to the stall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from listbridge.shops.stall import errors
from listbridge.shops.stall.settings import Credentials

from listbridge.infra.calls.api_client import ApiClient, Call, path_of
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.offset_pages import counted_rows
from listbridge.infra.calls.rows_by_id import rows_with

_PAGE = 50


class StallHttp(ApiClient[Call]):
    """Calls for one shop."""

    HOST = "https://stall.example"
    UNREADABLE, UNKNOWN, LIMITED = errors.UNREADABLE, errors.UNKNOWN, errors.LIMITED
    REFUSED, BY_CODE = errors.REFUSED, errors.BY_CODE

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._key = Credentials.model_validate(dict(connection.secret)).key.get_secret_value()

    def call(self, method: str, *path: str, **what: Any) -> Mapping[str, Any]:
        """The answer's JSON object. Raises RemoteError."""
        return self.object(_call(method, path, **what))

    def page(self, what: str, offset: int, **params: Any) -> tuple[list[Any], int]:
        """The rows of a list from here on, as many as a page holds, and how many there are in all."""
        told = self.call("GET", what, offset=offset, **params)
        return told["rows"], told["total"]

    def rows(self, what: str, **params: Any) -> list[Any]:
        """Every row of a list, page by page."""
        return counted_rows(lambda offset: self.page(what, offset, **params))

    def named(self, path: str, ids: Sequence[str]) -> Mapping[str, Any]:
        """The rows of a list by their ids; what is absent is not there."""

        def ask(some: Sequence[str]) -> tuple[Mapping[str, Any], int]:
            rows, total = self.page(path, 0, ids=",".join(some))
            return {one["id"]: one for one in rows}, total

        return rows_with(ids, _PAGE, ask, errors.UNREADABLE)

    def said(self, method: str, *path: str, **what: Any) -> Mapping[str, Any]:
        """As `call`, but raises Refused with the stall's own words."""
        return self.send(_call(method, path, **what)).body or {}

    def headers(self, call: Call) -> Mapping[str, str]:
        return {"Key": self._key}


def _call(
    method: str, path: Sequence[str], *, write: bool = False, hook: bool = False, body: Any = None, **params: Any
) -> Call:
    return Call(method, path_of(*path), f"{method.lower()}_{path[0]}", params, body, write, hook)

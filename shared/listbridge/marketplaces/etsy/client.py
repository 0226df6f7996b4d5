"""The only HTTP to Etsy: keys, tokens, what each answer says about limits, and the verdict on it.

Paths, operation names and parameters are those of the OpenAPI document of August 2026. Every call names its operation by its
operationId, which is also its name in the budget.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from requests import Response

from listbridge.domain.verdicts import RemoteError
from listbridge.infra.calls.answers import readable
from listbridge.infra.calls.api_client import Answer, ApiClient, Call, CallRefused
from listbridge.infra.calls.connection import Connection, credentials_of
from listbridge.infra.calls.wire_models import Told
from listbridge.marketplaces.etsy import errors
from listbridge.marketplaces.etsy.auth import API, access, app_key
from listbridge.marketplaces.etsy.settings import Credentials, Settings

_LONGEST_MESSAGE = 300
_RATE, _DAY, _LEFT_TODAY = "x-limit-per-second", "x-limit-per-day", "x-remaining-today"
_WORDS = tuple((re.compile(words, re.IGNORECASE), row) for words, row in errors.BY_WORDS.items())


def form_of(fields: Mapping[str, Any]) -> dict[str, str]:
    """Fields as Etsy's forms have them: a list as one text with commas (etsy/open-api issues 291 and 557), a truth in small letters;
    what is None is left out."""
    return {name: _field(value) for name, value in fields.items() if value is not None}


def _field(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ",".join(str(one) for one in value)
    return str(value)


@dataclass(frozen=True, slots=True)
class Request(Call):
    """One call; its `path` is what stands behind `/v3/application/`."""


class Self(Told):
    """`Self`, the answer of getMe."""

    user_id: int
    shop_id: int


class FieldRefused(Told):
    """A row of a refusal that is a list."""

    path: str = ""
    message: str = ""


class EtsyHttp(ApiClient[Request]):
    """HTTP for one account. Safe to share between threads."""

    UNREADABLE, UNKNOWN, LIMITED, REFUSED = errors.UNREADABLE, errors.UNKNOWN, errors.THROTTLED, errors.REFUSED
    BY_STATUS = errors.BY_STATUS
    BY_CODE = errors.BY_OWN_CODE
    HOST = API

    def __init__(self, connection: Connection) -> None:
        credentials = credentials_of(connection, Credentials, errors.APP_REFUSED)
        super().__init__(connection, access(connection, credentials))
        self.settings = Settings.model_validate(connection.settings)
        self._key = app_key(credentials)
        self._shop = connection.facts.get("shop_id", "")

    @property
    def shop(self) -> str:
        """The shop's id, a part of many paths; asked for where the account's facts do not have it yet. Raises RemoteError."""
        if not self._shop:
            self._shop = str(self.myself().shop_id)
        return self._shop

    @property
    def currency(self) -> str:
        """The shop's, in which all its prices are; empty where the account's facts do not have it yet."""
        return self.connection.facts.get("currency", "")

    def myself(self) -> Self:
        """Whose token it is. Raises RemoteError."""
        return self.read(Request("GET", "users/me", "getMe"), Self)

    def address(self, call: Request) -> str:
        return f"{self.base}/v3/application/{call.path}"

    def headers(self, call: Request) -> Mapping[str, str]:
        return {"x-api-key": self._key, **super().headers(call)}

    def code_of(self, body: Mapping[str, Any]) -> str:
        """Of the row whose words these are."""
        said = f"{body.get('error', '')} {body.get('error_description', '')}"
        return next((row.code for words, row in _WORDS if words.search(said)), "")

    def words_of(self, body: Mapping[str, Any]) -> tuple[str, Mapping[str, str]]:
        said = body.get("error_description") or body.get("error") or "(no reason given)"
        return str(said)[:_LONGEST_MESSAGE], {}

    def refusal(self, call: Request, answer: Answer) -> RemoteError | CallRefused | None:
        """As for every platform, but that a refusal may be a list of rows."""
        rows = _rows(answer.response) if answer.body is None and 400 <= answer.status < 500 else []
        if rows:
            said = "; ".join(f"{row.path}: {row.message}" if row.path else row.message for row in rows)
            return super().refusal(call, Answer(answer.response, {"error": said}, answer.request))
        return super().refusal(call, answer)

    def learn(self, call: Request, answer: Answer) -> None:
        headers = answer.response.headers
        rate, day, left = (_number(headers.get(name)) for name in (_RATE, _DAY, _LEFT_TODAY))
        rate_told = float(rate) if rate else None
        if day is not None or left is not None or rate is not None:
            budget = self.connection.budget
            budget.learn(call.operation, limit_today=day, remaining_today=left, rate=rate_told)


def _rows(response: Response) -> list[FieldRefused]:
    try:
        told = response.json()
    except (ValueError, RecursionError):
        return []
    return readable(told, FieldRefused)


def _number(header: str | None) -> int | None:
    return int(header) if header is not None and header.isdigit() and len(header) < 10 else None

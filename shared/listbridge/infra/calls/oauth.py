"""A platform's token endpoint, as RFC 6749 has it: a form goes in, a token comes out, or an error with a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field, ValidationError
from requests import Response

from listbridge.domain.ports.grants import REFRESH_TOKEN, Granted
from listbridge.domain.verdicts import RemoteError
from listbridge.infra.calls.answers import json_object, waiting
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.error_row import Row
from listbridge.infra.calls.http import Purpose, request_id
from listbridge.infra.calls.tokens import Token
from listbridge.infra.calls.wire_models import Told

_LONGEST_CODE = 4000
"""Of a consent's code: longer than any platform's."""


class Lasting(Told):
    """An access token that does not end."""

    access_token: str = Field(min_length=1, repr=False)


class TokenResponse(Lasting):
    """The answer of a token endpoint (RFC 6749, 5.1): an access token for so many seconds, and what it is renewed with, where the grant gives that."""

    expires_in: int = Field(gt=0)
    refresh_token: Annotated[str, BeforeValidator(lambda told: told or "")] = Field(default="", repr=False)
    """Empty where the grant gives none, however the platform writes that."""
    refresh_token_expires_in: int | None = None

    def token(self, asked_at: datetime) -> Token:
        """Its life counts from before the question, so that it never seems longer than it is."""
        return Token(self.access_token, asked_at + timedelta(seconds=self.expires_in))

    def granted(self, asked_at: datetime) -> Granted:
        """The same, for grants that renew it with a refresh token."""
        return Granted(self.access_token, asked_at + timedelta(seconds=self.expires_in), self.refresh_token)

    def kept(self, asked_at: datetime) -> dict[str, str]:
        """What a consent leaves in the secret: `refresh_token`, and where it ends `refresh_token_expires_at` (ISO 8601)."""
        fields = {REFRESH_TOKEN: self.refresh_token}
        if self.refresh_token_expires_in:
            ends = asked_at + timedelta(seconds=self.refresh_token_expires_in)
            fields["refresh_token_expires_at"] = ends.isoformat(timespec="seconds")
        return fields


G = TypeVar("G", bound=Lasting)
Judged = Callable[[Response], RemoteError | None]
"""The verdict on an answer; None for 2xx."""


def ask_at(url: str, connection: Connection, grant: type[G], judged: Judged, unreadable: Row, **what: Any) -> G:
    """What was granted, where a platform refuses in a way of its own; `json`, `data` or `auth` go along as it wants them.

    Raises RemoteError; `unreadable` is for a success without a token. `infra.calls.tokens.TokenCache` keeps a
    spent limit, so that nobody asks again before it is back.
    """
    response = connection.session.request(
        "POST", url, purpose=Purpose.TOKEN, operation="token", headers={"Accept": "application/json"}, **what
    )
    refusal = judged(response)
    if refusal is not None:
        raise waiting(refusal, response)
    try:
        return grant.model_validate(json_object(response))
    except ValidationError:
        # Without its cause: a validation error may hold the token.
        raise unreadable.error(
            detail="token", status=response.status_code, request=request_id(response.headers)
        ) from None


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """One platform's `url`, and what its refusals mean: by the error's name (RFC 6749, 5.2), else by the HTTP status, else
    `otherwise`. `unreadable` is for a success without a token."""

    url: str
    by_error: Mapping[str, Row]
    by_status: Mapping[int, Row]
    otherwise: Row
    unreadable: Row

    def ask(self, connection: Connection, grant: type[G], **what: Any) -> G:
        """See `ask_at`."""
        return ask_at(self.url, connection, grant, self._judged, self.unreadable, **what)

    def _judged(self, response: Response) -> RemoteError | None:
        status, body = response.status_code, json_object(response)
        if 200 <= status < 300:
            return None
        name = body.get("error") if body is not None else None
        row = self.by_error.get(name) if isinstance(name, str) else None
        row = row or self.by_status.get(status, self.otherwise)
        return row.error(detail=f"token: HTTP {status}", status=status, request=request_id(response.headers))


Ask = Callable[[Mapping[str, str]], TokenResponse]
"""Asks a platform's token endpoint with the fields of one grant, to which it adds the app's keys. Raises RemoteError."""


def exchange(connection: Connection, ask: Ask, code: str, redirect: str, refused: Row, **more: str) -> dict[str, str]:
    """Trade a consent's code for the secret's new fields (`TokenResponse.kept`); `more` goes along, as a `code_verifier`.

    A code works once and not for long. Raises RemoteError: Unauthorized for one that is used up, forged or late, the error
    of `refused` where no refresh token came for it.
    """
    asked_at = connection.clock.now()
    granted = ask({"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, **more})
    if not granted.refresh_token:
        raise refused.error(detail="no refresh token for the code")
    return granted.kept(asked_at)


def code_in(params: Mapping[str, str], name: str = "code") -> str:
    """The code that a consent came back with; empty where it was declined, or is no code."""
    code = params.get(name, "")
    return code if len(code) <= _LONGEST_CODE else ""

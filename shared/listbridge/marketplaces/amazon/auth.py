"""Login with Amazon: tokens of the seller and of the app, and the seller's consent.

Sources: developer-docs.amazon.com/sp-api, "Website Authorization Workflow", "Connect to the SP-API", "Grantless
operations" and "Rotate your app's LWA credentials" (read 2026-11-28): an access token lives an hour, and refreshing does not exchange the refresh token.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import urlencode

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected
from listbridge.infra.calls.connection import Connection, credentials_of
from listbridge.infra.calls.oauth import TokenEndpoint, TokenResponse
from listbridge.infra.calls.tokens import Access, Token
from listbridge.marketplaces.amazon.errors import (
    APP_REFUSED,
    CONSENT_MISSING,
    TOKEN_ERRORS,
    TOKEN_REFUSED,
    TOKEN_STATUSES,
    UNAVAILABLE,
    UNREADABLE,
)
from listbridge.marketplaces.amazon.settings import Credentials, Settings
from listbridge.marketplaces.amazon.sites import sites_in

SECRET_LASTS = timedelta(days=180)
"""The life of a client secret, after which every token is refused ("Rotate your app's LWA credentials")."""
NOTIFICATIONS = "sellingpartnerapi::notifications"
"""The scope of a token for operations that no seller's consent is needed for."""
Who = Literal["seller", "app"]


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where Amazon answers. A `base_url` of the connection stands for all of them (the local run)."""

    api: str
    login: str
    consent: str
    replaced: bool = False

    @classmethod
    def of(cls, connection: Connection) -> Hosts:
        if connection.base_url:
            base = connection.base_url.rstrip("/")
            return cls(base, base, base, replaced=True)
        settings = Settings.model_validate(connection.settings)
        sandbox = "sandbox." if settings.environment == "sandbox" else ""
        return cls(
            f"https://{sandbox}sellingpartnerapi-{settings.region}.amazon.com",
            "https://api.amazon.com",
            sites_in(settings.region)[0].seller_pages,
        )


class Grants:
    """Access tokens of one account, kept in the connection's token cache."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._credentials = credentials_of(connection, Credentials, APP_REFUSED)
        app, tokens, clock = f"amazon:{self._credentials.client_id}", connection.tokens, connection.clock
        secret = self._credentials.client_secret.get_secret_value()
        refresh_token = self._credentials.refresh_token.get_secret_value()
        self._access = {
            "seller": Access(tokens, app, refresh_token, self._of_seller, clock),
            "app": Access(tokens, f"{app}:app", secret, self._of_app, clock),
        }

    def token(self, who: Who) -> str:
        """A token to call with.

        Raises:
            Unauthorized: the seller withdrew their consent or never gave it, or the app's keys are wrong.
            RetryLater: Amazon cannot answer now.
        """
        return self._access[who].token()

    @property
    def ends(self) -> datetime | None:
        """When the client secret ends; None where nobody said when it was made."""
        since = self._credentials.client_secret_since
        return datetime.fromisoformat(since).replace(tzinfo=UTC) + SECRET_LASTS if since else None

    def renew(self, who: Who) -> bool:
        """Drop a token that was refused."""
        return self._access[who].renew()

    def _of_seller(self) -> Token:
        refresh_token = self._credentials.refresh_token.get_secret_value()
        if not refresh_token:
            raise CONSENT_MISSING.error()
        return self._fetch({"grant_type": "refresh_token", "refresh_token": refresh_token})

    def _of_app(self) -> Token:
        return self._fetch({"grant_type": "client_credentials", "scope": NOTIFICATIONS})

    def _fetch(self, form: dict[str, str]) -> Token:
        asked_at = self._connection.clock.now()
        return _ask(self._connection, self._credentials, form).token(asked_at)


def authorize_url(connection: Connection, state: str, redirect: str) -> str:
    """Where to send the seller to consent. Amazon sends them to `redirect`, which is registered with the app.

    Raises Rejected without an application id in the settings.
    """
    settings = Settings.model_validate(connection.settings)
    if not settings.application_id:
        raise Rejected(Problem("amazon_application_id_missing", fix="set_application_id"))
    query = {"application_id": settings.application_id, "state": state, "redirect_uri": redirect}
    if settings.application_is_draft:
        query["version"] = "beta"
    return f"{Hosts.of(connection).consent}/apps/authorize/consent?{urlencode(query)}"


def exchange(connection: Connection, code: str, redirect: str) -> dict[str, str]:
    """Trade the consent's code for the secret's new field `refresh_token`.

    A code works once and for five minutes. Raises Unauthorized for one that is used up, forged or late.
    """
    asked_at = connection.clock.now()
    credentials = credentials_of(connection, Credentials, APP_REFUSED)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
    granted = _ask(connection, credentials, form)
    if not granted.refresh_token:
        raise TOKEN_REFUSED.error(detail="no refresh token for the code")
    return granted.kept(asked_at)


def _ask(connection: Connection, credentials: Credentials, form: dict[str, str]) -> TokenResponse:
    url = f"{Hosts.of(connection).login}/auth/o2/token"
    endpoint = TokenEndpoint(url, TOKEN_ERRORS, TOKEN_STATUSES, otherwise=UNAVAILABLE, unreadable=UNREADABLE)
    keys = {"client_id": credentials.client_id, "client_secret": credentials.client_secret.get_secret_value()}
    return endpoint.ask(connection, TokenResponse, data={**form, **keys})

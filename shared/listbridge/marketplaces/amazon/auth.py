"""Login with Amazon: tokens of the seller and of the app, and the seller's consent.

Sources: developer-docs.amazon.com/sp-api, "Website Authorization Workflow", "Connect to the SP-API", "Grantless
operations" and "Rotate your app's LWA credentials" (read 2026-11-28): an access token lives an hour, and refreshing does not exchange the refresh token.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected
from listbridge.infra.calls.connection import Connection, credentials_of
from listbridge.infra.calls.oauth import Ask, TokenEndpoint, TokenResponse, exchange
from listbridge.infra.calls.seller_and_app import SellerAndApp
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


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where Amazon answers, or what stands for all of it (the local run)."""

    api: str
    login: str
    consent: str

    @classmethod
    def of(cls, connection: Connection) -> Hosts:
        settings = Settings.model_validate(connection.settings)
        sandbox = "sandbox." if settings.environment == "sandbox" else ""
        return cls(
            connection.host(f"https://{sandbox}sellingpartnerapi-{settings.region}.amazon.com"),
            connection.host("https://api.amazon.com"),
            connection.host(sites_in(settings.region)[0].seller_pages),
        )


def tokens_of(connection: Connection, keys: Credentials) -> SellerAndApp:
    """The access tokens of one account."""
    app, ask = f"amazon:{keys.client_id}", _ask_with(connection, keys)
    return SellerAndApp(connection, app, keys, ask, scope=NOTIFICATIONS, unconsented=CONSENT_MISSING)


def secret_ends(keys: Credentials) -> datetime | None:
    """When the client secret ends; None where nobody said when it was made."""
    since = keys.client_secret_since
    return datetime.fromisoformat(since).replace(tzinfo=UTC) + SECRET_LASTS if since else None


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


def consented(connection: Connection, code: str, redirect: str) -> dict[str, str]:
    """Trade the consent's code for the secret's new field `refresh_token`; a code lives for five minutes.

    Raises as `infra.calls.oauth.exchange` does.
    """
    keys = credentials_of(connection, Credentials, APP_REFUSED)
    return exchange(connection, _ask_with(connection, keys), code, redirect, TOKEN_REFUSED)


def _ask_with(connection: Connection, keys: Credentials) -> Ask:
    url = f"{Hosts.of(connection).login}/auth/o2/token"
    endpoint = TokenEndpoint(url, TOKEN_ERRORS, TOKEN_STATUSES, otherwise=UNAVAILABLE, unreadable=UNREADABLE)
    app = {"client_id": keys.client_id, "client_secret": keys.client_secret.get_secret_value()}
    return lambda form: endpoint.ask(connection, TokenResponse, data={**form, **app})

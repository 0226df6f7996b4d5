"""Etsy's OAuth: tokens of the seller, and the seller's consent with PKCE.

Sources: developers.etsy.com, "Authentication" (read 2026-11-28): an access token lives an hour, a refresh token 90 days, and each
use of it gives a new one and ends the old.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from urllib.parse import urlencode

from listbridge.domain.ports.grants import Granted
from listbridge.infra.calls.connection import Connection, credentials_of
from listbridge.infra.calls.oauth import Ask, TokenEndpoint, TokenResponse, exchange
from listbridge.infra.calls.tokens import GrantedAccess
from listbridge.marketplaces.etsy.errors import (
    APP_REFUSED,
    CONSENT_MISSING,
    TOKEN_ERRORS,
    TOKEN_REFUSED,
    TOKEN_STATUSES,
    UNAVAILABLE,
    UNREADABLE,
)
from listbridge.marketplaces.etsy.settings import Credentials

SCOPES = ("listings_r", "listings_w", "listings_d", "shops_r", "transactions_r", "transactions_w")
"""What we ask the seller to consent to, by the document's security of each operation that we call."""
API, CONSENT = "https://api.etsy.com", "https://www.etsy.com"
"""Where Etsy answers programs, and where it asks sellers."""


def app_key(credentials: Credentials) -> str:
    """The value of `x-api-key`, on every call of the API."""
    return f"{credentials.keystring}:{credentials.shared_secret.get_secret_value()}"


def access(connection: Connection, credentials: Credentials) -> GrantedAccess:
    """The seller's access tokens, kept for all processes."""

    def ask(refresh_token: str) -> Granted:
        if not refresh_token:
            raise CONSENT_MISSING.error()
        asked_at = connection.clock.now()
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return _ask_with(connection, credentials)(form).granted(asked_at)

    return GrantedAccess(connection.grants, ask)


def verifier() -> str:
    """A new secret of one consent (RFC 7636, 4.1)."""
    return secrets.token_urlsafe(48)


def authorize_url(connection: Connection, state: str, redirect: str, verifier: str) -> str:
    """Where to send the seller to consent. Etsy sends them to `redirect`, which is registered with the app."""
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": credentials_of(connection, Credentials, APP_REFUSED).keystring,
        "redirect_uri": redirect,
        "scope": " ".join(SCOPES),
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return f"{connection.host(CONSENT)}/oauth/connect?{urlencode(query)}"


def consented(connection: Connection, code: str, redirect: str, verifier: str) -> dict[str, str]:
    """Trade the consent's code for the secret's new field `refresh_token`. Raises as `infra.calls.oauth.exchange` does."""
    ask = _ask_with(connection, credentials_of(connection, Credentials, APP_REFUSED))
    return exchange(connection, ask, code, redirect, TOKEN_REFUSED, code_verifier=verifier)


def _ask_with(connection: Connection, credentials: Credentials) -> Ask:
    url = f"{connection.host(API)}/v3/public/oauth/token"
    endpoint = TokenEndpoint(url, TOKEN_ERRORS, TOKEN_STATUSES, otherwise=UNAVAILABLE, unreadable=UNREADABLE)
    return lambda form: endpoint.ask(connection, TokenResponse, data={**form, "client_id": credentials.keystring})

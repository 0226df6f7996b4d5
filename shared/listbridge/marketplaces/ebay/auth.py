"""eBay's OAuth: tokens of the seller and of the app, and the seller's consent.

Sources: developer.ebay.com, "Getting OAuth tokens" and "OAuth rate limits" (read 2026-11-23): an access token lives
7200 s, a refresh token 18 months; refreshing does not exchange the refresh token. There is no OpenAPI document.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected
from listbridge.infra.calls.connection import Connection, credentials_of
from listbridge.infra.calls.oauth import TokenEndpoint, TokenResponse
from listbridge.infra.calls.tokens import Access, Token
from listbridge.marketplaces.ebay.errors import (
    APP_REFUSED,
    CONSENT_MISSING,
    TOKEN_ERRORS,
    TOKEN_REFUSED,
    TOKEN_STATUSES,
    UNAVAILABLE,
    UNREADABLE,
)
from listbridge.marketplaces.ebay.settings import Credentials, Settings

_PREFIX = "https://api.ebay.com/oauth/api_scope"  # the scopes' names, the same in the sandbox: not an address we call
SCOPES = tuple(
    f"{_PREFIX}/{name}" for name in ("sell.inventory", "sell.account", "sell.fulfillment", "commerce.identity.readonly")
)
"""What we ask the seller to consent to; orders need `sell.fulfillment`."""
Who = Literal["seller", "app"]


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where eBay answers. A `base_url` of the connection stands for all of them (the local run)."""

    api: str
    apiz: str
    auth: str
    replaced: bool = False

    @classmethod
    def of(cls, connection: Connection) -> Hosts:
        if connection.base_url:
            base = connection.base_url.rstrip("/")
            return cls(base, base, base, replaced=True)
        sandbox = Settings.model_validate(connection.settings).environment == "sandbox"
        domain = "sandbox.ebay.com" if sandbox else "ebay.com"
        return cls(f"https://api.{domain}", f"https://apiz.{domain}", f"https://auth.{domain}")


class Grants:
    """Access tokens of one account, kept in the connection's token cache."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._credentials = credentials_of(connection, Credentials, APP_REFUSED)
        app, tokens, clock = f"ebay:{self._credentials.client_id}", connection.tokens, connection.clock
        refresh_token = self._credentials.refresh_token.get_secret_value()
        # The app's own token is the same for all its accounts, for eBay gives only a thousand a day.
        self._access = {
            "seller": Access(tokens, app, refresh_token, self._of_seller, clock),
            "app": Access(tokens, f"{app}:app", "", self._of_app, clock),
        }

    def token(self, who: Who) -> str:
        """A token to call with.

        Raises:
            Unauthorized: the seller withdrew their consent or never gave it, or the app's keys are wrong.
            RetryLater: eBay cannot answer now.
        """
        return self._access[who].token()

    def renew(self, who: Who) -> bool:
        """Drop a token that was refused."""
        return self._access[who].renew()

    def _of_seller(self) -> Token:
        refresh_token = self._credentials.refresh_token.get_secret_value()
        if not refresh_token:
            raise CONSENT_MISSING.error()
        return self._fetch({"grant_type": "refresh_token", "refresh_token": refresh_token})

    def _of_app(self) -> Token:
        return self._fetch({"grant_type": "client_credentials", "scope": _PREFIX})

    def _fetch(self, form: dict[str, str]) -> Token:
        asked_at = self._connection.clock.now()
        return _ask(self._connection, self._credentials, form).token(asked_at)


def authorize_url(connection: Connection, state: str) -> str:
    """Where to send the seller to consent. eBay sends them to the RuName's address with `code` and this `state`.

    `connection.secret` needs the app's keys only. Raises Rejected without a RuName in the settings.
    """
    ru_name = _ru_name(connection)
    query = urlencode(
        {
            "client_id": credentials_of(connection, Credentials, APP_REFUSED).client_id,
            "redirect_uri": ru_name,
            "response_type": "code",
            "scope": " ".join(SCOPES),
            "state": state,
            "prompt": "login",  # else eBay silently takes the account that is signed in
        }
    )
    return f"{Hosts.of(connection).auth}/oauth2/authorize?{query}"


def exchange(connection: Connection, code: str) -> dict[str, str]:
    """Trade the consent's `code` for the secret's new fields: `refresh_token`, and when it ends (ISO 8601, UTC).

    A code works once and for five minutes. Raises Unauthorized for one that is used up, forged or late.
    """
    asked_at = connection.clock.now()
    credentials = credentials_of(connection, Credentials, APP_REFUSED)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": _ru_name(connection)}
    granted = _ask(connection, credentials, form)
    if not granted.refresh_token:
        raise TOKEN_REFUSED.error(detail="no refresh token for the code")
    return granted.kept(asked_at)


def _ru_name(connection: Connection) -> str:
    ru_name = Settings.model_validate(connection.settings).ru_name
    if not ru_name:
        raise Rejected(Problem("ebay_ru_name_missing", fix="set_ru_name"))
    return ru_name


def _ask(connection: Connection, credentials: Credentials, form: dict[str, str]) -> TokenResponse:
    url = f"{Hosts.of(connection).api}/identity/v1/oauth2/token"
    endpoint = TokenEndpoint(url, TOKEN_ERRORS, TOKEN_STATUSES, otherwise=UNAVAILABLE, unreadable=UNREADABLE)
    keys = (credentials.client_id, credentials.client_secret.get_secret_value())
    return endpoint.ask(connection, TokenResponse, data=form, auth=keys)

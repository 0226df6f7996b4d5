"""eBay's OAuth: tokens of the seller and of the app, and the seller's consent.

Sources: developer.ebay.com, "Getting OAuth tokens" and "OAuth rate limits" (read 2026-11-23): an access token lives
7200 s, a refresh token 18 months; refreshing does not exchange the refresh token. There is no OpenAPI document.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected
from listbridge.infra.calls.connection import Connection, credentials_of
from listbridge.infra.calls.oauth import Ask, TokenEndpoint, TokenResponse, exchange
from listbridge.infra.calls.seller_and_app import SellerAndApp
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
STORE_SCOPE = f"{_PREFIX}/sell.stores.readonly"
"""Asked for only where the account's settings say so: an app that eBay did not grant it could not be consented to at all."""
NOTICE_SCOPE = f"{_PREFIX}/commerce.notification.subscription"
"""Asked for only where the account's settings say whom eBay writes to: by it a seller's own topics are subscribed to."""


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where eBay answers, or what stands for all of it (the local run)."""

    api: str
    apiz: str
    auth: str

    @classmethod
    def of(cls, connection: Connection) -> Hosts:
        sandbox = Settings.model_validate(connection.settings).environment == "sandbox"
        domain = "sandbox.ebay.com" if sandbox else "ebay.com"
        api, apiz, auth = (connection.host(f"https://{name}.{domain}") for name in ("api", "apiz", "auth"))
        return cls(api, apiz, auth)


def tokens_of(connection: Connection, keys: Credentials) -> SellerAndApp:
    """The access tokens of one account. eBay gives an app a thousand of its own a day, which all its accounts share."""
    app, ask = f"ebay:{keys.client_id}", _ask_with(connection, keys)
    return SellerAndApp(connection, app, keys, ask, scope=_PREFIX, unconsented=CONSENT_MISSING)


def authorize_url(connection: Connection, state: str) -> str:
    """Where to send the seller to consent. eBay sends them to the RuName's address with `code` and this `state`.

    `connection.secret` needs the app's keys only. Raises Rejected without a RuName in the settings.
    """
    ru_name, settings = _ru_name(connection), Settings.model_validate(connection.settings)
    query = urlencode(
        {
            "client_id": credentials_of(connection, Credentials, APP_REFUSED).client_id,
            "redirect_uri": ru_name,
            "response_type": "code",
            "scope": " ".join(_scopes(settings)),
            "state": state,
            "prompt": "login",  # else eBay silently takes the account that is signed in
        }
    )
    return f"{Hosts.of(connection).auth}/oauth2/authorize?{query}"


def _scopes(settings: Settings) -> list[str]:
    """What the seller is asked to consent to."""
    asked = [*SCOPES]
    if settings.reads_store:
        asked.append(STORE_SCOPE)
    if settings.alert_email:
        asked.append(NOTICE_SCOPE)
    return asked


def consented(connection: Connection, code: str) -> dict[str, str]:
    """Trade the consent's code for the secret's new fields: `refresh_token`, and when it ends; a code lives for five minutes.

    Raises as `infra.calls.oauth.exchange` does.
    """
    keys = credentials_of(connection, Credentials, APP_REFUSED)
    return exchange(connection, _ask_with(connection, keys), code, _ru_name(connection), TOKEN_REFUSED)


def _ru_name(connection: Connection) -> str:
    ru_name = Settings.model_validate(connection.settings).ru_name
    if not ru_name:
        raise Rejected(Problem("ebay_ru_name_missing", fix="set_ru_name"))
    return ru_name


def _ask_with(connection: Connection, keys: Credentials) -> Ask:
    url = f"{Hosts.of(connection).api}/identity/v1/oauth2/token"
    endpoint = TokenEndpoint(url, TOKEN_ERRORS, TOKEN_STATUSES, otherwise=UNAVAILABLE, unreadable=UNREADABLE)
    app = (keys.client_id, keys.client_secret.get_secret_value())
    return lambda form: endpoint.ask(connection, TokenResponse, data=form, auth=app)

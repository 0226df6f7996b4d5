"""Access tokens for one store."""

from __future__ import annotations

from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.oauth import G, TokenResponse, ask_at
from listbridge.infra.calls.tokens import Access, Token
from listbridge.shops.shopify.errors import UNREADABLE, by_grant
from listbridge.shops.shopify.settings import Credentials, Settings


def base_url(connection: Connection) -> str:
    """Where the store answers, without a slash behind it."""
    domain = Settings.model_validate(connection.settings).domain
    return connection.host(f"https://{domain}")


def ask_for(grant: type[G], connection: Connection, credentials: Credentials, **what: str) -> G:
    """Ask the store for a token as the app; `what` says by which grant. Raises RemoteError."""
    app = {"client_id": credentials.client_id, "client_secret": credentials.client_secret.get_secret_value()}
    url = f"{base_url(connection)}/admin/oauth/access_token"
    return ask_at(url, connection, grant, by_grant, UNREADABLE, json=app | what)


class Grant:
    """Fetches tokens by the client credentials grant, or hands out an older app's everlasting token.

    A granted token lives 24 hours (`expires_in` 86399; shopify.dev "Using the client credentials grant", read
    2026-11-23) and is kept in the connection's token cache.
    """

    def __init__(self, connection: Connection, credentials: Credentials) -> None:
        self._connection = connection
        self._credentials = credentials
        # Of everything that the token depends on, so that a reconnect never goes on with the old store's or app's token.
        grant = f"{base_url(connection)} {credentials.client_id} {credentials.client_secret.get_secret_value()}"
        self._access = Access(connection.tokens, f"shopify:{connection.id}", grant, self._fetch, connection.clock)

    def token(self) -> str:
        """A token to call with. Raises Unauthorized when the store refuses the grant, RetryLater when it cannot answer."""
        return self._credentials.static_token or self._access.token()

    def renew(self) -> bool:
        """Drop a token that was refused; False when there is no way to another."""
        return not self._credentials.static_token and self._access.renew()

    def _fetch(self) -> Token:
        asked_at = self._connection.clock.now()
        granted = ask_for(TokenResponse, self._connection, self._credentials, grant_type="client_credentials")
        return granted.token(asked_at)

"""Access tokens for one store."""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from listbridge.infra.connection import Connection
from listbridge.infra.http import Purpose, request_id
from listbridge.infra.tokens import Access, Token
from listbridge.shops.shopify.errors import UNREADABLE, by_grant
from listbridge.shops.shopify.settings import Credentials


class _Granted(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    access_token: str = Field(min_length=1, repr=False)
    expires_in: int = Field(gt=0)


class Grant:
    """Fetches tokens by the client credentials grant, or hands out an older app's everlasting token.

    A granted token lives 24 hours (`expires_in` 86399; shopify.dev "Using the client credentials grant", read
    2026-11-23) and is kept in the connection's token cache.
    """

    def __init__(self, connection: Connection, base_url: str, credentials: Credentials) -> None:
        self._connection = connection
        self._url = f"{base_url}/admin/oauth/access_token"
        self._credentials = credentials
        # Of everything that the token depends on, so that a reconnect never goes on with the old store's or app's token.
        grant = f"{base_url} {credentials.client_id} {credentials.client_secret.get_secret_value()}"
        self._access = Access(
            connection.tokens, f"shopify:{connection.id}", grant, self._fetch, connection.clock
        )

    def token(self) -> str:
        """A token to call with. Raises Unauthorized when the store refuses the grant, RetryLater when it cannot answer."""
        return self._credentials.static_token or self._access.token()

    def renew(self) -> bool:
        """Drop a token that was refused; False when there is no way to another."""
        return not self._credentials.static_token and self._access.renew()

    def _fetch(self) -> Token:
        asked_at = self._connection.clock.now()
        response = self._connection.session.request(
            "POST",
            self._url,
            purpose=Purpose.TOKEN,
            operation="token",
            headers={"Accept": "application/json"},
            json={
                "client_id": self._credentials.client_id,
                "client_secret": self._credentials.client_secret.get_secret_value(),
                "grant_type": "client_credentials",
            },
        )
        refusal = by_grant(response)
        if refusal is not None:
            raise refusal
        try:
            granted = _Granted.model_validate_json(response.content)
        except ValidationError:
            # Without its cause: a validation error may hold the token.
            raise UNREADABLE.error(
                detail="token", status=response.status_code, request=request_id(response.headers)
            ) from None
        return Token(granted.access_token, asked_at + timedelta(seconds=granted.expires_in))

"""Access tokens by the client credentials grant: short-lived, revocable, dead after an uninstall.

Source: shopify.dev, "Client credentials grant" (read 2026-11-23): `expires_in` 86399; only for an app and a shop of
one organisation, else `shop_not_permitted`.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Any

from simulators.kit.pace import Pace
from simulators.kit.tokens import Grant, TokenStore


class GrantRefused(Exception):
    """No token; `code` is Shopify's OAuth error, `html` whether the answer is a page rather than JSON."""

    def __init__(self, code: str, message: str, *, html: bool) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.html = html


class Tokens:
    """The app's credentials on this shop and the tokens issued for them. Not thread-safe on its own.

    A call may what the app may now: a token does not keep the scopes that it was issued with.
    """

    def __init__(self, pace: Pace, client_id: str, client_secret: str, ttl_s: float, scopes: list[str]) -> None:
        self._pace = pace
        self.client_id = client_id
        self.client_secret = client_secret
        self.scopes = scopes
        self.installed = self.permitted = True
        self._ttl_s = ttl_s
        self._issued = TokenStore[Grant](pace.now)

    def grant(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The answer to a token request; raises `GrantRefused`."""
        if asked.get("grant_type") != "client_credentials":
            raise GrantRefused("unsupported_grant_type", "The grant type is not supported.", html=False)
        if not _same(str(asked.get("client_id", "")), self.client_id):
            named = f"Could not find Shopify API application with api_key {asked.get('client_id')}"
            raise GrantRefused("application_cannot_be_found", named, html=True)
        if not _same(str(asked.get("client_secret", "")), self.client_secret):
            raise GrantRefused("invalid_client", "The client secret is invalid.", html=False)
        if not self.permitted:
            raise GrantRefused("shop_not_permitted", "Client credentials cannot be performed on this shop.", html=True)
        if not self.installed:
            raise GrantRefused("app_not_installed", "The app is not installed on this shop.", html=True)
        token = f"shpat_{secrets.token_hex(16)}"
        self._issued.issue(token, Grant(self.client_id, self._pace.after(self._pace.now(), self._ttl_s)))
        return {"access_token": token, "scope": ",".join(self.scopes), "expires_in": int(self._ttl_s)}

    def alive(self, token: str) -> bool:
        return self._issued.alive(token) is not None

    def revoke(self, token: str | None = None) -> None:
        """Kill one token, or all."""
        if token is None:
            self._issued.end_all()
        else:
            self._issued.end(token)


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())

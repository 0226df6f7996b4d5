"""The seller lets an app of another organisation into their store: the code grant (README, "What the merchant
needs")."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlencode

from listbridge.domain.ports import Arrival, Begun, Handed, Way
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.oauth import Lasting
from listbridge.shops.shopify.auth import ask_for, base_url
from listbridge.shops.shopify.scopes import CATALOGUE_SCOPES, ORDER_SCOPES
from listbridge.shops.shopify.settings import Credentials, Settings


class ShopifyHandOver:
    """See `infra.calls.hand_over.HandOver`. The token that a custom app is given does not expire."""

    def begin(self, connection: Connection, way: Way) -> Begun:
        asked = {
            "client_id": Credentials.model_validate(connection.secret).client_id,
            "scope": ",".join((*CATALOGUE_SCOPES, *ORDER_SCOPES)),
            "redirect_uri": way.redirect,
            "state": way.state,
        }
        return Begun(f"{base_url(connection)}/admin/oauth/authorize?{urlencode(asked)}")

    def receive(self, connection: Connection, arrival: Arrival) -> Handed:
        credentials, told = Credentials.model_validate(connection.secret), arrival.request.params
        secret = credentials.client_secret.get_secret_value()
        domain = Settings.model_validate(connection.settings).domain
        genuine = hmac.compare_digest(told.get("hmac", "").encode(), signature(told, secret).encode())
        if not genuine or told.get("shop") != domain or not told.get("code"):
            return Handed(declined=True)
        granted = ask_for(Lasting, connection, credentials, code=told["code"])
        return Handed(credentials={"access_token": granted.access_token})


def signature(told: Mapping[str, str], secret: str) -> str:
    """Hex HMAC-SHA256 over all other parameters, sorted, with what separates them escaped (Shopify_python_api, session.py)."""
    pairs = (
        f"{name.replace('%', '%25').replace('=', '%3D')}={value.replace('%', '%25')}".replace("&", "%26")
        for name, value in told.items()
        if name != "hmac"
    )
    return hmac.new(secret.encode(), "&".join(sorted(pairs)).encode(), hashlib.sha256).hexdigest()


HAND_OVER = ShopifyHandOver()

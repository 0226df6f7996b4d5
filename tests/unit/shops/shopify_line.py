"""A wire with a scripted Shopify at its end, for what a well-behaved simulator would never say."""

from __future__ import annotations

import io
import json
from typing import Any

import requests
from requests.adapters import BaseAdapter
from urllib3.response import HTTPResponse

from listbridge.shops.shopify.scopes import CATALOGUE_SCOPES, ORDER_SCOPES

SECRET = "hush-client-secret"
STATIC = "hush-static-token"
IDENTITY = {
    "shop": {"name": "Demo", "myshopifyDomain": "demo.myshopify.com", "currencyCode": "EUR"},
    "currentAppInstallation": {
        "accessScopes": [{"handle": one} for one in (*CATALOGUE_SCOPES, "write_orders", *ORDER_SCOPES[2:])]
    },
    "locations": {"nodes": [], "pageInfo": {"hasNextPage": False}},
}


class Line(BaseAdapter):
    """A wire with a scripted Shopify at its end. Tokens are numbered; `answers` are used up in order.

    An answer is (status, body, headers); a body that is no text or bytes is sent as JSON. An exception is raised.
    """

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[Any] = []
        self.grants: list[Any] = []
        self.tokens: list[str] = []
        self.asked: list[dict[str, Any]] = []
        self.granted: list[dict[str, Any]] = []

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]
        body = json.loads(request.body or b"null")
        if str(request.url).endswith("/admin/oauth/access_token"):
            self.granted.append(body)
            number = len(self.granted)
            fresh = (200, {"access_token": f"hush-token-{number}", "expires_in": 86399, "scope": "x"}, {})
            return self._respond(request, self.grants.pop(0) if self.grants else fresh)
        self.asked.append({"url": request.url, **body})
        self.tokens.append(request.headers["X-Shopify-Access-Token"])
        return self._respond(request, self.answers.pop(0))

    def _respond(self, request: requests.PreparedRequest, answer: Any) -> requests.Response:
        if isinstance(answer, Exception):
            raise answer
        status, body, headers = answer
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        response = requests.Response()
        response.status_code = status
        response.headers.update(headers)
        response.raw = HTTPResponse(io.BytesIO(text.encode() if isinstance(text, str) else text), preload_content=False)
        response.url, response.request = str(request.url), request
        return response

    def close(self) -> None:
        """No socket."""


def ok(data: Any = IDENTITY, **headers: str) -> tuple[int, Any, dict[str, str]]:
    return 200, {"data": data}, headers


def failed(*codes: str | None, data: Any = None, cost: Any = None) -> tuple[int, Any, dict[str, str]]:
    errors = [{"message": "m", "extensions": {"code": code} if code else {}} for code in codes]
    return 200, {"errors": errors, "data": data, "extensions": {"cost": cost}}, {"X-Request-Id": "req-1"}

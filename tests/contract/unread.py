"""An answer that a transport has looked at, on its way to whom it is for."""

from __future__ import annotations

import io

import requests
from urllib3.response import HTTPResponse


def unread(response: requests.Response, body: bytes | None = None) -> requests.Response:
    """The answer as it was before anybody read its body, so that the session reads it as it would from the network; with
    another `body` where one is given."""
    body = response.content if body is None else body
    length = {"Content-Length": str(len(body))}
    response.raw = HTTPResponse(io.BytesIO(body), headers=length, preload_content=False)
    response._content = False  # type: ignore[assignment]
    response._content_consumed = False  # type: ignore[attr-defined]
    return response

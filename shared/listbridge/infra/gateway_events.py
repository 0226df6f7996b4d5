"""API Gateway's event as the request that it was."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from listbridge.domain.raw_request import RawRequest


def raw_request(event: Mapping[str, Any], address: str) -> RawRequest:
    """The request, sent to `address`. Of a parameter that is given twice the last one counts. Raises ValueError for a body
    that is not in the encoding that the event names."""
    text = str(event.get("body") or "")
    # Half a surrogate pair is nothing that anybody can have signed, but nothing to fail over either.
    body = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode("utf-8", "surrogatepass")
    return RawRequest(
        method=str(event.get("httpMethod") or ""),
        address=address,
        params={name: value or "" for name, value in (event.get("queryStringParameters") or {}).items()},
        headers={name.lower(): value or "" for name, value in (event.get("headers") or {}).items()},
        body=body,
    )

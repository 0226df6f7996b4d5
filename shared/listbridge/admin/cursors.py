"""Cursors of the API's lists. Each is bound to its list and its filters: with another list or filter, rows would be
missing or come twice."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping

from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from listbridge.domain.ports import NotACursor

_TURNS = frozenset({"cursor", "limit"})
"""Parameters that may differ from page to page."""


def opened(router: APIGatewayRouter, cursor: str | None, **more: str) -> str | None:
    """Where the list goes on, from a cursor that `sealed` made for the same call; `more` is what the body says of the list.

    None without one. Raises NotACursor for one of another list, of other filters, or of nobody.
    """
    if not cursor:
        return None
    try:
        told = json.loads(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise NotACursor from None
    match told:
        case [str(seal), str(inner)] if seal == _seal(router, more):
            return inner
    raise NotACursor


def sealed(router: APIGatewayRouter, inner: str | None, **more: str) -> str | None:
    """The cursor to hand out; None when there are no more pages."""
    if inner is None:
        return None
    return base64.urlsafe_b64encode(json.dumps([_seal(router, more), inner]).encode()).decode()


def _seal(router: APIGatewayRouter, more: Mapping[str, str]) -> str:
    event = router.current_event
    asked = event.query_string_parameters or {}
    filters = sorted((name, value) for name, value in asked.items() if name not in _TURNS and value)
    text = json.dumps([event.path, filters, sorted(more.items())])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

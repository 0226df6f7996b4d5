"""Pages of the searches for items and in the catalogue, whose models word them the same (`Pagination`)."""

from __future__ import annotations

import base64
import hashlib

from simulators.amazon.errors import invalid
from simulators.amazon.wire import Call

_FREE = frozenset({"pageToken", "pageSize"})


def page_of(call: Call, rows: int, size: int) -> tuple[slice, dict[str, str]]:
    """Which of so many rows are on the page that the call's `pageToken` names, and the tokens of its neighbours.

    Raises 400 for a token that is none, or of another search.
    """
    start = _start(call)
    told = {}
    if start + size < rows:
        told["nextToken"] = _token(call, start + size)
    if start:
        told["previousToken"] = _token(call, max(0, start - size))
    return slice(start, start + size), told


def _token(call: Call, start: int) -> str:
    return base64.urlsafe_b64encode(f"{_search(call)}:{start}".encode()).decode()


def _search(call: Call) -> str:
    """Tells one search from another: its path and what it filters by."""
    asked = sorted((name, value) for name, value in call.query.items() if name not in _FREE)
    return hashlib.sha256(repr((call.path, asked)).encode()).hexdigest()[:16]


def _start(call: Call) -> int:
    given = call.query.get("pageToken")
    if given is None:
        return 0
    try:
        search, _, start = base64.urlsafe_b64decode(given).decode().partition(":")
    except ValueError:
        search, start = "", ""
    if search != _search(call) or not start.isdecimal():
        raise invalid("Invalid 'pageToken' provided.", given)
    return int(start)

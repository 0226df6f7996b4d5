"""Who calls, and what he may do: Cognito's authorizer has checked the token, the groups decide here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Group(IntEnum):
    """The groups of the user pool; a higher one may do all that a lower one may."""

    VIEWER = 1
    OPERATOR = 2
    ADMIN = 3


@dataclass(frozen=True, slots=True)
class Caller:
    """A person with a genuine token. Without a group of ours he may do nothing."""

    name: str
    group: Group | None


_ID = r"[^/]+"
_OPERATOR_ACTS = tuple(
    re.compile(f"^{method} /v1{path}$")
    for method, path in (
        ("POST", f"/shops/{_ID}/(check|sweep)"),
        ("POST", f"/accounts/{_ID}/check"),
        ("POST", f"/accounts/{_ID}/guard/approve"),
        ("POST", "/sales-lists"),
        ("PATCH", f"/sales-lists/{_ID}"),
        ("POST", f"/sales-lists/{_ID}/(items|actions)"),
        ("DELETE", f"/sales-lists/{_ID}/items/{_ID}"),
        ("POST", f"/jobs/{_ID}/(approve|refuse)"),
        ("POST", f"/orders/{_ID}/(export|handled-outside)"),
        ("PUT", f"/orders/{_ID}/lines/{_ID}/product"),
        ("DELETE", f"/orders/{_ID}/notices/{_ID}"),
    )
)
_ADMIN_READS = (re.compile(f"^GET /v1/accounts/{_ID}/authorize$"),)


def needed_group(method: str, path: str) -> Group:
    """The lowest group that may make this call. What is named nowhere is for admins, so that a new route begins closed."""
    call = f"{method} {path}"
    if method == "GET":
        return Group.ADMIN if any(pattern.match(call) for pattern in _ADMIN_READS) else Group.VIEWER
    return Group.OPERATOR if any(pattern.match(call) for pattern in _OPERATOR_ACTS) else Group.ADMIN


def caller_of(event: Mapping[str, Any]) -> Caller:
    """The caller by the claims that the authorizer put into the event; nothing else in the event is believed."""
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    claims = authorizer.get("claims") or {}
    names = [claims.get(claim) for claim in ("email", "cognito:username", "sub")]
    return Caller(
        next((str(name) for name in names if name), "unknown"), _highest(claims.get("cognito:groups"))
    )


def _highest(groups: Any) -> Group | None:
    """A list of groups may arrive as a list, as `a,b`, or as `[a b]`, depending on who passed the claims on."""
    names = groups if isinstance(groups, list) else re.split(r"[\s,\[\]]+", str(groups or ""))
    known = {group.name.lower(): group for group in Group}
    return max((known[name] for name in names if name in known), default=None)

"""Who calls, and what they may do: Cognito's authorizer has checked the token, the groups decide here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Route

_DECLARED = "x-group"


class Group(IntEnum):
    """The groups of the user pool; a higher one may do all that a lower one may."""

    ANYONE = 0
    """No group of ours, or nobody signed in."""
    VIEWER = 1
    OPERATOR = 2
    ADMIN = 3


@dataclass(frozen=True, slots=True)
class Caller:
    """A person with a genuine token. Without a group of ours they may do nothing."""

    name: str
    group: Group


NOBODY = Caller("unknown", Group.ANYONE)


def open_to(group: Group) -> dict[str, Any]:
    """The lowest group that may call a route, declared where the route is: `openapi_extensions=open_to(Group.VIEWER)`.

    A route without it is for admins, so a new route begins closed.
    """
    return {_DECLARED: group.name.lower()}


def needed_group(route: Route) -> Group:
    """The lowest group that may call this route."""
    declared = (route.openapi_extensions or {}).get(_DECLARED)
    return Group[str(declared).upper()] if declared else Group.ADMIN


def caller_of(event: Mapping[str, Any]) -> Caller:
    """The caller by the claims that the authorizer put into the event; nothing else in the event is believed.

    A person is their `sub`, which Cognito never changes or gives twice. An address stands beside it for the reader,
    and only a verified one: a person may be able to write any address into their own user.
    """
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    claims = authorizer.get("claims") or {}
    sub, email = str(claims.get("sub") or ""), str(claims.get("email") or "")
    if not sub:
        return NOBODY
    verified = str(claims.get("email_verified")).lower() == "true"
    return Caller(f"{email} ({sub})" if email and verified else sub, _highest(claims.get("cognito:groups")))


def _highest(groups: Any) -> Group:
    """The highest of the groups, which arrive as a list, as `a,b`, or as `[a b]`, depending on who passed the claims on.

    A group's name may hold commas and brackets, but no space (Cognito API reference, CreateGroup). So a text can be read
    in more than one way, and counts only when each of its pieces is a group of ours: `no,admin` is nobody.
    """
    known = {group.name.lower(): group for group in (Group.VIEWER, Group.OPERATOR, Group.ADMIN)}
    if isinstance(groups, list):
        return max((known[name] for name in groups if name in known), default=Group.ANYONE)
    text = str(groups or "").strip()
    in_brackets = re.fullmatch(r"\[(.*)\]", text)
    names = in_brackets[1].split() if in_brackets else [name.strip() for name in text.split(",")]
    if not all(name in known for name in names):
        return Group.ANYONE
    return max((known[name] for name in names), default=Group.ANYONE)

"""Global ids: `gid://shopify/<Type>/<number>`."""

from __future__ import annotations

import re

from graphql import GraphQLError

GID = re.compile(r"gid://shopify/([A-Za-z]+)/([0-9]{1,20})(?:\?.*)?")  # 64 bits
JOB = re.compile(r"gid://shopify/Job/[0-9a-f-]{36}")


def gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


def broken_id(value: object) -> str | None:
    """What is wrong with a value in the place of an id, in Shopify's words; None where nothing is."""
    if isinstance(value, str) and (GID.fullmatch(value) or JOB.fullmatch(value)):
        return None
    return f"Invalid global id '{value}'"


def number_of(global_id: str, kind: str | None = None) -> int:
    """The number in a global id; raises Shopify's error for what is none, and -1 for the id of another kind."""
    found = GID.fullmatch(global_id)
    if found is None:
        raise GraphQLError(f"Invalid global id '{global_id}'", extensions={"code": "argumentLiteralsIncompatible"})
    return int(found[2]) if kind in (None, found[1]) else -1

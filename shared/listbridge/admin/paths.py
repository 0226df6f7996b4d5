"""The one form in which the API answers a path, and which part of the address stands before it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_SEGMENT = r"/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+"
_NORMAL = re.compile(f"(?:{_SEGMENT})+")
_PARAMETER = re.compile(r"\{(\w+)\+?\}")


@dataclass(frozen=True, slots=True)
class CalledPath:
    """A path of ours, and the base path of a custom domain before it (empty, or `/shop`)."""

    base: str
    path: str


def called_path(event: Mapping[str, Any]) -> CalledPath | None:
    """Which path was called; None for a path that is not in its normal form.

    Normal is: no empty segment, no slash at the end, no `.` or `..`, and only characters that no address needs to encode
    (RFC 3986, unreserved). Our ids have no others, and what two readers of a path could read differently is answered by
    nobody.

    A custom domain's base path stands in `path`, but in neither `resource` nor its parameters. (Recorded events:
    github.com/aws-powertools/powertools-lambda-python/pull/579.)
    """
    whole = str(event.get("path") or "")
    if not _NORMAL.fullmatch(whole):
        return None
    parameters = event.get("pathParameters") or {}
    path = _PARAMETER.sub(lambda found: str(parameters.get(found[1]) or ""), str(event.get("resource") or ""))
    if not path.startswith("/") or not whole.endswith(path):
        return None
    return CalledPath(whole.removesuffix(path), path)


def called_address(event: Mapping[str, Any], path: str) -> str:
    """Under which address the caller reached `path`, with the stage or a custom domain's base path and no slash at the end.

    Empty when the event does not tell. The gateway itself vouches for its host.
    """
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    whole = str((event.get("requestContext") or {}).get("path") or "")
    host = headers.get("host", "")
    if not host or not whole.endswith(path):
        return ""
    return f"{headers.get('x-forwarded-proto', 'https')}://{host}{whole.removesuffix(path)}"

"""Etsy's refusals: `{"error": text}`, with an `error_description` where the token is at fault, or a list of what is wrong.

Sources: the `ErrorSchema` of Etsy's OpenAPI document (August 2026) and the descriptions of its statuses; texts as seen in issues of
etsy/open-api where the function says so. All other texts are ours. A list `[{path, type, message}]` was seen for bodies that do
not fit their schema.
"""

from __future__ import annotations

from typing import Any


class EtsyError(Exception):
    """An answer that is no success. `headers` are added to it."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = headers or {}


def invalid(text: str) -> EtsyError:
    """400: the request itself is wrong."""
    return EtsyError(400, {"error": text})


def misshapen(*found: tuple[str, str, str]) -> EtsyError:
    """400 for a JSON body that does not fit its schema: (path, type, message) of each place."""
    return EtsyError(400, [{"path": path, "type": kind, "message": message} for path, kind, message in found])


def invalid_token(text: str) -> EtsyError:
    """401 (etsy/open-api issue 519)."""
    return EtsyError(401, {"error": "invalid_token", "error_description": text})


def no_scope() -> EtsyError:
    """403 for a token that was granted less (etsy/open-api issue 598)."""
    return EtsyError(403, {"error": "insufficient_scope", "error_description": "Insufficient scope"})


def forbidden(text: str) -> EtsyError:
    return EtsyError(403, {"error": text})


def not_found(text: str = "Resource not found") -> EtsyError:
    return EtsyError(404, {"error": text})


def conflict(text: str) -> EtsyError:
    """409: the request conflicts with the current state of what it is about."""
    return EtsyError(409, {"error": text})


_TROUBLES = {
    401: "invalid_token",
    403: "Forbidden",
    404: "Resource not found",
    409: "The resource was changed meanwhile.",
    429: "Has exceeded the quota of requests.",
    503: "Service unavailable",
}


def trouble_of(status: int) -> dict[str, str]:
    """How Etsy words a status that has nothing to do with the request."""
    return {"error": _TROUBLES.get(status, "Server Error")}

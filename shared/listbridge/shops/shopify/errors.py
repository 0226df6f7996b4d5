"""Shopify's errors and our verdicts.

Sources: shopify.dev "Shopify API response status and error codes" and the GraphQL Admin API reference, section
"Status and error codes" (both read 2026-11-23). All reads and all care of webhooks may be done again without harm, so a
lost or unreadable answer to them is a matter of trying later; an order may not be created again (`of_write`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import requests

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, RateLimited, Rejected, RemoteError, RetryLater, Unauthorized
from listbridge.infra.calls.answers import waiting
from listbridge.infra.calls.error_row import Row
from listbridge.infra.calls.http import request_id

LONG_WAIT_S = 900.0
_DEFAULT_WAIT_S = 2.0
_LONGEST_THROTTLE_S = 60.0
_SCOPE = re.compile(r"`([a-z_]{1,80})` access scope")
_VARIABLE = re.compile(r"Variable \$(\w{1,80})")
_OAUTH_CODE = re.compile(r"Oauth error ([a-z_]{1,60})")


class TooDear(Rejected):
    """One query would cost more than Shopify allows a single query: nothing was spent, a smaller one may pass."""


class InvalidVariables(Rejected):
    """Variables do not fit the schema: nothing was carried out. `paths` name where, the variable first."""

    paths: tuple[tuple[str, ...], ...] = ()


class ScopeMissing(Unauthorized):
    """The app lacks a permission: Shopify left out every field that needs it, and may have answered the rest."""


REFUSED = Row(Rejected, "shopify_refused_request", "report_to_us")
UNREADABLE = Row(RetryLater, "shopify_answer_unreadable")
UNAVAILABLE = Row(RetryLater, "shopify_unavailable")
CHANGED = Row(RetryLater, "shopify_changed_while_reading", after_s=1.0)
GRANT = Row(Unauthorized, "shopify_grant_refused", "reconnect_shop")
INVALID = Row(InvalidVariables, "shopify_refused_fields", "report_to_us")
DENIED = Row(ScopeMissing, "shopify_scope_missing", "grant_scopes")
TOPICS_REFUSED = Row(Rejected, "shopify_webhook_refused", "approve_app")
ADDRESS_REFUSED = Row(Rejected, "shopify_address_refused", "set_reachable_address")
FROZEN = Row(RetryLater, "shopify_store_frozen", "unfreeze_store", LONG_WAIT_S)

BY_STATUS: Final[Mapping[int, Row]] = {
    401: Row(Unauthorized, "shopify_credentials_refused", "reconnect_shop"),
    402: FROZEN,
    403: Row(Unauthorized, "shopify_access_refused", "grant_scopes"),
    404: Row(RetryLater, "shopify_store_not_found", "check_store_address", LONG_WAIT_S),
    408: UNAVAILABLE,
    423: Row(RetryLater, "shopify_store_locked", "unfreeze_store", LONG_WAIT_S),
    429: Row(RateLimited, "shopify_throttled", after_s=_DEFAULT_WAIT_S),
    430: Row(RateLimited, "shopify_throttled", after_s=60.0),
}
"""By HTTP status. 404 says that the store is not there now, never that a product is missing."""

BY_CODE: Final[Mapping[str, Row]] = {
    "THROTTLED": Row(RateLimited, "shopify_throttled"),
    "MAX_COST_EXCEEDED": Row(TooDear, "shopify_query_too_dear", "report_to_us"),
    "ACCESS_DENIED": DENIED,
    "SHOP_INACTIVE": FROZEN,
    "INVALID_VARIABLE": INVALID,
    "INTERNAL_SERVER_ERROR": UNAVAILABLE,
    "TIMEOUT": UNAVAILABLE,
}
"""By `errors[].extensions.code` of an answer with HTTP status 200."""


def by_status(response: requests.Response, operation: str) -> RemoteError | None:
    """The verdict on an answer by its HTTP status alone; None for 2xx."""
    status = response.status_code
    if 200 <= status < 300:
        return None
    row = BY_STATUS.get(status, UNAVAILABLE if status >= 500 else REFUSED)
    error = row.error(detail=f"{operation}: HTTP {status}", status=status, request=request_id(response.headers))
    return waiting(error, response)


def by_code(response: requests.Response, answer: Mapping[str, Any], operation: str) -> RemoteError | None:
    """The verdict on the `errors` of a GraphQL answer; None when there are none.

    An answer with errors is refused whole, whatever data it holds: a null that stems from an error would look like a
    product that is gone. Of several errors the one that the table knows decides.
    """
    told = answer.get("errors")
    if not told:
        return None
    errors = [one for one in told if isinstance(one, Mapping)] if isinstance(told, Sequence) else []
    codes = [_code_of(one) for one in errors]
    known = next((code for code in codes if code in BY_CODE), None)
    row = BY_CODE[known] if known else REFUSED
    detail = f"{operation}: {', '.join(dict.fromkeys(codes)) or 'no code'}"
    paths = _invalid_paths(errors) if row is INVALID else ()
    params = {"scopes": _scopes_denied(errors)} if row is DENIED else {}
    if row is INVALID:
        params = {"fields": ", ".join(".".join(path) for path in paths[:5])[:200]}
    error = row.error(detail=detail, status=response.status_code, request=request_id(response.headers), params=params)
    if isinstance(error, InvalidVariables):
        error.paths = paths
    if isinstance(error, RateLimited):
        error.after_s = wait_for_points(cost_of(answer))
    return error


def lacking_scopes(missing: Iterable[str]) -> ScopeMissing:
    """What Shopify would answer, were it asked for everything at once."""
    named = ", ".join(sorted(missing))
    return ScopeMissing(Problem(DENIED.code, {"scopes": named}, DENIED.fix), detail=f"lacks {named}")


def _scopes_denied(errors: Sequence[Mapping[str, Any]]) -> str:
    """The scopes that the refused fields need. Of several that would each do, Shopify names the usual one first."""
    named: dict[str, None] = {}
    for error in errors:
        extensions = error.get("extensions")
        needed = extensions.get("requiredAccess") if isinstance(extensions, Mapping) else None
        found = _SCOPE.search(needed[:1000]) if isinstance(needed, str) else None
        if found:
            named[found[1]] = None
    return ", ".join(sorted(named)) or "?"


def _invalid_paths(errors: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, ...], ...]:
    """Where variables are invalid. Never with what: a value may be a buyer's."""
    paths: dict[tuple[str, ...], None] = {}
    for error in errors:
        named = _VARIABLE.match(str(error.get("message", ""))[:200])
        extensions = error.get("extensions")
        problems = extensions.get("problems") if isinstance(extensions, Mapping) else None
        for one in problems if isinstance(problems, list) else ():
            path = one.get("path") if isinstance(one, Mapping) else None
            parts = path if isinstance(path, list) else []
            paths[named[1] if named else "?", *(str(part)[:80] for part in parts[:10])] = None
    return tuple(paths) or (("?",),)


def of_write(error: RemoteError, answer: Any = None) -> RemoteError:
    """The verdict on a write: what does not prove that nothing was done is OutcomeUnknown.

    Shopify may fail, or be answered for by a proxy, after it did its work; and an error below a mutation's own field
    speaks of what came after the mutation.
    """
    unsure = error.problem.code in (UNAVAILABLE.code, UNREADABLE.code)
    return error.as_a(OutcomeUnknown) if unsure or _error_below_root(answer) else error


def _error_below_root(answer: Any) -> bool:
    errors = answer.get("errors") if isinstance(answer, Mapping) else None
    if not isinstance(errors, Sequence) or "data" not in answer:
        return False
    paths = [one.get("path") for one in errors if isinstance(one, Mapping)]
    return any(isinstance(path, Sequence) and len(path) > 1 for path in paths)


def by_grant(response: requests.Response) -> RemoteError | None:
    """The verdict on a token request; None for 2xx. Shopify refuses some grants with JSON and some with a page."""
    error = by_status(response, "token")
    if error is None or isinstance(error, RetryLater):
        return error
    code = _oauth_code(response)
    return GRANT.error(
        detail=f"token: {code}",
        status=response.status_code,
        request=request_id(response.headers),
        params={"reason": code},
    )


def cost_of(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer's `extensions.cost`, or nothing."""
    extensions = answer.get("extensions")
    cost = extensions.get("cost") if isinstance(extensions, Mapping) else None
    return cost if isinstance(cost, Mapping) else {}


def wait_for_points(cost: Mapping[str, Any]) -> float:
    """Seconds to wait after THROTTLED, 0.5 to 60: until the bucket holds what the query asked for."""
    return max(0.5, lacking_points(cost, unknown=_DEFAULT_WAIT_S))


def lacking_points(cost: Mapping[str, Any], *, unknown: float = 0.0) -> float:
    """Seconds, at most 60, until the bucket holds what the query asked for: (requested - available) / restore rate.

    0 when it holds as much now; `unknown` when the answer does not say.
    """
    status = cost.get("throttleStatus")
    status = status if isinstance(status, Mapping) else {}
    requested = _number(cost.get("requestedQueryCost"))
    available, rate = _number(status.get("currentlyAvailable")), _number(status.get("restoreRate"))
    if requested is None or available is None or not rate or rate <= 0:
        return unknown
    return min(_LONGEST_THROTTLE_S, max(0.0, (requested - available) / rate))


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _code_of(error: Mapping[str, Any]) -> str:
    extensions = error.get("extensions")
    code = extensions.get("code") if isinstance(extensions, Mapping) else None
    return code if isinstance(code, str) else "no code"


def _oauth_code(response: requests.Response) -> str:
    readers: tuple[Callable[[], Any], ...] = (
        lambda: response.json()["error"],
        lambda: _OAUTH_CODE.search(response.text[:20_000])[1],  # type: ignore[index]
    )
    for read in readers:
        try:
            code = read()
        except (ValueError, TypeError, KeyError):
            continue
        if isinstance(code, str) and re.fullmatch(r"[a-z_]{1,60}", code):
            return code
    return "refused"

"""The answers that are not data: refusals, throttles, errors, in the shapes Shopify gives them.

Shapes of THROTTLED and MAX_COST_EXCEEDED: as measured on live shops in 2026 (README.md, Cost).
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from graphql import FieldNode, GraphQLError, OperationDefinitionNode

from simulators.kit.wire import HTML, Reply
from simulators.shopify.execution import Prepared
from simulators.shopify.tokens import GrantRefused

_COST_HELP = (
    "See https://shopify.dev/docs/api/usage/rate-limits for how the cost of a query is calculated. "
    "To read more data, use bulk operations."
)
BAD_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"
_SUPPORTED = ("2026-01", "2026-04", "2026-07", "2026-10", "unstable")  # quarterly, each for 12 months
THROTTLED = {
    "message": "Throttled",
    "extensions": {"code": "THROTTLED", "documentation": "https://shopify.dev/api/usage/rate-limits"},
}


def json_answer(body: Any, status: int = 200) -> Reply:
    return Reply(status, body, content_type="application/json; charset=utf-8")


def served_version(version: str) -> str | None:
    """The version that answers: an expired one silently falls forward to the oldest supported, an unknown one is 404."""
    if version in _SUPPORTED:
        return version
    parts = version.split("-")
    quarterly = len(parts) == 2 and parts[0].isdigit() and parts[1] in ("01", "04", "07", "10")
    return _SUPPORTED[0] if quarterly and version < _SUPPORTED[0] else None


def root_field(operation: OperationDefinitionNode | None) -> str:
    if operation is None:
        return "invalid"
    fields = [node.name.value for node in operation.selection_set.selections if isinstance(node, FieldNode)]
    return fields[0] if fields else "invalid"


def invalid_query(prepared: Prepared, name: str | None) -> list[dict[str, Any]]:
    if prepared.errors:
        return [_shown_as_theirs(error) for error in prepared.errors]
    return [{"message": f"No operation named {name!r}", "extensions": {"code": "badRequest"}}]


_VALIDATIONS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r"Cannot query field '(\w+)' on type '(\w+)'"),
        "undefinedField",
        r"Field '\1' doesn't exist on type '\2'",
    ),
    (
        re.compile(r"Unknown argument '(\w+)' on field '\w+\.(\w+)'"),
        "argumentNotAccepted",
        r"Field '\2' doesn't accept argument '\1'",
    ),
    (
        re.compile(r"Argument '\w+\.(\w+)\((\w+):\)' of type '[^']+' is required"),
        "missingRequiredArguments",
        r"Field '\1' is missing required arguments: \2",
    ),
    (
        re.compile(r"Variable '(\$\w+)' is not defined"),
        "variableNotDefined",
        r"Variable \1 is used by but not declared",
    ),
    (re.compile(r"Variable '(\$\w+)' is never used"), "variableNotUsed", r"Variable \1 is declared but not used"),
    (re.compile(r"Variable '\$\w+' of type '.*' used in position expecting"), "variableMismatch", ""),
    (
        re.compile(r"Field '(\w+)' of type '([^']+)' must have a selection of subfields"),
        "selectionMismatch",
        r"Field must have selections (field '\1' returns \2 but has no selections. Did you mean '\1 { ... }'?)",
    ),
    (
        re.compile(r"Field '(\w+)' must not have a selection since type '([^']+)' has no subfields"),
        "selectionMismatch",
        r"Selections can't be made on scalars (field '\1' returns \2 but has selections)",
    ),
    (re.compile(r"Fragment '(\w+)' is never used"), "useAndDefineFragment", r"Fragment \1 was defined, but not used"),
    (
        re.compile(r"does not exist in '\w+' enum|Expected value of type|cannot represent|is not defined by type"),
        "argumentLiteralsIncompatible",
        "",
    ),
)
"""What graphql-core finds, and the code and words of graphql-ruby, which Shopify's server is written in."""


def _shown_as_theirs(error: GraphQLError) -> dict[str, Any]:
    for pattern, code, words in _VALIDATIONS:
        found = pattern.search(error.message)
        if found:
            return _shown(error, code) | {"message": found.expand(words) if words else error.message}
    return _shown(error, "graphqlValidationFailed")


def _shown(error: GraphQLError, code: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"message": error.message}
    if error.locations:
        shown["locations"] = [{"line": one.line, "column": one.column} for one in error.locations]
    if error.path:
        shown["path"] = list(error.path)
    shown["extensions"] = dict(error.extensions or {}) or {"code": code}
    return shown


def query_answer(data: Mapping[str, Any] | None, errors: list[GraphQLError] | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"data": data}
    if errors:
        answer["errors"] = [_shown(error, "INTERNAL_SERVER_ERROR") for error in errors]
    return answer


def outcome_of(errors: list[GraphQLError] | None) -> str:
    """How the journal names an answer."""
    if not errors:
        return "ok"
    codes = {(one.extensions or {}).get("code") for one in errors}
    return "denied" if "ACCESS_DENIED" in codes else "error"


def raise_bugs(errors: list[GraphQLError] | None) -> None:
    """An exception that is not an answer of Shopify's is a bug of the simulator: let it be seen."""
    for error in errors or ():
        cause = error.original_error
        if cause is not None and not isinstance(cause, GraphQLError):
            raise cause


def too_dear(cost: int, most: int) -> dict[str, Any]:
    """As measured on a shop: no cost block beside it, the numbers stand in the error."""
    return {
        "message": f"Query cost is {cost}, which exceeds the single query max cost limit ({most}).\n\n{_COST_HELP}\n",
        "extensions": {
            "code": "MAX_COST_EXCEEDED",
            "cost": cost,
            "maxCost": most,
            "documentation": "https://shopify.dev/api/usage/rate-limits",
        },
    }


def internal_error() -> dict[str, Any]:
    return {
        "message": "Internal error. Looks like something went wrong on our end.\nRequest ID: simulated",
        "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": "simulated"},
    }


def status_text(status: int) -> str:
    return {
        429: "Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service.",
        404: "Not Found",
        502: "Bad Gateway",
        503: "Service Unavailable",
        504: "Gateway Timeout",
    }.get(status, "Internal Server Error")


def grant_refused(refusal: GrantRefused) -> Reply:
    if not refusal.html:
        return json_answer({"error": refusal.code, "error_description": refusal.message}, 400)
    page = (
        f"<!DOCTYPE html><html><head><title>400 - Oauth error {refusal.code}</title></head>"
        f"<body><h1>Oauth error {refusal.code}: {html.escape(refusal.message)}</h1></body></html>"
    )
    return Reply(400, page, content_type=HTML)

"""The API's description: `python -m listbridge.admin.openapi > docs/reference/openapi.json` writes the committed one."""

from __future__ import annotations

import inspect
import json
import sys
from typing import Any

from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer

from listbridge.admin.api import CALLBACKS, ROOMS, app, open_room
from listbridge.admin.auth import needed_group
from listbridge.admin.bodies import MERGE_PATCH
from listbridge.admin.views import Refusal

VERSION = "1"
_REFS = "#/components/schemas/{model}"
_DESCRIPTION = (
    "Everything that people and the console do. Settled under /v1: only ever widened. Sign in with a Cognito ID token; "
    "`x-group` names the lowest group that may make a call; `anyone` needs no token. Ids of listings and items are opaque."
)


def openapi() -> dict[str, Any]:
    """The OpenAPI document, with the groups and the shape of every refusal."""
    for begins in ROOMS:
        open_room(f"{begins}/")
    document: dict[str, Any] = app.get_openapi_schema(
        title="Listbridge admin API",
        version=VERSION,
        description=_DESCRIPTION,
        security_schemes={"cognito": HTTPBearer()},
        security=[{"cognito": []}],
    ).model_dump(mode="json", by_alias=True, exclude_none=True)
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    refusal = Refusal.model_json_schema(ref_template=_REFS)
    schemas |= refusal.pop("$defs")
    schemas["Refusal"] = refusal
    told = {
        (route.openapi_path, route.method): route for route in (*app._static_routes, *app._dynamic_routes)
    }
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            route = told[path, method.upper()]
            operation["operationId"] = route.func.__name__
            operation["description"] = inspect.cleandoc(route.func.__doc__ or "")
            operation["x-group"] = needed_group(route).name.lower()
            _complete(path, method, operation)
    return document


def text() -> str:
    """The document as it is committed."""
    return json.dumps(openapi(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    operation["responses"].pop("422", None)
    if method == "patch":
        content = operation["requestBody"]["content"]
        content[MERGE_PATCH] = content["application/json"]
    content = {"application/json": {"schema": {"$ref": _REFS.format(model="Refusal")}}}
    throttled = {"description": "Too many calls at this moment: call again in a second", "content": content}
    if path.startswith(CALLBACKS):
        pages = {"200": _page("Connected"), "409": _page("Not connected, and why")}
        operation["responses"] = {**pages, "429": throttled}
        return
    operation["responses"]["401"] = {
        "description": "No token, or one that is not valid now",
        "content": content,
    }
    operation["responses"]["429"] = throttled
    operation["responses"]["4XX"] = {"description": "Refused, and why", "content": content}
    operation["responses"]["5XX"] = {"description": "It cannot be done now, and why", "content": content}
    if "204" in operation["responses"]:
        operation["responses"]["204"] = {"description": "Done"}


def _page(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"text/html": {"schema": {"type": "string"}}}}


if __name__ == "__main__":
    sys.stdout.write(text())

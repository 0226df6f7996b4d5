"""The API's description: `python -m listbridge.admin.openapi > docs/reference/openapi.json` writes the committed one."""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, get_args

from aws_lambda_powertools.event_handler.api_gateway import Route
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer
from pydantic import BaseModel

from listbridge.admin.api import CALLBACKS, ROOMS, app, open_room
from listbridge.admin.auth import needed_group
from listbridge.admin.bodies import MERGE_PATCH
from listbridge.admin.field_texts import text_of
from listbridge.admin.shape import Shape
from listbridge.admin.views.documents import Refusal

VERSION = "1"
EXAMPLES = Path(__file__).parents[3] / "docs" / "reference" / "examples"
"""What a run of the API was recorded to send and answer, a file for each operation. They are not shipped."""
BROKEN: Final = "broken"
"""The example of an answer that any operation may give while something of ours is broken."""
_REFS = "#/components/schemas/{model}"
_JSON = "application/json"
_DESCRIPTION = (
    "Everything that people and the console do. Stable under /v1: only ever extended. Sign in with a Cognito ID token; "
    "`x-group` names the lowest group that may make a call; `anyone` needs no token. Ids of listings and items are opaque. "
    "Times are UTC in ISO 8601, amounts are decimal texts with an ISO 4217 currency, and null is unknown unless a field "
    "says what else it means."
)
_TAGS: Final = {
    "platforms": "What can be connected.",
    "shops": "Connected stores: the truth for stock, price and content.",
    "accounts": "Connected seller accounts on marketplaces, each bound to one shop.",
    "profiles": "Rules for quantity and price that sales lists share.",
    "SKU mappings": "Which SKU of the shop a marketplace's SKU stands for, where the two differ.",
    "creation profiles": "How new offers are made on one site of a marketplace.",
    "sales lists": "Which products go to one account and site, and by which rules.",
    "collections": "What the shop's collections hold for a sales list, and how far it is sent.",
    "items": "The variants in a sales list.",
    "jobs": "The record behind every action and every big change.",
    "listings": "What each account offers, and why it is as it is.",
    "orders": "What sold on the marketplaces, and what became of it in the shop.",
    "activity": "What happened.",
    "health": "How everything goes, at a glance.",
    "settings": "What holds for the whole installation.",
    "callbacks": "Where platforms and their owners come back to; nobody calls them by hand.",
}
_BY_GATEWAY: Final = "GatewayRefusal"
_GATEWAY_REFUSAL: Final = {
    "title": _BY_GATEWAY,
    "description": "What API Gateway refuses itself, before Listbridge sees the call: go by the status.",
    "type": "object",
    "properties": {
        "message": {
            "title": "Message",
            "type": "string",
            "description": "What API Gateway says about it, in a few words.",
        }
    },
}
_REFUSED: Final = {
    "401": ("No token, or one that is not valid now: sign in again.", _BY_GATEWAY),
    "429": ("Too many calls at this moment: call again in a second.", _BY_GATEWAY),
    "4XX": ("Refused, and why.", "Refusal"),
    "5XX": ("It cannot be done now, and why.", "Refusal"),
}


def openapi() -> dict[str, Any]:
    """The OpenAPI document, with the groups, the meaning of every field, the shape of every refusal, and examples."""
    for begins in ROOMS:
        open_room(f"{begins}/")
    document: dict[str, Any] = app.get_openapi_schema(
        title="Listbridge admin API",
        version=VERSION,
        description=_DESCRIPTION,
        security_schemes={"cognito": HTTPBearer(description="The ID token of the deployment's Cognito user pool.")},
        security=[{"cognito": []}],
    ).model_dump(mode="json", by_alias=True, exclude_none=True)
    document["info"]["license"] = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}
    document["tags"] = [{"name": name, "description": text} for name, text in _TAGS.items()]
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ResponseValidationError", "ValidationError"):
        schemas.pop(name, None)
    refusal = Refusal.model_json_schema(ref_template=_REFS)
    schemas |= refusal.pop("$defs")
    document["components"]["examples"] = {
        BROKEN: {"summary": "A fault of ours, logged under this id.", "value": _recorded(BROKEN)["answers"].get("5XX")}
    }
    schemas |= {"Refusal": refusal, _BY_GATEWAY: _GATEWAY_REFUSAL}
    _tell_fields(schemas)
    told = {(route.openapi_path, route.method): route for route in (*app._static_routes, *app._dynamic_routes)}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(path, method, operation, told[path, method.upper()])
            _tell_answers(operation, schemas)
            _show(operation)
    return document


def text() -> str:
    """The document as it is committed."""
    return json.dumps(openapi(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _complete(path: str, method: str, operation: dict[str, Any], route: Route) -> None:
    operation["operationId"] = route.func.__name__
    operation["description"] = inspect.cleandoc(route.func.__doc__ or "")
    operation["x-group"] = needed_group(route).name.lower()
    answers = operation["responses"]
    answers.pop("422", None)
    if method == "patch":
        content = operation["requestBody"]["content"]
        content[MERGE_PATCH] = content[_JSON]
    if "204" in answers:
        answers["204"] = {"description": "Done."}
    answers |= {
        status: {"description": told, "content": {_JSON: {"schema": {"$ref": _REFS.format(model=shape)}}}}
        for status, (told, shape) in _REFUSED.items()
    }
    if path.startswith(CALLBACKS):
        operation["responses"] = {**_landings(method), "429": answers["429"]}


def _landings(method: str) -> dict[str, Any]:
    """A browser is shown a page; a platform that calls unasked is answered as it asks, and refused like everybody."""
    if method == "get":
        return {"200": _page("Connected."), "409": _page("Not connected, and why.")}
    refusal = {"schema": {"$ref": _REFS.format(model="Refusal")}}
    return {
        "200": {"description": "Received.", "content": {_JSON: {"schema": {"type": "object"}}}},
        "409": {"description": "Not connected, and why.", "content": {_JSON: refusal}},
    }


def _page(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"text/html": {"schema": {"type": "string"}}}}


def _tell_answers(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Say what a successful answer is: the first sentence about its shape."""
    for status, answer in operation["responses"].items():
        schema = answer.get("content", {}).get(_JSON, {}).get("schema", {})
        if status in ("200", "201", "202") and "$ref" in schema:
            told = schemas[schema["$ref"].rsplit("/", 1)[1]]["description"]
            answer["description"] = re.split(r"(?<=\.)\s", " ".join(told.split()))[0]


def _tell_fields(schemas: dict[str, Any]) -> None:
    """Write under each field of each shape what it means."""
    models = {model.__name__: model for model in _models()}
    for name, schema in schemas.items():
        for field, told in schema.get("properties", {}).items():
            nullable = {"type": "null"} in told.get("anyOf", ())
            text = text_of(models[name], field, nullable=nullable) if name in models else None
            if text is not None:
                told["description"] = text


def _models() -> Iterator[type[BaseModel]]:
    """Every shape, and every document that one of them shows."""
    todo: list[Any] = [Shape]
    seen: set[type[BaseModel]] = set()
    while todo:
        one = todo.pop()
        todo += get_args(one)
        if isinstance(one, type) and issubclass(one, BaseModel) and one not in seen:
            seen.add(one)
            todo += [*one.__subclasses__(), *(field.annotation for field in one.model_fields.values())]
            yield one


def _show(operation: dict[str, Any]) -> None:
    """Put what was recorded of the operation beside its shapes."""
    recorded = _recorded(operation["operationId"])
    if "body" in recorded:
        for content in operation["requestBody"]["content"].values():
            content["example"] = recorded["body"]
    for status, answer in operation["responses"].items():
        for content in answer.get("content", {}).values():
            if status in recorded["answers"]:
                content["example"] = recorded["answers"][status]
            elif status == "5XX":
                content["examples"] = {BROKEN: {"$ref": f"#/components/examples/{BROKEN}"}}


def _recorded(name: str) -> dict[str, Any]:
    """What was recorded under the name; nothing of an operation that is newer than the recording."""
    path = EXAMPLES / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"answers": {}}


if __name__ == "__main__":
    sys.stdout.write(text())

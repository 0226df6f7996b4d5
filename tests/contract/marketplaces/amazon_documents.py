"""Checks one HTTP exchange against Amazon's official models, more strictly than they are written.

The models are Swagger 2.0 and allow any extra field, so they would pass a typing error. Here every object of a request and of an
answer refuses unknown names. What the models leave to other documents is checked by these: a feed and its report by their JSON
schemas, a token call by Login with Amazon's guide.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema_rs

from tests.contract.official_documents import (
    METHODS,
    OUTAGES,
    Body,
    ContractBroken,
    OfficialDocuments,
    Operation,
    check_is_json,
    check_query_names,
    check_token_form,
    closed,
    find,
    is_json,
    json_in,
    validate,
)

OFFICIAL = Path(__file__).parents[3] / "simulators" / "amazon" / "official"
"""Amazon's own files, with their licence (Apache-2.0) and where they come from."""

DOCUMENTS_PATH = "/_documents/"
"""Where the simulator keeps what Amazon keeps behind presigned addresses."""

_TOKEN_PATH = "/auth/o2/token"
_OF_LEGACY_ORDERS = frozenset({"confirmShipment"})
"""The one operation of `ordersV0` that `orders_2026-01-01` does not replace; nobody may call the others."""
_TOKEN = "x-amz-access-token"
_CLIENT = {"client_id", "client_secret"}
_TOKEN_FIELDS = {  # "Connect to the Selling Partner API" and "Grantless operations" of Amazon's developer documentation
    "refresh_token": ({"refresh_token", *_CLIENT}, set[str]()),
    "authorization_code": ({"code", "redirect_uri", *_CLIENT}, set[str]()),
    "client_credentials": ({"scope", *_CLIENT}, set[str]()),
}
_NOTIFICATIONS = {  # by type; the schema of LISTINGS_ITEM_STATUS_CHANGE misspells its own type and refuses its own example
    "ORDER_CHANGE": "OrderChangeNotification",
    "FEED_PROCESSING_FINISHED": "FeedProcessingFinishedNotification",
    "LISTINGS_ITEM_ISSUES_CHANGE": "ListingsItemIssuesChangeNotification_2023-12-13",
    "LISTINGS_ITEM_MFN_QUANTITY_CHANGE": "ListingsItemMfnQuantityChange",
}
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


class AmazonDocuments(OfficialDocuments):
    """Holds exchanges against the models. One for each stage: it remembers which addresses of documents it has seen."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self._uploads: dict[str, str] = {}
        self._downloads: dict[str, str] = {}

    @classmethod
    def load(cls) -> AmazonDocuments:
        """The models are read once a run."""
        return cls(_models())

    def operation_ids(self) -> set[str]:
        return {operation.id for operation in self._models.operations}

    def find(self, method: str, url: str) -> Operation:
        """The operation of a method and an address or path. Raises `ContractBroken` where there is none."""
        return self._models.find(method, urlsplit(url).path)

    def check_exchange(
        self,
        method: str,
        url: str,
        request_headers: Mapping[str, str],
        request_body: Body,
        status: int,
        response_body: Body,
    ) -> str:
        """Returns the operationId of an exchange that keeps the contract; raises `ContractBroken` for any other.

        Checked: operation (method and path template), query (names, required ones, CSV lists and their lengths, enums, numbers,
        times), access token and content type, request body, status, response body. A token call is `lwaToken`; a document at its
        presigned address is `uploadDocument` or `downloadDocument`.
        """
        headers = {name.lower(): value for name, value in request_headers.items()}
        path = urlsplit(url).path
        if path == _TOKEN_PATH:
            check_token_form(method, headers, request_body, _TOKEN_FIELDS)
            return "lwaToken"
        if path.startswith(DOCUMENTS_PATH):
            return self._check_document(method.upper(), url, headers, request_body, status, response_body)
        operation = self._models.find(method, path)
        _check_path(operation, path)
        _check_query(operation, url)
        _check_headers(operation, headers, request_body)
        sent = self._check_request_body(operation, request_body)
        self._note(operation, sent, self._check_response(operation, status, response_body))
        return operation.id

    def check_notification(self, body: bytes | str) -> str:
        """Returns the type of a notification that keeps its schema; raises `ContractBroken` for any other."""
        told = json_in("notification", body)
        kind = str(told.get("NotificationType") or told.get("notificationType"))
        if kind not in _NOTIFICATIONS:
            raise ContractBroken(f"no schema of {kind} is known here")
        self._models.validate_schema(_NOTIFICATIONS[kind], told)
        return kind

    def _check_request_body(self, operation: Operation, body: Body) -> Any:
        schema = next((one["schema"] for one in operation.parameters("body").values()), None)
        if schema is None:
            if body:
                raise ContractBroken(f"{operation.id} takes no body")
            return None
        if not body:
            raise ContractBroken(f"{operation.id} needs a body")
        parsed = json_in(operation.id, body)
        self._models.validate(operation, schema, parsed, "request")
        return parsed

    def _check_response(self, operation: Operation, status: int, body: Body) -> Any:
        declared = operation.body["responses"].get(str(status))
        if declared is None:
            raise ContractBroken(f"{operation.id} never answers {status}")
        if status in OUTAGES and not is_json(body):
            return None  # a page of HTML from some edge in between
        parsed = json_in(operation.id, body) if body else None
        schema = declared.get("schema")
        if schema is None:
            if parsed not in (None, {}):
                raise ContractBroken(f"{operation.id} answers {status} without a body")
        elif parsed is None:
            raise ContractBroken(f"{operation.id} answers {status} with a body")
        else:
            self._models.validate(operation, schema, parsed, "response")
        return parsed if status < 400 else None

    def _note(self, operation: Operation, sent: Any, answered: Any) -> None:
        """Remember what lies, or is to be laid, at the presigned addresses of an answer."""
        if not isinstance(answered, dict):
            return
        if operation.id == "createFeedDocument":
            self._uploads[answered["url"]] = sent["contentType"]
        elif operation.id == "getFeedDocument":
            self._downloads[answered["url"]] = "report of a feed"

    def _check_document(
        self, method: str, url: str, headers: Mapping[str, str], request_body: Body, status: int, response_body: Body
    ) -> str:
        if _TOKEN in headers or "authorization" in headers:
            raise ContractBroken("a presigned address is nobody's to show a token to")
        if method == "PUT":
            self._check_upload(url, headers, request_body)
            return "uploadDocument"
        if method != "GET" or request_body:
            raise ContractBroken(f"a document is put, or got without a body, not {method}")
        if status == 200 and self._downloads.get(url) == "report of a feed":
            content = response_body.encode() if isinstance(response_body, str) else response_body or b""
            plain = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
            self._models.validate_schema("listings-feed-processing-report-schema-v2", json_in("report", plain))
        return "downloadDocument"

    def _check_upload(self, url: str, headers: Mapping[str, str], body: Body) -> None:
        declared = self._uploads.get(url)
        if declared is None:
            raise ContractBroken("no createFeedDocument has given this address")
        if headers.get("content-type") != declared:
            raise ContractBroken(f"declared as {declared}, uploaded as {headers.get('content-type')}")
        if declared.startswith("application/json") and body is not None:
            feed = json_in("uploadDocument", body)
            self._models.validate_schema("listings-feed-schema-v2", feed)
            ids = [message["messageId"] for message in feed["messages"]]
            if len(set(ids)) != len(ids):
                raise ContractBroken("a messageId is unique within its feed")


class Models:
    """The operations and definitions of the official models, and the schemas beside them."""

    def __init__(self, models: Mapping[str, dict[str, Any]], schemas: Mapping[str, dict[str, Any]]) -> None:
        self.operations = [op for name, model in models.items() for op in _operations(name, model)]
        self._definitions = {
            name: {
                key: closed(_merged(part, model["definitions"])) for key, part in model.get("definitions", {}).items()
            }
            for name, model in models.items()
        }
        self._schemas = schemas
        self._validators: dict[tuple[str, str], Any] = {}

    def find(self, method: str, path: str) -> Operation:
        """Raises `ContractBroken`."""
        return find(self.operations, method, path)

    def validate(self, operation: Operation, schema: Mapping[str, Any], value: Any, what: str) -> None:
        """Raises `ContractBroken`."""
        key = (operation.document, json.dumps(schema, sort_keys=True))
        if key not in self._validators:
            whole = {**closed(schema), "definitions": self._definitions[operation.document]}
            if "$ref" in schema:  # beside a reference draft 4 sees nothing
                whole = {"allOf": [schema], "definitions": self._definitions[operation.document]}
            self._validators[key] = jsonschema_rs.Draft4Validator(whole, validate_formats=True)
        validate(self._validators[key], value, f"{operation.id} {what}")

    def validate_schema(self, name: str, value: Any) -> None:
        """Against one of the schemas beside the models. Raises `ContractBroken`."""
        key = ("schemas", name)
        if key not in self._validators:
            self._validators[key] = jsonschema_rs.Draft7Validator(closed(self._schemas[name]), validate_formats=True)
        validate(self._validators[key], value, name)


@cache
def _models() -> Models:
    models = {path.stem: json.loads(path.read_text()) for path in sorted((OFFICIAL / "models").glob("*.json"))}
    schemas = {
        path.stem: json.loads(path.read_text())
        for path in sorted((OFFICIAL / "schemas").glob("*/*.json"))
        if ".example" not in path.name
    }
    return Models(models, schemas)


def _operations(model: str, document: dict[str, Any]) -> list[Operation]:
    found: list[Operation] = []
    for path, entries in document["paths"].items():
        for method, body in entries.items():
            if method not in METHODS or (model == "ordersV0" and body["operationId"] not in _OF_LEGACY_ORDERS):
                continue
            template = document.get("basePath", "").rstrip("/") + path
            both = [*entries.get("parameters", []), *body.get("parameters", [])]
            whole = {**body, "parameters": [_resolved(document, parameter) for parameter in both]}
            found.append(Operation.at(template, method, whole, model))
    return found


def _resolved(document: Mapping[str, Any], parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in parameter:
        return parameter
    found: Mapping[str, Any] = document["parameters"][parameter["$ref"].rpartition("/")[2]]
    return found


def _check_path(operation: Operation, path: str) -> None:
    for template, segment in zip(operation.template.split("/"), path.split("/"), strict=True):
        if template.startswith("{") and not unquote(segment).strip():
            raise ContractBroken(f"{operation.id} has an empty {template}")


def _check_query(operation: Operation, url: str) -> None:
    given, declared = check_query_names(operation, url), operation.parameters("query")
    if len({name for name, _ in given}) != len(given):
        raise ContractBroken(f"{operation.id} takes each name once: a list is divided by commas")
    for name, value in given:
        _check_parameter(f"{operation.id} query {name}", declared[name], value)


def _check_parameter(where: str, declared: Mapping[str, Any], text: str) -> None:
    if declared["type"] == "array":
        if declared.get("collectionFormat", "csv") != "csv":
            raise ContractBroken(f"{where}: only lists divided by commas are known here")
        values = text.split(",")
        most = declared.get("maxItems", len(values))
        if not declared.get("minItems", 0) <= len(values) <= most:
            raise ContractBroken(f"{where} takes at most {most} values, not {len(values)}")
        for value in values:
            _check_value(where, declared["items"], value)
    else:
        _check_value(where, declared, text)


def _check_value(where: str, declared: Mapping[str, Any], text: str) -> None:
    kind = declared["type"]
    if not text:
        raise ContractBroken(f"{where} is empty")
    if kind == "integer":
        if not re.fullmatch(r"-?\d+", text):
            raise ContractBroken(f"{where} is a whole number, not {text}")
        if not declared.get("minimum", -(2**63)) <= int(text) <= declared.get("maximum", 2**63):
            raise ContractBroken(f"{where} is out of its range: {text}")
    elif kind == "boolean" and text not in ("true", "false"):
        raise ContractBroken(f"{where} is true or false, not {text}")
    if "enum" in declared and text not in declared["enum"]:
        raise ContractBroken(f"{where} knows no {text}")
    if declared.get("format") == "date-time" and not _DATE_TIME.fullmatch(text):
        raise ContractBroken(f"{where} is a time with its zone, not {text}")


def _check_headers(operation: Operation, headers: Mapping[str, str], body: Body) -> None:
    for name in (
        _TOKEN,
        "user-agent",
    ):  # "Include a User-Agent header in all requests": Amazon's developer documentation
        if not headers.get(name):
            raise ContractBroken(f"{operation.id} needs header {name}")
    if "authorization" in headers:
        raise ContractBroken(f"{operation.id} takes its token in {_TOKEN}")
    check_is_json(operation, headers, body)


def _merged(definition: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """One object in place of the parts of an `allOf`: closed one by one, each would refuse what the others allow."""
    if "allOf" not in definition:
        return definition
    parts = [definitions[part["$ref"].rpartition("/")[2]] if "$ref" in part else part for part in definition["allOf"]]
    return {
        "type": "object",
        "properties": {name: kind for part in parts for name, kind in part["properties"].items()},
        "required": [name for part in parts for name in part.get("required", ())],
    }

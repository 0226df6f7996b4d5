"""Checks one HTTP exchange against Etsy's official OpenAPI document, more strictly than it is written.

The document knows no required fields in answers and allows any extra one. Here every object refuses unknown names. As a whole it is no
valid document (`default: null` of what cannot be null), so each schema is taken alone. Forms are compared field by field: an array is one
text parted by commas, as the live API wants it (etsy/open-api issues 291 and 557). What ended in April 2026 and still stands in the document
is refused. Not ours to ship: where the document is absent, nothing is checked (`specs.require_specs`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs
import requests
from werkzeug.formparser import parse_form_data
from werkzeug.test import EnvironBuilder

from tests.contract.official_documents import ContractBroken
from tests.contract.specs import require_specs

_DOCUMENT = "etsy_open_api_v3_oas_3.0.0.json"
_METHODS = ("get", "put", "post", "patch", "delete")
_FORM, _JSON, _MULTIPART = "application/x-www-form-urlencoded", "application/json", "multipart/form-data"
_TOKEN_PATH = "/v3/public/oauth/token"
_TOKEN_FIELDS = {  # documentation, "Authentication"; the OpenAPI document has no token endpoint
    "authorization_code": {"client_id", "redirect_uri", "code", "code_verifier"},
    "refresh_token": {"client_id", "refresh_token"},
}
_ENDED = frozenset(  # in April 2026 (the document's own words)
    {
        "is_personalizable",
        "personalization_is_required",
        "personalization_char_count_max",
        "personalization_instructions",
    }
)
_GATEWAY = frozenset({401, 403, 404, 429, 500, 503})
"""Statuses of whatever stands before the operations: the document names 401 of calls with a token, and 429 nowhere."""
_OUTAGES = frozenset({429, 500, 503})
_NULL_TOO = (("ListingInventoryWithAssociations", "listing"),)
"""Fields that come as null although the document does not say so (etsy/open-api issue 134)."""
_WORDS = {"true": True, "false": False}


@dataclass(frozen=True)
class Operation:
    """One operation of the document; `body` is its entry there."""

    id: str
    method: str
    path: re.Pattern[str]
    literal: int
    body: dict[str, Any]

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes that a token needs, all of them; none where the app's key is enough."""
        return frozenset(scope for way in self.body.get("security", []) for scope in way.get("oauth2", []))


class EtsyDocuments:
    """All operations of the document."""

    def __init__(self, document: dict[str, Any]) -> None:
        for schema, name in _NULL_TOO:
            document["components"]["schemas"][schema]["properties"][name]["nullable"] = True
        self._schemas = {
            "components": {"schemas": {k: _strict(v) for k, v in document["components"]["schemas"].items()}}
        }
        self._operations = list(_operations(document))
        self._validators: dict[str, Any] = {}

    @classmethod
    def load(cls) -> EtsyDocuments:
        """Read the document once per run. Skips the asking test where it is absent."""
        return _load(str(require_specs("etsy")))

    def operation_ids(self) -> set[str]:
        return {operation.id for operation in self._operations}

    def find(self, method: str, path: str) -> Operation:
        """The operation of a method and a path. Raises `ContractBroken` where there is none."""
        found = [one for one in self._operations if one.method == method.upper() and one.path.fullmatch(path)]
        if not found:
            raise ContractBroken(f"no operation {method} {path}")
        return max(found, key=lambda one: one.literal)

    def check(self, request: requests.PreparedRequest, response: requests.Response) -> str:
        """The operationId of an exchange that keeps the contract; raises `ContractBroken` for any other."""
        url, body = urlsplit(request.url or ""), _bytes(request.body)
        if url.path == _TOKEN_PATH:
            return _check_token_call(request, body)
        operation = self.find(request.method or "GET", url.path)
        self._check_query(operation, url.query)
        _check_headers(operation, request)
        self._check_body(operation, request.headers.get("Content-Type", ""), body)
        self._check_answer(operation, response)
        return operation.id

    def _check_query(self, operation: Operation, query: str) -> None:
        sent = dict(parse_qsl(query, keep_blank_values=True))
        known = {one["name"]: one for one in operation.body.get("parameters", []) if one["in"] == "query"}
        if strange := sorted(set(sent) - set(known)):
            raise ContractBroken(f"{operation.id} has no parameter {', '.join(strange)}")
        if missing := [name for name, one in known.items() if one.get("required") and name not in sent]:
            raise ContractBroken(f"{operation.id} needs {', '.join(missing)}")
        for name, text in sent.items():
            self._check_text(operation, name, text, known[name]["schema"])

    def _check_text(self, operation: Operation, name: str, text: str, schema: dict[str, Any]) -> None:
        """What a form or an address says of one field, as the value that it means."""
        if text == "" and schema.get("nullable"):
            return
        self._validate(operation, schema, _meant(text, schema), name)

    def _check_body(self, operation: Operation, kind: str, body: bytes) -> None:
        declared = operation.body.get("requestBody")
        sent, _, _ = kind.partition(";")
        if declared is None:
            if body:
                raise ContractBroken(f"{operation.id} takes no body")
            return
        [(wanted, media)] = declared["content"].items()
        if sent.strip().lower() != wanted:
            raise ContractBroken(f"{operation.id} takes {wanted}, not {sent or 'nothing'}")
        schema = media["schema"]
        if wanted == _JSON:
            self._validate(operation, schema, json.loads(body), "request")
            return
        fields = (
            _multipart(kind, body) if wanted == _MULTIPART else dict(parse_qsl(body.decode(), keep_blank_values=True))
        )
        self._check_form(operation, schema, fields)

    def _check_form(self, operation: Operation, schema: dict[str, Any], fields: Mapping[str, str]) -> None:
        properties = schema["properties"]
        if strange := sorted(set(fields) - set(properties)):
            raise ContractBroken(f"{operation.id} takes no {', '.join(strange)}")
        if ended := sorted(_ENDED & set(fields)):
            raise ContractBroken(f"{operation.id}: {', '.join(ended)} ended in April 2026")
        if missing := sorted(set(schema.get("required", ())) - set(fields)):
            raise ContractBroken(f"{operation.id} needs {', '.join(missing)}")
        for name, text in fields.items():
            if properties[name].get("format") != "binary":
                self._check_text(operation, name, text, properties[name])

    def _check_answer(self, operation: Operation, response: requests.Response) -> None:
        responses, status = operation.body["responses"], response.status_code
        if str(status) not in responses and status not in _GATEWAY:
            raise ContractBroken(f"{operation.id} never answers {status}")
        if status in _OUTAGES and not _is_json(response.content):
            return  # a page of HTML from some edge in between
        if status >= 400:
            _check_refusal(operation, response.json())
            return
        schema = responses[str(status)].get("content", {}).get(_JSON, {}).get("schema")
        if schema is None:
            if response.content:
                raise ContractBroken(f"{operation.id} answers {status} without a body")
            return
        self._validate(operation, schema, response.json(), "answer")

    def _validate(self, operation: Operation, schema: dict[str, Any], value: Any, what: str) -> None:
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            self._validators[key] = jsonschema_rs.Draft202012Validator({**self._schemas, **_strict(schema)})
        for error in self._validators[key].iter_errors(value):
            where = "/".join(str(step) for step in error.instance_path)
            raise ContractBroken(f"{operation.id} {what} at {where or 'top'}: {error.message[:300]}")

    def lacking(self, response: requests.Response, path: str) -> set[str]:
        """The fields that an answer's schema has and its rows (or itself) have not."""
        operation = self.find("GET", path)
        schema = operation.body["responses"]["200"]["content"][_JSON]["schema"]
        properties = self._properties(schema)
        rows = [response.json()]
        if "results" in properties:
            properties = self._properties(properties["results"]["items"])
            rows = response.json()["results"]
        return {name for name in properties for row in rows if name not in row}

    def _properties(self, schema: dict[str, Any]) -> dict[str, Any]:
        [ref] = (
            [schema["$ref"]] if "$ref" in schema else [one["$ref"] for one in schema.get("oneOf", schema.get("anyOf"))]
        )
        found: dict[str, Any] = self._schemas["components"]["schemas"][ref.rpartition("/")[2]]["properties"]
        return found


@cache
def _load(folder: str) -> EtsyDocuments:
    return EtsyDocuments(json.loads(Path(folder, _DOCUMENT).read_text()))


def _operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        pattern = "".join(
            "[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]+\})", path)
        )
        literal = len(re.sub(r"\{[^}]+\}", "", path))
        for method, body in methods.items():
            if method in _METHODS:
                yield Operation(body["operationId"], method.upper(), re.compile(pattern), literal, body)


def _strict(schema: Any) -> Any:
    """A schema of OpenAPI 3.0 in the words of JSON Schema, closed against unknown names."""
    if isinstance(schema, list):
        return [_strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    dropped = ("description", "default", "format", "nullable", "x-resource-id", "example")
    strict = {name: _strict(one) for name, one in schema.items() if name not in dropped or isinstance(one, dict)}
    if isinstance(schema.get("properties"), dict):
        strict["properties"] = {name: _strict(one) for name, one in schema["properties"].items()}
        if schema["properties"]:
            strict.setdefault("additionalProperties", False)
    return {"anyOf": [strict, {"type": "null"}]} if schema.get("nullable") is True else strict


def _meant(text: str, schema: dict[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "array":
        return [_meant(part, schema["items"]) for part in text.split(",") if part]
    if kind == "boolean":
        return _WORDS.get(text, text)
    if kind in ("integer", "number"):
        try:
            return int(text) if kind == "integer" else float(text)
        except ValueError:
            return text
    return text


def _multipart(kind: str, body: bytes) -> dict[str, str]:
    environ = EnvironBuilder(method="POST", data=body, content_type=kind).get_environ()
    _, form, files = parse_form_data(environ)
    return {**form.to_dict(), **dict.fromkeys(files, "")}


def _check_headers(operation: Operation, request: requests.PreparedRequest) -> None:
    if not re.fullmatch(r"[^:]+:[^:]+", str(request.headers.get("x-api-key", ""))):
        raise ContractBroken(f"{operation.id} needs x-api-key: keystring:shared_secret")
    bearer = str(request.headers.get("Authorization", ""))
    if operation.scopes and not re.fullmatch(r"Bearer \d+\..+", bearer):
        raise ContractBroken(f"{operation.id} needs a bearer token")


def _check_refusal(operation: Operation, told: Any) -> None:
    """`{"error"}` with a description where the token is at fault, or a list of what is wrong with the body."""
    rows = told if isinstance(told, list) else []
    if rows and all(isinstance(one, dict) and set(one) == {"path", "type", "message"} for one in rows):
        return
    if (
        not isinstance(told, dict)
        or not isinstance(told.get("error"), str)
        or set(told) - {"error", "error_description"}
    ):
        raise ContractBroken(f"{operation.id} refuses in no known form: {told}")


def _check_token_call(request: requests.PreparedRequest, body: bytes) -> str:
    if request.method != "POST" or not str(request.headers.get("Content-Type", "")).startswith(_FORM):
        raise ContractBroken("the token endpoint takes a form by POST")
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    grant = form.pop("grant_type", "")
    if grant not in _TOKEN_FIELDS or set(form) != _TOKEN_FIELDS[grant]:
        raise ContractBroken(f"the token endpoint takes no {grant} with {sorted(form)}")
    return "oauthToken"


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes):
        return body
    raise ContractBroken(f"a body of {type(body).__name__} was sent before it could be checked")

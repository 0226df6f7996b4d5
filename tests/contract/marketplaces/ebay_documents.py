"""Checks one HTTP exchange against eBay's official OpenAPI documents, more strictly than they are written.

The documents know no `required` and allow any extra field, so they would pass a typing error. Here every object
refuses unknown names, the two `aspects` fields get their real type, and what eBay needs at publishing comes from our
overlay. Any test that holds a request and its answer can ask: `EbaySpec.load().check_exchange(...)`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

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
    validate,
)
from tests.contract.specs import read_document, require_specs

_DOCUMENTS = (
    "sell_inventory_v1_oas3.json",
    "sell_account_v1_oas3.json",
    "sell_feed_v1_oas3.json",
    "sell_fulfillment_v1_oas3.json",
    "sell_metadata_v1_oas3.json",
    "commerce_taxonomy_v1_oas3.yaml",
    "commerce_identity_v1_oas3.json",
    "commerce_notification_v1_oas3.yaml",
    "developer_analytics_v1_beta_oas3.json",
)
_STORES = Path(__file__).with_name("ebay_stores_unverified.json")
"""Our own: the Stores API's document is not at hand, and this holds what public code has of it."""
_OVERLAY = Path(__file__).parents[3] / "simulators" / "ebay" / "offers" / "required_at_publish.json"
_ASPECTS = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}

# Answers of the gateway, which no API document names (eBay developer guide, "Common errors"); 429 is in no document.
_GATEWAY_STATUS = frozenset({401, 403, 404, 429, 500, 503})
_GATEWAY_IDS = frozenset({1001, 1002, 1003, 1100, 2001, 2002, 2003, 2004})
# Ids that eBay is known to use where its document does not list them (the simulator's README).
_UNLISTED_IDS = frozenset({25002, 25025, 25707, 25709, 25710, 25713, 25717})
# bulkUpdatePriceQuantity revises offers and was seen to answer with the ids of a revision (25004, public code, 2026).
_SAME_IDS_AS = {"bulkUpdatePriceQuantity": "updateOffer", "bulkCreateOffer": "createOffer"}


_TOKEN_PATH = "/identity/v1/oauth2/token"
_TOKEN_FIELDS = {  # eBay's OAuth guide; there is no OpenAPI document of the token service
    "authorization_code": ({"code", "redirect_uri"}, set[str]()),
    "refresh_token": ({"refresh_token"}, {"scope"}),
    "client_credentials": ({"scope"}, set[str]()),
}


class EbaySpec(OfficialDocuments):
    """All operations of the loaded documents."""

    def __init__(self, documents: dict[str, dict[str, Any]]) -> None:
        self._schemas = {name: _strict(document) for name, document in documents.items()}
        self._operations = [op for name, document in documents.items() for op in _operations(name, document)]
        self._validators: dict[tuple[str, str], Any] = {}
        self.overlay: dict[str, Any] = json.loads(_OVERLAY.read_text())

    @classmethod
    def load(cls) -> EbaySpec:
        """Read the documents once per run. Skips the asking test where they are absent (see `specs.require_specs`)."""
        return _load(str(require_specs("ebay")))

    def operation_ids(self) -> set[str]:
        return {operation.id for operation in self._operations}

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

        Checked: operation (method, path with its trailing slash, host where it is eBay's), query names, required query
        and headers, content type, request body, status, response body, error ids.
        """
        headers = {name.lower(): value for name, value in request_headers.items()}
        if urlsplit(url).path == _TOKEN_PATH:
            return _check_token_call(method, headers, request_body)
        operation = self.find(method, url)
        check_query_names(operation, url)
        _check_headers(operation, headers, request_body)
        self._check_request_body(operation, request_body)
        self._check_response(operation, status, response_body)
        return operation.id

    def check_publishable(
        self, item: dict[str, Any], offer: dict[str, Any], group: dict[str, Any] | None = None
    ) -> None:
        """Raises `ContractBroken` for an item, offer (and group) that lack what eBay requires at publishing."""
        documents = {"InventoryItem": item, "Offer": offer, **({"InventoryItemGroup": group} if group else {})}
        supplied = self.overlay["supplied"]
        for schema, document in documents.items():
            for field, rule in self.overlay[schema].items():
                value = _at(document, field)
                name = f"{schema}.{field}"
                if not _present(value) and group is not None and name in supplied["by_group"]:
                    value = _at(group, supplied["by_group"][name])
                if not _present(value) and name in supplied["by_item"]:
                    value = _at(item, supplied["by_item"][name])
                if not _present(value):
                    raise ContractBroken(f"{name} is required at publishing")
                if "maxLength" in rule and len(str(value)) > rule["maxLength"]:
                    raise ContractBroken(f"{name} is longer than {rule['maxLength']}")

    def scopes(self, operation: Operation) -> set[str]:
        """The OAuth scopes that open an operation, any of them."""
        return {scope for way in operation.body.get("security", []) for scopes in way.values() for scope in scopes}

    def find(self, method: str, url: str) -> Operation:
        """The operation of a method and an address or path. Raises `ContractBroken` where there is none."""
        parts = urlsplit(url)
        operation = find(self._operations, method, parts.path)
        if (parts.hostname or "").endswith(".ebay.com") and parts.hostname not in operation.hosts:
            raise ContractBroken(f"{operation.id} lives on {sorted(operation.hosts)}, not on {parts.hostname}")
        return operation

    def _check_request_body(self, operation: Operation, body: Body) -> None:
        declared = operation.body.get("requestBody")
        if declared is None:
            if body and json.loads(body) != {}:  # an empty object is harmless, and the sandbox's edge asks for one
                raise ContractBroken(f"{operation.id} takes no body")
            return
        if not body:
            raise ContractBroken(f"{operation.id} needs a body")
        schema = declared["content"]["application/json"]["schema"]
        self._validate(operation, schema, json.loads(body), "request")

    def _check_response(self, operation: Operation, status: int, body: Body) -> None:
        responses = operation.body["responses"]
        if str(status) not in responses and status not in _GATEWAY_STATUS:
            raise ContractBroken(f"{operation.id} never answers {status}")
        if status in OUTAGES and not is_json(body):
            return  # a page of HTML from some edge in between
        if _is_file(responses.get(str(status))):
            return
        parsed = json.loads(body) if body else None
        if status >= 400 and isinstance(parsed, dict) and "errors" in parsed:
            self._check_errors(operation, parsed)
            return
        schema = _schema_of(responses.get(str(status)))
        if schema is None and status in (207, 400):
            schema = _schema_of(responses.get("200"))  # the bulk calls name a schema for 200 only
        if status < 400 and schema is None and parsed is not None:
            raise ContractBroken(f"{operation.id} answers {status} without a body")
        if status >= 400 and parsed is None:
            raise ContractBroken(f"{operation.id} refuses without saying why")
        if schema is not None and parsed is not None:
            self._validate(operation, schema, parsed, "response")
        for row in parsed.get("responses", []) if isinstance(parsed, dict) else []:
            self._check_ids(operation, row.get("errors", []))

    def _check_errors(self, operation: Operation, body: dict[str, Any]) -> None:
        if set(body) - {"errors", "warnings"}:
            raise ContractBroken(f"{operation.id}: an error body has only errors and warnings, not {sorted(body)}")
        for entry in body["errors"]:
            missing = {"errorId", "domain", "category", "message"} - set(entry)
            if missing:
                raise ContractBroken(f"{operation.id}: an error without {sorted(missing)}")
            self._validate(operation, {"$ref": "#/components/schemas/Error"}, entry, "error")
        self._check_ids(operation, body["errors"])

    def _check_ids(self, operation: Operation, entries: list[dict[str, Any]]) -> None:
        listed: set[int] = set()
        sources = {operation.id, _SAME_IDS_AS.get(operation.id, operation.id)}
        for source in (known for known in self._operations if known.id in sources):
            for response in source.body["responses"].values():
                listed |= {int(error_id) for error_id in response.get("x-response-codes", {}).get("errors", {})}
        for entry in entries:
            if entry["errorId"] not in listed | _GATEWAY_IDS | _UNLISTED_IDS:
                raise ContractBroken(f"{operation.id} has no error {entry['errorId']}")

    def _validate(self, operation: Operation, schema: dict[str, Any], value: Any, what: str) -> None:
        document = self._schemas[operation.document]
        if "Error" not in document["components"]["schemas"] and schema.get("$ref", "").endswith("/Error"):
            return
        key = (operation.document, json.dumps(schema, sort_keys=True))
        if key not in self._validators:
            self._validators[key] = jsonschema_rs.Draft202012Validator({**document, **closed(schema)})
        validate(self._validators[key], value, f"{operation.id} {what}")


@cache
def _load(folder: str) -> EbaySpec:
    documents = {name: read_document(Path(folder, name)) for name in _DOCUMENTS}
    return EbaySpec({**documents, _STORES.name: read_document(_STORES)})


def _check_headers(operation: Operation, headers: Mapping[str, str], body: Body) -> None:
    for name, parameter in operation.parameters("header").items():
        if parameter.get("required") and not headers.get(name.lower()):
            raise ContractBroken(f"{operation.id} needs header {name}")
    check_is_json(operation, headers, body)


def _check_token_call(method: str, headers: Mapping[str, str], body: Body) -> str:
    check_token_form(method, headers, body, _TOKEN_FIELDS)
    if not headers.get("authorization", "").startswith("Basic "):
        raise ContractBroken("the token service takes Basic authorization")
    return "oauth2Token"


def _operations(name: str, document: dict[str, Any]) -> list[Operation]:
    base = document["servers"][0]["variables"]["basePath"]["default"]
    hosts = frozenset(str(urlsplit(server["url"].partition("{")[0]).hostname) for server in document["servers"])
    return [
        Operation.at(base + path, method, {"parameters": [], **body}, name, hosts)
        for path, methods in document["paths"].items()
        for method, body in methods.items()
        if method in METHODS
    ]


def _strict(document: dict[str, Any]) -> dict[str, Any]:
    """The document's schemas, closed against unknown names, with the type of `aspects` put right."""
    schemas = {name: closed(schema) for name, schema in document["components"].get("schemas", {}).items()}
    for name in ("Product", "InventoryItemGroup"):
        if "aspects" in schemas.get(name, {}).get("properties", {}):
            schemas[name]["properties"]["aspects"] = _ASPECTS
    return {"components": {"schemas": schemas}}


def _is_file(response: dict[str, Any] | None) -> bool:
    return "application/octet-stream" in ((response or {}).get("content") or {})


def _schema_of(response: dict[str, Any] | None) -> dict[str, Any] | None:
    content = (response or {}).get("content") or {}
    for media in content.values():
        schema: dict[str, Any] | None = media.get("schema")
        return schema
    return None


def _at(document: dict[str, Any], dotted: str) -> Any:
    value: Any = document
    for name in dotted.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _present(value: Any) -> bool:
    return value not in (None, "", [], {})

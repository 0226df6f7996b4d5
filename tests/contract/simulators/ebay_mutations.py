"""One thing broken in a valid request, as eBay's documents forbid it.

The documents hold types; lengths ("Max Length: 80"), enumerations (a link to a type named `…Enum`) and what is required stand in
the fields' descriptions. No document forbids an unknown name in a body: eBay ignores those.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from tests.contract.marketplaces.ebay_documents import _DOCUMENTS, EbaySpec
from tests.contract.specs import read_document

Json = Any
Step = str | int

_TAG = re.compile(r"<[^>]+>")
_ENUM = re.compile(r"types/\w+:\w+Enum")
_LENGTH = re.compile(r"[Mm]ax(?:imum)? [Ll]ength(?: for Aspect (?:Name|Value))?[^0-9]{0,6}([\d,]+)")
_REQUIRED = re.compile(
    r"(?:This (?:field|array|container)[^.]*?|Both the value and currency fields|but it) (?:is|are) required(?! if)"
    r"|offerId value is required"
)
_WRONG: Mapping[str, tuple[Json, ...]] = {
    "string": (7, {"a": "b"}, ["x"]),
    "integer": ("seven", 1.5, {}, -1),
    "boolean": ("yes", 3),
    "array": ("x", {"a": "b"}),
    "object": ("x", [1]),
}


@dataclass(frozen=True)
class Sent:
    """A request as it left the adapter; `body` is its JSON."""

    operation: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: Json = None
    form: str | bytes | None = None


@dataclass(frozen=True)
class Mutation:
    """A request with one fault in it; `what` says which."""

    what: str
    sent: Sent


class Documents:
    """eBay's documents with their descriptions."""

    def __init__(self, folder: Path) -> None:
        self._spec = EbaySpec.load()
        self._raw: dict[str, Json] = {name: read_document(folder / name) for name in _DOCUMENTS}

    def mutations(self, sent: Sent) -> Iterator[Mutation]:
        """Every way to break the request that its document knows."""
        operation = self._spec.find(sent.method, sent.url)
        parameters = operation.body["parameters"]
        yield Mutation("no Authorization", _without_header(sent, "Authorization"))
        for parameter in parameters:
            if not parameter.get("required"):
                continue
            if parameter["in"] == "header" and sent.body is not None:
                yield Mutation(f"no {parameter['name']}", _without_header(sent, parameter["name"]))
            if parameter["in"] == "query":
                yield Mutation(f"no ?{parameter['name']}", _with_query(sent, parameter["name"], None))
            if parameter["in"] == "path" and parameter["name"] == "sku":
                path = urlsplit(sent.url).path
                yield Mutation("a long SKU", replace(sent, url=sent.url.replace(path, f"{path}{'x' * 51}")))
        for name in ("limit", "offset"):
            if f"{name}=" in urlsplit(sent.url).query:
                yield Mutation(f"?{name} is a word", _with_query(sent, name, "many"))
                yield Mutation(f"?{name} is negative", _with_query(sent, name, "-1"))
        declared = operation.body.get("requestBody")
        if declared is not None and sent.body is not None:
            schema = declared["content"]["application/json"]["schema"]
            for what, body in self._broken(self._raw[operation.document], schema, sent.body):
                yield Mutation(what, replace(sent, body=body))

    def _broken(self, document: Json, schema: Json, body: Json) -> Iterator[tuple[str, Json]]:
        yield from ((f"body is {wrong!r}", wrong) for wrong in ("x", [1]))
        for path, node, text in _fields(document, schema, body, ()):
            name = ".".join(str(step) for step in path)
            kind = "object" if "$ref" in node or path[-1] == "aspects" else node.get("type", "object")
            for wrong in _WRONG[kind]:
                yield f"{name} is {wrong!r}", _set(body, path, wrong)
            value = _get(body, path)
            if _ENUM.search(text) and isinstance(value, str):
                yield f"{name} is no value of its enumeration", _set(body, path, "NO_SUCH_VALUE")
            plain = " ".join(_TAG.sub(" ", text).split())
            if _REQUIRED.search(plain):
                yield f"{name} is missing", _set(body, path, None, remove=True)
            for change in _too_long(path, value, [int(n.replace(",", "")) for n in _LENGTH.findall(plain)]):
                yield f"{name} is too long", change(body)


def _fields(
    document: Json, schema: Json, value: Json, path: tuple[Step, ...]
) -> Iterator[tuple[tuple[Step, ...], Json, str]]:
    """Every field that is there, with its schema and its description; entries of lists by their first."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for name, node in schema.get("properties", {}).items():
        if not isinstance(value, dict) or name not in value:
            continue
        here = (*path, name)
        yield here, node, node.get("description") or ""
        inner = value[name]
        if name == "aspects":
            first = next(iter(inner))
            yield (*here, first), {"type": "array"}, ""
            yield (*here, first, 0), {"type": "string"}, ""
        elif node.get("type") == "array" and isinstance(inner, list) and inner:
            if "$ref" not in node["items"]:
                yield (*here, 0), node["items"], ""
            yield from _fields(document, node["items"], inner[0], (*here, 0))
        else:
            yield from _fields(document, node, inner, here)


def _too_long(path: tuple[Step, ...], value: Json, limits: list[int]) -> Iterator[Callable[[Json], Json]]:
    if not limits:
        return
    longest = limits[-1]
    if isinstance(value, str):
        yield lambda body: _set(body, path, value + "x" * (longest + 1 - len(value)))
    elif isinstance(value, list):
        yield lambda body: _set(body, path, [*value, "x" * (longest + 1)])
    elif isinstance(value, dict):
        yield lambda body: _set(body, path, {**value, "x" * (limits[0] + 1): ["x"]})
        yield lambda body: _set(body, path, {**value, "Other": ["x" * (longest + 1)]})


def _get(body: Json, path: tuple[Step, ...]) -> Json:
    for step in path:
        body = body[step]
    return body


def _set(body: Json, path: tuple[Step, ...], value: Json, *, remove: bool = False) -> Json:
    changed = copy.deepcopy(body)
    parent = _get(changed, path[:-1])
    if remove:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return changed


def _without_header(sent: Sent, name: str) -> Sent:
    kept = {key: value for key, value in sent.headers.items() if key.lower() != name.lower()}
    return replace(sent, headers=kept)


def _with_query(sent: Sent, name: str, value: str | None) -> Sent:
    base, _, query = sent.url.partition("?")
    pairs = [pair for pair in query.split("&") if pair and pair.partition("=")[0] != name]
    if value is not None:
        pairs.append(f"{name}={quote(value)}")
    return replace(sent, url=f"{base}?{'&'.join(pairs)}" if pairs else base)

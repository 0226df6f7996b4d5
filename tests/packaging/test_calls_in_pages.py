"""The calls that a page shows are calls of the API: their path, their method, the names in their query and in their body."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs/reference/openapi.json").read_text(encoding="utf-8"))
_COMMAND = re.compile(r"curl(?:\\\n|[^\n'\"]|'[^']*'|\"[^\"]*\")*")
_INLINE = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (?:/v1|\$API)(/[^`\s]*)[^`]*`")
_NAME = re.compile(r"\$\w+|\{\w+\}|<[^>]*>|…")


@dataclass(frozen=True)
class Call:
    """A call as a page shows it; `body` is None where it shows none."""

    method: str
    address: str
    body: Any = None

    def wrong(self) -> str:
        """What the API does not know about it; empty when all is known."""
        path, _, query = self.address.partition("?")
        operation = _operation(self.method, path)
        if operation is None:
            return f"{self.method} {path}"
        asked = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
        strange = asked - {one["name"] for one in operation.get("parameters", []) if one["in"] == "query"}
        if isinstance(self.body, dict):
            strange |= self.body.keys() - _fields(operation)
        return f"{self.method} {path}: {', '.join(sorted(strange))}" if strange else ""


def calls_of(text: str) -> Iterator[Call]:
    """The calls of a page: its commands, and those that its sentences name in backquotes."""
    for command in _COMMAND.findall(text):
        yield from _call(command)
    for method, address in _INLINE.findall(text):
        yield Call(method, address)


def _call(command: str) -> Iterator[Call]:
    try:
        words = shlex.split(command.replace("\\\n", " "))
    except ValueError:  # a sentence, or a command within a command
        return
    address = next((word.partition("$API")[2] for word in words if word.startswith("$API/")), "")
    if address:
        told = dict(pairwise(words))
        method = told.get("-X", "POST" if "-d" in told else "GET")
        yield Call(method, address, _json(told.get("-d", "")))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _operation(method: str, path: str) -> dict[str, Any] | None:
    wanted = _NAME.sub("*", path)
    for known, methods in DOCUMENT["paths"].items():
        if _NAME.sub("*", known) == f"/v1{wanted}" and method.lower() in methods:
            operation: dict[str, Any] = methods[method.lower()]
            return operation
    return None


def _fields(operation: dict[str, Any]) -> set[str]:
    fields: set[str] = set()
    for content in operation.get("requestBody", {}).get("content", {}).values():
        schema = content["schema"]
        for one in schema.get("anyOf", schema.get("oneOf", [schema])):
            name = one.get("$ref", "").rpartition("/")[2]
            fields |= (DOCUMENT["components"]["schemas"][name] if name else one).get("properties", {}).keys()
    return fields


PAGES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    if path.parent.name != "adr"
}
"""Those that tell what the API is; a decision also tells what it was, and what is refused."""


def test_every_call_that_a_page_shows_is_one_of_the_api() -> None:
    wrong = [f"{page}: {found}" for page, text in PAGES.items() for call in calls_of(text) if (found := call.wrong())]
    assert wrong == []


def test_commands_and_bodies_are_found_in_the_pages() -> None:
    """Else the search above would find nothing because it reads nothing."""
    found = [call for text in PAGES.values() for call in calls_of(text)]
    assert len(found) > 100
    assert sum(call.body is not None for call in found) > 15


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('    curl -sS "$API/accounts/$ACCOUNT/inventory" -d \'{"site": "EBAY_DE"}\'', ""),
        ("    curl -sS \"$API/v1/accounts/$ACCOUNT/inventory\" -d '{}'", "POST /v1/accounts/$ACCOUNT/inventory"),
        ('    curl -sS "$API/accounts/$ACCOUNT/inventory?site=A&page=2"', "GET /accounts/$ACCOUNT/inventory: page"),
        ('    curl -sS $API/sales-lists \\\n      -d \'{"nam": "Mugs"}\'', "POST /sales-lists: nam"),
        ("    curl -sS -X PUT $API/sales-lists/$LIST -d '{}'", "PUT /sales-lists/$LIST"),
        ("Ask `GET /v1/jobs/{job_id}/entry` about it.", "GET /jobs/{job_id}/entry"),
        ("Ask `GET $API/jobs/{job_id}/entries` about it.", ""),
    ],
)
def test_a_call_that_the_api_does_not_know_is_named(text: str, wrong: str) -> None:
    assert [call.wrong() for call in calls_of(text)] == [wrong]

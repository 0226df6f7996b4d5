"""Calls for every route of the published description: ids, query and body as it says, and as nobody should send them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from listbridge.admin.openapi import openapi

DOCUMENT = openapi()


def packed(text: str) -> str:
    """As ids of rows and cursors travel."""
    return base64.urlsafe_b64encode(text.encode()).decode()


NASTY_TEXTS = (
    "",
    " ",
    "#",
    "##",
    "a#",
    "#b",
    "a##c",
    "x" * 1025,
    "x" * 5000,
    "9" * 5000,
    "\x00",
    "ü" * 600,
    "🦊",
    "\u202e",
    "../..",
    "null",
    "'; --",
    "-1",
    "1e999",
    "NaN",
    "[]",
    "{}",
    packed(""),
    packed("#"),
    packed("##"),
    packed("a#b#"),
    packed("#b#c"),
    packed("a##c"),
    packed("x" * 1100),
    packed("a#b#" + "x" * 1100),
    packed("acc#EBAY_DE#" + "ü" * 600),
    packed("[]"),
    packed("{}"),
    packed("null"),
    packed('{"a":1}'),
    packed('{"a":{"S":"x"}}'),
    packed('{"a":{"S":""}}'),
    packed("[0, 5]"),
    packed('[0, "x"]'),
    packed("[-1, null]"),
    packed("[true]"),
    packed("[" * 20_000),
    packed("1" * 5000),
    packed('["a", 1, 2]'),
    packed('{"acc": 1}'),
    packed('{"acc": [1, 2, 3, 4]}'),
    packed('{"acc": [null, null, {"a": 1}, false]}'),
    "===",
    "a===",
    "ä",
    packed('{"sales_list":{"S":"list"},"item":{"S":"x"}}'),
    packed('{"job":{"S":"job"},"entry":{"S":"job"}}'),
)
NASTY_IDS = tuple(dict.fromkeys((*NASTY_TEXTS, *(text.rstrip("=") for text in NASTY_TEXTS))))
"""Row ids travel without padding."""
NASTY_VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    10**30,
    -(10**30),
    1.5,
    1e308,
    "",
    "x" * 1025,
    "1E+999999",
    "1E-999999",
    "Infinity",
    "NaN",
    [],
    {},
    [[]],
    {"": ""},
    {"a" * 2000: 1},
    ["x"] * 600,
    "\ud800",
    {"\udfff": "\ud800"},
    "\x00",
    [None],
    {"code": 1},
)
NASTY_BODIES = (
    "",
    " ",
    "{",
    "nothing",
    "\x00",
    "null",
    "[]",
    '""',
    "1",
    "NaN",
    '{"a": NaN}',
    '{"a": 1e999}',
    '{"a": -Infinity}',
    "[" * 20_000,
    "[" * 20_000 + "]" * 20_000,
    '{"a":' * 20_000 + "1" + "}" * 20_000,
    '{"name": ' + "9" * 5000 + "}",
    '{"rev": ' + "9" * 5000 + "}",
    '{"rev": 1' + "0" * 400 + "}",
    '{"name": 1.' + "9" * 5000 + "}",
    '{"name": "\\ud800"}',
    '{"\\ud800": 1}',
    '{"name": "' + "x" * 200_000 + '"}',
    '{"name": "a", "name": []}',
    "\ufeff{}",
    '{"account": ""}',
    '{"account": "", "name": "x", "site": "EBAY_DE"}',
    "[" * 40 + "]" * 40,
    "[" * 900 + "]" * 900,
)


@dataclass(frozen=True)
class Operation:
    """One route of the description."""

    method: str
    path: str
    ids: tuple[str, ...]
    query: Mapping[str, Any]
    body: Mapping[str, Any] | None
    bare: bool = False
    """It may come without its body."""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def operations() -> list[Operation]:
    """Every route that somebody can call."""
    return [
        _operation(method, path, told)
        for path, methods in DOCUMENT["paths"].items()
        for method, told in methods.items()
    ]


def _operation(method: str, path: str, told: Mapping[str, Any]) -> Operation:
    given = told.get("parameters", [])
    content = told.get("requestBody", {}).get("content", {})
    return Operation(
        method.upper(),
        path,
        tuple(one["name"] for one in given if one["in"] == "path"),
        {one["name"]: one["schema"] for one in given if one["in"] == "query"},
        content["application/json"]["schema"] if content else None,
        bool(content) and not told["requestBody"].get("required", False),
    )


def queries(operation: Operation) -> st.SearchStrategy[dict[str, str]]:
    """Some of the route's parameters, as they should be and as they should not."""
    texts = {
        name: st.one_of(values(schema).map(_as_text), st.sampled_from(NASTY_TEXTS))
        for name, schema in operation.query.items()
    }
    return st.fixed_dictionaries({}, optional=texts)


def bodies(operation: Operation) -> st.SearchStrategy[str | None]:
    """The text of a body: what the schema says, with some values that it does not, or nothing like it."""
    spoiled = st.sampled_from(NASTY_BODIES)
    if operation.body is None:
        return st.one_of(st.none(), spoiled)
    return st.one_of(values(operation.body).map(json.dumps), spoiled)


def values(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values of a JSON schema, one in five of them anything else."""
    proper = _proper(schema)
    return st.integers(0, 4).flatmap(lambda die: st.sampled_from(NASTY_VALUES) if die == 4 else proper)


def _proper(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return st.deferred(lambda: _proper(DOCUMENT["components"]["schemas"][name]))
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return st.one_of([values(one) for one in schema[word]])
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    return _of_type(schema)


def _of_type(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    match schema.get("type"):
        case "object":
            return _object(schema)
        case "array":
            return st.lists(values(schema.get("items", {})), max_size=3)
        case "integer":
            return st.integers(-1, 10**6)
        case "number":
            return st.floats(0, 1000, allow_nan=False)
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case "string":
            return st.one_of(st.text(max_size=20), st.sampled_from(["EBAY_DE", "ebay", "shopify", "0.5", "x"]))
    return st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=10)),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
        max_leaves=4,
    )


def _object(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    fields = {name: values(inner) for name, inner in schema.get("properties", {}).items()}
    needed = {name: fields.pop(name) for name in schema.get("required", []) if name in fields}
    return st.fixed_dictionaries(needed, optional=fields)


def _as_text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "replace").decode()  # the gateway decodes addresses, and leaves no half pairs

"""The committed description of the API keeps the rules of a linter: nothing in it is left unsaid, unused or ambiguous.

The rules are those of Redocly's and Spectral's recommended sets that a description of ours could break, and our own.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator

from tests.packaging.conftest import ROOT

DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs/reference/openapi.json").read_text(encoding="utf-8"))
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
_SENTENCE = re.compile(r"[.?]$")
_OURS = re.compile(r"\.md\b|\bADR\b|\bpromises\b|\bprotocol\b|#p\d")
_MEN = re.compile(r"\b(he|him|his)\b", re.IGNORECASE)


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def _fields() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, schema in SCHEMAS.items():
        for field, told in schema.get("properties", {}).items():
            yield f"{name}.{field}", told


def _texts(node: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text for people, with its place; what was recorded as an example is none."""
    if isinstance(node, list):
        for number, one in enumerate(node):
            yield from _texts(one, f"{place}/{number}")
    elif isinstance(node, dict):
        for name, one in node.items():
            if name in ("summary", "description") and isinstance(one, str):
                yield f"{place}/{name}", one
            elif name not in ("example", "examples"):
                yield from _texts(one, f"{place}/{name}")


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _references(one)
    elif isinstance(node, dict):
        for name, one in node.items():
            if name == "$ref":
                yield one
            else:
                yield from _references(one)


def test_every_operation_has_a_summary_a_sentence_an_id_of_its_own_and_one_declared_tag() -> None:
    declared = {tag["name"] for tag in DOCUMENT["tags"]}
    for name, operation in _operations():
        assert operation["summary"], name
        assert _SENTENCE.search(operation["description"]), name
        assert len(operation["tags"]) == 1, name
        assert set(operation["tags"]) <= declared, name
    ids = Counter(operation["operationId"] for _, operation in _operations())
    assert [one for one, count in ids.items() if count > 1] == []
    assert {tag for _, operation in _operations() for tag in operation["tags"]} == declared


def test_every_tag_shape_field_and_parameter_says_in_a_sentence_what_it_is() -> None:
    unsaid = [tag["name"] for tag in DOCUMENT["tags"] if not _SENTENCE.search(tag["description"])]
    unsaid += [name for name, schema in SCHEMAS.items() if not _SENTENCE.search(schema.get("description", ""))]
    unsaid += [place for place, told in _fields() if not _SENTENCE.search(told.get("description", ""))]
    unsaid += [
        f"{name} {parameter['name']}"
        for name, operation in _operations()
        for parameter in operation.get("parameters", ())
        if not _SENTENCE.search(parameter.get("description", ""))
    ]
    assert unsaid == []


def test_every_answer_says_in_a_sentence_when_it_comes() -> None:
    unsaid = [
        f"{name} {status}"
        for name, operation in _operations()
        for status, answer in operation["responses"].items()
        if not _SENTENCE.search(answer["description"])
    ]
    assert unsaid == []


def test_no_text_cites_what_its_readers_do_not_have_or_takes_people_for_men() -> None:
    assert [(place, text) for place, text in _texts(DOCUMENT) if _OURS.search(text) or _MEN.search(text)] == []


def test_every_component_is_used_and_every_reference_leads_somewhere() -> None:
    referred = set(_references(DOCUMENT))
    declared = {
        f"#/components/{kind}/{name}" for kind in ("schemas", "examples") for name in DOCUMENT["components"][kind]
    }
    assert (declared - referred, referred - declared) == (set(), set())


def _defaults(node: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema with a default, wherever it stands; examples are no schemas."""
    if isinstance(node, list):
        for number, one in enumerate(node):
            yield from _defaults(one, f"{place}/{number}")
    elif isinstance(node, dict):
        if "default" in node and not place.endswith("/properties"):
            yield place, node
        for name, one in node.items():
            if name not in ("example", "examples", "default"):
                yield from _defaults(one, f"{place}/{name}")


def test_every_default_is_a_value_that_may_be_sent() -> None:
    found = dict(_defaults(DOCUMENT))
    wrong = [
        (place, error.message)
        for place, schema in found.items()
        for error in OAS31Validator({**schema, "components": DOCUMENT["components"]}).iter_errors(schema["default"])
    ]
    assert wrong == []
    assert len(found) > 20


def test_every_field_that_must_be_there_is_a_field() -> None:
    missing = [
        f"{name}.{field}"
        for name, schema in SCHEMAS.items()
        for field in schema.get("required", ())
        if field not in schema["properties"]
    ]
    assert missing == []


def test_every_name_in_a_path_is_a_parameter_and_no_parameter_comes_twice() -> None:
    for name, operation in _operations():
        given = [(one["in"], one["name"]) for one in operation.get("parameters", ())]
        assert len(given) == len(set(given)), name
        assert {one for place, one in given if place == "path"} == set(re.findall(r"{(\w+)}", name)), name


def _could_be_taken_for(one: str, other: str) -> bool:
    """Two paths of which neither is clearly the better match for some address."""
    ones, others = one.split("/"), other.split("/")
    if len(ones) != len(others):
        return False
    both = list(zip(ones, others, strict=True))
    if any(a != b and "{" not in a and "{" not in b for a, b in both):
        return False
    return any("{" in a and "{" not in b for a, b in both) == any("{" in b and "{" not in a for a, b in both)


@pytest.mark.parametrize(
    ("one", "other", "ambiguous"),
    [
        ("/jobs/{job_id}", "/jobs/{id}", True),
        ("/jobs/{job_id}/entries", "/{kind}/{id}/entries", False),
        ("/jobs/{job_id}/entries", "/{kind}/newest/entries", True),
        ("/jobs/{job_id}", "/shops/{shop_id}", False),
        ("/jobs/newest", "/jobs/{job_id}", False),
    ],
)
def test_paths_are_ambiguous_where_neither_is_the_better_match(one: str, other: str, ambiguous: bool) -> None:
    assert _could_be_taken_for(one, other) is ambiguous


def test_no_two_paths_could_be_taken_for_each_other() -> None:
    paths = sorted(DOCUMENT["paths"])
    found = [
        (one, other)
        for number, one in enumerate(paths)
        for other in paths[number + 1 :]
        if _could_be_taken_for(one, other)
    ]
    assert found == []
    assert [path for path in paths if path.endswith("/") or "?" in path] == []


def test_every_operation_needs_a_token_or_says_that_it_needs_none() -> None:
    for name, operation in _operations():
        needs = operation.get("security", DOCUMENT["security"])
        assert needs == ([{}] if operation["x-group"] == "anyone" else [{"cognito": []}]), name
    assert set(DOCUMENT["components"]["securitySchemes"]) == {"cognito"}


# ---- examples ----


def _contents() -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything that is sent or answered, by operation and status; a request has the status `body`."""
    for name, operation in _operations():
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            yield f"{name} body {kind}", content
        for status, answer in operation["responses"].items():
            for kind, content in answer.get("content", {}).items():
                yield f"{name} {status} {kind}", content


def _shown(content: dict[str, Any]) -> list[Any]:
    if "example" in content:
        return [content["example"]]
    named = [one["$ref"].rsplit("/", 1)[1] for one in content.get("examples", {}).values()]
    return [DOCUMENT["components"]["examples"][name]["value"] for name in named]


def test_everything_that_is_sent_and_answered_by_us_has_an_example() -> None:
    by_gateway = ("401", "429")
    bare = [place for place, content in _contents() if not _shown(content)]
    assert [place for place in bare if place.split()[2] not in by_gateway] == []


def test_every_example_fits_its_shape() -> None:
    wrong = [
        (place, error.json_path, error.message)
        for place, content in _contents()
        for example in _shown(content)
        for error in OAS31Validator({**content["schema"], "components": DOCUMENT["components"]}).iter_errors(example)
    ]
    assert wrong == []


def test_an_example_says_nothing_that_its_shape_does_not_know() -> None:
    """Shapes of answers are open, so that they can grow; an example must not know more than the description."""
    unknown = [
        (place, name)
        for place, content in _contents()
        if "$ref" in content["schema"]
        for example in _shown(content)
        for name in set(example) - set(SCHEMAS[content["schema"]["$ref"].rsplit("/", 1)[1]]["properties"])
    ]
    assert unknown == []

"""What code and pages cite is in the repository, under the name by which it is cited; what users of the API read cites nothing."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.packaging import citations
from tests.packaging.citations import DOCS, ROOT, Line, all_lines

pytestmark = pytest.mark.xdist_group("citations")  # so that one process reads all files, and reads them once

CHECKS: dict[str, Callable[[Line], list[str]]] = {
    "page": citations.unresolved_pages,
    "decision": citations.unresolved_decisions,
    "path": citations.unresolved_paths,
    "book": citations.books_elsewhere,
}
CODE, PAGE = ROOT / "shared" / "listbridge" / "bootstrap.py", DOCS / "cost.md"
_CITES = re.compile(
    r"\b[\w/-]+\.(?:md|py)\b|\bADR \d|\bP(?:[1-9]|1\d)\b|\bS\d\d\b|\bprotocol \d|feature map|\(reference:"
)


@pytest.mark.parametrize("check", CHECKS)
def test_everything_that_is_cited_is_there(check: str) -> None:
    assert [f"{line} -> {wrong}" for line in all_lines() for wrong in CHECKS[check](line)] == []


def test_code_and_pages_do_cite_promises_rules_and_decisions() -> None:
    """Else the search above would find nothing because it reads nothing."""
    cited = [
        (page, anchor)
        for line in all_lines()
        for page, anchor in citations.cited_pages(line)
        if line.path.suffix == ".py"
    ]
    assert sum(page == "promises.md" for page, _ in cited) > 20
    assert sum(page == "protocol.md" for page, _ in cited) > 40
    assert {f"p{number}" for number in range(1, 12)} <= citations.anchors_of(DOCS / "promises.md")


@pytest.mark.parametrize(
    ("check", "path", "text", "wrong"),
    [
        ("page", CODE, "# kept (protocol.md#attempts)", []),
        ("page", CODE, "# kept (protocol.md#no-such-rule)", ["protocol.md#no-such-rule"]),
        ("page", CODE, "# kept (promises.md#p1, #p12)", ["promises.md#p12"]),
        ("page", CODE, "# docs/how-to/deploy.md says so, reference.md does not", ["reference.md"]),
        (
            "page",
            PAGE,
            "[a](reference/benchmarks.md#what-a-change-and-an-order-cost) [b](#no-heading)",
            ["#no-heading"],
        ),
        ("page", PAGE, "[a](images/no-such-picture.svg) [b](https://example.com/x.md)", ["images/no-such-picture.svg"]),
        ("decision", CODE, "# so it was decided (ADR 19), and never (ADR 9999)", ["9999"]),
        (
            "decision",
            PAGE,
            "[ADR 8](adr/0019-sales-go-before-repairs.md)",
            ["ADR 8 at adr/0019-sales-go-before-repairs.md"],
        ),
        (
            "path",
            PAGE,
            "`domain/listings/ledger.py` and `services/no_such_service.py`",
            ["services/no_such_service.py"],
        ),
        ("path", CODE, "# `tests/faults` and `shop/variant`", []),
        ("book", CODE, "# protocol 7, protocol sections 4", ["protocol 7", "protocol sections 4"]),
        ("book", CODE, "# design section 5, the seller's feature map", ["design section 5", "feature map"]),
        ("book", CODE, "# statement S30 of P1 (promises.md#p1)", ["S30", "P1"]),
        ("book", PAGE, "[Promise P1](promises.md#p1), P2", ["P2"]),
    ],
)
def test_a_citation_that_leads_nowhere_is_found(check: str, path: Path, text: str, wrong: list[str]) -> None:
    assert CHECKS[check](Line(path, 1, text)) == wrong


def test_of_code_comments_and_docstrings_are_read_and_nothing_else() -> None:
    code = '"""About P1."""\nP2 = "P3"  # P4\n\n\nclass A:\n    b: int\n    """P5\n    P6"""\n'
    assert [line.number for line in citations.lines_of(CODE, code)] == [1, 2, 7, 8]
    found = [one for line in citations.lines_of(CODE, code) for one in citations.books_elsewhere(line)]
    assert found == ["P1", "P4", "P5", "P6"]


def test_no_test_is_named_after_a_number_of_a_book() -> None:
    named = re.compile(r"_(?:s\d\d|p\d\d?|adr_?\d+)(?:_|\b)")
    every = [path for path in sorted((ROOT / "tests").rglob("*.py")) if "__pycache__" not in path.parts]
    tests = [path for path in every if citations.STATED_IN not in path.parents]
    assert [str(path) for path in tests if named.search(path.stem)] == []
    functions = [name for path in tests for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)]
    assert len(functions) > 1000
    assert [name for name in functions if named.search(name)] == []


def test_a_test_of_a_statement_is_named_after_one_that_the_page_has() -> None:
    paths = sorted(citations.STATED_IN.rglob("test_*.py"))
    names = _tests_of_statements()
    numbers = {
        number for name in [*names, *(path.stem for path in paths)] for number in re.findall(r"_s(\d\d)(?=_)", name)
    }
    assert "18" in numbers
    assert [number for number in sorted(numbers) if not citations.is_stated(number)] == []


def test_every_statement_of_the_page_has_a_test_that_is_named_after_it() -> None:
    stated = {anchor[1:] for anchor in citations.anchors_of(citations.STATEMENTS) if re.fullmatch(r"s\d\d", anchor)}
    tested = {number for name in _tests_of_statements() for number in re.findall(r"_s(\d\d)(?=_)", name)}
    assert len(stated) > 20
    assert sorted(stated - tested) == []


def _tests_of_statements() -> list[str]:
    paths = sorted(citations.STATED_IN.rglob("test_*.py"))
    return [name for path in paths for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)]


def test_the_apis_description_cites_nothing() -> None:
    document = json.loads((DOCS / "reference" / "openapi.json").read_text(encoding="utf-8"))
    told = list(_texts(document))
    assert len(told) > 100
    assert [text for text in told if _CITES.search(text)] == []


def test_no_message_for_people_cites_anything() -> None:
    files = sorted((ROOT / "shared" / "listbridge").rglob("messages*/*.json")) + sorted(
        (ROOT / "shared" / "listbridge").rglob("messages.json")
    )
    told = [text for path in files for text in _strings(json.loads(path.read_text(encoding="utf-8")))]
    assert len(told) > 200
    assert [text for text in told if _CITES.search(text)] == []


def test_no_string_of_the_shipped_code_cites_a_page_or_a_decision() -> None:
    """What stands in a string may be shown to anybody: summaries of routes, errors, pages of a callback."""
    found = []
    for path in sorted((ROOT / "shared" / "listbridge").rglob("*.py")):
        for node in _said(ast.parse(path.read_text(encoding="utf-8"))):
            if re.search(r"promises\.md|protocol\.md|\bADR \d", node.value):
                found.append(f"{path}:{node.lineno}")
    assert found == []


def _texts(node: Any) -> Iterator[str]:
    """What people read of an OpenAPI document."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name in ("description", "summary", "title") and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    for value in node.values() if isinstance(node, dict) else ():
        yield from _strings(value)


def _said(tree: ast.AST) -> Iterator[ast.Constant]:
    """Every string but docstrings."""
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node

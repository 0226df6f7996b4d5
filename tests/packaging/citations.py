"""Finds what the texts of this repository cite: pages and their anchors, promises, decisions, paths, and books that are elsewhere.

Of a Python file the comments and docstrings are read, for a string of a test or of a message cites nothing. Of every other
kind of file all is read.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
STATEMENTS = DOCS / "statements.md"
STATED_IN = ROOT / "tests" / "seller"
"""Where each statement of the page has its tests, which cite it by number."""
_ROOMS = ("shared", "functions", "simulators", "localrun", "benchmarks", "tests", "docs", "events", ".ci", ".github")
_KINDS = (".py", ".md", ".yaml", ".yml", ".toml", ".json", ".sh", ".graphql")
_NAMES = ("Makefile", "run")
_PAGE = re.compile(r"(?<![\w/.<>*…-])((?:\.{1,2}/)*(?:[\w.-]+/)*[\w-]+\.md)\b((?:#[\w-]+(?:, (?=#))?)*)")
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
_DECISION = re.compile(r"\bADRs? (\d+)")
_PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]*)(?: [^`]*)?`")
_OURS = ("domain", "services", "infra", "admin", "marketplaces", "shops", "messages")
_BOOKS = (
    re.compile(r"\bprotocol(?:'s)?(?: sections?)? \d", re.IGNORECASE),
    re.compile(r"\bdesign(?: section)? \d", re.IGNORECASE),
    re.compile(r"\bfeature map\b|\bhouse\.md\b|\bwidening\b|\(reference: "),
    re.compile(r"\bS\d\d\b"),
    re.compile(r"\bP(?:[1-9]|1\d)\b"),
)


@dataclass(frozen=True, order=True)
class Line:
    """A line of text that may cite something."""

    path: Path
    number: int
    text: str

    def __str__(self) -> str:
        where = self.path.relative_to(ROOT) if self.path.is_relative_to(ROOT) else self.path
        return f"{where}:{self.number}: {self.text.strip()}"


@cache
def all_lines() -> tuple[Line, ...]:
    """Every line of text in the repository."""
    return tuple(line for path in _files() for line in lines_of(path, path.read_text(encoding="utf-8")))


def lines_of(path: Path, text: str) -> Iterator[Line]:
    """The lines of a file that may cite something."""
    wanted = _prose(text) if path.suffix == ".py" else None
    for number, line in enumerate(text.splitlines(), 1):
        if wanted is None:
            yield Line(path, number, line)
        elif number in wanted:
            yield Line(path, number, wanted[number])


def cited_pages(line: Line) -> list[tuple[str, str]]:
    """Pages and anchors that the line names, whether as a link or not; an empty name is the page itself."""
    found: list[tuple[str, str]] = []
    rest = line.text
    if "](" not in rest and ".md" not in rest:
        return found
    if line.path.suffix == ".md":
        for _, target in _LINK.findall(line.text):
            if not re.match(r"\w+:", target):
                name, _, anchor = target.partition("#")
                found.append((name, anchor))
        rest = _LINK.sub("", re.sub(r"https?://\S+", "", rest))
    for name, anchors in _PAGE.findall(re.sub(r"https?://\S+", "", rest)):
        found += [(name, anchor) for anchor in re.findall(r"#([\w-]+)", anchors)] or [(name, "")]
    return found


def page_at(line: Line, name: str) -> Path | None:
    """Where a page is that is named so: beside the file, in `docs` or at the root."""
    if not name:
        return line.path
    for folder in (line.path.parent, DOCS, ROOT):
        if (folder / name).exists():
            return (folder / name).resolve()
    return None


@cache
def anchors_of(page: Path) -> frozenset[str]:
    """The anchors of a page, as a forge makes them of headings, and those that it sets itself."""
    if page.is_dir() or page.suffix != ".md":
        return frozenset()
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    made = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return frozenset(made | set(re.findall(r'<a id="([\w-]+)">', text)))


def unresolved_pages(line: Line) -> list[str]:
    """What the line names and is not there."""
    wrong = []
    for name, anchor in cited_pages(line):
        page = page_at(line, name)
        if page is None or (anchor and anchor not in anchors_of(page)):
            wrong.append(f"{name}#{anchor}" if anchor else name)
    return wrong


def unresolved_decisions(line: Line) -> list[str]:
    """Numbers of decisions that were never recorded, and links that lead to another one than they say."""
    wrong = [number for number in _DECISION.findall(line.text) if not _decision(number)]
    for said, target in _LINK.findall(line.text):
        number = _DECISION.fullmatch(said)
        if number is not None and not Path(target).name.startswith(f"{int(number[1]):04d}-"):
            wrong.append(f"{said} at {target}")
    return wrong


def unresolved_paths(line: Line) -> list[str]:
    """Paths in backticks that begin in a room of ours and lead nowhere."""
    rooms = {*_OURS, *_ROOMS}
    named = [name for name in _PATH.findall(line.text) if name.split("/")[0] in rooms]
    homes = (ROOT, ROOT / "shared" / "listbridge", line.path.parent)
    return [name for name in named if not any((home / name).exists() for home in homes)]


def books_elsewhere(line: Line) -> list[str]:
    """What cites a book that a reader of this repository does not have, or a promise without saying where it stands."""
    text = re.sub(r"\[[^\]]*\]\([^)]*promises\.md#p\d+\)", "", line.text)
    if line.path == DOCS / "promises.md":
        text = re.sub(r"\bP\d+\b", "", text)
    if line.path == STATEMENTS or STATED_IN in line.path.parents:
        text = re.sub(r"\bS(\d\d)\b", lambda found: "" if is_stated(found[1]) else found[0], text)
    return [found[0] for book in _BOOKS for found in book.finditer(text)]


def is_stated(number: str) -> bool:
    """Whether the page has a statement of this number (two digits)."""
    return f"s{number}" in anchors_of(STATEMENTS)


def _decision(number: str) -> bool:
    return any((DOCS / "adr").glob(f"{int(number):04d}-*.md"))


def _files() -> Iterator[Path]:
    for path in sorted([*ROOT.iterdir(), *(path for room in _ROOMS for path in (ROOT / room).rglob("*"))]):
        if path.is_file() and (path.suffix in _KINDS or path.name in _NAMES) and "__pycache__" not in path.parts:
            yield path


def _prose(text: str) -> dict[int, str]:
    """The comments and docstrings of a Python file, by line."""
    found: dict[int, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            found[token.start[0]] = token.string
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        value = node.value if isinstance(node, ast.Expr) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            for number in range(value.lineno, (value.end_lineno or value.lineno) + 1):
                found[number] = lines[number - 1]
    return found

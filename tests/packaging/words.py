"""Old words of this repository, each with the word that docs/vocabulary.md has for it, and the prose in which they are
looked for.

Prose is what people read: docstrings and texts under attributes, comments, the message files, the texts of the API's
description, and the pages with the template and the Makefile. Code in backquotes and in fences is not prose.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.packaging.citations import ROOT

BACK: Final = r"(?:paid|pays?|given|gives?|gave|giving)"
OLD: Final[dict[str, tuple[str, str]]] = {
    "by itself": (r"by (?:itself|themselves)", "automatically; or: alone, unasked, on its own"),
    "he": (r"he|his|him|himself", "they, their, them"),
    "anew": (r"anew", "again"),
    "a yes": (r"(?:a|person's) yes|(?:says?|said) yes", "approval, approve"),
    "say no": (r"(?:says?|said) no(?=[.,;:)]|\s+(?:to|and|or)\b|$)", "refuse"),
    "give back": (rf"{BACK} (?:\w+ ){{0,2}}back|money back", "refund; of a lease: release"),
    "take off": (r"(?:take|takes|taken|taking|took) (?:\w+ ){0,2}off", "disconnect; of a thing in a list: remove"),
    "mend": (r"mend(?:s|ed|ing)?", "fix, repair"),
    "whoever": (r"whoever|whomever", "a person who, the worker that, you"),
    "dear": (r"dear(?:er|est)?", "expensive"),
    "hear of": (r"hear(?:s|d)? of", "hear about"),
    "dead letters": (r"among the dead letters", "in the dead-letter queue"),
    "come home": (r"(?:come|comes|came|coming|bring|brings|brought) (?:\w+ ){0,3}home", "import"),
    "let go": (r"(?:let|lets|letting) (?:\w+ )?go(?! (?:on|first)\b)", "release"),
    "write down": (r"(?:write|writes|wrote|written|writing) (?:\w+ ){0,2}down", "record"),
    "merchant": (r"merchants?", "seller"),
}
"""By its name an old word, as a pattern of whole words, and the word of today."""
ONLY_IN_MESSAGES: Final = {
    "settle": (
        r"settl(?:e|es|ed|ing)",
        "of an unknown outcome only, and sellers never read of one; else: agree, do, clear",
    ),
    "tell of": (r"(?:tell|tells|told|telling) (?:us )?of", "tell about"),
}
_VOICE: Final = "CONTRIBUTING.md shows the old voice beside the new one"
EXCEPTIONS: Final[dict[tuple[str, str], str]] = {
    ("CONTRIBUTING.md", "The order comes to the shop by itself."): _VOICE,
    ("CONTRIBUTING.md", "He may not be kept any more: between"): _VOICE,
    (
        "shared/listbridge/shops/shopify/hand_over.py",
        'README, "What the merchant needs"',
    ): "the README's heading and anchor",
    ("shared/listbridge/shops/shopify/README.md", "## What the merchant needs"): "an anchor that others link to",
}
"""By file and words around it an old word that stays, with the reason."""

PYTHON = ("shared/listbridge", "functions", "localrun", "simulators", "benchmarks", "tests")
MESSAGES = ("shared/listbridge/**/en.json", "shared/listbridge/**/messages.json")
PAGES = ("*.md", "docs/**/*.md", "shared/**/*.md", "simulators/**/*.md", "template.yaml", "Makefile")
DESCRIPTION = "docs/reference/openapi.json"
_TEXT = re.compile(r'^ *"(\w+)": "(.*)",?$')


@dataclass(frozen=True, slots=True)
class Prose:
    """A passage that people read: its file below the root, its first line, and its text with the lines as they are."""

    path: str
    line: int
    text: str

    @property
    def of_messages(self) -> bool:
        """Whether sellers read it."""
        return self.path.endswith(("messages.json", "/en.json"))


@dataclass(frozen=True, slots=True)
class Finding:
    """An old word: where it stands, and the word of today."""

    path: str
    line: int
    word: str
    right: str
    around: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: “{self.word}” -> {self.right}"


def findings(prose: Prose) -> Iterator[Finding]:
    """The old words in a passage, without the exceptions."""
    text = _without_code(prose.text)
    for pattern, right in (OLD | (ONLY_IN_MESSAGES if prose.of_messages else {})).values():
        words = pattern.replace(" ", r"\s+")
        for match in re.finditer(rf"\b(?:{words})(?!\w)", text, re.IGNORECASE):
            line = prose.line + text.count("\n", 0, match.start())
            around = " ".join(text[max(0, match.start() - 120) : match.end() + 120].split())
            yield Finding(prose.path, line, " ".join(match[0].split()), right, around)


def excepted(finding: Finding) -> list[tuple[str, str]]:
    """The exceptions that let it stand."""
    return [(path, words) for path, words in EXCEPTIONS if path == finding.path and words in finding.around]


def all_prose() -> Iterator[Prose]:
    """Every passage of the repository."""
    for folder in PYTHON:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield from prose_of_code(_name(path), path.read_text(encoding="utf-8"))
    for path in sorted(path for pattern in MESSAGES for path in ROOT.glob(pattern)):
        yield from _texts(path, None)
    yield from _texts(ROOT / DESCRIPTION, {"description", "summary"})
    for path in sorted(path for pattern in PAGES for path in ROOT.glob(pattern)):
        yield Prose(_name(path), 1, path.read_text(encoding="utf-8"))


def prose_of_code(name: str, source: str) -> Iterator[Prose]:
    """The docstrings, texts under attributes and comments of a module; neighbouring lines of comments are one
    passage."""
    lines = source.splitlines()
    for node in _statements(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield Prose(name, node.lineno, "\n".join(lines[node.lineno - 1 : node.end_lineno]))
    comments = {
        token.start[0]: token.string.lstrip("#")
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    for first in sorted(line for line in comments if line - 1 not in comments):
        last = next(line for line in range(first, len(comments) + first + 1) if line + 1 not in comments)
        yield Prose(name, first, "\n".join(comments[line] for line in range(first, last + 1)))


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """The statements of a module, those within others too; what a statement is made of is not walked, for speed."""
    for within in ("body", "handlers", "orelse", "finalbody", "cases"):
        for node in getattr(tree, within, ()) if not isinstance(tree, ast.expr) else ():
            yield node
            yield from _statements(node)


def _texts(path: Path, keys: set[str] | None) -> Iterator[Prose]:
    """The texts of a JSON file that has one on each line, under these keys or all."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        found = _TEXT.match(line)
        if found and (keys is None or found[1] in keys):
            yield Prose(_name(path), number, found[2].replace("\\n", " "))


def _without_code(text: str) -> str:
    """The text with code in fences and backquotes blanked, each line where it was."""
    blank = lambda found: re.sub(r"[^\n]", " ", found[0])  # noqa: E731
    return re.sub(r"`[^`\n]*`", blank, re.sub(r"(?ms)^```.*?^```", blank, text))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))

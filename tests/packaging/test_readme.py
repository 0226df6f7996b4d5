"""The entrance tells what is there: rooms that exist, pages that exist, and the figures of the page about costs."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TREE = re.findall(r"^    ([\w./-]+) +\S", README.partition("## The tree")[2], re.MULTILINE)
_OF_ONE_MACHINE = {"events", "requirements"}
"""Rooms for tools, which nobody looks into to understand the system."""


def test_every_room_of_the_tree_is_there() -> None:
    assert [room for room in TREE if not (ROOT / room).exists()] == []


def test_every_room_that_is_there_is_in_the_tree() -> None:
    rooms = {path.name for path in ROOT.iterdir() if path.is_dir() and any(path.rglob("*.py"))}
    rooms = {name for name in rooms if not name.startswith(".") and name != "build"} - _OF_ONE_MACHINE
    assert rooms == {room.split("/")[0] for room in TREE if room.endswith("/")} - {"docs"}


def test_the_costs_are_those_of_the_page_about_them() -> None:
    page = (ROOT / "docs" / "cost.md").read_text(encoding="utf-8")
    sums = re.findall(r"^\| \*\*together\*\* \|(.*)\|$", page, re.MULTILINE)
    work, rest = ([cell.strip(" *") for cell in row.split("|")] for row in sums)
    told = re.search(
        r"([\d.]+) USD a month at rest with 1,000 listings, ([\d.]+) USD for 1,000 stock changes, ([\d.]+) USD for 1,000 orders",
        README,
    )
    assert told is not None
    assert list(told.groups()) == [rest[0], *work]


def test_every_page_of_the_docs_is_found_from_the_entrance() -> None:
    docs = ROOT / "docs"
    pages = {str(path.relative_to(docs)) for folder in (docs, docs / "how-to") for path in folder.glob("*.md")}
    assert pages - set(re.findall(r"docs/([\w/-]+\.md)", README)) == set()


def test_what_works_is_told_before_how_to_run_it() -> None:
    headings = re.findall(r"^## (.+)$", README, re.MULTILINE)
    assert headings[0] == "What works today"
    assert headings[-1] == "The tree"

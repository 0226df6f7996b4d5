"""docs/protocol.md tells with every rule what goes wrong without it, and where that is shown; docs/promises.md likewise."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
PROTOCOL = (DOCS / "protocol.md").read_text(encoding="utf-8")
PROMISES = (DOCS / "promises.md").read_text(encoding="utf-8")
RULES = [" ".join(rule.split()) for rule in re.findall(r"^- (\*\*(?:.|\n(?=  ))*)", PROTOCOL, re.MULTILINE)]


def test_every_rule_has_the_history_that_it_closes() -> None:
    assert len(RULES) > 100
    assert [rule for rule in RULES if "*Without " not in rule] == []


def test_every_rule_names_a_test_that_shows_it() -> None:
    assert [rule for rule in RULES if not re.search(r"Shown by `tests/\w+", rule)] == []


def test_every_section_is_in_the_index_of_the_page() -> None:
    sections = re.findall(r"^## (.+)$", PROTOCOL, re.MULTILINE)
    listed = re.findall(r"\]\(#([\w-]+)\)", PROTOCOL.partition("\n## ")[0])
    assert listed == [section.lower().replace(" ", "-") for section in sections]


def test_every_promise_says_what_it_means_how_it_is_kept_and_what_shows_it() -> None:
    sections = re.split(r'^<a id="(p\d+)"></a>$', PROMISES, flags=re.MULTILINE)[1:]
    told = dict(zip(sections[::2], sections[1::2], strict=True))
    assert list(told) == [f"p{number}" for number in range(1, 12)]
    for name, text in told.items():
        assert [part for part in ("**For you.**", "**How.**", "**Shown by.**") if part not in text] == [], name
        assert re.search(r"`tests/[\w/]+\.py`", text), name

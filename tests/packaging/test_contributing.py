"""What CONTRIBUTING.md shows as good stands so in this code, and what it tells to run can be run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^✅ `([\w/]+\.py)`[^\n]*\n\n```python\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)
RUN = re.findall(r"^    \.venv/bin/python -m (pytest .*)$", PAGE, re.MULTILINE)


def test_there_are_good_and_bad_examples() -> None:
    assert len(SHOWN) == 8
    assert len(re.findall(r"^❌", PAGE, re.MULTILINE)) == 9


@pytest.mark.parametrize(("name", "code"), SHOWN, ids=[name for name, _ in SHOWN])
def test_a_good_example_stands_so_in_the_code(name: str, code: str) -> None:
    found = [path for path in (ROOT / name, ROOT / "shared" / "listbridge" / name) if path.exists()]
    assert _squeezed(code) in _squeezed(found[0].read_text(encoding="utf-8"))


@pytest.mark.parametrize("command", RUN)
def test_a_command_of_the_page_names_tests_that_are_there(command: str) -> None:
    words = shlex.split(command)
    [target] = [ROOT / word for word in words if word.startswith("tests/")]
    assert target.exists()
    if target.is_file() and "-k" in words and "-" not in (wanted := words[words.index("-k") + 1]):
        assert wanted in target.read_text(encoding="utf-8")


def _squeezed(code: str) -> str:
    """The code however the formatter breaks its lines."""
    return re.sub(r",(?=\))", "", re.sub(r"\s", "", code))

"""Tests that share a running system run in one process, or each process would start its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT, ByGroup, group_of


@pytest.mark.parametrize(
    ("folder", "group"), [("e2e", "local-system"), ("integration", "integration"), ("histories", "history")]
)
def test_what_needs_the_emulator_names_the_group_of_its_folder(folder: str, group: str) -> None:
    files = [file for file in sorted((ROOT / "tests" / folder).glob("test_*.py")) if _on_emulator(file)]
    assert files
    assert {group_of(str(file.relative_to(ROOT))) for file in files} == {group}


def test_a_group_is_one_unit_of_work_and_every_other_test_one_of_its_own() -> None:
    scope = ByGroup._split_scope
    spread = object.__new__(ByGroup)
    first, second = "tests/e2e/test_webhook_door.py::test_a[/v1/x]", "tests/e2e/test_tutorial.py::test_b"
    assert scope(spread, first) == scope(spread, second) == "local-system"
    alone = "tests/packaging/test_processes.py::test_c"
    assert scope(spread, alone) == alone


def _on_emulator(file: Path) -> bool:
    return "pytest.mark.emulator" in file.read_text(encoding="utf-8")

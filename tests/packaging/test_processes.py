"""Tests that share a running system run in one process, or each process would start its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT, ByGroup, group_of


@pytest.mark.parametrize(
    ("folder", "groups"), [("e2e", {"local-system"}), ("integration", {"integration"}), ("histories", {"history"})]
)
def test_what_needs_the_emulator_names_a_group_of_its_folder(folder: str, groups: set[str]) -> None:
    files = [file for file in sorted((ROOT / "tests" / folder).glob("test_*.py")) if _on_emulator(file)]
    assert files
    assert {group_of(str(file.relative_to(ROOT))) for file in files} == groups


def test_a_group_is_one_unit_of_work_and_every_other_test_one_of_its_own() -> None:
    scope = ByGroup._split_scope
    spread = object.__new__(ByGroup)
    first, second = "tests/e2e/test_webhook_door.py::test_a[/v1/x]", "tests/e2e/test_tutorial.py::test_b"
    assert scope(spread, first) == scope(spread, second) == "local-system"
    alone = "tests/packaging/test_processes.py::test_c"
    assert scope(spread, alone) == alone


class _Ending:
    """A process that takes no more work."""

    shutting_down = True


def test_what_a_process_has_done_is_not_counted_through_again_after_each_further_test() -> None:
    done, first, second = "tests/a.py::test_a", "tests/e2e/test_timers.py::test_b", "tests/e2e/test_timers.py::test_c"
    spread, node = object.__new__(ByGroup), _Ending()
    spread.registered_collections = {node: [done, first, second]}  # type: ignore[dict-item]
    spread._split_scope = {done: done, first: "local-system", second: "local-system"}.__getitem__  # type: ignore[method-assign]
    spread.assigned_work = {node: {done: {done: False}, "local-system": {first: False, second: False}}}  # type: ignore[dict-item]
    spread.mark_test_complete(node, 0)  # type: ignore[arg-type]
    spread.mark_test_complete(node, 1)  # type: ignore[arg-type]
    assert spread.assigned_work == {node: {"local-system": {first: True, second: False}}}


def _on_emulator(file: Path) -> bool:
    return "pytest.mark.emulator" in file.read_text(encoding="utf-8")

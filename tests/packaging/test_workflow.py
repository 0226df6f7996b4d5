"""What a public forge runs on each change is the script that runs everywhere, with no more rights than reading."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / ".github" / "workflows" / "ci.yml"


@pytest.fixture
def workflow() -> dict[Any, Any]:
    loaded: dict[Any, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded


def test_it_runs_on_changes_of_main_and_on_proposals(workflow: dict[Any, Any]) -> None:
    triggers = workflow[True]  # YAML 1.1 reads the key `on` so
    assert triggers == {"push": {"branches": ["main"]}, "pull_request": None}


def test_it_runs_the_script_of_every_machine_and_nothing_beside_it(workflow: dict[Any, Any]) -> None:
    [job] = workflow["jobs"].values()
    [script] = [step["run"] for step in job["steps"] if "run" in step]
    assert set(re.findall(r"(?<!\w)\.?[\w/]+/\w+", script)) == {".ci/run"}
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_it_may_read_and_do_nothing_else(workflow: dict[Any, Any]) -> None:
    assert workflow["permissions"] == {"contents": "read"}
    assert "secrets." not in FILE.read_text(encoding="utf-8")


def test_it_has_the_python_versions_that_the_script_looks_for(workflow: dict[Any, Any]) -> None:
    [job] = workflow["jobs"].values()
    [python] = [step["with"]["python-version"] for step in job["steps"] if "setup-python" in step.get("uses", "")]
    looked_for = re.search(r"^for minor in (.*); do", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert looked_for is not None
    assert python.split() == looked_for[1].split()


def test_it_names_no_host(workflow: dict[Any, Any]) -> None:
    assert re.findall(r"https?://|\w\.(?:org|com|io|net)\b", FILE.read_text(encoding="utf-8")) == []

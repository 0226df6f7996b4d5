"""What SAM ships can be imported, and its byte code survives the zip."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.conftest import ROOT, run_isolated

pytestmark = pytest.mark.xdist_group("layer")

_IMPORT_HANDLER = """
import importlib, sys
task, layer, module, name = sys.argv[1:]
sys.path[:0] = [task, layer]
handler = getattr(importlib.import_module(module), name)
assert callable(handler)
import listbridge
assert listbridge.__file__.startswith(layer), listbridge.__file__
"""


def test_every_handler_imports_from_its_own_folder_and_the_layer_alone(
    functions: dict[str, dict[str, Any]], template: dict[str, Any], layer: Path, tmp_path: Path
) -> None:
    handler = template["Globals"]["Function"]["Handler"]
    module, name = handler.rsplit(".", 1)
    failures = {}
    for logical_id, properties in functions.items():
        task = tmp_path / logical_id
        shutil.copytree(ROOT / properties["CodeUri"], task, ignore=shutil.ignore_patterns("__pycache__"))
        answer = run_isolated(_IMPORT_HANDLER, str(task), str(layer), module, name, cwd=task)
        if answer.returncode != 0:
            failures[logical_id] = answer.stderr
    assert failures == {}


_CHECK_A_SIGNATURE = """
import sys
layer, second = sys.argv[1:]
sys.path[:0] = [layer, second]
from listbridge.infra.webhooks.ecdsa import Sha1Ecdsa
import cryptography
assert cryptography.__file__.startswith(second), cryptography.__file__
assert not Sha1Ecdsa().fits("no key", b"no signature", b"")
"""


def test_signatures_are_checked_with_both_layers_and_with_the_first_alone_they_cannot_be(
    layer: Path, second_layer: Path, tmp_path: Path
) -> None:
    both = run_isolated(_CHECK_A_SIGNATURE, str(layer), str(second_layer), cwd=tmp_path)
    assert both.returncode == 0, both.stderr
    alone = run_isolated(_CHECK_A_SIGNATURE, str(layer), str(tmp_path), cwd=tmp_path)
    assert "No module named 'cryptography'" in alone.stderr


def test_the_second_layer_holds_nothing_of_the_first_and_is_as_small_as_it_is_said_to_be(
    layer: Path, second_layer: Path
) -> None:
    twice = {path.name for path in layer.iterdir()} & {path.name for path in second_layer.iterdir()}
    assert twice - {"__pycache__"} == set()
    size = sum(path.stat().st_size for path in second_layer.rglob("*") if path.is_file())
    assert size < 20_000_000


def test_a_function_folder_holds_its_handler_and_nothing_else(functions: dict[str, dict[str, Any]]) -> None:
    contents = {
        properties["CodeUri"]: sorted(path.name for path in (ROOT / properties["CodeUri"]).iterdir() if path.is_file())
        for properties in functions.values()
    }
    assert all(names in (["app.py"], ["__init__.py", "app.py"]) for names in contents.values()), contents


def test_byte_code_is_still_valid_after_the_layer_was_zipped_and_extracted(layer: Path, tmp_path: Path) -> None:
    archive = Path(shutil.make_archive(str(tmp_path / "layer"), "zip", root_dir=layer.parent))
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(tmp_path / "opt")  # new modification times, as on a Lambda
    code = """
import sys
sys.path.insert(0, sys.argv[1])
import pydantic, botocore.session, listbridge.domain.listings.listing
"""
    answer = subprocess.run(
        [sys.executable, "-I", "-S", "-v", "-c", code, str(tmp_path / "opt" / "python")],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    own = [line for line in answer.stderr.splitlines() if str(tmp_path) in line]
    assert sum("matches" in line for line in own) > 100
    assert [line for line in own if "code object from" in line and ".pyc" not in line] == []


def test_byte_code_is_not_checked_against_the_source(layer: Path) -> None:
    flags = {
        int.from_bytes(path.read_bytes()[4:8], "little") for path in (layer / "listbridge").rglob("__pycache__/*.pyc")
    }
    assert flags == {0b01}  # hash-based and unchecked: https://peps.python.org/pep-0552/


def test_the_layer_ships_neither_simulators_nor_tests_nor_the_local_run(layer: Path) -> None:
    assert {path.name for path in layer.iterdir()}.isdisjoint(
        {"simulators", "localrun", "tests", "functions", "shared"}
    )


def test_the_layer_is_small_enough_to_start_fast(layer: Path) -> None:
    size = sum(path.stat().st_size for path in layer.rglob("*") if path.is_file())
    assert size < 45_000_000

"""Which Python the local run picks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from localrun import interpreters

THIS_MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"


def _shim(path: Path) -> None:
    path.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    path.chmod(0o755)


def _link(path: Path) -> None:
    path.symlink_to(sys._base_executable)  # type: ignore[attr-defined]


def test_a_shim_is_passed_over_even_if_it_would_start(tmp_path: Path) -> None:
    shims, real = tmp_path / "shims", tmp_path / "bin"
    shims.mkdir()
    real.mkdir()
    _shim(shims / f"python{THIS_MINOR}")
    _link(real / f"python{THIS_MINOR}")
    found = interpreters.find(path=f"{shims}:{real}", home=tmp_path, wanted="", minors=[THIS_MINOR])
    assert found.minor == THIS_MINOR
    assert interpreters.probe(shims / f"python{THIS_MINOR}") is None


def test_a_version_managers_own_folder_is_searched_without_its_shims(tmp_path: Path) -> None:
    versions = tmp_path / ".pyenv" / "versions" / f"{THIS_MINOR}.0" / "bin"
    versions.mkdir(parents=True)
    _link(versions / f"python{THIS_MINOR}")
    assert interpreters.find(path="", home=tmp_path, wanted="", minors=[THIS_MINOR]).minor == THIS_MINOR


def test_nothing_usable_says_what_to_install(tmp_path: Path) -> None:
    _shim(tmp_path / "python3")
    with pytest.raises(interpreters.NoInterpreter, match="apt install python3 python3-venv"):
        interpreters.find(path=str(tmp_path), home=tmp_path, wanted="")


def test_a_wanted_interpreter_of_another_version_is_refused(tmp_path: Path) -> None:
    _link(tmp_path / "python3")
    others = [minor for minor in interpreters.SUPPORTED_MINORS if minor != THIS_MINOR]
    with pytest.raises(interpreters.NoInterpreter, match="is not a Python"):
        interpreters.find(wanted=str(tmp_path / "python3"), minors=others)


def test_the_runtime_is_named_as_lambda_names_it() -> None:
    assert interpreters.Interpreter(path=Path("/usr/bin/python3.12"), minor="3.12").runtime == "python3.12"

"""The template as data, and the functions and the layer as SAM ships them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from localrun import template as template_file
from localrun.environments import Environments
from tests.emulator import emulator

__all__ = ["emulator"]

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Shipped:
    """What lands on a Lambda: a folder per function, and the layer's `python` folder."""

    functions: dict[str, Path]
    layer: Path


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    return template_file.load(ROOT / "template.yaml")


@pytest.fixture(scope="session")
def functions(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Logical id -> properties, of every function."""
    found = template_file.resources(template, "AWS::Serverless::Function")
    return {name: body["Properties"] for name, body in found.items()}


@pytest.fixture(scope="session")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layer's `python` folder, built by its own Makefile for the Python that runs the tests."""
    return _built(tmp_path_factory, "ListbridgeLayer")


@pytest.fixture(scope="session")
def second_layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Likewise of the layer that one function has beside it."""
    return _built(tmp_path_factory, "SignaturesLayer")


def _built(tmp_path_factory: pytest.TempPathFactory, layer: str) -> Path:
    target = f"python{sys.version_info.major}.{sys.version_info.minor}-{_machine()}"
    artifacts = tmp_path_factory.mktemp(layer)
    subprocess.run(
        ["make", "--makefile", str(ROOT / "shared" / "Makefile"), f"build-{layer}"],
        cwd=ROOT / "shared" / "targets" / target,
        env={
            **os.environ,
            "ARTIFACTS_DIR": str(artifacts),
            "LISTBRIDGE_PYTHON": sys.executable,
            "PATH": f"{Environments.of(ROOT).uv.bin}{os.pathsep}{os.environ['PATH']}",
        },
        check=True,
        timeout=110,
    )
    return artifacts / "python"


def _machine() -> str:
    return "arm64" if os.uname().machine in ("arm64", "aarch64") else "x86_64"


def run_isolated(code: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run code in a bare interpreter: no site-packages, no environment, no path but what the code adds."""
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, *arguments],
        cwd=cwd,
        env={"LANG": "C.UTF-8", "AWS_DEFAULT_REGION": "eu-central-1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

"""Where the official schemas lie, for the contract tests that need them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

_CHECKOUT = Path(__file__).resolve().parents[2]


def specs_root() -> Path | None:
    """The folder of official schemas (one sub-folder per platform), or None where it is absent.

    Looked up in the environment variable LISTBRIDGE_SPECS first, then in `../shared/specs` beside the checkout.
    The schemas are not ours to ship, so a plain machine may lack them. Under CI (environment variable CI set)
    their absence fails the test that asked: a contract nobody checks is no contract.
    """
    named = os.environ.get("LISTBRIDGE_SPECS")
    candidate = Path(named) if named else _CHECKOUT.parent / "shared" / "specs"
    if candidate.is_dir():
        return candidate
    if os.environ.get("CI"):
        pytest.fail(f"CI is set and the official schemas are absent: no folder {candidate}", pytrace=False)
    return None


def require_specs(*parts: str) -> Path:
    """A file or folder below `specs_root`; skips the asking test, saying what is missing, where it is absent."""
    root = specs_root()
    if root is None:
        pytest.skip("official schemas absent: set LISTBRIDGE_SPECS or put them at ../shared/specs")
    path = root.joinpath(*parts)
    if not path.exists():
        pytest.fail(f"the official schemas lack {'/'.join(parts)}", pytrace=False)
    return path


def read_document(path: Path) -> dict[str, Any]:
    """An official document, JSON or YAML as its name says. YAML is read by libyaml where it is there: ten times as fast."""
    text = path.read_text()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    read: dict[str, Any] = json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=loader)  # noqa: S506
    return read

"""The linter of the API's description is pinned, comes from whatever registry the machine has, and is asked for its rules."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from tests.packaging.conftest import ROOT

FOLDER = ROOT / "requirements" / "openapi"
LOCK: dict[str, Any] = json.loads((FOLDER / "package-lock.json").read_text(encoding="utf-8"))


def test_one_exact_version_is_pinned_by_its_hash() -> None:
    [(name, wanted)] = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))["devDependencies"].items()
    assert re.fullmatch(r"\d+\.\d+\.\d+", wanted)
    assert set(LOCK["packages"]) == {"", f"node_modules/{name}"}
    pinned = LOCK["packages"][f"node_modules/{name}"]
    assert (pinned["version"], pinned["integrity"].split("-")[0]) == (wanted, "sha512")


def test_no_address_of_a_registry_is_kept_and_no_script_of_a_package_runs() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in FOLDER.iterdir())
    assert re.findall(r"https?://|\"resolved\"", text) == []
    kept = (FOLDER / ".npmrc").read_text(encoding="utf-8").split()
    assert kept == ["omit-lockfile-registry-resolved=true", "ignore-scripts=true"]


def test_the_recommended_rules_are_errors_and_none_is_switched_off() -> None:
    rules = yaml.safe_load((FOLDER / "redocly.yaml").read_text(encoding="utf-8"))
    assert rules["extends"] == ["recommended-strict"]
    assert set(rules["rules"].values()) == {"error"}


def test_the_verb_checks_the_committed_description_with_the_pinned_linter() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.split("\nlint-api:", 1)[1].split("\n\n", 1)[0]
    assert "npm ci" in recipe
    assert "lint --config requirements/openapi/redocly.yaml docs/reference/openapi.json" in recipe
    assert "make lint-api" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")

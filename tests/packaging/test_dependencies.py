"""What the shipped code imports is what the layer installs, and nothing goes around the import contracts."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.packaging.conftest import ROOT

_SHIPPED = ("shared/listbridge", "functions")


def _sources() -> Iterator[tuple[Path, ast.Module]]:
    for folder in _SHIPPED:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text(), filename=str(path))


def _imported_roots(tree: ast.Module) -> set[str]:
    roots: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            roots |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            roots.add(node.module.split(".")[0])
    return roots - sys.stdlib_module_names - {"listbridge", "functions"}


def _distributions() -> dict[str, set[str]]:
    """Import name -> names of the packages that bring it, spelled as in a requirements file."""
    return {
        root: {re.sub(r"[-_.]+", "-", name).lower() for name in names}
        for root, names in packages_distributions().items()
    }


def _declared() -> set[str]:
    return {name for layer in ("requirements", "signatures") for name in _declared_in(layer)}


def _declared_in(layer: str) -> set[str]:
    lines = (ROOT / "shared" / f"{layer}.in").read_text().splitlines()
    return {line.strip().lower() for line in lines if line.strip() and not line.startswith("#")}


def test_every_import_of_the_shipped_code_is_a_declared_dependency() -> None:
    # botocore comes with boto3 and urllib3 with requests: exceptions and settings of theirs are part of the interface.
    declared = _declared() | {"botocore", "urllib3"}
    distributions = _distributions()
    undeclared = {
        f"{path.relative_to(ROOT)}: {root}"
        for path, tree in _sources()
        for root in _imported_roots(tree)
        if not declared & distributions.get(root, set())
    }
    # Type stubs are imported for the type checker alone and never at run time.
    assert {entry for entry in undeclared if "mypy_boto3" not in entry} == set()


def test_every_declared_dependency_is_imported() -> None:
    distributions = _distributions()
    imported = {
        name for _, tree in _sources() for root in _imported_roots(tree) for name in distributions.get(root, set())
    }
    if "botocore" in imported:
        imported.add("boto3")  # which brings botocore, and pins it
    if any("zoneinfo" in path.read_text() for path, _ in _sources()):
        imported.add("tzdata")  # which zoneinfo reads where the machine has no zones of its own
    assert _declared() - imported == set()


def test_what_the_second_layer_holds_is_imported_by_the_one_module_that_runs_with_it() -> None:
    assert _declared_in("signatures") == {"cryptography"}
    importing = {path.name for path, tree in _sources() if "cryptography" in _imported_roots(tree)}
    assert importing == {"ecdsa.py"}
    naming = {path.name for path, tree in _sources() if "listbridge.infra.webhooks.ecdsa" in ast.unparse(tree)}
    assert naming == {"bootstrap.py"}


def test_every_aws_client_is_one_whose_description_the_layer_keeps() -> None:
    kept = set(re.findall(r"^[a-z0-9-]+$", (ROOT / "shared" / "aws-services.txt").read_text(), flags=re.MULTILINE))
    asked = {
        argument.value
        for _, tree in _sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("client", "resource", "create_client")
        for argument in node.args[:1]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    assert asked <= kept
    assert "sqs" in asked


def test_requirements_are_hashed_and_name_no_index() -> None:
    for path in [
        *ROOT.glob("requirements/*.txt"),
        ROOT / "shared" / "requirements.txt",
        ROOT / "shared" / "signatures.txt",
    ]:
        text = path.read_text()
        assert "://" not in text, path
        pins = [line for line in text.splitlines() if re.match(r"^[a-z0-9]", line, flags=re.IGNORECASE)]
        assert pins, path
        assert all("==" in pin and pin.endswith("\\") for pin in pins), path


def test_the_import_contracts_hold() -> None:
    answer = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        env={"PYTHONPATH": ".:shared", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout[-3000:]

"""The floor is what it says: nothing of ours in it, and the settings of our own lanes."""

from __future__ import annotations

import ast
from pathlib import Path

from benchmarks import outside
from benchmarks.floor import chain
from localrun import template
from localrun.system import ROOT

FUNCTIONS = (
    Path(chain.__file__).with_name("functions.py"),
    *sorted(Path(outside.__file__).parent.glob("pair/*_floor.py")),
)


def test_the_floors_functions_import_nothing_of_ours() -> None:
    tree = ast.Module([ast.parse(file.read_text()) for file in FUNCTIONS], [])
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    modules |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in modules} == {
        "__future__",
        "boto3",
        "collections",
        "concurrent",
        "datetime",
        "importlib",
        "json",
        "os",
        "time",
        "typing",
        "urllib",
        "urllib3",
    }


def test_the_floor_waits_only_for_a_limit() -> None:
    """A pause anywhere else would make our own ratio better."""
    tree = ast.Module([ast.parse(file.read_text()) for file in FUNCTIONS], [])
    waiting = {
        function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "time.sleep"
    }
    assert waiting == {"_ask"}


def test_the_floors_queues_are_read_as_our_lanes_are() -> None:
    resources = template.load(ROOT / "template.yaml")["Resources"]
    for name in ("SyncCatalogFunction", "ReviseInventoryFunction", "ImportOrdersFunction"):
        properties = resources[name]["Properties"]
        sources = [one["Properties"] for one in properties["Events"].values() if one["Type"] == "SQS"]
        assert sources, name
        assert {source["ScalingConfig"]["MaximumConcurrency"] for source in sources} == {chain.AT_ONCE}, name
        assert {source["BatchSize"] for source in sources} == {chain.BATCH}, name


def test_the_floors_functions_have_the_memory_of_ours() -> None:
    declared = template.load(ROOT / "template.yaml")
    assert declared["Globals"]["Function"]["MemorySize"] == chain.MEMORY_MIB

"""Random histories against an oracle that shares no code with the product, on the deployed system over HTTP."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.histories.played import played

_HERE = Path(__file__).parent


def test_the_oracle_shares_no_code_with_the_product() -> None:
    imported = {
        name
        for file in _HERE.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    }
    assert {name.split(".")[0] for name in imported} & {"listbridge", "functions", "simulators"} == set()


@pytest.mark.emulator
@pytest.mark.full
@pytest.mark.xdist_group("history")
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(2, 5))
@pytest.mark.parametrize("harm", [False, True])
def test_a_long_history_comes_true(seed: int, harm: bool) -> None:
    assert played(seed, events=120, products=30, harm=harm) == []

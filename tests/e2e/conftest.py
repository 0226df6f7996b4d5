"""The whole system on this machine, once per test process."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from localrun.processes import ProcessDied
from localrun.system import LocalSystem


@pytest.fixture(scope="session")
def local_system() -> Iterator[LocalSystem]:
    """The deployed system, warm, with empty tables: emulator, stack and simulators, on ports of its own.

    Tests share it, so each makes the shops and accounts it needs under names of its own.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with LocalSystem(name=f"e2e-{worker}") as system:
        yield system
        problem = system.died()
        if problem:
            raise ProcessDied(problem)

"""The whole system on this machine, once per test process."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest

from localrun.processes import ProcessDied
from localrun.simulators import Pair
from localrun.system import LocalSystem
from tests.e2e.merchant import Merchant, Street


@pytest.fixture(scope="session")
def local_system() -> Iterator[LocalSystem]:
    """The deployed system, warm, with empty tables: emulator, stack and simulators, on ports of its own.

    Tests share it, so each makes the shops and accounts it needs under names of its own.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with LocalSystem(pair=Pair.of("shopify", "ebay"), name=f"e2e-{worker}") as system:
        yield system
        problem = system.died()
        if problem:
            raise ProcessDied(problem)


@pytest.fixture(scope="session")
def street(local_system: LocalSystem) -> Street:
    """The one shop of the session, connected; its sellers have accounts of their own."""
    return Street(local_system)


@pytest.fixture
def merchant(street: Street) -> Merchant:
    """A seller account with an empty list."""
    return Merchant(street, f"m{uuid.uuid4().hex[:8]}")

"""The history that `make test` plays; the long ones are `test_histories.py`."""

from __future__ import annotations

import pytest

from tests.histories.played import played

# Beside the tests of the other system on this machine: behind them it would be what the whole run waits for.
pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("history"), pytest.mark.timeout(900)]


def test_a_short_history_comes_true() -> None:
    assert played(1, events=20, products=6, harm=False, short=True) == []

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.contract.repositories.conftest import Emulated, OurPorts
from tests.contract.repositories.test_row_versions import raw
from tests.emulator import EmulatedAws
from tests.fakes.clock import START


def test_a_user_is_forgotten_until_the_latest_time_that_was_told(store: OurPorts, name: str) -> None:
    assert store.forgotten.until(name) is None
    for until in (START, START + timedelta(days=2), START + timedelta(days=1)):
        store.forgotten.add(name, until)
    assert store.forgotten.until(name) == START + timedelta(days=2)
    assert store.forgotten.until(f"{name}2") is None


def test_what_was_ordered_in_the_same_second_is_forgotten_too(store: OurPorts, name: str) -> None:
    store.forgotten.add(name, START + timedelta(milliseconds=462))
    assert store.forgotten.until(name) == START + timedelta(seconds=1)


@pytest.mark.emulator
def test_a_fingerprint_goes_after_ninety_days(emulator: EmulatedAws, name: str) -> None:
    Emulated().forgotten.add(name, START)
    row = raw("coordination", key=f"forgotten#{name}")
    assert int(row["expires_at"]["N"]) == int(START.timestamp()) + 90 * 86_400

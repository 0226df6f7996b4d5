"""The platforms that exist only in tests stay small, for they are what adding one costs, and are never shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from listbridge import registry
from tests.platforms_in_tests import MARKETPLACES, SHOPS, installed

TINY = Path(__file__).resolve().parents[1] / "tiny"
FOLDERS = [TINY / "marketplaces" / slug for slug in MARKETPLACES] + [TINY / "shops" / slug for slug in SHOPS]
STAND_INS = sorted(path for path in TINY.glob("*.py") if not path.name.startswith("staged_"))


def lines(*files: Path) -> int:
    """Lines with something on them: the formatter decides how many are blank."""
    return sum(bool(line.strip()) for file in files for line in file.read_text().splitlines())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_adapter_folder_has_less_than_400_lines(folder: Path) -> None:
    assert 0 < lines(*folder.rglob("*.py")) < 400


@pytest.mark.parametrize("file", STAND_INS, ids=lambda file: file.stem)
def test_a_stand_in_has_less_than_400_lines(file: Path) -> None:
    assert 0 < lines(file) < 400


def test_each_is_found_by_its_folder() -> None:
    assert ("bazaar" in MARKETPLACES, "stall" in SHOPS) == (True, True)
    rooms = {"marketplaces": MARKETPLACES, "shops": SHOPS}
    folders = {room: sorted(file.parent.name for file in (TINY / room).glob("*/manifest.py")) for room in rooms}
    assert folders == {room: list(slugs) for room, slugs in rooms.items()}


def test_they_are_found_only_while_they_are_installed() -> None:
    shipped = (registry.slugs("marketplaces"), registry.slugs("shops"))
    assert not set(shipped[0]) & set(MARKETPLACES)
    assert not set(shipped[1]) & set(SHOPS)
    with installed():
        assert set(registry.slugs("marketplaces")) == {*shipped[0], *MARKETPLACES}
        assert set(registry.slugs("shops")) == {*shipped[1], *SHOPS}
    assert (registry.slugs("marketplaces"), registry.slugs("shops")) == shipped

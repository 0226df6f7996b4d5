"""Adding a platform is adding a folder: no platform's name stands anywhere else in what is shipped, nor in what runs and
measures it on one machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from listbridge import registry

ROOT = Path(__file__).resolve().parents[2]
OF_PLATFORMS = (ROOT / "shared/listbridge/marketplaces", ROOT / "shared/listbridge/shops", ROOT / "benchmarks/pair")
"""Where what is a platform's own stands; its simulator is a folder of its own."""
READ = (".py", ".json", ".yaml", ".yml", ".toml", ".md", ".html", ".js", ".css", ".graphql", ".txt")
PLANNED = ("amazon", "etsy", "bigcommerce", "woocommerce", "shopware")
NAMES = sorted({*registry.slugs("marketplaces"), *registry.slugs("shops"), *PLANNED})


def guarded_files() -> list[Path]:
    """Every file of the guarded rooms, of whatever kind, but for what Python makes of them."""
    folders = [
        ROOT / "shared" / "listbridge",
        *(ROOT / room for room in ("functions", "localrun", "benchmarks", "simulators/kit")),
    ]
    return [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and "__pycache__" not in path.parts
        and not any(path.is_relative_to(room) for room in OF_PLATFORMS)
    ]


def test_no_kind_of_file_is_passed_over() -> None:
    """A picture or an archive that comes into a guarded room is to be thought about here."""
    assert [str(path.relative_to(ROOT)) for path in guarded_files() if path.suffix not in READ] == []


def test_the_search_looks_at_every_room() -> None:
    shipped = ROOT / "shared/listbridge"
    rooms = {path.relative_to(shipped if path.is_relative_to(shipped) else ROOT).parts[0] for path in guarded_files()}
    assert {
        "domain",
        "services",
        "infra",
        "admin",
        "messages",
        "functions",
        "localrun",
        "benchmarks",
        "simulators",
    } <= rooms


@pytest.mark.parametrize("name", NAMES)
def test_a_platforms_name_stands_in_its_own_folder_only(name: str) -> None:
    word = re.compile(f"{name}(?!aws)", re.IGNORECASE)  # amazonaws.com is where everything runs
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in guarded_files()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if word.search(line)
    ]
    assert found == []

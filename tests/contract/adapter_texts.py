"""The problems and fixes that an adapter names in its code, beside those that it has words for."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import listbridge
from listbridge import registry
from listbridge.infra.calls.error_row import Row

_OURS: dict[str, dict[str, str]] = json.loads(
    (Path(listbridge.__file__).parent / "messages" / "en.json").read_text(encoding="utf-8")
)


def untold(room: registry.Room, slug: str) -> set[str]:
    """Codes of problems and fixes in its error tables that have no text, neither its own nor Listbridge's."""
    texts = registry.messages(room, slug)
    rows = list(_rows(room, slug))
    problems = {row.code for row in rows} - texts["problems"].keys() - _OURS["problems"].keys()
    fixes = {row.fix for row in rows if row.fix} - texts["fixes"].keys() - _OURS["fixes"].keys()
    return problems | fixes


def unused_texts(room: registry.Room, slug: str) -> set[str]:
    """Codes that have a text and stand nowhere in its code."""
    texts = registry.messages(room, slug)
    folder = Path(str(importlib.import_module(f"listbridge.{room}.{slug}").__file__)).parent
    code = "".join(file.read_text(encoding="utf-8") for file in folder.rglob("*.py"))
    return {name for name in (*texts["problems"], *texts["fixes"]) if f'"{name}"' not in code}


def _rows(room: str, slug: str) -> Iterator[Row]:
    home = importlib.import_module(f"listbridge.{room}.{slug}")
    for found in pkgutil.walk_packages(home.__path__, f"{home.__name__}."):
        yield from _rows_in(vars(importlib.import_module(found.name)))


def _rows_in(value: Any) -> Iterator[Row]:
    if isinstance(value, Row):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _rows_in(one)
    elif isinstance(value, list | tuple | frozenset | set):
        for one in value:
            yield from _rows_in(one)

"""A marketplace and a shop that exist only in tests, unlike the real ones in all that a core might take for granted.

Their adapters stand in `tests/tiny`, in folders like those of the real ones, and are no part of what is shipped. While
they are `installed` the registry finds them too.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from listbridge import marketplaces, registry, shops

_HOME = Path(__file__).parent / "tiny"


def _slugs(room: str) -> tuple[str, ...]:
    """As the registry finds the shipped ones: each by its folder."""
    return tuple(sorted(one.name for one in pkgutil.iter_modules([str(_HOME / room)]) if one.ispkg))


MARKETPLACES = _slugs("marketplaces")
SHOPS = _slugs("shops")


@contextmanager
def installed() -> Iterator[None]:
    """The registry finds these platforms beside the shipped ones."""
    rooms = {marketplaces: _HOME / "marketplaces", shops: _HOME / "shops"}
    before = {room: list(room.__path__) for room in rooms}
    for room, folder in rooms.items():
        room.__path__ = [*before[room], str(folder)]
    registry.slugs.cache_clear()
    try:
        yield
    finally:
        for room, path in before.items():
            room.__path__ = path
        registry.slugs.cache_clear()


def staged_module(name: str, package: str) -> ModuleType:
    """A platform's stage: in the package of its suites, or in `tests.tiny`. Raises ModuleNotFoundError."""
    for place in (package, "tests.tiny"):
        if importlib.util.find_spec(f"{place}.{name}") is not None:
            return importlib.import_module(f"{place}.{name}")
    raise ModuleNotFoundError(f"{name} is neither in {package} nor in tests.tiny")

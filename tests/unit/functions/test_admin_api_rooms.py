"""Routes are imported with the first call that needs them: each is found under the beginning of its path."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules

import pytest

from listbridge.admin import routes
from listbridge.admin.api import PREFIX, ROOMS

MODULES = sorted({name for names in ROOMS.values() for name in names})


def _routers() -> list[str]:
    """Every module of the package that has routes."""
    names = [found.name for found in iter_modules(routes.__path__)]
    return [name for name in names if hasattr(import_module(f"listbridge.admin.routes.{name}"), "router")]


def test_every_module_with_routes_can_be_reached() -> None:
    assert sorted(_routers()) == MODULES


@pytest.mark.parametrize("name", MODULES)
def test_every_route_is_found_by_the_beginning_of_its_path(name: str) -> None:
    router = import_module(f"listbridge.admin.routes.{name}").router
    paths = [str(route[0]) for route in router._routes]
    assert paths
    for path in paths:
        whole = path if name == "callbacks" else f"{PREFIX}{path}"
        (begins,) = [one for one in ROOMS if f"{whole}/".startswith(f"{one}/")]
        assert name in ROOMS[begins]


def test_a_process_that_serves_its_first_call_imports_no_other_room() -> None:
    """In a process of its own, for this one has imported them all."""
    script = (
        "import sys; from listbridge.admin import api; api.open_room('/v1/health');"
        "print([name for name in ('health', 'orders', 'accounts') if f'listbridge.admin.routes.{name}' in sys.modules])"
    )
    path = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=path)
    assert told.stdout.strip() == "['health']"

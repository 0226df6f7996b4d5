"""The stand-ins of one shop and one marketplace, each as a process on a free port. They are found by folder, like the adapters."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localrun.processes import Child, Children, await_port, free_port
from simulators.kit.stand_in import AnyStandIn, MarketplaceStandIn, ShopStandIn

ROOT = Path(__file__).resolve().parents[1]


class UnknownPlatform(Exception):
    """No stand-in of this name, or none was named where none of several comes first; the text names those that exist."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A shop and a marketplace by their slugs, as folders of `simulators` are named."""

    shop: str
    marketplace: str

    @classmethod
    def of(cls, shop: str = "", marketplace: str = "", *, root: Path = ROOT) -> Pair:
        """The pair of these names; where none is given, the one that comes first. Raises UnknownPlatform."""
        return cls(_named("shops", shop, root), _named("marketplaces", marketplace, root))

    @property
    def slugs(self) -> tuple[str, str]:
        return (self.shop, self.marketplace)

    def shop_stand_in(self) -> type[ShopStandIn]:
        """How the local run and its story meet the shop."""
        found: type[ShopStandIn] = stand_in(self.shop)  # type: ignore[assignment]  # its room was looked at
        return found

    def marketplace_stand_in(self) -> type[MarketplaceStandIn]:
        """How they meet the marketplace."""
        found: type[MarketplaceStandIn] = stand_in(self.marketplace)  # type: ignore[assignment]  # likewise
        return found


class Simulators:
    """The simulators of a run. `urls` maps a platform's slug to where its simulator answers."""

    def __init__(
        self, root: Path, children: Children, pair: Pair, *, arguments: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self._root = root
        self._children = children
        self._arguments = {slug: stand_in(slug).ARGUMENTS for slug in pair.slugs} | dict(arguments or {})
        self._started: list[tuple[Child, int]] = []
        self.ports: dict[str, int] = {}

    @property
    def urls(self) -> dict[str, str]:
        return {slug: f"http://127.0.0.1:{port}" for slug, port in self.ports.items()}

    def start(self, *, queues: str, preferred_ports: Mapping[str, int] | None = None) -> None:
        """Start both; `await_ready` waits for them. `queues` is where the queues that they deliver to are served.

        The preferred ports are taken if they are free.
        """
        for slug, own in self._arguments.items():
            arguments = [*own, *stand_in(slug).queues(queues)]
            port = free_port(preferred=(preferred_ports or {}).get(slug))
            command = [sys.executable, "-m", f"simulators.{slug}", "--port", str(port), *arguments]
            child = self._children.start(f"simulator-{slug}", command, env=_settings(), cwd=self._root)
            self._started.append((child, port))
            self.ports[slug] = port

    def await_ready(self) -> None:
        """Return once both listen. Raises `processes.ProcessDied`."""
        for child, port in self._started:
            await_port(child, port)


def slugs(room: str, *, root: Path = ROOT) -> list[str]:
    """The platforms of a room (`shops`, `marketplaces`) that have a stand-in."""
    found = sorted(path.parent.name for path in (root / "simulators").glob("*/stand_in.py"))
    return [slug for slug in found if slug != "kit" and room == stand_in(slug).ROOM]


def stand_in(slug: str) -> type[AnyStandIn]:
    """How the local run meets a platform's simulator."""
    module: Any = importlib.import_module(f"simulators.{slug}.stand_in")
    found: type[AnyStandIn] = module.StandIn
    return found


def _named(room: str, slug: str, root: Path) -> str:
    there = slugs(room, root=root)
    if slug in there:
        return slug
    first = [one for one in there if len(there) == 1 or stand_in(one).FIRST]
    if not slug and len(first) == 1:
        return first[0]
    said = f"no stand-in for {slug!r}" if slug else "name one"
    raise UnknownPlatform(f"{said}: the {room} are {', '.join(there)}")


def _settings() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}

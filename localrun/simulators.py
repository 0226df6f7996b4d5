"""The stand-ins of the platforms, each as a process on a free port. They are found by folder, like the adapters."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from localrun.processes import Child, Children, await_port, free_port

DEFAULT_ARGUMENTS: Mapping[str, Sequence[str]] = {
    # The real one delivers over https alone; on one machine there is no certificate.
    "shopify": ("--webhook-allow-http",),
}

SHOPIFY_APP: Mapping[str, str] = {
    "domain": "demo.myshopify.com",
    "client_id": "demo-client-id",
    "client_secret": "demo-client-secret",
}
"""With what the simulated shop is connected: what its simulator begins with."""
EBAY_APP: Mapping[str, str] = {"client_id": "sim-client", "client_secret": "sim-secret"}
"""The app that the simulated eBay knows."""


class Simulators:
    """All simulators of a run. `urls` maps a platform's slug to where its simulator answers."""

    def __init__(
        self, root: Path, children: Children, *, arguments: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self._root = root
        self._children = children
        self._arguments = {**DEFAULT_ARGUMENTS, **(arguments or {})}
        self._started: list[tuple[Child, int]] = []
        self.ports: dict[str, int] = {}

    @property
    def urls(self) -> dict[str, str]:
        return {slug: f"http://127.0.0.1:{port}" for slug, port in self.ports.items()}

    def start(self, *, preferred_ports: Mapping[str, int] | None = None) -> None:
        """Start them all; `await_ready` waits for them. The preferred ports are taken if they are free."""
        for slug in slugs(self._root):
            port = free_port(preferred=(preferred_ports or {}).get(slug))
            command = [sys.executable, "-m", f"simulators.{slug}", "--port", str(port)]
            command += self._arguments.get(slug, ())
            child = self._children.start(f"simulator-{slug}", command, env=_settings(), cwd=self._root)
            self._started.append((child, port))
            self.ports[slug] = port

    def await_ready(self) -> None:
        """Return once all of them listen. Raises `processes.ProcessDied`."""
        for child, port in self._started:
            await_port(child, port)


def slugs(root: Path) -> list[str]:
    """The platforms that have a simulator which can run by itself."""
    return sorted(path.parent.name for path in (root / "simulators").glob("*/__main__.py"))


def _settings() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}

"""Credentials in memory."""

from __future__ import annotations

from collections.abc import Mapping

from listbridge.domain.ports import Missing
from tests.fakes.cuts import Hook, no_cut


class FakeSecretStore:
    """`SecretStore` in memory."""

    def __init__(self, before_write: Hook = no_cut) -> None:
        self._values: dict[str, dict[str, str]] = {}
        self._before_write = before_write

    def get(self, name: str, *, fresh: bool = False) -> dict[str, str]:
        if name not in self._values:
            raise Missing("secret", name)
        return dict(self._values[name])

    def put(self, name: str, value: Mapping[str, str]) -> None:
        self._before_write("secrets.put")
        self._values[name] = dict(value)

    def delete(self, name: str) -> None:
        self._before_write("secrets.delete")
        self._values.pop(name, None)

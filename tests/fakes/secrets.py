"""Credentials in memory."""

from __future__ import annotations

from collections.abc import Mapping

from listbridge.domain.ports import Missing
from tests.fakes.cuts import Hook, no_cut


class FakeSecretStore:
    """`SecretStore` in memory. `reads` names what a store over AWS would have been billed for."""

    def __init__(self, before_write: Hook = no_cut) -> None:
        self._values: dict[str, dict[str, str]] = {}
        self._read_for: dict[str, int] = {}
        self._before_write = before_write
        self.reads: list[str] = []

    def names(self) -> list[str]:
        """The secrets that there are."""
        return sorted(self._values)

    def get(self, name: str, *, revision: int | None = None) -> dict[str, str]:
        if revision is None or self._read_for.get(name) != revision:
            self.reads.append(name)
        if name not in self._values:
            raise Missing("secret", name)
        if revision is not None:
            self._read_for[name] = revision
        return dict(self._values[name])

    def put(self, name: str, value: Mapping[str, str]) -> None:
        self._before_write("secrets.put")
        self._values[name] = dict(value)

    def delete(self, name: str) -> None:
        self._before_write("secrets.delete")
        self._values.pop(name, None)

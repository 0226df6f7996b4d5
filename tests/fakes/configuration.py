"""Configuration documents in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TypeVar

from listbridge.domain.configuration import Document
from listbridge.domain.ports import Conflict, Missing
from tests.fakes.cuts import Hook, no_cut
from tests.fakes.limits import check_key, check_row

D = TypeVar("D", bound=Document)


class FakeConfigurationStore:
    """`ConfigurationStore` in memory."""

    def __init__(self, before_write: Hook = no_cut) -> None:
        self._rows: dict[tuple[str, str], Document] = {}
        self._lock = threading.RLock()
        self._before_write = before_write

    def get(self, kind: type[D], id: str) -> D:
        with self._lock:
            row = self._rows.get((kind.kind, id))
        if row is None:
            raise Missing(kind.kind, id)
        assert isinstance(row, kind)
        return row

    def all(self, kind: type[D]) -> list[D]:
        with self._lock:
            rows = [row for (name, _), row in sorted(self._rows.items()) if name == kind.kind]
        return [row for row in rows if isinstance(row, kind)]

    def revs(self, documents: Iterable[tuple[type[Document], str]]) -> dict[tuple[type[Document], str], int]:
        with self._lock:
            rows = {(kind, id): self._rows.get((kind.kind, id)) for kind, id in documents}
        return {document: row.rev for document, row in rows.items() if row is not None}

    def save(self, document: D) -> D:
        self._before_write("configuration.save")
        check_key(document.id)
        check_row(document.model_dump_json())
        with self._lock:
            self._expect(document)
            saved = document.model_copy(update={"rev": document.rev + 1})
            self._rows[document.kind, document.id] = saved
            return saved

    def delete(self, document: Document) -> None:
        self._before_write("configuration.delete")
        with self._lock:
            if (document.kind, document.id) not in self._rows:
                raise Conflict(document.id)
            self._expect(document)
            del self._rows[document.kind, document.id]

    def _expect(self, document: Document) -> None:
        stored = self._rows.get((document.kind, document.id))
        if (stored.rev if stored else 0) != document.rev:
            raise Conflict(document.id)

"""Bulk exports: a query run over everything, its result a file of JSON lines.

Shape (shopify.dev, "Perform bulk operations with the GraphQL Admin API", read 2026-11-23): one line per object,
connections flattened, a nested object's line after its parent's and carrying `__parentId`.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

MAX_RUNNING = 5  # query operations per app and shop since 2026-01 (Shopify: API limits)


@dataclass(frozen=True, slots=True)
class BulkOperation:
    """`lines` is the file; sizes are of it. Finished as soon as it is looked at after `ready_at`."""

    id: int
    query: str
    status: str
    created_at: datetime
    ready_at: datetime
    completed_at: datetime | None = None
    lines: bytes = b""
    object_count: int = 0
    root_object_count: int = 0


@dataclass(slots=True)
class BulkOperations:
    """The export jobs of the app on this shop. Not thread-safe on its own."""

    rows: dict[int, BulkOperation] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(4_300_000_000_001))

    def running(self) -> list[BulkOperation]:
        return [one for one in self.rows.values() if one.status in ("CREATED", "RUNNING")]

    def start(self, query: str, at: datetime, ready_at: datetime) -> BulkOperation:
        operation = BulkOperation(next(self._ids), query, "CREATED", at, ready_at)
        self.rows[operation.id] = operation
        return operation

    def finish(self, number: int, data: Mapping[str, Any], at: datetime) -> BulkOperation:
        """Turn the answer into the file; the operation is completed from now on."""
        rows = list(flatten(data))
        lines = b"".join(json.dumps(row, separators=(",", ":")).encode() + b"\n" for row in rows)
        done = replace(
            self.rows[number],
            status="COMPLETED",
            completed_at=at,
            lines=lines,
            object_count=len(rows),
            root_object_count=sum("__parentId" not in row for row in rows),
        )
        self.rows[number] = done
        return done


def flatten(data: Mapping[str, Any], parent: str | None = None) -> Iterator[dict[str, Any]]:
    """The lines of the connections in `data`, parents before children."""
    for value in data.values():
        for row in _rows(value):
            own = {key: part for key, part in row.items() if not _is_connection(part)}
            if parent is not None:
                own["__parentId"] = parent
            yield own
            yield from flatten(row, row.get("id", parent))


def _is_connection(value: Any) -> bool:
    return isinstance(value, dict) and ("edges" in value or "nodes" in value)


def _rows(value: Any) -> list[dict[str, Any]]:
    if not _is_connection(value):
        return []
    if "edges" in value:
        return [edge["node"] for edge in value["edges"]]
    return list(value["nodes"])

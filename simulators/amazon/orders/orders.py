"""The orders API."""

from __future__ import annotations

from simulators.amazon.wire import Operation

OPERATIONS: tuple[Operation, ...] = ()

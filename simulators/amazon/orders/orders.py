"""The orders APIs: v2026-01-01 to read, v0 to ship."""

from __future__ import annotations

from simulators.amazon.orders import reads, shipping
from simulators.amazon.wire import Operation

OPERATIONS: tuple[Operation, ...] = (*reads.OPERATIONS, *shipping.OPERATIONS)

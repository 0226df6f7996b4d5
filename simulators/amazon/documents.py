"""Documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.amazon.wire import Operation

if TYPE_CHECKING:
    from simulators.amazon.world import World

OPERATIONS: tuple[Operation, ...] = ()


class Documents:
    """Every seller's documents."""

    def __init__(self, world: World) -> None:
        self._world = world

"""What buyers have ordered."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.amazon.world import World


class Orders:
    """Every seller's orders."""

    def __init__(self, world: World) -> None:
        self._world = world

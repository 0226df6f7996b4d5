"""What sellers have listed, and the stock that all stores of a region share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.amazon.world import World


class Listings:
    """Every seller's items."""

    def __init__(self, world: World) -> None:
        self._world = world

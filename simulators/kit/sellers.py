"""A marketplace's sellers: the world that holds them, and the calls that are made in their names."""

from __future__ import annotations

import abc
import random
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from simulators.clock import Clock
from simulators.faults import FaultPlan
from simulators.kit.control import Wish
from simulators.kit.deeds import DeedRefused
from simulators.kit.journal import AnyEntry, Journal
from simulators.kit.pace import Pace
from simulators.kit.wire import Call
from simulators.kit.world import World

# With a median of 300 ms, nine calls in ten take less than 470 ms.
_LATENCY_SPREAD = 0.35


class Seller(Protocol):
    """A selling account, as far as every marketplace has it."""

    refresh_token: str

    @property
    def name(self) -> str:
        """What deeds and the journal call it."""


AnySeller = TypeVar("AnySeller", bound=Seller)


class SellersWorld(World[AnyEntry], Generic[AnyEntry, AnySeller]):
    """A world with sellers by their names, and with chance, which is the same in every run with one `seed`.

    `entry` makes a row of the journal. Tokens and dates keep the clock's time; `latency_s` and `time_scale`: `kit.pace.Pace`.
    """

    def __init__(
        self, clock: Clock, faults: FaultPlan, entry: type[AnyEntry], *, latency_s: float, time_scale: float, seed: int
    ) -> None:
        pace = Pace(clock, time_scale, latency_s=latency_s, spread=_LATENCY_SPREAD, seed=seed)
        super().__init__(pace, faults, Journal())
        self.clock = clock
        self.entry = entry
        self.random = random.Random(seed)
        self.sellers: dict[str, AnySeller] = {}

    def seller(self, name: str) -> AnySeller:
        """Raises KeyError for a stranger."""
        return self.sellers[name]

    def sellers_of(self, wish: Wish) -> list[AnySeller]:
        """The `seller` that a look of the control door is about, or all. Raises DeedRefused."""
        name = wish.get("seller")
        if name is not None and name not in self.sellers:
            raise DeedRefused(f"no seller {name}")
        return list(self.sellers.values()) if name is None else [self.sellers[name]]


@dataclass(slots=True)
class SellersCall(Call, abc.ABC, Generic[AnySeller]):
    """A call that may be made in a seller's name: `seller_name` is for the journal."""

    seller_name: str = ""
    _seller: AnySeller | None = None

    @abc.abstractmethod
    def without_seller(self) -> Exception:
        """The platform's refusal of a token that is no seller's."""

    @property
    def seller(self) -> AnySeller:
        """The seller whose token came with the call. Raises `without_seller` for another token."""
        if self._seller is None:
            raise self.without_seller()
        return self._seller

    @seller.setter
    def seller(self, seller: AnySeller | None) -> None:
        self._seller = seller
        self.seller_name = seller.name if seller else ""

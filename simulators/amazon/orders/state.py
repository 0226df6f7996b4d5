"""What Amazon remembers of orders: lines, packages, people, and what only Amazon knows.

Money is Decimal in the order's currency; times are aware UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from simulators.amazon.world import World

Status = Literal["PENDING_AVAILABILITY", "PENDING", "UNSHIPPED", "PARTIALLY_SHIPPED", "SHIPPED", "CANCELLED"]
FulfilledBy = Literal["MERCHANT", "AMAZON"]
NOTHING = Decimal("0.00")


@dataclass(slots=True)
class Line:
    """Some units of one SKU. All amounts but `unit_price` are of the whole line; `discount` is above zero where there is one.

    `facilitated` marks tax that Amazon collects and remits itself (`MARKETPLACE_FACILITATOR`).
    """

    item_id: str
    sku: str
    asin: str
    title: str
    quantity: int
    unit_price: Decimal
    shipping: Decimal = NOTHING
    gift_wrap: Decimal = NOTHING
    tax: Decimal = NOTHING
    discount: Decimal = NOTHING
    facilitated: bool = False
    ioss_number: str = ""
    gift_message: str = ""
    shipped: int = 0
    cancel_reason: str = ""
    """Why the buyer asks to cancel; empty while they do not."""
    cancelled_by: str = ""
    """Who cancelled the line (`CANCELLERS` of the deeds), once it is."""

    @property
    def items(self) -> Decimal:
        return self.unit_price * self.quantity

    @property
    def total(self) -> Decimal:
        return self.items + self.shipping + self.gift_wrap + self.tax - self.discount

    @property
    def unshipped(self) -> int:
        return 0 if self.cancelled_by else self.quantity - self.shipped


@dataclass(slots=True)
class Package:
    """A package as last confirmed. `items` are units by order item."""

    reference: str
    carrier: str
    method: str
    tracking: str
    shipped_at: datetime
    made_at: datetime
    items: dict[str, int]
    edits: int = 0


@dataclass(slots=True)
class Order:
    """An order. `changes` are the times of its changes, oldest first, its placing included."""

    order_id: str
    seller_id: str
    marketplace_id: str
    currency: str
    status: Status
    fulfilled_by: FulfilledBy
    lines: list[Line]
    changes: list[datetime]
    buyer: dict[str, str]
    recipient: dict[str, str]
    packages: list[Package] = field(default_factory=list)
    programs: list[str] = field(default_factory=list)
    service_level: str = "STANDARD"
    ship_within: timedelta = timedelta(days=2)
    tip: Decimal = NOTHING

    @property
    def created_at(self) -> datetime:
        return self.changes[0]

    @property
    def changed_at(self) -> datetime:
        return self.changes[-1]

    @property
    def priced(self) -> bool:
        """While the payment is not authorised, neither price nor address is told."""
        return self.status not in ("PENDING", "PENDING_AVAILABILITY")

    @property
    def total(self) -> Decimal:
        return sum((line.total for line in self.lines), NOTHING) + self.tip

    def line(self, item_id: str) -> Line | None:
        return next((line for line in self.lines if line.item_id == item_id), None)


class Orders:
    """All orders, and the tricks played on those who read them.

    `refused_data` are values of `includedData` that a region refuses; `lag` is how long orders and their changes stay unknown
    to searchOrders; `personal_data_is_refused` makes an error of what is otherwise left out for a seller without the role.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.by_id: dict[str, Order] = {}
        self.refused_data: dict[str, set[str]] = {}
        self.lag = timedelta(0)
        self.personal_data_is_refused = False
        self.searches: dict[str, tuple[datetime, str, tuple[str, ...]]] = {}
        """Of each pagination token: when it was given, the filters that it belongs to, and the orders still to come."""

    def new_order_id(self) -> str:
        """Three, seven and seven digits."""
        number = self._world.random.randrange(10**13, 10**14)
        return f"4{number % 97 + 2:02d}-{number // 10**7:07d}-{number % 10**7:07d}"

    def new_item_id(self) -> str:
        return str(self._world.random.randrange(10**13, 10**14))

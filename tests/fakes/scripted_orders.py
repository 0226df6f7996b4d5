"""The orders of a scripted marketplace: its buyers, and a list of them that lags, shifts between pages and loses some.

It stands for the worst that a platform may be: telling about a parcel twice makes two, what was told a moment ago is
not shown yet, and nothing here stops an order from being read in two states at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from listbridge.domain.ids import AccountId, LineId, OrderKey, RemoteId, RemoteOrderId, Site, Sku
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import (
    Address,
    Buyer,
    Cancellation,
    OrderRead,
    Payment,
    RemoteLine,
    RemoteOrder,
    Shipment,
    ShippingCharge,
)
from listbridge.domain.orders.shop_orders import Parcel
from listbridge.domain.ports import Clock, OrderPage, OrderTraits, RemoteShipment
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, Rejected, RetryLater

HOME = Site("X_DE")
ORDER_TRAITS = OrderTraits(
    overlap_s=120.0, look_back_s=86_400.0, calls_per_day=50_000.0, settle_s=30.0, unpaid_expires_s=4 * 86_400.0
)
BUYER = Buyer(
    name="Zebulon Quist",
    email="zebulon@quist.example",
    phone="+49 30 5550199",
    shipping=Address(
        name="Zebulon Quist",
        lines=("17 Marzipan Alley",),
        city="Entenhausen",
        postal_code="99999",
        country="DE",
        phone="+49 30 5550199",
    ),
)
BUYERS_WORDS = ("Zebulon", "Quist", "zebulon@quist", "5550199", "Marzipan", "Entenhausen")
"""Words that stand nowhere but in a buyer's data: wherever one of them turns up, somebody let it out."""


@dataclass
class Placed:
    """One order, with every state it was ever in, and the parcels that the marketplace was told about."""

    account: AccountId
    versions: list[tuple[datetime, OrderRead]]
    parcels: list[tuple[datetime, RemoteShipment]] = field(default_factory=list)
    poison: Exception | None = None
    """Reading this order alone fails like that."""

    @property
    def read(self) -> OrderRead:
        return self.versions[-1][1]

    @property
    def facts(self) -> RemoteOrder:
        return self.read.order

    def as_of(self, at: datetime) -> OrderRead | None:
        """The order as it was then; None before it was placed."""
        return next((read for since, read in reversed(self.versions) if since <= at), None)


@dataclass
class OrderBook:
    """All orders of all accounts. A test is the buyer; the adapter asks for what follows from it."""

    clock: Clock
    list_lag_s: float = 0.0
    """How far the list is behind; a single order is always read as it is."""
    tells_how_far: bool = False
    """The list says how far it reaches."""
    shipments_lag_s: float = 0.0
    tells_no_lines: bool = False
    """Its shipments are shown without what is in them."""
    page_size: int = 50
    unreadable: set[RemoteOrderId] = field(default_factory=set)
    """Orders that the list cannot be understood for; read alone they can be."""
    torn: bool = False
    """No page but the first can be read."""
    page_takes_s: float = 0.0
    placed: dict[OrderKey, Placed] = field(default_factory=dict)
    asked: list[tuple[datetime, str | None]] = field(default_factory=list)
    """From when on, and with which cursor, the list was asked for."""
    told: list[tuple[int, Parcel]] = field(default_factory=list)
    """Parcels as they came from us, each with the number that came with its call."""
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    # ---- what buyers and the seller do there ----

    def place(
        self,
        account: AccountId,
        lines: Iterable[tuple[str, int, str]],
        *,
        id: str = "",
        site: Site = HOME,
        currency: str = "EUR",
        shipping: str = "4.90",
        buyer: Buyer | None = BUYER,
        placed_at: datetime | None = None,
        **facts: Any,
    ) -> Placed:
        """An order of these (SKU, units, amount of all units)."""
        remote = RemoteOrderId(id or f"R-{next(self._ids)}")
        sold = tuple(
            RemoteLine(LineId(f"{remote}-{n}"), Sku(sku), f"The {sku}", units, _money(amount, currency), site=site)
            for n, (sku, units, amount) in enumerate(lines, 1)
        )
        charge = ShippingCharge("dhl", "DHL", _money(shipping, currency))
        now = self.clock.now()
        order = RemoteOrder(
            id=remote,
            site=site,
            placed_at=placed_at or now,
            changed_at=now,
            lines=sold,
            shipping=charge,
            total=_total(sold, charge),
            adjustment=_money("0.00", currency),
            **facts,
        )
        made = Placed(account, [(now, OrderRead(order, buyer))])
        self.placed[OrderKey(account, remote)] = made
        return made

    def put(self, account: AccountId, order: RemoteOrder, buyer: Buyer | None) -> None:
        """This very order stands there from now on, new or changed."""
        made = self.placed.setdefault(OrderKey(account, order.id), Placed(account, []))
        made.versions.append((self.clock.now(), OrderRead(order, buyer)))

    def change(self, placed: Placed, **facts: Any) -> None:
        """Something of the order is otherwise from now on."""
        now = self.clock.now()
        order = replace(placed.facts, **{"changed_at": now, **facts})
        placed.versions.append((now, replace(placed.read, order=order)))

    def pay(self, placed: Placed) -> None:
        self.change(placed, payment=Payment.PAID)

    def cancel(self, placed: Placed) -> None:
        self.change(placed, cancellation=Cancellation.CANCELLED)

    def order_more(self, placed: Placed, units: int, amount: str) -> None:
        """The first line is of another quantity and amount by now."""
        lines = placed.facts.lines
        first = replace(lines[0], quantity=units, amount=replace(lines[0].amount, amount=Decimal(amount)))
        lines = (first, *lines[1:])
        self.change(placed, lines=lines, total=_total(lines, placed.facts.shipping))

    # ---- what the adapter asks ----

    def changed(self, account: AccountId, since: datetime, cursor: str | None) -> OrderPage:
        """A page by place in the list. The cursor knows who stood before it, so that a list that shifted is noticed.

        What is unreadable without having been placed is told with the last page.
        """
        self.asked.append((since, cursor))
        self.clock.sleep(self.page_takes_s)
        seen_until = self.clock.now() - timedelta(seconds=self.list_lag_s)
        reads = [one.as_of(seen_until) for one in self.placed.values() if one.account == account]
        shown = [read for read in reads if read is not None and read.order.changed_at >= since]
        shown.sort(key=lambda read: (read.order.changed_at, read.order.id))
        start, before = cursor.split("|", 1) if cursor else ("0", "")
        at = int(start)
        if before and self.torn:
            raise RetryLater(Problem("page_lost"))
        if before and (at > len(shown) or shown[at - 1].order.id != before):
            raise RetryLater(Problem("pages_shifted"))
        page = shown[at : at + self.page_size]
        end = at + len(page)
        more = f"{end}|{page[-1].order.id}" if end < len(shown) else None
        odd = {read.order.id for read in page} & self.unreadable
        if more is None:
            odd |= self.unreadable - {one.facts.id for one in self.placed.values()}
        orders = tuple(read for read in page if read.order.id not in odd)
        return OrderPage(orders, more, tuple(sorted(odd)), seen_until if self.tells_how_far else None)

    def read(self, account: AccountId, order: RemoteOrderId) -> OrderRead:
        placed = self._of(account, order)
        if placed.poison is not None:
            raise placed.poison
        return placed.read

    def shipments(self, account: AccountId, order: RemoteOrderId) -> tuple[RemoteShipment, ...]:
        seen_until = self.clock.now() - timedelta(seconds=self.shipments_lag_s)
        shown = [one for at, one in self._of(account, order).parcels if at <= seen_until]
        return tuple(replace(one, lines=None) if self.tells_no_lines else one for one in shown)

    def ship(self, account: AccountId, order: RemoteOrderId, parcel: Parcel, number: int | None = None) -> RemoteId:
        """Telling about more than was sold is refused; telling the same twice is not, while something is left.

        Without a `number` it is the seller who tells, by hand.
        """
        placed = self._of(account, order)
        left = self.left(placed)
        if any(units > left.get(line, 0) for line, units in parcel.lines.items()):
            raise Rejected(Problem("more_than_sold", {"order": order}))
        if number is not None:
            self.told.append((number, parcel))
        tracking = as_told(parcel.tracking)
        shipment = RemoteShipment(RemoteId(f"S-{next(self._ids)}"), dict(parcel.lines), tracking)
        placed.parcels.append((self.clock.now(), shipment))
        done = not any(self.left(placed).values())
        self.change(placed, shipment=Shipment.SHIPPED if done else Shipment.PARTLY)
        return shipment.id

    def left(self, placed: Placed) -> Mapping[LineId, int]:
        """Units that the marketplace still waits for."""
        left = {line.id: line.quantity for line in placed.facts.lines}
        for _, parcel in placed.parcels:
            for line, units in parcel.lines.items():
                left[line] -= units
        return left

    def _of(self, account: AccountId, order: RemoteOrderId) -> Placed:
        placed = self.placed.get(OrderKey(account, order))
        if placed is None:
            raise NotFound(Problem("order_not_found", {"order": order}))
        return placed


def as_told(tracking: str) -> str:
    """A tracking number as it is shown again."""
    return tracking.replace(" ", "")


def _money(amount: str, currency: str) -> Money:
    return Money(Decimal(amount), currency)


def _total(lines: Iterable[RemoteLine], charge: ShippingCharge) -> Money:
    return Money(sum((line.amount.amount for line in lines), charge.amount.amount), charge.amount.currency)

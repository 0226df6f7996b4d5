"""The orders of a scripted shop: making one twice makes two, and each takes its stock.

A look shows an order only after a while, and a create whose answer is lost may land long after its caller gave up.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from listbridge.domain.ids import LineId, LocationId, ParcelId, ShopOrderId, VariantId
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import Refund, ShopOrderRef
from listbridge.domain.orders.shop_orders import FoundOrder, OrderMark, Parcel, ShopOrder, ShopOrderDraft
from listbridge.domain.ports import Clock
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected
from listbridge.domain.work import Hint, HintKind


@dataclass
class Made:
    """One order of the shop. `draft` None: another tool made it."""

    mark: str
    shown: ShopOrder
    made_at: datetime
    stock: dict[VariantId, int]
    place: LocationId
    """Where its stock is taken."""
    draft: ShopOrderDraft | None
    total: Money | None = None
    sent: dict[LineId, int] = field(default_factory=dict)
    untaken: dict[VariantId, int] = field(default_factory=dict)
    """What a setting of the shop's keeps it from taking yet."""
    changed_at: datetime | None = None

    @property
    def ours(self) -> bool:
        return self.draft is not None

    @property
    def unsent(self) -> dict[LineId, int]:
        return {line: max(0, units - self.sent.get(line, 0)) for line, units in self.shown.lines.items()}

    @property
    def stands(self) -> bool:
        return self.shown.cancelled_at is None


@dataclass
class ShopOrderBook:
    """The shop's orders. `take_stock(variant, units, place)` counts one variant down there (or, below zero, up again)."""

    clock: Clock
    take_stock: Callable[[VariantId, int, LocationId], Hint]
    knows: Callable[[VariantId], bool]
    ships_from: LocationId
    """Where orders that are made from now on take their stock."""
    look_lag_s: float = 0.0
    lines_carry_ids: bool = True
    """The shop's lines can carry the marketplace's ids; else only who knows the shop's own ids can tell its lines apart."""
    takes_when_sent: bool = False
    """The shop's setting lets an order take its stock only when something of it is shipped."""
    made: dict[ShopOrderId, Made] = field(default_factory=dict)
    waiting: list[tuple[Hint, ...]] = field(default_factory=list)
    """What the shop has to tell and has not posted yet."""
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _ids: Any = field(default_factory=lambda: itertools.count(1001))

    # ---- what the seller and others do ----

    def of(self, remote: str) -> list[Made]:
        """Every order that was ever made for this marketplace order, cancelled ones too."""
        return [one for one in self.made.values() if one.mark.endswith(f":{remote}")]

    def made_elsewhere(self, mark: str, stock: Mapping[VariantId, int]) -> Made:
        """Another tool brought this marketplace order into the shop."""
        return self._add(mark, dict(stock), {}, None)

    def fulfil(
        self,
        order: ShopOrderId,
        lines: Mapping[LineId, int] | None = None,
        *,
        tracking: str = "",
        carrier: str = "",
        id: str = "",
    ) -> Parcel:
        """Ship these units, by default everything that is left."""
        made = self.made[order]
        units = {line: many for line, many in (lines or made.unsent).items() if many}
        self._take_late(made)
        parcel = Parcel(ParcelId(id or f"F-{next(self._ids)}"), self.clock.now(), units, tracking, carrier)
        for line, many in units.items():
            made.sent[line] = made.sent.get(line, 0) + many
        self._show(made, parcels=(*made.shown.parcels, parcel))
        return parcel

    def change_parcel(self, order: ShopOrderId, parcel: Parcel) -> None:
        """The tracking of a fulfilment is edited: this parcel stands in the place of the one with its id."""
        made = self.made[order]
        assert parcel.id in {one.id for one in made.shown.parcels}, f"{order} has no parcel {parcel.id}"
        parcels = tuple(parcel if one.id == parcel.id else one for one in made.shown.parcels)
        self._show(made, parcels=parcels)

    def take_back(self, order: ShopOrderId, parcel: ParcelId) -> None:
        """A fulfilment is cancelled: its units are to be shipped again."""
        made = self.made[order]
        gone = next(one for one in made.shown.parcels if one.id == parcel)
        for line, many in gone.lines.items():
            made.sent[line] -= many
        rest = tuple(one for one in made.shown.parcels if one is not gone)
        self._show(made, parcels=rest, cancelled_parcels=(*made.shown.cancelled_parcels, parcel))

    def refund(
        self, order: ShopOrderId, amount: Money, lines: Mapping[LineId, int] | None = None, *, id: str = ""
    ) -> None:
        """Refund, and remove these units from the order; only what is above zero is shown as a refund."""
        made = self.made[order]
        if amount.amount:
            before = made.shown.refunded
            refund = Refund(id or f"R-{next(self._ids)}", amount)
            refunded = replace(amount, amount=amount.amount + (before.amount if before else 0))
            made.shown = replace(made.shown, refunds=(*made.shown.refunds, refund), refunded=refunded)
        off = lines or {}
        self.edit(order, {line: units - off.get(line, 0) for line, units in made.shown.lines.items()})

    def edit(self, order: ShopOrderId, lines: Mapping[LineId, int]) -> None:
        """The order is edited: it has so many units of these lines from now on. Its stock stays as it was taken."""
        self._show(self.made[order], lines=dict(lines))

    def move(self, order: ShopOrderId, place: LocationId) -> None:
        """The order is to be shipped from another place, which its stock is taken from by now."""
        made = self.made[order]
        back = [self.take_stock(variant, -units, made.place) for variant, units in made.stock.items()]
        made.place = place
        taken = [self.take_stock(variant, units, place) for variant, units in made.stock.items()]
        self._tell(order, *back, *taken)

    def touch(self, order: ShopOrderId, at: datetime) -> None:
        """Something else of the order, which nobody reads, changed last at this time."""
        self.made[order].changed_at = at

    def delete(self, order: ShopOrderId) -> None:
        del self.made[order]
        self._tell(order)

    # ---- what the adapter asks ----

    def create(self, draft: ShopOrderDraft, *, at: datetime | None = None) -> ShopOrderRef:
        """Refuses a variant that is gone; anything else is made, whether it was made before or not.

        `at`: when it landed, should nobody have looked since.
        """
        for line in draft.lines:
            if line.variant is not None and not self.knows(line.variant):
                raise Rejected(Problem("variant_gone", {"sku": line.sku}))
        stock: dict[VariantId, int] = {}
        for line in draft.lines:
            if line.variant is not None:
                stock[line.variant] = stock.get(line.variant, 0) + line.quantity
        lines = {line.line: line.quantity for line in draft.lines}
        with self._lock:
            made = self._add(draft.mark.value, stock, lines, draft)
        made.made_at = at or made.made_at
        return ShopOrderRef(made.shown.id, made.shown.name, lines=self._own_lines(made))

    def _own_lines(self, made: Made) -> dict[str, LineId]:
        """By the shop's own ids, where its lines carry no other."""
        if self.lines_carry_ids:
            return {}
        return {f"{made.shown.id}-{place}": line for place, line in enumerate(made.shown.lines)}

    def shown_to(self, ref: ShopOrderRef) -> ShopOrder:
        """The order as it is read by who has this reference: lines that nothing names are nobody's."""
        made = self.made[ref.id]
        if self.lines_carry_ids:
            return made.shown
        known = set(ref.lines.values()) if ref.lines == self._own_lines(made) else set()

        def only(units: Mapping[LineId, int]) -> dict[LineId, int]:
            return {line: many for line, many in units.items() if line in known}

        parcels = tuple(replace(one, lines=only(one.lines)) for one in made.shown.parcels)
        return replace(made.shown, lines=only(made.shown.lines), unsent=only(made.shown.unsent), parcels=parcels)

    def look(self, mark: OrderMark) -> tuple[FoundOrder, ...]:
        seen_until = self.clock.now() - timedelta(seconds=self.look_lag_s)
        found = [one for one in self.made.values() if one.mark == mark.value and one.made_at <= seen_until]
        found.sort(key=lambda one: not one.ours)
        return tuple(FoundOrder(one.shown.id, one.shown.name, one.ours, self._own_lines(one)) for one in found)

    def stock_of(self, order: ShopOrderId) -> dict[VariantId, dict[LocationId, int]]:
        """What the order took, and where."""
        made = self.made[order]
        return {variant: {made.place: units} for variant, units in made.stock.items()}

    def cancel(self, order: ShopOrderId) -> None:
        """Cancelled, and its stock put back; what was already shipped cannot be."""
        made = self.made.get(order)
        if made is None or made.shown.parcels:
            raise Rejected(Problem("cannot_be_cancelled"))
        with self._lock:
            if not made.stands:
                return
            made.shown = replace(made.shown, cancelled_at=self.clock.now())
            hints = tuple(self.take_stock(variant, -units, made.place) for variant, units in made.stock.items())
        self._tell(order, *hints)

    def _add(
        self, mark: str, stock: dict[VariantId, int], lines: dict[LineId, int], draft: ShopOrderDraft | None
    ) -> Made:
        number = next(self._ids)
        shown = ShopOrder(ShopOrderId(str(number)), f"#{number}", lines=lines, unsent=lines)
        total = _sum(draft) if draft else None
        made = Made(mark, shown, self.clock.now(), stock, self.ships_from, draft, total)
        if self.takes_when_sent:
            made.stock, made.untaken = {}, stock
        self.made[shown.id] = made
        # Of the order itself it tells nobody: only of what follows from it.
        self.waiting.append(self._taken(made, made.stock))
        return made

    def _taken(self, made: Made, stock: Mapping[VariantId, int]) -> tuple[Hint, ...]:
        return tuple(self.take_stock(variant, units, made.place) for variant, units in stock.items())

    def changed(self, since: datetime) -> dict[ShopOrderId, datetime]:
        """Orders changed since then, the oldest change first."""
        moments = {id: one.changed_at or one.made_at for id, one in self.made.items()}
        return {id: at for id, at in sorted(moments.items(), key=lambda row: row[1]) if at >= since}

    def take_now(self) -> None:
        """The seller changes the setting: what was not taken yet is taken."""
        self.takes_when_sent = False
        for made in self.made.values():
            self._take_late(made)

    def _take_late(self, made: Made) -> None:
        taken, made.untaken = made.untaken, {}
        made.stock |= taken
        if taken:
            self.waiting.append(self._taken(made, taken))

    def _show(self, made: Made, **changes: Any) -> None:
        """The order shows this from now on, and what follows from it."""
        made.shown = replace(made.shown, **changes)
        done = bool(made.shown.parcels) and not any(made.unsent.values())
        made.shown = replace(made.shown, unsent=made.unsent, fulfilled=done)
        self._tell(made.shown.id)

    def _tell(self, order: ShopOrderId, *hints: Hint) -> None:
        if order in self.made:
            self.made[order].changed_at = self.clock.now()
        self.waiting.append((*dict.fromkeys(hints), Hint(kind=HintKind.ORDER, id=order)))


def _sum(draft: ShopOrderDraft) -> Money:
    """What the shop itself comes to, from prices per unit, as shops do."""
    units = [price.amount * count for line in draft.lines for count, price in line.by_unit()]
    taxes = [tax for part in (*draft.lines, draft.shipping) for tax in part.taxes if not tax.remitted]
    added = Decimal(0) if draft.tax_included else sum((tax.amount.amount for tax in taxes), Decimal(0))
    total = sum(units, draft.shipping.amount.amount) + draft.adjustment.amount + added
    return Money(total, draft.total.currency)

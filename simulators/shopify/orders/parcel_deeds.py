"""What the seller ships: parcels made, followed, corrected and taken back, with the events that follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from simulators.kit.deeds import DeedRefused, Told, deed
from simulators.shopify.catalog.catalog import NoSuchThing
from simulators.shopify.catalog.deeds import number
from simulators.shopify.orders import parcel_payloads
from simulators.shopify.orders.deeds import OrderDeeds
from simulators.shopify.orders.records import Fulfillment, Order, Tracking


class ParcelDeeds(OrderDeeds):
    """Deeds on fulfilments. `tracking` is [{company, number, url}], for a parcel of several pieces; one piece may be told
    as `company`, `tracking_number`, `tracking_url`; none of them is a parcel without tracking."""

    @deed
    def fulfill(
        self,
        order_id: int | str,
        lines: Mapping[str, int] | None = None,
        company: str | None = None,
        tracking_number: str | None = None,
        tracking_url: str | None = None,
        tracking: Sequence[Mapping[str, Any]] | None = None,
    ) -> Told:
        """Ship the rest of the order in one parcel, or the given quantities by line item id or SKU."""
        with self._world.lock:
            order = self.order(order_id)
            at = self._world.now()
            parcel = Fulfillment(
                id=self._world.next_id(),
                status="SUCCESS",
                created_at=at,
                updated_at=at,
                lines=self._packed(order, lines),
                tracking=_tracking(company, tracking_number, tracking_url, tracking),
                location_id=self._world.first_location,
            )
            changed = self._reshipped(order, (*order.fulfillments, parcel))
            self._hand_over(order, parcel)
            self._tell_parcel(changed, parcel, "fulfillments/create")
            whole = changed.fulfillment_status == "FULFILLED"
            self.tell_of(changed, "orders/fulfilled" if whole else "orders/partially_fulfilled")
            return {"order_id": order.id, "fulfillment_id": parcel.id}

    def _packed(self, order: Order, lines: Mapping[str, int] | None) -> tuple[tuple[int, int, int], ...]:
        there = {line.id: line.unsent for line in order.lines}
        wanted = self.line_counts(order, lines) if lines else there
        for line_id, count in wanted.items():
            if count > there[line_id]:
                raise DeedRefused(f"line {line_id} has only {there[line_id]} pieces to ship")
        packed = tuple((self._world.next_id(), line_id, count) for line_id, count in wanted.items() if count > 0)
        if not packed or order.cancelled_at:
            raise DeedRefused("nothing to ship")
        return packed

    @deed
    def cancel_fulfillment(self, fulfillment_id: int | str) -> Told:
        """Take a parcel back: its pieces are to be shipped again. There is no stock in it."""
        with self._world.lock:
            order, parcel = self._parcel(fulfillment_id)
            if parcel.status == "CANCELLED":
                raise DeedRefused("the fulfilment is cancelled already")
            self._hand_over(order, parcel, back=True)
            return self._changed(order, parcel, status="CANCELLED")

    def _hand_over(self, order: Order, parcel: Fulfillment, *, back: bool = False) -> None:
        """What is in the parcel is no longer committed, nor on hand; with `back` it is both again."""
        for _, line_id, count in parcel.lines:
            self.release_stock(order.line(line_id), -count if back else count)

    @deed
    def update_tracking(
        self,
        fulfillment_id: int | str,
        company: str | None = None,
        tracking_number: str | None = None,
        tracking_url: str | None = None,
        tracking: Sequence[Mapping[str, Any]] | None = None,
    ) -> Told:
        """Give a parcel other tracking than before, or some where it had none."""
        with self._world.lock:
            order, parcel = self._parcel(fulfillment_id)
            told = _tracking(company, tracking_number, tracking_url, tracking)
            return self._changed(order, parcel, tracking=told)

    def _changed(self, order: Order, parcel: Fulfillment, **changes: Any) -> Told:
        after = replace(parcel, updated_at=self._world.now(), **changes)
        parcels = tuple(after if one.id == parcel.id else one for one in order.fulfillments)
        self._tell_parcel(self._reshipped(order, parcels), after, "fulfillments/update")
        return {"order_id": order.id, "fulfillment_id": parcel.id}

    def _parcel(self, fulfillment_id: int | str) -> tuple[Order, Fulfillment]:
        wanted = number(fulfillment_id)
        order = self._world.order_of_parcel(wanted)
        if order is None:
            raise NoSuchThing(f"no fulfilment {fulfillment_id}")
        return order, next(one for one in order.fulfillments if one.id == wanted)

    def _reshipped(self, order: Order, parcels: tuple[Fulfillment, ...]) -> Order:
        """The order with these parcels and the status that follows from those that stand."""
        shipped = replace(order, fulfillments=parcels).shipped()
        lines = tuple(replace(line, sent=shipped.get(line.id, 0)) for line in order.lines)
        status = replace(order, lines=lines).sent_so_far()
        return self.keep(order, self._world.now(), fulfillments=parcels, lines=lines, fulfillment_status=status)

    def _tell_parcel(self, order: Order, parcel: Fulfillment, topic: str) -> None:
        self.tell(topic, lambda: parcel_payloads.fulfillment_payload(self._world.shop, order, parcel))


def _tracking(
    company: str | None,
    tracking_number: str | None,
    tracking_url: str | None,
    tracking: Sequence[Mapping[str, Any]] | None,
) -> tuple[Tracking, ...]:
    if tracking is not None:
        return tuple(Tracking(**one) for one in tracking)
    one = Tracking(company, tracking_number, tracking_url)
    return () if one == Tracking() else (one,)

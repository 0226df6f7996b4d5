"""Tell the marketplace what the shop has shipped, each parcel once: look, note, tell, note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from listbridge.domain import waiting
from listbridge.domain.configuration import Account
from listbridge.domain.ids import LineId, OrderKey, ParcelId, RemoteId
from listbridge.domain.orders import changes as order_changes
from listbridge.domain.orders.orders import Order, Telling, Told
from listbridge.domain.orders.relaying import boxes, recorded, shipment_of, unclaimed, units_to_tell
from listbridge.domain.orders.shop_orders import Parcel, ShopOrder
from listbridge.domain.ports import Lease, MarketplaceAdapter, RemoteShipment, Share
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import ObserveMode, OutcomeUnknown, Rejected, RetryLater, Unauthorized
from listbridge.domain.work import Lane, RelayOrder
from listbridge.services.connection_state import expire_account
from listbridge.services.deps import CoreDeps, OrderDeps
from listbridge.services.orders.order_rows import change_order, order_traits, tell

PARCEL_REFUSED = "parcel_refused"
PARCEL_TAKEN_BACK = "parcel_taken_back"
TRACKING_CHANGED = "tracking_changed"
TRACKING_UNTOLD = "tracking_untold"


def tell_parcels(deps: OrderDeps, account: Account, order: Order, found: ShopOrder, lease: Lease) -> Order:
    """Tell about every parcel that the marketplace does not show yet. Raises RetryLater when it cannot be asked now."""
    try:
        adapter = deps.marketplaces.open(account, Share.ORDER)
        return _Telling(deps, account, adapter, lease).run(order, found)
    except Unauthorized as error:
        expire_account(deps, account, error.problem)
        return order


def relay_at(deps: CoreDeps, key: OrderKey, at: datetime, *, attempt: int = 0) -> None:
    """Have the order compared again around then, or sooner: a queue delays by a quarter of an hour at most."""
    message = RelayOrder(account=key.account, order=key.remote, attempt=attempt)
    deps.queues.send(Lane.FULFILLMENTS, message, delay_s=waiting.delay_s(at, deps.clock.now()), reason="compare_again")


class _Telling:
    def __init__(self, deps: OrderDeps, account: Account, adapter: MarketplaceAdapter, lease: Lease) -> None:
        self._deps = deps
        self._adapter = adapter
        self._lease = lease
        self._request = timedelta(seconds=deps.limits.call_s(deps.marketplaces.traits(account).longest_call_s))
        self._settle = timedelta(seconds=order_traits(deps, account).settle_s)

    def run(self, order: Order, found: ShopOrder) -> Order:
        order = self._second_thoughts(order, found)
        untold = untold_boxes(order, found)
        if not untold:
            return order
        shown = list(self._adapter.shipments(order.key.remote))
        for box in untold:
            order, added = self._tell(order, box, shown)
            shown += added
        return order

    def _tell(self, order: Order, parcel: Parcel, shown: list[RemoteShipment]) -> tuple[Order, list[RemoteShipment]]:
        """The order after this parcel, and the shipments that the marketplace has in addition now."""
        rest = unclaimed(order, shown)
        known = shipment_of(parcel, rest, self._adapter.tracking_as_told)
        if known is not None:
            lines = parcel.lines if known.lines is None else known.lines
            return self._note(order, parcel, Telling.TOLD, lines, known.id), []
        begun = order.told.get(parcel.id)
        now = self._deps.clock.now()
        if begun is not None and now < begun.at + self._request + self._settle:
            relay_at(self._deps, order.key, begun.at + self._request + self._settle)
            return order, []
        units = units_to_tell(order, parcel, shown)
        if not units:  # somebody has told about these units in another parcel
            return self._without_units(order, parcel, shown), []
        if self._lease.until < now + 2 * self._request:
            relay_at(self._deps, order.key, now)
            return order, []
        return self._ship(order, replace(parcel, lines=units))

    def _without_units(self, order: Order, box: Parcel, shown: Sequence[RemoteShipment]) -> Order:
        """The marketplace knows of all units: there is no place left for a number that it does not show."""
        spelled = self._adapter.tracking_as_told
        if not box.tracking or spelled(box.tracking) in {spelled(one.tracking) for one in shown}:
            return self._note(order, box, Telling.TOLD, {}, None)
        problem = Problem(TRACKING_UNTOLD, {"tracking": box.tracking}, "add_tracking_there")
        order = self._note(order, box, Telling.REFUSED, {}, None, problem)
        numbers = [
            one.tracking
            for one in order.told.values()
            if one.problem is not None and one.problem.code == TRACKING_UNTOLD
        ]
        tell(self._deps, order, TRACKING_UNTOLD, tracking=box.tracking, carrier=box.carrier)
        return self._noticed(order, replace(problem, params={"tracking": ", ".join(numbers)}))

    def _ship(self, order: Order, parcel: Parcel) -> tuple[Order, list[RemoteShipment]]:
        order = self._note(order, parcel, Telling.BEGUN, parcel.lines, None)
        try:
            shipment = self._adapter.ship(order.key.remote, parcel, order.told[parcel.id].number)
        except OutcomeUnknown:
            relay_at(self._deps, order.key, self._deps.clock.now() + self._settle)
            return order, []
        except (RetryLater, ObserveMode):
            self._forget(order, parcel)
            raise
        except Rejected as error:
            order = self._note(order, parcel, Telling.REFUSED, parcel.lines, None, error.problem)
            params = {**error.problem.as_reason(), "tracking": parcel.tracking}
            tell(self._deps, order, PARCEL_REFUSED, **params)
            return self._noticed(order, Problem(PARCEL_REFUSED, params, error.problem.fix)), []
        order = self._note(order, parcel, Telling.TOLD, parcel.lines, shipment)
        tell(self._deps, order, "parcel_told", tracking=parcel.tracking, carrier=parcel.carrier)
        return order, [RemoteShipment(shipment, parcel.lines, parcel.tracking)]

    def _second_thoughts(self, order: Order, found: ShopOrder) -> Order:
        """What was told cannot be taken back: the seller hears about it."""
        packed = {box.id: box for parcel in found.parcels for box in boxes(parcel)}
        known = {*found.cancelled_parcels, *(parcel.id for parcel in found.parcels)}
        gone = [
            told.tracking
            for id, told in order.told.items()
            if id not in packed and _fulfilment_of(id) in known and told.state is Telling.TOLD
        ]
        if gone:
            params = {"tracking": ", ".join(gone)}
            order = self._noticed(order, Problem(PARCEL_TAKEN_BACK, params, "correct_there"))
        for parcel in packed.values():
            told = order.told.get(parcel.id)
            if told is not None and told.state is Telling.TOLD and told.shipment and told.tracking != parcel.tracking:
                params = {"told": told.tracking, "now": parcel.tracking}
                order = self._noticed(order, Problem(TRACKING_CHANGED, params, "correct_there"))
        return order

    def _noticed(self, order: Order, notice: Problem) -> Order:
        return change_order(self._deps, order.key, lambda row: order_changes.with_notice(row, notice))

    def _note(
        self,
        order: Order,
        parcel: Parcel,
        state: Telling,
        lines: Mapping[LineId, int] | None,
        shipment: RemoteId | None,
        problem: Problem | None = None,
    ) -> Order:
        told = Told(
            state=state,
            at=self._deps.clock.now(),
            lines=dict(lines or {}),
            tracking=parcel.tracking,
            carrier=parcel.carrier,
            shipment=shipment,
            problem=problem,
        )
        return change_order(self._deps, order.key, lambda row: recorded(row, parcel.id, told))

    def _forget(self, order: Order, parcel: Parcel) -> Order:
        def change(row: Order) -> Order:
            return replace(row, told={id: one for id, one in row.told.items() if id != parcel.id})

        return change_order(self._deps, order.key, change)


def _fulfilment_of(id: ParcelId) -> str:
    """The shop's fulfilment that a record is about, without the place of its tracking number."""
    return id.split("/")[0]


def untold_boxes(order: Order, found: ShopOrder) -> list[Parcel]:
    """The shop's parcels that the marketplace is to be told about, one for each tracking number."""
    packed = [box for parcel in found.parcels if parcel.lines for box in boxes(parcel)]
    return [box for box in packed if _untold(order, box)]


def _untold(order: Order, parcel: Parcel) -> bool:
    told = order.told.get(parcel.id)
    return told is None or told.state is Telling.BEGUN

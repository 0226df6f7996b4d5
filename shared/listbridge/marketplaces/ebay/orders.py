"""The Fulfillment API of one account: orders, and the parcels of each. Source: sell_fulfillment 1.20.7."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from requests import Response

from listbridge.domain.carriers import letters_and_digits
from listbridge.domain.change_windows import CountedPage, Windows, milliseconds, moment_text
from listbridge.domain.ids import LineId, RemoteId, RemoteOrderId
from listbridge.domain.orders import OrderRead
from listbridge.domain.ports import OrderPage, RemoteShipment
from listbridge.domain.shop_orders import Parcel
from listbridge.infra.api_client import Refused
from listbridge.marketplaces.ebay.carriers import CARRIERS
from listbridge.marketplaces.ebay.client import EbayHttp, Request
from listbridge.marketplaces.ebay.errors import INCOMPLETE, UNKNOWN, UNREADABLE
from listbridge.marketplaces.ebay.order_mapping import Unmappable, changed_at_of, order_id_of, order_read
from listbridge.marketplaces.ebay.order_wire import OrderList, Packages, PackedLine, SentLine, SentPackage

_ORDERS = "/sell/fulfillment/v1/order"
_MOST = 200
"""Orders per page; more is refused (getOrders, limit)."""
_REACH = timedelta(days=729)
"""Orders are shown for two years (getOrders, filter); one day is kept clear of the edge, where eBay refuses (30830)."""
_TORN = "torn:"
"""Begins a cursor behind which there is nothing but the reason why the poll must be begun anew."""


class Orders:
    """All methods raise RemoteError."""

    def __init__(self, http: EbayHttp) -> None:
        self._http = http

    def changed(self, since: datetime, cursor: str | None) -> OrderPage:
        """One page, and where to go on (`domain/change_windows`).

        A page that is short, or does not agree with what eBay says of it, still gives the orders that it shows, for they
        must hold their stock; then the poll ends with RetryLater.
        """
        if cursor is not None and cursor.startswith(_TORN):
            raise INCOMPLETE.error(detail=f"getOrders: {cursor.removeprefix(_TORN)}")
        now = self._http.connection.clock.now()
        windows = Windows.parse(cursor) if cursor else Windows.since(since, now, _REACH)
        params = {"filter": _filter(windows), "limit": str(_MOST), "offset": str(windows.offset)}
        answer = self._http.read(Request("GET", _ORDERS, "getOrders", params=params), OrderList)
        reads, unreadable = _reads(answer.orders or [])
        page = _counted(answer)
        if torn := windows.torn(page):
            return OrderPage(tuple(reads), f"{_TORN}{torn}", tuple(unreadable))
        rest = windows.following(page, now)
        return OrderPage(tuple(reads), rest.cursor if rest else None, tuple(unreadable))

    def one(self, order: RemoteOrderId) -> OrderRead:
        """The order as it is now: only this call tells the buyer's tax number. Raises NotFound."""
        try:
            return order_read(self._http.object(Request("GET", _path(order), "getOrder")), strict=True)
        except Unmappable as error:
            raise UNREADABLE.error(detail=f"getOrder: {error}") from None

    def shipments(self, order: RemoteOrderId) -> tuple[RemoteShipment, ...]:
        """Every parcel that eBay knows of. Raises NotFound for an order that it does not have."""
        request = Request("GET", f"{_path(order)}/shipping_fulfillment", "getShippingFulfillments")
        answer = self._http.read(request, Packages)
        packages = answer.fulfillments or []
        if (answer.total or 0) > len(packages):
            raise UNREADABLE.error(detail="getShippingFulfillments: fewer parcels than counted")
        return tuple(
            RemoteShipment(
                RemoteId(package.fulfillment_id),
                _units(package.line_items or ()),
                package.shipment_tracking_number or "",
            )
            for package in packages
        )

    def ship(self, order: RemoteOrderId, parcel: Parcel) -> RemoteId:
        """Tell of one parcel; telling it twice makes two. Returns the fulfilment's id.

        Raises Rejected when it is refused, OutcomeUnknown when it may have been taken.
        """
        package = package_of(parcel, self._http.connection.clock.now())
        path = f"{_path(order)}/shipping_fulfillment"
        request = Request("POST", path, "createShippingFulfillment", body=package.body(), write=True)
        try:
            answer = self._http.send(request)
        except Refused as refused:
            raise refused.verdict from None
        # Without tracking the id is "an arbitrary number such as 999" (ShippingFulfillmentDetails.trackingNumber).
        fulfillment = _located(answer.response) or package.tracking_number
        if not fulfillment:
            raise UNKNOWN.error(detail="createShippingFulfillment: no Location", status=answer.status)
        return RemoteId(fulfillment)


def package_of(parcel: Parcel, now: datetime) -> SentPackage:
    """The parcel as eBay takes it: sent in the past, with carrier and number, or with neither."""
    tracking = letters_and_digits(parcel.tracking)
    return SentPackage(
        line_items=[SentLine(line_item_id=line, quantity=count) for line, count in parcel.lines.items()],
        shipped_date=moment_text(milliseconds(min(parcel.shipped_at, now))),
        shipping_carrier_code=CARRIERS.code(parcel.carrier) if tracking else None,
        tracking_number=tracking or None,
    )


def _filter(windows: Windows) -> str:
    """Both ends belong to the span; an open one may not be of the future (30850)."""
    end = "" if windows.end is None else moment_text(windows.end)
    return f"lastmodifieddate:[{moment_text(windows.start)}..{end}]"


def _counted(answer: OrderList) -> CountedPage:
    rows = answer.orders or []
    changed = [moment for moment in map(changed_at_of, rows) if moment is not None]
    most = min(_MOST, answer.limit or _MOST)
    return CountedPage(len(rows), answer.total, most, bool(answer.next), changed)


def _reads(rows: Sequence[Any]) -> tuple[list[OrderRead], list[RemoteOrderId]]:
    """The orders, and the ids of those that cannot be understood. What has not even an id is no order."""
    reads: list[OrderRead] = []
    unreadable: list[RemoteOrderId] = []
    for row in rows:
        try:
            reads.append(order_read(row))
        except Unmappable:
            named = order_id_of(row)
            if named is not None:
                unreadable.append(named)
    return reads, unreadable


def _units(lines: Sequence[PackedLine]) -> dict[LineId, int]:
    """By line; a line that stands twice in a parcel counts twice."""
    units: Counter[LineId] = Counter()
    for line in lines:
        units[LineId(line.line_item_id)] += line.quantity
    return dict(units)


def _located(response: Response) -> str:
    """The last part of the Location header: the new fulfilment's id."""
    return unquote(urlsplit(response.headers.get("Location", "")).path.rsplit("/", 1)[-1])


def _path(order: RemoteOrderId) -> str:
    return f"{_ORDERS}/{quote(order, safe='')}"

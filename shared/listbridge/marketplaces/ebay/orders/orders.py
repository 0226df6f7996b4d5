"""The Fulfillment API of one account: orders, and the parcels of each. Source: sell_fulfillment 1.20.7."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from listbridge.domain.change_windows import Windows, milliseconds, moment_text
from listbridge.domain.ids import LineId, RemoteId, RemoteOrderId
from listbridge.domain.orders.carriers import letters_and_digits
from listbridge.domain.orders.orders import OrderRead
from listbridge.domain.orders.shop_orders import Parcel
from listbridge.domain.ports import OrderPage, RemoteShipment
from listbridge.infra.calls.answers import located
from listbridge.infra.calls.api_client import CallRefused, path_of
from listbridge.infra.mapping.order_reading import CountedRows, OrderWindows, Unmappable
from listbridge.marketplaces.ebay.client import EbayHttp, Request
from listbridge.marketplaces.ebay.errors import UNKNOWN, UNREADABLE
from listbridge.marketplaces.ebay.orders.carriers import CARRIERS
from listbridge.marketplaces.ebay.orders.mapping import READER
from listbridge.marketplaces.ebay.orders.wire import OrderList, Packages, PackedLine, SentLine, SentPackage

_ORDERS = "/sell/fulfillment/v1/order"
_MOST = 200
"""Orders per page; more is refused (getOrders, limit)."""
_REACH = timedelta(days=729)
"""Orders are shown for two years (getOrders, filter); one day is kept clear of the edge, where eBay refuses (30830)."""


class Orders:
    """All methods raise RemoteError."""

    def __init__(self, http: EbayHttp) -> None:
        self._http = http
        self._windows = OrderWindows("getOrders", _REACH, READER, self._ask)

    def changed(self, since: datetime, cursor: str | None) -> OrderPage:
        """One page, and where to go on."""
        return self._windows.page(since, cursor, self._http.connection.clock.now())

    def _ask(self, windows: Windows) -> CountedRows:
        params = {"filter": _filter(windows), "limit": str(_MOST), "offset": str(windows.offset)}
        answer = self._http.read(Request("GET", _ORDERS, "getOrders", params=params), OrderList)
        return CountedRows(answer.orders or [], answer.total, min(_MOST, answer.limit or _MOST), bool(answer.next))

    def one(self, order: RemoteOrderId) -> OrderRead:
        """The order as it is now: only this call tells the buyer's tax number. Raises NotFound."""
        try:
            return READER.read(self._http.object(Request("GET", _path(order), "getOrder")), strict=True)
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
        """Tell about one parcel; telling it twice makes two. Returns the fulfilment's id.

        Raises Rejected when it is refused, OutcomeUnknown when it may have been taken.
        """
        package = package_of(parcel, self._http.connection.clock.now())
        path = f"{_path(order)}/shipping_fulfillment"
        request = Request("POST", path, "createShippingFulfillment", body=package.body(), write=True)
        try:
            answer = self._http.send(request)
        except CallRefused as refused:
            raise refused.verdict from None
        # Without tracking the id is "an arbitrary number such as 999" (ShippingFulfillmentDetails.trackingNumber).
        fulfillment = located(answer.response) or package.tracking_number
        if not fulfillment:
            raise UNKNOWN.error(detail="createShippingFulfillment: no Location", status=answer.status)
        return RemoteId(fulfillment)


def package_of(parcel: Parcel, now: datetime) -> SentPackage:
    """The parcel as eBay takes it: shipped in the past, with carrier and number, or with neither."""
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


def _units(lines: Sequence[PackedLine]) -> dict[LineId, int]:
    """By line; a line that stands twice in a parcel counts twice."""
    units: Counter[LineId] = Counter()
    for line in lines:
        units[LineId(line.line_item_id)] += line.quantity
    return dict(units)


def _path(order: RemoteOrderId) -> str:
    return f"{_ORDERS}/{path_of(order)}"

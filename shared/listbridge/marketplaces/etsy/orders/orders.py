"""Receipts: which changed, one of them, and its parcels."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from listbridge.domain.change_windows import Windows
from listbridge.domain.ids import RemoteId, RemoteOrderId
from listbridge.domain.orders.carriers import letters_and_digits
from listbridge.domain.orders.orders import OrderRead
from listbridge.domain.orders.shop_orders import Parcel
from listbridge.domain.ports import OrderPage, RemoteShipment
from listbridge.domain.verdicts import NotFound, RemoteError
from listbridge.infra.calls.api_client import CallRefused, path_of
from listbridge.infra.mapping.order_reading import CountedRows, OrderWindows, Unmappable
from listbridge.marketplaces.etsy.client import EtsyHttp, Request
from listbridge.marketplaces.etsy.errors import ORDER_CANCELED, ORDER_GONE, TRACKING_MISSING, UNREADABLE
from listbridge.marketplaces.etsy.manifest import PER_CALL
from listbridge.marketplaces.etsy.orders.carriers import CARRIERS
from listbridge.marketplaces.etsy.orders.mapping import READER, canceled
from listbridge.marketplaces.etsy.orders.wire import ReceiptsTold, ShipmentsTold, TrackingSent

_REACH = timedelta(days=3650)
"""No limit is documented but the year 2000."""
_CONFLICT = 409
_SHIPPED = RemoteId("shipped")
"""The parcel of a receipt that is marked as shipped and names none."""
_FREE_BELOW = Decimal(10)
"""Orders within the United States of more than ten dollars need a number (createReceiptShipment)."""


class Orders:
    """The receipts of one shop. All methods raise RemoteError."""

    def __init__(self, http: EtsyHttp) -> None:
        self._http = http
        self._windows = OrderWindows("getShopReceipts", _REACH, READER, self._ask)

    def changed(self, since: datetime, cursor: str | None) -> OrderPage:
        """One page, and where to go on. Etsy's times are whole seconds."""
        return self._windows.page(since.replace(microsecond=0), cursor, self._http.connection.clock.now())

    def _ask(self, windows: Windows) -> CountedRows:
        """Both ends belong to the span. A span between two seconds holds nothing."""
        start, end = -(-windows.start // 1000), None if windows.end is None else windows.end // 1000
        if end is not None and start > end:
            return CountedRows((), 0, PER_CALL, more=False)
        params = {
            "min_last_modified": str(start),
            **({"max_last_modified": str(end)} if end is not None else {}),
            "sort_on": "updated",
            "sort_order": "asc",
            "limit": str(PER_CALL),
            "offset": str(windows.offset),
        }
        answer = self._http.read(Request("GET", self._receipts, "getShopReceipts", params), ReceiptsTold)
        return CountedRows(answer.results, answer.count, PER_CALL, more=False)

    def one(self, order: RemoteOrderId) -> OrderRead:
        """The receipt as it is now. Raises NotFound."""
        request = Request("GET", self._receipt(order), "getShopReceipt")
        try:
            return READER.read(self._http.object(request), strict=True)
        except NotFound as gone:
            raise ORDER_GONE.instead_of(gone) from gone
        except Unmappable as error:
            raise UNREADABLE.error(detail=f"getShopReceipt: {error}") from None

    def shipments(self, order: RemoteOrderId) -> tuple[RemoteShipment, ...]:
        """Every parcel that Etsy knows of. Raises NotFound."""
        return _parcels(self._shown(order))

    def ship(self, order: RemoteOrderId, parcel: Parcel) -> RemoteId:
        """Tell about one parcel: Etsy mails the buyer each time. Returns the shipment's id.

        Raises Rejected when it is refused, also for a parcel without a number where Etsy requires one, OutcomeUnknown when it may
        have been taken.
        """
        number = letters_and_digits(parcel.tracking)
        if not number and self._needs_number(self._shown(order)):
            raise TRACKING_MISSING.error()
        body = (
            TrackingSent(tracking_code=number, carrier_name=CARRIERS.code(parcel.carrier)) if number else TrackingSent()
        )
        request = Request(
            "POST", f"{self._receipt(order)}/tracking", "createReceiptShipment", body=body.body(), write=True
        )
        try:
            told = self._http.ask(request, ShipmentsTold)
        except CallRefused as refused:
            raise self._meant(order, refused.verdict) from None
        parcels = _parcels(told)
        mine = [one for one in parcels if one.tracking == number] or parcels
        # Etsy may lose the number, but it has written to the buyer: to tell it again would be another mail.
        return mine[-1].id if mine else _SHIPPED

    def _meant(self, order: RemoteOrderId, refusal: RemoteError) -> RemoteError:
        """What a refused parcel means: a conflict is the receipt's state, which only passes where the order still stands."""
        if isinstance(refusal, NotFound):
            return ORDER_GONE.instead_of(refusal)
        if refusal.status == _CONFLICT and canceled(self._shown(order).status):
            return ORDER_CANCELED.instead_of(refusal)
        return refusal

    def tracking_as_told(self, tracking: str) -> str:
        """Without blanks and signs: whether Etsy keeps them is not documented, so both sides are compared without."""
        return letters_and_digits(tracking)

    def url(self, order: RemoteOrderId) -> str:
        """The order's page for the seller."""
        return f"https://www.etsy.com/your/orders/sold?order_id={path_of(order)}"

    def _shown(self, order: RemoteOrderId) -> ShipmentsTold:
        try:
            return self._http.read(Request("GET", self._receipt(order), "getShopReceipt"), ShipmentsTold)
        except NotFound as gone:
            raise ORDER_GONE.instead_of(gone) from gone

    def _needs_number(self, told: ShipmentsTold) -> bool:
        """As far as Etsy tells where it goes. What a shop abroad is paid in is compared as it is: it is about ten dollars anyhow."""
        if told.country_iso == "IN":
            return True
        at_home = told.country_iso == "US" == self._http.connection.facts.get("country", "")
        return at_home and told.grandtotal is not None and told.grandtotal.value > _FREE_BELOW

    @property
    def _receipts(self) -> str:
        return f"shops/{path_of(self._http.shop)}/receipts"

    def _receipt(self, order: RemoteOrderId) -> str:
        """Raises NotFound for what is no id of a receipt: these are numbers."""
        if not order.isascii() or not order.isdigit():
            raise ORDER_GONE.error(detail="not a receipt's id")
        return f"{self._receipts}/{order}"


def _parcels(told: ShipmentsTold) -> tuple[RemoteShipment, ...]:
    """Etsy does not say what is in a parcel, and of one without a number only that the receipt is shipped."""
    parcels = [
        RemoteShipment(
            RemoteId(str(one.receipt_shipping_id or letters_and_digits(one.tracking_code) or _SHIPPED)),
            None,
            letters_and_digits(one.tracking_code),
        )
        for one in told.shipments
    ]
    if told.is_shipped and not parcels:
        parcels.append(RemoteShipment(_SHIPPED, None))
    return tuple(parcels)

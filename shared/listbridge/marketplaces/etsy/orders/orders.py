"""Receipts: which changed, one of them, and its parcels."""

from __future__ import annotations

from datetime import datetime

from listbridge.domain.ids import RemoteId, RemoteOrderId
from listbridge.domain.orders.orders import OrderRead
from listbridge.domain.orders.shop_orders import Parcel
from listbridge.domain.ports import OrderPage, RemoteShipment
from listbridge.marketplaces.etsy.client import EtsyHttp


class Orders:
    """The receipts of one shop."""

    def __init__(self, http: EtsyHttp) -> None:
        self._http = http

    def changed(self, since: datetime, cursor: str | None) -> OrderPage:
        """Raises RemoteError."""
        raise NotImplementedError

    def one(self, order: RemoteOrderId) -> OrderRead:
        """Raises RemoteError."""
        raise NotImplementedError

    def shipments(self, order: RemoteOrderId) -> tuple[RemoteShipment, ...]:
        """Raises RemoteError."""
        raise NotImplementedError

    def ship(self, order: RemoteOrderId, parcel: Parcel) -> RemoteId:
        """Raises RemoteError."""
        raise NotImplementedError

    def tracking_as_told(self, tracking: str) -> str:
        """As Etsy spells it."""
        return tracking

    def url(self, order: RemoteOrderId) -> str:
        """The order's page for the seller."""
        return ""

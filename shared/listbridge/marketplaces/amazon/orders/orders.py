"""The orders of one account."""

from __future__ import annotations

from datetime import datetime

from listbridge.domain.ids import RemoteId, RemoteOrderId
from listbridge.domain.orders.orders import OrderRead
from listbridge.domain.orders.shop_orders import Parcel
from listbridge.domain.ports import OrderPage, RemoteShipment
from listbridge.marketplaces.amazon.client import AmazonHttp


class Orders:
    """Reads orders and tells of parcels; see `MarketplaceAdapter`."""

    def __init__(self, http: AmazonHttp) -> None:
        self._http = http

    def changed(self, since: datetime, cursor: str | None) -> OrderPage:
        """See `MarketplaceAdapter.orders_changed`."""
        raise NotImplementedError

    def one(self, order: RemoteOrderId) -> OrderRead:
        """See `MarketplaceAdapter.read_order`."""
        raise NotImplementedError

    def shipments(self, order: RemoteOrderId) -> tuple[RemoteShipment, ...]:
        """See `MarketplaceAdapter.shipments`."""
        raise NotImplementedError

    def tracking_as_told(self, tracking: str) -> str:
        """See `MarketplaceAdapter.tracking_as_told`."""
        return tracking

    def ship(self, order: RemoteOrderId, parcel: Parcel, number: int) -> RemoteId:
        """See `MarketplaceAdapter.ship`."""
        raise NotImplementedError

    def url(self, order: RemoteOrderId) -> str:
        """See `MarketplaceAdapter.order_url`."""
        return ""

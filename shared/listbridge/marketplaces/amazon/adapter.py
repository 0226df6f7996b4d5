"""The Amazon adapter: one opened seller account in one region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from listbridge.domain.ids import AccountId, RemoteId, RemoteOrderId, Site, Sku
from listbridge.domain.listings.listing import Listing
from listbridge.domain.orders.orders import OrderRead
from listbridge.domain.orders.shop_orders import Parcel
from listbridge.domain.ports import (
    AccountIdentity,
    BulkWriter,
    ExistingPage,
    FieldProblem,
    FollowRequest,
    MarketplaceAdapter,
    OrderPage,
    Processing,
    Published,
    PublishRequest,
    PublishSteps,
    RemoteListing,
    RemoteShipment,
    RevisionResult,
    Submitted,
    UnitRevision,
)
from listbridge.domain.ports.unasked import UnaskedOfMarketplace
from listbridge.domain.work import PublishKind
from listbridge.infra.calls.connection import Connection
from listbridge.marketplaces.amazon.client import AmazonHttp
from listbridge.marketplaces.amazon.offers import (
    calls,
    choices,
    ending,
    following,
    form,
    listing_search,
    preview,
    revising,
)
from listbridge.marketplaces.amazon.offers.feed_reports import FeedReports
from listbridge.marketplaces.amazon.offers.feeds import FeedWriter
from listbridge.marketplaces.amazon.offers.product_types import Definitions
from listbridge.marketplaces.amazon.offers.publishing import Publishing
from listbridge.marketplaces.amazon.offers.reading import Reader
from listbridge.marketplaces.amazon.orders.orders import Orders
from listbridge.marketplaces.amazon.participations import identify
from listbridge.marketplaces.amazon.sites import site_of
from listbridge.marketplaces.amazon.subscriptions import listen, stop_listening


class AmazonAdapter(UnaskedOfMarketplace):
    """One seller account; see `domain.ports.MarketplaceAdapter`. Safe to share between threads."""

    def __init__(self, connection: Connection) -> None:
        self._http = AmazonHttp(connection)
        self._reader = Reader(self._http, AccountId(connection.id))
        self._feeds = FeedReports(self._http)
        self._orders = Orders(self._http)
        self._definitions = Definitions(self._http)

    def identify(self) -> AccountIdentity:
        return identify(self._http)

    def lease_key(self, listing: Listing) -> str:
        """The SKU: one quantity in the whole region, whichever site a call names."""
        return f"{listing.key.account}#{listing.key.sku}"

    unit_key = lease_key

    def revision_calls(self, listings: Sequence[Listing]) -> Mapping[str, int]:
        return revising.revision_calls(listings)

    def revise(self, unit: UnitRevision) -> list[RevisionResult]:
        return revising.revise(self._http, unit)

    def bulk(self) -> BulkWriter | None:
        return FeedWriter(self._http)

    def outcomes(self, submitted: Sequence[Submitted]) -> list[RevisionResult]:
        return revising.outcomes(self._http, self._reader, self._feeds, submitted)

    def read_back(self, listings: Sequence[Listing]) -> list[RemoteListing]:
        return self._reader.read_back(listings)

    def find(self, site: Site, sku: Sku) -> RemoteListing | None:
        return self._reader.find(site, sku)

    def existing(self, site: Site, cursor: str | None) -> ExistingPage:
        return listing_search.existing(self._http, site, cursor)

    def barcodes(self, site: Site, skus: Sequence[Sku]) -> Mapping[Sku, tuple[str, ...]]:
        return listing_search.barcodes(self._http, site, skus)

    def check(self, request: PublishRequest) -> None:
        preview.check(request)

    def preview(self, request: PublishRequest) -> tuple[FieldProblem, ...]:
        return preview.problems(self._http, self._definitions, request)

    def publishing_calls(
        self, kind: PublishKind, request: PublishRequest, progress: Mapping[str, str]
    ) -> Mapping[str, int]:
        return calls.publishing_calls(kind, request, deletes=self._http.settings.delete_ended)

    def publish(self, request: PublishRequest, steps: PublishSteps) -> Published | Processing:
        return Publishing(self._http, self._definitions, request, steps).publish()

    def full_revise(self, request: PublishRequest, steps: PublishSteps) -> Published | Processing:
        return Publishing(self._http, self._definitions, request, steps).full_revise()

    def follow(self, request: FollowRequest) -> Published | Processing:
        return following.follow(self._http, request)

    def end(self, request: PublishRequest, steps: PublishSteps) -> None:
        ending.end(self._http, request, steps)

    def orders_changed(self, since: datetime, cursor: str | None) -> OrderPage:
        return self._orders.changed(since, cursor)

    def read_order(self, order: RemoteOrderId) -> OrderRead:
        return self._orders.one(order)

    def shipments(self, order: RemoteOrderId) -> tuple[RemoteShipment, ...]:
        return self._orders.shipments(order)

    def tracking_as_told(self, tracking: str) -> str:
        return self._orders.tracking_as_told(tracking)

    def ship(self, order: RemoteOrderId, parcel: Parcel, number: int) -> RemoteId:
        return self._orders.ship(order, parcel, number)

    def order_url(self, order: RemoteOrderId) -> str:
        return self._orders.url(order)

    def listen(self, address: str, token: str) -> bool:
        listen(self._http, address)
        return True

    def stop_listening(self, address: str, *, last: bool) -> None:
        stop_listening(self._http, address, last=last)

    def creation_form(self, site: Site, kind: str) -> Mapping[str, Any]:
        return form.creation_form(self._definitions, site_of(site), kind)

    def creation_choices(self, site: Site) -> Mapping[str, Any]:
        return choices.choices(self._definitions, site_of(site), self._http.settings.sells)


def open_adapter(connection: Connection) -> MarketplaceAdapter:
    """The adapter of one account. Raises Unauthorized when its credentials lack the app's keys."""
    return AmazonAdapter(connection)

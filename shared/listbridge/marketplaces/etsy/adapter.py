"""The Etsy adapter: one opened seller account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from listbridge.domain.ids import AccountId, RemoteId, RemoteOrderId, Site
from listbridge.domain.listings.listing import Listing
from listbridge.domain.orders.orders import OrderRead
from listbridge.domain.orders.shop_orders import Parcel
from listbridge.domain.ports import (
    AccountIdentity,
    ExistingPage,
    FieldProblem,
    MarketplaceAdapter,
    OrderPage,
    Published,
    PublishRequest,
    PublishSteps,
    RemoteListing,
    RemoteShipment,
    RevisionResult,
    UnitRevision,
)
from listbridge.domain.ports.unasked import UnaskedOfMarketplace
from listbridge.domain.work import PublishKind
from listbridge.infra.calls.connection import Connection
from listbridge.marketplaces.etsy.client import EtsyHttp
from listbridge.marketplaces.etsy.offers import calls, choices, ending, existing, form, preview, revising
from listbridge.marketplaces.etsy.offers.publishing import Publishing
from listbridge.marketplaces.etsy.offers.reading import Reader
from listbridge.marketplaces.etsy.offers.taxonomy import Taxonomy
from listbridge.marketplaces.etsy.orders.orders import Orders
from listbridge.marketplaces.etsy.shop import identify


class EtsyAdapter(UnaskedOfMarketplace):
    """One seller account; see `domain.ports.MarketplaceAdapter`. Safe to share between threads."""

    def __init__(self, connection: Connection) -> None:
        self._http = EtsyHttp(connection)
        self._account = AccountId(connection.id)
        self._reader = Reader(self._http, self._account)
        self._taxonomy = Taxonomy(self._http)
        self._orders = Orders(self._http)

    def identify(self) -> AccountIdentity:
        return identify(self._http)

    def lease_key(self, listing: Listing) -> str:
        """The listing: each write replaces all of its inventory. Before there is one, what will become one."""
        return f"{listing.key.account}#{listing.remote or listing.group or listing.key.sku}"

    unit_key = lease_key

    def revision_calls(self, listings: Sequence[Listing]) -> Mapping[str, int]:
        return revising.revision_calls(listings)

    def revise(self, unit: UnitRevision) -> list[RevisionResult]:
        return revising.revise(self._http, unit)

    def read_back(self, listings: Sequence[Listing]) -> list[RemoteListing]:
        return self._reader.read_back(listings)

    def existing(self, site: Site, cursor: str | None) -> ExistingPage:
        return existing.existing(self._reader, cursor)

    def check(self, request: PublishRequest) -> None:
        preview.check(request)

    def preview(self, request: PublishRequest) -> tuple[FieldProblem, ...]:
        return preview.problems(self._http, self._taxonomy, request)

    def publishing_calls(
        self, kind: PublishKind, request: PublishRequest, progress: Mapping[str, str]
    ) -> Mapping[str, int]:
        return calls.publishing_calls(kind, request, progress)

    def publish(self, request: PublishRequest, steps: PublishSteps) -> Published:
        return Publishing(self._http, self._taxonomy, request, steps).publish()

    def full_revise(self, request: PublishRequest, steps: PublishSteps) -> Published:
        return Publishing(self._http, self._taxonomy, request, steps).full_revise()

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
        return self._orders.ship(order, parcel)

    def order_url(self, order: RemoteOrderId) -> str:
        return self._orders.url(order)

    def listen(self, address: str, token: str) -> bool:
        """The owner of the app enters the address in Etsy's portal, which gives the secret. Etsy asks for no token."""
        return False

    def creation_form(self, site: Site, kind: str) -> Mapping[str, Any]:
        return form.creation_form(self._taxonomy, kind, self._http.connection.clock.now().year)

    def creation_choices(self, site: Site) -> Mapping[str, Any]:
        return choices.choices(self._http, self._taxonomy)


def open_adapter(connection: Connection) -> MarketplaceAdapter:
    """The adapter of one account. Raises Unauthorized when its credentials lack the app's keys."""
    return EtsyAdapter(connection)

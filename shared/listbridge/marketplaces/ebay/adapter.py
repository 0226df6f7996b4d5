"""The eBay adapter: one opened seller account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from listbridge.domain.credentials_end import CREDENTIALS_END
from listbridge.domain.ids import AccountId, RemoteId, RemoteOrderId, Site, Sku
from listbridge.domain.listings.listing import Listing
from listbridge.domain.orders.carriers import letters_and_digits
from listbridge.domain.orders.orders import OrderRead
from listbridge.domain.orders.shop_orders import Parcel
from listbridge.domain.ports import (
    AccountIdentity,
    Adopting,
    FieldProblem,
    MarketplaceAdapter,
    OrderPage,
    Published,
    PublishesTogether,
    PublishRequest,
    PublishSteps,
    RemoteListing,
    RemoteShipment,
    RevisionResult,
    UnitRevision,
)
from listbridge.domain.ports.unasked import UnaskedOfMarketplace
from listbridge.domain.problem import Problem
from listbridge.domain.work import PublishKind
from listbridge.infra.calls.connection import Connection
from listbridge.marketplaces.ebay import subscriptions
from listbridge.marketplaces.ebay.client import NOTIFICATION, EbayHttp, Request
from listbridge.marketplaces.ebay.errors import UNREADABLE
from listbridge.marketplaces.ebay.notices import key_in_lines
from listbridge.marketplaces.ebay.offers import calls, ending, form, preview, revising, sold_out
from listbridge.marketplaces.ebay.offers.categories import Categories
from listbridge.marketplaces.ebay.offers.choices import choices
from listbridge.marketplaces.ebay.offers.inventory import Inventory
from listbridge.marketplaces.ebay.offers.migrating import EbayAdopting
from listbridge.marketplaces.ebay.offers.publishing import Publishing
from listbridge.marketplaces.ebay.offers.reading import Reader
from listbridge.marketplaces.ebay.offers.seller_lists import SellerLists
from listbridge.marketplaces.ebay.offers.together import EbayTogether
from listbridge.marketplaces.ebay.offers.wire import PublicKey, User
from listbridge.marketplaces.ebay.orders.orders import Orders
from listbridge.marketplaces.ebay.sites import SITES, site_of


class EbayAdapter(UnaskedOfMarketplace):
    """One seller account; see `domain.ports.MarketplaceAdapter`. Safe to share between threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._http = EbayHttp(connection)
        self._inventory = Inventory(self._http)
        self._reader = Reader(self._inventory, AccountId(connection.id))
        self._categories = Categories(self._http)
        self._lists = SellerLists(self._http)
        self._orders = Orders(self._http)

    def identify(self) -> AccountIdentity:
        """The seller's immutable user id (a user name can be changed, getUser) and the sites, the seller's own
        first. The consent's end is known where the consent came through us."""
        request = Request("GET", "/commerce/identity/v1/user/", "getUser", host="apiz")
        user = self._http.read(request, User)
        home = Site(user.registration_marketplace_id or "")
        sites = sorted(SITES, key=lambda site: site != home)
        ends = self._connection.secret.get("refresh_token_expires_at", "")
        return AccountIdentity(user.user_id, tuple(sites), {CREDENTIALS_END: ends} if ends else {})

    def lease_key(self, listing: Listing) -> str:
        """The item, or its whole group: eBay refuses two writes at once within a group (25025)."""
        account = listing.key.account
        return f"{account}#group:{listing.group}" if listing.group else f"{account}#sku:{listing.key.sku}"

    def unit_key(self, listing: Listing) -> str:
        """The item with its offers on all sites."""
        return f"{listing.key.account}#sku:{listing.key.sku}"

    def revision_calls(self, listings: Sequence[Listing]) -> Mapping[str, int]:
        return {revising.OPERATION: 1}

    def revise(self, unit: UnitRevision) -> list[RevisionResult]:
        return revising.revise(self._inventory, unit, self._connection.clock.now())

    def read_back(self, listings: Sequence[Listing]) -> list[RemoteListing]:
        return self._reader.read_back(listings)

    def find(self, site: Site, sku: Sku) -> RemoteListing | None:
        return self._reader.find(site, sku)

    def barcodes(self, site: Site, skus: Sequence[Sku]) -> Mapping[Sku, tuple[str, ...]]:
        items = self._inventory.items(list(dict.fromkeys(skus)))
        return {sku: item.codes for sku, item in items.items() if item is not None and item.codes}

    def adopting(self) -> Adopting:
        return EbayAdopting(self._http, self._inventory, self._reader)

    def check(self, request: PublishRequest) -> None:
        preview.check(request)

    def preview(self, request: PublishRequest) -> tuple[FieldProblem, ...]:
        return preview.problems(self._categories, self._lists, request)

    def publishing_calls(
        self, kind: PublishKind, request: PublishRequest, progress: Mapping[str, str]
    ) -> Mapping[str, int]:
        return calls.publishing_calls(kind, request)

    def publish(self, request: PublishRequest, steps: PublishSteps) -> Published:
        return self._publishing(request, steps).publish()

    def together(self) -> PublishesTogether:
        return EbayTogether(self._inventory, self._publishing)

    def full_revise(self, request: PublishRequest, steps: PublishSteps) -> Published:
        return self._publishing(request, steps).full_revise()

    def end(self, request: PublishRequest, steps: PublishSteps) -> None:
        ending.end(self._inventory, request, steps)

    def keeps_sold_out(self) -> bool:
        return sold_out.is_kept(self._http)

    def keep_sold_out(self) -> int:
        return sold_out.keep(self._http)

    def orders_changed(self, since: datetime, cursor: str | None) -> OrderPage:
        return self._orders.changed(since, cursor)

    def read_order(self, order: RemoteOrderId) -> OrderRead:
        return self._orders.one(order)

    def shipments(self, order: RemoteOrderId) -> tuple[RemoteShipment, ...]:
        return self._orders.shipments(order)

    def tracking_as_told(self, tracking: str) -> str:
        """ "Only alphanumeric characters are supported" (ShippingFulfillmentDetails)."""
        return letters_and_digits(tracking)

    def ship(self, order: RemoteOrderId, parcel: Parcel, number: int) -> RemoteId:
        return self._orders.ship(order, parcel)

    def order_url(self, order: RemoteOrderId) -> str:
        """The order's page in Seller Hub (unverified, README); none is known outside eBay's production."""
        if self._http.connection.replaced or self._http.settings.environment != "production":
            return ""
        return f"https://www.ebay.com/sh/ord/details?orderid={quote(order, safe='')}"

    def listen(self, address: str, token: str) -> bool:
        """The seller enters both on the developer program's page of alerts and notifications."""
        return False

    def subscribe(self, address: str, token: str) -> Mapping[str, Problem | None]:
        return subscriptions.subscribe(self._http, address, token)

    def notice_key(self, id: str) -> str:
        request = Request("GET", f"{NOTIFICATION}/public_key/{quote(id, safe='')}", "getPublicKey", who="app")
        told = self._http.read(request, PublicKey).key
        try:
            return key_in_lines(told)
        except ValueError as error:
            raise UNREADABLE.error(detail=f"getPublicKey: {error}") from None

    def creation_form(self, site: Site, kind: str) -> Mapping[str, Any]:
        return form.creation_form(self._categories, site_of(site), kind)

    def creation_choices(self, site: Site) -> Mapping[str, Any]:
        return choices(self._http, self._categories, self._lists, site_of(site))

    def _publishing(self, request: PublishRequest, steps: PublishSteps) -> Publishing:
        site = site_of(request.site)
        return Publishing(
            self._inventory,
            request,
            steps,
            preview.prepared(self._categories, self._lists, request),
            url=lambda listing: self._reader.url(site, listing),
            now=self._connection.clock.now,
        )


def open_adapter(connection: Connection) -> MarketplaceAdapter:
    """The adapter of one account. Raises Unauthorized when its credentials lack the app's keys."""
    return EbayAdapter(connection)

"""The bazaar's adapter: one opened account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from listbridge.marketplaces.bazaar.client import BazaarHttp
from listbridge.marketplaces.bazaar.errors import BY_CODE, ENDED, REFUSED
from listbridge.marketplaces.bazaar.mapping import content, offer, order_read, ref_of, remote_listings, url_of
from listbridge.marketplaces.bazaar.settings import CreationSettings
from pydantic import ValidationError

from listbridge.domain.ids import AccountId, RemoteId, RemoteOrderId, Site, Sku
from listbridge.domain.listing import Listing, RemoteState
from listbridge.domain.orders import OrderRead
from listbridge.domain.ports import (
    AccountIdentity,
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
    Submission,
    Submitted,
    UnitRevision,
)
from listbridge.domain.problem import Problem
from listbridge.domain.shop_orders import Parcel
from listbridge.domain.verdicts import NotFound, OutcomeUnknown, Rejected, RemoteError, Unsupported
from listbridge.infra.connection import Connection

_LOOK = timedelta(seconds=30)


class BazaarAdapter:
    """See `domain.ports.MarketplaceAdapter`. Safe to share between threads."""

    def __init__(self, connection: Connection) -> None:
        self._http = BazaarHttp(connection)
        self._clock = connection.clock
        self._account = AccountId(connection.id)

    def identify(self) -> AccountIdentity:
        told = self._http.call("GET", "me", "me")
        return AccountIdentity(told["seller"], tuple(Site(one) for one in told["sites"]))

    # ---- values ----

    def lease_key(self, listing: Listing) -> str:
        return f"{listing.key.account}#{listing.key.site}#{listing.group or listing.key.sku}"

    def unit_key(self, listing: Listing) -> str:
        """The whole listing."""
        return self.lease_key(listing)

    def revision_calls(self, listings: Sequence[Listing]) -> Mapping[str, int]:
        return {"patchOffers": len({one.remote for one in listings})}

    def revise(self, unit: UnitRevision) -> list[RevisionResult]:
        """One call for each listing; what becomes of it is asked for later."""
        by_listing = defaultdict(list)
        results: dict[Any, RevisionResult] = {}
        for one in unit.revisions:
            if one.offer is None or one.remote is None:
                results[one.key] = RevisionResult(one.key, ENDED.error(detail="no offer is known"))
            else:
                by_listing[one.remote].append(one)
        for remote, revisions in by_listing.items():
            unit.check()
            body = {"offers": [{"id": one.offer, **offer(one.values)} for one in revisions]}
            try:
                told = self._http.call("PATCH", "patchOffers", "listings", remote, write=True, body=body)
            except Rejected as refused:
                results |= {one.key: RevisionResult(one.key, refused) for one in revisions}
                continue
            taken = Submission(told["ticket"], self._clock.now() + _LOOK)
            results |= {one.key: RevisionResult(one.key, submission=taken) for one in revisions}
        return [results[one.key] for one in unit.revisions]

    def bulk(self) -> None:
        """One listing a call."""

    def outcomes(self, submitted: Sequence[Submitted]) -> list[RevisionResult]:
        tickets = self._tickets([one.ticket for one in submitted])
        return [self._outcome(one, tickets.get(one.ticket)) for one in submitted]

    def _outcome(self, one: Submitted, ticket: Mapping[str, Any] | None) -> RevisionResult:
        if ticket is None:
            return RevisionResult(one.key, OutcomeUnknown(Problem("bazaar_unreadable")))
        if ticket["state"] == "waiting":
            return RevisionResult(one.key, submission=Submission(one.ticket, self._clock.now() + _LOOK))
        return RevisionResult(one.key, _refusals(ticket).get(one.key.sku))

    def _tickets(self, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        told = self._http.call("GET", "getTickets", "tickets", ids=",".join(dict.fromkeys(ids)))
        return {one["id"]: one for one in told["tickets"]}

    # ---- looking ----

    def read_back(self, listings: Sequence[Listing]) -> list[RemoteListing]:
        found: dict[Any, RemoteListing] = {}
        for row in listings:
            if row.remote is not None and row.key not in found:
                try:
                    told = self._http.call("GET", "getListing", "listings", row.remote)
                except NotFound:
                    continue
                found |= {one.key: one for one in remote_listings(told, self._account, row.key.site)}
        for site in dict.fromkeys(row.key.site for row in listings if row.remote is None):
            found = {one.key: one for one in self._all(site)} | found
        return [found.get(row.key) or RemoteListing(row.key, RemoteState.GONE) for row in listings]

    def _all(self, site: Site) -> Iterator[RemoteListing]:
        cursor: str | None = None
        while True:
            page = self.existing(site, cursor)
            yield from page.listings
            cursor = page.cursor
            if cursor is None:
                return

    def find(self, site: Site, sku: Sku) -> RemoteListing | None:
        """Never asked: the bazaar finds nothing by SKU."""
        raise TypeError("the bazaar finds nothing by SKU")

    def existing(self, site: Site, cursor: str | None) -> ExistingPage:
        """Pages overlap by one, so that what ends meanwhile moves nothing past us."""
        offset = int(cursor or 0)
        page = self._http.call("GET", "listListings", "sites", site, "listings", offset=offset)
        rows = [
            one
            for told in page["rows"]
            if told["offers"]
            for one in remote_listings(told, self._account, site)
        ]
        done = offset + len(page["rows"]) >= page["total"]
        return ExistingPage(
            tuple(rows), None if done else str(max(offset + 1, offset + len(page["rows"]) - 1))
        )

    # ---- publishing ----

    def check(self, request: PublishRequest) -> None:
        """Anything goes."""

    def preview(self, request: PublishRequest) -> tuple[FieldProblem, ...]:
        try:
            CreationSettings.model_validate(dict(request.creation.settings))
        except ValidationError as error:
            fields = [str(one["loc"][0]) for one in error.errors(include_input=False)]
            return tuple(
                FieldProblem(
                    f"settings.{one}",
                    Problem("bazaar_setting_missing", {"field": one}, "edit_creation_profile"),
                )
                for one in fields
            )
        pictures = [*request.product.images, *(one.image for one in request.product.variants if one.image)]
        missing = {"title": not request.product.title, "images": not pictures}
        codes = {"title": "bazaar_title_missing", "images": "bazaar_picture_missing"}
        return tuple(
            FieldProblem(name, Problem(codes[name], fix="edit_product"))
            for name, lacks in missing.items()
            if lacks
        )

    def publish(self, request: PublishRequest, steps: PublishSteps) -> Processing:
        return self._put(request, steps)

    def full_revise(self, request: PublishRequest, steps: PublishSteps) -> Processing:
        return self._put(request, steps, only="there")

    def _put(self, request: PublishRequest, steps: PublishSteps, **only: str) -> Processing:
        settings = CreationSettings.model_validate(dict(request.creation.settings)).model_dump()
        options = {one.sku: one.options for one in request.product.variants}
        skus = [one.key.sku for one in request.variants]
        with steps.unit(*skus) as unit:
            unit.check()
            variants = [{"sku": sku, **offer(unit.values[sku], options[sku])} for sku in skus]
            body = {**content(request, settings), "variants": variants}
            path = ("sites", request.site, "listings", ref_of(request))
            told = self._http.call("PUT", "putListing", *path, write=True, body=body, **only)
            for sku in skus:
                unit.accept(sku)
        offers = {Sku(sku): RemoteId(id) for sku, id in told["offers"].items() if sku in skus}
        steps.save(ticket=told["ticket"], listing=told["id"], ref=path[-1])
        group = RemoteId(path[-1]) if request.product.has_options else None
        return Processing(self._clock.now() + _LOOK, RemoteId(told["id"]), offers, group)

    def follow(self, request: FollowRequest) -> Published | Processing:
        id, ref = request.progress["ticket"], request.progress["ref"]
        remote = RemoteId(request.progress["listing"])
        offers = {one.key.sku: one.offer for one in request.variants if one.offer is not None}
        group = RemoteId(ref) if ref not in offers else None
        ticket = self._tickets([id]).get(id)
        if ticket is None or ticket["state"] == "waiting":
            return Processing(self._clock.now() + _LOOK, remote, offers, group)
        refused = _refusals(ticket)
        if offers and set(refused) >= set(offers):
            raise next(iter(refused.values()))
        on_sale = {sku: offer for sku, offer in offers.items() if sku not in refused}
        return Published(remote, on_sale, group, refused or None, url_of(remote))

    def end(self, request: PublishRequest, steps: PublishSteps) -> None:
        path = ("sites", request.site, "listings", ref_of(request))
        body = {"skus": [one.key.sku for one in request.variants]}
        self._http.call("DELETE", "endOffers", *path, write=True, body=body)

    # ---- orders ----

    def orders_changed(self, since: datetime, cursor: str | None) -> OrderPage:
        offset = int(cursor or 0)
        page = self._http.call("GET", "listOrders", "orders", changed_since=since.isoformat(), offset=offset)  # fmt: skip
        orders = tuple(order_read(one) for one in page["rows"])
        done = offset + len(orders) >= page["total"]
        return OrderPage(orders, None if done else str(max(offset + 1, offset + len(orders) - 5)))

    def read_order(self, order: RemoteOrderId) -> OrderRead:
        return order_read(self._http.call("GET", "getOrder", "orders", order))

    def shipments(self, order: RemoteOrderId) -> tuple[RemoteShipment, ...]:
        told = self._http.call("GET", "listParcels", "orders", order, "parcels")
        return tuple(RemoteShipment(RemoteId(one["id"]), None, one["tracking"]) for one in told["parcels"])

    def tracking_as_told(self, tracking: str) -> str:
        return tracking

    def ship(self, order: RemoteOrderId, parcel: Parcel, number: int) -> RemoteId:
        body = {"number": number, "carrier": parcel.carrier, "tracking": parcel.tracking}
        told = self._http.call("POST", "addParcel", "orders", order, "parcels", write=True, body=body)
        return RemoteId(told["id"])

    def order_url(self, order: RemoteOrderId) -> str:
        return f"https://bazaar.example/orders/{order}"

    def listen(self, address: str, token: str) -> bool:
        raise Unsupported(Problem("bazaar_unreadable"))

    def creation_form(self, site: Site, kind: str) -> Mapping[str, Any]:
        return CreationSettings.model_json_schema()

    def creation_choices(self, site: Site) -> Mapping[str, Any]:
        return dict(self._http.call("GET", "choices", "sites", site, "choices"))


def _refusals(ticket: Mapping[str, Any]) -> dict[Sku, RemoteError]:
    return {
        Sku(one["sku"]): BY_CODE.get(one["code"], REFUSED).error(one["code"]) for one in ticket["problems"]
    }


def open_adapter(connection: Connection) -> MarketplaceAdapter:
    return BazaarAdapter(connection)

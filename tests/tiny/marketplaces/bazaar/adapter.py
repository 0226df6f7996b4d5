"""The bazaar's adapter: one opened account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from listbridge.marketplaces.bazaar.client import BazaarHttp
from listbridge.marketplaces.bazaar.errors import BY_CODE, ENDED, REFUSED
from listbridge.marketplaces.bazaar.mapping import content, offer, order_read, ref_of, remote_listings, url_of
from listbridge.marketplaces.bazaar.settings import CreationSettings

from listbridge.domain import ports
from listbridge.domain.ids import AccountId, ListingKey, RemoteId, RemoteOrderId, Site, Sku
from listbridge.domain.listings.listing import Listing, RemoteState
from listbridge.domain.orders.orders import OrderRead
from listbridge.domain.orders.shop_orders import Parcel
from listbridge.domain.ports.unasked import UnaskedOfMarketplace
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, OutcomeUnknown, Rejected, RemoteError
from listbridge.domain.work import PublishKind
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.offset_pages import following
from listbridge.infra.mapping.profile_settings import read_settings, settings_problems

_LOOK = timedelta(seconds=30)


class BazaarAdapter(UnaskedOfMarketplace):
    """See `domain.ports.MarketplaceAdapter`. Safe to share between threads."""

    def __init__(self, connection: Connection) -> None:
        self._http, self._clock = BazaarHttp(connection), connection.clock
        self._account = AccountId(connection.id)

    def identify(self) -> ports.AccountIdentity:
        told = self._http.call("GET", "me", "me")
        return ports.AccountIdentity(told["seller"], tuple(Site(one) for one in told["sites"]))

    # ---- values ----

    def lease_key(self, listing: Listing) -> str:
        return f"{listing.key.account}#{listing.key.site}#{listing.group or listing.key.sku}"

    unit_key = lease_key  # the whole listing

    def revision_calls(self, listings: Sequence[Listing]) -> Mapping[str, int]:
        return {"patchOffers": len({one.remote for one in listings})}

    def revise(self, unit: ports.UnitRevision) -> list[ports.RevisionResult]:
        """One call for each listing; what becomes of it is asked for later."""
        gone = [one for one in unit.revisions if one.offer is None or one.remote is None]
        results = {one.key: ports.RevisionResult(one.key, ENDED.error(detail="no offer")) for one in gone}
        by_listing = defaultdict(list)
        for one in unit.revisions:
            if one.key not in results:
                by_listing[str(one.remote)].append(one)
        for remote, revisions in by_listing.items():
            unit.check()
            body = {"offers": [{"id": one.offer, **offer(one.values)} for one in revisions]}
            try:
                told = self._http.call("PATCH", "patchOffers", "listings", remote, write=True, body=body)
            except Rejected as refused:
                results |= {one.key: ports.RevisionResult(one.key, refused) for one in revisions}
            else:
                results |= {one.key: self._taken(one.key, told["ticket"]) for one in revisions}
        return [results[one.key] for one in unit.revisions]

    def outcomes(self, submitted: Sequence[ports.Submitted]) -> list[ports.RevisionResult]:
        tickets = self._tickets([one.ticket for one in submitted])
        return [self._outcome(one, tickets.get(one.ticket)) for one in submitted]

    def _outcome(self, one: ports.Submitted, ticket: Mapping[str, Any] | None) -> ports.RevisionResult:
        if ticket is None:
            return ports.RevisionResult(one.key, OutcomeUnknown(Problem("bazaar_unreadable")))
        if ticket["state"] == "waiting":
            return self._taken(one.key, one.ticket)
        return ports.RevisionResult(one.key, _refusals(ticket).get(one.key.sku))

    def _taken(self, key: ListingKey, ticket: str) -> ports.RevisionResult:
        return ports.RevisionResult(key, submission=ports.Submission(ticket, self._clock.now() + _LOOK))

    def _tickets(self, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        told = self._http.call("GET", "getTickets", "tickets", ids=",".join(dict.fromkeys(ids)))
        return {one["id"]: one for one in told["tickets"]}

    # ---- looking ----

    def read_back(self, listings: Sequence[Listing]) -> list[ports.RemoteListing]:
        found: dict[Any, ports.RemoteListing] = {}
        for row in listings:
            if row.key not in found:
                ref = ("listings", row.remote or f"{row.key.site}:{row.key.sku}")
                with suppress(NotFound):
                    told = self._http.call("GET", "getListing", *ref)
                    found |= {one.key: one for one in remote_listings(told, self._account, row.key.site)}
        return [found.get(row.key) or ports.RemoteListing(row.key, RemoteState.GONE) for row in listings]

    def existing(self, site: Site, cursor: str | None) -> ports.ExistingPage:
        offset = int(cursor or 0)
        page = self._http.call("GET", "listListings", "sites", site, "listings", offset=offset)
        there = [told for told in page["rows"] if told["offers"]]
        rows = [one for told in there for one in remote_listings(told, self._account, site)]
        return ports.ExistingPage(tuple(rows), following(offset, len(page["rows"]), page["total"], overlap=1))

    # ---- publishing ----

    def preview(self, request: ports.PublishRequest) -> tuple[ports.FieldProblem, ...]:
        wrong = settings_problems(CreationSettings, request.creation.settings)
        there = {"title": request.product.title, "images": content(request, {})["pictures"]}
        lacks = {one: Problem(f"bazaar_{one}_missing", fix="edit_product") for one in there if not there[one]}
        return wrong or tuple(ports.FieldProblem(name, problem) for name, problem in lacks.items())

    def publishing_calls(
        self, kind: PublishKind, request: ports.PublishRequest, progress: Mapping[str, str]
    ) -> Mapping[str, int]:
        return {kind.value: 1}

    def publish(self, request: ports.PublishRequest, steps: ports.PublishSteps) -> ports.Processing:
        return self._put(request, steps)

    def full_revise(self, request: ports.PublishRequest, steps: ports.PublishSteps) -> ports.Processing:
        return self._put(request, steps, only="there")

    def _put(self, request: ports.PublishRequest, steps: ports.PublishSteps, **only: str) -> ports.Processing:
        settings = read_settings(CreationSettings, request.creation.settings).model_dump()
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
        return ports.Processing(self._clock.now() + _LOOK, RemoteId(told["id"]), offers, group)

    def follow(self, request: ports.FollowRequest) -> ports.Published | ports.Processing:
        id, ref = request.progress["ticket"], request.progress["ref"]
        remote = RemoteId(request.progress["listing"])
        offers = {one.key.sku: one.offer for one in request.variants if one.offer is not None}
        group = RemoteId(ref) if ref not in offers else None
        ticket = self._tickets([id]).get(id)
        if ticket is None or ticket["state"] == "waiting":
            return ports.Processing(self._clock.now() + _LOOK, remote, offers, group)
        refused = _refusals(ticket)
        if offers and set(refused) >= set(offers):
            raise next(iter(refused.values()))
        on_sale = {sku: offer for sku, offer in offers.items() if sku not in refused}
        return ports.Published(remote, on_sale, group, refused or None, url_of(remote))

    def end(self, request: ports.PublishRequest, steps: ports.PublishSteps) -> None:
        path = ("sites", request.site, "listings", ref_of(request))
        body = {"skus": [one.key.sku for one in request.variants]}
        self._http.call("DELETE", "endOffers", *path, write=True, body=body)

    # ---- orders ----

    def orders_changed(self, since: datetime, cursor: str | None) -> ports.OrderPage:
        offset = int(cursor or 0)
        page = self._http.call("GET", "listOrders", "orders", changed_since=since.isoformat(), offset=offset)
        orders = tuple(order_read(one) for one in page["rows"])
        return ports.OrderPage(orders, following(offset, len(orders), page["total"], overlap=5))

    def read_order(self, order: RemoteOrderId) -> OrderRead:
        return order_read(self._http.call("GET", "getOrder", "orders", order))

    def shipments(self, order: RemoteOrderId) -> tuple[ports.RemoteShipment, ...]:
        told = self._http.call("GET", "listParcels", "orders", order, "parcels")
        parcels = [(RemoteId(one["id"]), one["tracking"]) for one in told["parcels"]]
        return tuple(ports.RemoteShipment(id, None, tracking) for id, tracking in parcels)

    def ship(self, order: RemoteOrderId, parcel: Parcel, number: int) -> RemoteId:
        body = {"number": number, "carrier": parcel.carrier, "tracking": parcel.tracking}
        told = self._http.call("POST", "addParcel", "orders", order, "parcels", write=True, body=body)
        return RemoteId(told["id"])

    def order_url(self, order: RemoteOrderId) -> str:
        return f"https://bazaar.example/orders/{order}"

    def creation_form(self, site: Site, kind: str) -> Mapping[str, Any]:
        return CreationSettings.model_json_schema()

    def creation_choices(self, site: Site) -> Mapping[str, Any]:
        return dict(self._http.call("GET", "choices", "sites", site, "choices"))


def _refusals(ticket: Mapping[str, Any]) -> dict[Sku, RemoteError]:
    told = [(Sku(one["sku"]), one["code"]) for one in ticket["problems"]]
    return {sku: BY_CODE.get(code, REFUSED).error(code) for sku, code in told}


def open_adapter(connection: Connection) -> ports.MarketplaceAdapter:
    return BazaarAdapter(connection)

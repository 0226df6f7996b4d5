"""How one account of a scripted market is written to and read: each call may suffer what the market has planned for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from listbridge.domain.ids import AccountId, ListingKey, RemoteId, RemoteOrderId, Site, Sku
from listbridge.domain.listings.listing import Listing, RemoteState, Values
from listbridge.domain.orders.orders import OrderRead
from listbridge.domain.orders.shop_orders import Parcel
from listbridge.domain.ports import (
    AccountIdentity,
    ExistingPage,
    FieldProblem,
    FollowRequest,
    OrderPage,
    Processing,
    Published,
    PublishRequest,
    PublishSteps,
    RemoteListing,
    RemoteShipment,
    Revision,
    RevisionResult,
    Submission,
    Submitted,
    UnitRevision,
)
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, Rejected, RemoteError
from listbridge.domain.work import PublishKind
from tests.fakes.scripted_adopting import ScriptedAdopting
from tests.fakes.scripted_offers import Offer
from tests.fakes.scripted_orders import as_told

if TYPE_CHECKING:
    from tests.fakes.scripted_market import ScriptedMarket


@dataclass
class ScriptedBulk:
    """`BulkWriter` of one account."""

    adapter: ScriptedAdapter
    least: int = 3
    settle_s: float = 600.0

    @property
    def most(self) -> int:
        return self.adapter.market.most

    @property
    def urgent_below(self) -> int:
        return self.adapter.market.urgent_below

    @property
    def urgent_most(self) -> int | None:
        return self.adapter.market.urgent_most

    def calls(self, units: int) -> Mapping[str, int]:
        return {"submit": 1}

    def submit(self, units: Sequence[UnitRevision]) -> list[RevisionResult]:
        for unit in units:
            unit.check()
        revisions = [one for unit in units for one in unit.revisions]
        market = self.adapter.market
        if market.refuses_bulk is not None:
            raise market.refuses_bulk

        def taken_in(one: Revision) -> RevisionResult:
            market.arrived("submit", one.key, one.values)
            return RevisionResult(one.key, submission=market.submit(one.key, one.values, many=True))

        return market.call("submit", self.adapter.account, lambda: [taken_in(one) for one in revisions], write=True)


@dataclass
class ScriptedAdapter:
    """`MarketplaceAdapter` for one account of a scripted market."""

    market: ScriptedMarket
    account: AccountId

    def identify(self) -> AccountIdentity:
        return self._call("identify", lambda: AccountIdentity("seller", (Site("X_DE"),)), write=False)

    def listen(self, address: str, token: str) -> bool:
        def told() -> bool:
            self.market.listened.append((self.account, address))
            return True

        return self._call("listen", told, write=False)

    def stop_listening(self, address: str, *, last: bool) -> None:
        def told() -> None:
            self.market.stopped.append((self.account, address, last))

        self._call("stop_listening", told, write=False)

    def lease_key(self, listing: Listing) -> str:
        unit: str = listing.group if self.market.grouped and listing.group else listing.key.sku
        if self.market.unit_is_listing and listing.remote:
            unit = listing.remote
        return f"unit#{listing.key.account}#{unit}"

    def creation_choices(self, site: Site) -> Mapping[str, Any]:
        return {}

    def unit_key(self, listing: Listing) -> str:
        unit = listing.remote if self.market.unit_is_listing and listing.remote else listing.key.sku
        return f"{listing.key.account}#{unit}"

    def revision_calls(self, listings: Sequence[Listing]) -> Mapping[str, int]:
        return {"revise": 1}

    def revise(self, unit: UnitRevision) -> list[RevisionResult]:
        unit.check()
        for revision in unit.revisions:
            poison = self.market.poisoned.get(revision.key.sku)
            if poison is not None:
                self.market.before_call("remote.revise")
                raise poison
        return self._call("revise", lambda: [self._revise(one) for one in unit.revisions], write=True)

    def _revise(self, revision: Revision) -> RevisionResult:
        self.market.arrived("revise", revision.key, revision.values)
        if self.market.decides_after_s is not None:
            return RevisionResult(revision.key, submission=self.market.submit(revision.key, revision.values))
        return self.market.apply(revision.key, revision.values)

    def adopting(self) -> ScriptedAdopting | None:
        return ScriptedAdopting(self.market, self.account) if self.market.adopts else None

    def bulk(self) -> ScriptedBulk | None:
        return ScriptedBulk(self) if self.market.takes_bulk else None

    def outcomes(self, submitted: Sequence[Submitted]) -> list[RevisionResult]:
        return self._asked("outcomes", lambda: [self._outcome(one) for one in submitted])

    def _outcome(self, one: Submitted) -> RevisionResult:
        if one.ticket not in self.market.submissions:
            return RevisionResult(one.key, OutcomeUnknown(Problem("ticket_unknown")))
        again = Submission(one.ticket, self.market.clock.now() + timedelta(seconds=60))
        return self.market.decided.get(one.ticket) or RevisionResult(one.key, submission=again)

    def read_back(self, listings: Sequence[Listing]) -> list[RemoteListing]:
        if self.market.unreadable is not None:
            raise self.market.unreadable
        return self._call("read_back", lambda: [self._seen(row.key) for row in listings], write=False)

    def _seen(self, key: ListingKey) -> RemoteListing:
        live = self.market.live(key)
        if not live:
            return RemoteListing(key, RemoteState.GONE)
        return self._shown(live[-1])

    def _shown(self, offer: Offer) -> RemoteListing:
        values = Values(offer.quantity, offer.price)
        return RemoteListing(
            offer.key,
            offer.state,
            offer.id,
            offer.remote,
            None,
            values,
            fulfilled_by_marketplace=offer.key.sku in self.market.fulfilled_here,
        )

    def find(self, site: Site, sku: Sku) -> RemoteListing | None:
        key = ListingKey(self.account, site, sku)
        seen: RemoteListing = self._call("find", lambda: self._seen(key), write=False)
        return None if seen.gone else seen

    def barcodes(self, site: Site, skus: Sequence[Sku]) -> Mapping[Sku, tuple[str, ...]]:
        wanted = {sku: self.market.barcodes[sku] for sku in skus if sku in self.market.barcodes}
        found: Mapping[Sku, tuple[str, ...]] = self._asked("barcodes", lambda: wanted)
        return found

    def existing(self, site: Site, cursor: str | None) -> ExistingPage:
        return self._asked("existing", lambda: self._existing(site, int(cursor or 0)))

    def _existing(self, site: Site, start: int) -> ExistingPage:
        mine = [
            one for one in self.market.offers if one.key.account == self.account and one.key.site == site and one.live
        ]
        page = mine[start : start + self.market.page_size]
        more = start + len(page) < len(mine)
        return ExistingPage(tuple(map(self._shown, page)), str(start + len(page)) if more else None)

    def preview(self, request: PublishRequest) -> tuple[FieldProblem, ...]:
        skus = [variant.key.sku for variant in request.variants]
        poisons = {sku: self.market.poisoned.get(sku) for sku in skus}
        return tuple(FieldProblem("", one.problem, sku) for sku, one in poisons.items() if isinstance(one, Rejected))

    def publishing_calls(
        self, kind: PublishKind, request: PublishRequest, progress: Mapping[str, str]
    ) -> Mapping[str, int]:
        return {kind.value: len(request.variants)}

    def check(self, request: PublishRequest) -> None:
        """Anything goes."""

    def publish(self, request: PublishRequest, steps: PublishSteps) -> Published | Processing:
        offers: dict[Sku, RemoteId] = {}
        left_out: dict[Sku, RemoteError] = {}
        for variant in request.variants:
            sku = variant.key.sku
            poison = self.market.poisoned.get(sku)
            if isinstance(poison, Rejected):
                left_out[sku] = poison
                continue
            if poison is not None:
                raise poison
            offers[sku] = self._draft(variant.key, steps)
            with steps.unit(sku) as unit:
                unit.check()
                values = unit.values[sku]
                self._call("put_values", lambda id=offers[sku], values=values: self._put(id, values), write=True)
                unit.accept(sku)
        if not offers:
            raise next(iter(left_out.values()))
        remote = self._go_live([offers[sku] for sku in offers], steps)
        if self.market.publishes_after_s is None:
            return Published(remote, offers, None, left_out)
        live_at = self._offer(next(iter(offers.values()))).live_at
        return Processing(live_at or self.market.clock.now(), remote, offers, left_out=left_out)

    def follow(self, request: FollowRequest) -> Published | Processing:
        return self._asked("follow", lambda: self._followed(request))

    def _followed(self, request: FollowRequest) -> Published | Processing:
        offers = {v.key.sku: v.offer for v in request.variants if v.offer is not None}
        made = [self._offer(id) for id in offers.values()]
        if any(offer.processing for offer in made):
            return Processing(self.market.clock.now() + timedelta(seconds=60), made[0].remote, offers)
        refused = {sku: Rejected(why) for sku, why in self.market.refused_later.items() if sku in offers}
        if len(refused) == len(offers):
            raise next(iter(refused.values()))
        remote = RemoteId(request.progress["listing"])
        return Published(remote, {s: id for s, id in offers.items() if s not in refused}, None, refused)

    def _draft(self, key: ListingKey, steps: PublishSteps) -> RemoteId:
        name, mark = f"offer:{key.sku}", f"creating:{key.sku}"
        known = steps.progress.get(name)
        if known is not None:
            return RemoteId(known)
        found: RemoteId | None = None
        if mark in steps.progress:
            found = self._call("look", lambda: self._look(key), write=False)
        if found is None:
            steps.save(**{mark: "yes"})
            found = self._call("create", lambda: self._create(key), write=True)
        assert found is not None
        steps.save(**{name: found})
        return found

    def _create(self, key: ListingKey) -> RemoteId:
        offer = Offer(self.market.new_id(), key, self.market.clock.now())
        self.market.offers.append(offer)
        return offer.id

    def _look(self, key: ListingKey) -> RemoteId | None:
        """What a search shows: a draft made a moment ago is not in it yet."""
        seen_until = self.market.clock.now() - timedelta(seconds=self.market.look_lag_s)
        ids = [offer.id for offer in self.market.offers if offer.key == key and offer.made_at <= seen_until]
        return ids[-1] if ids else None

    def _put(self, id: RemoteId, values: Values) -> None:
        offer = self._offer(id)
        self.market.arrived("put_values", offer.key, values)
        offer.quantity = offer.quantity if values.quantity is None else values.quantity
        offer.price = offer.price if values.price is None else values.price

    def _go_live(self, ids: Sequence[RemoteId], steps: PublishSteps) -> RemoteId:
        remote: RemoteId = self._call("go_live", lambda: self._publish(ids), write=True)
        steps.save(listing=remote)
        return remote

    def _publish(self, ids: Sequence[RemoteId]) -> RemoteId:
        """Publishing what is live already changes nothing, and tells its id."""
        offers = [self._offer(id) for id in ids]
        remote = next((offer.remote for offer in offers if offer.live), None) or self.market.new_id()
        for offer in offers:
            offer.live, offer.remote = True, remote
            if self.market.publishes_after_s is not None and not offer.published:
                offer.live_at = self.market.clock.now() + timedelta(seconds=self.market.publishes_after_s)
                offer.processing = True
        return remote

    def full_revise(self, request: PublishRequest, steps: PublishSteps) -> Published | Processing:
        return self.publish(request, steps)

    def end(self, request: PublishRequest, steps: PublishSteps) -> None:
        keys = {variant.key for variant in request.variants}
        self._call("end", lambda: self._end(keys), write=True)

    def _end(self, keys: set[ListingKey]) -> None:
        for offer in self.market.offers:
            if offer.key in keys:
                offer.live = False

    # ---- orders ----

    def orders_changed(self, since: datetime, cursor: str | None) -> OrderPage:
        return self._asked("orders_changed", lambda: self.market.book.changed(self.account, since, cursor))

    def read_order(self, order: RemoteOrderId) -> OrderRead:
        return self._asked("read_order", lambda: self.market.book.read(self.account, order))

    def shipments(self, order: RemoteOrderId) -> tuple[RemoteShipment, ...]:
        return self._asked("shipments", lambda: self.market.book.shipments(self.account, order))

    def tracking_as_told(self, tracking: str) -> str:
        return as_told(tracking)

    def ship(self, order: RemoteOrderId, parcel: Parcel, number: int) -> RemoteId:
        return self._call("ship", lambda: self.market.book.ship(self.account, order, parcel, number), write=True)

    def order_url(self, order: RemoteOrderId) -> str:
        return f"https://market.example/{order}"

    def _asked(self, operation: str, apply: Callable[[], Any]) -> Any:
        return self._call(operation, apply, write=False)

    def _offer(self, id: RemoteId) -> Offer:
        return next(offer for offer in self.market.offers if offer.id == id)

    def _call(self, operation: str, apply: Callable[[], Any], *, write: bool) -> Any:
        return self.market.call(operation, self.account, apply, write=write)

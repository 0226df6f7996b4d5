"""A marketplace of our own making: it keeps state, counts, forgets nothing, and does wrong what it is told to.

It stands for the worst that a platform may be: creating twice makes two, a look shows a fresh draft only after a while,
and a call whose answer is lost may land late.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from listbridge.domain.configuration import Account
from listbridge.domain.ids import AccountId, ListingKey, RemoteId, RemoteOrderId, Site, Sku
from listbridge.domain.listing import Listing, RemoteState, Values, Zero
from listbridge.domain.money import Money
from listbridge.domain.orders import OrderRead
from listbridge.domain.ports import (
    AccountIdentity,
    Budget,
    Clock,
    ExistingPage,
    FieldProblem,
    FollowRequest,
    MarketplaceTraits,
    OrderPage,
    Processing,
    Published,
    PublishRequest,
    PublishSteps,
    RemoteListing,
    RemoteShipment,
    Revision,
    RevisionResult,
    Share,
    Submission,
    Submitted,
    UnitRevision,
)
from listbridge.domain.problem import Problem
from listbridge.domain.rules import Bounds
from listbridge.domain.shop_orders import Parcel
from listbridge.domain.verdicts import (
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RemoteError,
    RetryLater,
    Unauthorized,
    ZeroRefused,
)
from simulators.faults import Fault, FaultPlan
from tests.fakes.budget import FakeBudget
from tests.fakes.scripted_orders import HOME, ORDER_TRAITS, OrderBook, Placed

SETTLE_S = 30.0
FIRST = AccountId("acc_1")
TRAITS = MarketplaceTraits(
    settle_s=SETTLE_S, revise_batch=25, revise_rate=25.0, max_sku_length=50, orders=ORDER_TRAITS,
)  # fmt: skip


@dataclass
class Offer:
    """One offer: a draft until `live`. Two live ones for one key would break P4, and nothing here prevents that."""

    id: RemoteId
    key: ListingKey
    made_at: datetime
    live: bool = False
    remote: RemoteId | None = None
    quantity: int | None = None
    price: Money | None = None
    paused: bool = False
    processing: bool = False
    published: bool = False
    live_at: datetime | None = None

    @property
    def state(self) -> RemoteState:
        if not self.live:
            return RemoteState.GONE
        if self.processing:
            return RemoteState.PROCESSING
        return RemoteState.PAUSED if self.paused else RemoteState.LIVE


@dataclass(frozen=True)
class Sent:
    """One write that reached the marketplace, in the order of its sending."""

    at: datetime
    operation: str
    key: ListingKey
    values: Values


@dataclass
class ScriptedMarket:
    """All accounts of one marketplace. `before_call` is asked before every call and may kill or overtake its worker."""

    clock: Clock
    before_call: Callable[[str], None] = lambda name: None
    latency_s: float = 0.1
    look_lag_s: float = 20.0
    offers: list[Offer] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    on_sent: list[Callable[[Sent], None]] = field(default_factory=list)
    """Who wants to see each write as it arrives."""
    plan: FaultPlan = field(default_factory=FaultPlan)
    poisoned: dict[Sku, Exception] = field(default_factory=dict)
    refused_prices: set[Sku] = field(default_factory=set)
    late: list[Callable[[], None]] = field(default_factory=list)
    budgets: dict[Share, FakeBudget] = field(default_factory=dict)
    dead_accounts: set[AccountId] = field(default_factory=set)
    refuses_zero: bool = False
    zero: Zero = Zero.KEEPS
    decides_after_s: float | None = None
    """Writes are only taken in, and are decided and take effect so much later."""
    undecided: bool = False
    """What was submitted stays so."""
    submissions: dict[str, Submitted] = field(default_factory=dict)
    decided: dict[str, RevisionResult] = field(default_factory=dict)
    publishes_after_s: float | None = None
    """A publishing is only taken in, under its remote id, and is live so much later."""
    refused_later: dict[Sku, Problem] = field(default_factory=dict)
    """What is refused of a publishing that was taken in."""
    shares_stock: bool = False
    fulfilled_here: set[Sku] = field(default_factory=set)
    """What the marketplace keeps and sends out itself."""
    takes_bulk: bool = False
    """Three units and more are submitted in one go, and decided later."""
    refuses_bulk: RemoteError | None = None
    finds_by_sku: bool = True
    page_size: int = 2
    """How many listings stand on a page of all of them."""
    grouped: bool = False
    unit_is_listing: bool = False
    """All variants of a listing are written in one call."""
    calls: int = 0
    book: OrderBook = field(init=False)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _ids: Any = field(default_factory=lambda: itertools.count(1000))

    def __post_init__(self) -> None:
        self.book = OrderBook(self.clock)

    # ---- the `Marketplaces` port ----

    def open(self, account: Account, share: Share = Share.ORDINARY) -> tuple[ScriptedAdapter, Budget]:
        return ScriptedAdapter(self, account.id), self.budgets.setdefault(share, FakeBudget(self.clock))

    def traits(self, account: Account) -> MarketplaceTraits:
        return replace(TRAITS, shares_stock=self.shares_stock, finds_by_sku=self.finds_by_sku, zero=self.zero)

    def label(self, marketplace: str) -> str:
        return "Scripted"

    def polls_are_shared(self, account: Account) -> bool:
        return True

    def bounds(self, account: Account, site: Site) -> Bounds:
        return Bounds("EUR")

    def currency(self, marketplace: str, site: Site) -> str:
        return "EUR"

    # ---- what a test sees and does ----

    def live(self, key: ListingKey) -> list[Offer]:
        return [offer for offer in self.offers if offer.key == key and offer.live]

    def shown(self, key: ListingKey) -> tuple[int | None, str] | None:
        """Quantity and price of the one live listing; None when there is none."""
        live = self.live(key)
        assert len(live) <= 1, f"{len(live)} live listings of {key}"
        return (live[0].quantity, str(live[0].price.amount) if live[0].price else "") if live else None

    def buy(self, sku: str, units: int = 1, *, account: AccountId = FIRST, price: str = "10.00",
            **order: Any) -> Placed | None:  # fmt: skip
        """A buyer takes so many of what a listing shows, and the listing counts down by itself; None: not enough there."""
        live = self.live(ListingKey(account, HOME, Sku(sku)))
        if not live or (live[0].quantity or 0) < units:
            return None
        live[0].quantity = (live[0].quantity or 0) - units
        self.sold_out(live[0])
        return self.book.place(account, [(sku, units, str(Decimal(price) * units))], **order)

    def sell_elsewhere(self, key: ListingKey, quantity: int, price: Money) -> Offer:
        """The seller listed this by hand, before us."""
        offer = Offer(
            self.new_id(), key, self.clock.now() - timedelta(days=9), True, self.new_id(), quantity, price
        )
        self.offers.append(offer)
        return offer

    def land_late_calls(self) -> None:
        """What was still under way arrives now."""
        late, self.late = self.late, []
        for call in late:
            call()

    def submit(self, key: ListingKey, values: Values) -> Submission:
        """Take a write in."""
        ticket, now = f"t{self.new_id()}", self.clock.now()
        self.submissions[ticket] = Submitted(key, ticket, values, now)
        return Submission(ticket, now + timedelta(seconds=self.decides_after_s or 0))

    def decide(self) -> None:
        """Let what was submitted or published long enough ago take effect, in the order in which it came."""
        for offer in self.offers:
            if offer.processing and offer.live_at and (offer.live_at or self.clock.now()) <= self.clock.now():
                offer.processing, offer.published = False, True
                offer.live = offer.key.sku not in self.refused_later
        for ticket, one in list(self.submissions.items()):
            due = one.at + timedelta(seconds=self.decides_after_s or 0)
            if ticket not in self.decided and not self.undecided and due <= self.clock.now():
                self.decided[ticket] = self.apply(one.key, one.values)

    def apply(self, key: ListingKey, values: Values) -> RevisionResult:
        """The write takes effect, or is refused."""
        if values.quantity == 0 and self.refuses_zero:
            return RevisionResult(key, ZeroRefused(Problem("zero_refused", fix="allow_zero")))
        if values.price is not None and key.sku in self.refused_prices:
            return RevisionResult(key, Rejected(Problem("price_refused", fix="set_price_in_shop")))
        live = self.live(key)
        if not live:
            return RevisionResult(key, Rejected(Problem("listing_ended")))
        for offer in live:
            offer.quantity = offer.quantity if values.quantity is None else values.quantity
            offer.price = offer.price if values.price is None else values.price
            self.sold_out(offer)
        return RevisionResult(key)

    def sold_out(self, offer: Offer) -> None:
        """What becomes of a listing at 0, and that it is shown again when it has some."""
        offer.paused = self.zero is Zero.PAUSES and offer.quantity == 0
        offer.live = offer.live and not (self.zero is Zero.ENDS and offer.quantity == 0)

    def arrived(self, operation: str, key: ListingKey, values: Values) -> None:
        sent = Sent(self.clock.now(), operation, key, values)
        self.sent.append(sent)
        for see in self.on_sent:
            see(sent)

    def new_id(self) -> RemoteId:
        return RemoteId(str(next(self._ids)))

    # ---- one call ----

    def call(self, operation: str, account: AccountId, apply: Callable[[], Any], *, write: bool) -> Any:
        """Let the call arrive, or suffer what was planned for it."""
        self.before_call(f"remote.{operation}")
        self.calls += 1
        self.clock.sleep(self.latency_s)
        if account in self.dead_accounts:
            raise Unauthorized(Problem("token_revoked"))
        fault = self.plan.strike(operation)
        if fault is not None:
            return self._suffer(fault, apply, write=write)
        with self._lock:
            self.decide()
            result = apply()
        self.before_call(f"remote.{operation}.answered")
        return result

    def _suffer(self, fault: Fault, apply: Callable[[], Any], *, write: bool) -> Any:
        lost: RemoteError = (
            OutcomeUnknown(Problem("no_answer")) if write else RetryLater(Problem("no_answer"))
        )
        if fault.kind == "status" and fault.status == 429:
            raise RateLimited(Problem("too_many_requests"), after_s=1)
        if fault.kind == "drop_before":
            raise RetryLater(Problem("connection_failed"))
        if fault.kind == "drop_after":
            apply()
            raise lost
        if fault.kind == "delay":
            self.late.append(apply)
            raise lost
        raise lost  # any other status, and a page of HTML


@dataclass
class ScriptedBulk:
    """`BulkWriter` of one account."""

    adapter: ScriptedAdapter
    least: int = 3
    most: int = 5

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
            return RevisionResult(one.key, submission=market.submit(one.key, one.values))

        return market.call(
            "submit", self.adapter.account, lambda: [taken_in(one) for one in revisions], write=True
        )


@dataclass
class ScriptedAdapter:
    """`MarketplaceAdapter` for one account of a scripted market."""

    market: ScriptedMarket
    account: AccountId

    def identify(self) -> AccountIdentity:
        return self._call("identify", lambda: AccountIdentity("seller", (Site("X_DE"),)), write=False)

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
        return self._call("read_back", lambda: [self._seen(row.key) for row in listings], write=False)

    def _seen(self, key: ListingKey) -> RemoteListing:
        live = self.market.live(key)
        if not live:
            return RemoteListing(key, RemoteState.GONE)
        offer = live[-1]
        values = Values(offer.quantity, offer.price)
        return RemoteListing(
            key, offer.state, offer.id, offer.remote, None, values,
            fulfilled_by_marketplace=key.sku in self.market.fulfilled_here,
        )  # fmt: skip

    def find(self, site: Site, sku: Sku) -> RemoteListing | None:
        key = ListingKey(self.account, site, sku)
        seen: RemoteListing = self._call("find", lambda: self._seen(key), write=False)
        return None if seen.gone else seen

    def existing(self, site: Site, cursor: str | None) -> ExistingPage:
        return self._asked("existing", lambda: self._existing(site, int(cursor or 0)))

    def _existing(self, site: Site, start: int) -> ExistingPage:
        mine = [
            one
            for one in self.market.offers
            if one.key.account == self.account and one.key.site == site and one.live
        ]
        page = mine[start : start + self.market.page_size]
        more = start + len(page) < len(mine)
        return ExistingPage(
            tuple(self._seen(one.key) for one in page), str(start + len(page)) if more else None
        )

    def preview(self, request: PublishRequest) -> tuple[FieldProblem, ...]:
        skus = [variant.key.sku for variant in request.variants]
        poisons = {sku: self.market.poisoned.get(sku) for sku in skus}
        return tuple(
            FieldProblem("", one.problem, sku) for sku, one in poisons.items() if isinstance(one, Rejected)
        )

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
                self._call(
                    "put_values", lambda id=offers[sku], values=values: self._put(id, values), write=True
                )
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
        return tracking.replace(" ", "")

    def ship(self, order: RemoteOrderId, parcel: Parcel, number: int) -> RemoteId:
        told = replace(parcel, tracking=self.tracking_as_told(parcel.tracking))
        return self._call("ship", lambda: self.market.book.ship(self.account, order, told), write=True)

    def order_url(self, order: RemoteOrderId) -> str:
        return f"https://market.example/{order}"

    def _asked(self, operation: str, apply: Callable[[], Any]) -> Any:
        return self._call(operation, apply, write=False)

    def _offer(self, id: RemoteId) -> Offer:
        return next(offer for offer in self.market.offers if offer.id == id)

    def _call(self, operation: str, apply: Callable[[], Any], *, write: bool) -> Any:
        return self.market.call(operation, self.account, apply, write=write)

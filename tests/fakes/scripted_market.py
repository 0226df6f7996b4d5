"""A marketplace of our own making: it keeps state, counts, forgets nothing, and does wrong what it is told to.

It stands for the worst that a platform may be: creating twice makes two, a look shows a fresh draft only after a while,
and a call whose answer is lost may land late.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from listbridge.domain.configuration import Account
from listbridge.domain.ids import AccountId, ListingKey, RemoteId, Site, Sku
from listbridge.domain.listings.listing import Values, Zero
from listbridge.domain.money import Money
from listbridge.domain.ports import Budget, Clock, MarketplaceTraits, RevisionResult, Share, Submission, Submitted
from listbridge.domain.problem import Problem
from listbridge.domain.rules.bounds import Bounds
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
from tests.fakes.market_modes import MarketModes
from tests.fakes.scripted_adapter import ScriptedAdapter
from tests.fakes.scripted_adopting import HandMade
from tests.fakes.scripted_offers import Offer, Sent
from tests.fakes.scripted_orders import HOME, OrderBook, Placed

SETTLE_S = 30.0
FIRST = AccountId("acc_1")
TRAITS = MarketplaceTraits(settle_s=SETTLE_S, revise_batch=25, revise_rate=25.0, max_sku_length=50)


@cache
def _traits(**changes: Any) -> MarketplaceTraits:
    """Asked for at every step of every worker, and one of few."""
    return replace(TRAITS, **changes)


@dataclass
class ScriptedMarket(MarketModes):
    """All accounts of one marketplace, in the modes that a test sets.

    `before_call` is asked before every call and may kill or overtake its worker.
    """

    clock: Clock
    before_call: Callable[[str], None] = lambda name: None
    offers: list[Offer] = field(default_factory=list)
    hand_made: list[HandMade] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    on_sent: list[Callable[[Sent], None]] = field(default_factory=list)
    """Who wants to see each write as it arrives."""
    plan: FaultPlan = field(default_factory=FaultPlan)
    late: list[Callable[[], None]] = field(default_factory=list)
    queue: str = ""
    """The ARN of ours that the marketplace can be told; empty: it sends to no queue."""
    listened: list[tuple[AccountId, str]] = field(default_factory=list)
    """Whom it was asked to tell where."""
    stopped: list[tuple[AccountId, str, bool]] = field(default_factory=list)
    """Of whom it was asked to tell nothing more where, and whether that was the last."""
    budgets: dict[Share, FakeBudget] = field(default_factory=dict)
    submissions: dict[str, Submitted] = field(default_factory=dict)
    decided: dict[str, RevisionResult] = field(default_factory=dict)
    decides_at: dict[str, datetime] = field(default_factory=dict)
    calls: int = 0
    book: OrderBook = field(init=False)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _ids: Any = field(default_factory=lambda: itertools.count(1000))

    def __post_init__(self) -> None:
        self.book = OrderBook(self.clock)

    # ---- the `Marketplaces` port ----

    def open(self, account: Account, share: Share = Share.ORDINARY) -> ScriptedAdapter:
        return ScriptedAdapter(self, account.id)

    def budget(self, account: Account, share: Share = Share.ORDINARY) -> Budget:
        return self.budgets.setdefault(share, FakeBudget(self.clock))

    def traits(self, account: Account) -> MarketplaceTraits:
        return _traits(
            shares_stock=self.shares_stock,
            finds_by_sku=self.finds_by_sku,
            lists_all=self.lists_all,
            zero=self.zero,
            late_s=self.late_s,
            orders=self.order_traits,
        )

    def label(self, marketplace: str) -> str:
        return "Scripted"

    def polls_are_shared(self, account: Account) -> bool:
        return self.shares_polls

    def events_queue(self, account: Account) -> str:
        return self.queue

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

    def buy(
        self, sku: str, units: int = 1, *, account: AccountId = FIRST, price: str = "10.00", **order: Any
    ) -> Placed | None:
        """A buyer takes so many of what a listing shows, and the listing counts down automatically; None: not enough
        there."""
        live = self.live(ListingKey(account, HOME, Sku(sku)))
        if not live or (live[0].quantity or 0) < units:
            return None
        live[0].quantity = (live[0].quantity or 0) - units
        self.sold_out(live[0])
        return self.book.place(account, [(sku, units, str(Decimal(price) * units))], **order)

    def sell_elsewhere(self, key: ListingKey, quantity: int, price: Money) -> Offer:
        """The seller listed this by hand, before us."""
        offer = Offer(self.new_id(), key, self.clock.now() - timedelta(days=9), True, self.new_id(), quantity, price)
        self.offers.append(offer)
        return offer

    def make_by_hand(self, *skus: str, quantity: int = 3, price: str = "10.00", **more: Any) -> HandMade:
        """The seller lists this with the market's own tools, where we cannot write."""
        made = HandMade(self.new_id(), skus, quantity, Money(Decimal(price), "EUR"), **more)
        self.hand_made.append(made)
        return made

    def land_late_calls(self) -> None:
        """What was still under way arrives now."""
        late, self.late = self.late, []
        for call in late:
            call()

    def submit(self, key: ListingKey, values: Values, *, many: bool = False) -> Submission:
        """Take a write in."""
        ticket, now = f"t{self.new_id()}", self.clock.now()
        self.submissions[ticket] = Submitted(key, ticket, values, now)
        if many and self.bulk_decides_after_s is not None:
            self.decides_at[ticket] = now + timedelta(seconds=self.bulk_decides_after_s)
            return Submission(ticket, self.decides_at[ticket], self.urgent_below)
        return Submission(ticket, now + timedelta(seconds=self.decides_after_s or 0))

    def decide(self) -> None:
        """Let what was submitted or published long enough ago take effect, in the order in which it came."""
        for offer in self.offers:
            if offer.processing and offer.live_at and (offer.live_at or self.clock.now()) <= self.clock.now():
                offer.processing, offer.published = False, True
                offer.live = offer.key.sku not in self.refused_later
        for ticket, one in list(self.submissions.items()):
            due = self.decides_at.get(ticket) or one.at + timedelta(seconds=self.decides_after_s or 0)
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
        lost: RemoteError = OutcomeUnknown(Problem("no_answer")) if write else RetryLater(Problem("no_answer"))
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

"""What the services work with: every port in one place, put together by `bootstrap` or by a test, and its slices.

A slice names the ports that a kind of work may touch. `Deps` satisfies each of them, and a service takes the smallest one
that fits it and what it calls, so that mypy refuses a service that reaches for more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from listbridge.domain.ids import SalesListId
from listbridge.domain.ports import (
    ActivityLog,
    Clock,
    ConfigurationStore,
    Counters,
    ForgottenUsers,
    HandOvers,
    Inbox,
    ItemRepository,
    JobRepository,
    Leases,
    ListingRepository,
    Marketplaces,
    MemberRepository,
    NoticeKeys,
    OrderRepository,
    PollRepository,
    PublicationRepository,
    Queues,
    SecretStore,
    Shops,
    SkuMappingRepository,
    VariantRepository,
)
from listbridge.domain.rules.in_force import RuleContext


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Durations in seconds. Parameters of the template, so that no test waits for a real one."""

    http_timeout_s: float = 8.0
    drain_run_s: float = 20.0
    drain_lease_s: float = 10.0
    unit_lease_s: float = 10.0
    """Longer than one request may take, renewed before each further one
    (protocol.md#leases); no longer than a drainer's lease, so
    that a zero never waits longer for a worker that died inside its unit (promises.md#p5)."""
    publish_claim_s: float = 60.0
    publish_together_s: float = 40.0
    """How long a run that publishes several products begins further calls: what is under way then ends within its claims."""
    order_lease_s: float = 60.0
    """How long one order stays with a worker that died over it."""
    poll_claim_s: float = 120.0
    """How long a poll that was lost on its way, or whose worker died, keeps its account from being asked."""
    message_hold_s: float = 12.0
    """How long the messages of a worker that died stay hidden from the next: a drainer's lease, and a little more, so that who
    was woken for the end of the lease comes first."""
    unsent_after_s: float = 60.0
    due_too_long_s: float = 600.0
    budget_wait_s: float = 5.0

    def call_s(self, longest_call_s: float) -> float:
        """How long one call may take to a platform that says so of itself (`longest_call_s` of its traits)."""
        return max(self.http_timeout_s, longest_call_s)

    def unit_lease_of(self, longest_call_s: float) -> float:
        """How long a write unit is held while one such call is made: what the deployment leaves beside a call stays."""
        return self.unit_lease_s + self.call_s(longest_call_s) - self.http_timeout_s

    def order_lease_of(self, longest_call_s: float) -> float:
        """How long an order stays with a worker that makes such calls for it: as many of them fit as in an ordinary lease."""
        return self.order_lease_s * self.call_s(longest_call_s) / self.http_timeout_s


@dataclass(frozen=True, slots=True)
class Deps:
    """The ports that services take."""

    clock: Clock
    configuration: ConfigurationStore
    variants: VariantRepository
    listings: ListingRepository
    items: ItemRepository
    members: MemberRepository
    orders: OrderRepository
    polls: PollRepository
    publications: PublicationRepository
    sku_mappings: SkuMappingRepository
    leases: Leases
    counters: Counters
    inbox: Inbox
    notice_keys: NoticeKeys
    forgotten: ForgottenUsers
    jobs: JobRepository
    activity: ActivityLog
    queues: Queues
    secrets: SecretStore
    shops: Shops
    marketplaces: Marketplaces
    hand_overs: HandOvers
    limits: TimeLimits = field(default_factory=TimeLimits)
    workers: int = 8
    """Threads for our own store in bulk work."""
    rules: dict[SalesListId, RuleContext] = field(default_factory=dict)
    """The rules of sales lists as they were read last; code that computes by them looks whether they still hold."""


class CoreDeps(Protocol):
    """What work of every kind touches: the time, the settings, the lanes, who works on what, and what people are told
    about it.

    No listing, no order and no platform.
    """

    @property
    def clock(self) -> Clock: ...

    @property
    def limits(self) -> TimeLimits: ...

    @property
    def workers(self) -> int: ...

    @property
    def configuration(self) -> ConfigurationStore: ...

    @property
    def jobs(self) -> JobRepository: ...

    @property
    def activity(self) -> ActivityLog: ...

    @property
    def queues(self) -> Queues: ...

    @property
    def counters(self) -> Counters: ...

    @property
    def leases(self) -> Leases: ...


class AccountDeps(CoreDeps, Protocol):
    """One account's work: its listings, how far its orders are read, and its marketplace.

    A drainer works with this: it sends what was computed before, so it needs no shop, variant or order.
    """

    @property
    def listings(self) -> ListingRepository: ...

    @property
    def polls(self) -> PollRepository: ...

    @property
    def marketplaces(self) -> Marketplaces: ...


class LedgerDeps(AccountDeps, Protocol):
    """The ledger's work, from what was observed to what each listing must show: the variants, and the rules as read last.

    It computes from what is stored, so it needs no shop.
    """

    @property
    def variants(self) -> VariantRepository: ...

    @property
    def rules(self) -> dict[SalesListId, RuleContext]: ...


class OrderDeps(LedgerDeps, Protocol):
    """An order's way: the orders with their buyers, who of them is to be forgotten, and the shop that ships them.

    Reading a shop takes this too, for a number means nothing without the orders that the shop has or has not counted.
    """

    @property
    def orders(self) -> OrderRepository: ...

    @property
    def forgotten(self) -> ForgottenUsers: ...

    @property
    def sku_mappings(self) -> SkuMappingRepository: ...

    @property
    def shops(self) -> Shops: ...


class InboxDeps(OrderDeps, Protocol):
    """What a delivery leads to: its row in the inbox, the key that it is signed with, and whatever has to be read again because of it."""

    @property
    def inbox(self) -> Inbox: ...

    @property
    def notice_keys(self) -> NoticeKeys: ...


class PublishDeps(OrderDeps, Protocol):
    """Publishing and ending: a sales list's items, what its collections hold, and the publications under way.

    It passes the shop's products on, and an order may be waiting for the listing that it makes or moves.
    """

    @property
    def items(self) -> ItemRepository: ...

    @property
    def members(self) -> MemberRepository: ...

    @property
    def publications(self) -> PublicationRepository: ...


class ConnectionDeps(AccountDeps, Protocol):
    """Connecting a shop or an account: its credentials and both sides' answers to them.

    With `CheckDeps` the only slice that holds secrets, so whatever handles a variant, an order or a buyer never sees one.
    """

    @property
    def shops(self) -> Shops: ...

    @property
    def secrets(self) -> SecretStore: ...

    @property
    def hand_overs(self) -> HandOvers: ...


class CheckDeps(OrderDeps, ConnectionDeps, Protocol):
    """A connection together with its orders: to check all of it, and to disconnect it only when no order needs it any
    more."""


class DeskDeps(Protocol):
    """What a person is shown of listings and orders, and why. It asks no other lane for anything and leases nothing.

    Code that has `OrderDeps` has this as well.
    """

    @property
    def clock(self) -> Clock: ...

    @property
    def limits(self) -> TimeLimits: ...

    @property
    def configuration(self) -> ConfigurationStore: ...

    @property
    def listings(self) -> ListingRepository: ...

    @property
    def variants(self) -> VariantRepository: ...

    @property
    def orders(self) -> OrderRepository: ...

    @property
    def polls(self) -> PollRepository: ...

    @property
    def jobs(self) -> JobRepository: ...

    @property
    def activity(self) -> ActivityLog: ...

    @property
    def shops(self) -> Shops: ...

    @property
    def marketplaces(self) -> Marketplaces: ...

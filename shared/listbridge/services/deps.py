"""What the services work with: every port in one place, put together by `bootstrap` or by a test."""

from __future__ import annotations

from dataclasses import dataclass, field

from listbridge.domain.ids import SalesListId
from listbridge.domain.ports import (
    ActivityLog,
    Clock,
    ConfigurationStore,
    Counters,
    HandOvers,
    Inbox,
    ItemRepository,
    JobRepository,
    Leases,
    ListingRepository,
    Marketplaces,
    OrderRepository,
    PollRepository,
    PublicationRepository,
    Queues,
    SecretStore,
    Shops,
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
    orders: OrderRepository
    polls: PollRepository
    publications: PublicationRepository
    leases: Leases
    counters: Counters
    inbox: Inbox
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
    """The rules of sales lists as they were read last; whoever computes by them looks whether they still hold."""

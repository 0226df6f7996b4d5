"""The composition root: the only file that knows everybody.

Objects are built on the first call, not at import, and kept for the life of the process; each function imports only
what it needs, because every import is cold start. A test puts its own in place with `use`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from listbridge.infra import settings

if TYPE_CHECKING:
    from listbridge.domain.ports import Clock, Inbox, Queues
    from listbridge.services.deps import Deps
    from listbridge.services.ingest_webhook import WebhookDoors


class LambdaContext(Protocol):
    """What we ask of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int: ...


@dataclass(frozen=True, slots=True)
class WebhookIngest:
    """What `webhook_ingest` works with."""

    doors: WebhookDoors
    inbox: Inbox
    queues: Queues
    clock: Clock
    max_bytes: int


_deps: Deps | None = None
_ingest: WebhookIngest | None = None


def use(deps: Deps | None, ingest: WebhookIngest | None = None) -> None:
    """Put these in place of what the environment would give; None takes them away again. For tests."""
    global _deps, _ingest
    _deps, _ingest = deps, ingest


def webhook_ingest() -> WebhookIngest:
    """What the webhook door needs, and nothing more."""
    global _ingest
    if _ingest is None:
        from listbridge.infra import observability
        from listbridge.infra.clock import SystemClock
        from listbridge.infra.inbox import DynamoInbox
        from listbridge.infra.queues import SqsQueues
        from listbridge.infra.repositories.configuration import DynamoConfiguration
        from listbridge.infra.secrets import SecretsManagerStore
        from listbridge.webhook_doors import CachedDoors

        observability.configure()
        clock = SystemClock()
        _ingest = WebhookIngest(
            doors=CachedDoors(DynamoConfiguration(), SecretsManagerStore(), clock),
            inbox=DynamoInbox(),
            queues=SqsQueues(),
            clock=clock,
            max_bytes=settings.max_webhook_bytes(),
        )
    return _ingest


def deps() -> Deps:
    """Everything the other functions work with."""
    global _deps
    if _deps is None:
        _deps = _build()
    return _deps


def public_base_url() -> str | None:
    """The deployment's own setting of where the outside world reaches us; None where it is to be learned."""
    return settings.public_base_url()


def _build() -> Deps:
    from listbridge.infra import observability
    from listbridge.infra.budgets import BudgetPool
    from listbridge.infra.clock import SystemClock
    from listbridge.infra.counters import DynamoCounters
    from listbridge.infra.http import HttpSession
    from listbridge.infra.inbox import DynamoInbox
    from listbridge.infra.leases import DynamoLeases
    from listbridge.infra.queues import SqsQueues
    from listbridge.infra.repositories.activity import DynamoActivity
    from listbridge.infra.repositories.buckets import DynamoBuckets
    from listbridge.infra.repositories.configuration import DynamoConfiguration
    from listbridge.infra.repositories.items import DynamoItems
    from listbridge.infra.repositories.jobs import DynamoJobs
    from listbridge.infra.repositories.listings import DynamoListings
    from listbridge.infra.repositories.orders import DynamoOrders
    from listbridge.infra.repositories.polls import DynamoPolls
    from listbridge.infra.repositories.publications import DynamoPublications
    from listbridge.infra.repositories.variants import DynamoVariants
    from listbridge.infra.secrets import SecretsManagerStore
    from listbridge.infra.tokens import TokenCache
    from listbridge.platforms import OpenedMarketplaces, OpenedShops, Opener
    from listbridge.services.deps import Deps, TimeLimits

    observability.configure()
    clock, configuration, secrets = SystemClock(), DynamoConfiguration(), SecretsManagerStore()
    timeout_s = settings.http_timeout_s()
    opener = Opener(
        configuration=configuration,
        secrets=secrets,
        clock=clock,
        tokens=TokenCache(),
        make_session=lambda observe, budget: HttpSession(timeout_s=timeout_s, observe=observe, budget=budget),
        make_budget=BudgetPool(DynamoBuckets(), clock).open,
        base_urls=settings.platform_urls(),
    )
    return Deps(
        clock=clock,
        configuration=configuration,
        variants=DynamoVariants(),
        listings=DynamoListings(),
        items=DynamoItems(),
        orders=DynamoOrders(),
        polls=DynamoPolls(),
        publications=DynamoPublications(),
        leases=DynamoLeases(clock),
        counters=DynamoCounters(),
        inbox=DynamoInbox(),
        jobs=DynamoJobs(clock),
        activity=DynamoActivity(),
        queues=SqsQueues(),
        secrets=secrets,
        shops=OpenedShops(opener),
        marketplaces=OpenedMarketplaces(opener),
        limits=TimeLimits(
            http_timeout_s=timeout_s,
            drain_run_s=settings.drain_run_s(),
            drain_lease_s=settings.drain_lease_s(),
            unit_lease_s=timeout_s + 2,
        ),
    )


def observe_webhook(shop: str, outcome: str) -> None:
    """Count a delivery by what became of it; a refused one is worth a line."""
    from listbridge.infra import observability

    observability.count("webhook", outcome=outcome)
    level = logging.INFO if outcome in ("queued", "repeated", "unknown_topic") else logging.WARNING
    logging.getLogger("listbridge.webhooks").log(
        level, "webhook.%s", outcome, extra={"fields": {"shop": shop}}
    )

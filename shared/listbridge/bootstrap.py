"""The composition root: the only module that imports every adapter and every part of the infrastructure.

Under Lambda a function's objects are built while it is imported, since AWS gives that phase a whole processor and the first
call a share of one; elsewhere they are built when first asked for. They are kept for the life of the process. Each
function imports only what it needs, because every import is cold start. A test puts its own in place with `use`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias
from urllib.parse import urlsplit

from listbridge.domain import trace
from listbridge.infra import settings

if TYPE_CHECKING:
    from listbridge.domain.ports import Clock, ConfigurationStore, Inbox, Leases, Queues, SecretStore, Signatures
    from listbridge.domain.raw_request import RawRequest
    from listbridge.platforms import Opener
    from listbridge.services.deps import Deps
    from listbridge.services.inbox.ingest_message import MessageDoors
    from listbridge.services.inbox.ingest_notice import NoticeDoors
    from listbridge.services.inbox.ingest_webhook import WebhookDoors
    from listbridge.services.inbox.signing_keys import SigningKeys

    class Doors(WebhookDoors, MessageDoors, Protocol):
        """Of what comes by HTTP, and by a queue."""


_LOG = logging.getLogger("listbridge.functions")


class LambdaContext(Protocol):
    """What we ask of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int: ...


Event: TypeAlias = dict[str, Any]
Handler: TypeAlias = Callable[[Event, LambdaContext], dict[str, Any]]


class FunctionFailed(Exception):
    """An invocation failed. What is known of it stands in the log line `function.failed`; this has no text of its cause,
    for Lambda's runtime writes what it is given past every redactor of ours."""


@dataclass(frozen=True, slots=True)
class WebhookIngest:
    """What `webhook_ingest` works with."""

    doors: Doors
    inbox: Inbox
    queues: Queues
    clock: Clock
    max_bytes: int


@dataclass(frozen=True, slots=True)
class NoticeIngest:
    """What `marketplace_notices` works with."""

    doors: NoticeDoors
    keys: SigningKeys
    signatures: Signatures
    inbox: Inbox
    queues: Queues
    clock: Clock


_TOLD_TO_ALL = ("log_level", "powertools_service_name", "secrets_prefix")
_TOLD_WITH_DEPS = ("platform_urls", "http_timeout_s", "drain_lease_s", "due_shards")
_deps: Deps | None = None
_ingest: WebhookIngest | None = None
_notices: NoticeIngest | None = None


def use(deps: Deps | None, ingest: WebhookIngest | None = None, notices: NoticeIngest | None = None) -> None:
    """Put these in place of what the environment would give; None takes them away again. For tests."""
    global _deps, _ingest, _notices
    _deps, _ingest, _notices = deps, ingest, notices


def lambda_function(
    build: Callable[[], object], *, tables: str = "", queues: str = "", more: str = "", holds: bool = True
) -> Callable[[Handler], Handler]:
    """Make a handler of ours one of Lambda's.

    `build` makes what it works with, at once under Lambda. Each call begins a trace, and what the handler does not catch
    is logged without its text and fails the invocation as FunctionFailed: API Gateway answers 5xx, a timer's alarm sees it.

    `tables`, `queues` (of its own lane, and those it sends to) and `more` name the settings that this function uses beside
    those of every function, in words with spaces between. Without one of them it does not start under Lambda.

    Messages out of a queue stay hidden from other workers as long as this one lives, unless it `holds` none: then they come
    back after the queue's own time.
    """
    told = [f"{table}_table" for table in tables.split()] + [f"{queue}_queue_url" for queue in queues.split()]
    told += more.split()

    def made(handler: Handler) -> Handler:
        if settings.under_lambda():
            settings.require(*_TOLD_TO_ALL, *(_TOLD_WITH_DEPS if build is deps else ()), *told)
            build()
            _warm()

        @wraps(handler)
        def entered(event: Event, context: LambdaContext) -> dict[str, Any]:
            request_id = str(getattr(context, "aws_request_id", ""))
            with trace.begun(_reason(event), _gateways_id(event) or request_id):
                try:
                    build()
                    _invoked(request_id)
                    return _at_work(handler, event, context) if holds else handler(event, context)
                except Exception as error:  # noqa: BLE001  # the boundary: its text may hold what must not get out
                    _LOG.error("function.failed", exc_info=error)
                    raise FunctionFailed(f"{type(error).__name__} in {request_id or 'an invocation'}") from None

        return entered

    return made


def _at_work(handler: Handler, event: Event, context: LambdaContext) -> dict[str, Any]:
    """The handler's answer; a batch out of a queue stays hidden from other workers as long as this one lives."""
    records = event.get("Records") or ()
    if not records or "receiptHandle" not in records[0]:
        return handler(event, context)
    from listbridge.services.inbox.held_messages import holding

    work = deps()
    with holding(work.queues, records, seconds=work.limits.message_hold_s, alone=work.workers <= 1) as held:
        answer = handler(event, context)
        held.failed |= {row["itemIdentifier"] for row in answer.get("batchItemFailures", ())}
    return answer


def one_by_one(event: Event, kind: Any, handle: Callable[[Any], None]) -> dict[str, Any]:
    """Handle a batch of messages one by one; the answer names those that must come back."""
    from listbridge.infra.record_batch import one_by_one as batched

    return batched(event, kind, handle)


def webhook_ingest() -> WebhookIngest:
    """What the webhook door needs, and nothing more."""
    global _ingest
    if _ingest is None:
        from listbridge.infra import observability
        from listbridge.infra.clock import SystemClock
        from listbridge.infra.coordination.inbox import DynamoInbox
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
            max_bytes=settings.told().max_webhook_bytes,
        )
    return _ingest


def notice_ingest() -> NoticeIngest:
    """What the door of notices needs, and nothing more: no secret, and nothing that calls a platform."""
    global _notices
    if _notices is None:
        from listbridge.infra import observability
        from listbridge.infra.clock import SystemClock
        from listbridge.infra.coordination.counters import DynamoCounters
        from listbridge.infra.coordination.inbox import DynamoInbox
        from listbridge.infra.coordination.notice_keys import DynamoNoticeKeys
        from listbridge.infra.queues import SqsQueues
        from listbridge.infra.repositories.configuration import DynamoConfiguration
        from listbridge.infra.webhooks.ecdsa import Sha1Ecdsa
        from listbridge.notice_doors import CachedNoticeDoors
        from listbridge.services.inbox.signing_keys import SigningKeys

        observability.configure()
        clock, queues = SystemClock(), SqsQueues()
        _notices = NoticeIngest(
            doors=CachedNoticeDoors(DynamoConfiguration(), clock),
            keys=SigningKeys(DynamoNoticeKeys(), DynamoCounters(), queues, clock),
            signatures=Sha1Ecdsa(),
            inbox=DynamoInbox(),
            queues=queues,
            clock=clock,
        )
    return _notices


def deps() -> Deps:
    """Everything the other functions work with."""
    global _deps
    if _deps is None:
        _deps = _build()
    return _deps


def request_of(event: Event) -> RawRequest:
    """The request that came with an event of API Gateway's. Raises ValueError for a body that is not in its encoding."""
    from listbridge.infra.gateway_events import raw_request

    return raw_request(event, "")


def public_base_url() -> str | None:
    """The deployment's own setting of where the outside world reaches us; None where it is to be learned."""
    return settings.told().public_base_url


def _build() -> Deps:
    from listbridge.infra import observability
    from listbridge.infra.clock import SystemClock
    from listbridge.infra.coordination.counters import DynamoCounters
    from listbridge.infra.coordination.forgotten_users import DynamoForgottenUsers
    from listbridge.infra.coordination.inbox import DynamoInbox
    from listbridge.infra.coordination.leases import DynamoLeases
    from listbridge.infra.coordination.notice_keys import DynamoNoticeKeys
    from listbridge.infra.queues import SqsQueues
    from listbridge.infra.repositories.activity import DynamoActivity
    from listbridge.infra.repositories.configuration import DynamoConfiguration
    from listbridge.infra.repositories.items import DynamoItems
    from listbridge.infra.repositories.jobs import DynamoJobs
    from listbridge.infra.repositories.listings import DynamoListings
    from listbridge.infra.repositories.members import DynamoMembers
    from listbridge.infra.repositories.orders import DynamoOrders
    from listbridge.infra.repositories.polls import DynamoPolls
    from listbridge.infra.repositories.publications import DynamoPublications
    from listbridge.infra.repositories.sku_mappings import DynamoSkuMappings
    from listbridge.infra.repositories.variants import DynamoVariants
    from listbridge.infra.secrets import SecretsManagerStore
    from listbridge.platforms import OpenedHandOvers, OpenedMarketplaces, OpenedShops
    from listbridge.services.deps import Deps, TimeLimits

    observability.configure()
    clock, configuration, secrets = SystemClock(), DynamoConfiguration(), SecretsManagerStore()
    leases = DynamoLeases(clock)
    opener, told = _opener(configuration, secrets, leases, clock), settings.told()
    return Deps(
        clock=clock,
        configuration=configuration,
        variants=DynamoVariants(),
        listings=DynamoListings(),
        items=DynamoItems(),
        members=DynamoMembers(),
        orders=DynamoOrders(),
        polls=DynamoPolls(),
        publications=DynamoPublications(),
        sku_mappings=DynamoSkuMappings(),
        leases=leases,
        counters=DynamoCounters(),
        inbox=DynamoInbox(),
        notice_keys=DynamoNoticeKeys(),
        forgotten=DynamoForgottenUsers(),
        jobs=DynamoJobs(clock),
        activity=DynamoActivity(),
        queues=SqsQueues(),
        secrets=secrets,
        shops=OpenedShops(opener),
        marketplaces=OpenedMarketplaces(opener, told.marketplace_events_queue_arn or ""),
        hand_overs=OpenedHandOvers(opener),
        limits=TimeLimits(
            http_timeout_s=told.http_timeout_s,
            drain_run_s=told.drain_run_s,
            drain_lease_s=told.drain_lease_s,
            unit_lease_s=told.http_timeout_s + 2,
        ),
    )


def _opener(configuration: ConfigurationStore, secrets: SecretStore, leases: Leases, clock: Clock) -> Opener:
    """What opens shops and accounts for their adapters: one session, one cache of tokens and one pool of budgets."""
    from listbridge.infra.calls.http import HttpSession
    from listbridge.infra.calls.tokens import TokenCache
    from listbridge.infra.coordination.budgets import BudgetPool
    from listbridge.infra.coordination.counters import DynamoCounters
    from listbridge.infra.repositories.buckets import DynamoBuckets
    from listbridge.platforms import Opener

    timeout_s, urls = settings.told().http_timeout_s, settings.told().platform_urls
    # Hosts that the operator named may be anywhere; those that a seller types may not.
    named = frozenset(urlsplit(url).hostname or "" for url in urls.values())
    return Opener(
        configuration=configuration,
        secrets=secrets,
        leases=leases,
        counters=DynamoCounters(),
        clock=clock,
        tokens=TokenCache(),
        make_session=lambda observe, budget, longest_call_s: HttpSession(
            timeout_s=max(timeout_s, longest_call_s), observe=observe, budget=budget, private_hosts=named
        ),
        make_budget=BudgetPool(DynamoBuckets(), leases, clock).open,
        base_urls=urls,
        grant_lease_s=timeout_s + 4,
    )


def _warm() -> None:
    """Make the clients that every call needs: reading AWS's description of a service takes longer than any call."""
    from listbridge.infra import aws

    for service in ("dynamodb", "sqs", "secretsmanager"):
        aws.client(service)


def _reason(event: Mapping[str, Any]) -> str:
    """Why an invocation happens: which timer, or through which door. A batch's messages say it themselves."""
    for timer in ("timer", "tick"):
        if timer in event:
            return f"timer.{event[timer]}"
    return "queue" if "Records" in event else "request"


def _gateways_id(event: Mapping[str, Any]) -> str:
    """API Gateway's id of the request: its access log has the same, and the caller is told it."""
    return str((event.get("requestContext") or {}).get("requestId") or "")


def _invoked(request_id: str) -> None:
    from listbridge.infra import observability

    observability.invoked(request_id)


def observe_notice(marketplace: str, outcome: str) -> None:
    """Count a notice by what became of it; a refused one is worth a line."""
    from listbridge.infra import observability

    level = logging.INFO if outcome in ("queued", "repeated", "unknown_topic", "ping") else logging.WARNING
    facts = {"marketplace": marketplace}
    observability.count("notice", f"notice.{outcome}", level=level, facts=facts, outcome=outcome)


def observe_webhook(source: str, outcome: str) -> None:
    """Count a delivery by what became of it; a refused one is worth a line."""
    from listbridge.infra import observability

    level = logging.INFO if outcome in ("queued", "repeated", "unknown_topic", "ping") else logging.WARNING
    observability.count("webhook", f"webhook.{outcome}", level=level, facts={"shop": source}, outcome=outcome)

"""A publishing that the marketplace has taken in: what is to be asked stands beside its progress, so that what the marketplace
tells of it brings the question forward."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from listbridge.domain.ids import AccountId, Sku, new_id
from listbridge.domain.listings.listing import Status
from listbridge.domain.listings.publication import Publication
from listbridge.domain.ports import PublicationRepository
from listbridge.domain.verdicts import RetryLater
from listbridge.domain.work import Lane, PublishKind, PublishTask
from listbridge.services.deps import AccountDeps
from listbridge.services.listings.publish.publish_steps import Steps

_TAKEN_IN = "taken_in"
"""The core's own name in a publication's progress."""
_TOGETHER_S = 5
"""What is told of one product within so many seconds is one question: each variant is told of on its own."""


def remember(steps: Steps, task: PublishTask) -> None:
    """Save the task that asks what becomes of the publishing. Without it nothing is lost: the task's own message asks, later."""
    with suppress(RetryLater):
        steps.save(**{_TAKEN_IN: task.model_dump_json(exclude={"trace"})})


def recalled(publication: Publication, now: datetime) -> PublishTask | None:
    """The task that was remembered, to ask once, now; None where nothing is taken in."""
    told = publication.progress.get(_TAKEN_IN)
    if told is None:
        return None
    return PublishTask.model_validate_json(told).model_copy(update={"follow_at": now, "once": True})


def begun_anew(publications: PublicationRepository, publication: Publication) -> Publication:
    """The publication without what an earlier run remembered: what is told meanwhile is no answer to this one. Raises Conflict
    when a later worker took over."""
    if _TAKEN_IN not in publication.progress:
        return publication
    progress = {name: value for name, value in publication.progress.items() if name != _TAKEN_IN}
    anew = replace(publication, progress=progress)
    publications.save(anew)
    return anew


def look_for_publishings(deps: AccountDeps, account: AccountId, skus: Iterable[Sku]) -> None:
    """Have asked soon what became of these SKUs' publishings; nothing happens where none is under way. Idempotent."""
    rows = [row for sku in dict.fromkeys(skus) for row in deps.listings.of_sku(account, sku)]
    under_way = {(row.sales_list, row.variant.product) for row in rows if row.status is Status.PENDING}
    now = deps.clock.now()
    for sales_list, product in sorted(under_way):
        name = f"told#{account}#{sales_list}#{product}"
        if deps.leases.acquire(name, new_id("told"), seconds=_TOGETHER_S) is not None:
            task = PublishTask(
                action=PublishKind.SEND, sales_list=sales_list, product=product, follow_at=now, once=True
            )
            deps.queues.send(Lane.PUBLISH, task, delay_s=_TOGETHER_S)

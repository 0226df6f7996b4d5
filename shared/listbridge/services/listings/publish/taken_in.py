"""A publishing that the marketplace has taken in: the task that asks what becomes of it stands beside its progress.

So it is asked for when the marketplace tells of it, followed by one message only, and not done again by who takes it for lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from listbridge.domain.ids import AccountId, Sku, new_id
from listbridge.domain.listings.listing import Status
from listbridge.domain.listings.publication import Publication
from listbridge.domain.ports import Conflict, PublicationRepository
from listbridge.domain.waiting import LONGEST_DELAY_S
from listbridge.domain.work import Lane, PublishKind, PublishTask
from listbridge.services.deps import AccountDeps

_TAKEN_IN = "taken_in"
"""The core's own name in a publication's progress."""
_LOST_AFTER = timedelta(seconds=2 * LONGEST_DELAY_S)
"""So long after its time a message that has not come is taken for lost."""
_TOGETHER_S = 5
"""What is told of one product within so many seconds is one question: each variant is told of on its own."""


def remember(publications: PublicationRepository, publication: Publication, task: PublishTask) -> Publication:
    """Save the task, which was sent already: a message that asks earlier than this one is over."""
    told = task.model_dump_json(exclude={"trace", "attempt"})
    if publication.progress.get(_TAKEN_IN) == told:
        return publication
    return _saved(publications, publication, {**publication.progress, _TAKEN_IN: told})


def begun_anew(publications: PublicationRepository, publication: Publication) -> Publication:
    """The publication without what an earlier run remembered: what is told meanwhile is no answer to this one."""
    progress = {name: value for name, value in publication.progress.items() if name != _TAKEN_IN}
    return publication if progress == publication.progress else _saved(publications, publication, progress)


def _saved(publications: PublicationRepository, publication: Publication, progress: dict[str, str]) -> Publication:
    saved = replace(publication, progress=progress)
    with suppress(Conflict):  # a later worker took over, and remembers what it does itself
        publications.save(saved)
    return saved


def taken_in(publication: Publication) -> PublishTask | None:
    """The task that is remembered."""
    told = publication.progress.get(_TAKEN_IN)
    return None if told is None else PublishTask.model_validate_json(told)


def beside_taken_in(publication: Publication, task: PublishTask, now: datetime) -> PublishTask | None:
    """How a task about a pending product goes on; None where it has nothing to do.

    What was told is asked once. A message that asks earlier than the one remembered was sent twice. The action that was
    taken in, when it comes again because it was taken for lost, follows what it did, unless its own message still comes.
    """
    first = taken_in(publication)
    if first is None:
        return None if task.once else task
    follow_at = first.follow_at or now
    if task.once:
        return first.model_copy(update={"follow_at": now, "once": True})
    if task.follow_at is not None:
        return None if task.follow_at < follow_at else task
    if (task.action, task.job) != (first.action, first.job):
        return task
    return None if now < follow_at + _LOST_AFTER else first.model_copy(update={"follow_at": now})


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

"""Read everything a shop has, a page at a time, and find what it no longer has (protocol.md#sweeps).

A sweep proves absence only when it completed and its count is the shop's own, and when the shop, asked for each product
that no page showed, says that there is none: pages by offset shift while something is deleted. What is proven absent is
counted as a set before any listing becomes due; above the account's limit the whole set waits for approval
(protocol.md#guard).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.catalog import Observation, ProductFacts, Variant
from listbridge.domain.configuration import Shop
from listbridge.domain.ids import AccountId, JobId, ProductId, ShopId, VariantKey, new_id
from listbridge.domain.job_params import SweepParams
from listbridge.domain.jobs import Job, JobKind, JobState
from listbridge.domain.listings.listing import Cause, Listing
from listbridge.domain.ports import Conflict, Lease
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RemoteError, Unauthorized
from listbridge.domain.work import Lane, RecomputeChunk
from listbridge.services.catalog.absent_products import store_absent
from listbridge.services.catalog.apply_observed import apply_observed
from listbridge.services.catalog.nudge import nudge_due
from listbridge.services.catalog.observe_shop import numbered, read_deferred_again, store_product
from listbridge.services.catalog.observed import Observed
from listbridge.services.catalog.products_to_read import read_by_size
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.connection_state import expire_shop
from listbridge.services.deps import CoreDeps, LedgerDeps, OrderDeps
from listbridge.services.guard import judge_set

_PAGE = 500
_SOONEST_S, _LATEST_S = 3 * 3600, 24 * 3600
_PRODUCTS_PER_STEP = 1000
"""A shop is read every three hours for each thousand products it has, every day at the latest: reading writes a row for
each variant, and a hundred thousand rows a day are cheap where a hundred thousand an hour are not."""


def sweep_if_due(deps: CoreDeps, shop: Shop) -> bool:
    """Begin a sweep unless one runs, or the last was finished recently; whether it was begun.

    It finds what a delivery that was lost would have said.
    """
    running = deps.jobs.unfinished(_PAGE, JobState.RUNNING)
    if any(job.kind is JobKind.SWEEP and job.params_of(SweepParams).shop == shop.id for job in running):
        return False
    right = deps.leases.acquire(_right(shop.id), "sweep", seconds=_SOONEST_S)
    if right is None:
        return False
    start_sweep(deps, shop, "listbridge", epoch=right.epoch)
    return True


def start_sweep(deps: CoreDeps, shop: Shop, actor: str, *, epoch: int = 0) -> Job:
    """Begin to read the whole shop; the job runs automatically. `epoch` is the timer's right to it, if it began it."""
    start = deps.counters.next(f"observation#{shop.id}")
    job = Job(
        id=JobId(new_id("job")),
        kind=JobKind.SWEEP,
        params=SweepParams(shop=shop.id, start=start, epoch=epoch),
        phase="read",
        created_by=actor,
        created_at=deps.clock.now(),
    )
    deps.jobs.create(job)
    deps.queues.send(Lane.RECOMPUTE, RecomputeChunk(job=job.id))
    return job


def run_sweep_chunk(deps: OrderDeps, job: Job) -> Job:
    """Do the next chunk of a sweep and save its progress. Raises RemoteError when the shop cannot be read now."""
    shop = deps.configuration.get(Shop, job.params_of(SweepParams).shop)
    if job.phase == "read":
        return _read(deps, job, shop)
    if job.phase == "ask":
        return _ask_for_unseen(deps, job, shop)
    if job.phase == "count":
        return _count_absent(deps, job, shop)
    return _apply_absent(deps, job, shop)


def _read(deps: OrderDeps, job: Job, shop: Shop) -> Job:
    try:
        adapter = deps.shops.open(shop)
        observation, page = numbered(deps, shop.id, partial(adapter.sweep, job.cursor or None))
    except Unauthorized as error:
        expire_shop(deps, shop, error.problem)
        return _failed(deps, job, error.problem)
    observed = Observed()
    known = _known(deps, shop.id, page.products)
    overlapping = [
        facts.product for facts in page.products if not store_product(deps, shop, facts, observation, observed, known)
    ]
    read_by_size(deps, shop.id, overlapping, confirm=True)  # another worker read them at the same time
    read_deferred_again(deps, shop, observed)
    apply_observed(deps, observed)
    sweep = job.params_of(SweepParams)
    products = sweep.products + len(page.products)
    update: dict[str, object] = {"cursor": page.cursor or "", "done": products, "total": page.total or products}
    deferred = tuple(sorted({*sweep.deferred, *observed.deferred}))
    job = job.with_params(products=products, deferred=deferred).model_copy(update=update)
    if page.cursor:
        return deps.jobs.save(job)
    _rest(deps, job, shop)
    if page.total is None:  # nothing to hold the count against: what was not seen is not proven gone
        params = {"products": str(products), "absent": "0"}
        deps.activity.note(ActivityEntry(shop.id, "sweep_done", deps.clock.now(), params))
        return deps.jobs.save(job.ended(deps.clock.now()))
    if products < page.total:
        params = {"read": str(products), "total": str(page.total)}
        deps.activity.note(ActivityEntry(shop.id, "sweep_incomplete", deps.clock.now(), params))
        return _failed(deps, job, Problem("sweep_incomplete", params, "sweep_again"))
    return deps.jobs.save(job.model_copy(update={"phase": "ask"}))


def _ask_for_unseen(deps: OrderDeps, job: Job, shop: Shop) -> Job:
    """Ask the shop for what no page has shown. What it has is stored, and so is no longer unseen; of what it does not
    answer for nothing is proven. A shop that cannot answer more now is asked for the rest later."""
    rows, following = _unseen_page(deps, job, shop.id, job.cursor or None, _PAGE)
    sweep = job.params_of(SweepParams)
    asked = set(sweep.asked)
    products = sorted({row.key.product for row in rows} - asked)
    batch, observed = deps.shops.traits(shop).read_batch, Observed()
    silent: set[ProductId] = set()
    try:
        adapter = deps.shops.open(shop)
        for part in (tuple(products[at : at + batch]) for at in range(0, len(products), batch)):
            observation, result = numbered(deps, shop.id, partial(adapter.read_products, part))
            known = _known(deps, shop.id, result.products)
            for facts in result.products:
                store_product(deps, shop, facts, observation, observed, known)
            silent |= set(part) - {facts.product for facts in result.products} - set(result.missing)
            asked |= set(part)
    except Unauthorized as error:
        expire_shop(deps, shop, error.problem)
        return _failed(deps, job, error.problem)
    except RemoteError:
        # Else the same products would be asked for again and again, by a shop whose limit ends before they do.
        deferred = tuple(sorted({*sweep.deferred, *observed.deferred, *silent}))
        apply_observed(deps, observed)
        deps.jobs.save(job.with_params(deferred=deferred, asked=tuple(sorted(asked))))
        raise
    read_deferred_again(deps, shop, observed)
    apply_observed(deps, observed)
    job = job.with_params(deferred=tuple(sorted({*sweep.deferred, *observed.deferred, *silent})), asked=())
    update = {"cursor": following or "", "phase": "ask" if following else "count"}
    return deps.jobs.save(job.model_copy(update=update))


def _known(deps: LedgerDeps, shop: ShopId, products: Sequence[ProductFacts]) -> dict[VariantKey, Variant]:
    keys = [VariantKey(shop, one.product, variant.variant) for one in products for variant in one.variants]
    return deps.variants.get_many(keys)


def _count_absent(deps: LedgerDeps, job: Job, shop: Shop) -> Job:
    affected: dict[AccountId, int] = {}
    absent = 0
    for rows in _unseen(deps, job, shop.id):
        absent += len(rows)
        for listing in deps.listings.get_many({key for row in rows for key in row.listings}).values():
            if listing.would_fall:
                affected[listing.key.account] = affected.get(listing.key.account, 0) + 1
    judgement = judge_set(deps, affected)
    if judgement.waits:
        _end_older_questions(deps, job, shop)
        params = {"affected": str(sum(affected.values())), "live": str(judgement.live)}
        deps.activity.note(ActivityEntry(job.id, "absence_waits", deps.clock.now(), params))
    update: dict[str, object] = {
        "phase": "apply",
        "state": JobState.AWAITING_APPROVAL if judgement.waits else JobState.RUNNING,
        "affected": sum(affected.values()),
        "live": judgement.live,
    }
    return deps.jobs.save(job.with_params(absent=absent).model_copy(update=update))


def _apply_absent(deps: LedgerDeps, job: Job, shop: Shop) -> Job:
    sweep, observed = job.params_of(SweepParams), Observed()
    start = sweep.start
    for rows in _unseen(deps, job, shop.id):
        store_absent(deps, {row.key for row in rows}, Observation(start, start), observed)
    # Also what a worker marked that died before it came to the listings.
    marked = observed.absent | set(_marked_absent(deps, shop.id, Observation(start, start)))
    keys = {key for row in deps.variants.get_many(marked).values() for key in row.listings}
    nudge_due(deps, Recompute(deps, Cause.ABSENCE, guard_passed=True).listings(sorted(keys)))
    deps.activity.note(
        ActivityEntry(
            shop.id,
            "sweep_done",
            deps.clock.now(),
            {"products": str(sweep.products), "absent": str(len(observed.absent))},
        )
    )
    return deps.jobs.save(job.ended(deps.clock.now()))


def _rest(deps: CoreDeps, job: Job, shop: Shop) -> None:
    """Everything was read: the timer's next sweep is as far off as the shop is large."""
    sweep = job.params_of(SweepParams)
    steps = math.ceil(sweep.products / _PRODUCTS_PER_STEP)
    right = Lease(_right(shop.id), "sweep", sweep.epoch, deps.clock.now())
    with suppress(Conflict):  # a sweep that a person began has no right to prolong
        deps.leases.renew(right, seconds=max(_SOONEST_S, min(_LATEST_S, steps * _SOONEST_S)))


def _right(shop: ShopId) -> str:
    return f"sweep#{shop}"


def _end_older_questions(deps: CoreDeps, job: Job, shop: Shop) -> None:
    """This sweep asks for approval: what an older one asked about the same shop is out of date."""
    for old in deps.jobs.unfinished(_PAGE, JobState.AWAITING_APPROVAL):
        if old.kind is JobKind.SWEEP and old.params_of(SweepParams).shop == shop.id and old.id != job.id:
            update = {"state": JobState.REFUSED, "reason": Problem("superseded"), "finished_at": deps.clock.now()}
            with suppress(Conflict):  # somebody decides at this very moment
                deps.jobs.save(old.model_copy(update=update))


def absent_page(
    deps: LedgerDeps, job: Job, shop: ShopId, cursor: str | None, most: int
) -> tuple[list[Listing], str | None]:
    """Live listings that an approved sweep would zero, among the next `most` variants of the shop. Raises NotACursor."""
    variants, following = _unseen_page(deps, job, shop, cursor, most)
    rows = deps.listings.get_many({key for one in variants for key in one.listings})
    return [rows[key] for key in sorted(rows) if rows[key].would_fall], following


def _unseen(deps: LedgerDeps, job: Job, shop: ShopId) -> list[list[Variant]]:
    """Variants that no read since the sweep began has shown, page by page."""
    cursor, pages = None, []
    while True:
        rows, cursor = _unseen_page(deps, job, shop, cursor, _PAGE)
        pages.append(rows)
        if cursor is None:
            return pages


def _unseen_page(
    deps: LedgerDeps, job: Job, shop: ShopId, cursor: str | None, most: int
) -> tuple[list[Variant], str | None]:
    """Everything that the sweep saw carries a later number, but for products whose read was deferred, which it did see."""
    sweep = job.params_of(SweepParams)
    rows, following = deps.variants.page(shop, cursor, most)
    older = [row for row in rows if row.observation.start < sweep.start and not row.absent]
    return [row for row in older if row.key.product not in sweep.deferred], following


def _marked_absent(deps: LedgerDeps, shop: ShopId, observation: Observation) -> list[VariantKey]:
    """Variants that this very sweep found absent."""
    cursor, marked = None, []
    while True:
        rows, cursor = deps.variants.page(shop, cursor, _PAGE)
        marked += [row.key for row in rows if row.absent and row.observation == observation]
        if cursor is None:
            return marked


def _failed(deps: CoreDeps, job: Job, problem: Problem) -> Job:
    return deps.jobs.save(job.ended(deps.clock.now(), problem))

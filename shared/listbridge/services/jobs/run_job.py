"""The lane of big work: jobs with a cursor, a chunk per message, so that nothing else waits for them (protocol.md#ledger)."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress

from listbridge.domain import trace, waiting
from listbridge.domain.configuration import Account, Shop
from listbridge.domain.job_params import SweepParams
from listbridge.domain.jobs import Job, JobKind, JobState
from listbridge.domain.ports import Conflict, Missing
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RetryLater
from listbridge.domain.work import Lane, RecomputeChunk
from listbridge.services.catalog.sweep_shop import run_sweep_chunk
from listbridge.services.configuration.change_configuration import run_configuration_chunk
from listbridge.services.deps import CoreDeps, PublishDeps
from listbridge.services.jobs.resume_action import ACTIONS, resume_action
from listbridge.services.jobs.select_and_act import PHASES, run_selection_chunk
from listbridge.services.listings.act.adopt_listings import run_adoption_chunk
from listbridge.services.listings.act.unlink_account import run_unlink_chunk, unlinks_account
from listbridge.services.listings.export.run_export import run_export_chunk
from listbridge.services.listings.items.add_chosen import run_add_chosen_chunk
from listbridge.services.listings.items.add_items import run_add_items_chunk
from listbridge.services.listings.linking.link_inventory import run_linking_chunk
from listbridge.services.listings.linking.map_sku import run_mapping_chunk
from listbridge.services.listings.linking.read_inventory import run_inventory_chunk
from listbridge.services.listings.mirror.mirror_collections import run_mirror_chunk
from listbridge.services.listings.revise.check_drift import run_drift_chunk
from listbridge.services.listings.revise.release_guarded import run_release_chunk

_CHUNKS: dict[JobKind, Callable[[PublishDeps, Job], Job]] = {
    JobKind.CONFIGURATION: run_configuration_chunk,
    JobKind.SWEEP: run_sweep_chunk,
    JobKind.DRIFT: run_drift_chunk,
    JobKind.MIRROR: run_mirror_chunk,
    JobKind.ADOPT: run_adoption_chunk,
    JobKind.INVENTORY: run_inventory_chunk,
    JobKind.LINK_INVENTORY: run_linking_chunk,
    JobKind.MAP_SKU: run_mapping_chunk,
    JobKind.ADD_ITEMS: run_add_items_chunk,
    JobKind.ADD_CHOSEN: run_add_chosen_chunk,
    JobKind.EXPORT: run_export_chunk,
    JobKind.RELEASE_GUARDED: run_release_chunk,
    JobKind.UNLINK: run_unlink_chunk,
}
_ENOUGH_S = 20.0
_LONGEST_WAIT_S = 300
"""Who must wait longer is left to the timer that carries jobs on every five minutes."""


def run_job(deps: PublishDeps, message: RecomputeChunk, *, remaining_s: float) -> None:
    """Go on with the job, chunk by chunk, as long as this run's time allows; then queue the rest.

    A repeated message is harmless: each chunk is saved over the revision that it read, and chunks converge.
    """
    try:
        job = deps.jobs.get(message.job)
    except Missing:
        return
    chosen = job.kind in ACTIONS and job.phase not in PHASES and not unlinks_account(job)
    if chosen and job.state is JobState.RUNNING:
        resume_action(deps, job)
        return
    began = deps.clock.now()
    while job.state is JobState.RUNNING and (chunk := _chunk(job)) is not None:
        spent = (deps.clock.now() - began).total_seconds()
        if spent > min(_ENOUGH_S, remaining_s / 2):
            deps.queues.send(Lane.RECOMPUTE, message, reason="run_over")
            return
        try:
            before = (job.cursor, job.phase, job.state)
            job = chunk(deps, job)
            if (job.cursor, job.phase, job.state) != before:
                trace.progressed()
        except Conflict:
            return  # another worker carries this job on
        except Missing:
            gone = _gone(deps, job)
            if gone is None:
                raise
            _end(deps, job, gone)
            return
        except RetryLater as error:
            wait = _wait(deps, error)
            if wait <= _LONGEST_WAIT_S:
                deps.queues.send(Lane.RECOMPUTE, message, delay_s=wait, reason="again_later")
            return


def _chunk(job: Job) -> Callable[[PublishDeps, Job], Job] | None:
    """What carries the job on from where it stands; None where nothing does but its lanes."""
    if job.kind in ACTIONS and not unlinks_account(job):
        return run_selection_chunk if job.phase in PHASES else None
    return _CHUNKS.get(job.kind)


def _gone(deps: CoreDeps, job: Job) -> Problem | None:
    """Why nothing is left to do: the shop or account that the job is about was disconnected after it began."""
    try:
        if job.account is not None:
            deps.configuration.get(Account, job.account)
        if isinstance(job.params, SweepParams):
            deps.configuration.get(Shop, job.params.shop)
    except Missing as error:
        return Problem("not_found", {"kind": error.kind, "id": error.id})
    return None


def _end(deps: CoreDeps, job: Job, problem: Problem) -> None:
    """Else the timer that carries jobs on would send it again forever, and each message would end in the dead-letter
    queue."""
    with suppress(Conflict):  # another worker ended it
        deps.jobs.save(job.ended(deps.clock.now(), problem))


def _wait(deps: CoreDeps, error: RetryLater) -> int:
    return math.ceil(max(1.0, waiting.asked_s(error, deps.clock.now())))

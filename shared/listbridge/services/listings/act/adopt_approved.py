"""Adopt the listings of an approved job, a few a call. Each is adopted once at most: before it is asked for, and again before it is
asked for a second time, the marketplace is asked whether it is ours to write already."""

from __future__ import annotations

import math
from collections.abc import Sequence

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account
from listbridge.domain.ids import ListingKey
from listbridge.domain.job_params import AdoptionParams
from listbridge.domain.jobs import Job, JobEntry, JobState, Outcome
from listbridge.domain.listings.foreign import ForeignListing
from listbridge.domain.listings.holds import OBSERVE_MODE, WRITES_STOPPED, account_hold
from listbridge.domain.listings.listing import Status
from listbridge.domain.ports import Adopted, Adopting
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, Rejected, RetryLater, Unauthorized
from listbridge.domain.work import Lane, PublishKind, PublishTask
from listbridge.services.deps import CoreDeps, PublishDeps
from listbridge.services.listings.foreign_listings import forget

PATIENCE_S = 6.0
"""How long one call may wait for its budget."""
_PAGE = 100
_MOST_TRIES = 3


def adopt_next(deps: PublishDeps, job: Job, account: Account, adopting: Adopting) -> Job:
    """One call's worth. Raises RemoteError, and Conflict when another worker carries the job on."""
    held = account_hold(account)
    if held is not None and held.code in (OBSERVE_MODE, WRITES_STOPPED):
        return deps.jobs.save(job.model_copy(update={"state": JobState.AWAITING_APPROVAL, "reason": held}))
    batch, job = _next_batch(deps, job, adopting.most)
    return _Call(deps, account, adopting, job, batch).make() if batch else job


def _next_batch(deps: CoreDeps, job: Job, most: int) -> tuple[list[ForeignListing], Job]:
    """Those that were asked for and may be adopted, or else the next that wait; pages without any are passed over."""
    asked = set(job.params_of(AdoptionParams).asked)
    while True:
        entries, following = deps.jobs.entries(job.id, job.cursor or None, _PAGE)
        waiting = [one.foreign for one in entries if one.outcome is Outcome.WAITING and one.foreign is not None]
        first = [one for one in waiting if one.remote in asked] or waiting
        if first or following is None:
            return first[:most], job
        job = deps.jobs.save(job.model_copy(update={"cursor": following}))


class _Call:
    """One call of one worker, from the look before it to what is recorded of it."""

    def __init__(
        self, deps: PublishDeps, account: Account, adopting: Adopting, job: Job, batch: Sequence[ForeignListing]
    ) -> None:
        self._deps, self._account, self._adopting, self._job = deps, account, adopting, job
        self._params = job.params_of(AdoptionParams)
        self._traits = deps.marketplaces.traits(account)
        self._batch = {one.remote: one for one in batch}

    def make(self) -> Job:
        """Look, ask for those that are not adopted, record what was said."""
        self._settled()
        found = self._adopting.managed(self._params.site, list(self._batch.values()))
        done = list(found.values())
        rest = [one for one in self._batch.values() if one.remote not in found]
        again = bool(self._params.asked)
        if again and self._params.tries >= _MOST_TRIES:
            lost = OutcomeUnknown(Problem("adoption_unknown", fix="look_on_marketplace"))
            self._record([*done, *(Adopted(one.remote, error=lost) for one in rest)], last=True)
        elif rest:
            # Over the revision that was read: of two workers who looked, one goes on.
            self._claim(rest, tries=self._params.tries + 1 if again else 1)
            self._record(done)
            self._ask(rest)
        else:
            self._record(done)
        return self._released()

    def _settled(self) -> None:
        """A call whose answer was lost may still be done. Raises RetryLater until that time is over."""
        at = self._params.asked_at
        if not self._params.asked or at is None:
            return
        left = (at - self._deps.clock.now()).total_seconds() + self._lost_s
        if left > 0:
            raise RetryLater(Problem("interrupted"), after_s=left)

    @property
    def _lost_s(self) -> float:
        """After how long a call that was recorded certainly changes nothing any more. It may be made twice, with a new token."""
        calls_s = 2 * self._deps.limits.call_s(self._traits.longest_call_s)
        return PATIENCE_S + calls_s + self._traits.unsettled_s

    def _ask(self, batch: Sequence[ForeignListing]) -> None:
        try:
            told = self._told(batch)
        except OutcomeUnknown as error:
            raise RetryLater(error.problem, after_s=self._lost_s) from error
        except (RetryLater, Unauthorized):
            self._released()  # nothing was done
            raise
        told = self._unless_ours(told)
        self._record(told)
        errors = [one.error for one in told]
        unknown = next((error for error in errors if isinstance(error, OutcomeUnknown)), None)
        if unknown is not None:
            raise RetryLater(unknown.problem, after_s=self._lost_s)
        later = next((error for error in errors if isinstance(error, RetryLater)), None)
        if later is not None:
            self._released()
            raise later

    def _told(self, batch: Sequence[ForeignListing]) -> list[Adopted]:
        """One that is refused together with others may not be the reason: then the first goes alone."""
        try:
            return self._adopting.adopt(self._params.site, batch)
        except Rejected as refused:
            if len(batch) == 1:
                return [Adopted(batch[0].remote, error=refused)]
        return self._told(batch[:1])

    def _unless_ours(self, told: list[Adopted]) -> list[Adopted]:
        """What is refused may be ours for all that: somebody else may have had it adopted since we looked."""
        refused = [self._batch[one.remote] for one in told if isinstance(one.error, Rejected)]
        found = self._adopting.managed(self._params.site, refused) if refused else {}
        return [found.get(one.remote, one) for one in told]

    def _claim(self, batch: Sequence[ForeignListing], *, tries: int) -> None:
        """Recorded before the call. Raises Conflict when another worker was here."""
        asked = tuple(one.remote for one in batch)
        job = self._job.with_params(asked=asked, asked_at=self._deps.clock.now(), tries=tries)
        self._deps.jobs.save(job.model_copy(update={"reason": None}))

    def _released(self) -> Job:
        """What was asked for is known. The last entry has ended the job, or somebody may have cancelled it."""
        job = self._deps.jobs.get(self._job.id)
        if job.state is not JobState.RUNNING or not job.params_of(AdoptionParams).asked:
            return job
        return self._deps.jobs.save(job.with_params(asked=(), asked_at=None, tries=0))

    def _record(self, told: Sequence[Adopted], *, last: bool = False) -> None:
        """What is known of each; one of which nothing is known, or that may go later, goes on waiting."""
        ended = [one for one in told if last or not isinstance(one.error, OutcomeUnknown | RetryLater)]
        self._link([self._batch[one.remote].without(one.left) for one in ended if one.error is None])
        for one in ended:
            self._deps.jobs.finish(self._job.id, self._entry(self._batch[one.remote], one))

    def _entry(self, listing: ForeignListing, told: Adopted) -> JobEntry:
        outcome = Outcome.DONE if told.error is None else Outcome.FAILED
        reason = told.error.problem if told.error is not None else None
        if outcome is Outcome.DONE:
            self._note(listing)
            if told.left:
                params = {"sku": told.left[0], "count": str(len(told.left))}
                reason = Problem("foreign_left_behind", params, "stop_and_send")
        return JobEntry(
            item=listing.remote,
            outcome=outcome,
            reason=reason,
            at=self._deps.clock.now(),
            foreign=listing.with_offers(told.offers),
        )

    def _note(self, listing: ForeignListing) -> None:
        now, params = self._deps.clock.now(), {"remote": listing.remote, "url": listing.url}
        keys = [ListingKey(self._account.id, self._params.site, sku) for sku in listing.skus]
        entries = (
            ActivityEntry(str(key), "adopted", now, params, self._account.id, self._job.created_by) for key in keys
        )
        self._deps.activity.note(*entries)

    def _link(self, adopted: Sequence[ForeignListing]) -> None:
        """What was adopted is linked by the lane that links, once the marketplace is certain to show it."""
        forget(self._deps, self._account, self._params.site, [sku for one in adopted for sku in one.skus])
        keys = [ListingKey(self._account.id, self._params.site, sku) for one in adopted for sku in one.skus]
        rows = self._deps.listings.get_many(keys).values()
        tasks = {
            PublishTask(action=PublishKind.LINK, sales_list=row.sales_list, product=row.variant.product)
            for row in rows
            if row.status not in (Status.ACTIVE, Status.PENDING)
        }
        if tasks:
            self._deps.queues.send(Lane.PUBLISH, *tasks, delay_s=math.ceil(self._traits.settle_s), reason="again_later")

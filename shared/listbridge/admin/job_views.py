"""What callers are answered about jobs: how far one is, what it edits, and what became of each item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from listbridge.admin.row_ids import item_id, items_of, listing_id
from listbridge.admin.shape import Shape
from listbridge.admin.views import ProblemView
from listbridge.domain.ids import ListingKey, VariantKey
from listbridge.domain.jobs import Job, JobEntry, JobKind, JobState, Outcome
from listbridge.domain.ports import ListingRepository
from listbridge.domain.problem import Problem


class EditedFieldView(Shape):
    """One field of a document by its dotted place (`rules.price.ratio`), as it was and as it shall be."""

    field: str
    before: Any
    after: Any


class EditView(Shape):
    """What a configuration job edits."""

    kind: str
    id: str
    name: str
    fields: list[EditedFieldView]

    @classmethod
    def of(cls, job: Job) -> EditView | None:
        """Null for other jobs, and for those of before edits were written down."""
        if "edit" not in job.params:
            return None
        fields = [EditedFieldView(**one) for one in job.params["edit"]]
        return cls(kind=job.params["kind"], id=job.params["id"], name=job.params["name"], fields=fields)


class JobView(Shape):
    """A job and how far it is. `affected` of `live` listings would change: what an approval is about.

    When it is over, `done`, `skipped` and `failed` add up to `total`.
    """

    id: str
    kind: JobKind
    state: JobState
    account: str | None
    total: int
    done: int
    skipped: int
    failed: int
    affected: int
    live: int
    phase: str
    created_by: str
    created_at: datetime
    finished_at: datetime | None
    reason: ProblemView | None
    edit: EditView | None

    @classmethod
    def of(cls, job: Job) -> JobView:
        return cls(
            id=job.id, kind=job.kind, state=job.state, account=job.account, total=job.total, done=job.done,
            skipped=job.skipped + (job.waiting if job.over else 0), failed=job.failed, affected=job.affected, live=job.live, phase=job.phase, created_by=job.created_by,
            created_at=job.created_at, finished_at=job.finished_at, reason=ProblemView.of_reason(job.reason),
            edit=EditView.of(job),
        )  # fmt: skip


class JobStarted(Shape):
    """The answer to what takes a while: look at the job. With a `cursor` there is more to ask for."""

    job: JobView
    cursor: str | None = None


_LEFT_OUT = {JobState.CANCELLED: Problem("job_cancelled"), JobState.REFUSED: Problem("job_refused")}
"""Why an item has no outcome although its job is over."""


class JobEntryView(Shape):
    """What became of one item of a job: a listing (then with its id), a product, or an item without listing."""

    item: str
    """As the job names it."""
    item_id: str | None
    """The item's id in `/v1`; null for a product, and when the listing is gone."""
    listing: str | None
    sku: str | None
    outcome: Outcome
    reason: ProblemView | None
    at: datetime | None

    @classmethod
    def all(cls, job: Job, entries: Sequence[JobEntry], ledger: ListingRepository) -> list[JobEntryView]:
        """A page of them."""
        items = items_of(ledger, [key for entry in entries if (key := _listing_in(job, entry.item))])
        return [cls._of(job, entry, items) for entry in entries]

    @classmethod
    def _of(cls, job: Job, entry: JobEntry, items: Mapping[ListingKey, str]) -> JobEntryView:
        key = _listing_in(job, entry.item)
        left_out = job.over and entry.outcome is Outcome.WAITING
        reason = ProblemView.of(_LEFT_OUT.get(job.state, Problem("job_ended"))) if left_out else None
        return cls(
            item=entry.item, item_id=items.get(key) if key else _variant_in(entry.item),
            listing=listing_id(key) if key else None, sku=key.sku if key else None,
            outcome=Outcome.SKIPPED if left_out else entry.outcome,
            reason=reason or ProblemView.of_reason(entry.reason), at=entry.at,
        )  # fmt: skip


def _listing_in(job: Job, item: str) -> ListingKey | None:
    """The listing that an entry names; entries of items without a listing begin with a shop, not with the account."""
    if job.account is None or not item.startswith(f"{job.account}#"):
        return None
    return ListingKey.parse(item)


def _variant_in(item: str) -> str | None:
    """The item's id where an entry names a variant; one that names a product has less."""
    try:
        return item_id(VariantKey.parse(item))
    except ValueError:
        return None

"""Answers about jobs: how far a job is, what it edits, and what became of each item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from listbridge.admin.row_ids import item_id, items_of, listing_id
from listbridge.admin.shape import Shape
from listbridge.admin.views.documents import MoneyView, ProblemView
from listbridge.domain.ids import ListingKey, VariantKey
from listbridge.domain.job_params import EditParams
from listbridge.domain.jobs import Decision, Job, JobEntry, JobKind, JobState, Outcome
from listbridge.domain.planned_change import Content, Offered, PlannedChange
from listbridge.domain.ports import ListingRepository
from listbridge.domain.problem import Problem


class EditedFieldView(Shape):
    """One field of a document by its dotted place (`rules.price.ratio`), as it was and as it shall be."""

    field: str
    """The dotted place of the field in the document (`rules.price.ratio`)."""
    before: Any
    """The value before the edit; null when there was none."""
    after: Any
    """The value after the edit; null when there is none."""


class EditView(Shape):
    """What a configuration job edits."""

    kind: str
    """The kind of document that is edited (`account`, `sales_list`)."""
    id: str
    """The document's id."""
    name: str
    """The document's name, for people."""
    fields: list[EditedFieldView]
    """What the edit changes, field by field."""

    @classmethod
    def of(cls, job: Job) -> EditView | None:
        """Null for other jobs, and for those from before edits were recorded."""
        params = job.params
        if not isinstance(params, EditParams) or params.edit is None:
            return None
        fields = [EditedFieldView(**one.model_dump()) for one in params.edit]
        return cls(kind=params.kind, id=params.id, name=params.name, fields=fields)


class OfferedValuesView(Shape):
    """What buyers find; null is unknown, or left as it is."""

    quantity: int | None
    """How many units buyers find."""
    price: MoneyView | None
    """The price that buyers find."""
    title: str | None
    """The title that buyers read."""

    @classmethod
    def of(cls, offered: Offered) -> OfferedValuesView:
        return cls(quantity=offered.quantity, price=MoneyView.of(offered.price), title=offered.title)


class PlannedChangeView(Shape):
    """What an action would do to one listing, and what that would cost."""

    before: OfferedValuesView
    """What buyers find now."""
    after: OfferedValuesView | None
    """What buyers would find; null where it would not be on sale."""
    content: Content
    """What would become of title, description, pictures and the rest."""
    fee: MoneyView | None
    """What the marketplace would charge, whether it sells or not; null for nothing. Of variants of one listing it stands at the first."""
    calls: dict[str, int]
    """The calls that would change something there, by the marketplace's own name; those that several items share stand at the first."""

    @classmethod
    def maybe(cls, change: PlannedChange | None) -> PlannedChangeView | None:
        if change is None:
            return None
        return cls(
            before=OfferedValuesView.of(change.before),
            after=OfferedValuesView.of(change.after) if change.after is not None else None,
            content=change.content,
            fee=MoneyView.of(change.fee),
            calls=change.calls,
        )


class JobView(Shape):
    """A job and how far it is. `affected` of `live` listings would change: what an approval is about.

    When it is over, `done`, `skipped` and `failed` add up to `total`.
    """

    id: str
    """The job's id."""
    kind: JobKind
    """What the job does."""
    state: JobState
    """How far the job is."""
    account: str | None
    """The id of the account that the job is about; null when it is about more than one, or a shop."""
    total: int
    """How many items the job has to deal with, as far as they are counted."""
    done: int
    """How many items are done."""
    skipped: int
    """How many items there was nothing to do for, or that were left out."""
    failed: int
    """How many items failed."""
    affected: int
    """How many live listings a guarded job would end, zero, publish or reprice."""
    live: int
    """How many live listings the accounts concerned have, beside `affected`."""
    dry_run: bool
    """Whether the action only tells what it would do."""
    calls: int
    """How many calls that change something on the marketplace such an action would make, as far as it has told."""
    fees: int
    """How often the marketplace would charge its listing fee, as far as it has told; the entries say how much."""
    phase: str
    """What the job is busy with, for a job that works in steps; empty for the others."""
    created_by: str
    """Who began the job; `listbridge` for itself."""
    created_at: datetime
    """When the job began, UTC."""
    finished_at: datetime | None
    """When the job ended, UTC; null while it runs or waits."""
    reason: ProblemView | None
    """Why the job as a whole waits or failed; null when neither is so."""
    edit: EditView | None
    """What a configuration job edits; null for the others."""
    decision: Decision | None
    """Who approved or refused it, when and why; null while it waits, and for a job that never did."""

    @classmethod
    def of(cls, job: Job) -> JobView:
        return cls(
            id=job.id,
            kind=job.kind,
            state=job.state,
            account=job.account,
            total=job.total,
            done=job.done,
            skipped=job.skipped + (job.waiting if job.over else 0),
            failed=job.failed,
            affected=job.affected,
            live=job.live,
            dry_run=job.dry_run,
            calls=job.calls,
            fees=job.fees,
            phase=job.phase,
            created_by=job.created_by,
            created_at=job.created_at,
            finished_at=job.finished_at,
            reason=ProblemView.maybe(job.reason),
            edit=EditView.of(job),
            decision=job.decision,
        )


class JobStarted(Shape):
    """The answer to what takes a while: look at the job."""

    job: JobView
    """The job; ask for it again until it ends."""
    cursor: str | None = Field(default=None, deprecated=True)
    """Always null: a job has everything that was asked for."""


_LEFT_OUT = {JobState.CANCELLED: Problem("job_cancelled"), JobState.REFUSED: Problem("job_refused")}
"""Why an item has no outcome although its job is over."""


class JobEntryView(Shape):
    """What became of one item of a job: a listing (then with its id), a product, or an item without listing."""

    item: str
    """The item, as the job names it."""
    item_id: str | None
    """The item's `id` in sales lists; null for a product, and when the listing is gone."""
    listing: str | None
    """The listing's `id`; null when the entry is not about a listing."""
    sku: str | None
    """The listing's SKU; null when the entry is not about a listing."""
    outcome: Outcome
    """What became of the item."""
    reason: ProblemView | None
    """Why, and what would help; null when there is nothing to explain."""
    change: PlannedChangeView | None
    """What the action would do to the item, where it only tells; null in all others."""
    at: datetime | None
    """When it came to that, UTC; null while the item waits."""

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
            item=entry.item,
            item_id=items.get(key) if key else _variant_in(entry.item),
            listing=listing_id(key) if key else None,
            sku=key.sku if key else None,
            outcome=Outcome.SKIPPED if left_out else entry.outcome,
            reason=reason or ProblemView.maybe(entry.reason),
            change=PlannedChangeView.maybe(entry.change),
            at=entry.at,
        )


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

"""Edits of rules, switches and locations: proposed, counted as a set, and only then applied (protocol.md#guard).

An edit becomes a job. Its chunks first compute every listing that it touches under the proposed document and count the
live ones that it would zero or reprice; above the account's limit the job waits for approval, with nothing changed.
Then the document is saved, and the listings are recomputed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, Document, Profile, SalesList, Shop
from listbridge.domain.edited_fields import edited_fields
from listbridge.domain.ids import AccountId, JobId, new_id
from listbridge.domain.job_params import EditParams
from listbridge.domain.jobs import Job, JobKind, JobState
from listbridge.domain.listings import ledger
from listbridge.domain.listings.listing import Cause, LedgerField, Listing
from listbridge.domain.ports import NotACursor
from listbridge.domain.problem import Problem
from listbridge.domain.rules.in_force import RuleContext
from listbridge.domain.word import reading_stored
from listbridge.domain.work import Lane, RecomputeChunk
from listbridge.services.catalog.nudge import nudge, nudge_due
from listbridge.services.catalog.recompute import Recompute, compute
from listbridge.services.catalog.restocked import sell_restocked
from listbridge.services.catalog.rule_context import context_of
from listbridge.services.deps import AccountDeps, CoreDeps, LedgerDeps
from listbridge.services.guard import judge_set
from listbridge.services.listings.mirror.mirror_collections import mirror_soon
from listbridge.services.listings.revise.failed_updates import causes_changed

CHUNK = 400
_MIRRORED = frozenset({"collections", "auto_export"})
"""Fields of a sales list after whose edit its collections are read again: for others, or to tell apart what is new from then on."""
_KINDS: dict[str, type[Document]] = {kind.kind: kind for kind in (Profile, SalesList, Account, Shop)}


def propose(deps: CoreDeps, document: Document, actor: str) -> Job:
    """Ask for this edited version of an existing document; `document.rev` is the version that was edited.

    Returns the job, which runs automatically and may stop at `awaiting_approval`.
    """
    job = Job(
        id=JobId(new_id("job")),
        kind=JobKind.CONFIGURATION,
        account=_account_of(document),
        params=_params(deps, document),
        phase="count",
        created_by=actor,
        created_at=deps.clock.now(),
    )
    deps.jobs.create(job)
    deps.queues.send(Lane.RECOMPUTE, RecomputeChunk(job=job.id))
    return job


def save_at_once(deps: CoreDeps, document: Document, actor: str) -> Job:
    """Save an edit that moves no listing, so that there is nothing to count. Returns the finished job. Raises Conflict."""
    params = _params(deps, document)
    deps.configuration.save(document)
    now, account = deps.clock.now(), _account_of(document)
    job = Job(
        id=JobId(new_id("job")),
        kind=JobKind.CONFIGURATION,
        account=account,
        state=JobState.DONE,
        params=params,
        created_by=actor,
        created_at=now,
        finished_at=now,
    )
    deps.jobs.create(job)
    event = f"{document.kind}_changed"
    deps.activity.note(ActivityEntry(document.id, event, now, {"job": job.id}, account, actor))
    return job


def recompute_all(deps: CoreDeps, document: Document, actor: str) -> Job:
    """Recompute every listing that this saved document touches, in chunks; nothing is counted, for nothing is edited."""
    job = Job(
        id=JobId(new_id("job")),
        kind=JobKind.CONFIGURATION,
        account=_account_of(document),
        phase="recompute",
        params=_params(deps, document),
        created_by=actor,
        created_at=deps.clock.now(),
    )
    deps.jobs.create(job)
    deps.queues.send(Lane.RECOMPUTE, RecomputeChunk(job=job.id))
    return job


def _params(deps: CoreDeps, document: Document) -> EditParams:
    """What the job of an edit carries: the document as it shall be, and field by field what that changes."""
    before = deps.configuration.get(type(document), document.id)
    changed = tuple(edited_fields(before, document))
    name = str(getattr(document, "name", document.id))
    return EditParams(kind=document.kind, id=document.id, name=name, edit=changed, document=document.model_dump_json())


def run_configuration_chunk(deps: LedgerDeps, job: Job) -> Job:
    """Do the next chunk of a configuration job and save its progress; the caller queues the rest."""
    document = proposed_document(job)
    if job.phase == "count":
        return _count(deps, job, document)
    if job.phase == "apply":
        return _apply(deps, job, document)
    return _recompute(deps, job, document)


@dataclass(frozen=True, slots=True)
class Moved:
    """A live listing that the edit would newly zero or reprice, as it is and as it would be."""

    before: Listing
    after: Listing


def proposed_document(job: Job) -> Document:
    """The document that a configuration job wants saved."""
    with reading_stored():
        params = job.params_of(EditParams)
        return _KINDS[params.kind].model_validate_json(params.document)


def moved_page(deps: LedgerDeps, job: Job, cursor: str, rows: int) -> tuple[list[Moved], str]:
    """What the edit would move among the next `rows` listings that it touches; the new cursor is empty after the last."""
    document, found = proposed_document(job), list[Moved]()
    following = _next_rows(
        deps, cursor, document, lambda sales_list, page: found.extend(_moved(deps, document, sales_list, page)), rows
    )
    return found, following


def _moved(deps: LedgerDeps, document: Document, sales_list: SalesList, rows: Sequence[Listing]) -> list[Moved]:
    context = _proposed_context(deps, sales_list, document)
    observed = deps.configuration.get(Account, sales_list.account).observe
    leaves_observe_mode = isinstance(document, Account) and observed and not document.observe
    variants = deps.variants.get_many({row.variant for row in rows})
    found = []
    for row in rows:
        variant = variants.get(row.variant)
        if variant is None or not row.live:
            continue
        computed = compute(row, variant, context, Cause.CONFIGURATION, deps.clock.now())
        auto = context.automatic(row.switches).fields
        after = ledger.recomputed(_without_basis(row), computed, auto, deps.clock.now())
        if _moves(row, after, counts_waiting=leaves_observe_mode):
            found.append(Moved(row, after))
    return found


def _count(deps: LedgerDeps, job: Job, document: Document) -> Job:
    affected = dict(job.params_of(EditParams).affected)

    def count(sales_list: SalesList, rows: list[Listing]) -> None:
        moved = len(_moved(deps, document, sales_list, rows))
        affected[sales_list.account] = affected.get(sales_list.account, 0) + moved

    cursor = _next_rows(deps, job.cursor, document, count)
    job = job.with_params(affected=affected).model_copy(update={"affected": sum(affected.values())})
    if cursor:
        return deps.jobs.save(job.model_copy(update={"cursor": cursor}))
    judgement = judge_set(deps, affected)
    state = JobState.AWAITING_APPROVAL if judgement.waits else JobState.RUNNING
    if judgement.waits:
        params = {"affected": str(job.affected), "live": str(judgement.live)}
        deps.activity.note(ActivityEntry(job.id, "changes_wait", deps.clock.now(), params, job.account))
    return deps.jobs.save(
        job.model_copy(update={"cursor": "", "phase": "apply", "state": state, "live": judgement.live})
    )


def _moves(before: Listing, after: Listing, *, counts_waiting: bool) -> bool:
    """Whether sending would newly zero or reprice this live listing."""
    due, was_due = ledger.due_fields(after), frozenset() if counts_waiting else ledger.due_fields(before)
    zero = LedgerField.QUANTITY in due and after.computed.quantity == 0
    was_zero = LedgerField.QUANTITY in was_due and before.computed.quantity == 0
    price = LedgerField.PRICE in due and not (
        LedgerField.PRICE in was_due and before.computed.price == after.computed.price
    )
    return (zero and not was_zero) or price


def _without_basis(row: Listing) -> Listing:
    """A dry run may compute from whatever is newest: nothing is saved."""
    return replace(row, computed=replace(row.computed, basis={}))


def _apply(deps: CoreDeps, job: Job, document: Document) -> Job:
    before = deps.configuration.get(type(document), document.id)
    if before.rev == document.rev:
        deps.configuration.save(document)
    elif before.model_copy(update={"rev": document.rev}) != document:  # not ours saved by a run that died after it
        params = {"kind": document.kind, "id": document.id}
        reason = Problem("changed_meanwhile", params, "repeat_edit")
        return deps.jobs.save(job.ended(deps.clock.now(), reason))
    if isinstance(document, SalesList) and _MIRRORED & {one.field for one in job.params_of(EditParams).edit or ()}:
        mirror_soon(deps, document, job.created_by, at_once=True)
    deps.activity.note(
        ActivityEntry(
            document.id, f"{document.kind}_changed", deps.clock.now(), {"job": job.id}, job.account, job.created_by
        )
    )
    return deps.jobs.save(job.model_copy(update={"phase": "recompute", "cursor": ""}))


def _recompute(deps: LedgerDeps, job: Job, document: Document) -> Job:
    done = 0

    def recompute(_: SalesList, rows: list[Listing]) -> None:
        nonlocal done
        worker = Recompute(deps, Cause.CONFIGURATION, guard_passed=True)
        moved = worker.listings([row.key for row in rows])
        nudge_due(deps, moved)
        sell_restocked(deps, moved)
        done += len(rows)

    cursor = _next_rows(deps, job.cursor, document, recompute)
    update: dict[str, object] = {"cursor": cursor, "done": job.done + done}
    if not cursor:
        update |= {"state": JobState.DONE, "finished_at": deps.clock.now(), "total": job.done + done}
        if isinstance(document, Account):
            nudge(deps, document.id)  # a switch or the end of observe mode may release rows that did not move
        causes_changed(deps, (sales_list.account for sales_list in _lists_touched(deps, document)))
    return deps.jobs.save(job.model_copy(update=update))


def _next_rows(
    deps: AccountDeps,
    cursor: str,
    document: Document,
    use: Callable[[SalesList, list[Listing]], None],
    most: int = CHUNK,
) -> str:
    """Give the next chunk of touched listings to `use`; the new cursor, empty when there are no more."""
    lists = _lists_touched(deps, document)
    place = _Place.read(cursor)
    while place.index < len(lists):
        rows, inner = deps.listings.of_list(lists[place.index].id, place.inner, most)
        if rows:
            use(lists[place.index], rows)
        place = _Place(place.index, inner) if inner else _Place(place.index + 1, None)
        if rows and place.index < len(lists):
            return place.text()
    return ""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in which list a job is."""

    index: int
    inner: str | None

    @classmethod
    def read(cls, text: str) -> _Place:
        """Raises NotACursor."""
        try:
            index, inner = json.loads(text) if text else (0, None)
        except ValueError:
            raise NotACursor from None
        if not isinstance(index, int) or index < 0 or not isinstance(inner, str | None):
            raise NotACursor
        return cls(index, inner)

    def text(self) -> str:
        return json.dumps([self.index, self.inner])


def _lists_touched(deps: CoreDeps, document: Document) -> list[SalesList]:
    lists = sorted(deps.configuration.all(SalesList), key=lambda sales_list: sales_list.id)
    if isinstance(document, SalesList):
        return [sales_list for sales_list in lists if sales_list.id == document.id]
    if isinstance(document, Profile):
        return [sales_list for sales_list in lists if sales_list.profile == document.id]
    accounts = {document.id}
    if isinstance(document, Shop):
        accounts = {account.id for account in deps.configuration.all(Account) if account.shop == document.id}
    return [sales_list for sales_list in lists if sales_list.account in accounts]


def _proposed_context(deps: AccountDeps, sales_list: SalesList, document: Document) -> RuleContext:
    """The rules as they would be, with the proposed document in the place of the saved one."""
    if isinstance(document, SalesList):
        sales_list = document
    account = document if isinstance(document, Account) else deps.configuration.get(Account, sales_list.account)
    profile: Profile | None = None
    if isinstance(document, Profile) and sales_list.profile == document.id:
        profile = document
    elif sales_list.profile:
        profile = deps.configuration.get(Profile, sales_list.profile)
    context = context_of(deps, sales_list, account, profile)
    if isinstance(document, Shop):
        context = replace(context, shop=document)
    return context


def _account_of(document: Document) -> AccountId | None:
    if isinstance(document, Account):
        return document.id
    return document.account if isinstance(document, SalesList) else None

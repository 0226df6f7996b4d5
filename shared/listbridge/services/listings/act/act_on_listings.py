"""Do what a person asks for to listings. Every action is a job with one entry per listing: what an action cannot do to a
listing is an entry that says why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, SalesList
from listbridge.domain.ids import JobId, ListingKey, ProductId, VariantKey, new_id
from listbridge.domain.job_params import ActionParams
from listbridge.domain.jobs import Job, JobEntry, JobKind, JobState, Outcome
from listbridge.domain.listings import ledger
from listbridge.domain.listings.listing import LedgerField, Listing
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.ports import Missing
from listbridge.domain.problem import Problem
from listbridge.domain.work import Lane, PublishKind, PublishTask
from listbridge.services.catalog.nudge import nudge_due
from listbridge.services.deps import AccountDeps, CoreDeps, PublishDeps
from listbridge.services.guard import judge_action
from listbridge.services.job_results import item_done, item_failed, item_skipped, taken_over
from listbridge.services.listings.act.unlink import unlink_product
from listbridge.services.listings.action_rules import ENDING, RULES, Action, computable, hindrance, moves
from listbridge.services.listings.items.remove_items import remove_items
from listbridge.services.listings.publish.rehearse import rehearse_revision
from listbridge.services.refusal import Refused

ROWS_PER_CALL = 500


@dataclass(frozen=True, slots=True)
class Started:
    """An action that was begun. With a `cursor` there are more items than one call takes: ask again with it."""

    job: Job
    cursor: str | None = None


def act_on_all(deps: PublishDeps, sales_list: SalesList, action: Action, cursor: str | None, actor: str) -> Started:
    """Begin the action on the next part of everything in the list."""
    items, following = deps.items.of_list(sales_list.id, cursor, ROWS_PER_CALL)
    more_end = action in ENDING and following is not None
    return Started(_start(deps, sales_list, action, items, actor, more_end=more_end), following)


def act_on_some(
    deps: PublishDeps, sales_list: SalesList, action: Action, variants: Sequence[VariantKey], actor: str
) -> Started:
    """Begin the action on these items. Raises Missing when one of them is not in the list; nothing is begun then."""
    items = []
    for variant in dict.fromkeys(variants):
        item = deps.items.find(sales_list.id, variant)
        if item is None:
            raise Missing("item", str(variant))
        items.append(item)
    return Started(_start(deps, sales_list, action, items, actor))


def _start(
    deps: PublishDeps,
    sales_list: SalesList,
    action: Action,
    items: Sequence[Item],
    actor: str,
    *,
    more_end: bool = False,
) -> Job:
    """Make the job of what was asked for and begin it; one that moves too much of the account waits, with nothing queued."""
    account = deps.configuration.get(Account, sales_list.account)
    items = _with_siblings(deps, sales_list, items, _whole_products(deps, action, items))
    plan = _plan(deps, action, account, items)
    now = deps.clock.now()
    rehearse = account.observe
    moved = 0 if rehearse else sum(moves(action, row) for row in plan.rows)
    judgement = judge_action(deps, account, moved, at=now, more_end=more_end)
    job = Job(
        id=JobId(new_id("job")),
        kind=JobKind(action.value),
        account=account.id,
        created_by=actor,
        created_at=now,
        params=ActionParams(sales_list=sales_list.id, counted_in_s=account.guard.window_s, rehearsal=rehearse or None),
        total=len(plan.entries),
        skipped=len(plan.entries) - plan.waiting,
        affected=moved,
        live=judgement.live,
    )
    if plan.waiting == 0:
        job = job.model_copy(update={"state": JobState.DONE, "finished_at": now})
    elif judgement.waits:
        job = job.model_copy(update={"state": JobState.AWAITING_APPROVAL})
    deps.jobs.create(job, list(plan.entries.values()))
    params = {"action": action.value, "list": sales_list.name, "listings": str(plan.waiting)}
    if judgement.waits:
        params |= {"affected": str(moved), "live": str(judgement.live)}
        deps.activity.note(ActivityEntry(job.id, "action_waits", now, params, account.id, actor))
        return deps.jobs.get(job.id)
    deps.activity.note(ActivityEntry(job.id, "action_started", now, params, account.id, actor))
    carry_out(deps, sales_list, action, job, plan)
    return deps.jobs.get(job.id)


def _whole_products(deps: AccountDeps, action: Action, items: Sequence[Item]) -> set[ProductId]:
    """Products on which the action works as a whole: their variations are one listing on the marketplace."""
    if _on_products(action):
        return {item.variant.product for item in items}
    if action is not Action.REMOVE:
        return set()
    rows = deps.listings.get_many([item.listing for item in items if item.listing is not None])
    return {row.variant.product for row in rows.values() if row.live}


def _on_products(action: Action) -> bool:
    return RULES[action].publish is not None or action is Action.UNLINK


def _with_siblings(
    deps: PublishDeps, sales_list: SalesList, items: Sequence[Item], products: set[ProductId]
) -> list[Item]:
    found = {item.variant: item for item in items}
    for shop, product in dict.fromkeys((item.variant.shop, item.variant.product) for item in items):
        if product not in products:
            continue
        for sibling in deps.items.of_product(shop, product):
            if sibling.sales_list == sales_list.id:
                found.setdefault(sibling.variant, sibling)
    return list(found.values())


@dataclass(slots=True)
class Plan:
    """What an action does, entry by entry."""

    entries: dict[str, JobEntry] = field(default_factory=dict)
    rows: list[Listing] = field(default_factory=list)
    """Listings that take the action."""
    unlisted: list[Item] = field(default_factory=list)
    """Items without a listing that take it, too."""
    items: dict[ListingKey, Item] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        return sum(entry.outcome is Outcome.WAITING for entry in self.entries.values())


def _plan(deps: AccountDeps, action: Action, account: Account, items: Iterable[Item]) -> Plan:
    plan = Plan()
    now = deps.clock.now()
    rows = deps.listings.get_many([item.listing for item in items if item.listing is not None])
    busy = {row.variant.product for row in rows.values() if hindrance(action, row, account) == Problem("pending")}
    for item in items:
        row = rows.get(item.listing) if item.listing is not None else None
        name = str(item.listing or item.variant)
        problem: Problem | None
        if row is None:
            problem = None if action is Action.REMOVE else item.problem or Problem("listing_gone", fix="add_again")
            if problem is None:
                plan.unlisted.append(item)
        elif _on_products(action) and item.variant.product in busy:
            problem = Problem("pending")
        else:
            problem = hindrance(action, row, account)
            if problem is None:
                plan.rows.append(row)
                plan.items[row.key] = item
        outcome = Outcome.WAITING if problem is None else Outcome.SKIPPED
        plan.entries[name] = JobEntry(item=name, outcome=outcome, reason=problem, at=now if problem else None)
    return plan


def carry_out(deps: PublishDeps, sales_list: SalesList, action: Action, job: Job, plan: Plan) -> None:
    """Do what was planned, or hand it to its lane; done twice it does no harm.

    What was asked for while the account only observed stays a rehearsal; to link and to unlink writes nothing there.
    """
    rule = RULES[action]
    if rule.publish is not None:
        _publish(deps, sales_list, rule.publish, job, plan.rows)
    elif rule.fields and job.rehearsal:
        rehearse_revision(deps, plan.rows, rule.fields, job.id)
    elif rule.fields:
        _demand(deps, rule.fields, job.id, plan.rows)
    elif action is Action.UNLINK:
        _unlink(deps, sales_list, job.id, plan.rows, job.created_by)
    else:
        _remove(deps, sales_list, job, plan, job.created_by)


def _publish(
    deps: CoreDeps, sales_list: SalesList, kind: PublishKind, job: Job, rows: Sequence[Listing], *, remove: bool = False
) -> None:
    products = dict.fromkeys(row.variant.product for row in rows)
    rehearse = job.rehearsal and kind is not PublishKind.LINK
    tasks = [
        PublishTask(
            action=kind, sales_list=sales_list.id, product=product, job=job.id, remove=remove, rehearse=rehearse
        )
        for product in products
    ]
    if tasks:
        deps.queues.send(Lane.PUBLISH, *tasks)


def _demand(deps: AccountDeps, fields: frozenset[LedgerField], job: JobId, rows: Sequence[Listing]) -> None:
    """Make the rows due, whatever the switches say; the drainer finishes the entries."""
    due = []
    for row in rows:
        ready, problem = computable(row, fields)
        if not ready:
            item_skipped(deps, job, str(row.key), problem or Problem("not_computed_yet"))
            continue
        taken_over(deps, row, job)
        changed = deps.listings.change(row.key, partial(ledger.demanded, fields=ready, job=job, now=deps.clock.now()))
        if changed.due_band is None:
            item_skipped(deps, job, str(row.key), changed.hold or Problem("pending"))
        due.append(changed)
    nudge_due(deps, due)


def _unlink(deps: PublishDeps, sales_list: SalesList, job: JobId, rows: Sequence[Listing], actor: str) -> None:
    by_product: dict[ProductId, list[ListingKey]] = {}
    for row in rows:
        by_product.setdefault(row.variant.product, []).append(row.key)
    for product, keys in by_product.items():
        try:
            unlinked = unlink_product(deps, sales_list, product, keys)
        except Refused as refused:
            for key in keys:
                item_skipped(deps, job, str(key), refused.problem)
            continue
        now = deps.clock.now()
        deps.activity.note(
            *(ActivityEntry(str(row.key), "unlinked", now, {}, row.key.account, actor) for row in unlinked)
        )
        for key in keys:
            item_done(deps, job, str(key))


def _remove(deps: PublishDeps, sales_list: SalesList, job: Job, plan: Plan, actor: str) -> None:
    """What is live is ended first, by the slow lane; with it goes what the same product has in this list."""
    live = [row for row in plan.rows if row.live]
    ending = {row.variant.product for row in live}
    _publish(deps, sales_list, PublishKind.STOP, job, live, remove=True)
    here = [plan.items[row.key] for row in plan.rows if row.variant.product not in ending]
    stayed = remove_items(deps, sales_list, [*here, *plan.unlisted], actor)
    for item in [*here, *plan.unlisted]:
        name = str(item.listing or item.variant)
        if item.variant in stayed:
            item_failed(deps, job.id, name, stayed[item.variant])
        else:
            item_done(deps, job.id, name)

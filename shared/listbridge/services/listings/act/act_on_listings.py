"""Do what a person asks for to listings. Every action is a job with one entry per listing: what an action cannot do to a
listing is an entry that says why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, SalesList
from listbridge.domain.ids import JobId, ListingKey, ProductId, SalesListId, VariantKey, new_id
from listbridge.domain.job_params import ActionParams
from listbridge.domain.jobs import Job, JobEntry, JobKind, JobState, Outcome
from listbridge.domain.listings import ledger
from listbridge.domain.listings.listing import LedgerField, Listing
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.planned_change import PlannedChange
from listbridge.domain.problem import Problem
from listbridge.domain.work import Lane, PublishKind, RecomputeChunk
from listbridge.services.catalog.nudge import nudge_due
from listbridge.services.deps import AccountDeps, CoreDeps, PublishDeps
from listbridge.services.guard import judge_action
from listbridge.services.job_results import item_done, item_failed, item_skipped, taken_over
from listbridge.services.listings.act.publish_products import publish_products
from listbridge.services.listings.act.selection import Scope, nothing_selected, page_of_items
from listbridge.services.listings.act.unlink import unlink_product
from listbridge.services.listings.action_rules import REMOVING, RULES, Action, actions_of, computable, hindrance, moves
from listbridge.services.listings.items.remove_items import remove_items
from listbridge.services.listings.publish.rehearse import Telling, offered, rehearse_revision
from listbridge.services.refusal import FieldRefused, Refused

ROWS_PER_CALL = 500
"""How many items are looked through at once; what asks for more becomes a job that chooses them page by page."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a person wants done, and by which field of their request they say to which items."""

    action: Action
    actor: str
    dry_run: bool = False
    """Only tell what it would do."""
    field: str = "items"
    catalogue_ids: Mapping[VariantKey, str] | None = None
    """With SET_CATALOGUE_ID: what each item is put on."""


def act_on_all(deps: PublishDeps, scope: Scope, ask: Ask) -> Job:
    """Begin the action on all of a sales list or an account that the scope's filter lets pass.

    Raises FieldRefused when that is nothing, or when the marketplace has no such action.
    """
    refuse_unknown_action(deps, scope.account, ask)
    items, following = page_of_items(deps, scope, "", ROWS_PER_CALL)
    if following:
        return _start_selecting(deps, scope, ask)
    return act_on_items(deps, scope.account, items, ask, sales_list=scope.sales_list)


def act_on_items(
    deps: PublishDeps, account: Account, items: Sequence[Item], ask: Ask, sales_list: SalesListId | None = None
) -> Job:
    """Begin the action on these items of the account. One that moves too much of the account waits, with nothing queued.

    Raises FieldRefused when there is none, or when the marketplace has no such action.
    """
    refuse_unknown_action(deps, account, ask)
    if not items:
        raise nothing_selected(ask.field)
    plan = planned(deps, ask.action, account, items)
    moved = sum(moves(ask.action, row) for row in plan.rows)
    job = new_job(deps, account, ask, sales_list).model_copy(
        update={"total": len(plan.entries), "skipped": len(plan.entries) - plan.waiting, "affected": moved}
    )
    job = judged(deps, account, job, plan.waiting)
    if ask.action is Action.SET_CATALOGUE_ID:
        refuse_malformed_ids(deps, account, ask)
        ids = ask.catalogue_ids or {}
        chosen = {str(row.key): ids.get(row.variant, "") for row in plan.rows}
        job = job.with_params(catalogue_ids=chosen)
    deps.jobs.create(job, list(plan.entries.values()))
    tell_begun(deps, job, plan.waiting)
    if job.state is JobState.RUNNING:
        carry_out(deps, ask.action, job, plan)
    return deps.jobs.get(job.id)


def refuse_unknown_action(deps: AccountDeps, account: Account, ask: Ask) -> None:
    """Raises FieldRefused for an action that the account's marketplace does not have."""
    if ask.action not in actions_of(deps.marketplaces.traits(account)):
        params = {"action": ask.action.value, "marketplace": deps.marketplaces.label(account.marketplace)}
        raise FieldRefused("action", Problem("action_not_offered", params, "choose_other_action"))


def refuse_malformed_ids(deps: AccountDeps, account: Account, ask: Ask) -> None:
    """Raises FieldRefused for what cannot be an id of the marketplace's catalogue."""
    form = deps.marketplaces.traits(account).catalogue_id
    wrong = [id for id in (ask.catalogue_ids or {}).values() if id and not re.fullmatch(form, id)]
    if wrong:
        params = {"id": wrong[0][:100], "marketplace": deps.marketplaces.label(account.marketplace)}
        raise FieldRefused(ask.field, Problem("catalogue_id_malformed", params, "correct_catalogue_id"))


def new_job(deps: CoreDeps, account: Account, ask: Ask, sales_list: SalesListId | None) -> Job:
    """The job of an action, with nothing in it yet."""
    params = ActionParams(
        sales_list=sales_list,
        counted_in_s=account.guard.window_s,
        rehearsal=(account.observe or ask.dry_run) or None,
        dry_run=ask.dry_run or None,
    )
    return Job(
        id=JobId(new_id("job")),
        kind=JobKind(ask.action.value),
        account=account.id,
        created_by=ask.actor,
        created_at=deps.clock.now(),
        params=params,
    )


def judged(deps: AccountDeps, account: Account, job: Job, waiting: int) -> Job:
    """The job with the guard's judgement of all that it moves: it waits, goes on, or has nothing to do."""
    moved = 0 if job.rehearsal else job.affected
    judgement = judge_action(deps, account, moved, at=job.created_at)
    changes: dict[str, object] = {"affected": moved, "live": judgement.live}
    if waiting == 0:
        changes |= {"state": JobState.DONE, "finished_at": deps.clock.now()}
    elif judgement.waits:
        changes["state"] = JobState.AWAITING_APPROVAL
    return job.model_copy(update=changes)


def tell_begun(deps: CoreDeps, job: Job, waiting: int) -> None:
    """Say in the activity that the action began, or waits for somebody's approval."""
    params = {"action": job.kind.value, "list": _place(deps, job), "listings": str(waiting)}
    waits = job.state is JobState.AWAITING_APPROVAL
    if waits:
        params |= {"affected": str(job.affected), "live": str(job.live)}
    event = "action_waits" if waits else "action_started"
    deps.activity.note(ActivityEntry(job.id, event, deps.clock.now(), params, job.account, job.created_by))


def _place(deps: CoreDeps, job: Job) -> str:
    sales_list = job.params_of(ActionParams).sales_list
    if sales_list is not None:
        return deps.configuration.get(SalesList, sales_list).name
    return deps.configuration.get(Account, job.account or "").name


def _start_selecting(deps: CoreDeps, scope: Scope, ask: Ask) -> Job:
    """A job that first chooses its items, page by page, and then counts, asks and acts as any other."""
    job = new_job(deps, scope.account, ask, scope.sales_list)
    job = job.with_params(wanted=scope.wanted, selected_by=ask.field).model_copy(update={"phase": "select"})
    deps.jobs.create(job)
    deps.queues.send(Lane.RECOMPUTE, RecomputeChunk(job=job.id))
    return job


def _whole_products(deps: AccountDeps, action: Action, items: Sequence[Item]) -> set[ProductId]:
    """Products on which the action works as a whole: their variations are one listing on the marketplace."""
    if _on_products(action):
        return {item.variant.product for item in items}
    if action is not Action.STOP_AND_REMOVE:
        return set()
    rows = deps.listings.get_many([item.listing for item in items if item.listing is not None])
    return {row.variant.product for row in rows.values() if row.live}


def _on_products(action: Action) -> bool:
    return RULES[action].publish is not None or action is Action.UNLINK


def _with_siblings(deps: PublishDeps, items: Sequence[Item], products: set[ProductId]) -> list[Item]:
    found = {(item.sales_list, item.variant): item for item in items}
    wanted = dict.fromkeys((item.sales_list, item.variant.shop, item.variant.product) for item in items)
    for sales_list, shop, product in wanted:
        if product not in products:
            continue
        for sibling in deps.items.of_product(shop, product):
            if sibling.sales_list == sales_list:
                found.setdefault((sales_list, sibling.variant), sibling)
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


def planned(deps: PublishDeps, action: Action, account: Account, items: Sequence[Item]) -> Plan:
    """What the action does to these items, and to the siblings that it takes along."""
    items = _with_siblings(deps, items, _whole_products(deps, action, items))
    plan = Plan()
    now = deps.clock.now()
    rows = deps.listings.get_many([item.listing for item in items if item.listing is not None])
    busy = {row.variant.product for row in rows.values() if hindrance(action, row, account) == Problem("pending")}
    for item in items:
        row = rows.get(item.listing) if item.listing is not None else None
        name = str(item.listing or item.variant)
        problem: Problem | None
        if row is None:
            problem = None if action in REMOVING else item.problem or Problem("listing_gone", fix="add_again")
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


def carry_out(deps: PublishDeps, action: Action, job: Job, plan: Plan) -> None:
    """Do what was planned, or hand it to its lane; done twice it does no harm.

    What was asked for while the account only observed stays a rehearsal; to link and to unlink writes nothing there.
    """
    rule = RULES[action]
    if rule.publish is not None:
        publish_products(deps, rule.publish, job, plan.rows)
    elif rule.fields and job.rehearsal:
        account = deps.configuration.get(Account, job.account or "")
        rehearse_revision(deps, account, plan.rows, rule.fields, job)
    elif rule.fields:
        _demand(deps, rule.fields, job.id, plan.rows)
    elif job.dry_run and action is not Action.STOP_AND_REMOVE:
        _tell(deps, action, job, plan)
    elif action is Action.SET_CATALOGUE_ID:
        _set_catalogue_ids(deps, job, plan.rows)
    elif action is Action.UNLINK:
        _unlink(deps, job.id, plan.rows, job.created_by)
    else:
        _remove(deps, job, plan)


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


def _unlink(deps: PublishDeps, job: JobId, rows: Sequence[Listing], actor: str) -> None:
    by_product: dict[tuple[SalesListId, ProductId], list[ListingKey]] = {}
    for row in rows:
        by_product.setdefault((row.sales_list, row.variant.product), []).append(row.key)
    for (sales_list, product), keys in by_product.items():
        try:
            unlinked = unlink_product(deps, deps.configuration.get(SalesList, sales_list), product, keys)
        except Refused as refused:
            for key in keys:
                item_skipped(deps, job, str(key), refused.problem)
            continue
        now = deps.clock.now()
        deps.activity.note(
            *(ActivityEntry(str(row.key), "unlinked", now, {}, row.key.account, actor) for row in unlinked)
        )
        _forget_detached(deps, unlinked, actor)
        for key in keys:
            item_done(deps, job, str(key))


def _forget_detached(deps: PublishDeps, unlinked: Sequence[Listing], actor: str) -> None:
    """What left the collections of its list stood there only for its listing."""
    for row in unlinked:
        item = deps.items.find(row.sales_list, row.variant) if row.detached is not None else None
        if item is not None:
            remove_items(deps, deps.configuration.get(SalesList, row.sales_list), [item], actor)


def _remove(deps: PublishDeps, job: Job, plan: Plan) -> None:
    """What is live is ended first, by the slow lane; with it goes what the same product has in this list."""
    live = [row for row in plan.rows if row.live]
    ending = {(row.sales_list, row.variant.product) for row in live}
    publish_products(deps, PublishKind.STOP, job, live, remove=True)
    here = [plan.items[row.key] for row in plan.rows if (row.sales_list, row.variant.product) not in ending]
    if job.dry_run:
        _tell(
            deps,
            Action.REMOVE,
            job,
            Plan(rows=[row for row in plan.rows if row.key in {one.listing for one in here}], unlisted=plan.unlisted),
        )
        return
    by_list: dict[SalesListId, list[Item]] = {}
    for item in [*here, *plan.unlisted]:
        by_list.setdefault(item.sales_list, []).append(item)
    for sales_list, items in by_list.items():
        stayed = remove_items(deps, deps.configuration.get(SalesList, sales_list), items, job.created_by)
        for item in items:
            name = str(item.listing or item.variant)
            if item.variant in stayed:
                item_failed(deps, job.id, name, stayed[item.variant])
            else:
                item_done(deps, job.id, name)


def _set_catalogue_ids(deps: AccountDeps, job: Job, rows: Sequence[Listing]) -> None:
    """The next sending puts the listing on that product of the marketplace's catalogue."""
    wanted = job.params_of(ActionParams).catalogue_ids or {}
    for row in rows:
        id = wanted.get(str(row.key), "")
        deps.listings.change(row.key, partial(_on_catalogue_product, id=id))
        entry = ActivityEntry(
            str(row.key), "catalogue_id_set", deps.clock.now(), {"id": id or "none"}, row.key.account, job.created_by
        )
        deps.activity.note(entry)
        item_done(deps, job.id, str(row.key))


def _on_catalogue_product(listing: Listing, id: str) -> Listing:
    return listing if listing.catalogue_id == id else replace(listing, catalogue_id=id)


def _tell(deps: CoreDeps, action: Action, job: Job, plan: Plan) -> None:
    """What writes nothing on the marketplace, and is not done either in a dry run: buyers find the same before and after."""
    telling = Telling(deps, job.id, dry_run=True)
    codes = {Action.UNLINK: "would_unlink", Action.SET_CATALOGUE_ID: "would_set_catalogue_id"}
    code = codes.get(action, "would_remove")
    for row in plan.rows:
        shown = offered(row)
        telling.would(
            row, Problem(code, fix=telling.fix), PlannedChange(before=shown, after=shown if row.live else None)
        )
    for item in plan.unlisted:
        item_skipped(deps, job.id, str(item.variant), Problem(code, fix=telling.fix))

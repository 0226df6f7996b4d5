"""Resume an action whose job stands still: its worker died, or its message is lost or in the dead-letter queue."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from listbridge.domain.configuration import Account, SalesList
from listbridge.domain.ids import ListingKey, SalesListId, VariantKey
from listbridge.domain.job_params import ActionParams, Look
from listbridge.domain.jobs import Job, JobEntry, JobKind, Outcome
from listbridge.domain.listings.listing import Listing, Status
from listbridge.domain.ports import Conflict, Missing
from listbridge.domain.problem import Problem
from listbridge.services.catalog.nudge import nudge_due
from listbridge.services.deps import CoreDeps, PublishDeps
from listbridge.services.job_results import item_done, item_failed, item_skipped
from listbridge.services.listings.act.act_on_listings import Plan, carry_out
from listbridge.services.listings.action_rules import REMOVING, RULES, Action, hindrance

ACTIONS = frozenset(JobKind(action.value) for action in Action)
FIRST_WAIT = timedelta(minutes=5)
"""How long nothing may move before an action is carried on; each time without success the wait doubles."""
GIVEN_UP = timedelta(days=3)
"""Longer than a marketplace's day of calls that is spent. What waits after that fails, and the job ends."""
_PAGE = 500


def resume_action(deps: PublishDeps, job: Job) -> None:
    """Look whether the job moved since the last look; carry it on when it stood still for long enough.

    Safe to run at any time: what is under way is left alone or done again without harm.
    """
    now = deps.clock.now()
    look = job.params_of(ActionParams).look
    if look is None or look.rev != job.rev:
        _save_look(deps, job, since=now, resumed=0)
        return
    since, resumed = look.since, look.resumed
    if now - since >= GIVEN_UP:
        for entry in _waiting(deps, job):
            item_failed(deps, job.id, entry.item, Problem("action_lost", fix="repeat_action"))
    elif now - since >= FIRST_WAIT * (2 ** (resumed + 1) - 1) and _save_look(
        deps, job, since=since, resumed=resumed + 1
    ):
        carry_on(deps, job)


def _save_look(deps: CoreDeps, job: Job, *, since: datetime, resumed: int) -> bool:
    look = Look(rev=job.rev + 1, since=since, resumed=resumed)
    with suppress(Conflict):  # it moves
        deps.jobs.save(job.with_params(look=look))
        return True
    return False


def _waiting(deps: CoreDeps, job: Job) -> list[JobEntry]:
    found: list[JobEntry] = []
    cursor = None
    while True:
        entries, cursor = deps.jobs.entries(job.id, cursor, _PAGE)
        found += [entry for entry in entries if entry.outcome is Outcome.WAITING]
        if cursor is None:
            return found


def carry_on(deps: PublishDeps, job: Job, entries: Sequence[JobEntry] | None = None) -> None:
    """Plan again what of the action still waits, or these entries of it, from how the listings are now, and do it."""
    entries = _waiting(deps, job) if entries is None else entries
    action = Action(job.kind.value)
    sales_list = job.params_of(ActionParams).sales_list
    if sales_list is not None and not _stands(deps, sales_list):
        for entry in entries:
            params = {"kind": SalesList.kind, "id": sales_list}
            item_failed(deps, job.id, entry.item, Problem("not_found", params))
        return
    account = deps.configuration.get(Account, job.account or "")
    plan, half_way = Plan(), list[Listing]()
    listed = [ListingKey.parse(entry.item) for entry in entries if entry.item.startswith(f"{job.account}#")]
    rows = deps.listings.get_many(listed)
    for key in listed:
        row = rows.get(key)
        if row is None or sales_list not in (None, row.sales_list):
            _tell_gone(deps, job, action, key)
        elif row.job == job.id and row.demanded:
            half_way.append(row)  # the drainer has it, if its nudge came
        elif not _over(deps, job, action, row, account):
            _plan(deps, plan, row)
    for entry in entries:
        if not entry.item.startswith(f"{job.account}#"):
            _plan_unlisted(deps, plan, job, VariantKey.parse(entry.item))
    nudge_due(deps, half_way)
    carry_out(deps, action, job, plan)


def _stands(deps: CoreDeps, sales_list: SalesListId) -> bool:
    try:
        deps.configuration.get(SalesList, sales_list)
    except Missing:
        return False
    return True


def _tell_gone(deps: CoreDeps, job: Job, action: Action, key: ListingKey) -> None:
    if action in REMOVING:
        item_done(deps, job.id, str(key))
    else:
        item_skipped(deps, job.id, str(key), Problem("listing_gone", fix="add_again"))


def _over(deps: CoreDeps, job: Job, action: Action, row: Listing, account: Account) -> bool:
    """Whether nothing is left to do for this row: it is done, it cannot be done now, or another operation runs on it."""
    if RULES[action].publish is not None:
        return False  # the publishing lane sees what is left, a row that an interrupted run left pending included
    if row.status is Status.PENDING:
        return not (action is Action.STOP_AND_REMOVE and row.job == job.id)  # to be ended by us before it is taken out
    sent = bool(RULES[action].fields) and row.job == job.id
    unlinked = action is Action.UNLINK and row.status is Status.NOT_ACTIVE and row.remote is None
    if sent or unlinked:
        item_done(deps, job.id, str(row.key))
        return True
    problem = hindrance(action, row, account)
    if problem is not None:
        item_skipped(deps, job.id, str(row.key), problem)
    return problem is not None


def _plan(deps: PublishDeps, plan: Plan, row: Listing) -> None:
    item = deps.items.find(row.sales_list, row.variant)
    if item is not None:
        plan.rows.append(row)
        plan.items[row.key] = item


def _plan_unlisted(deps: PublishDeps, plan: Plan, job: Job, variant: VariantKey) -> None:
    """An item without a listing, in the job's list or, where it is of the whole account, in any of its lists."""
    sales_list = job.params_of(ActionParams).sales_list
    lists = {one.id for one in deps.configuration.all(SalesList) if one.account == job.account}
    lists = {sales_list} if sales_list is not None else lists
    found = [
        item
        for item in deps.items.of_product(variant.shop, variant.product)
        if item.variant == variant and item.sales_list in lists and item.listing is None
    ]
    if not found:
        item_done(deps, job.id, str(variant))
    plan.unlisted += found

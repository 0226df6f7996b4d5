"""What a job that waits for approval would do to each listing, page by page: nobody decides about a number alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from listbridge.domain.configuration import OnLeave, SalesList
from listbridge.domain.ids import ListingKey
from listbridge.domain.job_params import SweepParams
from listbridge.domain.jobs import Job, JobKind, JobState, Outcome
from listbridge.domain.listings.listing import LedgerField, Listing, Values
from listbridge.services.catalog.sweep_shop import absent_page
from listbridge.services.configuration.change_configuration import moved_page
from listbridge.services.deps import AccountDeps, PublishDeps
from listbridge.services.jobs.decide_job import NotWaiting
from listbridge.services.jobs.resume_action import ACTIONS
from listbridge.services.listings.action_rules import ENDING, RULES, Action, moves
from listbridge.services.listings.export.run_export import page_to_publish
from listbridge.services.listings.mirror.mirror_collections import leaving_page


@dataclass(frozen=True, slots=True)
class WaitingChange:
    """One live listing: what buyers find there now, as far as we know, and after an approval."""

    listing: Listing
    before: Values
    after: Values
    ends: bool = False
    """The listing is ended; `after` is then without a meaning."""


def page_of_changes(
    deps: PublishDeps, job: Job, cursor: str | None, most: int
) -> tuple[list[WaitingChange], str | None]:
    """The changes among the next `most` rows, computed from how everything is now; a page may be short, or empty.

    Raises NotWaiting, and NotACursor.
    """
    if job.state is not JobState.AWAITING_APPROVAL:
        raise NotWaiting(job.id)
    if job.kind is JobKind.ADOPT:
        return [], None  # buyers find the same before and after
    if job.kind is JobKind.EXPORT:
        published, following = page_to_publish(deps, job, cursor, most)
        return [WaitingChange(row, Values(), _computed(row)) for row in published], following
    if job.kind in ACTIONS:
        return _of_action(deps, job, cursor, most)
    if job.kind is JobKind.CONFIGURATION:
        moved, following = moved_page(deps, job, cursor or "", most)
        changes = [WaitingChange(one.before, _shown(one.before), _computed(one.after)) for one in moved]
        return changes, following or None
    if job.kind is JobKind.MIRROR:
        leaving, of_list, after = leaving_page(deps, job, cursor, most)
        return [_by_leaving(of_list, row) for row in leaving], after
    rows, after = absent_page(deps, job, job.params_of(SweepParams).shop, cursor, most)
    return [WaitingChange(row, _shown(row), replace(_shown(row), quantity=0)) for row in rows], after


def _of_action(deps: AccountDeps, job: Job, cursor: str | None, most: int) -> tuple[list[WaitingChange], str | None]:
    action = Action(job.kind.value)
    entries, following = deps.jobs.entries(job.id, cursor, most)
    keys = [
        ListingKey.parse(entry.item)
        for entry in entries
        if entry.outcome is Outcome.WAITING and entry.item.startswith(f"{job.account}#")
    ]
    rows = deps.listings.get_many(keys)
    found = [rows[key] for key in keys if key in rows and moves(action, rows[key])]
    return [_by_action(action, row) for row in found], following


def _by_action(action: Action, row: Listing) -> WaitingChange:
    shown = _shown(row)
    if action in ENDING:
        return WaitingChange(row, shown, shown, ends=True)
    fields = RULES[action].fields or frozenset(LedgerField)
    return WaitingChange(row, shown, shown.merged(_computed(row), fields & _computed(row).known, None))


def _by_leaving(sales_list: SalesList, row: Listing) -> WaitingChange:
    shown = _shown(row)
    after = replace(shown, quantity=0) if sales_list.on_leave is OnLeave.ZERO else shown
    return WaitingChange(row, shown, after, ends=sales_list.on_leave is OnLeave.END)


def _shown(row: Listing) -> Values:
    """What the marketplace accepted last, or else what was seen there."""
    accepted, seen = row.accepted, row.seen
    return Values(
        quantity=accepted.quantity if accepted.quantity is not None else seen.quantity,
        price=accepted.price if accepted.price is not None else seen.price,
    )


def _computed(row: Listing) -> Values:
    return Values(row.computed.quantity, row.computed.price)

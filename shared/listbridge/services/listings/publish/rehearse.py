"""What an action would do to listings of an account that only observes: told in the job and the activity, and not done.

The marketplace is read, so that a rehearsal meets what the action itself would meet. No row of the ledger changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account
from listbridge.domain.ids import JobId, Sku
from listbridge.domain.listings.lifecycle import WAITS_FOR_STOCK
from listbridge.domain.listings.listing import BOTH, LedgerField, Listing, Status
from listbridge.domain.money import Money
from listbridge.domain.ports import MarketplaceAdapter, PublishRequest
from listbridge.domain.problem import Problem
from listbridge.domain.work import PublishKind, PublishTask
from listbridge.services.deps import CoreDeps, PublishDeps
from listbridge.services.job_results import item_failed, item_skipped
from listbridge.services.listings.action_rules import computable
from listbridge.services.listings.existing_listings import listed_already
from listbridge.services.listings.publish.wait_for_stock import nothing_to_sell


def values_of(row: Listing, fields: frozenset[LedgerField], fee: Money | None = None) -> dict[str, str]:
    """The values of these fields in words: "quantity 7 and price 12.50 EUR, for a fee of 0.20 USD"."""
    words = []
    if LedgerField.QUANTITY in fields:
        words.append(f"quantity {row.computed.quantity}")
    if LedgerField.PRICE in fields:
        words.append(f"price {row.computed.price}")
    charged = f", for a fee of {fee}" if fee is not None else ""
    return {"values": " and ".join(words) + charged}


def rehearse_revision(deps: CoreDeps, rows: Iterable[Listing], fields: frozenset[LedgerField], job: JobId) -> None:
    """Quantity and price that would be sent now."""
    for row in rows:
        ready, problem = computable(row, fields)
        if ready:
            would(deps, job, row, Problem("would_revise", values_of(row, ready), "leave_observe_mode"))
        else:
            item_skipped(deps, job, str(row.key), problem or Problem("not_computed_yet"))


def rehearse_ending(deps: CoreDeps, rows: Iterable[Listing], task: PublishTask) -> None:
    """Listings that would be ended, and removed from their list if the task says so."""
    code = "would_remove" if task.remove else "would_end"
    for row in rows:
        if row.live or (row.hold is not None and row.hold.code == WAITS_FOR_STOCK):
            would(deps, task.job, row, Problem(code, fix="leave_observe_mode"))


def rehearse_publishing(
    deps: PublishDeps,
    account: Account,
    adapter: MarketplaceAdapter,
    rows: Mapping[Sku, Listing],
    task: PublishTask,
    request: PublishRequest,
) -> None:
    """What would be made of each of a product's listings. Raises RemoteError, Rejected where nothing of it could be sent."""
    if task.action is PublishKind.FULL_REVISE:
        unfit = _unfit(adapter, request)
        for sku, row in rows.items():
            if sku in unfit:
                rehearsed_in_vain(deps, [row], task, unfit[sku])
                continue
            would(deps, task.job, row, Problem("would_revise_in_full", values_of(row, BOTH), "leave_observe_mode"))
        return
    live = listed_already(deps, account, adapter, rows)
    waits = nothing_to_sell(rows.values())
    unfit = {} if live or waits else _unfit(adapter, request)
    for sku, row in rows.items():
        if row.status is Status.ACTIVE:
            continue  # a sibling that is on sale already: nobody asked for it
        if sku in live:
            would(deps, task.job, row, Problem("would_link", fix="link"))
        elif live:
            rehearsed_in_vain(deps, [row], task, Problem("partly_listed", {"sku": sku}, "end_other_listing"))
        elif waits:
            would(deps, task.job, row, Problem("would_wait_for_stock", fix="restock"))
        elif sku in unfit:
            rehearsed_in_vain(deps, [row], task, unfit[sku])
        else:
            words = values_of(row, BOTH, deps.marketplaces.traits(account).listing_fee)
            would(deps, task.job, row, Problem("would_list", words, "leave_observe_mode"))


def _unfit(adapter: MarketplaceAdapter, request: PublishRequest) -> dict[Sku, Problem]:
    """The first reason why each SKU would be refused. What is about all of the product is said of each."""
    found: dict[Sku, Problem] = {}
    for one in adapter.preview(request):
        for sku in [one.sku] if one.sku is not None else [variant.key.sku for variant in request.variants]:
            found.setdefault(sku, one.problem)
    return found


def rehearsed_in_vain(deps: CoreDeps, rows: Iterable[Listing], task: PublishTask, problem: Problem) -> None:
    """The action would fail, for this reason."""
    for row in rows:
        _note(deps, row, "would_fail", problem.as_reason())
        item_failed(deps, task.job, str(row.key), problem)


def would(deps: CoreDeps, job: JobId | None, row: Listing, problem: Problem) -> None:
    """Tell it in the listing's activity and in the job."""
    _note(deps, row, problem.code, dict(problem.params))
    item_skipped(deps, job, str(row.key), problem)


def _note(deps: CoreDeps, row: Listing, event: str, params: dict[str, str]) -> None:
    deps.activity.note(ActivityEntry(str(row.key), event, deps.clock.now(), params, row.key.account))

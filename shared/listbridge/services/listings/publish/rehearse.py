"""What an action would do to listings: in a dry run, and on an account that only observes. It is told, and not done.

Shop and marketplace are read, so that a rehearsal meets what the action itself would meet. Nothing is written there, and no row of
ours changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account
from listbridge.domain.ids import JobId, ListingKey, Sku
from listbridge.domain.jobs import Job
from listbridge.domain.listings.lifecycle import WAITS_FOR_STOCK
from listbridge.domain.listings.listing import BOTH, LedgerField, Listing, Status
from listbridge.domain.money import Money
from listbridge.domain.planned_change import Content, Offered, PlannedChange
from listbridge.domain.ports import MarketplaceAdapter, PublishRequest, RemoteListing
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RemoteError
from listbridge.domain.work import PublishKind, PublishTask
from listbridge.services.catalog.observe_shop import content_hash
from listbridge.services.deps import AccountDeps, CoreDeps, PublishDeps
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


def rehearse_revision(
    deps: AccountDeps, account: Account, rows: Sequence[Listing], fields: frozenset[LedgerField], job: Job
) -> None:
    """Quantity and price that would be sent now, and the calls that it takes."""
    calls = _revision_calls(deps, account, rows, fields)
    telling = Telling(deps, job.id, dry_run=job.dry_run)
    for row in rows:
        ready, problem = computable(row, fields)
        if ready:
            change = revised(row, ready, calls.get(row.key, {}))
            telling.would(row, Problem("would_revise", values_of(row, ready), telling.fix), change)
        else:
            item_skipped(deps, job.id, str(row.key), problem or Problem("not_computed_yet"))


def _revision_calls(
    deps: AccountDeps, account: Account, rows: Sequence[Listing], fields: frozenset[LedgerField]
) -> dict[ListingKey, Mapping[str, int]]:
    """Those of each write unit, at the first of its listings. None where the account's credentials are missing."""
    units: dict[str, list[Listing]] = {}
    try:
        adapter = deps.marketplaces.open(only_looking(account))
        for row in rows:
            if computable(row, fields)[0]:
                units.setdefault(adapter.unit_key(row), []).append(row)
        return {unit[0].key: adapter.revision_calls(unit) for unit in units.values()}
    except RemoteError:
        return {}


def only_looking(account: Account) -> Account:
    """The account as one that only observes: its session refuses whatever would write."""
    return account.model_copy(update={"observe": True})


def rehearse_ending(
    deps: CoreDeps, adapter: MarketplaceAdapter, rows: Iterable[Listing], task: PublishTask, request: PublishRequest
) -> None:
    """Listings that would be ended, and removed from their list if the task says so."""
    code = "would_remove" if task.remove else "would_end"
    telling = Telling.of(deps, task)
    calls = dict(adapter.publishing_calls(task.action, request, {}))
    for row in rows:
        if row.live or (row.hold is not None and row.hold.code == WAITS_FOR_STOCK):
            change = PlannedChange(before=offered(row), calls=calls if row.live else {})
            calls = {} if row.live else calls
            telling.would(row, Problem(code, fix=telling.fix), change)


def rehearse_publishing(
    deps: PublishDeps,
    account: Account,
    adapter: MarketplaceAdapter,
    rows: Mapping[Sku, Listing],
    task: PublishTask,
    request: PublishRequest,
    *,
    progress: Mapping[str, str],
) -> None:
    """What would be made of each of a product's listings. `progress` is what earlier runs saved of it:
    then it is not looked for among what is listed already. Raises RemoteError, Rejected where nothing of it could be sent."""
    telling = Telling.of(deps, task)
    title, digest = request.product.title, content_hash(request.product)
    calls = dict(adapter.publishing_calls(task.action, request, progress))
    if task.action is PublishKind.FULL_REVISE:
        unfit = _unfit(adapter, request)
        for sku, row in rows.items():
            if sku in unfit:
                rehearsed_in_vain(deps, [row], task, unfit[sku])
                continue
            change = sent_in_full(row, title, digest, calls=calls)
            calls = {}
            telling.would(row, Problem("would_revise_in_full", values_of(row, BOTH), telling.fix), change)
        return
    live = {} if progress else listed_already(deps, account, adapter, rows)
    waits = nothing_to_sell(rows.values())
    unfit = {} if live or waits else _unfit(adapter, request)
    fee = deps.marketplaces.traits(account).listing_fee
    for sku, row in rows.items():
        if row.status is Status.ACTIVE:
            continue  # a sibling that is on sale already: nobody asked for it
        if sku in live:
            telling.would(row, Problem("would_link", fix="link"), linked(row, live[sku]))
        elif live:
            rehearsed_in_vain(deps, [row], task, Problem("partly_listed", {"sku": sku}, "end_other_listing"))
        elif waits:
            telling.would(row, Problem("would_wait_for_stock", fix="restock"), PlannedChange(before=offered(row)))
        elif sku in unfit:
            rehearsed_in_vain(deps, [row], task, unfit[sku])
        else:
            change = sent_in_full(row, title, digest, calls=calls, fee=fee)
            telling.would(row, Problem("would_list", values_of(row, BOTH, fee), telling.fix), change)
            calls, fee = {}, None


def rehearse_linking(
    deps: PublishDeps, account: Account, adapter: MarketplaceAdapter, rows: Mapping[Sku, Listing], task: PublishTask
) -> None:
    """What of the account's own would be linked; to link writes nothing there."""
    telling = Telling.of(deps, task)
    live = listed_already(deps, account, adapter, rows, linking=True)
    for sku, row in rows.items():
        if sku in live:
            telling.would(row, Problem("would_link", fix=telling.fix), linked(row, live[sku]))
        else:
            rehearsed_in_vain(deps, [row], task, Problem("not_listed_there", {"sku": sku}, "send"))


def _unfit(adapter: MarketplaceAdapter, request: PublishRequest) -> dict[Sku, Problem]:
    """The first reason why each SKU would be refused. What is about all of the product is said of each."""
    found: dict[Sku, Problem] = {}
    for one in adapter.preview(request):
        for sku in [one.sku] if one.sku is not None else [variant.key.sku for variant in request.variants]:
            found.setdefault(sku, one.problem)
    return found


def rehearsed_in_vain(deps: CoreDeps, rows: Iterable[Listing], task: PublishTask, problem: Problem) -> None:
    """The action would fail, for this reason."""
    telling = Telling.of(deps, task)
    for row in rows:
        telling.note(row, "would_fail", problem.as_reason())
        item_failed(deps, task.job, str(row.key), problem)


@dataclass(frozen=True, slots=True)
class Telling:
    """Tells what an action would do: its job, and of an account that only observes the listing's activity too."""

    deps: CoreDeps
    job: JobId | None
    dry_run: bool

    @classmethod
    def of(cls, deps: CoreDeps, task: PublishTask) -> Telling:
        return cls(deps, task.job, task.dry_run)

    @property
    def fix(self) -> str:
        """What would have it done."""
        return "run_without_dry_run" if self.dry_run else "leave_observe_mode"

    def would(self, row: Listing, problem: Problem, change: PlannedChange | None = None) -> None:
        self.note(row, problem.code, dict(problem.params))
        item_skipped(self.deps, self.job, str(row.key), problem, change)

    def note(self, row: Listing, event: str, params: dict[str, str]) -> None:
        if not self.dry_run:
            now = self.deps.clock.now()
            self.deps.activity.note(ActivityEntry(str(row.key), event, now, params, row.key.account))


# ---- the change ----


def offered(row: Listing) -> Offered:
    """What the marketplace accepted last, or else what was seen there; nothing of what is not live."""
    if not row.live:
        return Offered()
    accepted, seen = row.accepted, row.seen
    return Offered(
        quantity=accepted.quantity if accepted.quantity is not None else seen.quantity,
        price=accepted.price if accepted.price is not None else seen.price,
    )


def revised(row: Listing, fields: frozenset[LedgerField], calls: Mapping[str, int]) -> PlannedChange:
    """Only these fields would be sent."""
    before, computed = offered(row), row.computed
    quantity = computed.quantity if LedgerField.QUANTITY in fields else before.quantity
    price = computed.price if LedgerField.PRICE in fields else before.price
    return PlannedChange(before=before, after=Offered(quantity=quantity, price=price), calls=dict(calls))


def sent_in_full(
    row: Listing, title: str, digest: str, *, calls: Mapping[str, int], fee: Money | None = None
) -> PlannedChange:
    """All of it would be sent."""
    same = row.content_hash == digest
    content = Content.NEW
    if row.live:
        content = Content.UNKNOWN if not row.content_hash else (Content.SAME if same else Content.CHANGED)
    before = offered(row).model_copy(update={"title": title if row.live and same else None})
    values = revised(row, BOTH & row.ours, {}).after or Offered()
    after = values.model_copy(update={"title": title})
    return PlannedChange(before=before, after=after, content=content, fee=fee, calls=dict(calls))


def linked(row: Listing, remote: RemoteListing) -> PlannedChange:
    """What buyers find stays: it only becomes known as the listing's."""
    shown = Offered(quantity=remote.shown.quantity, price=remote.shown.price)
    return PlannedChange(before=shown, after=shown)

"""One claimed publishing task: which listings it is about, and what every action has in common (protocol.md#publishing)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from listbridge.domain import waiting
from listbridge.domain.activity import ActivityEntry
from listbridge.domain.catalog import ProductFacts
from listbridge.domain.configuration import Account, CreationProfile, SalesList
from listbridge.domain.ids import RemoteId, Sku
from listbridge.domain.listings import lifecycle
from listbridge.domain.listings.listing import GONE_FROM_SHOP, PRODUCT_GONE, Listing, Status
from listbridge.domain.listings.publication import Publication
from listbridge.domain.listings.sku_mappings import as_listed
from listbridge.domain.ports import Budget, MarketplaceAdapter, PublishRequest, PublishVariant
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RateLimited
from listbridge.domain.work import Lane, PublishKind, PublishTask
from listbridge.services.deps import PublishDeps
from listbridge.services.job_results import is_cancelled, item_done, item_failed, item_skipped
from listbridge.services.listings.items.remove_items import forget_items
from listbridge.services.listings.publish.publish_steps import Steps
from listbridge.services.listings.publish.rehearse import rehearsed_in_vain
from listbridge.services.listings.publish.taken_in import begun_anew, beside_taken_in, remember, taken_in
from listbridge.services.listings.publish.wait_for_stock import wait_again
from listbridge.services.listings.revise.attempts import Attempts
from listbridge.services.listings.sales_first import SalesFirst

T = TypeVar("T")
PATIENCE_S = 6.0
"""How long one call may wait for its budget, where nothing is locked meanwhile."""
_RESUMED = frozenset({GONE_FROM_SHOP, lifecycle.WAITS_FOR_STOCK, lifecycle.ENDED_AT_ZERO})
"""Holds after which a listing goes on sale automatically once its product is back: a try in between takes that from
none."""
_SENDABLE = frozenset({Status.NOT_ACTIVE, Status.ERROR, Status.STOPPED, Status.FINISHED})
_WANTED = {
    PublishKind.SEND: _SENDABLE,
    PublishKind.RELIST: frozenset({Status.STOPPED, Status.FINISHED}),
    PublishKind.FULL_REVISE: frozenset({Status.ACTIVE}),
    PublishKind.STOP: frozenset({Status.ACTIVE, Status.ERROR, Status.NOT_ACTIVE, Status.STOPPED, Status.FINISHED}),
    PublishKind.ZEROED: frozenset({Status.ACTIVE}),
    PublishKind.LINK: _SENDABLE,
}


@dataclass(slots=True)
class PublishWork:
    """One claimed task: its rows, what every action asks the adapter with, and how each of them ends."""

    deps: PublishDeps
    task: PublishTask
    sales_list: SalesList
    account: Account
    publication: Publication
    budget: Budget = field(init=False)
    absent: frozenset[Sku] = frozenset()
    """SKUs under which the account certainly has nothing, where that was asked for several products at once."""

    def not_now(self, rows: dict[Sku, Listing], problem: Problem) -> None:
        if not wait_again(self.deps, self.task, rows.values(), problem):
            self._fail(rows, problem)

    def _rows(self) -> dict[Sku, Listing]:
        """The product's listings in this list that the action concerns, or that an interrupted run of it left pending."""
        rows = [row for row in self._all_rows() if not self.task.only or row.key.sku in self.task.only]
        wanted = _WANTED[self.task.action]
        if self.task.action is PublishKind.SEND and any(
            row.status in wanted or row.status is Status.PENDING for row in rows
        ):
            wanted = wanted | {Status.ACTIVE}  # a variation joins the listing of its siblings
        if not self.task.rehearse:
            wanted = wanted | {Status.PENDING}
        return self._still_out({row.key.sku: row for row in rows if row.status in wanted})

    def _still_out(self, rows: dict[Sku, Listing]) -> dict[Sku, Listing]:
        """With `only_if_detached` those that are; what an interrupted run of it left pending is brought to its end."""
        if not self.task.only_if_detached:
            return rows
        return {sku: row for sku, row in rows.items() if row.detached is not None or row.status is Status.PENDING}

    def _all_rows(self) -> list[Listing]:
        items = self.deps.items.of_product(self.account.shop, self.task.product)
        mine = [item for item in items if item.sales_list == self.sales_list.id and item.listing is not None]
        found = self.deps.listings.get_many([item.listing for item in mine if item.listing is not None])
        ours = {key: row for key, row in found.items() if row.sales_list == self.sales_list.id}
        if self.task.remove and not self.task.rehearse:
            # A worker died half-way through this.
            forget_items(self.deps, [item for item in mine if item.listing not in ours])
        return list(ours.values())

    def _cancelled(self, rows: dict[Sku, Listing]) -> bool:
        """Whether a person stopped the job before anything was begun here. What a run of it left pending goes on: nobody
        else would bring it to an end."""
        begun = any(row.status is Status.PENDING and row.job == self.task.job for row in rows.values())
        if begun or not is_cancelled(self.deps, self.task.job):
            return False
        for row in rows.values():
            item_skipped(self.deps, self.task.job, str(row.key), Problem("job_cancelled"))
        return True

    def _done_already(self) -> None:
        """The worker before us did it all, and died before it could say so."""
        if self.task.rehearse:
            return
        for row in self._all_rows():
            if self.task.only and row.key.sku not in self.task.only:
                continue
            if row.status is Status.ACTIVE and self.task.action is not PublishKind.STOP:
                item_done(self.deps, self.task.job, str(row.key))

    def _request(self, rows: dict[Sku, Listing], facts: ProductFacts, creation: CreationProfile) -> PublishRequest:
        """The product under the SKUs of its listings: a shop's own may be others (protocol.md#linking)."""
        variants = tuple(
            PublishVariant(r.key, r.variant.variant, r.offer, r.remote, r.catalogue_id) for r in rows.values()
        )
        product = as_listed(facts, {row.variant.variant: sku for sku, row in rows.items()})
        return PublishRequest(product, variants, self.sales_list.site, creation, self._group(rows))

    def _group(self, rows: dict[Sku, Listing]) -> RemoteId:
        """The group's key is derived, so that every run of every worker names the same group."""
        known = next((row.group for row in rows.values() if row.group is not None), None)
        seed = f"{self.account.id}#{self.account.shop}#{self.task.product}"
        return known or RemoteId("LB-" + hashlib.sha256(seed.encode()).hexdigest()[:20])

    def _steps(self, adapter: MarketplaceAdapter, rows: dict[Sku, Listing], request: PublishRequest) -> Steps:
        traits, sales = self.deps.marketplaces.traits(self.account), SalesFirst(self.deps, self.account)
        attempts = Attempts(self.deps, adapter, traits, sales)
        group = request.group if request.product.has_options else None
        return Steps(self.deps, adapter, self.budget, self.publication, rows, group, attempts)

    def _patiently(self, call: Callable[[], T]) -> T:
        """Wait out here, outside any lease, what a call inside of one was refused, rather than through the queue."""
        patience = self.deps.clock.now() + timedelta(seconds=PATIENCE_S)
        while True:
            try:
                return call()
            except RateLimited as error:
                if error.until is not None or self.deps.clock.now() + timedelta(seconds=error.after_s) > patience:
                    raise
                self.deps.clock.sleep(error.after_s)

    def _begins(self, rows: dict[Sku, Listing]) -> bool:
        """See how the task stands to what the marketplace has taken in of the product; False where it has nothing to do."""
        task: PublishTask | None = self.task
        if self.task.once or any(row.status is Status.PENDING for row in rows.values()):
            task = beside_taken_in(self.publication, self.task, self.deps.clock.now())
        if task is None:
            return False
        self.task = task
        if task.follow_at is None:
            self._break_off(rows.values())
            self.publication = begun_anew(self.deps.publications, self.publication)
        return True

    def _break_off(self, rows: Iterable[Listing]) -> None:
        """What was taken in ends with this, and nobody else would tell its job."""
        over = taken_in(self.publication)
        if over is None or self.task.action not in (PublishKind.STOP, PublishKind.ZEROED):
            return
        for row in rows:
            if row.status is Status.PENDING:
                item_failed(self.deps, over.job, str(row.key), Problem("stopped", fix="relist"))

    def _tell_undecided(self, rows: list[Listing]) -> None:
        """Once a day: nobody else would say that a listing waits for a decision that does not come."""
        now = self.deps.clock.now()
        told_at = self.task.told_at or now
        if now - told_at >= timedelta(seconds=waiting.STILL_PROCESSING_S):
            self._tell(rows, "still_processing", {"remote": str(rows[0].remote or "")})
            told_at = now
        self.task = self.task.model_copy(update={"told_at": told_at})

    def _follow_at(self, look_at: datetime, digest: str) -> None:
        """What is further off than a queue can delay is looked at, and delayed again."""
        if self.task.once:
            return
        update = {"follow_at": look_at, "content_hash": digest, "attempt": 0}
        delay_s = waiting.delay_s(look_at, self.deps.clock.now(), least=1)
        self.task = self.task.model_copy(update=update)
        self.deps.queues.send(Lane.PUBLISH, self.task, delay_s=delay_s, reason="processing", waits=True)
        self.publication = remember(self.deps.publications, self.publication, self.task)

    def _creation(self, rows: dict[Sku, Listing]) -> CreationProfile | None:
        if self.sales_list.creation_profile is None:
            self._fail(
                rows, Problem("creation_profile_missing", {"list": self.sales_list.name}, "choose_creation_profile")
            )
            return None
        return self.deps.configuration.get(CreationProfile, self.sales_list.creation_profile)

    def _computable(self, rows: dict[Sku, Listing]) -> dict[Sku, Listing]:
        """Leave out, with its reason, what has no quantity or price to publish with."""
        good = {}
        for sku, row in rows.items():
            problem = row.computed.price_problem or row.computed.quantity_problem
            if problem is None or row.status is Status.ACTIVE:
                good[sku] = row
            else:
                self._fail({sku: row}, problem)
        return good

    def _fail(self, rows: dict[Sku, Listing], problem: Problem, back_to: Status | None = None) -> None:
        if self.task.rehearse:
            rehearsed_in_vain(self.deps, rows.values(), self.task, problem)
            return
        failed = []
        for row in rows.values():
            now = self.deps.clock.now()
            if self.task.follow_at is not None and row.key.sku not in self.task.on_sale_before:
                change = partial(lifecycle.never_live, problem=problem, now=now)
            elif problem.code == PRODUCT_GONE and row.hold is not None and row.hold.code in _RESUMED:
                change = partial(lifecycle.waits_again, hold=row.hold, now=now)
            elif row.remote is not None and self.task.action is PublishKind.ZEROED:
                # It can neither show 0 nor end. Sent again at once, it would be refused, and ended, forever.
                told = replace(problem, fix=problem.fix or self.task.fix)
                change = partial(lifecycle.still_live_and_failed, problem=told, now=now)
            elif row.remote is not None and self.task.follow_at is not None:
                change = partial(_still_live_unread, now=now)
            elif row.remote is not None:
                # Buyers see it: quantity and price must go on following the shop. The job says what failed.
                change = partial(lifecycle.still_live, now=now)
            else:
                kept = row.status not in (Status.PENDING, Status.NOT_ACTIVE, Status.ACTIVE)
                target = back_to or (row.status if kept else Status.ERROR)
                change = partial(lifecycle.send_failed, problem=problem, now=now, back_to=target)
            failed.append(self.deps.listings.change(row.key, change))
            item_failed(self.deps, self.task.job, str(row.key), problem)
        self._tell(failed, f"{self.task.action.value}_failed", problem.as_reason())

    def _tell(self, rows: list[Listing], event: str, params: dict[str, str]) -> None:
        now = self.deps.clock.now()
        self.deps.activity.note(
            *(ActivityEntry(str(row.key), event, now, params, account=self.account.id) for row in rows)
        )


def _still_live_unread(row: Listing, now: datetime) -> Listing:
    """Buyers see it as before, and what of the publishing came true nobody has told."""
    return lifecycle.decided_late(lifecycle.still_live(row, now), now)

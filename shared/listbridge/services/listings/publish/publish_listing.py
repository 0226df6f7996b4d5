"""The slow lane: create, link, revise in full, end and relist, one product of one sales list at a time
(protocol.md#publishing)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from listbridge.domain import trace, waiting
from listbridge.domain.catalog import ProductFacts
from listbridge.domain.configuration import Account, CreationProfile, SalesList, Shop
from listbridge.domain.ids import Sku
from listbridge.domain.listings import lifecycle
from listbridge.domain.listings.holds import account_hold, connection_hold
from listbridge.domain.listings.listing import GONE_FROM_SHOP, PRODUCT_GONE, Cause, Listing, Status
from listbridge.domain.listings.publication import Publication
from listbridge.domain.ports import (
    FollowRequest,
    MarketplaceAdapter,
    Missing,
    Processing,
    Published,
    PublishRequest,
    PublishVariant,
    RemoteListing,
)
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, OutcomeUnknown, RateLimited, RemoteError, RetryLater, Unauthorized
from listbridge.domain.work import Lane, PublishKind, PublishTask
from listbridge.services.catalog.absent_products import remembered_product
from listbridge.services.catalog.nudge import nudge_due
from listbridge.services.catalog.observe_shop import content_hash, observe_products
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.connection_state import expire_account, expire_shop
from listbridge.services.deps import PublishDeps
from listbridge.services.job_results import item_done, taken_over
from listbridge.services.listings.ended_there import without_ended
from listbridge.services.listings.existing_listings import BEING_READ, listed_already, note_listed
from listbridge.services.listings.foreign_listings import listed_by_hand, seen_as_ours
from listbridge.services.listings.items.remove_items import remove_ended
from listbridge.services.listings.publish.publish_steps import Steps
from listbridge.services.listings.publish.publish_work import PATIENCE_S, PublishWork
from listbridge.services.listings.publish.rehearsal_work import Rehearsal
from listbridge.services.listings.publish.wait_for_stock import (
    may_pass,
    nothing_to_sell,
    refused_for_want_of_stock,
    wait_for_stock,
)
from listbridge.services.listings.revise.fees import charged
from listbridge.services.listings.sales_first import ENDED_AWAITS_ORDERS

MAX_ATTEMPTS = 12
_FOLLOW_AGAIN_S = 60
"""How soon a marketplace that could not be asked what became of a publishing is asked again."""
_FOLLOW_WHEN_CONNECTED = timedelta(minutes=15)
NO_TRY = frozenset({ENDED_AWAITS_ORDERS, BEING_READ})
"""What is only waited for, and counts as none of the tries."""


def publish_listing(deps: PublishDeps, task: PublishTask) -> None:
    """Do one publishing task; safe to run again after any interruption.

    What may pass on its own is queued again with a growing delay; what the seller must fix becomes the listings' hold
    and the job's result; anything else is a bug of ours and raises.
    """
    try:
        sales_list = deps.configuration.get(SalesList, task.sales_list)
        account = deps.configuration.get(Account, sales_list.account)
    except Missing:
        return  # the list was deleted after the task was queued: nothing is left to do
    trace.note(account=account.id, shop=account.shop)
    publication = Publication(task.sales_list, task.product, account.id, sales_list.site)
    claimed = deps.publications.claim(publication, seconds=deps.limits.publish_claim_s, now=deps.clock.now())
    if claimed is None:
        deps.queues.send(Lane.PUBLISH, task, delay_s=15, reason="claimed")
        return
    if task.waited_as and account.observe:  # nobody asked for it: stock came, or a product was created again
        task = task.model_copy(update={"rehearse": True})
    work = ProductWork(deps, task, sales_list, account, claimed)
    try:
        work.run()
    except RemoteError as error:
        work.failed(error)
    finally:
        deps.publications.release(claimed)


@dataclass(frozen=True, slots=True)
class Ready:
    """A publishing that may begin: its rows, what is asked and lent, and a fingerprint of the content."""

    rows: dict[Sku, Listing]
    request: PublishRequest
    steps: Steps
    content_hash: str


class ProductWork(PublishWork):
    """What each action does with one claimed task."""

    def begin(self) -> dict[Sku, Listing] | None:
        """The rows to work on; None where there is nothing to do, or not now."""
        rows = self._rows()
        if not rows:
            self._done_already()
            return None
        if not self.task.rehearse and not self._begins(rows):
            return None
        if self.task.follow_at is None and self._cancelled(rows):
            return None
        blocked = self._blocked()
        if blocked is not None and self.task.follow_at is not None:
            # It is decided there meanwhile: what became of it is asked when the account can be asked again.
            self._follow_at(self.deps.clock.now() + _FOLLOW_WHEN_CONNECTED, self.task.content_hash)
            return None
        if blocked is not None:
            self.not_now(rows, blocked)
            return None
        return rows

    def run(self) -> None:
        rows = self.begin()
        if rows is None:
            return
        if self.task.rehearse:
            Rehearsal(self.deps, self.task, self.sales_list, self.account, self.publication).run(rows)
            return
        adapter = self.deps.marketplaces.open(self.account)
        self.budget = self.deps.marketplaces.budget(self.account)
        with self.budget.patient(PATIENCE_S):
            if self.task.follow_at is not None:
                self._follow(adapter, rows, self.task.follow_at)
            else:
                self._act(adapter, rows)

    def _act(self, adapter: MarketplaceAdapter, rows: dict[Sku, Listing]) -> None:
        shop = self.deps.configuration.get(Shop, self.account.shop)
        try:
            observed = observe_products(self.deps, shop, self.deps.shops.open(shop), [self.task.product])
        except Unauthorized as error:  # the shop's refusal: the account goes on
            expire_shop(self.deps, shop, error.problem)
            self.not_now(rows, error.problem)
            return
        rows = {row.key.sku: row for row in Recompute(self.deps, Cause.MANUAL).listings(r.key for r in rows.values())}
        facts = observed.products.get(self.task.product)
        act = self.task.action
        if act in (PublishKind.STOP, PublishKind.ZEROED):
            self._end(adapter, rows, facts or remembered_product(self.deps, shop, self.task.product, rows.values()))
        elif facts is None:
            self.gone(rows)
        elif act is PublishKind.LINK:
            self._link(adapter, rows)
        else:
            self._publish(adapter, rows, facts)

    def gone(self, rows: dict[Sku, Listing]) -> None:
        """The shop has no such product."""
        self._fail(rows, Problem(PRODUCT_GONE, {"product": self.task.product}, "relink"))

    def failed(self, error: RemoteError) -> None:
        """Class by what happens next."""
        rows = self._rows()
        if isinstance(error, Unauthorized):
            expire_account(self.deps, self.account, error.problem)
        if isinstance(error, Unauthorized) and self.task.follow_at is not None:
            self._follow_at(self.deps.clock.now() + _FOLLOW_WHEN_CONNECTED, self.task.content_hash)
            return
        traits = self.deps.marketplaces.traits(self.account)
        if isinstance(error, RetryLater | OutcomeUnknown) and self.task.attempt < MAX_ATTEMPTS:
            # A spent day is not one of the tries, and neither is a look at the orders, or at what is listed already, first.
            follows = self.task.follow_at is not None
            waits = follows or isinstance(error, RateLimited) or error.problem.code in NO_TRY
            tries = self.task.attempt + (not waits)
            if self.task.once:
                return
            again = self.task.model_copy(update={"attempt": tries})
            now = self.deps.clock.now()
            wait_s = waiting.wait_s(error, self.task.attempt, waiting.PUBLISHING, now, settle_s=traits.settle_s)
            wait_s = max(wait_s, _FOLLOW_AGAIN_S) if follows else wait_s
            delay_s = waiting.delay_s(waiting.from_now(now, wait_s), now)
            self.deps.queues.send(Lane.PUBLISH, again, delay_s=delay_s, reason="again_later")
            return
        if not self.task.rehearse and refused_for_want_of_stock(self.task, rows.values(), error):
            wait_for_stock(self.deps, self.task, rows.values())
            return
        problem = error.problem
        if isinstance(error, NotFound) and not self.task.rehearse:
            still, problem = without_ended(self.deps, self.account, self.task.job, list(rows.values()), problem)
            rows = {row.key.sku: row for row in still}
        (self.not_now if may_pass(error) else self._fail)(rows, problem)

    def _blocked(self) -> Problem | None:
        if self.task.rehearse or self.task.action is PublishKind.LINK or self.task.follow_at is not None:
            return connection_hold(self.account)  # nothing is written at the marketplace
        return account_hold(self.account)

    # ---- publish, full revise, relist ----

    def _publish(self, adapter: MarketplaceAdapter, rows: dict[Sku, Listing], facts: ProductFacts) -> None:
        ready = self.ready(adapter, rows, facts)
        if ready is not None:
            act = adapter.full_revise if self.task.action is PublishKind.FULL_REVISE else adapter.publish
            self.published(ready, self._patiently(lambda: act(ready.request, ready.steps)))

    def ready(self, adapter: MarketplaceAdapter, rows: dict[Sku, Listing], facts: ProductFacts) -> Ready | None:
        """Make the product's rows wait for its publishing; None where there is none, and what was to be told of that was told."""
        full = self.task.action is PublishKind.FULL_REVISE
        creation = self._creation(rows)
        if creation is None:
            return None
        rows = self._computable(rows)
        if not rows:
            return None
        # Before the first call: looking for each of a thousand variants would take a thousand.
        request = self._request(rows, facts, creation)
        adapter.check(request)
        if not full and self._linked_instead(adapter, rows):
            return None
        if not full and nothing_to_sell(rows.values()):
            wait_for_stock(self.deps, self.task, rows.values())
            return None
        now = self.deps.clock.now()
        for sku, row in rows.items():
            taken_over(self.deps, row, self.task.job)
            rows[sku] = self.deps.listings.change(row.key, partial(lifecycle.pending, job=self.task.job, now=now))
        request = self._request(rows, facts, creation)
        return Ready(rows, request, self._steps(adapter, rows, request), content_hash(facts))

    def published(self, ready: Ready, outcome: Published | Processing) -> None:
        """Record what became of it."""
        self.publication = ready.steps.publication
        self._became(ready.rows, outcome, ready.content_hash)

    def _follow(self, adapter: MarketplaceAdapter, rows: dict[Sku, Listing], look_at: datetime) -> None:
        """Ask what became of a publishing that was taken in; one that a person ended meanwhile is nobody's any more."""
        rows = {sku: row for sku, row in rows.items() if row.status is Status.PENDING}
        if look_at > self.deps.clock.now():
            self._follow_at(look_at, self.task.content_hash)
        elif rows:
            variants = tuple(
                PublishVariant(r.key, r.variant.variant, r.offer, r.remote, r.catalogue_id) for r in rows.values()
            )
            request = FollowRequest(self.sales_list.site, variants, self.publication.progress)
            outcome = adapter.follow(request)
            if isinstance(outcome, Published) or not self.task.once:
                self._became(rows, outcome, self.task.content_hash)

    def _became(self, rows: dict[Sku, Listing], outcome: Published | Processing, digest: str) -> None:
        if isinstance(outcome, Published):
            self._record(rows, outcome, digest)
            return
        if self.task.follow_at is None:
            before = tuple(sku for sku, row in rows.items() if row.remote is not None)
            for sku in rows.keys() & outcome.left_out.keys():
                self._fail({sku: rows.pop(sku)}, outcome.left_out[sku].problem)
            self.task = self.task.model_copy(update={"on_sale_before": before, "told_at": self.deps.clock.now()})
        for sku, row in rows.items():
            taken_in = partial(
                lifecycle.processing,
                remote=outcome.remote,
                offer=outcome.offers.get(sku),
                group=outcome.group,
                now=self.deps.clock.now(),
            )
            rows[sku] = self.deps.listings.change(row.key, taken_in)
        self._tell_undecided(list(rows.values()))
        self._follow_at(outcome.look_at, digest)
        nudge_due(self.deps, list(rows.values()))

    def _linked_instead(self, adapter: MarketplaceAdapter, rows: dict[Sku, Listing]) -> bool:
        """Sending what the account already sells links it (protocol.md#existing-listings)."""
        if self.publication.progress or any(row.status is Status.PENDING for row in rows.values()):
            return False
        perhaps = {sku: row for sku, row in rows.items() if sku not in self.absent}
        live = listed_already(self.deps, self.account, adapter, perhaps)
        if not live:
            return self._refused_as_made_by_hand(adapter, rows)
        for sku, row in rows.items():
            if row.status is Status.ACTIVE:
                continue  # linked by a worker that died before it came to its sisters
            if sku in live:
                self._link_one(row, live[sku])
            else:
                self._fail({sku: row}, Problem("partly_listed", {"sku": sku}, "end_other_listing"))
        return True

    def _refused_as_made_by_hand(self, adapter: MarketplaceAdapter, rows: dict[Sku, Listing]) -> bool:
        """What the seller listed by hand would be on sale twice."""
        by_hand = {} if adapter.adopting() is None else listed_by_hand(self.deps, self.account, rows)
        if by_hand:
            self._fail(rows, next(iter(by_hand.values())))
        return bool(by_hand)

    def _record(self, rows: dict[Sku, Listing], published: Published, digest: str) -> None:
        left_out = published.left_out or {}
        done = []
        for sku, row in rows.items():
            now = self.deps.clock.now()
            if self.task.follow_at is not None:
                rows[sku] = row = self.deps.listings.change(row.key, partial(lifecycle.decided_late, now=now))
            error = left_out.get(sku)
            if error is not None:
                self._fail({sku: row}, error.problem)
                continue
            live = partial(
                lifecycle.published,
                remote=published.remote,
                offer=published.offers.get(sku, row.offer),
                group=published.group,
                content_hash=digest,
                now=now,
            )
            done.append(self.deps.listings.change(row.key, live))
            item_done(self.deps, self.task.job, str(row.key))
        note_listed(self.deps, self.account, done)
        self._tell(done, f"{self.task.action.value}_done", {"remote": str(published.remote), "url": published.url})
        if published.fee is not None and done:
            charged(self.deps, done[0], published.fee)
        # Values may have moved since they were read: a fresh recompute sees it, and whatever is due is sent.
        nudge_due(self.deps, Recompute(self.deps).listings(row.key for row in done))

    # ---- end ----

    def _end(self, adapter: MarketplaceAdapter, rows: dict[Sku, Listing], facts: ProductFacts) -> None:
        zeroed = self.task.action is PublishKind.ZEROED
        if zeroed and any(row.computed.quantity != 0 for row in rows.values()):
            # Others of the product still sell. What shows more than the 0 it has leaves them; stock that came back does not.
            rows = {sku: row for sku, row in rows.items() if _still_shows_more(row)}
        rows = self._still_out(rows)
        if not rows or (self.task.only_if_gone and not all(row.computed.gone for row in rows.values())):
            return
        # What an interrupted sending made may be live although no row knows its id yet.
        live = {sku: row for sku, row in rows.items() if row.remote is not None or self.publication.progress}
        if live:
            seen_as_ours(self.deps, adapter, live.values())
            now = self.deps.clock.now()
            for row in live.values():
                taken_over(self.deps, row, self.task.job)
                self.deps.listings.change(row.key, partial(lifecycle.pending, job=self.task.job, now=now))
            creation = CreationProfile(
                id=self.sales_list.creation_profile or "none",
                name="end",
                marketplace=self.account.marketplace,
                site=self.sales_list.site,
            )
            request = self._request(live, facts, creation)
            steps = self._steps(adapter, live, request)
            self._patiently(lambda: steps.look_before_end(live))
            self._patiently(lambda: adapter.end(request, steps))
        problem = Problem(lifecycle.ENDED_AT_ZERO, fix=self.task.fix) if zeroed else None
        if self.task.only_if_gone:
            problem = Problem(GONE_FROM_SHOP, fix="relink")
        end = partial(lifecycle.ended, status=Status.STOPPED, problem=problem, looked=True)
        now = self.deps.clock.now()
        done = [self.deps.listings.change(row.key, partial(end, now=now)) for row in rows.values()]
        self._tell(done, "stop_done", {})
        for row in rows.values():  # first, for after a removal nobody would know for whom to say it
            item_done(self.deps, self.task.job, str(row.key))
        if self.deps.marketplaces.traits(self.account).shares_stock:
            # On the other sites of its stock the quantity may go up again.
            nudge_due(self.deps, Recompute(self.deps).listings(row.key for row in done))
        if self.task.remove:
            remove_ended(self.deps, self.publication, done)

    # ---- link ----

    def _link(self, adapter: MarketplaceAdapter, rows: dict[Sku, Listing]) -> None:
        live = listed_already(self.deps, self.account, adapter, rows, linking=True)
        by_hand = {} if adapter.adopting() is None else listed_by_hand(self.deps, self.account, rows)
        for sku, row in rows.items():
            remote = live.get(sku)
            if remote is None:
                problem = by_hand.get(sku) or Problem("not_listed_there", {"sku": sku}, "send")
                self._fail({sku: row}, problem, back_to=row.status)
            else:
                self._link_one(row, remote)

    def _link_one(self, row: Listing, remote: RemoteListing) -> None:
        if remote.remote is None:
            self._fail({row.key.sku: row}, Problem("not_listed_there", {"sku": row.key.sku}, "send"))
            return
        link = partial(
            lifecycle.linked,
            remote=remote.remote,
            offer=remote.offer,
            group=remote.group,
            seen=remote.shown,
            fulfilled_by_marketplace=remote.fulfilled_by_marketplace,
            held=remote.held,
            now=self.deps.clock.now(),
        )
        self._tell([self.deps.listings.change(row.key, link)], "linked", {"remote": remote.remote, "url": remote.url})
        item_done(self.deps, self.task.job, str(row.key))


def _still_shows_more(row: Listing) -> bool:
    """Whether a listing that is sold out in the shop is not known to show 0. What only orders hold may be back tomorrow."""
    sold_out = row.computed.quantity == 0 and not row.computed.held_by_orders
    return sold_out and row.accepted.quantity != 0

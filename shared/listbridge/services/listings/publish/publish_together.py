"""Several products of one sales list that go on sale by the same calls (protocol.md#publishing).

Each is claimed, computed, leased and recorded as one that goes alone. A set is tried once: whatever that does not bring to an end
goes on alone, or, where only a limit was spent, as another set.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from listbridge.domain import trace, waiting
from listbridge.domain.configuration import Account, SalesList, Shop
from listbridge.domain.ids import ProductId, Sku, new_id
from listbridge.domain.listings.listing import Cause, Listing, Status
from listbridge.domain.listings.publication import Publication
from listbridge.domain.ports import (
    MarketplaceAdapter,
    Missing,
    Published,
    PublishesTogether,
    PublishingRun,
    RemoteListing,
)
from listbridge.domain.verdicts import RateLimited, RemoteError, Unauthorized
from listbridge.domain.work import Lane, PublishTogether
from listbridge.services.catalog.observe_shop import observe_products
from listbridge.services.catalog.observed import Observed
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.connection_state import expire_shop
from listbridge.services.deps import PublishDeps
from listbridge.services.listings.publish.publish_listing import NO_TRY, ProductWork, Ready
from listbridge.services.listings.publish.publish_work import PATIENCE_S

_REMEMBERED_S = 7 * 86_400
"""Longer than a queue keeps a message."""
_CLAIMED_S = 15


def publish_together(deps: PublishDeps, message: PublishTogether) -> None:
    """Publish the products of the message; safe to run again after any interruption.

    The second worker that gets the message sends each product on alone: what killed the first may be one of them.
    """
    try:
        sales_list = deps.configuration.get(SalesList, message.sales_list)
        account = deps.configuration.get(Account, sales_list.account)
    except Missing:
        return  # the list was deleted after the message was queued: nothing is left to do
    trace.note(account=account.id, shop=account.shop)
    now = deps.clock.now()
    if deps.counters.add(f"together#{message.id}", 1, window_s=_REMEMBERED_S, now=now) > 1:
        deps.queues.send(Lane.PUBLISH, *map(message.alone, message.products), reason="alone")
        return
    _Set(deps, message, sales_list, account, now).run()


@dataclass(slots=True)
class _Begun:
    """A product of the set with its only listing."""

    work: ProductWork
    row: Listing

    @property
    def rows(self) -> dict[Sku, Listing]:
        return {self.row.key.sku: self.row}


@dataclass(slots=True)
class _Set:
    """One try. `alone`, `claimed` and `later` are the products that go on afterwards, and how."""

    deps: PublishDeps
    message: PublishTogether
    sales_list: SalesList
    account: Account
    began_at: datetime
    alone: list[ProductId] = field(default_factory=list)
    claimed: list[ProductId] = field(default_factory=list)
    later: dict[ProductId, RemoteError] = field(default_factory=dict)

    def run(self) -> None:
        with ExitStack() as claims:
            begun = self._begun(claims)
            if begun:
                self._publish(begun)
        self._go_on()

    def _begun(self, claims: ExitStack) -> list[_Begun]:
        begun = []
        for product in dict.fromkeys(self.message.products):
            publication = Publication(self.sales_list.id, product, self.account.id, self.sales_list.site)
            claimed = self.deps.publications.claim(
                publication, seconds=self.deps.limits.publish_claim_s, now=self.deps.clock.now()
            )
            if claimed is None:
                self.claimed.append(product)
                continue
            claims.callback(self.deps.publications.release, claimed)
            work = ProductWork(self.deps, self.message.alone(product), self.sales_list, self.account, claimed)
            rows = work.begin()
            if rows is not None and (len(rows) > 1 or work.task.follow_at is not None):
                self.alone.append(product)
            elif rows is not None:
                begun += [_Begun(work, row) for row in rows.values()]
        return begun

    def _publish(self, begun: list[_Begun]) -> None:
        try:
            adapter, budget = self.deps.marketplaces.open(self.account), self.deps.marketplaces.budget(self.account)
        except RemoteError as error:
            for one in begun:
                self._failed(one, error)
            return
        together = adapter.together()
        observed = None if together is None else self._observed(begun)
        if together is None or observed is None:
            return
        for one in begun:
            one.work.budget = budget
        with budget.patient(PATIENCE_S):
            self._put_on_sale(adapter, together, self._single(self._computed(begun), observed), observed)

    def _observed(self, begun: list[_Begun]) -> Observed | None:
        """All of them, read from the shop by one read; None where that failed, and they go on in another way."""
        shop = self.deps.configuration.get(Shop, self.account.shop)
        try:
            return observe_products(self.deps, shop, self.deps.shops.open(shop), [_product(one) for one in begun])
        except Unauthorized as error:  # the shop's refusal: the account goes on
            expire_shop(self.deps, shop, error.problem)
            for one in begun:
                one.work.not_now(one.rows, error.problem)
        except RateLimited as error:
            self.later |= {_product(one): error for one in begun}
        except RemoteError:
            self.alone += map(_product, begun)  # one of them may be what the shop cannot tell of
        return None

    def _computed(self, begun: list[_Begun]) -> list[_Begun]:
        rows = {row.key: row for row in Recompute(self.deps, Cause.MANUAL).listings(one.row.key for one in begun)}
        return [_Begun(one.work, rows[one.row.key]) for one in begun if one.row.key in rows]

    def _single(self, begun: list[_Begun], observed: Observed) -> list[_Begun]:
        """Those that the shop has, without variations."""
        single = []
        for one in begun:
            facts = observed.products.get(_product(one))
            if facts is None:
                one.work.gone(one.rows)
            elif facts.has_options or one.row.group is not None:
                self.alone.append(_product(one))
            else:
                single.append(one)
        return single

    def _put_on_sale(
        self, adapter: MarketplaceAdapter, together: PublishesTogether, begun: list[_Begun], observed: Observed
    ) -> None:
        fresh = [one for one in begun if one.row.status is not Status.PENDING and not one.work.publication.progress]
        try:
            absent = together.absent([one.row.key.sku for one in fresh]) if fresh else frozenset[Sku]()
        except RemoteError as error:
            for one in begun:
                self._failed(one, error)
            return
        ready: list[tuple[_Begun, Ready]] = []
        for one in begun:
            one.work.absent = absent
            try:
                its = one.work.ready(adapter, one.rows, observed.products[_product(one)])
            except RemoteError as error:
                self._failed(one, error)
            else:
                ready += [] if its is None else [(one, its)]
        ready = self._looked(adapter, ready)
        became = together.publish([PublishingRun(its.request, its.steps) for _, its in ready], self._in_time)
        for one, its in ready:
            outcome = became.get(_product(one))
            if outcome is None:
                self.alone.append(_product(one))
            elif isinstance(outcome, Published):
                one.work.published(its, outcome)
            else:
                self._failed(one, outcome)

    def _looked(self, adapter: MarketplaceAdapter, ready: list[tuple[_Begun, Ready]]) -> list[tuple[_Begun, Ready]]:
        """What may be live of all of them, by one read before the first lease: in the leases nothing has to be read."""
        rows = {_product(one): its.steps.to_look_at() for one, its in ready}
        asked = [row for mine in rows.values() for row in mine]
        shown, good = list[RemoteListing](), list[tuple[_Begun, Ready]]()
        try:
            shown = adapter.read_back(asked) if asked else []
        except RemoteError as error:
            for one, _ in ready:
                self._failed(one, error)
            return []
        for one, its in ready:
            mine = rows[_product(one)]
            try:
                its.steps.looked(mine, [remote for remote in shown if remote.key == one.row.key])
            except RemoteError as error:
                self._failed(one, error)
            else:
                good.append((one, its))
        return good

    def _in_time(self) -> bool:
        return self.deps.clock.now() - self.began_at < timedelta(seconds=self.deps.limits.publish_together_s)

    def _failed(self, one: _Begun, error: RemoteError) -> None:
        if isinstance(error, RateLimited) or error.problem.code in NO_TRY:
            self.later[_product(one)] = error
        else:
            one.work.failed(error)

    def _go_on(self) -> None:
        """Sent once nobody has their claims any more."""
        send, alone = self.deps.queues.send, self.message.alone
        if self.claimed:
            send(Lane.PUBLISH, *map(alone, self.claimed), delay_s=_CLAIMED_S, reason="claimed")
        if self.alone:
            send(Lane.PUBLISH, *map(alone, self.alone), reason="alone")
        if self.later:
            now = self.deps.clock.now()
            wait_s = max(waiting.wait_s(error, 0, waiting.PUBLISHING, now) for error in self.later.values())
            again = self.message.model_copy(update={"products": tuple(self.later), "id": new_id("set")})
            delay_s = waiting.delay_s(waiting.from_now(now, wait_s), now)
            send(Lane.PUBLISH, again, delay_s=delay_s, reason="again_later")


def _product(one: _Begun) -> ProductId:
    return one.work.task.product

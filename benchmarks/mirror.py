"""`mirror` and its like: a sales list that follows a collection of 50,000 products.

The shop's real adapter reads its simulator; our tables are the tests' own, in memory, so that only requests and what one
chunk of the job allocates are measured.
"""

from __future__ import annotations

import time
import tracemalloc
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

from benchmarks import outside
from benchmarks.figures import Figure
from benchmarks.shop_reads import connection
from listbridge import registry
from listbridge.domain.catalog import Variant, Write
from listbridge.domain.configuration import Account, OnLeave, SalesList, SalesListMode, Shop, stamped
from listbridge.domain.ids import (
    AccountId,
    CollectionId,
    ProductId,
    RemoteId,
    SalesListId,
    ShopId,
    Site,
    VariantId,
    VariantKey,
)
from listbridge.domain.jobs import Job, JobState
from listbridge.domain.listings.listing import Status
from listbridge.domain.ports import Share, ShopAdapter, ShopTraits, WebhookScheme
from listbridge.domain.verdicts import RateLimited
from listbridge.services.deps import Deps, TimeLimits
from listbridge.services.listings.mirror.mirror_collections import run_mirror_chunk, start_mirror
from simulators.clock import VirtualClock
from tests.fakes.scripted_market import ScriptedMarket
from tests.fakes.stores import Stores
from tests.fakes.variants import FakeVariantRepository

MEMBERS = 50_000
GOAL = 0.05
_SAMPLED = 5
"""Chunks at the beginning of the reading, and as many at its end, whose memory is compared."""
SHOP, ACCOUNT, LIST, SITE = ShopId("shop_1"), AccountId("acc_1"), SalesListId("list_1"), Site("X_DE")


class IndexedVariants(FakeVariantRepository):  # type: ignore[misc]  # mypy does not read the tests
    """The tests' variants, found by product without looking at all of them."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._of: defaultdict[tuple[ShopId, ProductId], dict[VariantId, None]] = defaultdict(dict)

    def observe(self, variant: Variant) -> Write:
        self._of[variant.key.shop, variant.key.product][variant.key.variant] = None
        write: Write = super().observe(variant)
        return write

    def of_product(self, shop: ShopId, product: ProductId) -> list[Variant]:
        keys = [VariantKey(shop, product, one) for one in self._of.get((shop, product), ())]
        return list(self.get_many(keys).values())


@dataclass
class OneShop:
    """`Shops` with one shop, on the simulator in this process."""

    adapter: ShopAdapter

    def open(self, shop: Shop, share: Share = Share.ORDINARY) -> ShopAdapter:
        return self.adapter

    def traits(self, shop: Shop) -> ShopTraits:
        return registry.shop(outside.SHOP).traits

    def scheme(self, platform: str) -> WebhookScheme:
        return registry.webhook_scheme(platform)


@dataclass
class Bench:
    """The shop, the list that follows its one collection, and what was counted."""

    members: int
    clock: VirtualClock = field(default_factory=VirtualClock)

    def __post_init__(self) -> None:
        self.shop = outside.OF_SHOP.in_process(self.clock)
        self.shop.deeds.seed_products(count=self.members, variants_per_product=1)
        products = [str(number) for number in self.shop.world.live.products]
        self.collection = str(self.shop.deeds.add_collection(title="All", product_ids=products)["collection_id"])
        stores = Stores()
        stores.variants = IndexedVariants(stores.cut)
        self.stores, self.market = stores, ScriptedMarket(stores.clock)
        adapter = registry.open_shop(outside.SHOP, connection(self.shop))
        self.deps: Deps = stores.deps(OneShop(adapter), self.market, TimeLimits())
        self._connect()

    def _connect(self) -> None:
        save = self.deps.configuration.save
        save(Shop(id=SHOP, name="Shop", platform=outside.SHOP, currency=outside.CURRENCY))
        save(Account(id=ACCOUNT, name="Account", marketplace="scripted", shop=SHOP, sites=(SITE,)))
        mode, followed = SalesListMode.COLLECTION, (CollectionId(self.collection),)
        drawn = SalesList(id=LIST, name="All", account=ACCOUNT, site=SITE, mode=mode, collections=followed)
        save(stamped(None, drawn.model_copy(update={"on_leave": OnLeave.END}), self.deps.clock.now()))

    def read(self) -> Reading:
        """A reading from its beginning to its end, or to its question."""
        begun = start_mirror(self.deps, self.deps.configuration.get(SalesList, LIST), "bench")
        reading = Reading(self.deps.jobs.get(begun.id))
        calls, pages = len(self.shop.calls), -(-self.members // 250)
        while reading.job.state is JobState.RUNNING:
            sampled = reading.job.phase == "read" and not _SAMPLED <= reading.chunks < pages - _SAMPLED
            if sampled:
                tracemalloc.start()
            self._chunk(reading)
            if sampled:
                reading.peaks.append(tracemalloc.get_traced_memory()[1])
                tracemalloc.stop()
        reading.requests = len(self.shop.calls) - calls
        return reading

    def _chunk(self, reading: Reading) -> None:
        while True:
            try:
                reading.job = run_mirror_chunk(self.deps, reading.job)
            except RateLimited as limited:
                self.clock.advance(limited.after_s)
                reading.job = self.deps.jobs.get(reading.job.id)
            else:
                reading.chunks += 1
                return

    def put_on_sale(self) -> int:
        """As if all of the list had been sent."""
        rows, _ = self.stores.listings.of_list(LIST, None, 10 * self.members)
        for row in rows:
            self.stores.listings.save(replace(row, status=Status.ACTIVE, remote=RemoteId(row.key.sku)))
        return len(rows)


@dataclass
class Reading:
    """One job, how many requests it took, and what single chunks of it allocated at the most."""

    job: Job
    chunks: int = 0
    requests: int = 0
    peaks: list[int] = field(default_factory=list)


def measure(members: int = MEMBERS) -> list[Figure]:
    """All enter, nothing changes, and then the collection is emptied while all of it is on sale."""
    bench, began = Bench(members), time.process_time()
    first = bench.read()
    again = bench.read()
    on_sale = bench.put_on_sale()
    bench.shop.deeds.set_members(bench.collection, [])
    emptied = bench.read()
    if (first.job.state, again.job.state, on_sale) != (JobState.DONE, JobState.DONE, members):
        raise AssertionError(f"{first.job.state}, {again.job.state}, {on_sale} listings")
    still, _ = bench.stores.items.of_list(LIST, None, 2 * members)
    stopped = emptied.job.state is JobState.AWAITING_APPROVAL and len(still) == members
    settings = {
        "members": members,
        "when_they_enter": first.requests,
        "when_nothing_changes": again.requests,
        "when_all_leave": emptied.requests,
        "cpu_s_both_sides": round(time.process_time() - began, 1),
    }
    early, late = max(first.peaks[:_SAMPLED]), max(first.peaks[-_SAMPLED:])
    most = max(first.requests, again.requests, emptied.requests) / members
    asked = bench.market.calls if stopped else members
    return [
        Figure("mirror", most, "requests/member", f"<={GOAL}", settings=settings),
        Figure("mirror.memory", late / 1e6, "MB a chunk", "<=1.5", early / 1e6, settings={"members": members}),
        Figure("mirror.emptied", asked, "calls before approval", "<=0", settings={"affected": emptied.job.affected}),
    ]

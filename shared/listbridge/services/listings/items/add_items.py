"""Add products to a sales list: one listing for each variant, or the reason why a variant has none.

The listing is named on its variant before its row exists, so that no observation of the variant can miss it, and the
list's item comes last: a worker that dies in between leaves something that the next run completes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.catalog import ProductFacts, Variant, VariantFacts
from listbridge.domain.configuration import Account, SalesList, Shop
from listbridge.domain.ids import JobId, ListingKey, ProductId, Sku, VariantKey, new_id
from listbridge.domain.job_params import AdditionParams
from listbridge.domain.jobs import Job, JobEntry, JobKind, JobState, Outcome
from listbridge.domain.listings import lifecycle
from listbridge.domain.listings.listing import Cause, Component, Listing, Status
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.ports import Conflict, Missing
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, RemoteError, RetryLater, Unauthorized
from listbridge.domain.work import ExportMembers, Lane, RecomputeChunk
from listbridge.services.catalog.nudge import nudge_due
from listbridge.services.catalog.observe_shop import observe_products
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.connection_state import expire_shop
from listbridge.services.deps import CoreDeps, LedgerDeps, PublishDeps

MOST_PRODUCTS = 500
_TRIES = 5


def start_adding(deps: CoreDeps, sales_list: SalesList, products: Sequence[ProductId], actor: str) -> Job:
    """Begin to add products to a sales list; the job has an entry per product and runs automatically."""
    wanted = list(dict.fromkeys(products))
    job = Job(
        id=JobId(new_id("job")),
        kind=JobKind.ADD_ITEMS,
        account=sales_list.account,
        params=AdditionParams(sales_list=sales_list.id, products=tuple(wanted)),
        cursor="0",
        created_by=actor,
        created_at=deps.clock.now(),
    )
    deps.jobs.create(job, [JobEntry(item=product) for product in wanted])
    deps.queues.send(Lane.RECOMPUTE, RecomputeChunk(job=job.id))
    return deps.jobs.get(job.id)


def run_add_items_chunk(deps: PublishDeps, job: Job) -> Job:
    """Add the next few products and save how far the job is. Raises RetryLater when the shop cannot answer now."""
    wanted = job.params_of(AdditionParams)
    try:
        sales_list = deps.configuration.get(SalesList, wanted.sales_list)
    except Missing as error:
        return _failed(deps, job, Problem("not_found", {"kind": error.kind, "id": error.id}))
    account = deps.configuration.get(Account, sales_list.account)
    shop = deps.configuration.get(Shop, account.shop)
    at = int(job.cursor or "0")
    batch = wanted.products[at : at + max(1, deps.shops.traits(shop).read_batch)]
    try:
        entries = add_batch(deps, sales_list, account, shop, batch)
    except Unauthorized as error:
        return _failed(deps, job, error.problem)
    for entry in entries:
        deps.jobs.finish(job.id, entry)
    job = deps.jobs.get(job.id)
    if job.state is not JobState.RUNNING:
        return job
    return deps.jobs.save(job.model_copy(update={"cursor": str(at + len(batch))}))


def add_batch(
    deps: PublishDeps,
    sales_list: SalesList,
    account: Account,
    shop: Shop,
    products: Sequence[ProductId],
    wanted: Callable[[ProductFacts], bool] = lambda facts: True,
) -> list[JobEntry]:
    """Add a few products, and tell what became of each; what the shop refuses fails. Raises RetryLater when the shop cannot
    answer now, and Unauthorized, after the shop was marked so."""
    try:
        return Shelf(deps, sales_list, account, shop, wanted).add(products)
    except Unauthorized as error:
        expire_shop(deps, shop, error.problem)
        raise
    except (RetryLater, OutcomeUnknown) as error:
        raise error if isinstance(error, RetryLater) else RetryLater(error.problem) from error
    except RemoteError as error:
        return [_entry(deps, product, Outcome.FAILED, error.problem) for product in products]


def _failed(deps: CoreDeps, job: Job, problem: Problem) -> Job:
    for product in job.params_of(AdditionParams).products:
        deps.jobs.finish(job.id, _entry(deps, product, Outcome.FAILED, problem))
    return deps.jobs.get(job.id)


@dataclass(slots=True)
class Shelf:
    """One sales list being filled."""

    deps: PublishDeps
    sales_list: SalesList
    account: Account
    shop: Shop
    wanted: Callable[[ProductFacts], bool] = lambda facts: True
    """Whether a product belongs into the list, as it is now."""

    def add(self, products: Sequence[ProductId]) -> list[JobEntry]:
        """Read the products from the shop and put each in the list; one entry each. Raises RemoteError."""
        observed = observe_products(self.deps, self.shop, self.deps.shops.open(self.shop), products)
        entries, keys = [], []
        for product in products:
            facts = observed.products.get(product)
            if facts is None or not facts.variants:
                problem = Problem("product_not_in_shop", {"product": product}, "choose_other_product")
                entries.append(_entry(self.deps, product, Outcome.FAILED, problem))
                continue
            if not self.wanted(facts):
                problem = Problem("not_chosen_now", {"product": product})
                entries.append(_entry(self.deps, product, Outcome.SKIPPED, problem))
                continue
            items = [self._put_variant(facts, variant) for variant in facts.variants]
            keys += [item.listing for item in items if item.listing is not None]
            entries.append(self._result(product, items))
        nudge_due(self.deps, Recompute(self.deps, Cause.MANUAL).listings(keys))
        if self.sales_list.auto_export:  # also at what cannot go on sale: it waits with its reason
            look = ExportMembers(sales_list=self.sales_list.id, products=tuple(products))
            self.deps.queues.send(Lane.RECOMPUTE, look)
        return entries

    def put(self, variant: Variant, title: str) -> Item:
        """Give the variant its listing in this list, or the reason why it has none. Running it again changes nothing."""
        skus = self._skus_there(variant.facts)
        keys = [ListingKey(self.account.id, self.sales_list.site, sku) for sku in skus]
        before = self.deps.items.find(self.sales_list.id, variant.key)
        own = self._own(before) if before is not None else None
        if before is not None and own is not None:
            if own.detached is not None:
                self._attach(own)
            if before.listing not in keys:
                return before  # its SKU changed in the shop: the listing keeps the one it was made with
            keys = [before.listing]
        longest = self.deps.marketplaces.traits(self.account).max_sku_length
        key, problem = keys[0], None
        for key in keys:
            problem = sku_problem(replace(variant.facts, sku=key.sku), longest) or self._take(key, variant.key, title)
            if problem is None:
                break
        item = Item(
            sales_list=self.sales_list.id,
            variant=variant.key,
            sku=variant.facts.sku,
            title=title,
            listing=key if problem is None else None,
            problem=problem,
        )
        if item != before:
            self.deps.items.put(item)
        return item

    def _skus_there(self, facts: VariantFacts) -> list[Sku]:
        """Under which the variant may be sold here: those of its SKU mappings, else its own."""
        mapped = self.deps.sku_mappings.marketplace_skus(self.account.id, facts.sku) if facts.sku else []
        return mapped or [facts.sku]

    def put_as(self, variant: Variant, title: str, sku: Sku) -> Item | Problem:
        """Give the variant the listing with this SKU of the marketplace's, which may differ from its own in the shop; or why it
        cannot have it. A listing under another SKU that was never live makes way (protocol.md#linking)."""
        key = ListingKey(self.account.id, self.sales_list.site, sku)
        before = self.deps.items.find(self.sales_list.id, variant.key)
        other = self._own(before) if before is not None and before.listing != key else None
        if other is not None and (other.remote is not None or other.status in (Status.ACTIVE, Status.PENDING)):
            return Problem("linked_under_other_sku", {"sku": other.key.sku}, "unlink_other")
        problem = self._take(key, variant.key, title)
        if problem is not None:
            return problem
        if other is not None:
            self.deps.variants.unbind(variant.key, other.key)
            self.deps.listings.delete(other)
        item = Item(self.sales_list.id, variant.key, variant.facts.sku, title, key)
        if item != before:  # last: as long as it names the other one, the next run finds what is left to do
            self.deps.items.put(item)
        return item

    def _own(self, item: Item) -> Listing | None:
        """The listing that the item has, as long as it is this variant's in this list."""
        row = self.deps.listings.get_many([item.listing]).get(item.listing) if item.listing is not None else None
        ours = row is not None and (row.variant, row.sales_list) == (item.variant, self.sales_list.id)
        return row if ours else None

    def _put_variant(self, product: ProductFacts, facts: VariantFacts) -> Item:
        key = VariantKey(self.shop.id, product.product, facts.variant)
        stored = self.deps.variants.get_many([key]).get(key)
        if stored is None:
            raise RetryLater(Problem("shop_busy", {"products": "1"}), after_s=2, detail="variant not stored")
        return self.put(stored, title_of(product, facts))

    def _take(self, key: ListingKey, variant: VariantKey, title: str) -> Problem | None:
        """Make the listing ours; None when it is, else who has it."""
        for _ in range(_TRIES):
            row = self.deps.listings.get_many([key]).get(key)
            if row is None:
                self.deps.variants.bind(variant, key)
                with suppress(Conflict):  # somebody else's is there now: look whose
                    self.deps.listings.create(
                        Listing(
                            key=key,
                            variant=variant,
                            sales_list=self.sales_list.id,
                            title=title,
                            components=(Component(variant),),
                        )
                    )
                row = self.deps.listings.get_many([key]).get(key)
            if row is None:
                continue  # made and removed between two looks
            if row.variant != variant:
                self.deps.variants.unbind(variant, key)
                if _gone_from_shop(self.deps, row.variant):
                    params = {"sku": key.sku, "list": _name(self.deps, row), "product": variant.product}
                    return Problem("made_anew", params, "relink")
                if row.sales_list == self.sales_list.id:
                    return Problem("sku_duplicate", {"sku": key.sku}, "make_skus_unique")
            elif row.sales_list == self.sales_list.id or row.detached is not None:
                if row.detached is not None and not self._attach(row):
                    continue  # another list was faster
                # Again, now that the row exists: a removal under way may have unbound it after our first time.
                self.deps.variants.bind(variant, key)
                return None
            return Problem(
                "sold_by_other_list", {"sku": key.sku, "list": _name(self.deps, row)}, "remove_from_other_list"
            )
        raise Conflict(f"listing {key} kept changing")

    def _attach(self, row: Listing) -> bool:
        """Have a listing back that was detached, from whichever list; whether it is in ours now."""
        attach = partial(lifecycle.attached, sales_list=self.sales_list.id)
        try:
            now = self.deps.listings.change(row.key, attach)
        except Missing:
            return False
        if now.sales_list != self.sales_list.id:
            return False
        if row.sales_list != self.sales_list.id:
            old = self.deps.items.find(row.sales_list, row.variant)
            if old is not None:
                self.deps.items.delete(old)
        return True

    def _result(self, product: ProductId, items: Sequence[Item]) -> JobEntry:
        problems = [item.problem for item in items if item.problem is not None]
        event = "items_added" if len(problems) < len(items) else "items_refused"
        params = {
            "product": product,
            "list": self.sales_list.name,
            "variants": str(len(items) - len(problems)),
            "left_out": str(len(problems)),
        }
        self.deps.activity.note(
            ActivityEntry(self.sales_list.id, event, self.deps.clock.now(), params, self.account.id)
        )
        if not problems:
            return _entry(self.deps, product, Outcome.DONE, None)
        if len(problems) == len(items):
            return _entry(self.deps, product, Outcome.FAILED, problems[0])
        left_out = Problem(
            "variants_left_out", {"count": str(len(problems)), "variants": str(len(items))}, problems[0].fix
        )
        return _entry(self.deps, product, Outcome.DONE, left_out)


def title_of(product: ProductFacts, facts: VariantFacts) -> str:
    """What a listing of the variant is called in our lists."""
    own = facts.title if product.has_options else ""
    return f"{product.title} – {own}" if own else product.title


def sku_problem(facts: VariantFacts, longest: int) -> Problem | None:
    """Why the variant cannot be listed under its SKU. Any character is fine, if the marketplace allows the length."""
    if not facts.sku.strip():
        return Problem("sku_missing", {"variant": facts.title}, "set_sku_in_shop")
    if len(facts.sku) > longest:
        params = {"sku": facts.sku, "length": str(len(facts.sku)), "longest": str(longest)}
        return Problem("sku_too_long", params, "shorten_sku")
    return None


def _name(deps: CoreDeps, row: Listing) -> str:
    try:
        return deps.configuration.get(SalesList, row.sales_list).name
    except Missing:
        return row.sales_list


def _entry(deps: CoreDeps, product: str, outcome: Outcome, problem: Problem | None) -> JobEntry:
    return JobEntry(item=product, outcome=outcome, reason=problem, at=deps.clock.now())


def _gone_from_shop(deps: LedgerDeps, variant: VariantKey) -> bool:
    """The variant is proven gone from the shop, so that another may have its listing."""
    row = deps.variants.get_many([variant]).get(variant)
    return row is not None and row.absent

"""Link what an inventory matched: each line gets a listing of ours with the marketplace's SKU, and the slow lane bonds the two.

Nothing is written at the marketplace. A worker that dies anywhere leaves entries that wait, and the timer that carries jobs on
asks for them once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.catalog import ProductFacts
from listbridge.domain.configuration import Account, SalesList, Shop
from listbridge.domain.ids import JobId, ListingKey, ProductId, SalesListId, Sku, VariantKey, new_id
from listbridge.domain.job_params import InventoryParams, LinkingParams
from listbridge.domain.jobs import Job, JobEntry, JobKind, JobState, Outcome, ended_state
from listbridge.domain.listings.holds import connection_hold
from listbridge.domain.listings.inventory import InventoryLine, MatchState, is_linked
from listbridge.domain.listings.listing import Cause, Listing
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.ports import Conflict, Missing
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RetryLater, Unauthorized
from listbridge.domain.work import Lane, PublishKind, PublishTask, RecomputeChunk
from listbridge.services.catalog.nudge import nudge_due
from listbridge.services.catalog.observe_shop import observe_products
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.connection_state import expire_shop
from listbridge.services.deps import CoreDeps, PublishDeps
from listbridge.services.job_results import item_done, item_failed, item_skipped
from listbridge.services.listings.items.add_items import Shelf, title_of
from listbridge.services.listings.linking.inventory_lines import begins_with
from listbridge.services.refusal import Refused

MOST_CHOSEN = 500
_LINK, _AWAIT = "link", "await"
_PAGE = 50
_AGAIN = timedelta(minutes=9)
"""After so long what has no outcome is asked for once more: its message is lost, or it waits for a limit and does no harm twice."""
_GIVEN_UP = timedelta(days=3)


def start_linking(
    deps: CoreDeps,
    account: Account,
    inventory: Job,
    lines: Sequence[str] | None,
    sales_list: SalesList | None,
    actor: str,
) -> Job:
    """Begin to link these lines of an inventory, or all that matched. What no sales list of the account and site has goes into
    `sales_list`, or is left out without one.

    Raises Refused: the account cannot be used, or nothing matched.
    """
    held = connection_hold(account)
    if held is not None:
        raise Refused(held)
    read = inventory.params_of(InventoryParams)
    chosen = tuple(dict.fromkeys(lines)) if lines is not None else None
    total = len(chosen) if chosen is not None else read.counts.get(MatchState.MATCHED, 0)
    if not total:
        raise Refused(Problem("nothing_to_link", fix="read_inventory"))
    params = LinkingParams(
        site=read.site,
        inventory=inventory.id,
        sales_list=sales_list.id if sales_list is not None else None,
        lines=chosen,
    )
    job = Job(
        id=JobId(new_id("job")),
        kind=JobKind.LINK_INVENTORY,
        account=account.id,
        phase=_LINK,
        total=total,
        created_by=actor,
        created_at=deps.clock.now(),
        params=params,
    )
    deps.jobs.create(job)
    told = {"site": read.site, "listings": str(total)}
    deps.activity.note(ActivityEntry(job.id, "linking_started", deps.clock.now(), told, account.id, actor))
    deps.queues.send(Lane.RECOMPUTE, RecomputeChunk(job=job.id))
    return deps.jobs.get(job.id)


def run_linking_chunk(deps: PublishDeps, job: Job) -> Job:
    """Link the next page of lines, or look after those that have no outcome yet. Safe to run again.

    Raises RetryLater while the shop cannot be asked, or nothing is to be done but to wait.
    """
    account = deps.configuration.get(Account, job.account or "")
    if job.phase == _AWAIT:
        return _look_after(deps, job, account)
    params = job.params_of(LinkingParams)
    lines, following = _page(deps, job, params)
    try:
        _Page(deps, job, account, params).link(lines)
    except Unauthorized as error:  # the shop's
        shop = deps.configuration.get(Shop, account.shop)
        expire_shop(deps, shop, error.problem)
        return deps.jobs.save(deps.jobs.get(job.id).ended(deps.clock.now(), error.problem))
    return _advanced(deps, job, following)


def _advanced(deps: CoreDeps, before: Job, following: str | None) -> Job:
    """The job behind this page. Its entries are counted meanwhile, so what is saved over is read again; Conflict is raised where
    another worker has carried the job on."""
    while True:
        job = deps.jobs.get(before.id)
        if job.state is not JobState.RUNNING:
            return job
        if (job.phase, job.cursor) != (before.phase, before.cursor):
            raise Conflict(job.id)
        if following is not None:
            job = job.model_copy(update={"cursor": following})
        else:
            job = job.with_params(asked_at=deps.clock.now()).model_copy(update={"cursor": "", "phase": _AWAIT})
        with suppress(Conflict):
            return deps.jobs.save(job)


def _page(deps: CoreDeps, job: Job, params: LinkingParams) -> tuple[dict[str, InventoryLine | None], str | None]:
    """The next lines by their entries in the inventory; None for one that it does not have, or that did not match."""
    if params.lines is None:
        matched = begins_with(MatchState.MATCHED)
        entries, following = deps.jobs.entries(params.inventory, job.cursor or None, _PAGE, begins=matched)
        return {entry.item: entry.line for entry in entries}, following
    at = int(job.cursor or 0)
    names = params.lines[at : at + _PAGE]
    found = deps.jobs.find_entries(params.inventory, names)
    lines = {name: found[name].line if name in found else None for name in names}
    return lines, str(at + _PAGE) if at + _PAGE < len(params.lines) else None


@dataclass(slots=True)
class _Page:
    """Some lines on their way to our listings."""

    deps: PublishDeps
    job: Job
    account: Account
    params: LinkingParams
    _tasks: dict[tuple[SalesListId, ProductId], list[Sku]] = field(default_factory=dict)
    _keys: list[ListingKey] = field(default_factory=list)

    def link(self, lines: Mapping[str, InventoryLine | None]) -> None:
        """Raises RemoteError when the shop cannot be asked."""
        wanted = [line for line in lines.values() if line is not None and len(line.variants) == 1]
        rows = self.deps.listings.get_many([self._key(line) for line in wanted])
        todo = []
        for name, line in lines.items():
            if line is None or line.state is not MatchState.MATCHED or not line.sku:
                unmatched = line.reason if line is not None else None
                item_skipped(self.deps, self.job.id, name, unmatched or Problem("line_gone", fix="read_inventory"))
            elif is_linked(line, rows.get(self._key(line))):
                item_done(self.deps, self.job.id, str(self._key(line)))
            else:
                todo.append(line)
        if todo:
            self._wait_for(todo)
            self._put_all(todo)
        nudge_due(self.deps, Recompute(self.deps, Cause.MANUAL).listings(self._keys))
        self.send()

    def ask_for(self, row: Listing) -> None:
        """Have the slow lane link this listing of ours."""
        self._tasks.setdefault((row.sales_list, row.variant.product), []).append(row.key.sku)

    def _key(self, line: InventoryLine) -> ListingKey:
        return ListingKey(self.account.id, self.params.site, line.sku)

    def _wait_for(self, lines: Sequence[InventoryLine]) -> None:
        """An entry for each, before any of it can have an outcome. A run before this one may have made some."""
        names = [str(self._key(line)) for line in lines]
        there = self.deps.jobs.find_entries(self.job.id, names)
        self.deps.jobs.put(self.job.id, [JobEntry(item=name) for name in names if name not in there])

    def _put_all(self, lines: Sequence[InventoryLine]) -> None:
        shop = self.deps.configuration.get(Shop, self.account.shop)
        products = list(dict.fromkeys(line.variants[0].product for line in lines))
        adapter = self.deps.shops.open(shop)
        batch = max(1, self.deps.shops.traits(shop).read_batch)
        facts: dict[ProductId, ProductFacts] = {}
        for at in range(0, len(products), batch):
            facts |= observe_products(self.deps, shop, adapter, products[at : at + batch]).products
        for line in lines:
            problem = self._put(shop, line, facts.get(line.variants[0].product))
            if problem is not None:
                item_failed(self.deps, self.job.id, str(self._key(line)), problem)

    def _put(self, shop: Shop, line: InventoryLine, product: ProductFacts | None) -> Problem | None:
        """Our listing for the line; or why it has none."""
        variant = line.variants[0]
        facts = next((one for one in product.variants if one.variant == variant.variant), None) if product else None
        stored = self.deps.variants.get_many([variant]).get(variant)
        if product is None or facts is None or stored is None or stored.absent:
            return Problem("product_not_in_shop", {"product": variant.product}, "choose_other_product")
        sales_list = self._list_of(line, variant)
        if sales_list is None:
            return Problem("foreign_not_in_list", {"sku": line.sku}, "add_to_list")
        put = Shelf(self.deps, sales_list, self.account, shop).put_as(stored, title_of(product, facts), line.sku)
        if isinstance(put, Problem):
            return put
        key = self._key(line)
        self._tasks.setdefault((sales_list.id, variant.product), []).append(line.sku)
        self._keys.append(key)
        return None

    def _list_of(self, line: InventoryLine, variant: VariantKey) -> SalesList | None:
        """That of the listing with this SKU, else one that has the variant, else the one that was named."""
        row = self.deps.listings.get_many([self._key(line)]).get(self._key(line))
        if row is not None and row.variant == variant:
            return self.deps.configuration.get(SalesList, row.sales_list)
        homes = [
            self._home(item)
            for item in self.deps.items.of_product(variant.shop, variant.product)
            if item.variant == variant
        ]
        here = sorted((home for home in homes if home is not None), key=lambda one: one.id)
        named = next((home for home in here if home.id == self.params.sales_list), None)
        if named is not None or here:
            return named or here[0]
        return self.deps.configuration.get(SalesList, self.params.sales_list) if self.params.sales_list else None

    def _home(self, item: Item) -> SalesList | None:
        try:
            home = self.deps.configuration.get(SalesList, item.sales_list)
        except Missing:  # it is being deleted
            return None
        return home if (home.account, home.site) == (self.account.id, self.params.site) else None

    def send(self) -> None:
        tasks = [
            PublishTask(
                action=PublishKind.LINK, sales_list=sales_list, product=product, job=self.job.id, only=tuple(skus)
            )
            for (sales_list, product), skus in self._tasks.items()
        ]
        if tasks:
            self.deps.queues.send(Lane.PUBLISH, *tasks)


# ---- what has no outcome yet ----


def _look_after(deps: PublishDeps, job: Job, account: Account) -> Job:
    """Ask once more for what waits longer than a task takes. Raises RetryLater: the timer looks again."""
    params = job.params_of(LinkingParams)
    now = deps.clock.now()
    if params.asked_at is not None and now - params.asked_at < _AGAIN:
        raise RetryLater(Problem("pending"), after_s=(params.asked_at + _AGAIN - now).total_seconds())
    waiting = _waiting(deps, job)
    if not waiting or now - job.created_at > _GIVEN_UP:
        for key in waiting:
            item_failed(deps, job.id, str(key), Problem("action_lost", fix="repeat_action"))
        return _ended(deps, job.id)
    rows = deps.listings.get_many(waiting)
    page = _Page(deps, job, account, params)
    for key in waiting:
        row = rows.get(key)
        if row is None:
            item_skipped(deps, job.id, str(key), Problem("listing_gone", fix="add_again"))
        else:
            page.ask_for(row)
    deps.jobs.save(deps.jobs.get(job.id).with_params(asked_at=now))
    page.send()
    raise RetryLater(Problem("pending"), after_s=_AGAIN.total_seconds())


def _ended(deps: CoreDeps, id: JobId) -> Job:
    job = deps.jobs.get(id)
    if job.state is not JobState.RUNNING:
        return job
    state = ended_state(job.done, job.failed)
    total = job.done + job.failed + job.skipped
    return deps.jobs.save(job.model_copy(update={"state": state, "total": total, "finished_at": deps.clock.now()}))


def _waiting(deps: CoreDeps, job: Job) -> list[ListingKey]:
    found: list[ListingKey] = []
    cursor = None
    while True:
        entries, cursor = deps.jobs.entries(job.id, cursor, 500)
        found += [ListingKey.parse(entry.item) for entry in entries if entry.outcome is Outcome.WAITING]
        if cursor is None:
            return found

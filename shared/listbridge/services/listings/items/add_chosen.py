"""Add to a sales list whatever the shop has of a choice: all that a text finds, that a collection, a tag or a vendor has, or everything.

The shop is read page by page. What became of a page's products is stored with the page, so that a job of a hundred
thousand products is never whole in memory, and each page stays as it was read, however often a worker dies over it.
"""

from __future__ import annotations

from collections import Counter

from listbridge.domain.configuration import Account, SalesList, Shop
from listbridge.domain.ids import CollectionId, JobId, new_id
from listbridge.domain.job_params import ChoiceParams
from listbridge.domain.jobs import Job, JobKind, JobState, Outcome, ended_state
from listbridge.domain.ports import ChosenProducts, Missing, ShopAdapter
from listbridge.domain.problem import Problem
from listbridge.domain.product_choice import ChosenBy, ProductChoice
from listbridge.domain.verdicts import OutcomeUnknown, RemoteError, RetryLater, Unauthorized
from listbridge.domain.work import Lane, RecomputeChunk
from listbridge.services.connection_state import expire_shop
from listbridge.services.deps import CoreDeps, OrderDeps, PublishDeps
from listbridge.services.listings.items.add_items import add_batch

MOST_CHOSEN = 100_000
"""Products of one choice."""


class UnusableChoice(Exception):
    """A choice from which no job is begun: `found` products are none, or more than `MOST_CHOSEN`."""

    def __init__(self, found: int) -> None:
        super().__init__(f"{found} products")
        self.found = found


def start_adding_chosen(deps: OrderDeps, sales_list: SalesList, choice: ProductChoice, actor: str) -> Job:
    """Begin to add what is chosen; the job runs automatically. The shop is asked for the first page at once, so that a choice
    that finds nothing, or too much, is told to who made it.

    Raises UnusableChoice, and RemoteError when the shop cannot be asked now; then there is no job.
    """
    account = deps.configuration.get(Account, sales_list.account)
    shop = deps.configuration.get(Shop, account.shop)
    first = _chosen(deps.shops.open(shop), choice, None)
    if first is None:  # a collection of another shop, or one that was deleted
        raise UnusableChoice(0)
    found = first.total if first.total is not None else len(first.products)
    if not first.products or found > MOST_CHOSEN:
        raise UnusableChoice(found)
    job = Job(
        id=JobId(new_id("job")),
        kind=JobKind.ADD_CHOSEN,
        account=sales_list.account,
        params=ChoiceParams(sales_list=sales_list.id, choice=choice),
        total=found,
        phase="add" if first.total is not None else "count",
        created_by=actor,
        created_at=deps.clock.now(),
    )
    job = _turned(job, first) if job.phase == "add" else _counted(deps, job, first)
    deps.jobs.create(job)
    deps.queues.send(Lane.RECOMPUTE, RecomputeChunk(job=job.id))
    return deps.jobs.get(job.id)


def run_add_chosen_chunk(deps: PublishDeps, job: Job) -> Job:
    """Count a page, read one, or add the next few products of it, and save how far the job is. Raises RetryLater."""
    wanted = job.params_of(ChoiceParams)
    at = int(job.cursor or "0")
    try:
        sales_list = deps.configuration.get(SalesList, wanted.sales_list)
        account = deps.configuration.get(Account, sales_list.account)
        shop = deps.configuration.get(Shop, account.shop)
        if job.phase == "count" or at >= len(wanted.page):
            return deps.jobs.save(_next_page(deps, job, shop))
        batch = wanted.page[at : at + max(1, deps.shops.traits(shop).read_batch)]
        entries = add_batch(deps, sales_list, account, shop, batch, wanted.choice.holds)
    except Missing as error:
        return _failed(deps, job, Problem("not_found", {"kind": error.kind, "id": error.id}))
    except Unauthorized as error:
        return _failed(deps, job, error.problem)
    deps.jobs.put(job.id, entries)
    counts = Counter(entry.outcome for entry in entries)
    update: dict[str, object] = {
        "cursor": str(at + len(batch)),
        "done": job.done + counts[Outcome.DONE],
        "failed": job.failed + counts[Outcome.FAILED],
        "skipped": job.skipped + counts[Outcome.SKIPPED],
    }
    return deps.jobs.save(_ended_if_last(deps, job.model_copy(update=update)))


def _next_page(deps: OrderDeps, job: Job, shop: Shop) -> Job:
    """The job with its next page read, or counted. A shop that cannot answer now is asked again later."""
    wanted = job.params_of(ChoiceParams)
    try:
        page = _chosen(deps.shops.open(shop), wanted.choice, wanted.more)
    except Unauthorized as error:
        expire_shop(deps, shop, error.problem)
        raise
    except RetryLater:
        raise
    except OutcomeUnknown as error:
        raise RetryLater(error.problem) from error
    except RemoteError as error:
        return _with_end(deps, job, JobState.FAILED, error.problem)
    if page is None:
        gone = Problem("not_found", {"kind": wanted.choice.by.value, "id": wanted.choice.value})
        return _with_end(deps, job, JobState.FAILED, gone)
    return _counted(deps, job, page) if job.phase == "count" else _ended_if_last(deps, _turned(job, page))


def _chosen(adapter: ShopAdapter, choice: ProductChoice, cursor: str | None) -> ChosenProducts | None:
    """None is the shop's positive word that it does not have what was chosen (any more)."""
    if choice.by is not ChosenBy.COLLECTION:
        return adapter.chosen(choice, cursor)
    page = adapter.members(CollectionId(choice.value), cursor)
    return None if page is None else ChosenProducts(page.products, page.cursor, page.total)


def _counted(deps: CoreDeps, job: Job, page: ChosenProducts) -> Job:
    """Nothing is added before all is counted: too much would be half of it in the list."""
    counted = job.params_of(ChoiceParams).counted + len(page.products)
    if counted > MOST_CHOSEN:
        params = {"found": str(counted), "most": str(MOST_CHOSEN)}
        return _with_end(deps, job, JobState.FAILED, Problem("too_many_chosen", params, "choose_fewer"))
    phase = "count" if page.cursor is not None else "add"
    job = job.with_params(counted=counted, more=page.cursor)
    return job.model_copy(update={"total": counted, "phase": phase})


def _turned(job: Job, page: ChosenProducts) -> Job:
    """The job with this page to work on. What came or went in the shop since the beginning changes how many there are."""
    turned = job.with_params(page=page.products, more=page.cursor)
    return turned.model_copy(update={"cursor": "0", "total": page.total or job.total})


def _ended_if_last(deps: CoreDeps, job: Job) -> Job:
    wanted = job.params_of(ChoiceParams)
    if wanted.more is not None or int(job.cursor or "0") < len(wanted.page):
        return job
    dealt_with = job.done + job.failed + job.skipped
    return _with_end(deps, job.model_copy(update={"total": dealt_with}), ended_state(job.done, job.failed), None)


def _failed(deps: CoreDeps, job: Job, problem: Problem) -> Job:
    return deps.jobs.save(_with_end(deps, job, JobState.FAILED, problem))


def _with_end(deps: CoreDeps, job: Job, state: JobState, reason: Problem | None) -> Job:
    return job.model_copy(update={"state": state, "reason": reason, "finished_at": deps.clock.now()})

"""Adding by choice, by a shop that counts nothing and by workers that die over it."""

from __future__ import annotations

import pytest

from listbridge.domain.configuration import SalesList
from listbridge.domain.ids import CollectionId, ProductId
from listbridge.domain.job_params import ChoiceParams
from listbridge.domain.jobs import Job, JobState
from listbridge.domain.ports import Conflict
from listbridge.domain.problem import Problem
from listbridge.domain.product_choice import ChosenBy, ProductChoice
from listbridge.domain.work import RecomputeChunk
from listbridge.services.jobs.run_job import run_job
from listbridge.services.listings.items import add_chosen
from listbridge.services.listings.items.add_chosen import UnusableChoice, start_adding_chosen
from simulators.faults import Fault
from tests.fakes.cuts import CutAt, WorkerDied, no_cut
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import LIST

EVERYTHING = ProductChoice(by=ChosenBy.CATALOGUE)
PRODUCTS = [f"P{number}" for number in range(5)]


def shop_of_five(*, total: int | None = -1) -> Scripted:
    """Its pages hold two products; of -1 the shop gives the true count, of None none."""
    made = scripted_world()
    made.shop.page_size, made.shop.total = 2, total
    for product in PRODUCTS:
        made.shop.put(product, f"SKU-{product}")
    return made


def begun(s: Scripted) -> Job:
    sales_list = s.world.stores.configuration.get(SalesList, LIST)
    return start_adding_chosen(s.world.deps, sales_list, EVERYTHING, "kim")


def listed(s: Scripted) -> list[str]:
    items, _ = s.world.stores.items.of_list(LIST, None, 100)
    return sorted(item.sku for item in items)


def ended(s: Scripted, job: Job) -> tuple[str, int, int, int]:
    s.world.settle()
    now = s.world.stores.jobs.get(job.id)
    return now.state.value, now.total, now.done, now.failed


def test_a_shop_that_counts_nothing_is_counted_first_and_then_read_again() -> None:
    s = shop_of_five(total=None)
    job = begun(s)
    assert (job.phase, job.total) == ("count", 2)
    assert ended(s, job) == ("done", 5, 5, 0)
    assert listed(s) == [f"SKU-{product}" for product in PRODUCTS]


def test_too_many_that_only_counting_shows_end_the_job_before_any_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(add_chosen, "MOST_CHOSEN", 4)
    s = shop_of_five(total=None)
    job = begun(s)
    s.world.settle()
    failed = s.world.stores.jobs.get(job.id)
    assert (failed.state, failed.reason) == (
        JobState.FAILED,
        Problem("too_many_chosen", {"found": "5", "most": "4"}, "choose_fewer"),
    )
    assert (listed(s), s.world.rows()) == ([], [])


def test_too_many_by_the_shops_own_count_begin_no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(add_chosen, "MOST_CHOSEN", 4)
    s = shop_of_five()
    with pytest.raises(UnusableChoice):
        begun(s)
    assert s.world.stores.jobs.recent(10) == ([], None)


def test_whoever_dies_over_it_the_next_worker_adds_the_rest_and_counts_each_once() -> None:
    """A death before each write of the whole job, one after another."""
    nth, deaths = 1, 0
    while True:
        s = shop_of_five()
        job = begun(s)
        s.world.stores.cut.hook = CutAt(nth)
        try:
            run_job(s.world.deps, RecomputeChunk(job=job.id), remaining_s=60)
        except WorkerDied:
            deaths += 1
        else:
            break
        finally:
            s.world.stores.cut.hook = no_cut
        assert ended(s, job) == ("done", 5, 5, 0)
        assert listed(s) == [f"SKU-{product}" for product in PRODUCTS]
        entries, _ = s.world.stores.jobs.entries(job.id, None, 100)
        assert [(entry.item, entry.outcome.value) for entry in entries] == [(one, "done") for one in PRODUCTS]
        nth += 1
    assert deaths > 20


def test_a_worker_that_comes_late_counts_nothing_a_second_time() -> None:
    s = shop_of_five()
    job = begun(s)
    first = add_chosen.run_add_chosen_chunk(s.world.deps, job)
    run_job(s.world.deps, RecomputeChunk(job=job.id), remaining_s=60)
    with pytest.raises(Conflict):
        add_chosen.run_add_chosen_chunk(s.world.deps, first)
    assert ended(s, job) == ("done", 5, 5, 0)


@pytest.mark.parametrize("operation", ["chosen", "read_products"])
def test_a_shop_that_does_not_answer_for_a_while_is_asked_again(operation: str) -> None:
    s = shop_of_five()
    job = begun(s)
    s.shop.plan.add(*[Fault(operation, "status", status=502)] * 3)
    assert ended(s, job) == ("done", 5, 5, 0)


def test_what_comes_and_goes_in_the_shop_meanwhile_ends_the_job_with_its_true_count() -> None:
    s = shop_of_five()
    job = begun(s)
    add_chosen.run_add_chosen_chunk(s.world.deps, job)
    s.shop.products.pop(PRODUCTS[4])  # type: ignore[call-overload]
    s.shop.put("P5", "SKU-P5")
    s.shop.put("P6", "SKU-P6")
    assert ended(s, job) == ("done", 6, 6, 0)
    assert listed(s) == ["SKU-P0", "SKU-P1", "SKU-P2", "SKU-P3", "SKU-P5", "SKU-P6"]


def test_the_job_of_a_large_catalogue_carries_one_page_of_it() -> None:
    s = shop_of_five()
    job = begun(s)
    sizes = []
    while job.state is JobState.RUNNING:
        sizes.append(len(job.params_of(ChoiceParams).page))
        job = add_chosen.run_add_chosen_chunk(s.world.deps, job)
    assert max(sizes) == 2
    assert job.state is JobState.DONE


def test_a_collection_that_is_deleted_under_the_job_ends_it_and_says_so() -> None:
    s = shop_of_five()
    shelf = CollectionId("winter")
    s.shop.shelves[shelf] = [ProductId(product) for product in PRODUCTS]
    sales_list = s.world.stores.configuration.get(SalesList, LIST)
    choice = ProductChoice(by=ChosenBy.COLLECTION, value=shelf)
    job = start_adding_chosen(s.world.deps, sales_list, choice, "kim")
    add_chosen.run_add_chosen_chunk(s.world.deps, job)
    del s.shop.shelves[shelf]
    s.world.settle()
    failed = s.world.stores.jobs.get(job.id)
    gone = Problem("not_found", {"kind": "collection", "id": "winter"})
    assert (failed.state, failed.reason, failed.done) == (JobState.FAILED, gone, 2)
    assert listed(s) == ["SKU-P0", "SKU-P1"]

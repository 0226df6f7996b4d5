"""The stall tells its products by offset and nothing else: while one is deleted its pages shift under the sweep that reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from listbridge import registry
from listbridge.domain.configuration import Shop
from listbridge.domain.job_params import SweepParams
from listbridge.domain.jobs import JobState
from listbridge.services.catalog.sweep_shop import start_sweep
from simulators.kit.wire import Call, Reply
from tests.fakes.world import SHOP
from tests.faults.any_pair import AnyPair, any_pair
from tests.platforms_in_tests import installed
from tests.tiny import stall_shop

COUNT, PAGE = 8, 3
SKUS = [f"S{number}" for number in range(COUNT)]


@pytest.fixture
def p(monkeypatch: pytest.MonkeyPatch) -> Iterator[AnyPair]:
    """Eight products on sale, three on a page; the shop's deliveries are lost from then on."""
    monkeypatch.setattr(stall_shop, "PAGE", PAGE)
    with installed():
        made = any_pair("stall", "bazaar")
        made.world.sell(*(made.add_product(sku) for sku in SKUS))
        made.deaf = True
        yield made


def swept(p: AnyPair, after_page: Callable[[int], object] = lambda offset: None) -> tuple[list[set[str]], int]:
    """One sweep, with what happens in the shop after each of its pages.

    Returns the ids that were asked for, question by question, and how many variants were found to be gone.
    """
    stall = p.shop.app()
    answer = stall.answer
    asked: list[set[str]] = []

    def watched(call: Call) -> Reply:
        # Frozen before the shop moves on: the page is as it was asked for.
        told: Reply = answer(call).freeze()
        if call.operation != "products":
            return told
        if "ids" in call.query:
            asked.append(set(call.query["ids"].split(",")))
        elif "changed_since" not in call.query:
            after_page(int(call.query["offset"]))
        return told

    stall.answer = watched
    job = start_sweep(p.world.deps, p.world.stores.configuration.get(Shop, SHOP), "kim")
    p.run(120)
    stall.answer = answer
    done = p.world.stores.jobs.get(job.id)
    assert done.state is JobState.DONE
    return asked, done.params_of(SweepParams).absent


def delete(p: AnyPair, *skus: str) -> None:
    for sku in skus:
        p.shop.delete_product(p.products[sku])


def after_the_page_at(offset: int, act: Callable[[], object]) -> Callable[[int], object]:
    return lambda read: act() if read == offset else None


def on_sale(p: AnyPair) -> set[str]:
    """What buyers can have."""
    return {sku for sku in SKUS if (p.shown(sku) or (0, None))[0]}


def test_a_product_that_moved_onto_a_page_already_read_stays_on_sale(p: AnyPair) -> None:
    asked, gone = swept(p, after_the_page_at(0, lambda: delete(p, "S1")))
    assert on_sale(p) == set(SKUS)
    assert (asked, gone) == ([{p.products["S3"]}], 0)


def test_a_whole_page_that_is_passed_over_is_asked_for_by_id(p: AnyPair) -> None:
    asked, gone = swept(p, after_the_page_at(0, lambda: delete(p, "S0", "S1", "S2")))
    assert on_sale(p) == set(SKUS)
    assert (asked, gone) == ([{p.products[sku] for sku in ("S3", "S4", "S5")}], 0)


def test_of_what_no_page_showed_only_what_is_gone_is_zeroed(p: AnyPair) -> None:
    """S1 goes after the first page, which showed it; S6 goes before a page could. S3 slips through and lives."""
    asked, gone = swept(p, after_the_page_at(0, lambda: delete(p, "S1", "S6")))
    assert on_sale(p) == set(SKUS) - {"S6"}
    assert (asked[0], gone) == ({p.products[sku] for sku in ("S3", "S6")}, 1)


def test_what_was_deleted_behind_the_sweep_goes_with_the_next_one(p: AnyPair) -> None:
    swept(p, after_the_page_at(0, lambda: delete(p, "S1")))
    asked, gone = swept(p)
    assert on_sale(p) == set(SKUS) - {"S1"}
    assert (asked[0], gone) == ({p.products["S1"]}, 1)


def test_what_is_asked_for_by_id_at_once_fits_on_one_page() -> None:
    """Else a deletion could hide a product from the very question whether it is there."""
    with installed():
        assert registry.shop("stall").traits.read_batch <= stall_shop.MOST_IDS

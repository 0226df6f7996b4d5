"""What leaves a list in collection mode as a large set, or with its collection, waits for approval first."""

from __future__ import annotations

from decimal import Decimal

import pytest

from listbridge.domain.configuration import OnLeave
from listbridge.domain.ids import ProductId
from listbridge.domain.jobs import Job, JobState
from listbridge.services.jobs.decide_job import decide
from listbridge.services.jobs.waiting_changes import page_of_changes
from tests.faults.mirroring import MUGS, SALE, Mirrored, mirrored_world, on_sale


@pytest.fixture
def m() -> Mirrored:
    return mirrored_world()


def live_hundred(m: Mirrored, count: int = 10) -> list[str]:
    skus = [f"S{number}" for number in range(count)]
    on_sale(m, *skus)
    m.guard(share=Decimal("0.10"), count=3)
    return skus


def waiting(m: Mirrored) -> Job:
    (job,) = m.jobs(JobState.AWAITING_APPROVAL)
    return job


@pytest.mark.parametrize("setting", OnLeave)
def test_an_emptied_collection_waits_before_anything_is_asked_of_the_marketplace(setting: OnLeave) -> None:
    m = mirrored_world(on_leave=setting)
    skus = live_hundred(m)
    m.s.shop.shelves[MUGS] = []
    before = m.s.market.calls
    assert m.read().state is JobState.AWAITING_APPROVAL
    m.s.world.settle()
    assert m.skus() == skus
    assert m.s.market.calls == before
    assert (waiting(m).affected, waiting(m).live) == (10, 10)
    assert all(row.detached is None for row in m.s.world.rows())


def test_what_an_approval_would_do_is_shown_listing_by_listing(m: Mirrored) -> None:
    m.follow(MUGS, on_leave=OnLeave.ZERO)
    skus = live_hundred(m)
    m.s.shop.shelves[MUGS] = []
    m.read()
    changes, _ = page_of_changes(m.s.world.deps, waiting(m), None, 50)
    told = [(one.listing.key.sku, one.before.quantity, one.after.quantity, one.ends) for one in changes]
    assert told == [(sku, 5, 0, False) for sku in skus]


def test_an_approved_reading_lets_go_of_what_is_still_out_and_keeps_what_returned(m: Mirrored) -> None:
    m.follow(MUGS, on_leave=OnLeave.ZERO)
    live_hundred(m)
    m.s.shop.shelves[MUGS] = []
    m.read()
    m.s.shop.shelves[MUGS] = [ProductId("p_S3")]
    m.tell("S3")
    decide(m.s.world.deps, waiting(m).id, approve=True, actor="kim")
    m.s.world.settle()
    assert m.skus() == ["S3"]
    shown = {key.sku: m.s.market.shown(key)[0] for key in (row.key for row in m.s.world.rows())}
    assert shown == {f"S{number}": (5 if number == 3 else 0) for number in range(10)}


def test_a_refused_reading_changes_nothing_and_the_next_one_asks_again(m: Mirrored) -> None:
    skus = live_hundred(m)
    m.s.shop.shelves[MUGS] = []
    m.read()
    decide(m.s.world.deps, waiting(m).id, approve=False, actor="kim")
    m.s.world.settle()
    assert m.skus() == skus
    assert m.read().state is JobState.AWAITING_APPROVAL
    assert m.read().state is JobState.AWAITING_APPROVAL
    assert len(m.jobs(JobState.AWAITING_APPROVAL)) == 1, "the older question is out of date"


def test_products_that_leave_one_by_one_are_stopped_as_one_that_leave_at_once(m: Mirrored) -> None:
    skus = live_hundred(m)
    for sku in skus:
        m.take(sku)
        m.tell(sku)
    assert len(m.skus()) >= 8
    assert len(m.jobs(JobState.AWAITING_APPROVAL)) == 1


def test_what_is_not_live_leaves_unasked_however_much_it_is(m: Mirrored) -> None:
    m.put(*[f"N{number}" for number in range(20)])
    m.read()
    m.guard(share=Decimal("0.10"), count=3)
    m.s.shop.shelves[MUGS] = []
    assert m.read().state is JobState.DONE
    assert m.skus() == []


def test_a_collection_that_was_deleted_empties_no_list_unasked(m: Mirrored) -> None:
    m.follow(MUGS, SALE)
    m.put("A", "B")
    m.put("C", into=SALE)
    m.read()
    del m.s.shop.shelves[MUGS]
    m.tell_collection(MUGS)
    assert m.skus() == ["A", "B", "C"]
    assert waiting(m).params.gone == (MUGS,)  # type: ignore[attr-defined]
    m.tell("A")
    assert m.skus() == ["A", "B", "C"], "nor by a delivery about one of its products"
    decide(m.s.world.deps, waiting(m).id, approve=True, actor="kim")
    m.s.world.settle()
    assert m.skus() == ["C"]
    assert m.read().state is JobState.DONE


def test_a_member_of_a_deleted_collection_and_of_another_one_stays(m: Mirrored) -> None:
    m.follow(MUGS, SALE)
    m.put("A")
    m.s.shop.shelves[SALE] = [ProductId("p_A")]
    m.read()
    del m.s.shop.shelves[SALE]
    assert m.read().state is JobState.DONE
    assert m.skus() == ["A"]


def test_a_collection_that_goes_while_it_is_read_takes_nobody_with_it(m: Mirrored) -> None:
    m.s.shop.page_size = 1
    m.put("A", "B", "C")
    m.read()

    def delete(start: int) -> None:
        if start == 1:
            m.s.shop.shelves.pop(MUGS, None)

    m.s.shop.on_page = delete
    m.read()
    assert m.skus() == ["A", "B", "C"]
    assert len(m.jobs(JobState.AWAITING_APPROVAL)) == 1

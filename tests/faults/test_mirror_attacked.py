"""Between a count and what it allows, and between a departure and its end, the collections go on changing."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from listbridge.domain.configuration import OnLeave, SalesList
from listbridge.domain.ids import ProductId, SalesListId
from listbridge.domain.jobs import Job, JobState
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.problem import Problem
from listbridge.domain.work import Lane
from listbridge.services.configuration.stop_writes import resume_writes, stop_writes
from listbridge.services.deps import PublishDeps
from listbridge.services.jobs.decide_job import decide
from listbridge.services.listings.mirror import mirror_collections
from listbridge.services.listings.mirror.membership import Membership
from tests.faults.mirroring import MUGS, SALE, Mirrored, mirrored_world


@pytest.fixture
def m() -> Mirrored:
    return mirrored_world()


def live(m: Mirrored, count: int = 20) -> list[str]:
    """So many live listings, of which three or more may not leave unasked."""
    skus = [f"S{number:02}" for number in range(count)]
    m.put(*skus)
    m.read()
    m.send(*skus)
    m.guard(share=Decimal("0.10"), count=3)
    return skus


def waiting(m: Mirrored) -> Job:
    (job,) = m.jobs(JobState.AWAITING_APPROVAL)
    return job


def detached(m: Mirrored) -> list[str]:
    return sorted(row.key.sku for row in m.s.world.rows() if row.detached is not None)


def learned(m: Mirrored) -> None:
    """The shop is asked, and what it says of the members is saved: nothing is done yet."""
    of = Membership.of(m.s.world.deps, m.list)
    mirror_collections.ask_about(m.s.world.deps, of, list(m.members()))


def before_applying(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """This happens once, after the count and before what the count allows."""
    steps = mirror_collections._STEPS

    def later(deps: PublishDeps, job: Job, of: Membership) -> Job:
        monkeypatch.setattr(mirror_collections, "_STEPS", steps)
        happens()
        return steps["apply"](deps, job, Membership.of(deps, deps.configuration.get(SalesList, of.sales_list.id)))

    monkeypatch.setattr(mirror_collections, "_STEPS", {**steps, "apply": later})


def test_an_approval_lets_no_more_go_than_it_was_asked_about(m: Mirrored) -> None:
    skus = live(m)
    m.take(*skus[:5])
    m.read()
    assert waiting(m).affected == 5
    asked = waiting(m).id
    m.s.shop.shelves[MUGS] = []
    learned(m)
    decide(m.s.world.deps, asked, approve=True, actor="kim")
    m.s.world.settle()
    assert len(detached(m)) == 5
    assert waiting(m).affected == 15


def test_what_leaves_after_the_count_is_counted_by_another_reading(
    m: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    skus = live(m)
    m.take(skus[0])

    def emptied() -> None:
        m.s.shop.shelves[MUGS] = []
        learned(m)

    before_applying(monkeypatch, emptied)
    m.read()
    m.s.world.settle()
    assert len(detached(m)) == 1
    assert waiting(m).affected == 19


def test_an_edit_after_the_count_is_counted_by_another_reading(m: Mirrored, monkeypatch: pytest.MonkeyPatch) -> None:
    live(m)
    m.put("T", into=SALE)
    before_applying(monkeypatch, lambda: m.follow(SALE))
    m.read()
    m.s.world.settle()
    assert detached(m) == []
    assert waiting(m).affected == 20


def follow_without_publishing(m: Mirrored) -> None:
    """The list follows what the shop says of A, while the lane of publishing is slow."""
    m.s.world.hint(ProductId("p_A"))
    for lane in (one for _ in range(2) for one in Lane if one is not Lane.PUBLISH):
        m.s.world.deliver(lane)


def test_a_product_that_returns_before_its_listing_is_ended_stays_on_sale(m: Mirrored) -> None:
    m.follow(MUGS, on_leave=OnLeave.END)
    m.put("A")
    m.read()
    (key,) = m.send("A")
    m.take("A")
    follow_without_publishing(m)
    assert m.skus() == []
    m.s.shop.shelves[MUGS] = [ProductId("p_A")]
    follow_without_publishing(m)
    m.s.world.settle()
    assert m.skus() == ["A"]
    assert m.s.market.shown(key)[0] == 5


def test_what_could_not_be_ended_while_writes_were_stopped_is_ended_afterwards(m: Mirrored) -> None:
    m.follow(MUGS, on_leave=OnLeave.END)
    m.put("A", "B")
    m.read()
    m.send("A", "B")
    stop_writes(m.s.world.deps, m.account, "a mistake in our prices", "kim")
    m.take("A")
    m.tell("A")
    m.s.world.settle()
    m.read()
    m.s.world.settle()
    assert [offer.key.sku for offer in m.s.market.offers if offer.live] == ["A", "B"]
    resume_writes(m.s.world.deps, m.account, "", "kim")
    m.read()
    m.s.world.settle()
    assert [offer.key.sku for offer in m.s.market.offers if offer.live] == ["B"]
    assert (m.skus(), len(m.s.world.rows())) == (["B"], 1)
    told = [entry.event for entry in m.s.world.stores.activity.entries]
    assert (told.count("left_collections"), told.count("detached")) == (1, 1)
    m.read()
    assert not m.members()[ProductId("p_A")].shelved


def test_a_question_is_over_once_a_later_reading_finds_that_nobody_leaves(m: Mirrored) -> None:
    live(m)
    there, m.s.shop.shelves[MUGS] = m.s.shop.shelves[MUGS], []
    asked = m.read()
    assert asked.state is JobState.AWAITING_APPROVAL
    m.s.shop.shelves[MUGS] = there
    assert m.read().state is JobState.DONE
    over = m.s.world.stores.jobs.get(asked.id)
    assert (over.state, over.reason) == (JobState.REFUSED, Problem("superseded"))
    assert detached(m) == []


def test_many_that_leave_have_the_lists_looked_through_once_a_page(
    m: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    m.put(*(f"S{number:02}" for number in range(30)))
    m.read()
    m.s.shop.shelves[MUGS] = []
    items, looks = m.s.world.stores.items, list[str]()
    of_list = items.of_list

    def looked(sales_list: SalesListId, cursor: str | None, limit: int) -> tuple[list[Item], str | None]:
        looks.append(sales_list)
        return of_list(sales_list, cursor, limit)

    monkeypatch.setattr(items, "of_list", looked)
    m.read()
    assert len(looks) == 1
    assert m.skus() == []

"""A sales list in collection mode has the items of its collections: what enters, what leaves, and what proves nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.configuration import OnLeave, SalesList
from listbridge.domain.ids import ProductId, SalesListId, Sku
from listbridge.domain.jobs import Job, JobKind, JobState
from listbridge.domain.listings.holds import field_reason
from listbridge.domain.listings.listing import LedgerField, Status
from listbridge.domain.problem import Problem
from listbridge.domain.work import PublishKind
from listbridge.services.listings.action_rules import Action, hindrance
from listbridge.services.listings.items.add_items import Shelf
from listbridge.services.listings.mirror import mirror_collections
from simulators.faults import Fault
from tests.fakes.world import ACCOUNT, LIST, SHOP, SITE
from tests.faults.mirroring import MUGS, SALE, Mirrored, mirrored_world, on_market, on_sale, row_of


@pytest.fixture
def m() -> Mirrored:
    return mirrored_world()


# What enters


def test_a_reading_puts_every_product_of_the_collections_into_the_list_once(m: Mirrored) -> None:
    m.s.shop.page_size = 2
    m.follow(MUGS, SALE)
    m.put("A", "B", "C", "D", "E")
    m.put("F", into=SALE)
    m.s.shop.shelves[SALE].append(ProductId("p_A"))
    job = m.read()
    assert (job.state, job.done) == (JobState.DONE, 7)
    assert m.skus() == ["A", "B", "C", "D", "E", "F"]
    assert [row.status for row in m.s.world.rows()] == [Status.NOT_ACTIVE] * 6
    assert m.s.market.calls == 0


def test_what_enters_is_found_by_a_product_s_delivery_and_asks_the_shop_once(m: Mirrored) -> None:
    m.read()
    m.put("A")
    m.tell("A")
    assert m.skus() == ["A"]


def test_an_edit_of_the_collection_brings_a_reading_about(m: Mirrored) -> None:
    m.put("A", "B")
    m.tell_collection(MUGS)
    assert m.skus() == ["A", "B"]


def test_many_edits_of_a_collection_bring_few_readings_about(m: Mirrored) -> None:
    for number in range(30):
        m.put(f"S{number}")
        m.tell_collection(MUGS)
    m.s.world.run(120)
    assert len(m.inside()) == 30
    assert len(m.jobs()) <= 4


def test_a_person_does_not_wait_for_a_reading_that_a_delivery_put_off(m: Mirrored) -> None:
    deps = m.s.world.deps
    for _ in range(2):  # the second is put off
        mirror_collections.mirror_soon(deps, m.list)
        m.s.world.deliver_all()
    off = [job.id for job in deps.jobs.unfinished(50) if job.kind is JobKind.MIRROR]
    assert len(off) == 1
    mirror_collections.mirror_soon(deps, m.list, "anna", at_once=True)
    m.s.world.deliver_all()
    assert deps.jobs.get(off[0]).state is JobState.DONE
    m.s.world.run(120)
    assert [job for job in deps.jobs.unfinished(50) if job.kind is JobKind.MIRROR] == []


def test_an_edit_while_the_collection_is_read_has_it_read_once_more(m: Mirrored) -> None:
    m.s.shop.page_size = 1
    m.put("A", "B")

    def edited(start: int) -> None:
        if start == 1 and "C" not in m.inside():
            m.put("C")
            m.s.shop.shelves[MUGS] = [ProductId("p_C"), ProductId("p_A"), ProductId("p_B")]
            m.s.shop.on_page = lambda _: None
            mirror_collections.mirror_soon(m.s.world.deps, m.list)

    m.s.shop.on_page = edited
    m.read()
    m.s.world.run(60)
    assert m.skus() == ["A", "B", "C"]


def test_an_edit_at_the_very_end_of_a_reading_has_it_read_once_more(m: Mirrored) -> None:
    jobs, world = m.s.world.deps.jobs, m.s.world
    find = jobs.unfinished

    def found_late(limit: int, state: JobState | None = None) -> list[Job]:
        """The reading ends, and the product enters, after the index was asked."""
        found = find(limit, state)
        if found and not m.inside():
            world.deliver_all()
            m.put("B")
        return found

    m.put("A")
    mirror_collections.start_mirror(world.deps, m.list, "anna")
    (reading,) = find(50, JobState.RUNNING)
    mirror_collections._begun(world.deps, reading)
    jobs.unfinished = found_late  # type: ignore[method-assign]
    mirror_collections.mirror_soon(world.deps, m.list, "anna", at_once=True)
    jobs.unfinished = find  # type: ignore[method-assign]
    world.deliver_all()
    assert m.skus() == ["A", "B"]


def test_a_change_of_a_rule_based_collection_that_nobody_tells_is_found_by_the_timer(m: Mirrored) -> None:
    m.put("A")
    m.s.world.tick("sweep")
    m.s.world.deliver_all()
    assert m.skus() == ["A"]
    m.put("B")
    m.take("A")
    m.s.world.stores.clock.advance(3590)
    m.s.world.tick("sweep")
    m.s.world.deliver_all()
    assert m.skus() == ["A"]
    m.s.world.stores.clock.advance(11)
    m.s.world.tick("sweep")
    m.s.world.deliver_all()
    assert m.skus() == ["B"]


def test_a_new_variant_of_a_member_is_an_item_too(m: Mirrored) -> None:
    (product,) = m.put("A")
    m.read()
    facts = m.s.shop.products[product]
    second = replace(facts.variants[0], variant=facts.variants[0].variant + "b", sku=Sku("A2"))  # type: ignore[operator]
    m.s.shop.products[product] = replace(facts, variants=(facts.variants[0], second))
    m.tell("A")
    assert m.skus() == ["A", "A2"]


def test_a_change_of_a_member_adds_nothing_and_asks_the_shop_for_its_collections_once(m: Mirrored) -> None:
    m.put("A")
    m.read()
    events, calls = len(m.s.world.stores.activity.entries), len(m.s.fate.calls)
    m.s.shop.set("A", price="11.00")
    m.tell("A")
    asked = [call for call in m.s.fate.calls[calls:] if call.startswith("shop.") and not call.endswith(".answered")]
    assert asked == ["shop.read_products", "shop.collections_of"]
    assert len(m.s.world.stores.activity.entries) == events


def test_the_same_product_by_two_collections_is_one_item_and_stays_until_it_left_both(m: Mirrored) -> None:
    m.follow(MUGS, SALE)
    m.put("A")
    m.s.shop.shelves[SALE] = [ProductId("p_A")]
    m.read()
    m.take("A")
    m.tell("A")
    assert m.skus() == ["A"]
    m.take("A", out_of=SALE)
    m.tell("A")
    assert m.skus() == []


# What leaves


def test_an_item_that_was_never_sent_leaves_without_a_trace(m: Mirrored) -> None:
    m.put("A", "B")
    m.read()
    m.take("A")
    m.tell("A")
    assert m.skus() == ["B"]
    assert [row.key.sku for row in m.s.world.rows()] == ["B"]
    variant = m.s.world.stores.variants.of_product(SHOP, ProductId("p_A"))[0]
    assert variant.listings == frozenset()


def test_a_live_listing_is_detached_and_still_follows_the_stock(m: Mirrored) -> None:
    (key,) = on_sale(m, "A")
    m.take("A")
    m.tell("A")
    assert m.skus() == []
    row = row_of(m, "A")
    assert row.detached is not None
    assert (row.detached.zero, row.status) == (False, Status.ACTIVE)
    m.s.shop.set("A", stock=2, price="12.00")
    m.tell("A")
    m.s.world.settle()
    assert m.s.market.shown(key) == (2, "12.00")


def test_a_detached_listing_takes_no_content_and_can_be_ended_and_unlinked(m: Mirrored) -> None:
    on_sale(m, "A")
    m.take("A")
    m.tell("A")
    row, account = row_of(m, "A"), m.account
    for action in (Action.FULL_REVISE, Action.SEND, Action.LINK):
        problem = hindrance(action, row, account)
        assert problem is not None
        assert problem.code == "detached"
    for action in (Action.STOP, Action.UNLINK, Action.REVISE, Action.ALIGN):
        assert hindrance(action, row, account) is None, action
    m.s.world.action(PublishKind.STOP, ProductId("p_A"))
    m.s.world.settle()
    assert row_of(m, "A").status is Status.STOPPED
    assert hindrance(Action.RELIST, row_of(m, "A"), account) is None


def test_with_zero_a_listing_that_left_shows_0_says_why_and_comes_back_with_its_product(m: Mirrored) -> None:
    m.follow(MUGS, on_leave=OnLeave.ZERO)
    (key,) = on_sale(m, "A")
    m.take("A")
    m.tell("A")
    m.s.world.settle()
    assert m.s.market.shown(key) == (0, "10.00")
    row = row_of(m, "A")
    assert row.computed.quantity_trace[-1].step == "left_collection"
    reason = field_reason(row, m.account, LedgerField.QUANTITY)
    assert reason == Problem("left_collection", {"value": "0"}, "put_back_in_collection")
    m.s.shop.set("A", stock=9)
    m.tell("A")
    m.s.world.settle()
    assert m.s.market.shown(key) == (0, "10.00")
    m.s.shop.shelves[MUGS].append(ProductId("p_A"))
    m.tell("A")
    m.s.world.settle()
    assert m.s.market.shown(key) == (9, "10.00")
    assert m.skus() == ["A"]
    assert row_of(m, "A").detached is None


def test_with_end_a_listing_that_left_is_ended_and_gone(m: Mirrored) -> None:
    m.follow(MUGS, on_leave=OnLeave.END)
    on_sale(m, "A")
    m.take("A")
    m.tell("A")
    m.s.world.settle()
    assert on_market(m) == []
    assert m.s.world.rows() == []
    assert m.s.world.stores.items.of_list(LIST, None, 5) == ([], None)


def test_an_account_that_only_observes_ends_nothing_on_the_marketplace(m: Mirrored) -> None:
    m.follow(MUGS, on_leave=OnLeave.END)
    on_sale(m, "A")
    m.s.world.stores.configuration.save(m.account.model_copy(update={"observe": True}))
    m.take("A")
    m.tell("A")
    m.s.world.settle()
    assert len(on_market(m)) == 1
    assert m.skus() == []


@pytest.mark.parametrize("setting", OnLeave)
def test_a_product_that_the_shop_deleted_is_zeroed_and_ended_whatever_the_list_says(setting: OnLeave) -> None:
    m = mirrored_world(on_leave=setting)
    on_sale(m, "A")
    m.take("A")
    del m.s.shop.products[ProductId("p_A")]
    m.tell("A")
    m.s.world.settle()
    assert on_market(m) == []
    assert m.skus() == []


def test_a_detached_listing_is_the_list_s_again_when_its_product_returns(m: Mirrored) -> None:
    (key,) = on_sale(m, "A")
    m.take("A")
    m.tell("A")
    m.s.shop.shelves[MUGS].append(ProductId("p_A"))
    m.tell("A")
    assert m.skus() == ["A"]
    row = row_of(m, "A")
    assert (row.detached, row.status, row.sales_list) == (None, Status.ACTIVE, LIST)
    assert m.members()[ProductId("p_A")].backlog is True
    assert m.s.market.shown(key) == (5, "10.00")


def test_another_list_takes_a_detached_listing_over_as_it_is(m: Mirrored) -> None:
    (key,) = on_sale(m, "A")
    m.take("A")
    m.tell("A")
    other = SalesList(id=SalesListId("list_9"), name="Other", account=ACCOUNT, site=SITE)
    m.s.world.stores.configuration.save(other)
    entries = Shelf(m.s.world.deps, other, m.account, m.shop).add([ProductId("p_A")])
    assert [entry.reason for entry in entries] == [None]
    row = row_of(m, "A")
    assert (row.sales_list, row.detached, row.status) == ("list_9", None, Status.ACTIVE)
    assert m.s.world.stores.items.of_list(LIST, None, 5) == ([], None)
    m.s.shop.set("A", stock=1)
    m.tell("A")
    m.s.world.settle()
    assert m.s.market.shown(key) == (1, "10.00")


def test_a_list_that_no_longer_follows_a_collection_loses_what_was_only_in_it(m: Mirrored) -> None:
    m.follow(MUGS, SALE)
    m.put("A")
    m.put("B", into=SALE)
    m.read()
    m.follow(MUGS)
    assert m.read().state is JobState.DONE
    assert m.skus() == ["A"]


# What proves nothing


def test_a_shop_that_shows_an_empty_page_and_then_the_truth_loses_nobody(m: Mirrored) -> None:
    m.put("A", "B")
    m.read()
    members = m.s.shop.members
    m.s.shop.members = lambda id, cursor: replace(members(id, cursor), products=())  # type: ignore[assignment,arg-type,method-assign,type-var]
    m.read()
    assert m.skus() == ["A", "B"]


@pytest.mark.parametrize("call", ["members", "collections_of"])
def test_a_shop_that_does_not_answer_loses_nobody_and_is_read_on_later(m: Mirrored, call: str) -> None:
    m.put("A", "B", "C")
    m.read()
    m.take("A")
    m.s.shop.plan.add(Fault(call, "drop_before"))
    m.read()
    assert m.skus() == ["A", "B", "C"]
    m.s.world.run(400)
    assert m.skus() == ["B", "C"]


def test_a_product_that_moves_between_two_pages_is_asked_for_and_stays(m: Mirrored) -> None:
    m.s.shop.page_size = 2
    m.put("A", "B", "C", "D")
    m.read()

    def moves(start: int) -> None:
        if start == 0:
            m.s.shop.shelves[MUGS] = [ProductId(f"p_{sku}") for sku in ("A", "C", "B", "D")]
            m.s.shop.shelves[MUGS].insert(0, m.s.shop.shelves[MUGS].pop())

    m.s.shop.on_page = moves
    m.read()
    assert m.skus() == ["A", "B", "C", "D"]


def test_a_shop_whose_access_was_taken_back_ends_the_reading_and_loses_nobody(m: Mirrored) -> None:
    m.put("A")
    m.read()
    m.s.shop.revoked = True
    job = m.read()
    assert (job.state, job.reason) == (JobState.FAILED, Problem("shop_token_revoked"))
    assert m.skus() == ["A"]


def test_a_collection_with_more_products_than_a_list_takes_is_refused_and_said(
    m: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror_collections, "MOST_MEMBERS", 3)
    m.put("A", "B", "C", "D")
    job = m.read()
    assert job.reason is not None
    assert (job.state, job.reason.code) == (JobState.FAILED, "collection_too_large")
    assert m.skus() == []


def test_a_list_that_was_deleted_ends_its_reading(m: Mirrored) -> None:
    started = mirror_collections.start_mirror(m.s.world.deps, m.list, "kim")
    m.s.world.stores.configuration.delete(m.list)
    m.s.world.deliver_all()
    assert m.s.world.stores.jobs.get(started.id).state is JobState.FAILED

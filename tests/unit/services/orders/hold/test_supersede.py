"""Orders that come back under another id: held once, created once, and the old one says where it went."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.catalog import Reservation
from listbridge.domain.orders.orders import ImportState, Payment
from listbridge.domain.ports import OrderTraits
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown
from listbridge.domain.work import ImportOrder, Lane
from listbridge.services.orders.export_order import export_order
from tests.fakes.order_world import ORDER_TRAITS, OrderWorld
from tests.fakes.remote_orders import sold, variant_key

KEEPS: OrderTraits = replace(ORDER_TRAITS, lines_keep_ids=True)
UNPAID = {"payment": Payment.PENDING}
ONE, TWO = sold("MUG", 2, "20.00", id="l1"), sold("MUG", 1, "10.00", id="l2")


@pytest.fixture
def world() -> OrderWorld:
    """Two unpaid orders for three of the five mugs."""
    world = OrderWorld()
    world.market.order_traits = KEEPS
    world.stock_up("MUG", stock=5)
    world.list_up("MUG")
    for id, line in (("12-1", ONE), ("12-2", TWO)):
        world.sell(line, id=id, **UNPAID)
        world.take_in(id)
    return world


def paid_together(world: OrderWorld, id: str = "99-1") -> None:
    world.later(minutes=5)
    placed_at = world.row("12-1").facts.placed_at
    world.sell(ONE, TWO, id=id, placed_at=placed_at, changed_at=world.now)
    world.take_in(id)


def shown(world: OrderWorld) -> int | None:
    [row] = world.stores.listings.of_account(world.account.id, None, 9)[0]
    return row.computed.quantity


def test_an_order_that_comes_back_under_a_new_id_holds_its_units_once(world: OrderWorld) -> None:
    assert shown(world) == 2
    paid_together(world)
    assert world.reserved() == {"99-1#l1": (2, None), "99-1#l2": (1, None)}
    assert shown(world) == 2
    assert [world.notices(id) for id in ("12-1", "12-2", "99-1")] == [[], [], []]


def test_the_old_orders_end_with_a_reason_that_names_the_new_one(world: OrderWorld) -> None:
    paid_together(world)
    for id in ("12-1", "12-2"):
        row = world.row(id)
        assert (row.state, row.replaced_by, row.unsettled) == (ImportState.SKIPPED, "99-1", False)
        assert row.reason == Problem("replaced_by_order", {"order": "99-1"})
        assert "order_replaced" in world.events(id)
    new = world.row("99-1")
    assert (new.state, new.reason) == (ImportState.READY, None)
    assert world.do_import("99-1").state is ImportState.CREATED
    assert len(world.shop_orders) == 1


def test_at_no_moment_are_the_units_held_by_nobody(world: OrderWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    least: list[int] = []
    hold = world.stores.variants.hold

    def held(key: object, entries: dict[str, Reservation | None]) -> None:
        hold(key, entries)  # type: ignore[arg-type]
        least.append(world.stores.variants.get_many([variant_key()])[variant_key()].reserved())

    monkeypatch.setattr(world.stores.variants, "hold", held)
    paid_together(world)
    assert least
    assert min(least) == 3


def test_one_order_paid_alone_is_replaced_as_well(world: OrderWorld) -> None:
    world.later(minutes=5)
    world.sell(ONE, id="99-2", placed_at=world.row("12-1").facts.placed_at)
    world.take_in("99-2")
    assert world.reserved() == {"12-2#l2": (1, None), "99-2#l1": (2, None)}
    assert (world.row("12-1").replaced_by, world.row("12-2").replaced_by) == ("99-2", None)


def test_an_old_order_that_the_list_still_shows_stays_replaced(world: OrderWorld) -> None:
    paid_together(world)
    world.later(minutes=1)
    world.change("12-1", payment=Payment.PAID)
    world.take_in("12-1")
    assert world.row("12-1").state is ImportState.SKIPPED
    assert world.reserved() == {"99-1#l1": (2, None), "99-1#l2": (1, None)}


def test_the_one_that_is_paid_counts_also_when_the_unpaid_one_is_seen_after_it() -> None:
    world = OrderWorld()
    world.market.order_traits = KEEPS
    world.stock_up("MUG", stock=5)
    world.list_up("MUG")
    world.sell(ONE, id="99-1")
    world.take_in("99-1")
    world.later(minutes=1)
    world.sell(ONE, id="12-1", **UNPAID)
    world.take_in("12-1")
    world.do_import("99-1")
    assert (world.row("12-1").state, world.row("12-1").replaced_by) == (ImportState.SKIPPED, "99-1")
    assert list(world.reserved()) == ["99-1#l1"]


def in_shop_before(world: OrderWorld) -> None:
    """The first order was paid under its own id and is in the shop, when its line comes back under a new one."""
    world.change("12-1", payment=Payment.PAID)
    world.later(minutes=1)
    world.take_in("12-1")
    world.do_import("12-1")
    assert world.row("12-1").state is ImportState.CREATED
    paid_together(world)


def test_lines_that_the_shop_has_already_are_not_created_again_without_the_sellers_word(world: OrderWorld) -> None:
    in_shop_before(world)
    new = world.row("99-1")
    waits = Problem("lines_in_shop_already", {"orders": "12-1"}, "export_or_handled_outside")
    assert (new.state, new.reason, new.notices) == (ImportState.WAITING, waits, (waits,))
    assert world.do_import("99-1", due=True).state is ImportState.WAITING
    assert len(world.shop_orders) == 1
    old = world.row("12-1")
    assert (old.state, old.replaced_by) == (ImportState.CREATED, "99-1")
    assert [notice.code for notice in old.notices] == ["replaced_by_order"]
    assert sorted(world.reserved()) == ["12-1#l1", "99-1#l2"]  # each line once


def test_the_sellers_word_creates_them_and_holds_their_stock(world: OrderWorld) -> None:
    in_shop_before(world)
    export_order(world.deps, world.row("99-1").key, "ada")
    assert world.row("99-1").notices == ()
    assert world.do_import("99-1").state is ImportState.CREATED
    assert len(world.shop_orders) == 2
    assert sorted(world.reserved()) == ["12-1#l1", "99-1#l1", "99-1#l2"]


def test_a_create_under_way_that_made_nothing_makes_room_for_the_new_order(world: OrderWorld) -> None:
    world.change("12-1", payment=Payment.PAID)
    world.later(minutes=1)
    world.take_in("12-1")
    world.here.refuse("create_order", OutcomeUnknown(Problem("no_answer")))
    assert world.do_import("12-1").state is ImportState.CREATING
    paid_together(world)
    assert world.row("99-1").state is ImportState.WAITING
    for _ in range(4):
        world.later(minutes=2)
        world.do_import("12-1", due=True)
    assert world.row("12-1").state is ImportState.SKIPPED
    assert any(isinstance(one, ImportOrder) and one.order == "99-1" for one, _ in world.queued(Lane.ORDERS))
    assert world.do_import("99-1").state is ImportState.CREATED
    assert sorted(world.reserved()) == ["99-1#l1", "99-1#l2"]
    assert len(world.shop_orders) == 1


def test_where_line_ids_are_no_names_of_their_own_nothing_is_replaced(world: OrderWorld) -> None:
    world.market.order_traits = ORDER_TRAITS
    paid_together(world)
    assert world.row("12-1").replaced_by is None

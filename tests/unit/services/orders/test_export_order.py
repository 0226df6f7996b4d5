"""What the seller does with an order by hand: export it, handle it elsewhere, choose a product."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from listbridge.domain.ids import AccountId, LineId, OrderKey, ProductId, RemoteOrderId, ShopId, VariantKey
from listbridge.domain.orders import creating as order_creating
from listbridge.domain.orders.orders import Cancellation, ImportState, MatchedBy, Order, Payment
from listbridge.domain.ports import Missing
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown
from listbridge.domain.work import ImportOrder, Lane
from listbridge.services.orders.export_order import choose_product, export_order, leave_order
from listbridge.services.orders.order_rows import change_order
from listbridge.services.refusal import Refused
from tests.fakes.order_world import OrderWorld
from tests.fakes.remote_orders import ACCOUNT, match, sold, variant_key

KEY = OrderKey(ACCOUNT, RemoteOrderId("12-1"))
MUG = LineId("line-MUG")
NEXT = (ImportOrder(account=ACCOUNT, order=RemoteOrderId("12-1")), 0.0)


@pytest.fixture
def world() -> OrderWorld:
    world = OrderWorld()
    world.stock_up("MUG", "CUP")
    world.list_up("MUG")
    return world


def by_hand(world: OrderWorld, **facts: object) -> Order:
    """An order of an account whose orders are not created automatically."""
    world.set_account(create_orders=False)
    world.sell(**facts)  # type: ignore[arg-type]
    order = world.take_in()
    world.queued(Lane.ORDERS)
    return order


def export(world: OrderWorld, actor: str = "ada") -> Order:
    return export_order(world.deps, KEY, actor)


# ---- export ----


def test_an_exported_order_is_ready_and_queued_and_then_made_once(world: OrderWorld) -> None:
    assert by_hand(world).state is ImportState.WAITING
    order = export(world)
    assert (order.state, order.reason, order.exported_by) == (ImportState.READY, None, "ada")
    assert world.queued(Lane.ORDERS) == [NEXT]
    entry = world.stores.activity.entries[-1]
    assert (entry.event, entry.actor) == ("order_export_asked", "ada")
    assert world.do_import().state is ImportState.CREATED
    assert len(world.shop_orders) == 1


def test_exported_twice_it_is_made_once(world: OrderWorld) -> None:
    by_hand(world)
    export(world)
    export(world, "bob")
    for _ in range(2):
        world.do_import(due=True)
    assert len(world.shop_orders) == 1
    with pytest.raises(Refused) as refused:
        export(world)
    assert refused.value.problem == Problem("order_in_shop", {"shop_order": "#1001"}, "open_in_shop")
    world.do_import(due=True)
    assert len(world.shop_orders) == 1


def test_an_order_of_before_the_connection_can_be_exported(world: OrderWorld) -> None:
    world.sell(placed_at=world.now - timedelta(days=2))
    assert world.take_in().state is ImportState.SKIPPED
    assert export(world).state is ImportState.READY
    assert world.do_import().state is ImportState.CREATED


def test_an_order_handled_outside_can_be_exported_after_all(world: OrderWorld) -> None:
    by_hand(world)
    leave_order(world.deps, KEY, "ada")
    assert world.reserved() == {}
    assert export(world).state is ImportState.READY
    assert world.reserved() == {"12-1#line-MUG": (1, None)}


def test_an_unpaid_order_is_exported_as_soon_as_it_is_paid(world: OrderWorld) -> None:
    by_hand(world, payment=Payment.PENDING)
    order = export(world)
    assert (order.state, order.reason) == (ImportState.WAITING, Problem("awaiting_payment"))
    assert world.queued(Lane.ORDERS) == []
    world.later(seconds=10)
    world.change("12-1", payment=Payment.PAID)
    assert world.take_in().state is ImportState.READY


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"cancellation": Cancellation.CANCELLED}, "order_cancelled"),
        ({"payment": Payment.REFUNDED}, "order_refunded"),
        ({"fulfilled_by_marketplace": True}, "fulfilled_by_marketplace"),
    ],
)
def test_what_is_over_cannot_be_exported(world: OrderWorld, facts: dict[str, object], reason: str) -> None:
    before = by_hand(world, **facts)
    with pytest.raises(Refused) as refused:
        export(world)
    assert refused.value.problem == Problem("order_not_exportable", {"reason": reason})
    assert world.row() == before
    assert world.queued(Lane.ORDERS) == []


def test_an_unclear_order_is_made_again_on_a_persons_word(world: OrderWorld) -> None:
    by_hand(world)
    unclear = change_order(
        world.deps,
        KEY,
        lambda row: order_creating.looked_in_vain(
            order_creating.creating(row, "c1", deadline=world.now, number=1),
            "c1",
            settle=timedelta(0),
            strict=False,
            now=world.now,
        ),
    )
    for _ in range(2):
        unclear = change_order(
            world.deps,
            KEY,
            lambda row: order_creating.looked_in_vain(row, "c1", settle=timedelta(0), strict=False, now=world.now),
        )
    assert unclear.state is ImportState.UNCLEAR
    assert export(world).state is ImportState.READY
    assert world.do_import().state is ImportState.CREATED


# ---- handled outside ----


def test_an_order_left_to_the_seller_lets_go_and_is_not_made(world: OrderWorld) -> None:
    by_hand(world)
    order = leave_order(world.deps, KEY, "ada")
    assert (order.state, order.reason) == (ImportState.SKIPPED, Problem("handled_outside", {"by": "ada"}))
    assert world.reserved() == {}
    assert world.queued(Lane.ORDERS) == []
    world.do_import(due=True)
    assert world.shop_orders == []


# ---- a product for a line ----


def test_a_chosen_product_lets_a_failed_order_through_at_once(world: OrderWorld) -> None:
    world.sell(sold("UNKNOWN"))
    world.take_in()
    assert world.do_import().state is ImportState.FAILED
    world.queued(Lane.ORDERS)
    line = LineId("line-UNKNOWN")
    order = choose_product(world.deps, KEY, line, variant_key("CUP"), "ada")
    assert (order.state, order.matches) == (ImportState.READY, {line: match("CUP", MatchedBy.PERSON)})
    assert world.reserved("CUP") == {"12-1#line-UNKNOWN": (1, None)}
    assert world.queued(Lane.ORDERS) == [NEXT]
    entry = world.stores.activity.entries[-1]
    assert (entry.event, entry.params["sku"], entry.actor) == ("order_line_matched", "CUP", "ada")
    world.do_import()
    assert world.shop.stock("CUP") == 4


def test_a_chosen_product_does_not_create_an_order_that_waits(world: OrderWorld) -> None:
    by_hand(world)
    order = choose_product(world.deps, KEY, MUG, variant_key("CUP"), "ada")
    assert order.state is ImportState.WAITING
    assert (world.reserved("MUG"), world.reserved("CUP")) == ({}, {"12-1#line-MUG": (1, None)})


@pytest.mark.parametrize(
    ("line", "variant", "missing"),
    [
        ("nowhere", variant_key("CUP"), "line"),
        (MUG, variant_key("NOTHING"), "variant"),
        (MUG, VariantKey(ShopId("shop_2"), ProductId("p-CUP"), variant_key("CUP").variant), "variant"),
    ],
)
def test_lines_and_variants_that_are_not_there_cannot_be_matched(
    world: OrderWorld, line: LineId, variant: VariantKey, missing: str
) -> None:
    before = by_hand(world)
    with pytest.raises(Missing, match=missing):
        choose_product(world.deps, KEY, line, variant, "ada")
    assert world.row() == before


def test_a_variant_that_is_gone_from_the_shop_cannot_be_chosen(world: OrderWorld) -> None:
    before = by_hand(world)
    del world.shop.products[ProductId("p-CUP")]
    world.observe("p-CUP")
    with pytest.raises(Missing, match="variant"):
        choose_product(world.deps, KEY, MUG, variant_key("CUP"), "ada")
    assert world.row() == before


# ---- too late ----

DEEDS: list[Callable[[OrderWorld], Order]] = [
    export,
    lambda world: leave_order(world.deps, KEY, "ada"),
    lambda world: choose_product(world.deps, KEY, MUG, variant_key("CUP"), "ada"),
]
NAMES = ["export", "leave", "choose"]


@pytest.mark.parametrize("deed", DEEDS, ids=NAMES)
def test_nothing_is_done_to_an_order_that_is_in_the_shop(
    world: OrderWorld, deed: Callable[[OrderWorld], Order]
) -> None:
    before = world.in_shop()
    events = world.events()
    with pytest.raises(Refused) as refused:
        deed(world)
    assert refused.value.problem.code == "order_in_shop"
    assert (world.row(), world.events()) == (before, events)


@pytest.mark.parametrize("deed", DEEDS, ids=NAMES)
def test_nothing_is_done_to_an_order_while_nobody_knows_whether_it_was_made(
    world: OrderWorld, deed: Callable[[OrderWorld], Order]
) -> None:
    world.sell()
    world.take_in()
    world.here.refuse("create_order", OutcomeUnknown(Problem("no_answer")))
    before = world.do_import()
    with pytest.raises(Refused) as refused:
        deed(world)
    assert refused.value.problem == Problem("order_being_created", fix="repeat_later")
    assert world.row() == before


@pytest.mark.parametrize("deed", DEEDS, ids=NAMES)
def test_nothing_is_done_to_an_order_that_nobody_knows(world: OrderWorld, deed: Callable[[OrderWorld], Order]) -> None:
    with pytest.raises(Missing):
        deed(world)
    assert world.stores.activity.entries == []


def test_an_order_of_another_account_is_another_order(world: OrderWorld) -> None:
    by_hand(world)
    with pytest.raises(Missing):
        export_order(world.deps, OrderKey(AccountId("acc_2"), RemoteOrderId("12-1")), "ada")

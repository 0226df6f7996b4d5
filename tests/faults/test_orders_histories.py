"""Orders on their way home, with what nobody hopes for: polls that lose pages, looks that lag, creates that land late."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.ids import ProductId
from listbridge.domain.money import Money, smallest_unit
from listbridge.domain.orders.orders import Buyer, Cancellation, ImportState, Payment, Shipment, Tax
from listbridge.domain.problem import Problem
from listbridge.domain.work import Hint, HintKind, ImportOrder, Lane, Message
from listbridge.services.orders.export_order import export_order
from simulators.faults import Fault
from tests.fakes.scripted_orders import ORDER_TRAITS
from tests.fakes.world import ACCOUNT
from tests.faults.order_stories import Story, story


@pytest.fixture
def s() -> Story:
    made = story()
    made.sell("A", 5)
    made.sell("B", 5)
    return made


# ---- polling ----


def test_an_account_that_sleeps_is_asked_every_minute_though_each_poll_ends_a_little_after_the_tick(s: Story) -> None:
    s.run(600)
    before = s.fate.calls.count("remote.orders_changed")
    s.run(600)
    assert s.fate.calls.count("remote.orders_changed") - before in (9, 10)


# ---- creating ----


def test_an_order_cancelled_between_the_look_and_the_create_is_cancelled_in_the_shop_at_once(s: Story) -> None:
    def the_buyer_cancels_and_another_worker_hears_of_it() -> None:
        s.market.book.cancel(placed)
        s.poll()

    s.fate.meanwhile("shop.create_order", the_buyer_cancels_and_another_worker_hears_of_it)
    placed = s.buy("A")
    s.run(90)
    assert s.the_one(placed).shown.cancelled_at is not None
    assert (s.shop.stock("A"), s.shown("A"), s.order(placed).completed_at is not None) == (5, 5, True)
    s.rest()
    s.in_order()


def test_an_order_cancelled_before_it_is_read_again_is_never_created(s: Story) -> None:
    s.fate.meanwhile("remote.read_order", lambda: s.market.book.cancel(placed))
    placed = s.buy("A")
    s.run(90)
    assert s.made(placed) == []
    assert "shop.create_order" not in s.fate.calls
    assert (s.shop.stock("A"), s.entries("A")) == (5, 0)
    s.run(
        200
    )  # it does not say whether it put the unit back and sold it again: its orders are waited for (promises.md#p11)
    assert s.shown("A") == 5
    s.rest()
    s.in_order()


def test_an_order_changed_between_the_list_and_the_read_is_created_as_it_was_read(s: Story) -> None:
    s.fate.meanwhile("remote.read_order", lambda: s.market.book.order_more(placed, 3, "29.99"))
    placed = s.buy("A")
    s.run(90)
    assert str(s.the_one(placed).total) == "34.89 EUR"
    assert (s.shop.stock("A"), s.reserved("A")) == (2, 0)
    s.rest()
    s.in_order()


def test_a_create_that_lands_after_its_caller_gave_up_is_found_and_not_made_again(s: Story) -> None:
    s.shop.plan.add(Fault("create_order", "delay", seconds=20))
    placed = s.buy("A")
    s.run(70)
    assert (s.order(placed).state, s.made(placed), s.shown("A")) == (ImportState.CREATING, [], 4)
    s.rest()
    assert len(s.made(placed)) == 1
    s.in_order()


def test_an_order_whose_answer_was_lost_is_found(s: Story) -> None:
    s.shop.plan.add(Fault("create_order", "drop_after"))
    placed = s.buy("A")
    s.rest()
    assert s.order(placed).state is ImportState.CREATED
    s.in_order()


def test_a_look_that_lags_as_far_as_the_shop_may_makes_no_twin(s: Story) -> None:
    s.shop.book.look_lag_s = s.shop.order_settle_s - 1
    s.shop.plan.add(Fault("create_order", "drop_after"))
    placed = s.buy("A")
    s.rest()
    assert s.order(placed).state is ImportState.CREATED
    assert s.fate.calls.count("shop.create_order") == 1
    s.in_order()


def test_where_a_look_may_miss_an_order_a_person_decides_and_no_second_is_made(s: Story) -> None:
    s.shop.strict_look = False
    s.shop.book.look_lag_s = 3600
    s.shop.plan.add(Fault("create_order", "drop_after"))
    placed = s.buy("A")
    s.rest()
    order = s.order(placed)
    assert (order.state, order.reason and order.reason.code) == (ImportState.UNCLEAR, "create_outcome_unclear")
    assert (len(s.made(placed)), s.fate.calls.count("shop.create_order")) == (1, 1)
    s.run(3600)
    export_order(s.world.deps, s.key_of(placed), "anna")
    s.rest()
    assert s.fate.calls.count("shop.create_order") == 1
    s.in_order()


def test_another_tools_order_is_taken_for_the_shops_own(s: Story) -> None:
    placed = s.buy("A")
    s.shop.book.made_elsewhere(f"scripted:{placed.facts.id}", {s.shop.variant("A"): 1})
    s.rest()
    shop_order = s.order(placed).shop_order
    assert shop_order is not None
    assert not shop_order.ours
    assert "shop.create_order" not in s.fate.calls
    s.in_order()


def test_what_another_tool_had_shipped_before_we_found_its_order_is_seen_at_once(s: Story) -> None:
    placed = s.buy("A")
    other = s.shop.book.made_elsewhere(f"scripted:{placed.facts.id}", {s.shop.variant("A"): 1})
    s.shop.book.fulfil(other.shown.id)
    s.market.book.change(placed, shipment=Shipment.SHIPPED)
    s.run(120)
    assert s.order(placed).completed_at is not None


def test_the_echo_of_our_own_order_changes_nothing(s: Story) -> None:
    placed = s.buy("A")
    s.run(90)
    before = s.order(placed)
    for _ in range(3):
        s.shop.book.waiting.append((Hint(kind=HintKind.ORDER, id=s.the_one(placed).shown.id),))
        s.shop.book.waiting.append((Hint(kind=HintKind.PRODUCT, id="pA"),))
    s.run(10)
    assert s.made(placed) == [s.the_one(placed)]
    assert s.order(placed).absorbed_from == before.absorbed_from
    s.rest()
    s.in_order()


def test_an_order_of_200_lines_is_one_order_with_every_line_and_every_cent(s: Story) -> None:
    skus = [f"L{n}" for n in range(200)]
    s.sell_product("many", skus, 3)
    lines = [(sku, 1 + n % 3, str((1 + n % 3) * Decimal("3.33") + Decimal("0.01"))) for n, sku in enumerate(skus)]
    placed = s.market.book.place(ACCOUNT, lines)
    s.rest()
    made = s.the_one(placed)
    assert (len(made.shown.lines), made.total) == (200, placed.facts.total)
    assert [s.shop.stock(sku) for sku in skus[:3]] == [2, 1, 0]
    s.in_order()


def test_an_order_with_a_deleted_product_fails_with_its_sku_and_comes_home_when_the_product_is_back(s: Story) -> None:
    facts = s.shop.products[ProductId("pB")]
    placed = s.market.book.place(ACCOUNT, [("A", 1, "10.00"), ("B", 2, "20.00")])
    del s.shop.products[ProductId("pB")]
    s.world.hint(ProductId("pB"))
    s.rest()
    order = s.order(placed)
    assert order.reason == Problem("products_missing", {"skus": "B"}, "add_sku_or_choose_product")
    assert (s.made(placed), s.shop.stock("A"), s.shown("A")) == ([], 5, 4)  # held, and not taken
    s.run(600)  # polls see it again, and tries fail again
    s.shop.put("pB2", "B", stock=5)
    assert facts.product not in s.shop.products
    s.shop.book.waiting.append((Hint(kind=HintKind.PRODUCT, id="pB2"),))
    s.run(5)
    assert s.order(placed).state is ImportState.CREATED
    s.rest()
    s.in_order()
    assert s.shop.stock("B") == 3


def test_a_product_that_is_back_within_two_minutes_is_noticed_though_polls_saw_the_order_meanwhile(s: Story) -> None:
    """The listing that the line was bought from still names the deleted product: it is no match any more."""
    placed = s.market.book.place(ACCOUNT, [("B", 2, "20.00")])
    del s.shop.products[ProductId("pB")]
    s.world.hint(ProductId("pB"))
    s.run(61)
    s.poll()
    s.poll()
    assert (s.order(placed).state, s.order(placed).matches) == (ImportState.FAILED, {})
    s.shop.put("pB2", "B", stock=5)
    s.shop.book.waiting.append((Hint(kind=HintKind.PRODUCT, id="pB2"),))
    s.run(5)
    assert s.order(placed).state is ImportState.CREATED
    s.rest()
    s.in_order()


def test_a_variant_deleted_between_the_match_and_the_create_fails_the_order_by_name(s: Story) -> None:
    s.fate.meanwhile("shop.create_order", lambda: s.shop.products.pop(ProductId("pB")))
    placed = s.market.book.place(ACCOUNT, [("B", 1, "10.00")])
    del s.stock["B"]
    s.rest()
    assert s.order(placed).state is ImportState.FAILED
    assert s.made(placed) == []
    s.in_order()


def test_an_order_in_another_currency_keeps_its_currency_and_its_cents(s: Story) -> None:
    placed = s.market.book.place(ACCOUNT, [("A", 3, "10.00")], currency="USD", shipping="0.99")
    s.rest()
    assert str(s.the_one(placed).total) == "10.99 USD"
    s.in_order()


def test_an_order_without_an_address_or_a_buyer_is_created_without(s: Story) -> None:
    bare = s.market.book.place(ACCOUNT, [("A", 1, "10.00")], buyer=None)
    nameless = s.market.book.place(ACCOUNT, [("A", 1, "10.00")], buyer=Buyer(email="zebulon@quist.example"))
    s.rest()
    drafts = [s.the_one(one).draft for one in (bare, nameless)]
    assert [draft and draft.buyer for draft in drafts] == [None, Buyer(email="zebulon@quist.example")]
    s.in_order()


# ---- polling ----


def test_a_page_lost_in_the_middle_loses_no_order(s: Story) -> None:
    s.market.book.page_size = 2
    placed = [s.market.book.place(ACCOUNT, [("A", 1, "10.00")]) for _ in range(5)]
    s.market.plan.add(Fault("orders_changed", "drop_after", skip=1, times=2))
    s.run(65)
    assert [s.find(one) is not None for one in placed] == [True, True, False, False, False]
    watermark = s.world.stores.polls.find(ACCOUNT).watermark  # type: ignore[union-attr]
    assert watermark is not None
    assert watermark < placed[0].facts.placed_at
    s.rest()
    assert [len(s.made(one)) for one in placed] == [1] * 5
    s.in_order()


def test_a_list_that_breaks_at_one_place_for_an_hour_keeps_no_sale_of_this_minute_from_holding_its_stock(
    s: Story,
) -> None:
    s.market.book.page_size, s.market.book.torn = 2, True
    old = [s.market.book.place(ACCOUNT, [("A", 1, "10.00")]) for _ in range(4)]
    s.run(1800)
    before = s.world.stores.polls.find(ACCOUNT)
    assert [s.find(one) is not None for one in old] == [True, True, False, False]
    sale = s.buy("B")
    s.run(1000)
    after = s.world.stores.polls.find(ACCOUNT)
    assert (len(s.made(sale)), s.shown("B")) == (1, 4)
    assert before is not None
    assert after is not None
    assert before.watermark == after.watermark
    s.market.book.torn = False
    s.run(900)
    s.rest()
    assert [len(s.made(one)) for one in old] == [1] * 4
    s.in_order()


def test_an_order_that_changes_between_two_pages_pushes_no_other_out(s: Story) -> None:
    s.market.book.page_size = 2
    placed = []
    for _ in range(5):
        placed.append(s.market.book.place(ACCOUNT, [("A", 1, "10.00")]))
        s.world.stores.clock.advance(1)
    s.fate.meanwhile("remote.orders_changed", lambda: s.market.book.change(placed[0]), nth=2)
    s.rest()
    assert [len(s.made(one)) for one in placed] == [1] * 5
    s.in_order()


def test_a_list_that_lags_within_the_overlap_loses_no_order(s: Story) -> None:
    s.market.book.list_lag_s = ORDER_TRAITS.overlap_s - 5
    placed = s.buy("A")
    for _ in range(10):
        s.run(30)
    assert len(s.made(placed)) == 1
    s.rest()
    s.in_order()


@pytest.mark.parametrize("where", ["read", "list"])
def test_an_order_that_cannot_be_taken_in_stops_no_other(s: Story, where: str) -> None:
    sick, well = (s.market.book.place(ACCOUNT, [("A", 1, "10.00")]) for _ in range(2))
    if where == "list":
        s.market.book.unreadable.add(sick.facts.id)
    sick.poison = ValueError("a currency that does not exist")
    s.run(90)
    assert len(s.made(well)) == 1
    assert s.made(sick) == []
    later = s.buy("B")
    s.run(90)
    assert len(s.made(later)) == 1
    sick.poison = None
    s.market.book.unreadable.clear()
    s.run(3 * 3600)
    assert len(s.made(sick)) == 1


def test_an_order_that_the_list_never_tells_right_is_queued_twice_a_quarter_and_its_changes_are_not_lost(
    s: Story,
) -> None:
    asked: list[str] = []
    send = s.world.stores.queues.send

    def seen(lane: Lane, *messages: Message, **how: Any) -> None:
        asked.extend(one.order for one in messages if isinstance(one, ImportOrder))
        send(lane, *messages, **how)

    placed = s.buy("A", payment=Payment.PENDING)
    s.market.book.unreadable.add(placed.facts.id)
    s.world.stores.queues.send = seen  # type: ignore[method-assign]
    for _ in range(12):
        s.market.book.change(placed)
        s.poll()
    assert asked == [placed.facts.id] * 2
    assert s.order(placed).state is ImportState.WAITING
    s.market.book.cancel(placed)
    s.run(3 * 900)
    assert s.order(placed).facts.cancellation is Cancellation.CANCELLED
    assert (s.shown("A"), s.entries("A")) == (5, 0)


def test_a_poll_of_more_pages_than_one_worker_can_read_is_carried_on_by_the_next(s: Story) -> None:
    """A page takes a second, and a worker has a minute: 120 orders on 60 pages, one of which changes on the way."""
    s.sell("MANY", 500)
    s.market.latency_s, s.market.book.page_size = 1.0, 2
    placed = []
    for _ in range(120):
        placed.append(s.market.book.place(ACCOUNT, [("MANY", 1, "10.00")]))
        s.world.stores.clock.advance(0.1)
    s.fate.meanwhile("remote.orders_changed", lambda: s.market.book.cancel(placed[0]), nth=59)
    s.rest()
    assert s.fate.calls.count("remote.orders_changed") > 60
    assert [len(s.made(one)) for one in placed[1:]] == [1] * 119
    assert s.order(placed[0]).facts.cancellation is Cancellation.CANCELLED
    s.in_order()


@pytest.mark.parametrize(
    ("units", "amount", "shipping", "adjustment", "currency"),
    [
        (3, "10.00", "0.00", "0.00", "EUR"),
        (7, "0.01", "4.99", "-0.37", "USD"),
        (3, "1000", "1", "-7", "JPY"),
        (3, "1.000", "0.005", "0.001", "KWD"),
    ],
)
@pytest.mark.parametrize("included", [True, False])
def test_an_order_comes_to_exactly_what_the_buyer_paid(
    s: Story, units: int, amount: str, shipping: str, adjustment: str, currency: str, included: bool
) -> None:
    placed = s.market.book.place(ACCOUNT, [("A", units, amount)], currency=currency, shipping=shipping)
    step, facts = smallest_unit(currency), placed.facts
    taxes = (Tax("VAT", Money(3 * step, currency)), Tax("Sales tax", Money(5 * step, currency), remitted=True))
    extra = Decimal(adjustment) + (0 if included else 3 * step)
    s.market.book.change(
        placed,
        tax_included=included,
        lines=(replace(facts.lines[0], taxes=taxes),),
        adjustment=Money(Decimal(adjustment), currency),
        total=Money(facts.total.amount + extra, currency),
    )
    s.shop.put("pA", "A", stock=50)
    s.stock["A"] = 50
    s.rest()
    made = s.the_one(placed)
    assert made.total == Money(Decimal(amount) + Decimal(shipping) + extra, currency)
    s.in_order()

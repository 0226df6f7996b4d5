"""Orders that wait: for money, for a product, or for a person."""

from __future__ import annotations

import pytest

from listbridge.domain.orders.orders import ImportState, Payment
from listbridge.domain.problem import Problem
from listbridge.domain.work import Hint, HintKind
from listbridge.services.orders.export_order import export_order, leave_order
from listbridge.services.refusal import Refused
from tests.fakes.scripted_orders import ORDER_TRAITS
from tests.fakes.world import ACCOUNT
from tests.faults.order_stories import Story, edit_account, story


@pytest.fixture
def s() -> Story:
    made = story()
    made.sell("A", 5)
    return made


def test_an_unpaid_order_holds_its_stock_until_it_expires_and_is_created_when_it_is_paid_after_all(s: Story) -> None:
    placed = s.buy("A", payment=Payment.PENDING)
    s.run(70)
    assert (s.order(placed).state, s.shown("A"), s.made(placed)) == (ImportState.WAITING, 4, [])
    s.world.stores.clock.advance(ORDER_TRAITS.unpaid_expires_s)
    s.rest()
    assert (s.order(placed).reason, s.shown("A"), s.entries("A")) == (Problem("unpaid_expired"), 5, 0)
    s.market.book.pay(placed)
    s.rest()
    assert (len(s.made(placed)), s.shop.stock("A")) == (1, 4)
    s.in_order()


def test_an_unpaid_order_that_is_paid_in_time_is_created_once(s: Story) -> None:
    placed = s.buy("A", payment=Payment.PENDING)
    s.run(300)
    assert s.made(placed) == []
    s.market.book.pay(placed)
    s.rest()
    s.in_order()
    assert len(s.made(placed)) == 1


def test_with_automatic_creation_off_an_order_holds_its_stock_and_asks_for_a_decision_after_a_day(s: Story) -> None:
    edit_account(s, create_orders=False)
    placed = s.buy("A")
    s.rest()
    s.world.stores.clock.advance(86_000 - 300)
    s.run(60)
    assert s.notices(placed) == []
    s.run(900)
    assert s.notices(placed) == ["needs_decision"]
    assert (s.made(placed), s.shown("A"), s.reserved("A")) == ([], 4, 1)
    leave_order(s.world.deps, s.key_of(placed), "anna")
    s.rest()
    assert (s.made(placed), s.shown("A"), s.entries("A"), s.notices(placed)) == ([], 5, 0, [])
    s.in_order()


def test_export_creates_what_automatic_creation_left_and_a_second_export_makes_no_second(s: Story) -> None:
    edit_account(s, create_orders=False)
    placed = s.buy("A")
    s.rest()
    export_order(s.world.deps, s.key_of(placed), "anna")
    export_order(s.world.deps, s.key_of(placed), "bert")
    s.rest()
    with pytest.raises(Refused) as refused:
        export_order(s.world.deps, s.key_of(placed), "anna")
    assert refused.value.problem.code == "order_in_shop"
    assert s.fate.calls.count("shop.create_order") == 1
    s.in_order()


def test_export_while_the_order_is_being_created_is_refused_and_makes_no_second(s: Story) -> None:
    codes = []

    def the_seller_exports() -> None:
        with pytest.raises(Refused) as refused:
            export_order(s.world.deps, s.key_of(placed), "anna")
        codes.append(refused.value.problem.code)

    s.fate.meanwhile("shop.create_order", the_seller_exports)
    placed = s.buy("A")
    s.rest()
    assert (codes, s.fate.calls.count("shop.create_order")) == (["order_being_created"], 1)
    s.in_order()


def test_leaving_an_order_a_moment_before_its_create_leaves_no_order_in_the_shop(s: Story) -> None:
    s.fate.meanwhile("shop.look_for_order", lambda: leave_order(s.world.deps, s.key_of(placed), "anna") and None)
    placed = s.buy("A")
    s.rest()
    assert (s.made(placed), s.entries("A"), s.shop.stock("A")) == ([], 0, 5)
    s.in_order()


def test_an_unknown_sku_fails_with_its_name_and_the_order_comes_home_by_itself_when_it_appears(s: Story) -> None:
    placed = s.market.book.place(ACCOUNT, [("NEW", 2, "20.00")])
    s.rest()
    assert s.order(placed).reason == Problem("products_missing", {"skus": "NEW"}, "add_sku_or_choose_product")
    s.shop.put("pnew", "NEW", stock=9)
    s.shop.book.waiting.append((Hint(kind=HintKind.PRODUCT, id="pnew"),))
    s.run(5)
    assert (len(s.made(placed)), s.shop.stock("NEW")) == (1, 7)
    s.rest()
    s.in_order()
    assert s.fate.calls.count("shop.create_order") == 1


def test_an_unknown_sku_whose_appearance_nobody_told_us_is_found_within_the_hour(s: Story) -> None:
    placed = s.market.book.place(ACCOUNT, [("NEW", 2, "20.00")])
    s.run(4 * 3600)
    s.shop.put("pnew", "NEW", stock=9)
    s.run(3700)
    assert len(s.made(placed)) == 1

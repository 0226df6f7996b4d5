"""Orders that are cancelled, there or here, or whose order in the shop is gone."""

from __future__ import annotations

import pytest

from listbridge.domain.orders.orders import ImportState
from listbridge.domain.work import Hint, HintKind
from listbridge.services.orders.export_order import leave_order
from listbridge.services.refusal import Refused
from tests.fakes.world import ACCOUNT
from tests.faults.order_stories import SECOND, Story, buyer_of, home, line_of, story

SIX_HOURS = 6 * 3600 + 600


@pytest.fixture
def s() -> Story:
    made = story()
    made.sell("A", 5)
    return made


def test_an_order_cancelled_there_is_cancelled_here_and_its_stock_is_back_on_every_listing() -> None:
    s = story(accounts=2)
    s.sell("A", 3, accounts=(ACCOUNT, SECOND))
    placed, _ = home(s, 2)
    assert (s.shown("A"), s.shown("A", SECOND)) == (1, 1)
    s.market.book.cancel(placed)
    s.run(70)
    assert s.the_one(placed).shown.cancelled_at is not None
    assert (s.shop.stock("A"), s.shown("A", SECOND)) == (3, 3)
    s.run(
        180
    )  # it does not say whether it put them back and sold them again: its orders are waited for (promises.md#p11)
    assert s.shown("A") == 3
    s.rest()
    s.in_order()


def test_a_cancel_whose_answer_is_lost_puts_the_stock_back_once(s: Story) -> None:
    placed, _ = home(s, 2)
    s.fate.die_before("shop.cancel_order.answered")
    s.market.book.cancel(placed)
    s.run(70)
    assert s.world.deaths == 1
    s.rest()
    assert s.shop.stock("A") == 5
    s.in_order()


def test_an_order_cancelled_there_after_its_goods_went_out_is_the_sellers_to_settle(s: Story) -> None:
    placed, id = home(s, 2)
    s.shop.book.fulfil(id, {line_of(placed): 1}, tracking="T1")
    s.run(5)
    s.market.book.cancel(placed)
    s.run(70)
    assert "cannot_cancel_in_shop" in s.notices(placed)
    assert s.the_one(placed).shown.cancelled_at is None
    s.rest()
    s.in_order()


def test_an_order_cancelled_in_the_shop_asks_the_seller_to_cancel_it_there(s: Story) -> None:
    placed, id = home(s)
    s.shop.book.cancel(id)
    s.run(5)
    assert s.notices(placed) == ["cancel_on_marketplace"]
    assert s.order(placed).completed_at is None
    s.market.book.cancel(placed)
    s.rest()
    assert (s.notices(placed), s.order(placed).completed_at is not None) == ([], True)
    assert (s.shop.stock("A"), s.shown("A")) == (5, 5)
    s.in_order()


def test_a_shop_order_that_was_deleted_says_so_and_tells_nothing(s: Story) -> None:
    placed, id = home(s)
    s.stock["A"] -= 1  # a deleted order keeps its stock
    s.shop.book.delete(id)
    s.run(5)
    assert s.notices(placed) == ["shop_order_gone"]
    s.run(SIX_HOURS)
    assert s.order(placed).state is ImportState.CREATED  # and no second one was made
    assert s.fate.calls.count("shop.create_order") == 1
    assert (s.shown("A"), s.reserved("A")) == (4, 0)


def test_an_order_whose_shop_order_was_deleted_ends_when_the_seller_says_that_he_handled_it(s: Story) -> None:
    placed, id = home(s)
    with pytest.raises(Refused):
        leave_order(s.world.deps, s.key_of(placed), "anna")
    s.stock["A"] -= 1
    s.shop.book.delete(id)
    s.run(5)
    leave_order(s.world.deps, s.key_of(placed), "anna")
    s.run(130)
    order = s.order(placed)
    assert (order.completed_at is not None, order.unsettled, order.notices) == (True, False, ())
    assert (s.entries("A"), s.shown("A")) == (0, 4)
    assert s.fate.calls.count("shop.create_order") == 1
    s.world.stores.clock.advance(61 * 86_400)
    s.world.tick("retention")
    assert buyer_of(s, placed) is None


def test_a_shop_order_that_is_found_again_is_gone_no_longer(s: Story) -> None:
    placed, id = home(s)
    made = s.shop.book.made.pop(id)
    s.shop.book.waiting.append((Hint(kind=HintKind.ORDER, id=id),))
    s.run(5)
    assert s.notices(placed) == ["shop_order_gone"]
    s.shop.book.made[id] = made
    s.shop.book.fulfil(id, tracking="T1")
    s.run(5)
    assert s.notices(placed) == []
    s.rest()
    s.in_order()

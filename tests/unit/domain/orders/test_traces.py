"""Whose an order of the shop is."""

from __future__ import annotations

import pytest

from listbridge.domain.ids import LineId, RemoteOrderId, ShopOrderId
from listbridge.domain.orders.orders import ShopOrderRef
from listbridge.domain.orders.shop_orders import FoundOrder, OrderMark
from listbridge.domain.orders.traces import OrderTraces, each_once, our_order

ID = "403-7789-120"
MARK = OrderMark("bazaar", RemoteOrderId(ID))


def whose(
    *within: str, mark: OrderMark = MARK, marks: set[str] | None = None, alone: set[str] | None = None
) -> bool | None:
    """Whether it is ours; None where it is another order."""
    traces = OrderTraces(ShopOrderId("o-7"), "Order 7", frozenset(marks or ()), frozenset(alone or ()), within)
    found = traces.whose(mark)
    assert found is None or (found.id, found.name) == ("o-7", "Order 7")
    return found.ours if found is not None else None


def test_one_of_its_marks_makes_an_order_ours() -> None:
    assert whose(marks={"other:1", f"bazaar:{ID}"}) is True


def test_a_mark_for_another_marketplace_outweighs_the_id() -> None:
    assert whose(ID, marks={f"fair:{ID}"}, alone={ID}) is None


@pytest.mark.parametrize("text", [ID, f"#{ID}", f"Bazaar {ID}, paid", f"BZ-{ID}-A", f"x{ID}"])
def test_an_id_that_stands_whole_among_words_is_another_tools(text: str) -> None:
    assert whose("nothing", text) is False


@pytest.mark.parametrize("text", ["", f"{ID}3", f"1{ID}", f"{ID}-2", f"9-{ID}", "403 7789 120"])
def test_an_id_that_is_a_part_of_a_longer_one_is_another_order(text: str) -> None:
    assert whose(text) is None


@pytest.mark.parametrize(("value", "ours"), [(ID, False), (f"#{ID}", None), ("", None)])
def test_a_value_tells_only_by_being_the_id(value: str, ours: bool | None) -> None:
    assert whose(alone={value}) is ours


@pytest.mark.parametrize(("remote", "ours"), [("1234567", None), ("12345678", False)])
def test_an_id_of_less_than_eight_signs_says_nothing_among_words(remote: str, ours: bool | None) -> None:
    assert whose(f"#{remote}", mark=OrderMark("bazaar", RemoteOrderId(remote))) is ours


def test_a_short_id_still_tells_alone() -> None:
    assert whose(alone={"77"}, mark=OrderMark("bazaar", RemoteOrderId("77"))) is False


def found(order: str, ours: bool) -> FoundOrder:
    return FoundOrder(ShopOrderId(order), order.upper(), ours)


def test_ours_comes_first_and_an_order_that_was_found_twice_is_one() -> None:
    hits = [found("a", False), found("b", True), found("a", True), found("c", False), found("b", False)]
    assert each_once(hits) == (found("b", True), found("a", True), found("c", False))


def test_our_order_is_the_first_with_our_mark_and_keeps_its_lines() -> None:
    lines = {"l-1": LineId("10")}
    hits = [found("a", False), FoundOrder(ShopOrderId("b"), "B", True, lines), found("c", True)]
    assert our_order(hits) == ShopOrderRef(ShopOrderId("b"), "B", True, lines)
    assert our_order(hits[:1]) is None

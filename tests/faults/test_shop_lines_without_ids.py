"""A shop whose order lines cannot carry the marketplace's ids: they are told apart by what the shop said when it made them."""

from __future__ import annotations

import pytest

from listbridge.domain.ids import LineId, ShopOrderId
from listbridge.domain.orders.orders import Telling
from simulators.faults import Fault
from tests.fakes.scripted_orders import Placed
from tests.faults.order_stories import Story, home, parcels_told, story


@pytest.fixture
def s() -> Story:
    made = story()
    made.shop.book.lines_carry_ids = False
    made.sell("A", 5)
    return made


def lines_of(s: Story, placed: Placed) -> dict[str, LineId]:
    made = s.order(placed).shop_order
    assert made is not None
    return dict(made.lines)


def expected(placed: Placed, id: ShopOrderId) -> dict[str, LineId]:
    return {f"{id}-{place}": line.id for place, line in enumerate(placed.facts.lines)}


def test_the_lines_ids_are_saved_with_the_shops_order(s: Story) -> None:
    placed, id = home(s)
    assert lines_of(s, placed) == expected(placed, id)


def test_a_parcel_is_told_with_its_lines(s: Story) -> None:
    placed, id = home(s, 2)
    line = placed.facts.lines[0].id
    s.shop.book.fulfil(id, {line: 1}, tracking="AB12")
    s.rest()
    assert parcels_told(placed) == [({line: 1}, "AB12")]
    assert [one.state for one in s.order(placed).told.values()] == [Telling.TOLD]


def test_the_lines_of_an_order_whose_answer_was_lost_are_found_by_the_look(s: Story) -> None:
    s.shop.plan.add(Fault("create_order", "drop_after"))
    placed = s.buy("A")
    s.run(300)
    id = s.the_one(placed).shown.id
    assert lines_of(s, placed) == expected(placed, id)
    s.shop.book.fulfil(id, tracking="AB12")
    s.rest()
    assert parcels_told(placed) == [({placed.facts.lines[0].id: 1}, "AB12")]
    s.in_order()


def test_where_lines_carry_ids_nothing_is_saved() -> None:
    s = story()
    s.sell("A", 5)
    placed, _ = home(s)
    assert lines_of(s, placed) == {}

"""A marketplace that does not show what is in a shipment: a parcel is recognised by its number, and the buyer is mailed once."""

from __future__ import annotations

import pytest

from listbridge.domain.orders.orders import Telling
from simulators.faults import Fault
from tests.fakes.scripted_orders import ORDER_TRAITS, Placed
from tests.fakes.world import ACCOUNT
from tests.faults.order_stories import Story, home, line_of, parcels_told, story


@pytest.fixture
def s() -> Story:
    made = story()
    made.market.book.tells_no_lines = True
    made.sell("A", 5)
    return made


def states(s: Story, placed: Placed) -> list[Telling]:
    return [one.state for one in s.order(placed).told.values()]


@pytest.mark.parametrize("tracking", ["AB 12", ""])
@pytest.mark.parametrize("lag", [0, ORDER_TRAITS.settle_s - 1])
def test_a_parcel_is_told_once_when_the_answer_is_lost(s: Story, lag: float, tracking: str) -> None:
    placed, id = home(s)
    s.market.book.shipments_lag_s = lag
    s.market.plan.add(Fault("ship", "drop_after"))
    s.shop.book.fulfil(id, tracking=tracking)
    s.rest()
    assert parcels_told(placed) == [({line_of(placed): 1}, tracking.replace(" ", ""))]
    assert states(s, placed) == [Telling.TOLD]
    s.in_order()


@pytest.mark.parametrize("numbers", [("AB12", "CD34"), ("", "")])
def test_two_parcels_are_each_told_once_though_the_first_answer_was_lost(s: Story, numbers: tuple[str, str]) -> None:
    placed, id = home(s, 2)
    s.market.plan.add(Fault("ship", "drop_after"))
    for number in numbers:
        s.shop.book.fulfil(id, {line_of(placed): 1}, tracking=number)
        s.rest()
    assert parcels_told(placed) == [({line_of(placed): 1}, number) for number in numbers]
    assert states(s, placed) == [Telling.TOLD] * 2
    s.in_order()


def test_what_the_seller_told_by_hand_is_not_told_again(s: Story) -> None:
    placed, id = home(s)
    s.shop.posts = False
    parcel = s.shop.book.fulfil(id, tracking="AB12")
    s.market.book.ship(ACCOUNT, placed.facts.id, parcel)
    s.shop.posts = True
    s.rest()
    assert parcels_told(placed) == [({line_of(placed): 1}, "AB12")]
    assert s.fate.calls.count("remote.ship") == 0

"""An order's whole way, killed before every single write and call, and done by two workers at once at every one of them.

In the full run the loops leave no point out: they go on until a run is over before its turn to die comes. In `make test` a
worker dies at every second point, and a second worker comes at every fifth, for each lane at another. What a dead worker held
comes again when the queue returns it, or, in the other half of the cases, is taken by another worker at once, while the dead
one's leases still stand.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from listbridge.domain.ids import LineId
from listbridge.domain.orders.orders import ImportState
from listbridge.domain.work import Lane
from tests.fakes.scripted_orders import Placed
from tests.fakes.world import ACCOUNT
from tests.faults.order_stories import SECOND, Story, story

pytestmark = pytest.mark.timeout(600)
LANES = [Lane.ORDERS, Lane.FULFILLMENTS, Lane.SHOP_EVENTS]


def two_accounts() -> Story:
    s = story(accounts=2)
    s.sell("A", 3, accounts=(ACCOUNT, SECOND))
    s.sell("B", 3)
    return s


def bought(s: Story) -> Placed:
    """An order that was seen, created and absorbed."""
    placed = s.buy("A", units=2)
    s.poll()
    s.run(30)
    assert s.order(placed).absorbed_from is not None
    return placed


def nothing_before(s: Story) -> Placed | None:
    return None


def an_order_comes_home(s: Story, _: Placed | None) -> None:
    s.buy("A", units=2)
    s.buy("B")
    s.run(70)


def the_shop_ships_in_two_parcels(s: Story, placed: Placed | None) -> None:
    assert placed is not None
    id, line = s.the_one(placed).shown.id, LineId(f"{placed.facts.id}-1")
    s.shop.book.fulfil(id, {line: 1}, tracking="AB 1", carrier="DHL")
    s.run(1)
    s.shop.book.fulfil(id, {line: 1})
    s.run(40)


def the_buyer_cancels(s: Story, placed: Placed | None) -> None:
    assert placed is not None
    s.market.book.cancel(placed)
    s.run(70)


def the_shop_cancels(s: Story, placed: Placed | None) -> None:
    assert placed is not None
    s.shop.book.cancel(s.the_one(placed).shown.id)
    s.run(20)


ACTS = [
    (nothing_before, an_order_comes_home, 60),
    (bought, the_shop_ships_in_two_parcels, 20),
    (bought, the_buyer_cancels, 20),
    (bought, the_shop_cancels, 8),
]


def another_worker_is_there(s: Story) -> None:
    """What waits or is being worked on is taken by somebody else now."""
    queues = s.world.stores.queues
    for lane in LANES:
        messages = queues.messages(lane)
        queues.send(lane, *messages)


@pytest.mark.parametrize(
    ("at_once", "first", "step"),
    [
        pytest.param(False, 1, 2, id="later"),
        pytest.param(True, 2, 2, id="at_once"),
        pytest.param(False, 1, 1, id="later, at every point", marks=pytest.mark.full),
        pytest.param(True, 1, 1, id="at_once, at every point", marks=pytest.mark.full),
    ],
)
@pytest.mark.parametrize(("before", "act", "least"), ACTS, ids=[act[1].__name__ for act in ACTS])
def test_a_worker_that_dies_at_any_point_leaves_everything_to_the_next(
    before: Callable[[Story], Placed | None],
    act: Callable[[Story, Placed | None], None],
    least: int,
    at_once: bool,
    first: int,
    step: int,
) -> None:
    for cut in count(first, step):
        s = two_accounts()
        placed = before(s)
        s.fate.die_in(cut)
        act(s, placed)
        died = s.world.deaths > 0
        s.fate.revive()
        if died and at_once:
            another_worker_is_there(s)
        s.rest()
        finished(s, f"cut {cut}")
        if not died:
            break
    assert cut > least


@pytest.mark.parametrize(
    ("lane", "first", "step"),
    [(lane, first, 5) for first, lane in enumerate(LANES, 1)]
    + [pytest.param(lane, 1, 1, marks=pytest.mark.full) for lane in LANES],
)
@pytest.mark.parametrize(("before", "act", "least"), ACTS, ids=[act[1].__name__ for act in ACTS])
def test_a_second_worker_with_the_same_messages_at_any_point_does_no_harm(
    before: Callable[[Story], Placed | None],
    act: Callable[[Story, Placed | None], None],
    least: int,
    lane: Lane,
    first: int,
    step: int,
) -> None:
    for cut in count(first, step):
        s = two_accounts()
        placed = before(s)
        came: list[int] = []

        def come(s: Story = s, came: list[int] = came) -> None:
            another_worker_is_there(s)
            came.append(s.world.deliver(lane))

        s.fate.meanwhile("*", come, nth=cut)
        act(s, placed)
        if not came:
            break
        s.rest()
        finished(s, f"cut {cut}")
    assert cut > least


def finished(s: Story, at: str) -> None:
    """Every order is in the shop, once, and everything is in order; nothing needed the six-hourly comparison."""
    try:
        for placed in s.market.book.placed.values():
            assert s.order(placed).state is ImportState.CREATED, s.order(placed)
        s.in_order()
    except AssertionError as error:
        raise AssertionError(f"{at} ({s.fate.calls[-1]}): {error}") from error

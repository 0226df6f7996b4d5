"""Orders between the simulators of the first pair, real handlers and adapters: killed between any two calls, and every
call to eBay and to Shopify spoiled.

In the full run the loops leave no point out: a run without a fault tells how many calls there are, and each is then cut, or
spoiled in every way. `make test` cuts at every eighth, and spoils each call in one of the seven ways.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from listbridge.domain.orders.orders import ImportState
from listbridge.domain.work import Lane
from simulators.faults import Fault
from tests.faults.pair_sales import Sales, sales

pytestmark = pytest.mark.timeout(900)
Act = Callable[[Sales], None]


def an_order_comes_home(s: Sales) -> None:
    s.buy("A", 2, delivery_cost="4.90")
    s.buy("B")
    s.run(75)


def at_home() -> Sales:
    """Two orders that are in the shop, with their stock taken and absorbed."""
    s = sales()
    an_order_comes_home(s)
    assert all(s.row(remote).absorbed_from is not None for remote in s.bought)
    return s


def the_shop_ships_in_two_parcels(s: Sales) -> None:
    first, second = s.bought
    s.ship(first, {"A": 1}, "1ZFIRST")
    s.run(2)
    s.ship(first, {"A": 1}, "1ZSECOND")
    s.ship(second, tracking="1ZOTHER")
    s.run(70)


def the_buyer_cancels(s: Sales) -> None:
    s.p.ebay.deeds.cancel_order(s.bought[0])
    s.run(75)


ACTS: list[tuple[Callable[[], Sales], Act, int]] = [
    (sales, an_order_comes_home, 90),
    (at_home, the_shop_ships_in_two_parcels, 40),
    (at_home, the_buyer_cancels, 25),
]
BY_NAME = [act.__name__ for _, act, _ in ACTS]
STEPS = (8, pytest.param(1, marks=pytest.mark.full))
"""Each call of the real adapters is spoiled in turn below, and `test_orders_cuts.py` cuts the same stories at every point of the
services: what both leave, how the two meet, is sampled here, and met at every point in the full run."""
KINDS = ["drop_after", "drop_before", "html", "late", "429", "503", "401"]
WAYS = [(kind, first, 7) for first, kind in enumerate(KINDS)] + [
    pytest.param(kind, 0, 1, marks=pytest.mark.full) for kind in KINDS
]
"""How a call is spoiled, from which call on, and how far apart: seven neighbours share the ways among them."""


def finished(s: Sales, at: object) -> None:
    try:
        for remote in s.bought:
            assert s.row(remote).state is ImportState.CREATED, s.row(remote)
        s.in_order()
        for remote in s.bought:
            parcels = [
                (parcel["tracking_number"], sum(int(line["quantity"]) for line in parcel["line_items"]))
                for parcel in s.one(remote)["fulfillments"]
            ]
            assert sorted(s.told(remote)) == sorted(parcels), remote
            assert s.cancelled(remote) == (s.one(remote)["cancelled_at"] is not None)
    except AssertionError as error:
        raise AssertionError(f"{at}, after {s.p.fate.calls[-3:]}: {error}") from error


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(("before", "act", "least"), ACTS, ids=BY_NAME)
def test_a_worker_killed_between_any_two_calls_leaves_it_to_the_next(
    before: Callable[[], Sales], act: Act, least: int, step: int
) -> None:
    for cut in count(1, step):
        s = before()
        s.p.fate.die_in(cut)
        act(s)
        died = s.p.world.deaths > 0
        s.rest()
        finished(s, f"cut {cut}")
        if not died:
            break
    assert cut > least


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("lane", [Lane.ORDERS, Lane.FULFILLMENTS])
@pytest.mark.parametrize(("before", "act", "least"), ACTS, ids=BY_NAME)
def test_a_second_worker_with_the_same_messages_at_any_call_does_no_harm(
    before: Callable[[], Sales], act: Act, least: int, lane: Lane, step: int
) -> None:
    for cut in count(1, step):
        s = before()
        came: list[int] = []

        def come(s: Sales = s, came: list[int] = came) -> None:
            queues = s.p.world.stores.queues
            queues.send(lane, *queues.messages(lane))
            came.append(s.p.world.deliver(lane))

        s.p.fate.meanwhile("*", come, nth=cut)
        act(s)
        if not came:
            break
        s.rest()
        finished(s, f"cut {cut}")
    assert cut > least


@pytest.mark.parametrize(("kind", "first", "step"), WAYS)
@pytest.mark.parametrize(("before", "act", "least"), ACTS, ids=BY_NAME)
def test_each_call_to_ebay_spoiled_in_turn_ends_in_order(
    before: Callable[[], Sales], act: Act, least: int, kind: str, first: int, step: int
) -> None:
    for n in count(first, step):
        s = before()
        s.p.ebay.faults.add(fault(kind, n))
        act(s)
        struck = s.p.ebay.faults.waiting() == 0
        s.rest(heal=not struck)
        finished(s, f"call {n} spoiled")
        if not struck:
            break
    assert n >= 2


@pytest.mark.parametrize(("kind", "first", "step"), WAYS)
@pytest.mark.parametrize(("before", "act", "least"), ACTS, ids=BY_NAME)
def test_each_call_to_shopify_spoiled_in_turn_ends_in_order(
    before: Callable[[], Sales], act: Act, least: int, kind: str, first: int, step: int
) -> None:
    for n in count(first, step):
        s = before()
        s.p.shopify.faults.add(fault(kind, n))
        act(s)
        struck = s.p.shopify.faults.waiting() == 0
        s.rest(heal=not struck)
        finished(s, f"call {n} spoiled")
        if not struck:
            break
    assert n >= 2


def fault(kind: str, skip: int) -> Fault:
    if kind == "late":
        return Fault("*", "vendor", skip=skip, name="late", seconds=8.0)
    if kind.isdigit():
        return Fault("*", "status", skip=skip, status=int(kind))
    return Fault("*", kind, skip=skip, status=502)  # type: ignore[arg-type]

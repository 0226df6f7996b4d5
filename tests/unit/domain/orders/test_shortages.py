"""Which units are missing for certain, which orders share them, and which read is not believed yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.catalog import Observation, Reservation, Variant, VariantFacts, Visibility
from listbridge.domain.ids import LineId, LocationId, OrderKey, RemoteOrderId, Sku
from listbridge.domain.orders.orders import CreateAttempt, ImportState, Order, Shipment
from listbridge.domain.orders.reserving import entry_name
from listbridge.domain.orders.shortages import may_show, sharers, short_units, taken_by
from tests.fakes.remote_orders import ACCOUNT, NOW, match, order_row, sold, variant_key

HERE, THERE, MUG = LocationId("here"), LocationId("there"), LineId("line-MUG")
LAG = timedelta(seconds=2)


def an_order(number: int, units: int = 1, **changes: Any) -> Order:
    """The n-th order by age, in the shop unless it says otherwise."""
    placed = {"placed_at": NOW + timedelta(minutes=number)}
    row = order_row(
        sold("MUG", units), facts=placed, state=ImportState.CREATED, matches={MUG: match()}, confirmed_at=NOW
    )
    return replace(row, key=OrderKey(ACCOUNT, RemoteOrderId(f"12-{number}")), **changes)


def a_variant(stock: int, *orders: Order, seen: tuple[int, int] = (10, 11), there: int | None = None) -> Variant:
    held = {
        entry_name(order.key, MUG): Reservation(order.facts.lines[0].quantity, order.absorbed_from) for order in orders
    }
    return Variant(
        key=variant_key(),
        facts=VariantFacts(
            variant_key().variant,
            Sku("MUG"),
            "Mug",
            None,
            stock={HERE: stock} | ({} if there is None else {THERE: there}),
        ),
        visibility=Visibility.VISIBLE,
        observation=Observation(*seen),
        reservations=held,
    )


def read(stored: Variant, stock: int, *seen: int, **facts: Any) -> Variant:
    start, end = seen
    stocks = {**stored.facts.stock, HERE: stock}
    return replace(stored, facts=replace(stored.facts, stock=stocks, **facts), observation=Observation(start, end))


def by_key(*orders: Order) -> dict[OrderKey, Order]:
    return {order.key: order for order in orders}


# ---- what a read may know ----


@pytest.mark.parametrize(
    ("began", "absorbed", "seen", "doubtful"),
    [
        (5, None, (3, 4), False),  # over before the create began
        (5, None, (4, 6), True),
        (5, None, (6, 7), True),
        (5, 9, (8, 10), True),
        (5, 9, (9, 10), False),  # certain to know of it
        (None, None, (1, 2), True),  # another tool made it, nobody knows when
        (None, 9, (9, 10), False),
    ],
)
def test_between_the_create_and_its_absorption_a_read_may_know_of_an_order(
    began: int | None, absorbed: int | None, seen: tuple[int, int], doubtful: bool
) -> None:
    order = an_order(1, create_began=began, absorbed_from=absorbed)
    assert may_show(order, Observation(*seen)) is doubtful


@pytest.mark.parametrize("state", [ImportState.WAITING, ImportState.READY, ImportState.FAILED])
def test_no_read_knows_of_an_order_that_nobody_created(state: ImportState) -> None:
    assert not may_show(an_order(1, state=state, create_began=None), Observation(1, 2))


# ---- what is missing for certain ----


def test_two_orders_for_one_unit_miss_one_before_either_is_created() -> None:
    one, two = (an_order(n, state=ImportState.READY) for n in (1, 2))
    assert short_units(a_variant(1, one, two), [one, two], ()) == 1


def test_a_unit_that_the_read_may_have_counted_already_is_not_missing() -> None:
    order = an_order(1, create_began=5)
    assert short_units(a_variant(0, order, seen=(6, 7)), [order], ()) == 0
    assert short_units(a_variant(0, order, seen=(3, 4)), [order], ()) == 1


def test_an_absorbed_order_whose_number_is_newer_than_the_read_is_not_missing_either() -> None:
    order = an_order(1, create_began=5, absorbed_from=9)
    assert short_units(a_variant(0, order, seen=(6, 7)), [order], ()) == 0


def test_an_unclear_create_may_have_been_counted() -> None:
    order = an_order(1, state=ImportState.UNCLEAR, create_began=5)
    assert short_units(a_variant(0, order, seen=(6, 7)), [order], ()) == 0


def test_below_zero_after_everything_was_counted_the_rest_is_missing() -> None:
    orders = [an_order(n, create_began=2, absorbed_from=5) for n in (1, 2, 3)]
    assert short_units(a_variant(-2, *orders), orders, ()) == 2


def test_what_is_gone_from_the_shop_is_not_short() -> None:
    order = an_order(1, state=ImportState.READY)
    assert short_units(replace(a_variant(0, order), absent=True), [order], ()) == 0


# ---- who shares it ----


def test_the_newest_orders_share_so_many_that_not_all_can_be_served() -> None:
    orders = by_key(*(an_order(n) for n in range(1, 6)))
    variant = a_variant(-1, *orders.values())
    newest = [OrderKey(ACCOUNT, RemoteOrderId(f"12-{n}")) for n in (5, 4, 3, 2, 1)]
    assert sharers(variant, orders, 1) == set(newest[:2])
    assert sharers(variant, orders, 2) == set(newest[:3])
    assert sharers(variant, orders, 9) == set(newest)
    assert sharers(variant, orders, 0) == set()


def test_an_order_of_more_units_than_are_missing_is_alone_with_it() -> None:
    orders = by_key(an_order(1), an_order(2, units=3))
    assert sharers(a_variant(-1, *orders.values()), orders, 1) == {OrderKey(ACCOUNT, RemoteOrderId("12-2"))}


def test_what_is_finished_shares_nothing() -> None:
    done = an_order(3, completed_at=NOW)
    shipped = an_order(2)
    shipped = replace(shipped, facts=replace(shipped.facts, shipment=Shipment.SHIPPED))
    orders = by_key(an_order(1), shipped, done)
    assert sharers(a_variant(-1, *orders.values()), orders, 1) == {OrderKey(ACCOUNT, RemoteOrderId("12-1"))}


UNITS = st.lists(st.integers(1, 3), min_size=1, max_size=6)


@given(units=UNITS, missing=st.integers(1, 8))
def test_sharers_cannot_all_be_served_and_none_of_them_is_one_too_many(units: list[int], missing: int) -> None:
    orders = by_key(*(an_order(n, units=count) for n, count in enumerate(units)))
    chosen = sharers(a_variant(0, *orders.values()), orders, missing)
    total = [orders[key].facts.lines[0].quantity for key in sorted(chosen)]
    oldest = min(chosen, key=lambda key: orders[key].facts.placed_at)
    assert sum(total) > missing or len(chosen) == len(orders)
    assert sum(total) - orders[oldest].facts.lines[0].quantity <= missing


# ---- which read is not believed yet ----


def stored_and_made(stock: int = 5, units: int = 1, **changes: Any) -> tuple[Variant, Order]:
    order = an_order(1, units, **({"create_began": 12} | changes))
    return a_variant(stock, order, seen=(10, 11)), order


def deferred(stored: Variant, seen: Variant, *orders: Order, after_s: float = 1.0) -> bool:
    return taken_by(stored, seen, orders, now=NOW + timedelta(seconds=after_s), read_lag=LAG)


def test_a_read_that_shows_an_order_s_units_gone_waits_for_the_absorption() -> None:
    stored, order = stored_and_made(units=2)
    assert deferred(stored, read(stored, 3, 13, 14), order)
    assert deferred(stored, read(stored, 4, 13, 14), order)  # one of the two, as yet


def test_a_read_that_shows_more_gone_than_the_order_took_is_believed() -> None:
    stored, order = stored_and_made()
    assert not deferred(stored, read(stored, 3, 13, 14), order)


@pytest.mark.parametrize("stock", [5, 6])
def test_a_read_that_shows_nothing_gone_is_believed(stock: int) -> None:
    stored, order = stored_and_made()
    assert not deferred(stored, read(stored, stock, 13, 14), order)


def test_a_read_that_shows_another_price_or_title_or_place_is_believed() -> None:
    stored, order = stored_and_made()
    assert not deferred(stored, read(stored, 4, 13, 14, title="Cup"), order)
    assert not deferred(stored, replace(read(stored, 4, 13, 14), visibility=Visibility.DRAFT), order)
    there = read(stored, 4, 13, 14)
    assert not deferred(stored, replace(there, facts=replace(there.facts, stock={THERE: 4})), order)


def test_a_unit_that_moved_between_places_hides_no_order() -> None:
    order = an_order(1, create_began=12)
    stored = a_variant(5, order, there=0)
    moved = read(stored, 3, 13, 14)
    assert not deferred(stored, replace(moved, facts=replace(moved.facts, stock={HERE: 3, THERE: 1})), order)


def test_a_read_from_before_the_create_or_after_the_absorption_is_believed() -> None:
    stored, order = stored_and_made()
    stored = replace(stored, observation=Observation(8, 9))
    assert not deferred(stored, read(stored, 4, 10, 11), order)
    assert not deferred(stored, read(stored, 4, 15, 16), replace(order, absorbed_from=15))


def test_where_what_stands_may_know_of_the_order_already_a_read_is_believed() -> None:
    stored, order = stored_and_made()
    stored = replace(stored, observation=Observation(11, 13))
    assert not deferred(stored, read(stored, 4, 14, 15), order)


def test_an_order_that_another_tool_made_hides_nothing() -> None:
    stored, order = stored_and_made(create_began=None)
    assert not deferred(stored, read(stored, 4, 13, 14), order)


def test_an_absorption_that_does_not_come_is_not_waited_for() -> None:
    stored, order = stored_and_made()
    assert deferred(stored, read(stored, 4, 13, 14), order, after_s=6.9)
    assert not deferred(stored, read(stored, 4, 13, 14), order, after_s=7.0)


def test_a_create_under_way_is_waited_for_until_its_request_is_over() -> None:
    attempt = CreateAttempt("c1", deadline=NOW + timedelta(seconds=30), next_look_at=NOW)
    stored, order = stored_and_made(state=ImportState.CREATING, attempt=attempt)
    assert deferred(stored, read(stored, 4, 13, 14), order, after_s=29)
    assert not deferred(stored, read(stored, 4, 13, 14), order, after_s=30)


@given(stock=st.integers(0, 6), units=st.integers(1, 3), fall=st.integers(-2, 8), waiting=st.integers(0, 3))
def test_what_stands_while_a_read_waits_never_offers_more_than_the_read_shows(
    stock: int, units: int, fall: int, waiting: int
) -> None:
    made, other = an_order(1, units, create_began=12), an_order(2, waiting or 1, state=ImportState.READY)
    held = (made, other) if waiting else (made,)
    stored = a_variant(stock, *held, seen=(10, 11))
    if deferred(stored, read(stored, stock - fall, 13, 14), *held):
        assert stock - stored.reserved() <= stock - fall

"""Which stock an order holds, from when on and until when (protocol.md#reservations)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.catalog import Observation, Reservation, Variant, VariantFacts, Visibility
from listbridge.domain.ids import LineId, LocationId, OrderKey, RemoteOrderId, Sku
from listbridge.domain.orders.changes import UNPAID_EXPIRED
from listbridge.domain.orders.orders import Cancellation, ImportState, Order, Payment, Shipment
from listbridge.domain.orders.reserving import (
    changes_to,
    entry_name,
    holds_stock,
    is_total,
    missing_units,
    orders_of,
    reservations_of,
    still_counting,
    total_name,
    totals_changed,
)
from listbridge.domain.orders.schedule import OBSERVED
from listbridge.domain.problem import Problem
from tests.fakes.remote_orders import ACCOUNT, NOW, match, order_row, sold, variant_key

HERE, THERE = LocationId("here"), LocationId("there")
MUG, CUP = LineId("line-MUG"), LineId("line-CUP")


def a_variant(
    sku: str = "MUG",
    *,
    stock: Mapping[LocationId, int] | None = None,
    held: Mapping[str, Reservation] | None = None,
    seen_from: int = 10,
    absent: bool = False,
    **facts: Any,
) -> Variant:
    return Variant(
        key=variant_key(sku),
        facts=VariantFacts(variant_key(sku).variant, Sku(sku), sku, None, stock=stock or {}, **facts),
        visibility=Visibility.VISIBLE,
        observation=Observation(seen_from, seen_from + 1),
        reservations=held or {},
        absent=absent,
    )


def begun(state: ImportState, **changes: Any) -> Order:
    return order_row(state=state, matches={MUG: match()}, **changes)


# ---- holds_stock ----


def test_an_order_holds_its_stock_from_first_sight() -> None:
    assert holds_stock(order_row())


@pytest.mark.parametrize(
    "facts",
    [
        {"cancellation": Cancellation.CANCELLED},
        {"payment": Payment.FAILED},
        {"payment": Payment.REFUNDED},
        {"shipment": Shipment.SHIPPED},
        {"fulfilled_by_marketplace": True},
        {"placed_at": NOW - timedelta(days=2)},  # before the account was connected
    ],
    ids=lambda facts: next(iter(facts)),
)
def test_what_the_seller_need_not_deliver_from_the_shop_holds_nothing(facts: dict[str, Any]) -> None:
    assert not holds_stock(order_row(facts=facts))


@pytest.mark.parametrize(
    "facts",
    [
        {"payment": Payment.PENDING},
        {"payment": Payment.PARTLY_REFUNDED},
        {"cancellation": Cancellation.REQUESTED},
        {"shipment": Shipment.PARTLY},
    ],
    ids=str,
)
def test_what_may_still_have_to_be_delivered_holds_its_stock(facts: dict[str, Any]) -> None:
    assert holds_stock(order_row(facts=facts))


def test_an_order_that_nobody_paid_in_time_lets_go() -> None:
    row = order_row(facts={"payment": Payment.PENDING})
    assert not holds_stock(replace(row, state=ImportState.SKIPPED, reason=Problem(UNPAID_EXPIRED)))


def test_an_order_that_the_seller_handles_elsewhere_lets_go() -> None:
    assert not holds_stock(order_row(handled_outside_by="ada"))


def test_an_order_seen_while_the_account_observed_is_another_tools_until_it_is_exported() -> None:
    row = order_row(seen_while=OBSERVED)
    assert not holds_stock(row)
    assert holds_stock(replace(row, exported_by="ada"))


def test_an_order_seen_while_automatic_creation_was_off_holds_its_stock() -> None:
    assert holds_stock(order_row(seen_while="automatic_creation_off"))


@pytest.mark.parametrize("state", [ImportState.CREATING, ImportState.UNCLEAR])
def test_while_a_create_may_have_happened_the_order_holds_on_even_when_cancelled(state: ImportState) -> None:
    row = order_row(state=state, facts={"cancellation": Cancellation.CANCELLED})
    assert holds_stock(row)


def test_an_order_in_the_shop_holds_on_until_it_is_done() -> None:
    row = order_row(state=ImportState.CREATED, facts={"shipment": Shipment.SHIPPED})
    assert holds_stock(row)
    assert not holds_stock(replace(row, completed_at=NOW))


# ---- what has to stand, and what is to be taken away ----


def test_each_matched_line_stands_on_its_variant_with_its_units() -> None:
    row = order_row(
        sold("MUG", 2),
        sold("CUP", 1),
        sold("MUG", 3, id="again"),
        matches={MUG: match(), LineId("again"): match(), CUP: match("CUP")},
        absorbed_from=7,
    )
    assert reservations_of(row) == {
        variant_key("MUG"): {MUG: Reservation(2, 7), LineId("again"): Reservation(3, 7)},
        variant_key("CUP"): {CUP: Reservation(1, 7)},
    }


def test_lines_without_a_match_or_without_units_stand_nowhere() -> None:
    row = order_row(sold("MUG", 0), sold("CUP", 1), matches={MUG: match()})
    assert reservations_of(row) == {}


def test_a_match_of_a_line_that_the_order_no_longer_has_stands_nowhere() -> None:
    row = order_row(sold("MUG", 1), matches={LineId("gone"): match("CUP")})
    assert reservations_of(row) == {}


def test_what_stood_and_is_wanted_no_longer_is_taken_away() -> None:
    row = order_row(sold("MUG", 2), matches={MUG: match("CUP")}, reserved=frozenset({(MUG, variant_key("MUG"))}))
    assert changes_to(row) == {variant_key("CUP"): {MUG: Reservation(2)}, variant_key("MUG"): {MUG: None}}


def test_what_stands_and_is_still_wanted_is_written_again_and_not_taken_away() -> None:
    row = order_row(sold("MUG", 2), matches={MUG: match()}, reserved=frozenset({(MUG, variant_key("MUG"))}))
    assert changes_to(row) == {variant_key("MUG"): {MUG: Reservation(2)}}


def test_an_order_that_lets_go_takes_away_all_that_may_stand() -> None:
    row = order_row(
        sold("MUG", 2),
        matches={MUG: match()},
        handled_outside_by="ada",
        reserved=frozenset({(MUG, variant_key("MUG")), (MUG, variant_key("CUP"))}),
    )
    assert changes_to(row) == {variant_key("MUG"): {MUG: None}, variant_key("CUP"): {MUG: None}}


# ---- when a finished order's reservation may go ----

RESERVED = frozenset({(MUG, variant_key("MUG")), (CUP, variant_key("CUP"))})


def test_a_reservation_counts_on_until_every_variant_was_read_after_the_shop_had_counted() -> None:
    row = order_row(state=ImportState.CREATED, absorbed_from=20, reserved=RESERVED)
    before, after = a_variant("MUG", seen_from=19), a_variant("CUP", seen_from=20)
    assert still_counting(row, {before.key: before, after.key: after})
    assert not still_counting(row, {after.key: after})
    again = replace(before, observation=Observation(20, 21))
    assert not still_counting(row, {again.key: again, after.key: after})


def test_an_order_that_never_came_to_the_shop_counts_on_for_nobody() -> None:
    row = order_row(state=ImportState.SKIPPED, reserved=RESERVED)
    assert not still_counting(row, {variant_key("MUG"): a_variant()})


def test_until_it_is_known_from_when_the_shop_counts_an_order_counts_on() -> None:
    assert still_counting(order_row(state=ImportState.CREATED, reserved=RESERVED), {})


def test_a_variant_that_is_gone_from_the_shop_keeps_no_finished_order_waiting() -> None:
    row = order_row(state=ImportState.CREATED, absorbed_from=20, reserved=RESERVED)
    gone = a_variant("MUG", seen_from=3, absent=True)  # never observed again: it is gone already
    assert not still_counting(row, {gone.key: gone})


# ---- units that are missing ----


def held(quantity: int, absorbed_from: int | None = None) -> dict[str, Reservation]:
    return {"acc_1#12-1#line-MUG": Reservation(quantity, absorbed_from)}


@pytest.mark.parametrize(("stock", "reserved", "missing"), [(5, 5, 0), (5, 6, 1), (0, 2, 2), (-1, 1, 2), (7, 0, 0)])
def test_units_promised_beyond_the_shops_stock_are_missing(stock: int, reserved: int, missing: int) -> None:
    assert missing_units(a_variant(stock={HERE: stock}, held=held(reserved)), ()) == missing


def test_only_the_chosen_locations_count_and_without_a_choice_all_do() -> None:
    variant = a_variant(stock={HERE: 1, THERE: 4}, held=held(3))
    assert missing_units(variant, ()) == 0
    assert missing_units(variant, (HERE,)) == 2
    assert missing_units(variant, (HERE, LocationId("elsewhere"))) == 2


def test_where_the_shop_gives_no_number_nothing_is_called_missing() -> None:
    assert missing_units(a_variant(held=held(3)), ()) == 0
    assert missing_units(a_variant(stock={THERE: 1}, held=held(3)), (HERE,)) == 0


def test_items_that_are_not_counted_or_may_be_oversold_miss_nothing() -> None:
    assert missing_units(a_variant(stock={HERE: 0}, held=held(3), tracked=False), ()) == 0
    assert missing_units(a_variant(stock={HERE: 0}, held=held(3), oversell=True), ()) == 0


def test_what_the_shop_has_counted_already_is_not_missing() -> None:
    assert missing_units(a_variant(stock={HERE: 0}, held=held(3, 10), seen_from=10), ()) == 0
    assert missing_units(a_variant(stock={HERE: 0}, held=held(3, 11), seen_from=10), ()) == 3


def test_the_orders_behind_reservations_are_found_by_their_names() -> None:
    one, two = OrderKey(ACCOUNT, RemoteOrderId("12-1")), OrderKey(ACCOUNT, RemoteOrderId("a#b"))
    names = [entry_name(one, MUG), entry_name(one, CUP), entry_name(two, MUG)]
    assert names[0] == "acc_1#12-1#line-MUG"
    assert orders_of(names) == {one, two}


# ---- totals on the variant's row ----

NUMBERS = st.one_of(st.none(), st.integers(1, 6))
HELD = st.one_of(st.none(), st.builds(Reservation, st.integers(1, 3), NUMBERS))
STEPS = st.lists(st.tuples(st.dictionaries(st.sampled_from("abcd"), HELD, max_size=3), st.integers(0, 1)), max_size=12)


@given(steps=STEPS, old=st.dictionaries(st.sampled_from("ab"), st.builds(Reservation, st.integers(1, 3), NUMBERS)))
def test_totals_always_count_what_the_lines_do(
    steps: list[tuple[dict[str, Reservation | None], int]], old: dict[str, Reservation]
) -> None:
    """`old` stands in the row as the version before left it: each line alone."""
    row, lines, start = a_variant(held=old, seen_from=0), dict[str, Reservation](), 0
    alone = dict(old)
    for changes, later in steps:
        start += later
        row = replace(row, observation=Observation(start, start))
        entries = {**row.reservations, **totals_changed(row, lines, changes)}
        row = replace(row, reservations={name: one for name, one in entries.items() if one is not None})
        alone = {name: one for name, one in alone.items() if name not in changes}
        lines = {name: one for name, one in {**lines, **changes}.items() if one is not None}
        standing = [*lines.values(), *alone.values()]
        counting = [one for one in standing if one.absorbed_from is None or start < one.absorbed_from]
        assert row.reserved() == sum(one.quantity for one in counting)
        assert {name for name in row.reservations if not is_total(name)} == alone.keys()


def test_a_total_that_will_never_count_again_leaves_the_row() -> None:
    row = a_variant(held={total_name(5): Reservation(2, 5), total_name(12): Reservation(1, 12)}, seen_from=10)
    assert totals_changed(row, {}, {"x": Reservation(1)}) == {total_name(5): None, total_name(None): Reservation(1)}

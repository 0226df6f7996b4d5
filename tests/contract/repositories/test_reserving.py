"""An order's reservations on the shop's variants, each written with the proof that the order is still the one read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.catalog import Reservation
from listbridge.domain.ids import LineId, VariantKey
from listbridge.domain.orders.orders import Order
from listbridge.domain.ports import Conflict, Missing
from tests.contract.repositories.conftest import OurPorts
from tests.contract.repositories.races import at_once
from tests.contract.repositories.rows import order, order_key, variant, variant_key

ONE, TWO = LineId("l1"), LineId("l#2.3")


def observed(store: OurPorts, name: str, count: int = 1) -> list[VariantKey]:
    keys = [variant_key(name, str(number)) for number in range(count)]
    for key in keys:
        store.variants.observe(variant(key, 5, 1, 2))
    return keys


def saved(store: OurPorts, name: str, remote: str = "o1") -> Order:
    return store.orders.save(order(order_key(name, remote)))


def held(store: OurPorts, key: VariantKey) -> dict[str, Reservation]:
    return store.variants.reservations(key)


def test_a_reservation_is_set_replaced_and_removed(store: OurPorts, name: str) -> None:
    [key] = observed(store, name)
    first, second = saved(store, name), saved(store, name, "o2")
    for _ in range(2):
        store.orders.reserve(first, {key: {ONE: Reservation(1), TWO: Reservation(3)}})
    store.orders.reserve(second, {key: {ONE: Reservation(2)}})
    store.orders.reserve(first, {key: {ONE: Reservation(1, absorbed_from=3), TWO: None}})
    of_first, of_second = f"{first.key}#l1", f"{second.key}#l1"
    assert held(store, key) == {of_first: Reservation(1, 3), of_second: Reservation(2)}
    for _ in range(2):
        store.orders.reserve(second, {key: {ONE: None}})
    assert held(store, key) == {of_first: Reservation(1, 3)}


def test_the_entry_s_name_is_the_order_and_its_line(store: OurPorts, name: str) -> None:
    [key] = observed(store, name)
    row = saved(store, name)
    store.orders.reserve(row, {key: {TWO: Reservation(1)}})
    assert held(store, key) == {f"acc_{name}#o1#l#2.3": Reservation(1)}


def test_a_reservation_raises_the_variant_s_version_and_leaves_the_order_s(store: OurPorts, name: str) -> None:
    [key] = observed(store, name)
    row = saved(store, name)
    before = store.variants.get_many([key])[key]
    store.orders.reserve(row, {key: {ONE: Reservation(1)}})
    after = store.variants.get_many([key])[key]
    assert after.rev > before.rev
    assert replace(after, reservations={}, holders=0, rev=before.rev) == before
    assert (after.reserved(), after.holders) == (1, 1)
    assert store.orders.find(row.key) == row


def test_a_worker_that_was_overtaken_reserves_nothing(store: OurPorts, name: str) -> None:
    keys = observed(store, name, 3)
    old = saved(store, name)
    newer = store.orders.save(replace(old, tries=1))
    with pytest.raises(Conflict):
        store.orders.reserve(old, {key: {ONE: Reservation(1)} for key in keys})
    assert [held(store, key) for key in keys] == [{}, {}, {}]
    store.orders.reserve(newer, {keys[0]: {ONE: Reservation(1)}})
    with pytest.raises(Conflict):
        store.orders.reserve(old, {keys[0]: {ONE: None}})
    assert held(store, keys[0]) == {f"{old.key}#l1": Reservation(1)}


def test_an_order_that_was_never_saved_reserves_nothing(store: OurPorts, name: str) -> None:
    [key] = observed(store, name)
    with pytest.raises(Conflict):
        store.orders.reserve(order(order_key(name)), {key: {ONE: Reservation(1)}})
    assert held(store, key) == {}


def test_nothing_is_reserved_when_one_of_the_variants_was_never_observed(store: OurPorts, name: str) -> None:
    keys, stranger = observed(store, name, 2), variant_key(name, "stranger")
    row = saved(store, name)
    with pytest.raises(Missing) as raised:
        store.orders.reserve(row, {key: {ONE: Reservation(1)} for key in (keys[0], stranger, keys[1])})
    assert (raised.value.kind, raised.value.id) == ("variant", str(stranger))
    assert [held(store, key) for key in keys] == [{}, {}]
    assert store.variants.get_many([stranger]) == {}


def test_who_is_overtaken_and_names_a_stranger_is_told_that_he_was_overtaken(store: OurPorts, name: str) -> None:
    old = saved(store, name)
    store.orders.save(replace(old, tries=1))
    with pytest.raises(Conflict):
        store.orders.reserve(old, {variant_key(name, "stranger"): {ONE: Reservation(1)}})


def test_an_order_without_reservations_writes_nothing(store: OurPorts, name: str) -> None:
    row = saved(store, name)
    store.orders.reserve(row, {})
    assert store.orders.find(row.key) == row


def test_an_order_of_more_variants_than_one_transaction_takes_holds_them_all(store: OurPorts, name: str) -> None:
    keys = observed(store, name, 205)
    row = saved(store, name)
    store.orders.reserve(row, {key: {ONE: Reservation(1)} for key in keys})
    assert all(held(store, key) == {f"{row.key}#l1": Reservation(1)} for key in keys)
    rows = store.variants.get_many(keys)
    assert [(one.reserved(), one.holders) for one in rows.values()] == [(1, 1)] * 205


def test_orders_that_reserve_the_same_variant_at_once_are_all_there(store: OurPorts, name: str) -> None:
    [key] = observed(store, name)
    rows = [saved(store, name, f"o{number}") for number in range(6)]
    results = at_once(6, lambda n: store.orders.reserve(rows[n], {key: {ONE: Reservation(n + 1)}}))
    assert results == [None] * 6
    assert held(store, key) == {f"{row.key}#l1": Reservation(n + 1) for n, row in enumerate(rows)}


def test_a_reservation_and_a_newer_row_at_once_never_both_count_on_the_old_row(store: OurPorts, name: str) -> None:
    """Either the reservation was there before the row moved on, or it was refused: then nothing is left of it."""
    for number in range(5):
        keys = observed(store, f"{name}{number}")
        row = saved(store, name, f"o{number}")
        moved = replace(row, tries=1)
        results = at_once(
            2,
            lambda n, row=row, moved=moved, key=keys[0]: (  # type: ignore[misc]
                store.orders.save(moved) if n else store.orders.reserve(row, {key: {ONE: Reservation(1)}})
            ),
        )
        assert not isinstance(results[1], BaseException)
        entries = {f"{row.key}#l1": Reservation(1)}
        assert held(store, keys[0]) == ({} if isinstance(results[0], Conflict) else entries)


def test_an_observation_leaves_reservations_alone(store: OurPorts, name: str) -> None:
    [key] = observed(store, name)
    row = saved(store, name)
    store.orders.reserve(row, {key: {ONE: Reservation(2, absorbed_from=9)}})
    store.variants.observe(variant(key, 4, 3, 4, reservations={"x": Reservation(7)}))
    assert held(store, key) == {f"{row.key}#l1": Reservation(2, absorbed_from=9)}
    assert store.variants.get_many([key])[key].reserved() == 2


# ---- the totals on the variant's row ----


def test_the_row_counts_what_the_lines_hold_by_the_number_from_which_the_shop_counts_them(
    store: OurPorts, name: str
) -> None:
    [key] = observed(store, name)
    rows = [saved(store, name, f"o{number}") for number in range(3)]
    for place, number in enumerate((None, 2, 9)):  # the row was read from 1 on
        store.orders.reserve(rows[place], {key: {ONE: Reservation(10**place, absorbed_from=number)}})
    before = store.variants.get_many([key])[key]
    assert (before.reserved(), before.holders) == (111, 3)
    store.variants.observe(variant(key, 4, 3, 4))
    assert store.variants.get_many([key])[key].reserved() == 101
    for row in rows:
        store.orders.reserve(row, {key: {ONE: None}})
    after = store.variants.get_many([key])[key]
    assert (after.reservations, after.holders, held(store, key)) == ({}, 0, {})


def test_a_replay_changes_neither_lines_nor_totals_and_is_still_bound_to_the_order(store: OurPorts, name: str) -> None:
    [key] = observed(store, name)
    row = saved(store, name)
    for _ in range(3):
        store.orders.reserve(row, {key: {ONE: Reservation(2), TWO: Reservation(3)}})
    assert store.variants.get_many([key])[key].reserved() == 5
    store.orders.save(replace(row, tries=1))
    with pytest.raises(Conflict):
        store.orders.reserve(row, {key: {ONE: Reservation(2), TWO: Reservation(3)}})


def test_the_row_stays_small_with_five_thousand_open_lines(store: OurPorts, name: str) -> None:
    """Each transaction writes the same few rows of the same size, the first as the last."""
    [key] = observed(store, name)
    lines = [LineId(f"line-{number}") for number in range(50)]
    sizes, orders = [], [saved(store, name, f"o{number:03}") for number in range(100)]
    for number, row in enumerate(orders):
        absorbed = None if number % 2 else 3  # the row was read from 1 on: all of them count
        store.orders.reserve(row, {key: {line: Reservation(1, absorbed) for line in lines}})
        sizes.append(len(str(store.variants.get_many([key])[key])))
    assert (sizes[99] - sizes[9]) <= 4  # digits
    variant_row = store.variants.get_many([key])[key]
    assert (variant_row.reserved(), variant_row.holders, len(variant_row.reservations)) == (5000, 5000, 2)
    assert len(held(store, key)) == 5000
    last = saved(store, name, "o100")
    store.orders.reserve(last, {key: {ONE: Reservation(7)}})
    store.orders.reserve(last, {key: {ONE: None}})
    assert store.variants.get_many([key])[key].reserved() == 5000
    assert [one.key for one in store.variants.of_product(key.shop, key.product)] == [key]
    for row in orders:
        store.orders.reserve(row, {key: dict.fromkeys(lines)})
    variant_row = store.variants.get_many([key])[key]
    assert (variant_row.reservations, variant_row.holders, held(store, key)) == ({}, 0, {})

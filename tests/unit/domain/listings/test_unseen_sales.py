"""What a read, a write, an order and the end of a listing say of units that somebody may have bought (promises.md#p11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from listbridge.domain.listings import ledger, lifecycle, unseen_sales, writing
from listbridge.domain.listings.listing import BOTH, NOTHING, LedgerField, Listing, Status, UnseenSale, Values
from listbridge.domain.listings.unseen_sales import LONGEST_WAIT, OrdersRead
from listbridge.domain.problem import Problem
from listbridge.infra.storage.documents import Json
from tests.unit.domain.a_listing import NOW, SETTLE_S, a_listing, computed, euros, later

QUANTITY = frozenset({LedgerField.QUANTITY})
LAG = timedelta(seconds=300)


def sent(row: Listing, quantity: int) -> Listing:
    return writing.begun(row, "a1", QUANTITY, Values(quantity), settle_s=SETTLE_S, fence=1, now=NOW)


def seen(row: Listing, quantity: int, at: float = 0.0) -> Listing:
    return ledger.read_back(row, Values(quantity, euros(10)), later(at))


def test_fewer_than_accepted_is_evidence_and_what_is_shown_is_what_is_left() -> None:
    row = seen(a_listing(5), 3, at=60)
    assert row.unseen_sale == UnseenSale(2, later(60), 3)
    assert (row.on_sale, row.accepted.quantity) == (3, 3)


def test_an_order_explains_what_was_missing_and_only_then_lowers_what_is_left() -> None:
    row = ledger.sold_remotely(seen(a_listing(5), 4), "R-1", 3, NOW)
    assert row.unseen_sale is not None
    assert (row.unseen_sale.units, row.on_sale) == (0, 2)


def test_the_same_order_told_twice_counts_once() -> None:
    once = ledger.sold_remotely(a_listing(5), "R-1", 2, NOW)
    assert ledger.sold_remotely(once, "R-1", 2, NOW) is once
    assert once.on_sale == 3


def test_a_cancelled_order_may_have_put_its_units_back() -> None:
    row = ledger.sold_remotely(a_listing(5), "R-1", 2, NOW)
    assert ledger.sold_remotely(row, "R-1", 2, NOW, cancelled=True).on_sale == 5
    assert (
        ledger.sold_remotely(a_listing(5), "R-2", 2, NOW, cancelled=True).on_sale is None
    )  # never counted: no more than 5


def test_while_an_outcome_is_unknown_the_higher_number_is_expected_and_counted_once() -> None:
    row = writing.unknown(sent(a_listing(5), 6), "a1", settle_s=SETTLE_S, retry_at=NOW, now=NOW)
    row = seen(seen(row, 5, at=1), 5, at=2)
    assert (row.on_sale, row.unseen_sale) == (6, UnseenSale(1, later(1), 5, ours=True))
    assert unseen_sales.raises(row, 6)
    assert not unseen_sales.raises(row, 5)


def test_a_call_that_changed_nothing_leaves_what_was_there() -> None:
    row = sent(a_listing(5), 8)
    assert row.on_sale == 8
    assert writing.not_applied(row, "a1", retry_at=NOW, counts=True, now=NOW).on_sale == 5
    assert writing.refused(row, "a1", Problem("no"), NOW).on_sale == 5


def test_a_sale_during_the_call_leaves_the_higher_number_possible() -> None:
    row = ledger.sold_remotely(sent(a_listing(5), 7), "R-1", 1, NOW)
    assert writing.accepted(row, "a1", NOW, settle_s=SETTLE_S).on_sale == 7
    assert writing.not_applied(row, "a1", retry_at=NOW, counts=True, now=NOW).on_sale == 4


def test_a_lower_quantity_is_sent_unread_and_a_rise_after_it_waits_for_a_later_poll() -> None:
    row = writing.accepted(sent(a_listing(5), 2), "a1", later(1), settle_s=SETTLE_S)
    assert row.unseen_sale == UnseenSale(0, later(1), 2)
    assert not unseen_sales.explained(row, OrdersRead(later(1), LAG), later(9))
    assert unseen_sales.explained(row, OrdersRead(later(1.5), LAG), later(9))


@pytest.mark.parametrize(
    ("quantity", "left", "looks"),
    [(0, 5, False), (4, 5, False), (5, 5, True), (6, 5, True), (6, 0, False), (6, None, True)],
)
def test_only_what_raises_or_restores_is_looked_at_first(quantity: int, left: int | None, looks: bool) -> None:
    row = replace(a_listing(quantity), on_sale=left, accepted=NOTHING)
    assert unseen_sales.needs_look(row, BOTH) is looks
    assert not unseen_sales.needs_look(row, frozenset({LedgerField.PRICE}))


def test_units_that_no_order_explains_wait_until_the_list_cannot_lag_any_more() -> None:
    row = seen(a_listing(5), 4)
    assert not unseen_sales.explained(row, OrdersRead(None, LAG), NOW)
    assert not unseen_sales.explained(row, OrdersRead(NOW, LAG), NOW)
    assert not unseen_sales.explained(row, OrdersRead(later(300), LAG), later(400))
    assert unseen_sales.explained(row, OrdersRead(later(301), LAG), later(400))
    told = ledger.sold_remotely(row, "R-1", 1, later(5))
    assert unseen_sales.explained(told, OrdersRead(later(1), LAG), later(5))


BEHIND = timedelta(seconds=120)


@pytest.mark.parametrize(("before", "sent_to", "shows"), [(5, 3, 3), (5, 6, 5)])
def test_what_a_call_of_ours_explains_as_well_waits_as_long_as_the_list_says_that_it_is_behind(
    before: int, sent_to: int, shows: int
) -> None:
    """The call to 3 may have landed, or two were bought; the call to 6 may be on its way, or one was bought from them."""
    row = seen(sent(a_listing(before), sent_to), shows, at=1)
    assert row.unseen_sale == UnseenSale(max(before, sent_to) - shows, later(1), shows, ours=True)
    assert not unseen_sales.explained(row, OrdersRead(later(1), LAG, BEHIND), later(200))
    assert unseen_sales.explained(row, OrdersRead(later(2), LAG, BEHIND), later(200))
    assert not unseen_sales.explained(row, OrdersRead(later(2), LAG), later(200))  # it says nothing: it may lag


def test_of_several_calls_under_way_each_may_have_landed_and_each_with_what_orders_took() -> None:
    row = sent(sent(a_listing(7), 5), 4)
    assert row.may_show == (7, 5, 4)
    row = ledger.sold_remotely(row, "R-1", 1, NOW)
    assert [seen(row, shows).unseen_sale.ours for shows in (5, 4, 3, 2)] == [True, True, True, False]  # type: ignore[union-attr]


def test_a_sale_that_was_missing_before_is_not_taken_for_a_call_of_ours() -> None:
    row = seen(sent(seen(a_listing(5), 4), 2), 2, at=1)
    assert row.unseen_sale == UnseenSale(2, later(1), 2)
    assert not unseen_sales.explained(row, OrdersRead(later(2), LAG, BEHIND), later(200))


def test_what_is_shown_again_while_a_call_is_open_is_evidence_of_when_it_was_first_seen() -> None:
    """Else looks that come more often than the list of orders is behind would keep a rise back for ever."""
    row = seen(sent(a_listing(5), 3), 3, at=1)
    assert seen(row, 3, at=31).unseen_sale == row.unseen_sale
    assert seen(row, 2, at=31).unseen_sale == UnseenSale(3, later(31), 2)


def test_once_an_outcome_is_known_no_number_of_an_earlier_call_is_expected() -> None:
    row = writing.accepted(sent(a_listing(5), 6), "a1", NOW, settle_s=SETTLE_S)
    assert row.may_show == ()
    assert seen(row, 5).unseen_sale == UnseenSale(1, NOW, 5)


@pytest.mark.parametrize(
    ("until", "behind_s", "known_s"), [(None, None, 0), (5, None, 300), (None, 120, 120), (-60, 120, 120), (5, 0, 300)]
)
def test_the_poll_that_tells_a_sale_begins_as_late_as_the_list_is_behind(
    until: float | None, behind_s: float | None, known_s: float
) -> None:
    behind = None if behind_s is None else timedelta(seconds=behind_s)
    orders = OrdersRead(None if until is None else later(until), LAG, behind)
    assert orders.known_at(NOW) == later(known_s)


def test_nothing_is_waited_for_where_orders_are_not_read_and_nothing_longer_than_a_day() -> None:
    row = seen(a_listing(5), 4)
    assert unseen_sales.explained(row, None, NOW)
    assert not unseen_sales.explained(row, OrdersRead(None, LAG), NOW + LONGEST_WAIT - timedelta(seconds=1))
    assert unseen_sales.explained(row, OrdersRead(None, LAG), NOW + LONGEST_WAIT)


def test_the_end_of_a_listing_hides_what_sold_last() -> None:
    assert lifecycle.ended(a_listing(5), Status.FINISHED, NOW).unseen_sale == UnseenSale(None, NOW)
    assert lifecycle.ended(a_listing(5), Status.STOPPED, NOW, looked=True).unseen_sale == UnseenSale(0, NOW)
    assert lifecycle.ended(a_listing(0), Status.STOPPED, NOW).unseen_sale is None


def test_a_row_of_the_version_before_expects_what_it_accepted() -> None:
    rows: Json[Listing] = Json(Listing, apart={"rev"})
    text = rows.write(a_listing(5))
    for name in ("on_sale", "unseen_sale", "sold"):
        text = text.replace(f'"{name}":null,', "").replace(f'"{name}":[],', "")
    old = rows.read(text)
    assert "on_sale" not in text
    assert unseen_sales.expected(old) == 5
    assert seen(old, 4).unseen_sale == UnseenSale(1, NOW, 4)


def test_evidence_comes_back_from_its_row_as_it_was_saved() -> None:
    rows: Json[Listing] = Json(Listing, apart={"rev"})
    row = sent(replace(seen(a_listing(5), 4), computed=computed(6)), 6)
    assert rows.read(rows.write(row)) == row

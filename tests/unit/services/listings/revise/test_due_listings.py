"""What a drainer looks for while a page of its backlog waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import cast

import pytest

from listbridge.domain.ids import (
    AccountId,
    ListingKey,
    ProductId,
    RemoteId,
    SalesListId,
    ShopId,
    Site,
    Sku,
    VariantId,
    VariantKey,
)
from listbridge.domain.listings import ledger
from listbridge.domain.listings.bands import Band
from listbridge.domain.listings.listing import BOTH, Computed, Listing, Status, Values
from listbridge.domain.money import Money
from listbridge.services.deps import Deps
from listbridge.services.listings.revise.due_listings import DueListings
from tests.fakes.stores import Stores

ACCOUNT = AccountId("acc")
TEN, ELEVEN = Money(Decimal("10.00"), "EUR"), Money(Decimal("11.00"), "EUR")


@pytest.fixture
def stores() -> Stores:
    return Stores()


def _listings(stores: Stores) -> DueListings:
    return DueListings(cast("Deps", stores), ACCOUNT)  # it asks for the clock and the listings alone


def _due(stores: Stores, sku: str, quantity: int, price: Money = TEN) -> ListingKey:
    """A listing that shows 5 at 10.00 and shall show this."""
    now = stores.clock.now()
    key = ListingKey(ACCOUNT, Site("EBAY_DE"), Sku(sku))
    variant = VariantKey(ShopId("shop"), ProductId("p"), VariantId(sku))
    known = Values(5, TEN, now)
    row = Listing(
        key, variant, SalesListId("list"), status=Status.ACTIVE, remote=RemoteId("r"), sent=known, accepted=known
    )
    stores.listings.create(ledger.recomputed(row, Computed(quantity=quantity, price=price), BOTH, now))
    return key


def test_while_prices_wait_zeros_and_lower_quantities_are_looked_for(stores: Stores) -> None:
    due = _listings(stores)
    due.look((), [_due(stores, "PRICE", 5, ELEVEN)])
    lower, higher = _due(stores, "LOWER", 3), _due(stores, "HIGHER", 9)

    assert due.bands_before() == [Band.ZERO, Band.DOWN]
    due.look(due.bands_before())

    taken = [due.take(lambda row: False) for _ in range(3)]
    assert [row.key.sku if row else None for row in taken] == [lower.sku, "PRICE", None]
    assert due.look([Band.UP]) == 1
    assert due.take(lambda row: False) == stores.listings.get(higher)


def test_while_lower_quantities_wait_zeros_alone_are_looked_for(stores: Stores) -> None:
    due = _listings(stores)
    due.look((), [_due(stores, "LOWER", 3), _due(stores, "PRICE", 5, ELEVEN)])
    assert due.bands_before() == [Band.ZERO]


def test_zero_is_looked_for_even_while_zeros_wait_or_nothing_does(stores: Stores) -> None:
    due = _listings(stores)
    assert due.bands_before() == [Band.ZERO]
    due.look((), [_due(stores, "SOLD-OUT", 0)])
    assert due.bands_before() == [Band.ZERO]


def test_every_eighth_slot_goes_to_the_oldest_of_any_band(stores: Stores) -> None:
    due = _listings(stores)
    oldest = _due(stores, "OLDEST", 9)
    stores.clock.advance(60)
    lower = [_due(stores, f"LOWER-{n}", 3) for n in range(9)]
    due.look()

    taken = [row.key for row in (due.take(lambda row: False) for _ in range(9)) if row]
    assert taken.index(oldest) == 7
    assert taken[:7] + taken[8:] == lower[:8]


def test_no_slot_goes_to_the_oldest_while_a_zero_waits(stores: Stores) -> None:
    due = _listings(stores)
    oldest = _due(stores, "OLDEST", 9)
    stores.clock.advance(60)
    zeros = {_due(stores, f"ZERO-{n}", 0) for n in range(9)}
    due.look()

    taken = [row.key for row in (due.take(lambda row: False) for _ in range(10)) if row]
    assert set(taken[:9]) == zeros
    assert taken[9] == oldest


# ---- more than a page ----


def _taken(due: DueListings, count: int) -> list[Listing]:
    rows = [row for row in (due.take(lambda row: False) for _ in range(count)) if row]
    assert len(rows) == count
    return rows


def _sent(stores: Stores, rows: list[Listing]) -> None:
    for row in rows:
        stores.listings.change(row.key, lambda one: replace(one, due_band=None, due_since=None))


def _asked(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[Band], int]]:
    """What the due index is asked for from now on, and for how many rows."""
    asked: list[tuple[list[Band], int]] = []
    due = stores.listings.due

    def watched(account: AccountId, bands: Sequence[Band], *, at: datetime, limit: int) -> list[ListingKey]:
        asked.append((list(bands), limit))
        return due(account, bands, at=at, limit=limit)

    monkeypatch.setattr(stores.listings, "due", watched)
    return asked


def test_with_less_than_half_a_page_in_hand_more_is_read_beside_what_is_under_way(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = _listings(stores)
    keys = [_due(stores, f"LOWER-{n:03}", 3) for n in range(250)]
    assert due.look() == 100
    taken = _taken(due, 50)
    assert not due.runs_low
    taken += _taken(due, 1)
    assert due.runs_low
    _sent(stores, taken[:48])
    asked = _asked(stores, monkeypatch)

    due.look_ahead({row.key for row in taken[48:]})

    assert asked == [([Band.ZERO], 103), ([Band.DOWN], 103)]
    assert len(due) == 100  # the 49 in hand, and 51 of the 103 that the index shows
    assert [row.key for row in _taken(due, 100)] == keys[51:151]


def test_where_the_index_showed_all_nothing_is_read_ahead(stores: Stores) -> None:
    due = _listings(stores)
    keys = [_due(stores, f"LOWER-{n:03}", 3) for n in range(99)]
    assert due.look() == 99
    assert [row.key for row in _taken(due, 99)] == keys
    assert not due.runs_low


def test_what_was_not_asked_for_behind_a_full_page_is_read_ahead_as_well(stores: Stores) -> None:
    due = _listings(stores)
    lower = [_due(stores, f"LOWER-{n:03}", 3) for n in range(100)]
    price = _due(stores, "PRICE", 5, ELEVEN)
    assert due.look() == 100
    _sent(stores, _taken(due, 100))

    assert due.runs_low
    due.look_ahead(set())

    assert [row.key for row in _taken(due, 1)] == [price]
    assert not due.runs_low
    assert price not in lower


def test_rows_of_one_write_are_all_in_hand_however_many_nudges_name_them(stores: Stores) -> None:
    due = _listings(stores)
    keys = [_due(stores, f"LOWER-{n:03}", 3) for n in range(400)]
    due.begin(keys[:100], None, 400)
    unit = due.take_unit(lambda row: False, lambda row: "the listing", 400)
    assert [row.key for row in unit] == keys


def test_a_full_nudge_of_small_writes_is_taken_as_it_is(stores: Stores) -> None:
    due = _listings(stores)
    keys = [_due(stores, f"LOWER-{n:03}", 3) for n in range(400)]
    due.begin(keys[:100], None, 25)
    assert len(due) == 100

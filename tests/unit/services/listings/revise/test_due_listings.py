"""What a drainer looks for while a page of its backlog waits."""

from __future__ import annotations

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

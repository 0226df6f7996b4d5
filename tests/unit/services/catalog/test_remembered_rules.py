"""Rules are remembered between calls, and nobody computes by rules that were edited since."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.configuration import PriceRule, Rules, SalesList
from listbridge.domain.ids import AccountId, ListingKey, Site, Sku
from listbridge.domain.listings.listing import Cause, Listing
from listbridge.domain.money import Money
from listbridge.services.catalog.recompute import Recompute
from tests.unit.functions.installation import SITE, Installation
from tests.unit.functions.seller import Seller


@pytest.fixture
def seller() -> Seller:
    made = Seller(Installation())
    made.its.add_items(made.list, made.its.add_product("MUG", "CUP"))
    return made


@pytest.fixture
def reads(seller: Seller, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every document that is read whole from now on, by its id."""
    seen: list[str] = []
    store: Any = seller.its.stores.configuration
    get = store.get
    monkeypatch.setattr(store, "get", lambda kind, id: (seen.append(id), get(kind, id))[1])
    return seen


def recomputed(seller: Seller, *skus: str) -> list[Listing]:
    keys = [ListingKey(AccountId(seller.account), Site(SITE), Sku(sku)) for sku in skus]
    return Recompute(seller.its.deps, Cause.SHOP).listings(keys)


def price_rule(seller: Seller, ratio: str) -> None:
    """Somebody saves another price rule; no job follows it here."""
    store = seller.its.stores.configuration
    rules = Rules(price=PriceRule(ratio=Decimal(ratio)))
    store.save(store.get(SalesList, seller.list).model_copy(update={"rules": rules}))


def test_rules_are_read_once_for_many_calls(seller: Seller, reads: list[str]) -> None:
    seller.its.deps.rules.clear()
    recomputed(seller, "MUG")
    assert sorted(reads) == sorted([seller.list, seller.account, seller.shop])
    reads.clear()
    recomputed(seller, "MUG", "CUP")
    assert reads == []


def test_rules_that_were_edited_are_seen_by_a_row_that_the_old_ones_would_leave_as_it_is(
    seller: Seller, reads: list[str]
) -> None:
    recomputed(seller, "MUG")
    price_rule(seller, "2")
    reads.clear()
    (row,) = recomputed(seller, "MUG")
    assert row.computed.price == Money(Decimal("25.00"), "EUR")
    assert reads == [seller.list, seller.account, seller.shop]


def test_rules_that_are_edited_while_a_row_is_written_are_seen_by_every_row_of_the_call(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    price_rule(seller, "0.5")
    listings: Any = seller.its.stores.listings
    save, written = listings.save, []

    def saved(row: Listing) -> Any:
        if not written:
            price_rule(seller, "2")
        written.append(row.computed.price)
        return save(row)

    monkeypatch.setattr(listings, "save", saved)
    rows = recomputed(seller, "MUG", "CUP")
    assert {row.computed.price for row in rows} == {Money(Decimal("25.00"), "EUR")}
    assert written == [Money(Decimal(amount), "EUR") for amount in ("6.25", "6.25", "25.00", "25.00")]


def test_another_call_that_remembers_the_new_rules_does_not_hide_them_from_this_one(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    recomputed(seller, "MUG")
    variants: Any = seller.its.stores.variants
    revs, meanwhile = variants.revs, []

    def looked(keys: Any) -> Any:
        if not meanwhile:  # the first call has found its row unchanged by the old rules
            meanwhile.append(True)
            price_rule(seller, "2")
            recomputed(seller, "CUP")
        return revs(keys)

    monkeypatch.setattr(variants, "revs", looked)
    (row,) = recomputed(seller, "MUG")
    assert row.computed.price == Money(Decimal("25.00"), "EUR")

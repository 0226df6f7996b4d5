"""The suite's patience: a marketplace that decides later looks to it like one that decides at once."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

from listbridge.domain.ids import ListingKey, Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.money import Money
from listbridge.domain.ports import MarketplaceAdapter, Revision, UnitRevision
from listbridge.domain.problem import Problem
from tests.contract.marketplaces.patient import Patient
from tests.fakes.clock import VirtualClock
from tests.fakes.scripted_adapter import ScriptedAdapter
from tests.fakes.scripted_market import FIRST, ScriptedMarket
from tests.fakes.scripted_orders import HOME


def patient(market: ScriptedMarket, **how: bool) -> Patient:
    return Patient(cast(MarketplaceAdapter, ScriptedAdapter(market, FIRST)), cast(VirtualClock, market.clock), **how)


def listed(market: ScriptedMarket, sku: str) -> Revision:
    key = ListingKey(FIRST, HOME, Sku(sku))
    offer = market.sell_elsewhere(key, 5, Money(Decimal("10.00"), "EUR"))
    return Revision(key, offer.id, offer.remote, None, Values(2))


def test_a_revision_returns_when_it_is_decided() -> None:
    market = ScriptedMarket(VirtualClock())
    market.decides_after_s = 240.0
    one = listed(market, "A")
    [result] = patient(market).revise(UnitRevision((one,)))
    assert (result.error, result.submission, market.shown(one.key)) == (None, None, (2, "10.00"))


def test_a_refusal_that_comes_later_is_its_result() -> None:
    market = ScriptedMarket(VirtualClock())
    market.decides_after_s, market.refuses_zero = 240.0, True
    one = listed(market, "A")
    zero = Revision(one.key, one.offer, one.remote, None, Values(0))
    [result] = patient(market).revise(UnitRevision((zero,)))
    assert result.error is not None
    assert result.error.problem == Problem("zero_refused", fix="allow_zero")


def test_a_listing_is_found_on_whichever_page_it_stands() -> None:
    market = ScriptedMarket(VirtualClock())
    fifth = [listed(market, sku) for sku in "ABCDE"][-1]
    found = patient(market, finds_by_sku=False).find(HOME, Sku("E"))
    assert found is not None
    assert found.remote == fifth.remote
    assert patient(market, finds_by_sku=False).find(HOME, Sku("F")) is None

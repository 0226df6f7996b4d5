"""Items on several sites of one region, whether Amazon tells of all that a call names or of the first alone."""

from __future__ import annotations

from decimal import Decimal

import pytest

from listbridge.domain.listings.listing import RemoteState
from listbridge.domain.verdicts import Rejected
from tests.contract.marketplaces.amazon_account import DE, FR, STORES, AmazonAccount, revision, row, values

SKUS = ("A", "B", "C")


@pytest.fixture
def amazon() -> AmazonAccount:
    made = AmazonAccount()
    made.on_sale(*SKUS, sites=(DE, FR))
    for sku in SKUS:
        made.simulator.deeds.change_price(sku, "11.00", site=STORES[FR])
    made.calls.clear()
    return made


@pytest.mark.parametrize(("all_stores", "calls"), [(True, 1), (False, 2)])
def test_several_are_read_on_each_of_their_sites(amazon: AmazonAccount, all_stores: bool, calls: int) -> None:
    amazon.simulator.deeds.tell_all_stores(all_stores)
    shown = amazon.adapter.read_back([row(sku, site) for sku in SKUS for site in (DE, FR)])
    assert [one.values for one in shown] == [values(5, "10.00"), values(5, "11.00")] * 3
    assert {one.state for one in shown} == {RemoteState.LIVE}
    assert amazon.calls[1:] == ["searchListingsItems"] * calls


@pytest.mark.parametrize(("all_stores", "calls"), [(True, 1), (False, 2)])
def test_one_is_read_on_each_of_its_sites(amazon: AmazonAccount, all_stores: bool, calls: int) -> None:
    amazon.simulator.deeds.tell_all_stores(all_stores)
    shown = amazon.adapter.read_back([row("A", site) for site in (FR, DE)])
    assert [one.values for one in shown] == [values(5, "11.00"), values(5, "10.00")]
    assert amazon.calls[1:] == ["getListingsItem"] * calls


@pytest.mark.parametrize("others", [(), SKUS])
def test_an_item_that_the_first_site_lacks_is_there_on_the_other(
    amazon: AmazonAccount, others: tuple[str, ...]
) -> None:
    amazon.on_sale("ONLY-THERE", sites=(FR,))
    sites = [row(sku, site) for sku in (*others, "ONLY-THERE") for site in (DE, FR)]
    there = amazon.adapter.read_back(sites)
    assert [one.state for one in there[-2:]] == [RemoteState.GONE, RemoteState.LIVE]
    assert {one.state for one in there[:-2]} <= {RemoteState.LIVE}


def test_listings_on_different_sites_cost_no_look_where_they_are_not(amazon: AmazonAccount) -> None:
    shown = amazon.adapter.read_back([row("A", DE), row("B", FR)])
    assert [one.values for one in shown] == [values(5, "10.00"), values(5, "11.00")]
    assert amazon.calls[1:] == ["searchListingsItems", "getListingsItem"]


def test_the_quantity_goes_with_the_next_site_where_the_first_one_s_price_is_refused(amazon: AmazonAccount) -> None:
    amazon.simulator.deeds.plan_issue("A", "submission", code="90117", category="INVALID_PRICE")
    refused, taken = amazon.revise(revision("A", 0, "12.50"), revision("A", 0, "13.50", site=FR))
    assert isinstance(refused.error, Rejected)
    [outcome] = amazon.decided([taken], [values(0, "13.50")])
    assert (outcome.error, outcome.submission) == (None, None)
    assert (amazon.shown("A", FR), amazon.shown("A")) == ((0, Decimal("13.5")), (0, Decimal("10.0")))

"""Quantities and prices by patch on the simulated Amazon, and what becomes of them."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.ids import Site
from listbridge.domain.listings.listing import RemoteState
from listbridge.domain.ports import Submission, Submitted
from listbridge.domain.verdicts import NotFound, OutcomeUnknown, Rejected, RemoteError, RetryLater
from simulators.faults import Fault
from tests.contract.marketplaces.amazon_account import DE, FR, AmazonAccount, key, revision, row, values


@pytest.fixture
def amazon() -> AmazonAccount:
    made = AmazonAccount()
    made.on_sale("CANDLE", sites=(DE, FR))
    made.calls.clear()
    made.sent.clear()
    return made


def patches(amazon: AmazonAccount) -> list[list[dict[str, Any]]]:
    return [json.loads(body)["patches"] for body in amazon.bodies("patchListingsItem")]


def test_a_quantity_is_merged_with_its_selector_and_lands_once_it_is_decided(amazon: AmazonAccount) -> None:
    results = amazon.revise(revision("CANDLE", 3))
    assert patches(amazon) == [
        [
            {
                "op": "merge",
                "path": "/attributes/fulfillment_availability",
                "value": [{"fulfillment_channel_code": "DEFAULT", "quantity": 3}],
            }
        ]
    ]
    assert amazon.shown("CANDLE") == (5, Decimal("10.0"))
    [outcome] = amazon.decided(results, [values(3)])
    assert (outcome.error, outcome.submission) == (None, None)
    assert (amazon.shown("CANDLE"), amazon.shown("CANDLE", FR)) == ((3, Decimal("10.0")),) * 2


def test_what_else_stands_beside_a_quantity_is_kept(amazon: AmazonAccount) -> None:
    world = amazon.simulator.world
    world.listings.items(world.seller("anna"))["CANDLE"].stock[0]["lead_time_to_ship_max_days"] = 4
    amazon.decided(amazon.revise(revision("CANDLE", 3)), [values(3)])
    assert world.listings.items(world.seller("anna"))["CANDLE"].stock == [
        {"fulfillment_channel_code": "DEFAULT", "quantity": 3, "lead_time_to_ship_max_days": 4}
    ]


def test_a_price_is_each_site_s_own_and_the_quantity_rides_once(amazon: AmazonAccount) -> None:
    results = amazon.revise(revision("CANDLE", 3, "12.50"), revision("CANDLE", 3, "13.50", site=FR))
    names = [[one["path"].rsplit("/")[-1] for one in call] for call in patches(amazon)]
    assert names == [["fulfillment_availability", "purchasable_offer"], ["purchasable_offer"]]
    assert patches(amazon)[1][0]["value"] == [
        {
            "marketplace_id": "A13V1IB3VIYZZH",
            "currency": "EUR",
            "audience": "ALL",
            "our_price": [{"schedule": [{"value_with_tax": 13.5}]}],
        }
    ]
    assert amazon.checks == 2
    outcomes = amazon.decided(results, [values(3, "12.50"), values(3, "13.50")])
    assert [one.error or one.submission for one in outcomes] == [None, None]
    assert amazon.shown("CANDLE") == (3, Decimal("12.5"))
    assert amazon.shown("CANDLE", FR) == (3, Decimal("13.5"))


def test_sites_that_have_only_the_quantity_to_send_share_one_call_and_the_lowest_counts(amazon: AmazonAccount) -> None:
    results = amazon.revise(revision("CANDLE", 4), revision("CANDLE", 2, site=FR))
    assert len({amazon.submission(one).ticket for one in results}) == 1
    amazon.wait_until(amazon.submission(results[0]).look_at)
    assert amazon.shown("CANDLE") == (2, Decimal("10.0"))


def test_an_invalid_submission_is_refused_though_it_came_with_200(amazon: AmazonAccount) -> None:
    amazon.simulator.deeds.plan_issue(
        "CANDLE", "submission", attribute="purchasable_offer", category="INVALID_PRICE", message="Too high."
    )
    [result] = amazon.revise(revision("CANDLE", None, "12.50"))
    assert isinstance(result.error, Rejected)
    assert (result.error.problem.code, result.error.problem.fix) == ("amazon_price_refused", "set_price_in_shop")
    assert result.error.problem.params["message"] == "Too high."
    amazon.clock.advance(60)
    assert amazon.shown("CANDLE") == (5, Decimal("10.0"))


def test_a_refused_price_takes_another_site_s_quantity_not_with_it(amazon: AmazonAccount) -> None:
    amazon.simulator.deeds.plan_issue("CANDLE", "submission", attribute="purchasable_offer", category="INVALID_PRICE")
    refused, kept = amazon.revise(revision("CANDLE", 3, "12.50"), revision("CANDLE", 3, site=FR))
    assert isinstance(refused.error, Rejected)
    assert isinstance(kept.error, RetryLater)
    assert kept.error.problem.code == "amazon_other_site_refused"


def test_a_second_site_s_failure_leaves_what_the_first_was_told(amazon: AmazonAccount) -> None:
    amazon.simulator.world.faults.add(Fault("patchListingsItem", "drop_after", skip=1))
    first, second = amazon.revise(revision("CANDLE", 3, "12.50"), revision("CANDLE", 3, "13.50", site=FR))
    assert first.submission is not None
    assert isinstance(second.error, OutcomeUnknown)


def test_what_is_refused_when_it_is_decided_is_told_with_its_issue(amazon: AmazonAccount) -> None:
    amazon.simulator.deeds.plan_issue(
        "CANDLE", "decision", attribute="purchasable_offer", category="INVALID_PRICE", message="Too low."
    )
    results = amazon.revise(revision("CANDLE", None, "12.50"))
    outcomes = amazon.decided(results, [values(None, "12.50")])
    assert isinstance(amazon.submission(outcomes[0]), Submission)
    [outcome] = _asked_later(amazon, results, 60)
    assert isinstance(outcome.error, Rejected)
    assert outcome.error.problem.code == "amazon_price_refused"


def _asked_later(amazon: AmazonAccount, results: Any, seconds: float, price: str = "12.50") -> Any:
    began = amazon.clock.now() - timedelta(seconds=20)
    amazon.clock.advance(seconds)
    ticket = amazon.submission(results[0]).ticket
    return amazon.adapter.outcomes([Submitted(results[0].key, ticket, values(None, price), began)])


def test_accepted_that_nothing_follows_is_asked_for_ever_more_rarely_and_then_told_as_unknown(
    amazon: AmazonAccount,
) -> None:
    amazon.simulator.deeds.plan_issue("CANDLE", "lost")
    [result] = amazon.revise(revision("CANDLE", 3))
    began, asked, outcome = amazon.clock.now(), 0, result
    while outcome.submission is not None:
        amazon.wait_until(outcome.submission.look_at)
        [outcome] = amazon.adapter.outcomes([Submitted(result.key, outcome.submission.ticket, values(3), began)])
        asked += 1
    assert isinstance(outcome.error, OutcomeUnknown)
    assert 900 <= (amazon.clock.now() - began).total_seconds() < 1_100
    assert asked <= 14
    assert amazon.shown("CANDLE") == (5, Decimal("10.0"))


@pytest.mark.parametrize("sku", ["A/B%2F c", "A,B", "Kerze & Öl"])
def test_any_sku_is_one_part_of_the_path(sku: str) -> None:
    amazon = AmazonAccount()
    amazon.on_sale(sku)
    amazon.decided(amazon.revise(revision(sku, 2)), [values(2)])
    assert amazon.shown(sku) == (2, Decimal("10.0"))


def test_an_item_that_is_not_there_is_gone(amazon: AmazonAccount) -> None:
    [result] = amazon.revise(revision("NOWHERE", 2))
    assert isinstance(result.error, NotFound)
    assert (result.error.problem.code, result.error.problem.fix) == ("amazon_listing_gone", "send_again")


def test_an_offer_that_ended_meanwhile_is_gone(amazon: AmazonAccount) -> None:
    results = amazon.revise(revision("CANDLE", 3))
    amazon.simulator.deeds.end_offer("CANDLE", site="A1PA6795UKMFR9")
    [outcome] = amazon.decided(results, [values(3)])
    assert isinstance(outcome.error, NotFound)


def test_many_are_asked_for_in_searches_of_twenty_and_what_a_search_lacks_by_itself() -> None:
    amazon = AmazonAccount()
    skus = [f"S{n:02d}" for n in range(24)]
    amazon.on_sale(*skus, quantity=5)
    amazon.simulator.deeds.set_rate("patchListingsItem", 50, 50)
    results = [amazon.revise(revision(sku, 4))[0] for sku in skus]
    amazon.calls.clear()
    amazon.sent.clear()
    outcomes = amazon.decided(results, [values(4)] * 24)
    assert [one.error or one.submission for one in outcomes] == [None] * 24
    assert amazon.calls == ["searchListingsItems"] * 2


# ---- what is shown ----


def test_a_listing_shows_the_region_s_quantity_and_its_site_s_price(amazon: AmazonAccount) -> None:
    amazon.simulator.deeds.change_price("CANDLE", "11.00", site="A13V1IB3VIYZZH")
    here, there = amazon.adapter.read_back([row("CANDLE"), row("CANDLE", FR)])
    assert (here.values, there.values) == (values(5, "10.00"), values(5, "11.00"))
    assert (here.state, here.offer, here.fulfilled_by_marketplace) == (RemoteState.LIVE, "CANDLE", False)
    assert here.remote.startswith("B0") if here.remote else False
    assert here.url.endswith(f"/dp/{here.remote}")
    assert amazon.calls[-1] == "getListingsItem"


def test_zero_is_live_with_nothing_to_buy(amazon: AmazonAccount) -> None:
    amazon.simulator.deeds.change_quantity("CANDLE", 0)
    [shown] = amazon.adapter.read_back([row("CANDLE")])
    assert (shown.state, shown.shown.quantity) == (RemoteState.LIVE, 0)


def test_stock_of_amazon_s_own_is_told_and_has_no_quantity_of_ours() -> None:
    amazon = AmazonAccount()
    amazon.on_sale("CANDLE", fba=True, quantity=40)
    [shown] = amazon.adapter.read_back([row("CANDLE")])
    assert (shown.fulfilled_by_marketplace, shown.values) == (True, values(None, "10.00"))


def test_an_offer_that_was_taken_away_is_gone_and_a_suppressed_one_is_not(amazon: AmazonAccount) -> None:
    amazon.simulator.deeds.suppress("CANDLE", "18027", site="A1PA6795UKMFR9")
    amazon.simulator.deeds.end_offer("CANDLE", site="A13V1IB3VIYZZH")
    here, there = amazon.adapter.read_back([row("CANDLE"), row("CANDLE", FR)])
    assert (here.state, here.values) == (RemoteState.LIVE, values(5, "10.00"))
    assert there.gone


def test_what_is_not_there_is_gone_only_by_its_own_answer(amazon: AmazonAccount) -> None:
    shown = amazon.adapter.read_back([row("CANDLE"), row("NOWHERE")])
    assert [one.state for one in shown] == [RemoteState.LIVE, RemoteState.GONE]
    assert amazon.calls[-2:] == ["searchListingsItems", "getListingsItem"]


def test_find_tells_the_offer_of_a_sku_or_none(amazon: AmazonAccount) -> None:
    found = amazon.adapter.find(FR, key("CANDLE").sku)
    assert found is not None
    assert (found.key, found.values) == (key("CANDLE", FR), values(5, "10.00"))
    assert amazon.adapter.find(Site("AMAZON_DE"), key("NOWHERE").sku) is None


@pytest.mark.parametrize("kind", ["status", "html", "drop_before"])
def test_a_read_that_fails_shows_nothing(amazon: AmazonAccount, kind: str) -> None:
    amazon.documents.check = lambda request, response: "unchecked"  # type: ignore[method-assign]
    amazon.simulator.world.faults.add(Fault("getListingsItem", kind))  # type: ignore[arg-type]
    with pytest.raises(RemoteError):
        amazon.adapter.read_back([row("CANDLE")])

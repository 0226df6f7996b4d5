from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.ids import AccountId, ListingKey, RemoteId, Site, Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.money import Money
from listbridge.domain.ports import Revision
from listbridge.domain.verdicts import NotFound, OutcomeUnknown, RateLimited, Rejected, RemoteError, RetryLater
from listbridge.marketplaces.ebay.offers.revising import judged, request
from listbridge.marketplaces.ebay.offers.wire import PriceQuantityAnswers

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def revision(site: str, *, sku: str = "A", quantity: int | None = 5, price: str | None = None) -> Revision:
    money = Money(Decimal(price), "USD") if price else None
    key = ListingKey(AccountId("acc"), Site(site), Sku(sku))
    return Revision(key, RemoteId(f"offer-{site}"), RemoteId(f"listing-{site}"), None, Values(quantity, money))


US, GB = revision("EBAY_US"), revision("EBAY_GB")


def error(error_id: int, message: str = "text", **parameters: str) -> dict[str, Any]:
    named = [{"name": name, "value": value} for name, value in parameters.items()]
    return {"errorId": error_id, "category": "REQUEST", "message": message, "parameters": named}


def entry(offer: str | None, status: int, *errors: dict[str, Any]) -> dict[str, Any]:
    return {"sku": "A", "offerId": offer, "statusCode": status, "errors": list(errors)}


def outcome(
    *entries: dict[str, Any], of: tuple[Revision, ...] = (US, GB), highest: int | None = 5
) -> list[RemoteError | None]:
    answers = PriceQuantityAnswers.model_validate({"responses": list(entries)})
    results = judged(of, answers.responses, highest, NOW)
    return [results[revision.key].error for revision in of]


def test_one_call_holds_the_item_and_all_its_offers():
    body = request([US, revision("EBAY_GB", quantity=2, price="9.90")], 5)
    assert body is not None
    assert body.body() == {
        "sku": "A",
        "shipToLocationAvailability": {"quantity": 5},
        "offers": [
            {"offerId": "offer-EBAY_US", "availableQuantity": 5},
            {"offerId": "offer-EBAY_GB", "availableQuantity": 2, "price": {"value": "9.90", "currency": "USD"}},
        ],
    }


def test_a_price_alone_leaves_every_quantity_out():
    body = request([revision("EBAY_US", quantity=None, price="9.90")], None)
    assert body is not None
    assert body.body() == {
        "sku": "A",
        "offers": [{"offerId": "offer-EBAY_US", "price": {"value": "9.90", "currency": "USD"}}],
    }


def test_a_zero_is_sent_and_not_taken_for_nothing():
    body = request([revision("EBAY_US", quantity=0)], 0)
    assert body is not None
    assert body.body()["shipToLocationAvailability"] == {"quantity": 0}
    assert body.body()["offers"] == [{"offerId": "offer-EBAY_US", "availableQuantity": 0}]


def test_nothing_to_change_makes_no_call():
    assert request([revision("EBAY_US", quantity=None)], None) is None
    assert request([], 5) is None


def test_several_skus_or_too_many_offers_are_a_mistake_of_ours():
    with pytest.raises(ValueError, match="one SKU"):
        request([US, revision("EBAY_GB", sku="B")], 5)
    with pytest.raises(ValueError, match="25 offers"):
        request([US] * 26, 5)


def test_all_entries_accepted_is_accepted():
    assert outcome(entry(None, 200), entry("offer-EBAY_US", 200), entry("offer-EBAY_GB", 200)) == [None, None]


def test_a_refused_offer_is_refused_and_an_accepted_one_is_accepted():
    us, gb = outcome(entry("offer-EBAY_US", 200), entry("offer-EBAY_GB", 400, error(25003)))
    assert us is None
    assert isinstance(gb, Rejected)


def test_an_offer_that_failed_beside_the_culprit_may_be_sent_again_by_itself():
    us, gb = outcome(entry("offer-EBAY_US", 400), entry("offer-EBAY_GB", 400, error(25003)))
    assert type(us) is RetryLater
    assert type(gb) is Rejected


@pytest.mark.parametrize("parameter", [{"offerId": "offer-EBAY_US"}, {"listingId": "listing-EBAY_US"}])
def test_the_parameters_name_the_culprit_before_the_entry_does(parameter: dict[str, str]):
    us, gb = outcome(entry("offer-EBAY_US", 400), entry("offer-EBAY_GB", 400, error(25004, **parameter)))
    assert isinstance(us, Rejected)
    assert type(gb) is RetryLater


def test_an_error_on_the_item_concerns_all_its_listings():
    both = outcome(entry(None, 400, error(25710)), entry("offer-EBAY_US", 400), entry("offer-EBAY_GB", 400))
    assert [type(one) for one in both] == [NotFound, NotFound]


def test_an_item_that_failed_alone_makes_no_listing_accepted():
    us, gb = outcome(entry(None, 400, error(25709)), entry("offer-EBAY_US", 200), entry("offer-EBAY_GB", 200))
    assert type(us) is type(gb) is Rejected


def test_no_word_of_a_listing_is_an_unknown_outcome():
    us, gb = outcome(entry("offer-EBAY_US", 200))
    assert us is None
    assert isinstance(gb, OutcomeUnknown)


def test_a_failure_without_a_reason_is_tried_again_and_holds_nothing():
    [us] = outcome(entry("offer-EBAY_US", 400), of=(US,))
    assert type(us) is RetryLater
    [broken] = outcome(entry("offer-EBAY_US", 500), of=(US,))
    assert isinstance(broken, OutcomeUnknown)


def test_concurrent_access_told_by_an_entry_is_tried_again():
    busy = {"errorId": 25025, "category": "APPLICATION", "message": "Concurrent access"}
    [us] = outcome(entry("offer-EBAY_US", 500, busy), of=(US,))
    assert type(us) is RetryLater


def test_a_system_error_told_by_an_entry_is_an_unknown_outcome():
    broken = {"errorId": 25001, "category": "APPLICATION", "message": "A system error has occurred."}
    [us] = outcome(entry("offer-EBAY_US", 500, broken), of=(US,))
    assert isinstance(us, OutcomeUnknown)


@pytest.mark.parametrize(
    ("error_id", "message", "code"),
    [
        (25004, "Invalid quantity.", "out_of_stock_control_off"),
        (25002, "The quantity must be a valid number greater than 0.", "out_of_stock_control_off"),
        (25016, "Invalid availableQuantity.", "out_of_stock_control_off"),
        (25002, "The offer is not published.", "ebay_not_live"),
        (25002, "Something else.", "ebay_refused"),
        (25026, "Selling limits exceeded.", "ebay_selling_limit"),
    ],
)
def test_only_a_refusal_of_the_quantity_itself_means_that_zero_is_not_taken(error_id: int, message: str, code: str):
    zero = revision("EBAY_US", quantity=0)
    [refused] = outcome(entry("offer-EBAY_US", 400, error(error_id, message)), of=(zero,), highest=0)
    assert refused is not None
    assert refused.problem.code == code


def test_another_quantity_that_is_refused_is_not_called_a_zero():
    [refused] = outcome(entry("offer-EBAY_US", 400, error(25004)), of=(US,))
    assert refused is not None
    assert refused.problem.code == "ebay_quantity_refused"


def test_a_spent_day_of_revisions_waits_for_midnight_in_california_even_for_a_zero():
    zero = revision("EBAY_US", quantity=0)
    told = error(25019, "The item cannot be revised: the number of revisions per day for this quantity is reached.")
    [waiting] = outcome(entry("offer-EBAY_US", 400, told), of=(zero,), highest=0)
    assert isinstance(waiting, RateLimited)
    assert waiting.until == datetime(2026, 11, 2, 8, tzinfo=UTC)

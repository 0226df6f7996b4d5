"""Refusals that eBay's documents list for an operation and that a client of one kind of listing rarely meets."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.marketplaces.ebay_documents import EbaySpec
from tests.contract.simulators.ebay_seller import API, EbaySeller, error_ids, virtual_simulator
from tests.contract.specs import specs_root

ORDERS = f"{API}/sell/fulfillment/v1/order"
SCOPES = " ".join(f"{API}/oauth/api_scope/sell.{name}" for name in ("inventory", "fulfillment", "finances"))
AMOUNT = {"value": "1.00", "currency": "USD"}


@pytest.fixture
def anna() -> EbaySeller:
    simulator, _ = virtual_simulator()
    seller = EbaySeller(simulator, spec=EbaySpec.load() if specs_root() else None)
    seller.sign_in(scope=SCOPES)
    return seller


def bought(anna: EbaySeller) -> str:
    anna.on_sale("HB")
    order_id: str = anna.simulator.deeds.buy(sku="HB", marketplace="EBAY_US", quantity=1)["orderId"]
    return order_id


# Offers


@pytest.mark.parametrize("start", ["soon", "2020-01-01T00:00:00Z"])
def test_a_listing_cannot_begin_in_the_past_or_at_no_time(anna: EbaySeller, start: str) -> None:
    anna.put_item("HB")
    answer = anna.call("POST", "/offer", anna.offer("HB", listingStartDate=start))
    assert (answer.status_code, error_ids(answer)) == (400, [25752])
    assert anna.call("GET", "/offer?sku=HB").status_code == 404


def test_a_start_is_judged_until_the_listing_is_live(anna: EbaySeller) -> None:
    later = "2099-01-01T00:00:00Z"
    offer_id = anna.staged("HB", listingStartDate=later)
    keys = ("sku", "marketplaceId", "format")
    past = {name: value for name, value in anna.offer("HB").items() if name not in keys}
    past["listingStartDate"] = "2020-01-01T00:00:00Z"
    assert error_ids(anna.call("PUT", f"/offer/{offer_id}", past)) == [25752]
    assert anna.shown(offer_id)["listingStartDate"] == later
    assert anna.call("POST", f"/offer/{offer_id}/publish", {}).status_code == 200
    assert anna.call("PUT", f"/offer/{offer_id}", past).status_code == 204


@pytest.mark.parametrize("name", ["auctionStartPrice", "auctionReservePrice"])
def test_an_auctions_prices_do_not_fit_a_fixed_price_offer(anna: EbaySeller, name: str) -> None:
    anna.put_item("HB")
    prices = {"price": {"value": "19.99", "currency": "USD"}, name: {"value": "1.00", "currency": "USD"}}
    answer = anna.call("POST", "/offer", anna.offer("HB", pricingSummary=prices))
    assert (answer.status_code, error_ids(answer)) == (400, [25758])
    assert anna.call("GET", "/offer?sku=HB").status_code == 404


def test_a_limit_per_buyer_that_is_a_text_cannot_be_read(anna: EbaySeller) -> None:
    anna.put_item("HB")
    body = anna.offer("HB", quantityLimitPerBuyer="five")
    answer = anna.call("POST", "/offer", body, check=False)
    assert (answer.status_code, error_ids(answer)) == (400, [2004])


def test_a_new_offer_tells_its_language(anna: EbaySeller) -> None:
    anna.put_item("HB")
    answer = anna.call("POST", "/offer", anna.offer("HB"))
    assert (answer.status_code, answer.headers["Content-Language"]) == (201, "en-US")


@pytest.mark.parametrize("query", ["marketplace_id=EBAY_MOON", "format=RAFFLE"])
def test_a_list_of_offers_by_a_value_that_ebay_does_not_know_is_refused(anna: EbaySeller, query: str) -> None:
    anna.staged("HB")
    answer = anna.call("GET", f"/offer?sku=HB&{query}")
    assert (answer.status_code, error_ids(answer)) == (400, [25709])


# Parcels of no order


def test_a_parcel_of_an_unknown_order_is_an_invalid_order_id(anna: EbaySeller) -> None:
    body = {"lineItems": [{"lineItemId": "1", "quantity": 1}]}
    for method, told in (("POST", body), ("GET", None)):
        answer = anna.call(method, f"{ORDERS}/00-00000-00000/shipping_fulfillment", told)
        assert (answer.status_code, error_ids(answer)) == (400, [32100]), method


# Refunds


@pytest.mark.parametrize(
    ("body", "error_id"),
    [
        ({}, 34902),
        ({"reasonForRefund": "BUYER_CANCEL", "comment": "x" * 1001, "orderLevelRefundAmount": AMOUNT}, 34921),
        ({"reasonForRefund": "BUYER_CANCEL", "refundItems": [{"refundAmount": AMOUNT}]}, 34910),
        (
            {
                "reasonForRefund": "BUYER_CANCEL",
                "refundItems": [{"refundAmount": AMOUNT, "legacyReference": {"legacyTransactionId": "1"}}],
            },
            34911,
        ),
        (
            {
                "reasonForRefund": "BUYER_CANCEL",
                "refundItems": [{"refundAmount": AMOUNT, "legacyReference": {"legacyItemId": "1"}}],
            },
            34912,
        ),
        (
            {
                "reasonForRefund": "BUYER_CANCEL",
                "refundItems": [
                    {"refundAmount": AMOUNT, "legacyReference": {"legacyItemId": "1", "legacyTransactionId": "2"}}
                ],
            },
            34914,
        ),
    ],
)
def test_an_incomplete_refund_is_refused_and_nothing_is_paid_back(
    anna: EbaySeller, body: dict[str, Any], error_id: int
) -> None:
    order_id = bought(anna)
    answer = anna.call("POST", f"{ORDERS}/{order_id}/issue_refund", body)
    assert (answer.status_code, error_ids(answer)) == (400, [error_id])
    assert anna.call("GET", f"{ORDERS}/{order_id}").json()["paymentSummary"]["refunds"] == []


def test_an_incomplete_refund_is_refused_for_itself_while_another_is_under_way(anna: EbaySeller) -> None:
    order_id = bought(anna)
    whole = {"reasonForRefund": "BUYER_CANCEL", "orderLevelRefundAmount": AMOUNT}
    assert anna.call("POST", f"{ORDERS}/{order_id}/issue_refund", whole).status_code == 200
    broken = {"reasonForRefund": "BUYER_CANCEL", "refundItems": [{"refundAmount": AMOUNT}]}
    assert error_ids(anna.call("POST", f"{ORDERS}/{order_id}/issue_refund", broken)) == [34910]

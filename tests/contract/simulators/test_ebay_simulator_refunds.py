"""Refunds, by the API and on the site, as orders show it afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.clock import VirtualClock
from simulators.ebay import DeedRefused, EbaySimulator
from tests.contract.marketplaces.ebay_documents import EbaySpec
from tests.contract.simulators.ebay_seller import API, EbaySeller
from tests.contract.simulators.test_ebay_simulator_orders import ORDERS, buy, refund
from tests.contract.specs import specs_root


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def anna(clock: VirtualClock) -> EbaySeller:
    seller = EbaySeller(EbaySimulator(clock=clock), spec=EbaySpec.load() if specs_root() else None)
    seller.on_sale("HB-RED", item=seller.item(quantity=100), availableQuantity=100)
    return seller


@pytest.fixture
def order_id(anna: EbaySeller) -> str:
    return buy(anna)


def shown(anna: EbaySeller, order_id: str) -> dict[str, Any]:
    body: dict[str, Any] = anna.call("GET", f"{ORDERS}/{order_id}").json()
    return body


def line_id(anna: EbaySeller, order_id: str) -> str:
    return str(shown(anna, order_id)["lineItems"][0]["lineItemId"])


def test_a_refund_of_a_line_by_the_api_stands_at_the_line_alone(
    anna: EbaySeller, order_id: str, clock: VirtualClock
) -> None:
    share = {"lineItemId": line_id(anna, order_id), "refundAmount": {"value": "5.00", "currency": "USD"}}
    told = refund(anna, order_id, refundItems=[share]).json()
    clock.advance(60)
    order = shown(anna, order_id)
    (row,) = order["lineItems"][0]["refunds"]
    assert (row["refundId"], row["amount"]) == (told["refundId"], {"value": "5.0", "currency": "USD"})
    assert (order["paymentSummary"]["refunds"], order["orderPaymentStatus"]) == ([], "PARTIALLY_REFUNDED")


def test_a_line_gives_back_no_more_than_it_cost_over_all_its_refunds(
    anna: EbaySeller, order_id: str, clock: VirtualClock
) -> None:
    share = {"lineItemId": line_id(anna, order_id), "refundAmount": {"value": "12.00", "currency": "USD"}}
    refund(anna, order_id, refundItems=[share])
    clock.advance(60)
    again = refund(anna, order_id, refundItems=[share])
    assert [one["errorId"] for one in again.json()["errors"]] == [34924]
    assert len(shown(anna, order_id)["lineItems"][0]["refunds"]) == 1


def test_a_refund_on_the_site_has_a_reference_and_is_there_at_once(anna: EbaySeller, order_id: str) -> None:
    told = anna.simulator.deeds.refund_order(order_id)
    order = shown(anna, order_id)
    (row,) = order["paymentSummary"]["refunds"]
    assert (row["refundReferenceId"], row["refundStatus"]) == (told["refundReferenceId"], "REFUNDED")
    assert (row["amount"], order["orderPaymentStatus"]) == (order["pricingSummary"]["total"], "FULLY_REFUNDED")


def test_a_refund_of_a_line_on_the_site_has_no_id(anna: EbaySeller, order_id: str) -> None:
    anna.simulator.deeds.refund_order(order_id, line=line_id(anna, order_id), amount="3.00")
    order = shown(anna, order_id)
    assert [set(row) for row in order["lineItems"][0]["refunds"]] == [{"refundDate", "amount"}]
    assert order["orderPaymentStatus"] == "PARTIALLY_REFUNDED"


@pytest.mark.parametrize(
    ("what", "status"),
    [
        ({"amount": "999.00"}, "FULLY_REFUNDED"),
        ({"amount": "999.00", "currency": "EUR"}, "PARTIALLY_REFUNDED"),
        ({"amount": "999.00", "failed": True}, "PAID"),
    ],
)
def test_what_a_refund_on_the_site_makes_of_the_payment(
    anna: EbaySeller, order_id: str, what: dict[str, Any], status: str
) -> None:
    anna.simulator.deeds.refund_order(order_id, **what)
    assert shown(anna, order_id)["orderPaymentStatus"] == status


def test_an_order_that_is_not_paid_gives_nothing_back(anna: EbaySeller) -> None:
    order_id = buy(anna, paid=False)
    with pytest.raises(DeedRefused):
        anna.simulator.deeds.refund_order(order_id)
    assert shown(anna, order_id)["paymentSummary"]["refunds"] == []


def test_a_line_that_the_order_does_not_have_gives_nothing_back(anna: EbaySeller, order_id: str) -> None:
    with pytest.raises(DeedRefused):
        anna.simulator.deeds.refund_order(order_id, line="NONE")
    assert shown(anna, order_id)["lineItems"][0]["refunds"] == []


def test_refunds_are_made_and_put_off_through_the_door(anna: EbaySeller, order_id: str, clock: VirtualClock) -> None:
    def deed(**body: Any) -> Any:
        return anna.session.post(f"{API}/_sim/deeds", json=body)

    told = deed(deed="refund_order", order_id=order_id, amount="1.00")
    assert (told.status_code, told.json()["orderPaymentStatus"]) == (200, "PARTIALLY_REFUNDED")
    later = {"deed": "later", "seconds": 30, "act": "refund_order", "arguments": {"order_id": order_id}}
    assert deed(**later).status_code == 200
    assert len(shown(anna, order_id)["paymentSummary"]["refunds"]) == 1
    clock.advance(31)
    assert len(shown(anna, order_id)["paymentSummary"]["refunds"]) == 2
    assert deed(deed="refund_order", order_id="none").status_code == 400

"""Parcels that the marketplace was not told about as they are: the fix that is named is done, and the notice goes."""

from __future__ import annotations

import pytest

from tests.unit.functions.order_desk import OrderDesk
from tests.unit.remedies.order_words import bought, compared, notice, shop_id, taken_off
from tests.unit.remedies.test_ebay_refusals_walked import said
from tests.unit.remedies.walks import EBAY, SHOPIFY, walks

PARCEL = [(32300, "ebay_tracking_refused", "correct_tracking"), (32200, "ebay_parcel_refused", "mark_sent_on_ebay")]


@walks("parcel_refused", *(code for _, code, _ in PARCEL), on=EBAY)
@pytest.mark.parametrize(("number", "code", "fix"), PARCEL)
def test_a_parcel_that_ebay_refused_is_entered_there(desk: OrderDesk, number: int, code: str, fix: str) -> None:
    remote = bought(desk)
    desk.its.ebay.faults.add(said("createShippingFulfillment", number))
    desk.its.shopify.deeds.fulfill(shop_id(desk, remote), company="DHL", tracking_number="1")
    compared(desk)
    assert notice(desk, remote, "parcel_refused", fix)["params"]["reason"] == code
    desk.its.ebay.deeds.ship_order(remote, carrier="DHL", tracking="1")
    taken_off(desk, remote, "parcel_refused")
    assert desk.order(remote)["completed_at"] is not None


@walks("tracking_changed", "parcel_taken_back", on=SHOPIFY)
@pytest.mark.parametrize("code", ["tracking_changed", "parcel_taken_back"])
def test_second_thoughts_about_a_parcel_are_corrected_there_and_the_notice_taken_off(
    desk: OrderDesk, code: str
) -> None:
    remote = bought(desk, quantity=2)
    deeds = desk.its.shopify.deeds
    for number in ("0", "1"):
        made = deeds.fulfill(shop_id(desk, remote), lines={"MUG": 1}, company="DHL", tracking_number=number)
        desk.look(30)
    parcel = made["fulfillment_id"]
    if code == "tracking_changed":
        deeds.update_tracking(parcel, company="DHL", tracking_number="2")
    else:
        deeds.cancel_fulfillment(parcel)
    compared(desk)
    notice(desk, remote, code, "correct_there")
    taken_off(desk, remote, code)

"""Parcels and orders as only Etsy has them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from listbridge.domain.ids import RemoteOrderId
from listbridge.domain.verdicts import Rejected
from tests.contract.marketplaces.orders import MUG, parcel, poll, seen
from tests.contract.marketplaces.staged_etsy import EtsyStage


@pytest.fixture
def stage() -> EtsyStage:
    made = EtsyStage()
    made.put_on_sale(MUG)
    return made


def bought(stage: EtsyStage, country: str, **more: Any) -> RemoteOrderId:
    deeds: Any = stage.simulator.deeds
    line = {"sku": str(MUG), "quantity": 1}
    return RemoteOrderId(
        str(deeds.checkout([line], seller="anna", buyer={"country_iso": country}, **more)["receiptId"])
    )


def mails(stage: EtsyStage, order: RemoteOrderId) -> int:
    return len(stage.simulator.world.receipts[int(order)].mails)


@pytest.mark.parametrize("country", ["US", "IN"])
def test_a_parcel_without_a_number_is_refused_before_it_is_told_where_etsy_requires_one(
    stage: EtsyStage, country: str
) -> None:
    stage.open()
    facts = {"shop_id": str(stage.seller["shopId"]), "currency": "USD", "country": "US"}
    from listbridge import registry

    adapter = registry.open_marketplace("etsy", replace(stage.connection(), facts=facts))
    order = bought(stage, country)
    told = parcel(adapter, stage, order, tracking="", carrier="")
    stage.calls.clear()
    with pytest.raises(Rejected) as refused:
        adapter.ship(order, told, 1)
    assert (refused.value.problem.code, refused.value.problem.fix) == ("etsy_tracking_required", "add_tracking_there")
    assert (mails(stage, order), stage.calls) == (0, ["getShopReceipt"])
    adapter.ship(order, replace(told, tracking="1Z1", carrier="UPS"), 1)
    assert mails(stage, order) == 1


def test_an_order_whose_address_etsy_keeps_to_itself_comes_without_one(stage: EtsyStage) -> None:
    order = bought(stage, "GB", address=False)
    read = seen(poll(stage, stage.open()))[order]
    assert read.buyer is not None
    assert read.buyer.shipping is None


def test_a_cancelled_order_says_so_when_a_parcel_is_told(stage: EtsyStage) -> None:
    adapter, order = stage.open(), bought(stage, "GB")
    told = parcel(adapter, stage, order)
    stage.cancel(order)
    with pytest.raises(Rejected) as refused:
        adapter.ship(order, told, 1)
    assert (refused.value.problem.code, refused.value.problem.fix) == ("etsy_order_canceled", "do_not_ship")
    assert mails(stage, order) == 0

"""What decides over data and live listings is taken literally: nothing that only looks like true is taken for it."""

from __future__ import annotations

import pytest

from tests.unit.functions.seller import Seller


@pytest.mark.parametrize("value", ["true", 1, 0, "yes"])
@pytest.mark.parametrize("switch", ["observe", "create_orders", "auto_quantity", "relay_fulfillments"])
def test_a_switch_takes_true_and_false_and_nothing_that_looks_like_them(
    seller: Seller, switch: str, value: object
) -> None:
    before = seller.its.get(f"/accounts/{seller.account}")
    answer = seller.its.call("PATCH", f"/v1/accounts/{seller.account}", {switch: value})
    assert answer.status == 422
    seller.its.run()
    assert seller.its.get(f"/accounts/{seller.account}")[switch] == before[switch]


@pytest.mark.parametrize("days", [True, False, "60", 1.0])
def test_days_of_retention_are_a_whole_number(seller: Seller, days: object) -> None:
    before = seller.its.get("/settings")["buyer_retention_days"]
    assert seller.its.call("PUT", "/v1/settings", {"buyer_retention_days": days}).status == 422
    assert seller.its.get("/settings")["buyer_retention_days"] == before

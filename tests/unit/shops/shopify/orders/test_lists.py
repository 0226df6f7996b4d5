"""Lists that come in pages, of a thing that may go while they are read."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.domain.verdicts import RetryLater
from tests.unit.shops.shopify_line import Line, ok


def fulfilment_orders(more: bool) -> dict[str, Any]:
    page = {"hasNextPage": more, "endCursor": "c1" if more else None}
    return {"order": {"fulfillmentOrders": {"nodes": [], "pageInfo": page}}}


def test_an_order_that_is_not_there_has_taken_nothing(line: Line, open_with: Any):
    line.answers = [ok({"order": None})]
    assert open_with().stock_taken("5") == {}


@pytest.mark.parametrize("data", [None, {"order": {"fulfillmentOrders": None}}, {"order": []}])
def test_an_answer_that_does_not_speak_of_the_order_proves_nothing_of_its_stock(line: Line, open_with: Any, data: Any):
    line.answers = [ok(data)]
    with pytest.raises(RetryLater) as refused:
        open_with().stock_taken("5")
    assert refused.value.problem.code == "shopify_answer_unreadable"


def test_an_order_that_goes_between_two_pages_is_looked_at_again_and_not_taken_for_read(line: Line, open_with: Any):
    line.answers = [ok(fulfilment_orders(more=True)), ok({"order": None})]
    with pytest.raises(RetryLater) as refused:
        open_with().stock_taken("5")
    assert refused.value.problem.code == "shopify_changed_while_reading"
    assert [asked["variables"]["after"] for asked in line.asked] == [None, "c1"]

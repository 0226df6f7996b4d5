"""What Shopify's schema forbids of an order: it is refused before anything is made."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, Rejected
from tests.fakes.order_drafts import MARK, draft
from tests.unit.shops.shopify_line import Line, ok

NOBODY = {"nodes": [], "pageInfo": {"hasNextPage": False}}
TOTAL = {"shopMoney": {"amount": "14.9", "currencyCode": "EUR"}}
MADE_ORDER = {"id": "gid://shopify/Order/5", "name": "#1001", "totalPriceSet": TOTAL}
MADE = ok({"orderCreate": {"order": MADE_ORDER, "userErrors": []}})


@pytest.fixture
def looked(line: Line, open_with: Any) -> Any:
    """An adapter that has looked for the order, and knows by that that the mark is defined."""
    line.answers = [ok({"orderByIdentifier": None, "orders": NOBODY})]
    adapter = open_with()
    adapter.look_for_order(MARK)
    line.asked.clear()
    return adapter


def asked(line: Line) -> int:
    return len(line.asked)


def invalid(*paths: list[Any]) -> tuple[int, Any, dict[str, str]]:
    """What Shopify answers to variables that its schema forbids."""
    error = {
        "message": "Variable $order of type OrderCreateOrderInput! was provided invalid value for …",
        "extensions": {
            "code": "INVALID_VARIABLE",
            "value": {"email": "hush"},
            "problems": [{"path": path, "explanation": 'Expected "hush" to be one of: …'} for path in paths],
        },
    }
    return 200, {"errors": [error]}, {}


def test_a_part_of_an_address_that_the_schema_forbids_is_left_out_in_a_second_try(line: Line, looked: Any):
    line.answers = [invalid(["shippingAddress", "countryCode"]), MADE]
    assert looked.create_order(draft()).id == "5"
    first, second = (one["variables"]["order"]["shippingAddress"] for one in line.asked)
    assert first["countryCode"] == "GB"
    assert "countryCode" not in second
    assert second["address2"] == f"{first['address2']}, GB"


def test_what_the_schema_forbids_elsewhere_is_a_certain_refusal_that_names_the_field(line: Line, looked: Any):
    line.answers = [invalid(["lineItems", 0, "quantity"]), MADE]
    with pytest.raises(Rejected) as told:
        looked.create_order(draft())
    assert not isinstance(told.value, OutcomeUnknown)
    assert told.value.problem == Problem(
        "shopify_refused_fields", {"fields": "order.lineItems.0.quantity"}, "report_to_us"
    )
    assert "hush" not in f"{told.value} {told.value.detail}"
    assert asked(line) == 1


def test_what_the_schema_forbids_twice_is_refused(line: Line, looked: Any):
    line.answers = [invalid(["shippingAddress", "countryCode"]), invalid(["currency"]), MADE]
    with pytest.raises(Rejected, match="shopify_refused_fields"):
        looked.create_order(draft())
    assert asked(line) == 2


def test_a_user_error_that_names_a_place_by_number_is_a_refusal_too(line: Line, looked: Any):
    told = {"field": ["order", "lineItems", 0, "variantId"], "message": "is gone", "code": "INVALID"}
    line.answers = [ok({"orderCreate": {"order": None, "userErrors": [told]}})]
    with pytest.raises(Rejected) as refused_with:
        looked.create_order(draft())
    assert refused_with.value.problem.code == "variant_gone"

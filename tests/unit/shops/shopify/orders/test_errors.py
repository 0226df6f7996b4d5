"""What is made of Shopify's refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from listbridge.domain.verdicts import NotFound, RateLimited, Rejected, RetryLater
from listbridge.shops.shopify.catalog.wire import UserError
from listbridge.shops.shopify.orders.errors import not_cancelled, refused_create, refused_parts
from listbridge.shops.shopify.orders.input import PARTS
from tests.fakes.order_drafts import ADDRESS, BUYER, draft, line


def error(*field: str, message: str = "is invalid", code: str | None = "INVALID") -> UserError:
    return UserError(field=field or None, message=message, code=code)


@pytest.mark.parametrize(
    "message", ["Exceeded order API rate limit, please try again in a minute.", "Too many attempts: at most 5 a minute"]
)
def test_the_limit_of_trial_stores_passes_in_a_minute(message: str):
    refused = refused_create([error("order", message=message)], draft())
    assert isinstance(refused, RateLimited)
    assert refused.after_s == 60.0


def test_a_dormant_shop_may_come_back():
    refused = refused_create([error(message="dormant", code="SHOP_DORMANT")], draft())
    assert isinstance(refused, RetryLater)
    assert refused.problem.code == "shopify_store_frozen"


def test_a_variant_that_is_gone_is_named_by_its_sku():
    of = draft(line("10.00", quantity=3), line(id="2", sku="BOWL"))  # the first becomes two lines of the shop's
    refused = refused_create([error("order", "lineItems", "2", "variantId")], of)
    assert isinstance(refused, Rejected)
    assert (refused.problem.code, refused.problem.params) == ("variant_gone", {"sku": "BOWL"})


def test_anything_else_is_refused_with_its_field_and_shopifys_words():
    refused = refused_create([error("order", "lineItems", "0", "priceSet", message="Price is odd")], draft())
    assert isinstance(refused, Rejected)
    assert refused.problem.code == "shop_refused_order"
    assert refused.problem.params == {"field": "order.lineItems.0.priceSet", "reason": "Price is odd"}


@pytest.mark.parametrize(
    "told",
    [
        error("order", "email", message="x1@members.ebay.com is invalid"),
        error("order", "shippingAddress", "lastName", message="Lovelace is no name"),
        error("order", "customer", message="someone exists"),
        error(message="Ada cannot order"),
        error("order", "note", message="not to LOVELACE in Leeds"),
    ],
    ids=str,
)
def test_the_buyers_data_reach_no_problem(told: UserError):
    refused = refused_create([told], draft(buyer=replace(BUYER, billing=ADDRESS)))
    assert refused.problem.params["reason"] == "INVALID"
    assert "ovelace" not in str(refused)
    assert "members" not in str(refused)


def without_refused(order: dict[str, Any], errors: Sequence[UserError]) -> dict[str, Any] | None:
    return PARTS.without(order, refused_parts(one.field for one in errors))


def order() -> dict[str, Any]:
    return {"email": "x", "lineItems": [], "shippingAddress": {"phone": "1", "provinceCode": "X", "city": "Leeds"}}


def test_a_phone_number_that_is_refused_is_left_out():
    slimmer = without_refused(order(), [error("order", "shippingAddress", "phone")])
    assert slimmer == order() | {"shippingAddress": {"provinceCode": "X", "city": "Leeds"}}


def test_all_that_is_refused_of_an_address_is_taken_out_at_once():
    told = [error("order", "shippingAddress", "provinceCode"), error("order", "email")]
    assert without_refused(order(), told) == {
        "lineItems": [],
        "shippingAddress": {"phone": "1", "city": "Leeds", "address2": "X"},
    }


@pytest.mark.parametrize(
    ("refused", "sent"),
    [("province", "provinceCode"), ("country", "countryCode"), ("zip", "zip"), ("company", "company")],
)
def test_what_a_parcel_needs_goes_behind_the_street(refused: str, sent: str):
    address = {"city": "Leeds", "address2": "Flat 2", sent: "LS1"}
    asked = {"lineItems": [], "billingAddress": address}
    assert without_refused(asked, [error("order", "billingAddress", refused)]) == {
        "lineItems": [],
        "billingAddress": {"city": "Leeds", "address2": "Flat 2, LS1"},
    }
    assert address == {"city": "Leeds", "address2": "Flat 2", sent: "LS1"}


def test_a_last_name_that_is_wanted_and_not_known_is_a_dash():
    told = [error("shippingAddress", "lastName", message="Enter a last name")]
    slimmer = without_refused(order(), told)
    assert slimmer is not None
    assert slimmer["shippingAddress"] == order()["shippingAddress"] | {"lastName": "-"}
    named = order() | {"shippingAddress": {"lastName": "Lovelace"}}
    assert without_refused(named, told) is None


@pytest.mark.parametrize(
    "told",
    [
        [error("order", "shippingAddress", "city")],
        [error("order", "lineItems", "0", "phone")],
        [error("order", "shippingAddress", "phone"), error("order", "lineItems")],
        [error("order", "billingAddress", "phone")],
        [error()],
    ],
    ids=str,
)
def test_an_order_is_not_made_without_what_it_needs(told: list[UserError]):
    asked = order()
    assert without_refused(asked, told) is None
    assert asked == order()


def test_a_refused_cancellation_says_why():
    refused = not_cancelled([error("orderId", message="Cannot cancel a fulfilled order")])
    assert type(refused) is Rejected
    assert refused.problem.params == {"reason": "Cannot cancel a fulfilled order"}


def test_an_order_that_is_not_there_cannot_be_cancelled():
    assert isinstance(not_cancelled([error("orderId", code="NOT_FOUND")]), NotFound)

"""Orders over a scripted wire: what is asked, in which order, and what every answer means."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest
import requests

from listbridge.domain.orders.orders import ShopOrderRef
from listbridge.domain.orders.shop_orders import FoundOrder
from listbridge.domain.verdicts import (
    NotFound,
    ObserveMode,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RetryLater,
    Unauthorized,
    Unsupported,
)
from tests.fakes.order_drafts import ADDRESS, BUYER, MARK, draft, refs
from tests.unit.shops.shopify_line import Line, failed, ok

NOBODY = {"nodes": [], "pageInfo": {"hasNextPage": False}}
NO_ORDER = ok({"orderByIdentifier": None, "orders": NOBODY})
DEFINED = ok({"metafieldDefinitionCreate": {"createdDefinition": {"id": "gid://x/1"}, "userErrors": []}})
TOTAL = {"shopMoney": {"amount": "14.9", "currencyCode": "EUR"}}
MADE_ORDER = {"id": "gid://shopify/Order/5", "name": "#1001", "totalPriceSet": TOTAL}
MADE = ok({"orderCreate": {"order": MADE_ORDER, "userErrors": []}})
OURS = ok({"orderByIdentifier": {"id": "gid://shopify/Order/4", "name": "#1000"}, "orders": NOBODY})
UNDEFINED = failed("NOT_FOUND", data={"orderByIdentifier": None, "orders": NOBODY})
TAKEN = ("order", "metafields", "0", "value")


def refused(*field: str, code: str = "INVALID", message: str = "is invalid") -> Any:
    error = {"field": list(field), "code": code, "message": message}
    return ok({"orderCreate": {"order": None, "userErrors": [error]}})


def not_defined(code: str) -> Any:
    error = {"field": ["definition", "key"], "code": code, "message": "no"}
    return ok({"metafieldDefinitionCreate": {"createdDefinition": None, "userErrors": [error]}})


def asked(line: Line) -> list[str]:
    """The names of the documents that were sent, in order."""
    return [one["query"].split("(")[0].split()[-1] for one in line.asked]


@pytest.fixture
def looked(line: Line, open_with: Any) -> Any:
    """An adapter that has looked in vain, as it always has before a create."""
    line.answers = [NO_ORDER]
    adapter = open_with()
    assert adapter.look_for_order(MARK) == ()
    line.asked.clear()
    return adapter


# Creating


def test_after_a_look_a_create_is_one_request(line: Line, looked: Any):
    line.answers = [MADE]
    assert looked.create_order(draft()) == ShopOrderRef(id="5", name="#1001", ours=True)  # type: ignore[arg-type]
    assert asked(line) == ["CreateOrder"]
    assert line.asked[0]["variables"]["options"] == {
        "inventoryBehaviour": "DECREMENT_IGNORING_POLICY",
        "sendReceipt": False,
        "sendFulfillmentReceipt": False,
    }


def test_a_store_that_does_not_know_the_mark_is_taught_it_before_the_first_order(line: Line, open_with: Any):
    line.answers = [UNDEFINED, ok({"orders": NOBODY}), DEFINED, NO_ORDER, MADE, MADE]
    adapter = open_with()
    assert adapter.look_for_order(MARK) == ()
    adapter.create_order(draft())
    adapter.create_order(draft())
    assert asked(line) == ["LookForOrder", "SearchOrders", "DefineMark", "LookForOrder", "CreateOrder", "CreateOrder"]


def test_a_mark_that_another_worker_has_just_defined_is_as_good(line: Line, open_with: Any):
    line.answers = [not_defined("TAKEN"), NO_ORDER, MADE]
    assert open_with().create_order(draft()).id == "5"


def test_an_order_found_after_the_definition_is_not_made_again(line: Line, open_with: Any):
    line.answers = [DEFINED, OURS]
    assert open_with().create_order(draft()).id == "4"
    assert asked(line) == ["DefineMark", "LookForOrder"]


@pytest.mark.parametrize(
    "answers",
    [[not_defined("RESOURCE_TYPE_LIMIT_EXCEEDED")], [not_defined("TAKEN"), UNDEFINED]],
    ids=["the definition is refused", "the definition is of another type"],
)
def test_without_the_mark_no_order_is_made(line: Line, open_with: Any, answers: list[Any]):
    line.answers = answers
    with pytest.raises(Rejected, match="shopify_mark_refused"):
        open_with().create_order(draft())
    assert "CreateOrder" not in asked(line)


def test_a_definition_of_unknown_outcome_is_made_again_later(line: Line, open_with: Any):
    line.answers = [requests.ReadTimeout("hush")]
    with pytest.raises(RetryLater):
        open_with().create_order(draft())
    assert asked(line) == ["DefineMark"]


BELOW = {
    "errors": [{"message": "m", "path": ["orderCreate", "order", "name"], "extensions": {"code": "X"}}],
    "data": {"orderCreate": None},
}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(requests.ReadTimeout("hush"), id="no answer"),
        pytest.param(requests.ConnectionError("reset"), id="a broken connection"),
        pytest.param((500, "hush", {}), id="500"),
        pytest.param((502, "<html>", {}), id="502"),
        pytest.param((408, "", {}), id="408"),
        pytest.param((200, "<html>", {}), id="a page with 200"),
        pytest.param((200, ["x"], {}), id="a body of the wrong kind"),
        pytest.param(failed("INTERNAL_SERVER_ERROR"), id="an internal error"),
        pytest.param(failed("TIMEOUT"), id="Shopify's own time-out"),
        pytest.param((200, BELOW, {}), id="an error below the mutation"),
        pytest.param(ok({"orderCreate": None}), id="no payload"),
        pytest.param(ok({"orderCreate": {"order": None, "userErrors": []}}), id="neither order nor errors"),
        pytest.param(ok({"orderCreate": {"order": {"id": 5}}}), id="an order of another shape"),
    ],
)
def test_an_answer_that_does_not_say_what_was_done_leaves_the_outcome_unknown(line: Line, looked: Any, answer: Any):
    line.answers = [answer, MADE]
    with pytest.raises(OutcomeUnknown):
        looked.create_order(draft())
    assert asked(line) == ["CreateOrder"]


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        pytest.param(failed("THROTTLED"), RateLimited, id="throttled"),
        pytest.param((429, "", {}), RateLimited, id="429"),
        pytest.param((423, "", {}), RetryLater, id="locked"),
        pytest.param(requests.ConnectTimeout("x"), RetryLater, id="never connected"),
        pytest.param(failed("ACCESS_DENIED"), Unauthorized, id="no scope"),
        pytest.param((400, "", {}), Rejected, id="400"),
        pytest.param(refused("order", message="Exceeded order API rate limit"), RateLimited, id="the orders' limit"),
        pytest.param(refused("order", "lineItems", "0", "variantId"), Rejected, id="a variant that is gone"),
        pytest.param(refused("order", "lineItems", "0", "quantity"), Rejected, id="a line refused"),
    ],
)
def test_a_refusal_says_that_nothing_was_made(line: Line, looked: Any, answer: Any, verdict: type[Exception]):
    line.answers = [answer, MADE]
    with pytest.raises(verdict) as told:
        looked.create_order(draft())
    assert not isinstance(told.value, OutcomeUnknown)
    assert asked(line) == ["CreateOrder"]


def test_observing_makes_nothing(line: Line, open_with: Any):
    with pytest.raises(ObserveMode):
        open_with(observe=True).create_order(draft())
    assert line.asked == []


def test_a_mark_that_is_taken_leads_to_the_order_that_has_it(line: Line, looked: Any):
    line.answers = [refused(*TAKEN), OURS]
    assert looked.create_order(draft()).id == "4"
    assert asked(line) == ["CreateOrder", "LookForOrder"]


def test_a_mark_that_is_refused_and_on_no_order_makes_none(line: Line, looked: Any):
    line.answers = [refused(*TAKEN), NO_ORDER]
    with pytest.raises(Rejected, match="shop_refused_order"):
        looked.create_order(draft())
    assert asked(line) == ["CreateOrder", "LookForOrder"]


def test_a_phone_number_that_shopify_refuses_does_not_block_the_order(line: Line, looked: Any):
    line.answers = [refused("order", "shippingAddress", "phone"), MADE]
    assert looked.create_order(draft()).id == "5"
    first, second = (one["variables"]["order"]["shippingAddress"] for one in line.asked)
    assert "phone" in first
    assert second == {name: value for name, value in first.items() if name != "phone"}


def test_what_is_refused_twice_is_refused(line: Line, looked: Any):
    line.answers = [refused("order", "email"), refused("order", "shippingAddress", "phone"), MADE]
    with pytest.raises(Rejected, match="shop_refused_order"):
        looked.create_order(draft())
    assert asked(line) == ["CreateOrder"] * 2


def test_an_order_that_cannot_add_up_is_not_asked_for(line: Line, looked: Any):
    with pytest.raises(Rejected, match="shop_refused_order"):
        looked.create_order(draft(adjustment="-99.00"))
    assert line.asked == []


def test_an_order_that_came_to_another_total_is_reported(line: Line, looked: Any, caplog: pytest.LogCaptureFixture):
    odd = MADE_ORDER | {"totalPriceSet": {"shopMoney": {"amount": "14.89", "currencyCode": "EUR"}}}
    line.answers = [ok({"orderCreate": {"order": odd, "userErrors": []}}), MADE]
    with caplog.at_level(logging.WARNING, "listbridge.shops.shopify"):
        looked.create_order(draft())
        looked.create_order(draft())
    assert [record.fields for record in caplog.records] == [  # type: ignore[attr-defined]
        {"order": "5", "wanted": "14.90 EUR", "made": "14.89 EUR"}
    ]


def test_nothing_of_the_buyer_is_logged_or_raised(line: Line, looked: Any, caplog: pytest.LogCaptureFixture):
    of = draft(buyer=replace(BUYER, shipping=replace(ADDRESS, city="Leeds")))
    told = "x1@members.ebay.com of Leeds, Lovelace"
    line.answers = [(500, told, {}), refused("order", "note", message=told), failed("X"), (200, told, {})]
    with caplog.at_level(logging.DEBUG):
        errors = []
        for _ in range(4):
            with pytest.raises((Rejected, OutcomeUnknown)) as raised:
                looked.create_order(of)
            errors.append(f"{raised.value} {raised.value.problem} {raised.value.detail}")
    seen = " ".join([*errors, *(f"{record.getMessage()}{record.__dict__}" for record in caplog.records)])
    assert "remote_call" in seen
    assert [word for word in ("members", "Leeds", "Lovelace") if word in seen] == []


# Looking


def hit(number: int, **told: Any) -> dict[str, Any]:
    plain = {"note": None, "tags": [], "sourceIdentifier": None, "customAttributes": [], "metafield": None}
    return {"id": f"gid://shopify/Order/{number}", "name": f"#{number}"} | plain | told


def test_ours_come_first_and_none_twice(line: Line, open_with: Any):
    mark, id = {"value": MARK.value}, str(MARK.remote)
    hits = [hit(9, sourceIdentifier=id), hit(8, metafield=mark), hit(4, metafield=mark), hit(3), hit(2, tags=[id])]
    own = {"id": "gid://shopify/Order/4", "name": "#4"}
    line.answers = [ok({"orderByIdentifier": own, "orders": {"nodes": hits}})]
    assert open_with().look_for_order(MARK) == (
        FoundOrder("4", "#4", True),  # type: ignore[arg-type]
        FoundOrder("8", "#8", True),  # type: ignore[arg-type]
        FoundOrder("9", "#9", False),  # type: ignore[arg-type]
        FoundOrder("2", "#2", False),  # type: ignore[arg-type]
    )
    assert len(line.asked) == 1


def test_a_look_that_fails_finds_nothing_out(line: Line, open_with: Any):
    line.answers = [failed("MAX_COST_EXCEEDED"), (500, "", {}), failed("THROTTLED")]
    adapter = open_with()
    for verdict in (Rejected, RetryLater, RateLimited):
        with pytest.raises(verdict):
            adapter.look_for_order(MARK)
    assert len(line.asked) == 3


# SKUs


def test_only_products_with_exactly_these_skus_are_found(line: Line, open_with: Any):
    def node(sku: str | None, product: int) -> dict[str, Any]:
        return {"sku": sku, "product": {"id": f"gid://shopify/Product/{product}"}}

    more = {
        "nodes": [node("MUG", 1), node("mug", 2), node(None, 3)],
        "pageInfo": {"hasNextPage": True, "endCursor": "c"},
    }
    last = {"nodes": [node('BO"W\\L', 4), node("MUG", 1)], "pageInfo": {"hasNextPage": False}}
    line.answers = [ok({"productVariants": more}), ok({"productVariants": last})]
    found = open_with().products_with_skus(["MUG", 'BO"W\\L', "MUG", ""])
    assert found == ("1", "4")
    assert line.asked[0]["variables"]["query"] == 'sku:"BO\\"W\\\\L" OR sku:"MUG"'
    assert [one["variables"]["after"] for one in line.asked] == [None, "c"]


def test_products_are_looked_up_by_their_barcodes(line: Line, open_with: Any):
    hits = [{"sku": None, "product": {"id": f"gid://shopify/Product/{number}"}} for number in (1, 2, 1)]
    line.answers = [ok({"productVariants": {"nodes": hits, "pageInfo": {"hasNextPage": False}}})]
    assert open_with().products_with_barcodes(["4006381333931", "036000291452", "", "4006381333931"]) == ("1", "2")
    assert line.asked[0]["variables"]["query"] == 'barcode:"4006381333931" OR barcode:"036000291452"'


def test_no_skus_ask_nothing(line: Line, open_with: Any):
    assert open_with().products_with_skus([""]) == ()
    assert line.asked == []


# Cancelling


def cancelled(*errors: dict[str, Any]) -> Any:
    return ok({"orderCancel": {"orderCancelUserErrors": list(errors)}})


INVALID = {"field": ["orderId"], "code": "INVALID", "message": "Cannot cancel"}


def test_a_cancellation_is_asked_for_once(line: Line, open_with: Any):
    line.answers = [cancelled()]
    open_with().cancel_order("5")
    assert asked(line) == ["CancelOrder"]
    assert "restock: true" in line.asked[0]["query"]


def test_an_order_cancelled_already_is_success(line: Line, open_with: Any):
    line.answers = [cancelled(INVALID), ok({"order": {"cancelledAt": "2026-11-01T08:00:00Z"}})]
    open_with().cancel_order("5")


@pytest.mark.parametrize("there", [{"cancelledAt": None}, None], ids=["still stands", "is gone"])
def test_a_refused_cancellation_is_said(line: Line, open_with: Any, there: Any):
    line.answers = [cancelled(INVALID), ok({"order": there})]
    with pytest.raises(Rejected, match="shop_refused_cancel"):
        open_with().cancel_order("5")


def test_a_cancellation_without_an_answer_may_have_been_done(line: Line, open_with: Any):
    line.answers = [requests.ReadTimeout("hush"), ok({"orderCancel": None})]
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            open_with().cancel_order("5")


def test_what_cannot_be_an_order_is_not_cancelled(line: Line, open_with: Any):
    with pytest.raises(NotFound):
        open_with().cancel_order("5'")
    assert line.asked == []


def test_the_merchant_sees_the_order_in_his_admin(open_with: Any):
    assert open_with().order_url("5") == "https://demo.myshopify.com/admin/orders/5"


# Reading


def read_order(number: int, **told: Any) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{number}",
        "cancelledAt": None,
        "displayFulfillmentStatus": "UNFULFILLED",
        "totalRefundedSet": {"shopMoney": {"amount": "0.0", "currencyCode": "EUR"}},
        "lineItems": {"nodes": [], "pageInfo": {"hasNextPage": False}},
        "fulfillments": [],
    } | told


def test_orders_that_the_shop_no_longer_has_are_absent(line: Line, open_with: Any):
    line.answers = [ok({"nodes": [read_order(1), None]}), ok(scopes("read_all_orders"))]
    assert list(open_with().read_orders(refs("1", "2", "x", "1"))) == ["1"]
    assert line.asked[0]["variables"]["ids"] == ["gid://shopify/Order/1", "gid://shopify/Order/2"]


def scopes(*handles: str) -> dict[str, Any]:
    return {"currentAppInstallation": {"accessScopes": [{"handle": one} for one in handles]}}


def test_orders_that_may_be_too_old_to_be_shown_are_not_taken_for_gone(line: Line, open_with: Any):
    line.answers = [ok({"nodes": [None]}), ok(scopes("read_orders"))]
    with pytest.raises(Unsupported, match="shopify_order_not_shown"):
        open_with().read_orders(refs("1"))


def test_an_answer_with_fewer_orders_than_asked_proves_nothing(line: Line, open_with: Any):
    line.answers = [ok({"nodes": [None]})]
    with pytest.raises(RetryLater):
        open_with().read_orders(refs("1", "2"))


def test_where_shopify_finds_it_too_dear_orders_are_read_one_by_one(line: Line, open_with: Any):
    line.answers = [failed("MAX_COST_EXCEEDED"), ok({"nodes": [read_order(1)]}), ok({"nodes": [read_order(2)]})]
    assert set(open_with().read_orders(refs("1", "2"))) == {"1", "2"}


def test_a_page_lost_in_the_middle_is_no_order(line: Line, open_with: Any):
    more = {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "c"}}
    line.answers = [ok({"nodes": [read_order(1, lineItems=more)]}), ok({"order": None})]
    with pytest.raises(RetryLater, match="shopify_changed_while_reading"):
        open_with().read_orders(refs("1"))

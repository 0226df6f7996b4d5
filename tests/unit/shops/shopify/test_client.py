"""What Shopify answers, and what we make of it: the error table and the cost budget."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
import requests

from listbridge.domain.verdicts import OutcomeUnknown, RateLimited, Rejected, RemoteError, RetryLater, Unauthorized
from listbridge.registry import messages
from listbridge.shops.shopify import errors
from listbridge.shops.shopify.errors import InvalidVariables, ScopeMissing
from listbridge.shops.shopify.manifest import MANIFEST
from tests.fakes.budget import FakeBudget
from tests.fakes.clock import START
from tests.unit.shops.shopify_line import IDENTITY, Line, failed, ok


@pytest.mark.parametrize(
    ("status", "kind", "code", "after_s"),
    [
        (400, Rejected, "shopify_refused_request", None),
        (402, RetryLater, "shopify_store_frozen", 900.0),
        (403, Unauthorized, "shopify_access_refused", None),
        (404, RetryLater, "shopify_store_not_found", 900.0),
        (406, Rejected, "shopify_refused_request", None),
        (408, RetryLater, "shopify_unavailable", 5.0),
        (422, Rejected, "shopify_refused_request", None),
        (423, RetryLater, "shopify_store_locked", 900.0),
        (429, RateLimited, "shopify_throttled", 2.0),
        (430, RateLimited, "shopify_throttled", 60.0),
        (500, RetryLater, "shopify_unavailable", 5.0),
        (502, RetryLater, "shopify_unavailable", 5.0),
        (599, RetryLater, "shopify_unavailable", 5.0),
    ],
)
def test_each_http_status_has_its_verdict(
    line: Line, open_with: Any, status: int, kind: type[RemoteError], code: str, after_s: float | None
):
    line.answers = [(status, "<html><h1>Oops</h1></html>", {"X-Request-Id": "req-9"})]
    with pytest.raises(RemoteError) as refused:
        open_with().identify()
    assert type(refused.value) is kind
    assert (refused.value.problem.code, refused.value.status, refused.value.request_id) == (code, status, "req-9")
    assert getattr(refused.value, "after_s", None) == after_s
    assert len(line.asked) == 1


@pytest.mark.parametrize(
    ("header", "after_s"), [("7", 7.0), ("0", 0.5), ("3600", 60.0), ("nan", 2.0), ("soon", 2.0), ("", 2.0)]
)
def test_a_retry_after_is_obeyed_within_reason(line: Line, open_with: Any, header: str, after_s: float):
    line.answers = [(429, "", {"Retry-After": header})]
    with pytest.raises(RateLimited) as refused:
        open_with().identify()
    assert refused.value.after_s == after_s


@pytest.mark.parametrize(
    ("codes", "kind", "problem"),
    [
        (["THROTTLED"], RateLimited, "shopify_throttled"),
        (["ACCESS_DENIED"], ScopeMissing, "shopify_scope_missing"),
        (["SHOP_INACTIVE"], RetryLater, "shopify_store_frozen"),
        (["INVALID_VARIABLE"], InvalidVariables, "shopify_refused_fields"),
        (["INTERNAL_SERVER_ERROR"], RetryLater, "shopify_unavailable"),
        (["TIMEOUT"], RetryLater, "shopify_unavailable"),
        (["undefinedField"], Rejected, "shopify_refused_request"),
        ([None], Rejected, "shopify_refused_request"),
        (["undefinedField", "THROTTLED"], RateLimited, "shopify_throttled"),
    ],
)
def test_each_graphql_error_has_its_verdict(
    line: Line, open_with: Any, codes: list[str | None], kind: type[RemoteError], problem: str
):
    line.answers = [failed(*codes)] * 2  # where a scope is missing, all that are missing are asked for
    with pytest.raises(RemoteError) as refused:
        open_with().identify()
    assert (type(refused.value), refused.value.problem.code) == (kind, problem)
    assert refused.value.request_id == "req-1"


@pytest.mark.parametrize("errors", ["a text", {"query": "missing"}, [1, "x"], [{"extensions": 5}]])
def test_errors_of_an_unknown_shape_are_still_errors(line: Line, open_with: Any, errors: Any):
    line.answers = [(200, {"errors": errors, "data": IDENTITY}, {})]
    with pytest.raises(Rejected, match="shopify_refused_request"):
        open_with().identify()


def test_a_null_beside_an_error_is_never_taken_for_a_missing_product(line: Line, open_with: Any):
    nulls = {"shop": {"currencyCode": "EUR"}, "nodes": [None, None]}
    line.answers = [failed("INTERNAL_SERVER_ERROR", data=nulls)]
    with pytest.raises(RetryLater):
        open_with().read_products(["1", "2"])


@pytest.mark.parametrize("nodes", [[], [None], [None, None, None], [{}, None], None])
def test_an_answer_that_does_not_speak_of_each_product_proves_nothing(line: Line, open_with: Any, nodes: Any):
    line.answers = [ok({"shop": {"currencyCode": "EUR"}, "nodes": nodes})]
    with pytest.raises(RetryLater) as refused:
        open_with().read_products(["1", "2"])
    assert refused.value.problem.code == "shopify_answer_unreadable"


@pytest.mark.parametrize(
    "body",
    [
        "<!DOCTYPE html><html></html>",
        "",
        "null",
        "[]",
        '{"data": null}',
        "{}",
        '{"data": {"shop": 1}}',
        b"\xff\xfe",
        "[" * 100_000,
        {"data": IDENTITY | {"shop": {"name": "x", "myshopifyDomain": "x", "currencyCode": "euro"}}},
    ],
)
def test_an_answer_that_cannot_be_read_is_asked_for_again_later(line: Line, open_with: Any, body: Any):
    line.answers = [(200, body, {})]
    with pytest.raises(RetryLater) as refused:
        open_with().identify()
    assert refused.value.problem.code == "shopify_answer_unreadable"


@pytest.mark.parametrize(
    ("cost", "after_s"),
    [
        ({"requestedQueryCost": 910, "throttleStatus": {"currentlyAvailable": 10, "restoreRate": 100.0}}, 9.0),
        ({"requestedQueryCost": 910, "throttleStatus": {"currentlyAvailable": 905, "restoreRate": 100.0}}, 0.5),
        ({"requestedQueryCost": 1000, "throttleStatus": {"currentlyAvailable": 0, "restoreRate": 1.0}}, 60.0),
        ({"requestedQueryCost": 10, "throttleStatus": {"currentlyAvailable": 0, "restoreRate": 0}}, 2.0),
        ({"requestedQueryCost": "10", "throttleStatus": None}, 2.0),
        (None, 2.0),
    ],
)
def test_a_throttled_call_waits_until_its_points_are_back_and_tells_the_budget(
    line: Line, open_with: Any, budget: FakeBudget, cost: Any, after_s: float
):
    line.answers = [failed("THROTTLED", cost=cost)]
    with pytest.raises(RateLimited) as refused:
        open_with().read_products(["1"])
    assert refused.value.after_s == after_s
    until = START + timedelta(seconds=after_s)
    assert budget.learned == [("read_products", {"remaining": None, "resets_at": None, "blocked_until": until})]


def test_a_dear_call_that_waits_for_points_stops_no_hot_read():
    owners = {operation: spec.name for spec in MANIFEST.budgets for operation in spec.operations}
    orders = {"look_for_order", "create_order", "read_orders", "cancel_order", "find_skus"}
    catalogue = {"read_products", "products_of", "products_changed", "sweep", "search", "chosen", "identify"}
    collections = {"collections", "members", "collections_of"}
    assert set(owners) == {*catalogue, *collections, "webhooks", *orders}
    assert {owners[operation] for operation in orders} == {"orders"}
    assert {owners[operation] for operation in collections} == {"collections"}
    assert owners["read_products"] == owners["products_of"] == "reads"
    assert [operation for operation, name in owners.items() if name == "reads"] == ["read_products", "products_of"]


@pytest.mark.parametrize(
    ("available", "learned"), [(151, [timedelta(seconds=0.01)]), (52, [timedelta(seconds=1)]), (152, []), (2000, [])]
)
def test_a_bucket_too_low_for_the_next_such_call_is_told_to_the_budget(
    line: Line, open_with: Any, budget: FakeBudget, available: int, learned: list[timedelta]
):
    cost = {"requestedQueryCost": 152, "throttleStatus": {"currentlyAvailable": available, "restoreRate": 100.0}}
    nulls = {"shop": {"currencyCode": "EUR"}, "nodes": [None]}
    line.answers = [(200, {"data": nulls, "extensions": {"cost": cost}}, {})]
    assert open_with().read_products(["1"]).missing == ("1",)
    assert [told["blocked_until"] - START for _, told in budget.learned] == learned


def test_a_budget_that_is_spent_lets_nothing_out(line: Line, open_with: Any, budget: FakeBudget):
    budget.calls = 0
    with pytest.raises(RateLimited):
        open_with().identify()
    assert line.asked == []


def test_an_older_version_served_in_silence_is_reported_once(
    line: Line, open_with: Any, caplog: pytest.LogCaptureFixture
):
    fallen = {"X-Shopify-API-Version": "2026-10"}
    line.answers = [(200, {"data": IDENTITY}, {"X-Shopify-API-Version": "2026-07"}), (200, {"data": IDENTITY}, fallen)]
    line.answers += line.answers[1:]
    adapter = open_with()
    with caplog.at_level(logging.WARNING, "listbridge.shops.shopify"):
        for _ in range(3):
            adapter.identify()
    told = [record.fields for record in caplog.records if record.message == "shopify_version_fell_forward"]  # type: ignore[attr-defined]
    assert told == [{"asked": "2026-07", "served": "2026-10"}]


def test_a_webhook_call_that_gets_no_answer_may_simply_be_made_again(line: Line, open_with: Any):
    page = {"webhookSubscriptions": {"nodes": [], "pageInfo": {"hasNextPage": False}}}
    line.answers = [ok(page), requests.ReadTimeout("hush")]
    with pytest.raises(RetryLater) as refused:
        open_with().ensure_webhooks("https://hooks.example/webhooks/shop_1")
    assert not isinstance(refused.value, OutcomeUnknown)


def test_a_page_that_has_more_and_names_no_cursor_is_unreadable_and_nothing_is_taken_for_absent(
    line: Line, open_with: Any
):
    page = {"webhookSubscriptions": {"nodes": [], "pageInfo": {"hasNextPage": True}}}
    line.answers = [ok(page)] * 3
    with pytest.raises(RetryLater, match="pageInfo"):
        open_with().ensure_webhooks("https://hooks.example/webhooks/shop_1")
    assert not [one for one in line.asked if "webhookSubscriptionCreate" in one["query"]]


def test_reads_and_webhook_care_pass_in_observe_mode(line: Line, open_with: Any):
    page = {"webhookSubscriptions": {"nodes": [], "pageInfo": {"hasNextPage": False}}}
    made = {"webhookSubscriptionCreate": {"webhookSubscription": {"id": "gid://x/1"}, "userErrors": []}}
    line.answers = [ok(page), *[ok(made)] * 16]
    assert len(open_with(observe=True).ensure_webhooks("https://hooks.example/webhooks/shop_1").created) == 16


def test_nothing_secret_is_logged(line: Line, open_with: Any, caplog: pytest.LogCaptureFixture):
    line.answers = [ok(), (500, "hush-body", {}), *[failed("ACCESS_DENIED")] * 2]
    adapter = open_with()
    with caplog.at_level(logging.DEBUG):
        adapter.identify()
        for _ in range(2):
            with pytest.raises(RemoteError):
                adapter.identify()
    told = "".join(f"{record.getMessage()}{record.__dict__}" for record in caplog.records)
    assert "remote_call" in told
    assert "hush" not in told


def test_ids_that_shopify_cannot_have_given_are_missing_without_asking(line: Line, open_with: Any):
    read = open_with().read_products(["abc", "", "12'", "\uff19"])
    assert (read.products, read.missing) == ((), ("abc", "", "12'", "\uff19"))
    assert line.asked == []


def test_a_query_too_dear_is_asked_again_in_narrower_pieces(line: Line, open_with: Any):
    nulls = {"shop": {"currencyCode": "EUR"}, "nodes": [None] * 6}
    line.answers = [failed("MAX_COST_EXCEEDED"), ok(nulls), ok(nulls | {"nodes": [None] * 2})]
    ids = [str(number) for number in range(1, 9)]
    assert open_with().read_products(ids).missing == tuple(ids)
    assert [len(asked["variables"]["ids"]) for asked in line.asked] == [8, 6, 2]


def test_a_query_too_dear_even_in_the_narrowest_piece_is_refused(line: Line, open_with: Any):
    line.answers = [failed("MAX_COST_EXCEEDED")] * 2
    with pytest.raises(Rejected, match="shopify_query_too_dear"):
        open_with().read_products(["1"])
    assert len(line.asked) == 2


def test_every_problem_and_fix_has_a_text_with_its_blanks(line: Line, open_with: Any):
    rows = [*errors.BY_STATUS.values(), *errors.BY_CODE.values()]
    rows += [value for value in vars(errors).values() if isinstance(value, errors.Row)]
    codes = {row.code for row in rows} | {
        "shopify_mark_refused",
        "shopify_order_limit",
        "shopify_order_not_shown",
        "shopify_order_scope_missing",
    }
    fixes = {row.fix for row in rows if row.fix} | {"free_mark"}
    texts = messages("shops", "shopify")
    assert set(texts["problems"]) == codes
    assert set(texts["fixes"]) == fixes
    assert "{reason}" in texts["problems"]["shopify_grant_refused"]
    assert {"{topics}", "{reason}"} <= set(re.findall(r"{\w+}", texts["problems"]["shopify_webhook_refused"]))

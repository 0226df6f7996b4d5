"""Whatever is sent, no route answers with a fault of ours: ids that no row has, forged cursors, JSON that no row can hold."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listbridge import bootstrap
from tests.unit.functions.calls import (
    NASTY_BODIES,
    NASTY_IDS,
    NASTY_TEXTS,
    Operation,
    bodies,
    operations,
    packed,
    queries,
)
from tests.unit.functions.installation import SITE, Answer, Installation

ROUTES = operations()
ID_ROUTES = [route for route in ROUTES if route.ids]
CURSOR_ROUTES = [route for route in ROUTES if "cursor" in route.query]
BODY_ROUTES = [route for route in ROUTES if route.body is not None]
_SETTINGS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def stage(made: tuple[Installation, dict[str, str]]) -> tuple[Installation, dict[str, str]]:
    """What the module made, in place for this test."""
    bootstrap.use(made[0].deps)
    return made


@pytest.fixture(scope="module")
def made() -> tuple[Installation, dict[str, str]]:
    """An installation that has one of each thing, and their ids by the name that routes give them."""
    installation = Installation()
    shop = installation.connect_shop()
    account = installation.connect_account(shop)
    sales_list = installation.make_list(account)
    installation.post(f"/accounts/{account}/inventory", {"site": SITE}, expect=202)
    installation.run()
    installation.add_items(sales_list, installation.add_product("MUG"), installation.add_product("CUP"))
    order = installation.keep_order(account)
    mapping = installation.post("/sku-mappings", {"marketplace_sku": "MUG-OLD", "shop_sku": "MUG"})["sku_mapping"]
    profile = installation.get("/creation-profiles")["creation_profiles"][0]["id"]
    return installation, {
        "shop_id": shop,
        "account_id": account,
        "list_id": sales_list,
        "profile_id": profile,
        "slug": "ebay",
        "job_id": installation.get("/jobs")["jobs"][0]["id"],
        "item_id": installation.items(sales_list)[0]["id"],
        "listing_id": installation.get("/listings")["listings"][0]["id"],
        "order_id": order["id"],
        "mapping_id": mapping["id"],
        "line_id": "1",
        "code": "x",
    }


def _is_no_fault(answer: Answer, called: object) -> None:
    """Answered, or refused in the one shape of refusals; only a platform's silence is a 502."""
    assert answer.status < 500 or answer.status == 502, (called, answer.text)
    if answer.status >= 400 and answer.body is not None:
        assert set(answer.body) == {"problem", "fields"}, called
        assert answer.body["problem"]["text"], called


def _path(route: Operation, ids: dict[str, str]) -> str:
    return route.path.format_map({name: quote(id, safe="") for name, id in ids.items()})


@pytest.mark.parametrize("route", ID_ROUTES, ids=str)
def test_an_id_that_no_row_can_have_is_not_found(stage: tuple[Installation, dict[str, str]], route: Operation) -> None:
    installation, ids = stage
    for name in route.ids:
        for text in NASTY_IDS:
            answer = installation.call(route.method, _path(route, {**ids, name: text}), {})
            _is_no_fault(answer, (route, name, text[:80]))
            # An empty one is a path of another form; a consent is refused by its state, whatever the platform is called.
            if route.path != "/callbacks/{slug}" and name not in ("line_id", "code"):
                assert answer.status in (404, 422), (route, name, text[:80])


@pytest.mark.parametrize("route", CURSOR_ROUTES, ids=str)
def test_a_forged_cursor_is_refused_by_name(stage: tuple[Installation, dict[str, str]], route: Operation) -> None:
    installation, ids = stage
    forged = [text for text in NASTY_TEXTS if text not in ("", packed("{}"))]
    needed = {"site": SITE} if "site" in route.query else {}
    for text in forged:
        answer = installation.call(route.method, _path(route, ids), query={"cursor": text, **needed})
        told = (answer.status, [one["field"] for one in (answer.body or {}).get("fields", [])])
        # A cursor for accounts that do not exist is one of ours, of a time when they did; the job does not wait (any more).
        waits_no_more = answer.status == 409 and route.path.endswith("/changes")
        assert told == (422, ["cursor"]) or answer.status == 200 or waits_no_more, (route, text[:80], answer.text[:200])
        _is_no_fault(answer, (route, text[:80]))


def test_a_cursor_of_another_list_is_refused(installation: Installation) -> None:
    account = installation.connect_account(installation.connect_shop())
    first, second = installation.make_list(account, "First"), installation.make_list(account, "Second")
    for sku in ("A", "B", "C"):
        installation.add_items(first, installation.add_product(sku))
    page = installation.get(f"/sales-lists/{first}/items", limit="1")
    assert installation.get(f"/sales-lists/{first}/items", cursor=page["cursor"], limit="1")["items"] != page["items"]
    answer = installation.call("GET", f"/v1/sales-lists/{second}/items", query={"cursor": page["cursor"]})
    assert (answer.status, answer.body["fields"][0]["field"]) == (422, "cursor")


@pytest.mark.parametrize("route", BODY_ROUTES, ids=str)
def test_a_body_that_no_row_can_hold_is_refused(stage: tuple[Installation, dict[str, str]], route: Operation) -> None:
    installation, ids = stage
    for raw in NASTY_BODIES:
        answer = installation.call(route.method, _path(route, ids), raw=raw)
        _is_no_fault(answer, (route, raw[:80]))
        assert answer.status in (400, 413, 422) or (route.bare and raw == ""), (route, raw[:80], answer.text[:200])


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        ("[" * 20_000 + "]" * 20_000, 400, "body_unreadable"),
        ('{"name": ' + "9" * 5000 + "}", 400, "body_unreadable"),
        ('{"name": "\\ud800"}', 400, "body_unreadable"),
        ('{"name": NaN}', 400, "body_unreadable"),
        ("[" * 33 + "]" * 33, 400, "body_unreadable"),
        ("[" * 32 + "]" * 32, 422, "invalid_fields"),
        (json.dumps({"name": "x" * 131_072}), 413, "body_too_large"),
        (json.dumps({"name": "ü" * 70_000}, ensure_ascii=False), 413, "body_too_large"),
        (json.dumps({"name": "x" * 131_000}), 422, "invalid_fields"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_too_deep_too_long_or_no_text_says_so(
    installation: Installation, raw: str, status: int, code: str
) -> None:
    answer = installation.call("POST", "/v1/profiles", raw=raw)
    assert (answer.status, answer.body["problem"]["code"]) == (status, code)
    assert installation.get("/profiles") == {"profiles": [], "cursor": None}


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 201),
        ("application/json; charset=utf-8", 201),
        ("APPLICATION/JSON", 201),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data", 415),
        ("multipart/form-data; boundary=x", 415),
        ("text/plain", 415),
        ("application/jsonp", 415),
        ("application/json, text/plain", 415),
    ],
)
def test_only_json_is_read(installation: Installation, kind: str, status: int) -> None:
    answer = installation.call("POST", "/v1/profiles", {"name": "Half"}, headers={"Content-Type": kind})
    assert answer.status == status, answer.text


@pytest.mark.parametrize(
    ("kind", "code", "params"),
    [
        ("", "content_type_missing", {}),
        ("application/x-www-form-urlencoded", "json_expected", {"given": "application/x-www-form-urlencoded"}),
    ],
)
def test_a_missing_or_wrong_content_type_is_told_with_the_header_to_send(
    installation: Installation, kind: str, code: str, params: dict[str, str]
) -> None:
    answer = installation.call("POST", "/v1/profiles", {"name": "Half"}, headers={"Content-Type": kind})
    problem = answer.body["problem"]
    assert (answer.status, problem["code"], problem["params"], problem["fix"]) == (415, code, params, "send_as_json")
    assert "Content-Type: application/json" in problem["fix_text"]
    assert installation.get("/profiles") == {"profiles": [], "cursor": None}


@pytest.mark.parametrize("kind", ["multipart/form-data", "application/x-www-form-urlencoded", "text/plain"])
def test_an_empty_body_has_no_type(installation: Installation, kind: str) -> None:
    shop = installation.connect_shop()
    headers = {"Content-Type": kind}
    assert installation.call("POST", f"/v1/shops/{shop}/check", headers=headers).status == 200
    assert installation.call("POST", "/v1/profiles", headers=headers).status == 422


@pytest.mark.parametrize("field", ["account", "site", "profile", "creation_profile"])
@pytest.mark.parametrize("value", ["", "x" * 201, "x" * 1025, "\x00" * 300])
def test_an_id_in_a_body_is_refused_by_its_field(installation: Installation, field: str, value: Any) -> None:
    account = installation.connect_account(installation.connect_shop())
    body = {"name": "x", "account": account, "site": "EBAY_DE", field: value}
    answer = installation.call("POST", "/v1/sales-lists", body)
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, [field])
    assert installation.get("/sales-lists") == {"sales_lists": [], "cursor": None}


@pytest.mark.parametrize("route", ROUTES, ids=str)
@_SETTINGS
@given(data=st.data())
def test_no_call_of_the_description_is_a_fault_of_ours(
    stage: tuple[Installation, dict[str, str]], route: Operation, data: st.DataObject
) -> None:
    installation, ids = stage
    if route.method == "DELETE":
        ids = {**ids, route.ids[-1]: data.draw(st.sampled_from(NASTY_IDS), label="id")}
    query, body = data.draw(queries(route), label="query"), data.draw(bodies(route), label="body")
    _is_no_fault(installation.call(route.method, _path(route, ids), query=query or None, raw=body), route)

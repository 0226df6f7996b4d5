"""However a path is spelled, nobody reaches an act that their group may not do: every route, every group, every spelling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from listbridge.admin.auth import Group
from listbridge.services.configuration.hand_over import Consent
from tests.unit.functions.calls import DOCUMENT
from tests.unit.functions.installation import SITE, Installation

GROUPS = [None, "staff", "viewer", "operator", "admin"]
SPELLINGS: dict[str, Callable[[str], str]] = {
    "slash at the end": lambda path: f"{path}/",
    "slashes at the end": lambda path: f"{path}///",
    "double slash before": lambda path: f"/{path}",
    "double slash within": lambda path: path.replace("/v1/", "/v1//"),
    "double slash before the last": lambda path: "//".join(path.rsplit("/", 1)),
    "encoded slash": lambda path: "%2f".join(path.rsplit("/", 1)),
    "encoded slash at the end": lambda path: f"{path}%2F",
    "encoded letter": lambda path: f"{path[:-1]}%{ord(path[-1]):02x}",
    "twice encoded letter": lambda path: f"{path[:-1]}%25{ord(path[-1]):02x}",
    "dot": lambda path: path.replace("/v1/", "/v1/./"),
    "dots": lambda path: path.replace("/v1/", "/v1/shops/../"),
    "encoded dots": lambda path: path.replace("/v1/", "/v1/shops/%2e%2e/"),
    "upper case": lambda path: path.upper(),
    "parameter": lambda path: f"{path};x=1",
    "backslash": lambda path: "\\".join(path.rsplit("/", 1)),
    "space": lambda path: f"{path} ",
    "nul": lambda path: f"{path}\x00",
    "new line": lambda path: f"{path}\n",
    "wide slash": lambda path: "\uff0f".join(path.rsplit("/", 1)),
}
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


def _routes() -> list[tuple[str, str, Group]]:
    return [
        (method.upper(), path, Group[operation["x-group"].upper()])
        for path, operations in DOCUMENT["paths"].items()
        for method, operation in operations.items()
    ]


ROUTES = _routes()
QUERY = {"site": SITE}
WHO = {
    None: Group.ANYONE,
    "staff": Group.ANYONE,
    "viewer": Group.VIEWER,
    "operator": Group.OPERATOR,
    "admin": Group.ADMIN,
}


@pytest.fixture(scope="module")
def stage() -> tuple[Installation, dict[str, str]]:
    """An installation that has one of each thing, and their ids by the name that routes give them."""
    installation = Installation()
    shop = installation.connect_shop()
    account = installation.connect_account(shop, settings={"ru_name": "Demo-RuName"})
    sales_list = installation.make_list(account)
    installation.add_items(sales_list, installation.add_product("MUG"))
    installation.post("/profiles", {"name": "Half"})
    profile = installation.get("/profiles")["profiles"][0]["id"]
    order = installation.keep_order(account)
    mapping = installation.post("/sku-mappings", {"marketplace_sku": "MUG-OLD", "shop_sku": "MUG"})["sku_mapping"]
    ids = {
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
        "line_id": "10001",
        "code": "anything",
    }
    return installation, ids


def _required(method: str, path: str) -> dict[str, str]:
    """The query that the call cannot do without; empty where the path has no such method."""
    parameters = DOCUMENT["paths"][path].get(method.lower(), {}).get("parameters", [])
    return {one["name"]: QUERY[one["name"]] for one in parameters if one["in"] == "query" and one.get("required")}


def _everything(installation: Installation) -> str:
    """All that an act could change, as one text."""
    stores = installation.stores
    kept: list[Any] = [
        stores.configuration._rows,
        stores.items._rows,
        stores.jobs._jobs,
        stores.activity.entries,
        stores.listings._rows,
        stores.orders._rows,
        stores.sku_mappings._rows,
        [stores.queues.messages(lane) for lane in stores.queues._stored],
        stores.configuration.all(Consent),
        len(installation.shopify.world.subscriptions.all()),
    ]
    return repr(kept)


@pytest.mark.parametrize(("method", "path", "needed"), ROUTES)
def test_a_group_below_the_routes_own_reaches_nothing(
    stage: tuple[Installation, dict[str, str]], method: str, path: str, needed: Group
) -> None:
    installation, ids = stage
    before = _everything(installation)
    for group in GROUPS:
        if needed > WHO[group]:
            answer = installation.call(method, path.format_map(ids), {}, groups=group)
            assert (answer.status, answer.body["problem"]["code"]) == (403, "group_needed"), group
            assert answer.body["problem"]["params"]["group"] == needed.name.lower()
    assert _everything(installation) == before


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_path_that_is_spelled_otherwise_is_answered_by_nobody(
    stage: tuple[Installation, dict[str, str]], spelling: str
) -> None:
    installation, ids = stage
    before = _everything(installation)
    for method, path, _ in ROUTES:
        normal = path.format_map(ids)
        called = SPELLINGS[spelling](normal)
        for group in GROUPS if called != normal else ():
            answer = installation.call(method, called, {}, groups=group)
            assert answer.status in (403, 404), (method, called, group)
            assert answer.body["problem"]["code"] in ("no_such_route", "group_needed", "not_found")
    assert _everything(installation) == before


def test_a_slash_at_the_end_does_not_let_a_viewer_consent(stage: tuple[Installation, dict[str, str]]) -> None:
    installation, ids = stage
    path = f"/v1/accounts/{ids['account_id']}/authorize"
    assert installation.call("GET", path, groups="admin").status == 200
    consents = len(installation.stores.configuration.all(Consent))
    for called in (path, f"{path}/", f"{path}//", f"{path}%2f", path.replace("/authorize", "//authorize")):
        assert installation.call("GET", called, groups="viewer").status in (403, 404)
    assert len(installation.stores.configuration.all(Consent)) == consents


@pytest.mark.parametrize("header", OVERRIDES)
def test_a_header_that_names_another_method_changes_nothing(
    stage: tuple[Installation, dict[str, str]], header: str
) -> None:
    installation, ids = stage
    before = _everything(installation)
    for method, path, needed in ROUTES:
        if method != "GET" and needed > Group.VIEWER:
            for sent in ("GET", "POST"):
                called = path.format_map(ids)
                query = _required(sent, path)
                answer = installation.call(sent, called, {}, query=query, groups="viewer", headers={header: method})
                assert answer.status in (200, 403, 404), (sent, method, called)
    assert _everything(installation) == before


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "CONNECT", "", "GET /v1/shops", "DELETE\n"])
def test_a_method_that_no_route_has_acts_for_nobody(stage: tuple[Installation, dict[str, str]], method: str) -> None:
    installation, ids = stage
    before = _everything(installation)
    for _, path, _ in ROUTES:
        for group in GROUPS:
            assert installation.call(method, path.format_map(ids), {}, groups=group).status == 404
    assert _everything(installation) == before


def test_a_method_in_lower_case_is_the_routes_own_with_its_group(stage: tuple[Installation, dict[str, str]]) -> None:
    installation, ids = stage
    before = _everything(installation)
    for method, path, needed in ROUTES:
        if needed > Group.VIEWER:
            for spelled in (method.lower(), method.title()):
                assert installation.call(spelled, path.format_map(ids), {}, groups="viewer").status == 403
    assert _everything(installation) == before

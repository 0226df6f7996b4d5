"""Who may do what."""

from __future__ import annotations

import re
from typing import Any

import pytest

from listbridge.admin.api import GuardedRoutes
from listbridge.admin.auth import Group, needed_group, open_to
from listbridge.admin.openapi import openapi
from listbridge.domain.configuration import Deployment, Profile, Shop
from listbridge.domain.ports import Missing
from listbridge.infra import settings
from tests.unit.functions.installation import ADDRESS, SUB, Installation

_WRITES = {
    "viewer": set(),
    "operator": {
        "POST /v1/shops/x/check",
        "POST /v1/shops/x/sweep",
        "POST /v1/shops/x/relink",
        "POST /v1/accounts/x/check",
        "POST /v1/accounts/x/guard/approve",
        "POST /v1/accounts/x/adoptions",
        "POST /v1/accounts/x/inventory",
        "POST /v1/accounts/x/inventory/links",
        "POST /v1/sku-mappings",
        "DELETE /v1/sku-mappings/x",
        "POST /v1/sales-lists",
        "PATCH /v1/sales-lists/x",
        "POST /v1/sales-lists/x/items",
        "POST /v1/sales-lists/x/backlog",
        "POST /v1/sales-lists/x/preview",
        "DELETE /v1/sales-lists/x/items/x",
        "POST /v1/sales-lists/x/actions",
        "POST /v1/accounts/x/actions",
        "POST /v1/accounts/x/stop",
        "POST /v1/accounts/x/resume",
        "PUT /v1/listings/x/switches",
        "POST /v1/jobs/x/approve",
        "POST /v1/jobs/x/cancel",
        "POST /v1/jobs/x/retry",
        "POST /v1/jobs/x/refuse",
        "POST /v1/orders/x/export",
        "POST /v1/orders/x/handled-outside",
        "PUT /v1/orders/x/lines/x/product",
        "DELETE /v1/orders/x/notices/x",
    },
    "admin": {
        "POST /v1/shops",
        "PATCH /v1/shops/x",
        "DELETE /v1/shops/x",
        "PUT /v1/shops/x/credentials",
        "POST /v1/accounts",
        "PATCH /v1/accounts/x",
        "DELETE /v1/accounts/x",
        "POST /v1/accounts/x/unlink",
        "POST /v1/accounts/x/events",
        "POST /v1/accounts/x/sold-out",
        "POST /v1/accounts/x/topics",
        "PUT /v1/accounts/x/credentials",
        "GET /v1/accounts/x/authorize",
        "GET /v1/shops/x/authorize",
        "POST /v1/profiles",
        "PATCH /v1/profiles/x",
        "DELETE /v1/profiles/x",
        "POST /v1/creation-profiles",
        "PATCH /v1/creation-profiles/x",
        "DELETE /v1/creation-profiles/x",
        "DELETE /v1/sales-lists/x",
        "PUT /v1/settings",
    },
}


def _operations() -> list[tuple[str, str, str]]:
    """Method, path and declared group of every route behind the authorizer."""
    return [
        (method.upper(), re.sub(r"\{\w+\}", "x", path), operation["x-group"])
        for path, operations in openapi()["paths"].items()
        for method, operation in operations.items()
        if path.startswith("/v1")
    ]


@pytest.mark.parametrize(("method", "path", "declared"), _operations())
def test_every_route_declares_the_group_that_this_table_says(method: str, path: str, declared: str) -> None:
    call = f"{method} {path}"
    named = next((group for group, calls in _WRITES.items() if call in calls), "viewer")
    if method != "GET":
        assert call in _WRITES["operator"] | _WRITES["admin"], f"{call} is in no group's list"
    assert declared == named


def test_a_route_that_declares_no_group_is_for_admins() -> None:
    app = GuardedRoutes()
    app.get("/v1/new")(dict)
    app.get("/v1/open", openapi_extensions=open_to(Group.VIEWER))(dict)
    assert [needed_group(route) for route in app._static_routes] == [Group.ADMIN, Group.VIEWER]


@pytest.mark.parametrize(
    "groups",
    [
        "viewer",
        "operator",
        None,
        "",
        "administrators",
        "[]",
        [],
        "no,admin",
        "[no,admin]",
        ["no,admin"],
        "admin,",
        ["[admin]"],
        "admin]",
        "ADMIN",
        "anyone",
        "viewer,no,admin",
        "[viewer no,admin]",
        "admin viewer",
    ],
)
def test_without_the_group_a_write_is_refused_and_nothing_is_stored(installation: Installation, groups: Any) -> None:
    answer = installation.call("POST", "/v1/profiles", {"name": "Half"}, groups=groups)
    assert answer.status == 403
    assert answer.body["problem"]["code"] == "group_needed"
    assert answer.body["problem"]["params"]["group"] == "admin"
    assert installation.stores.configuration.all(Profile) == []
    with pytest.raises(Missing):
        installation.stores.configuration.get(Deployment, "this")


@pytest.mark.parametrize("groups", ["admin", "[viewer admin]", "viewer,admin", ["operator", "admin"], "[admin]"])
def test_the_groups_may_come_in_any_of_the_shapes_that_authorizers_use(installation: Installation, groups: Any) -> None:
    assert installation.call("POST", "/v1/profiles", {"name": "Half"}, groups=groups).status == 201


def test_nobody_without_a_group_may_even_look(installation: Installation) -> None:
    answer = installation.call("GET", "/v1/shops", groups=None)
    assert answer.status == 403
    assert answer.body["problem"]["params"]["group"] == "viewer"


def test_a_viewer_may_look_and_an_operator_may_act(installation: Installation) -> None:
    shop = installation.connect_shop()
    assert installation.call("GET", "/v1/shops", groups="viewer").status == 200
    assert installation.call("POST", f"/v1/shops/{shop}/check", groups="viewer").status == 403
    assert installation.call("POST", f"/v1/shops/{shop}/check", groups="operator").status == 200
    assert installation.call("DELETE", f"/v1/shops/{shop}", groups="operator").status == 403
    assert installation.stores.configuration.get(Shop, shop).name == "Demo"


def test_a_person_without_a_sub_is_nobody(installation: Installation) -> None:
    assert installation.call("GET", "/v1/shops", claims={"sub": ""}).status == 403


@pytest.mark.parametrize(
    ("claims", "actor"),
    [
        ({}, f"kim@example.com ({SUB})"),
        ({"email_verified": True}, f"kim@example.com ({SUB})"),
        ({"email": "admin@example.com", "email_verified": "false"}, SUB),
        ({"email": "admin@example.com", "email_verified": False}, SUB),
        ({"email": "admin@example.com", "email_verified": None}, SUB),
        ({"email": "", "cognito:username": "admin@example.com"}, SUB),
    ],
)
def test_the_activity_names_a_person_by_their_sub_and_an_address_only_when_it_is_verified(
    installation: Installation, claims: dict[str, Any], actor: str
) -> None:
    answer = installation.call("POST", "/v1/profiles", {"name": "Half"}, claims=claims)
    assert answer.status == 201
    told = installation.stores.activity.of_subject(answer.body["id"], 9)[0]
    assert [entry.actor for entry in told] == [actor]


def test_groups_that_a_caller_puts_into_headers_are_not_believed(installation: Installation) -> None:
    answer = installation.call("GET", "/v1/shops", groups=None, query={"cognito:groups": "admin"})
    assert answer.status == 403


def test_the_address_is_learned_from_the_first_admin_and_then_kept(installation: Installation) -> None:
    installation.call("GET", "/v1/shops", groups="viewer", host="evil.example")
    installation.get("/shops")
    installation.call("GET", "/v1/shops", host="other.example")
    assert installation.stores.configuration.get(Deployment, "this").public_base_url == ADDRESS


def test_a_configured_address_wins_and_registers_the_hooks_anew(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = installation.connect_shop()
    before = {row.uri for row in installation.shopify.world.subscriptions.all()}
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://listbridge.example")
    settings.forget()
    installation.get("/shops")
    after = {row.uri for row in installation.shopify.world.subscriptions.all()}
    assert before == {f"{ADDRESS}/webhooks/{shop}"}
    assert after == {f"https://listbridge.example/webhooks/{shop}"}

"""Behind a custom domain, with a base path or a stage in front: every route answers, and the address that is learned keeps it.

Which paths API Gateway puts into an event is recorded in github.com/aws-powertools/powertools-lambda-python/pull/579 and
github.com/localstack/localstack/pull/12296 (read 2026-11-26).
"""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.admin.paths import CalledPath, called_address, called_path
from listbridge.domain.configuration import Deployment
from tests.unit.functions.installation import Installation


def _event(path: str, whole: str, *, resource: str = "/v1/{proxy+}", **parameters: str) -> dict[str, Any]:
    return {
        "path": path,
        "resource": resource,
        "pathParameters": parameters or None,
        "headers": {"Host": "api.example.com", "X-Forwarded-Proto": "https"},
        "requestContext": {"path": whole, "stage": "prod"},
    }


@pytest.mark.parametrize(
    ("event", "base", "address"),
    [
        pytest.param(_event("/v1/health", "/prod/v1/health", proxy="health"), "", "/prod", id="the gateway's own"),
        pytest.param(_event("/v1/health", "/v1/health", proxy="health"), "", "", id="mapped to a stage"),
        pytest.param(_event("/prod/v1/health", "/prod/v1/health", proxy="health"), "/prod", "/prod", id="to no stage"),
        pytest.param(_event("/shop/v1/health", "/shop/v1/health", proxy="health"), "/shop", "/shop", id="base path"),
        pytest.param(_event("/v1/v1/health", "/v1/v1/health", proxy="health"), "/v1", "/v1", id="base path v1"),
        pytest.param(_event("/a/b/v1/health", "/a/b/v1/health", proxy="health"), "/a/b", "/a/b", id="nested"),
        pytest.param(
            _event("/shop/prod/v1/health", "/shop/prod/v1/health", proxy="health"),
            "/shop/prod",
            "/shop/prod",
            id="base path and no stage",
        ),
    ],
)
def test_what_stands_before_the_route_is_told_apart(event: dict[str, Any], base: str, address: str) -> None:
    assert called_path(event) == CalledPath(base, "/v1/health")
    assert called_address(event, "/v1/health") == f"https://api.example.com{address}"


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(_event("/shop/v1/health/", "/shop/v1/health/", proxy="health"), id="slash at the end"),
        pytest.param(_event("/shop//v1/health", "/shop//v1/health", proxy="health"), id="double slash"),
        pytest.param(_event("/shop/v1/he%61lth", "/shop/v1/he%61lth", proxy="health"), id="encoded"),
        pytest.param(_event("/shop/v1/jobs", "/shop/v1/jobs", proxy="health"), id="two readings"),
        pytest.param(_event("/", "/prod/", proxy="health"), id="root"),
        pytest.param(_event("/v1/health", "/prod/v1/health", resource="", proxy="health"), id="no resource"),
        pytest.param(_event("", "", proxy="health"), id="nothing"),
    ],
)
def test_what_has_no_normal_form_is_no_path(event: dict[str, Any]) -> None:
    assert called_path(event) is None


def test_an_address_without_a_host_or_of_another_path_is_not_learned() -> None:
    event = _event("/v1/health", "/prod/v1/health", proxy="health")
    assert called_address({**event, "headers": None}, "/v1/health") == ""
    assert called_address(event, "/v1/shops") == ""


def test_behind_a_base_path_every_kind_of_route_answers_and_the_groups_hold(installation: Installation) -> None:
    domain = {"base_path": "/shop", "host": "api.example.com"}
    assert installation.call("GET", "/v1/health", **domain).status == 200  # type: ignore[arg-type]
    assert installation.call("GET", "/v1/shops/nobody", **domain).status == 404  # type: ignore[arg-type]
    refused = installation.call("POST", "/v1/profiles", {"name": "x"}, groups="viewer", **domain)  # type: ignore[arg-type]
    assert refused.status == 403
    back = installation.call("GET", "/callbacks/ebay", groups=None, **domain)  # type: ignore[arg-type]
    assert (back.status, "<title>Listbridge</title>" in back.text) == (409, True)


def test_the_learned_address_keeps_the_base_path_and_the_hooks_lead_there(installation: Installation) -> None:
    answer = installation.call("GET", "/v1/shops", base_path="/shop", host="api.example.com")
    assert answer.status == 200
    deployment = installation.stores.configuration.get(Deployment, "this")
    assert deployment.public_base_url == "https://api.example.com/shop"
    shop = installation.connect_shop()
    assert {row.uri for row in installation.shopify.world.subscriptions.all()} == {
        f"https://api.example.com/shop/webhooks/{shop}"
    }

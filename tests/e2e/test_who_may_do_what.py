"""The admin API of the deployed system over HTTP, behind its authorizer: who may do what, and how refusals look."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from localrun.system import LocalSystem
from tests.e2e.merchant import SITE, Merchant, Person, Street

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("local-system")]


def _numbers(street: Street) -> tuple[int, ...]:
    paths = ("shops", "accounts", "sales-lists", "profiles")
    return tuple(len(street.seller.get(f"/{path}")[path.replace("-", "_")]) for path in paths)


@pytest.mark.parametrize(("method", "path"), [("GET", "/health"), ("POST", "/shops"), ("GET", "/nowhere")])
def test_without_a_token_nothing_is_answered(local_system: LocalSystem, method: str, path: str) -> None:
    assert Person(local_system, None).call(method, path).status_code == 401


def test_a_viewer_looks_and_may_not_act(street: Street, merchant: Merchant) -> None:
    viewer, before = Person(street.system, "viewer"), _numbers(street)
    assert viewer.call("GET", f"/sales-lists/{merchant.list}/items").status_code == 200
    acts: list[tuple[str, str, Any]] = [
        ("POST", "/sales-lists", {"name": "x", "account": merchant.account, "site": SITE}),
        ("POST", f"/sales-lists/{merchant.list}/actions", {"action": "send", "items": "all"}),
        ("POST", f"/shops/{street.shop_id}/sweep", None),
        ("DELETE", f"/sales-lists/{merchant.list}", None),
    ]
    for method, path, body in acts:
        refused = viewer.call(method, path, body)
        assert (refused.status_code, refused.json()["problem"]["code"]) == (403, "group_needed"), path
    assert _numbers(street) == before


def test_an_operator_acts_and_may_not_connect(street: Street, merchant: Merchant) -> None:
    operator, before = Person(street.system, "operator"), _numbers(street)
    body = {"name": "x", "platform": "shopify", "settings": {"domain": "x.myshopify.com"}, "credentials": {}}
    refused = operator.call("POST", "/shops", body)
    assert refused.status_code == 403
    assert refused.json()["problem"]["params"]["group"] == "admin"
    secrets = {"credentials": merchant.credentials}
    assert operator.call("PUT", f"/accounts/{merchant.account}/credentials", secrets).status_code == 403
    assert operator.call("GET", f"/accounts/{merchant.account}/authorize").status_code == 403
    assert _numbers(street) == before
    assert operator.call("POST", f"/accounts/{merchant.account}/check").status_code == 200


def test_an_operator_who_writes_the_admins_address_into_their_user_still_acts_as_themselves(
    street: Street, merchant: Merchant
) -> None:
    cognito, client = street.system.emulator.client("cognito-idp"), street.system.outputs["UserPoolClientId"]
    login, pool = street.system.login("operator"), street.system.outputs["UserPoolId"]
    sub = cognito.admin_get_user(UserPoolId=pool, Username=login.email)["Username"]
    taken = [
        {"Name": "email", "Value": street.system.login("admin").email},
        {"Name": "email_verified", "Value": "false"},  # as Cognito leaves it; the emulator does not
    ]
    own = [{"Name": "email", "Value": login.email}, {"Name": "email_verified", "Value": "true"}]
    cognito.admin_update_user_attributes(UserPoolId=pool, Username=login.email, UserAttributes=taken)
    try:
        signed_in = cognito.initiate_auth(
            ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": sub, "PASSWORD": login.password}
        )
        headers = {"Authorization": signed_in["AuthenticationResult"]["IdToken"]}
        address = f"{street.system.api_url}/v1/shops/{street.shop_id}/sweep"
        made = requests.post(address, headers=headers, timeout=30)
        assert (made.status_code, made.json()["job"]["created_by"]) == (202, sub)
    finally:
        cognito.admin_update_user_attributes(UserPoolId=pool, Username=sub, UserAttributes=own)


def test_an_unknown_field_is_refused_by_its_name(street: Street, merchant: Merchant) -> None:
    admin, before = Person(street.system, "admin"), _numbers(street)
    body = {"name": "x", "account": merchant.account, "site": SITE, "rules": {"quantity": {"mood": "cap"}}}
    refused = admin.call("POST", "/sales-lists", body)
    assert (refused.status_code, refused.json()["problem"]["code"]) == (422, "invalid_fields")
    assert [one["field"] for one in refused.json()["fields"]] == ["rules.quantity.mood"]
    refused = admin.call("POST", "/shops", {"name": "x", "platform": "shopify", "tokken": "s3cr3t-value"})
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["fields"]] == ["tokken"]
    assert "s3cr3t-value" not in refused.text
    assert _numbers(street) == before


@pytest.mark.parametrize("raw", ["{", "nothing", "\x00"])
def test_a_body_that_is_no_json_is_told_so(street: Street, raw: str) -> None:
    refused = Person(street.system, "admin").call("POST", "/profiles", raw=raw)
    assert (refused.status_code, refused.json()["problem"]["code"]) == (400, "body_unreadable")


@pytest.mark.parametrize(
    "path",
    [
        "/shops/shop_nobody",
        "/accounts/acc_nobody",
        "/sales-lists/list_nobody/items",
        "/jobs/job_nobody",
        "/listings/bm90LWFuLWlk",
        "/listings/%F0%9F%A6%8A/explain",
        "/listings/..%2F..%2Fetc",
        "/nowhere",
        "/profiles/x",
    ],
)
def test_an_id_that_nobody_has_is_not_found_and_nothing_worse(street: Street, path: str) -> None:
    refused = Person(street.system, "admin").call("GET", path)
    assert refused.status_code == 404, refused.text
    assert refused.json().get("problem", {}).get("code") in ("not_found", "no_such_route", None)

"""What a shop lacks or refuses: the fix that is named is done, and the shop is read, heard, and written to again."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.domain.configuration import Deployment
from simulators.faults import Fault
from tests.unit.functions.installation import SHOP_CREDENTIALS
from tests.unit.functions.order_desk import OrderDesk
from tests.unit.functions.seller import Seller
from tests.unit.remedies.order_words import created
from tests.unit.remedies.test_connections_walked import concerns, forget_tokens
from tests.unit.remedies.walks import SHOPIFY, named, refusal, walks


def reconnected(seller: Seller) -> None:
    """The shop is connected again with the app's id and secret."""
    forget_tokens(seller.its)
    path = f"/v1/shops/{seller.shop}/credentials"
    assert seller.its.call("PUT", path, {"credentials": SHOP_CREDENTIALS}).status == 200


def checked(seller: Seller) -> Any:
    return seller.its.post(f"/shops/{seller.shop}/check", expect=200)


@walks("credentials_missing")
@pytest.mark.parametrize(("kind", "fix"), [("shops", "reconnect_shop"), ("accounts", "reconnect_account")])
def test_credentials_that_are_not_there_are_entered_again(seller: Seller, kind: str, fix: str) -> None:
    one = seller.shop if kind == "shops" else seller.account
    seller.its.stores.secrets.delete(f"{kind}/{one}")
    forget_tokens(seller.its)
    seller.its.deps.shops._open.clear()  # type: ignore[attr-defined]  # another invocation opened nothing yet
    named(refusal(seller.its, "POST", f"/{kind}/{one}/check"), "credentials_missing", fix)
    given = SHOP_CREDENTIALS if kind == "shops" else seller.its.ebay_credentials()
    assert seller.its.call("PUT", f"/v1/{kind}/{one}/credentials", {"credentials": given}).status == 200
    seller.its.post(f"/{kind}/{one}/check", expect=200)


@walks("shopify_scope_missing", on=SHOPIFY)
def test_permissions_that_are_missing_are_granted_and_the_store_connected_again(seller: Seller) -> None:
    scopes = list(seller.its.shopify.world.tokens.scopes)
    seller.its.shopify.deeds.set_scopes([scope for scope in scopes if "inventory" not in scope])
    forget_tokens(seller.its)
    problem = refusal(seller.its, "POST", f"/shops/{seller.shop}/check")
    assert "inventory" in named(problem, "shopify_scope_missing", "grant_scopes")["params"]["scopes"]
    seller.its.shopify.deeds.set_scopes(scopes)
    reconnected(seller)
    checked(seller)


@walks("shopify_order_scope_missing", on=SHOPIFY)
def test_permissions_for_orders_are_granted_and_the_store_connected_again(seller: Seller) -> None:
    scopes = list(seller.its.shopify.world.tokens.scopes)
    seller.its.shopify.deeds.set_scopes([scope for scope in scopes if scope != "write_orders"])
    forget_tokens(seller.its)
    told = checked(seller)
    named(told["access_problem"], "shopify_order_scope_missing", "grant_scopes")
    seller.its.shopify.deeds.set_scopes(scopes)
    reconnected(seller)
    assert checked(seller)["access_problem"] is None


@walks("app_uninstalled", "shop_disconnected", on=SHOPIFY)
def test_an_app_that_was_taken_off_is_installed_and_connected_again(desk: OrderDesk) -> None:
    desk.wait(60)
    desk.its.shopify.deeds.uninstall()
    desk.its.shopify.deliveries.pump()
    desk.its.step()
    named(concerns(desk.its)["shop_disconnected"], "shop_disconnected", "reconnect_shop")
    activity = desk.its.get("/activity")["activity"]
    assert "shop_uninstalled" in {one["event"] for one in activity}
    desk.its.shopify.deeds.reinstall()
    reconnected(desk.seller)
    assert "shop_disconnected" not in concerns(desk.its)
    checked(desk.seller)


@walks("shopify_address_refused", on=SHOPIFY)
def test_an_address_that_shopify_cannot_reach_is_set_anew(seller: Seller) -> None:
    configuration = seller.its.stores.configuration
    for url, good in (("https://192.168.0.1", False), ("https://listbridge.example", True)):
        saved = configuration.get(Deployment, "this")
        configuration.save(saved.model_copy(update={"public_base_url": url}))
        answer = seller.its.call("POST", f"/v1/shops/{seller.shop}/check", host="192.168.0.1")
        if good:
            assert (answer.status, answer.body["hooks_problem"]) == (200, None)
        else:
            named(answer.body["hooks_problem"], "shopify_address_refused", "set_reachable_address")


CALLS: list[tuple[dict[str, Any], str]] = [
    ({"extensions": {"code": "MAX_COST_EXCEEDED"}}, "shopify_query_too_dear"),
    ({"extensions": {"code": "SOMETHING_NEW"}}, "shopify_refused_request"),
    (
        {
            "message": "Variable $after of type String was provided invalid value",
            "extensions": {"code": "INVALID_VARIABLE", "problems": [{"path": ["x"]}]},
        },
        "shopify_refused_fields",
    ),
]


@walks(*(code for _, code in CALLS), on=SHOPIFY)
@pytest.mark.parametrize(("error", "code"), CALLS, ids=[code for _, code in CALLS])
def test_a_request_that_shopify_refuses_is_ours_to_mend_and_the_next_is_answered(
    seller: Seller, error: dict[str, Any], code: str
) -> None:
    seller.its.shopify.faults.add(Fault("shop", "status", status=200, body={"errors": [{"message": "No.", **error}]}))
    answer = seller.its.call("POST", f"/v1/shops/{seller.shop}/check")
    named(answer.body["problem"], code, "report_to_us")
    checked(seller)


# ---- orders that the shop refuses ----


@walks("shop_refused_order", on=SHOPIFY)
def test_an_order_that_the_shop_refuses_is_tried_again_and_then_created(desk: OrderDesk) -> None:
    refused = {"field": ["order", "lineItems"], "code": "INVALID", "message": "is not valid"}
    desk.its.shopify.faults.add(Fault("orderCreate", "vendor", name="user_error", body=refused, times=1))
    remote = desk.buy()
    desk.look(5)
    told = desk.order(remote)["reason"]
    named(told, "shop_refused_order", "export_or_handled_outside")
    assert desk.export(remote).status == 202
    desk.wait(60)
    assert created(desk, remote)


@walks("shopify_mark_refused", on=SHOPIFY)
def test_the_mark_is_freed_in_shopifys_settings(desk: OrderDesk) -> None:
    refused = {"field": ["order", "metafields"], "code": "INVALID_TYPE", "message": "mark"}
    desk.its.shopify.faults.add(
        Fault(
            "metafieldDefinitionCreate",
            "status",
            status=200,
            body={"data": {"metafieldDefinitionCreate": {"createdDefinition": None, "userErrors": [refused]}}},
        )
    )
    remote = desk.buy()
    desk.look(5)
    told = desk.order(remote)["reason"]
    named(told, "shopify_mark_refused", "free_mark")
    assert desk.export(remote).status == 202
    desk.wait(60)
    assert created(desk, remote)


@walks("shopify_order_limit", on=SHOPIFY)
def test_a_trial_stores_limit_passes(desk: OrderDesk) -> None:
    refused = {"field": None, "code": None, "message": "Exceeded order API rate limit. Please try again in a minute."}
    desk.its.shopify.faults.add(Fault("orderCreate", "vendor", name="user_error", body=refused))
    remote = desk.buy()
    desk.look(5)
    assert desk.shop_orders(remote) == []
    named(desk.order(remote)["reason"], "shopify_order_limit", "")
    desk.wait(300)
    assert created(desk, remote)

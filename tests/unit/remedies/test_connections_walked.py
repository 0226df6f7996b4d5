"""Shops and accounts that do not answer, or do not fit: the fix that is named is done, and the connection works."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from urllib3.connection import HTTPConnection

from listbridge.domain.configuration import Shop
from listbridge.infra.calls.public_addresses import NotPublic
from simulators.door import Transport
from simulators.faults import Fault
from tests.unit.functions.installation import SHOP_CREDENTIALS, SHOP_DOMAIN, SITE, Installation
from tests.unit.functions.order_desk import OrderDesk
from tests.unit.functions.seller import Seller
from tests.unit.remedies.walks import EBAY, SHOPIFY, entry, heard, named, reason, refusal, walks

SHOP_DRAFT: dict[str, Any] = {
    "name": "Demo",
    "platform": "shopify",
    "settings": {"domain": SHOP_DOMAIN},
    "credentials": SHOP_CREDENTIALS,
}


def forget_tokens(its: Installation) -> None:
    """A new invocation keeps no access token of an old one."""
    its.deps.marketplaces.opener.tokens._tokens.clear()  # type: ignore[attr-defined]


def concerns(its: Installation) -> dict[str, Any]:
    return {one["problem"]["code"]: one["problem"] for one in its.get("/health")["concerns"]}


# ---- accounts ----


@walks("account_expired", "ebay_token_refused", on=EBAY)
def test_an_expired_account_is_connected_again(seller: Seller) -> None:
    product = seller.its.add_product("MUG")
    seller.its.add_items(seller.list, product)
    seller.its.act(seller.list, "send")
    seller.its.ebay.deeds.revoke_token("anna")
    forget_tokens(seller.its)
    check = f"/accounts/{seller.account}/check"
    named(refusal(seller.its, "POST", check), "ebay_token_refused", "reconnect_account")
    named(reason(seller, "MUG"), "account_expired", "reconnect_account")
    for action in ("send", "relist", "revise", "full_revise", "stop"):
        job = seller.its.act(seller.list, action)
        named(entry(seller, job, "MUG")["reason"], "account_expired", "reconnect_account")
    named(concerns(seller.its)["account_expired"], "account_expired", "reconnect_account")
    seller.its.shopify.deeds.set_stock(4, None, sku="MUG")
    heard(seller, product)
    seller.its.ebay.deeds.restore_token("anna")
    body = {"credentials": seller.its.ebay_credentials()}
    assert seller.its.call("PUT", f"/v1/accounts/{seller.account}/credentials", body).status == 200
    seller.its.run()
    assert (reason(seller, "MUG"), seller.live_offers()) == (None, {"MUG": 4})


@walks("ebay_app_refused", "ebay_scope_missing", on=EBAY)
@pytest.mark.parametrize(
    ("error", "code", "fix"),
    [
        ("invalid_client", "ebay_app_refused", "check_app_keys"),
        ("invalid_scope", "ebay_scope_missing", "reconnect_account"),
    ],
)
def test_a_refused_grant_is_mended_and_the_account_answers(seller: Seller, error: str, code: str, fix: str) -> None:
    forget_tokens(seller.its)
    seller.its.ebay.faults.add(Fault("oauth2Token", "status", status=400, body={"error": error}))
    named(refusal(seller.its, "POST", f"/accounts/{seller.account}/check"), code, fix)
    body = {"credentials": seller.its.ebay_credentials()}
    assert seller.its.call("PUT", f"/v1/accounts/{seller.account}/credentials", body).status == 200
    assert seller.its.get(f"/accounts/{seller.account}")["state"] == "active"


@walks("access_being_renewed")
def test_credentials_are_replaced_once_nobody_renews_the_old_ones(seller: Seller) -> None:
    name, body = f"accounts/{seller.account}", {"credentials": seller.its.ebay_credentials()}
    seller.its.stores.leases.acquire(f"grant#{name}", "a worker", seconds=40)
    problem = refusal(seller.its, "PUT", f"/{name}/credentials", body)
    named(problem, "access_being_renewed", "repeat_later")
    seller.its.stores.clock.advance(60)
    assert seller.its.call("PUT", f"/v1/{name}/credentials", body).status == 200


def _waiting_account(its: Installation, **settings: str) -> str:
    keys = {"client_id": "sim-client", "client_secret": "sim-secret"}
    draft = {
        "name": "anna",
        "marketplace": "ebay",
        "shop": its.connect_shop(),
        "sites": [SITE],
        "settings": settings,
        "credentials": keys,
        "connect": "by_consent",
    }
    return str(its.post("/accounts", draft)["id"])


def _agreed(its: Installation, account: str) -> dict[str, str]:
    """What the seller's browser brings back from eBay's consent page."""
    url = its.get(f"/accounts/{account}/authorize")["url"]
    session = requests.Session()
    session.mount("https://", Transport(its.ebay))
    answer = session.get(f"{url}&seller=anna", allow_redirects=False)
    return {name: found[0] for name, found in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def _come_back(its: Installation, query: dict[str, str]) -> int:
    return its.call("GET", "/callbacks/ebay", query=query, groups=None).status


@walks("account_disconnected", "ebay_consent_missing", "ebay_ru_name_missing", on=EBAY)
def test_an_account_that_waits_for_its_seller_is_connected_by_his_consent(installation: Installation) -> None:
    account = _waiting_account(installation)
    told = concerns(installation)["account_disconnected"]
    named(told, "account_disconnected", "reconnect_account")
    problem = refusal(installation, "POST", f"/accounts/{account}/check")
    named(problem, "ebay_consent_missing", "authorize_account")
    problem = refusal(installation, "GET", f"/accounts/{account}/authorize")
    named(problem, "ebay_ru_name_missing", "set_ru_name")
    installation.patch(f"/accounts/{account}", {"settings": {"ru_name": "Demo-RuName"}})
    installation.run()
    assert _come_back(installation, _agreed(installation, account)) == 200
    assert installation.get(f"/accounts/{account}")["state"] == "active"
    assert "account_disconnected" not in concerns(installation)


@walks("consent_declined", "consent_state_invalid", on=EBAY)
def test_a_consent_that_was_declined_or_is_too_old_is_asked_for_again(installation: Installation) -> None:
    account = _waiting_account(installation, ru_name="Demo-RuName")
    declined = {"state": _agreed(installation, account)["state"], "error": "access_denied"}
    old = _agreed(installation, account)
    answers = [
        installation.call("GET", "/callbacks/ebay", query=q, groups=None) for q in (declined, {**old, "state": "x"})
    ]
    assert [answer.status for answer in answers] == [409, 409]
    assert all("Start again with Connect." in answer.text for answer in answers)
    assert _come_back(installation, _agreed(installation, account)) == 200
    assert installation.get(f"/accounts/{account}")["state"] == "active"


@walks("seller_connected_already", "other_seller", on=EBAY)
def test_a_seller_who_is_connected_keeps_his_account_and_another_gets_one_of_his_own(seller: Seller) -> None:
    draft = {"name": "again", "marketplace": "ebay", "shop": seller.shop, "sites": [SITE]}
    again = {**draft, "credentials": seller.its.ebay_credentials()}
    named(refusal(seller.its, "POST", "/accounts", again), "seller_connected_already", "use_other_account")
    assert seller.its.call("POST", f"/v1/accounts/{seller.account}/check").status == 200
    boris = seller.its.ebay.deeds.add_seller("boris", marketplaces=[SITE])
    his = {**seller.its.ebay_credentials(), "refresh_token": boris["refreshToken"]}
    path = f"/accounts/{seller.account}/credentials"
    named(refusal(seller.its, "PUT", path, {"credentials": his}), "other_seller", "connect_as_new_account")
    assert seller.its.post("/accounts", {**draft, "credentials": his})["state"] == "active"


@walks("account_has_listings")
def test_an_account_moves_to_another_shop_once_its_items_are_out(seller: Seller) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("MUG"))
    before = seller.its.stores.configuration.get(Shop, seller.shop)
    seller.its.stores.configuration.save(before.model_copy(update={"id": "shop_2", "rev": 0}))
    path = f"/accounts/{seller.account}"
    problem = refusal(seller.its, "PATCH", path, {"shop": "shop_2"})
    named(problem, "account_has_listings", "remove_items_first")
    seller.its.act(seller.list, "stop_and_remove")
    seller.its.patch(path, {"shop": "shop_2"})
    seller.its.run()
    assert seller.its.get(path)["shop"] == "shop_2"


@walks("account_in_use", "shop_in_use")
def test_lists_then_accounts_then_the_shop_are_taken_off(seller: Seller) -> None:
    its = seller.its
    named(refusal(its, "DELETE", f"/shops/{seller.shop}"), "shop_in_use", "remove_accounts_first")
    named(refusal(its, "DELETE", f"/accounts/{seller.account}"), "account_in_use", "remove_sales_lists_first")
    assert its.call("DELETE", f"/v1/sales-lists/{seller.list}").status == 204
    assert its.call("DELETE", f"/v1/accounts/{seller.account}").status == 204
    assert its.call("DELETE", f"/v1/shops/{seller.shop}").status == 204


@walks("account_has_open_orders", on=EBAY)
def test_an_account_is_taken_off_once_its_orders_are_handled(desk: OrderDesk) -> None:
    its, path = desk.its, f"/accounts/{desk.account}"
    desk.switch(create_orders=False)
    order = desk.buy()
    desk.look()
    its.act(desk.seller.list, "stop_and_remove")
    assert its.call("DELETE", f"/v1/sales-lists/{desk.seller.list}").status == 204
    named(refusal(its, "DELETE", path), "account_has_open_orders", "finish_orders_first")
    row = desk.order(order)
    its.post(f"/orders/{row['id']}/handled-outside", expect=200)
    assert its.call("DELETE", f"/v1{path}").status == 204


@walks("site_unavailable", "site_in_use", on=EBAY)
def test_a_site_that_cannot_be_sold_on_gives_way_to_one_that_can(seller: Seller) -> None:
    its, path = seller.its, f"/accounts/{seller.account}"
    draft = {"name": "US", "account": seller.account, "site": "EBAY_US"}
    named(refusal(its, "POST", "/sales-lists", draft, status=422), "site_unavailable", "choose_other_site")
    assert its.post("/sales-lists", {**draft, "site": SITE})["site"] == SITE
    named(refusal(its, "PATCH", path, {"sites": []}), "site_in_use", "remove_sales_lists_first")
    for row in its.get("/sales-lists")["sales_lists"]:
        assert its.call("DELETE", f"/v1/sales-lists/{row['id']}").status == 204
    assert its.patch(path, {"sites": []})["job"]["id"]


@walks("profile_in_use", "creation_profile_unfit")
def test_a_profile_is_deleted_once_no_list_uses_it(seller: Seller) -> None:
    its, path = seller.its, f"/sales-lists/{seller.list}"
    mine = its.get(path)["creation_profile"]
    problem = refusal(its, "DELETE", f"/creation-profiles/{mine}")
    named(problem, "profile_in_use", "choose_other_profile_first")
    other = {"name": "Other", "marketplace": "ebay", "site": SITE, "settings": its.creation_settings()}
    foreign = its.post("/creation-profiles", {**other, "site": "EBAY_US"})["id"]
    problem = refusal(its, "PATCH", path, {"creation_profile": foreign})
    named(problem, "creation_profile_unfit", "choose_creation_profile")
    its.patch(path, {"creation_profile": its.post("/creation-profiles", other)["id"]})
    its.run()
    assert its.call("DELETE", f"/v1/creation-profiles/{mine}").status == 204


# ---- shops ----


@walks("shopify_grant_refused", on=SHOPIFY)
def test_a_shop_is_connected_with_the_right_secret(installation: Installation) -> None:
    wrong = {**SHOP_DRAFT, "credentials": {**SHOP_CREDENTIALS, "client_secret": "wrong"}}
    named(refusal(installation, "POST", "/shops", wrong), "shopify_grant_refused", "reconnect_shop")
    assert installation.post("/shops", SHOP_DRAFT)["shop"]["state"] == "active"


@walks("location_unknown", on=SHOPIFY)
def test_a_location_of_the_shops_own_is_chosen(installation: Installation) -> None:
    problem = refusal(installation, "POST", "/shops", {**SHOP_DRAFT, "locations": ["999"]})
    named(problem, "location_unknown", "choose_location")
    (place,) = installation.shopify.world.live.locations
    assert installation.post("/shops", {**SHOP_DRAFT, "locations": [str(place)]})["shop"]["locations"] == [str(place)]


SHOP_SAYS = [(401, "shopify_credentials_refused", "reconnect_shop"), (403, "shopify_access_refused", "grant_scopes")]


@walks("shop_expired", *(code for _, code, _ in SHOP_SAYS), on=SHOPIFY)
@pytest.mark.parametrize(("status", "code", "fix"), SHOP_SAYS)
def test_a_shop_that_refuses_our_access_is_connected_again(seller: Seller, status: int, code: str, fix: str) -> None:
    forget_tokens(seller.its)
    seller.its.shopify.faults.add(Fault("shop", "status", status=status, times=9))
    named(refusal(seller.its, "POST", f"/shops/{seller.shop}/check"), code, fix)
    named(concerns(seller.its)["shop_expired"], "shop_expired", "reconnect_shop")
    seller.its.shopify.faults.clear()
    body = {"credentials": SHOP_CREDENTIALS}
    assert seller.its.call("PUT", f"/v1/shops/{seller.shop}/credentials", body).status == 200
    assert "shop_expired" not in concerns(seller.its)


WAITS_FOR_SELLER = [
    (402, "shopify_store_frozen", "unfreeze_store"),
    (423, "shopify_store_locked", "unfreeze_store"),
    (404, "shopify_store_not_found", "check_store_address"),
]
PASSING = [
    (Fault("*", "status", status=429, times=9), "shopify_throttled"),
    (Fault("*", "status", status=503, times=9), "shopify_unavailable"),
    (Fault("*", "html", status=200, times=9), "shopify_answer_unreadable"),
    (Fault("*", "drop_before", times=9), "no_answer"),
]


@walks(*(code for _, code, _ in WAITS_FOR_SELLER), on=SHOPIFY)
@pytest.mark.parametrize(("status", "code", "fix"), WAITS_FOR_SELLER)
def test_a_store_that_is_not_there_now_works_again_after_the_sellers_deed_by_check(
    seller: Seller, status: int, code: str, fix: str
) -> None:
    path = f"/shops/{seller.shop}/check"
    seller.its.shopify.faults.add(Fault("*", "status", status=status, times=9))
    named(refusal(seller.its, "POST", path, status=502), code, fix)
    seller.its.shopify.faults.clear()
    seller.its.post(path, expect=200)


@walks(*(code for _, code in PASSING), on=SHOPIFY)
@pytest.mark.parametrize(("fault", "code"), PASSING, ids=[code for _, code in PASSING])
def test_what_passes_at_the_shop_names_nothing_to_do_and_passes(seller: Seller, fault: Fault, code: str) -> None:
    path = f"/shops/{seller.shop}/check"
    seller.its.shopify.faults.add(fault)
    named(refusal(seller.its, "POST", path, status=502), code, "")
    seller.its.shopify.faults.clear()
    seller.its.stores.clock.advance(61)
    seller.its.post(path, expect=200)


@walks("address_not_public", on=SHOPIFY)
def test_a_name_that_led_into_a_private_network_is_corrected(seller: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    def private(*_: Any, **__: Any) -> requests.Response:
        raise requests.exceptions.ConnectionError(NotPublic(HTTPConnection("shop.example"), "private"))

    path = f"/shops/{seller.shop}/check"
    with monkeypatch.context() as misled:
        misled.setattr(Transport, "send", private)
        named(refusal(seller.its, "POST", path, status=502), "address_not_public", "enter_public_address")
    seller.its.post(path, expect=200)


@walks("connection_failed", on=SHOPIFY)
def test_a_shop_that_could_not_be_reached_is_reached_again(seller: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: Any, **__: Any) -> requests.Response:
        raise requests.exceptions.ConnectTimeout

    path = f"/shops/{seller.shop}/check"
    with monkeypatch.context() as away:
        away.setattr(Transport, "send", unreachable)
        named(refusal(seller.its, "POST", path, status=502), "connection_failed", "")
    seller.its.post(path, expect=200)


@walks("public_address_unknown")
def test_an_installation_learns_its_address_when_an_administrator_calls(seller: Seller) -> None:
    from listbridge.domain.configuration import Deployment

    configuration = seller.its.stores.configuration
    saved = configuration.get(Deployment, "this")
    configuration.save(saved.model_copy(update={"public_base_url": ""}))
    answer = seller.its.call("GET", "/v1/health", groups="viewer")
    told = {one["problem"]["code"]: one["problem"] for one in answer.body["concerns"]}
    named(told["public_address_unknown"], "public_address_unknown", "set_public_address")
    seller.its.get("/shops")
    assert "public_address_unknown" not in concerns(seller.its)

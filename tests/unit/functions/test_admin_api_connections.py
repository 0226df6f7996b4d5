"""Shops and accounts: connected, checked, given new credentials, edited and disconnected; and no secret ever gets
out."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from listbridge.domain.configuration import Account, ConnectionState, SalesList, Shop
from listbridge.domain.ids import AccountId
from listbridge.domain.ports import Missing
from listbridge.domain.work import Lane, Nudge
from simulators.faults import Fault
from tests.unit.functions.installation import SHOP_CREDENTIALS, SHOP_DOMAIN, SITE, Installation


def _draft(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Demo",
        "platform": "shopify",
        "settings": {"domain": SHOP_DOMAIN},
        "credentials": SHOP_CREDENTIALS,
        **changes,
    }


def _secrets(installation: Installation) -> dict[str, dict[str, str]]:
    return installation.stores.secrets._values


def test_a_shop_is_connected_with_its_own_currency_and_asked_to_call_us(installation: Installation) -> None:
    body = installation.post("/shops", _draft())
    shop = body["shop"]
    assert (shop["state"], shop["currency"]) == ("active", "EUR")
    assert body["domain"] == SHOP_DOMAIN
    assert list(body["locations"].values()) == ["Warehouse"]
    assert "inventory_levels/update" in body["hooks"]["created"]
    assert shop["credentials_set"] == ["client_id", "client_secret"]
    assert _secrets(installation) == {f"shops/{shop['id']}": SHOP_CREDENTIALS}


def test_a_shop_with_wrong_credentials_is_a_conflict_and_leaves_nothing_behind(installation: Installation) -> None:
    answer = installation.call("POST", "/v1/shops", _draft(credentials={**SHOP_CREDENTIALS, "client_secret": "wrong"}))
    assert answer.status == 409
    assert answer.body["problem"]["code"] == "shopify_grant_refused"
    assert answer.body["problem"]["text"] != "shopify_grant_refused"
    assert installation.stores.configuration.all(Shop) == []
    assert _secrets(installation) == {}


def test_a_shop_with_an_unknown_location_is_refused_and_leaves_nothing_behind(installation: Installation) -> None:
    answer = installation.call("POST", "/v1/shops", _draft(locations=["999"]))
    assert (answer.status, answer.body["problem"]["code"]) == (409, "location_unknown")
    assert installation.stores.configuration.all(Shop) == []
    assert _secrets(installation) == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"settings": {"domain": "evil.example"}}, "settings.domain"),
        ({"settings": {}}, "settings.domain"),
        ({"credentials": {"client_id": "app-id"}}, "credentials.client_secret"),
        ({"platform": "nowhere"}, "platform"),
        ({"name": ""}, "name"),
        ({"surprise": 1}, "surprise"),
        ({"credentials": {"client_secret": 7}}, "credentials.client_secret"),
    ],
)
def test_a_field_that_is_not_valid_is_named_and_nothing_is_stored(
    installation: Installation, changes: dict[str, Any], field: str
) -> None:
    answer = installation.call("POST", "/v1/shops", _draft(**changes))
    assert answer.status == 422
    assert answer.body["problem"]["code"] == "invalid_fields"
    assert [one["field"] for one in answer.body["fields"]] == [field]
    assert answer.body["fields"][0]["text"] != ""
    assert installation.stores.configuration.all(Shop) == []
    assert _secrets(installation) == {}


def test_no_credential_gets_out_in_an_answer_or_a_log(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shop = installation.connect_shop()
    account = installation.connect_account(shop)
    told = [
        installation.call("POST", "/v1/shops", _draft(name="")),
        installation.call("POST", "/v1/shops", _draft(credentials={"client_secret": ["app-secret-value"]})),
        installation.call("PUT", f"/v1/shops/{shop}/credentials", {"credentials": {"nonsense": "app-secret-value"}}),
        *(
            installation.call("GET", f"/v1{path}")
            for path in (
                "/shops",
                f"/shops/{shop}",
                "/accounts",
                f"/accounts/{account}",
                "/activity",
                "/health",
                "/jobs",
            )
        ),
    ]
    secrets = [SHOP_CREDENTIALS["client_secret"], "sim-secret", installation.seller["refreshToken"]]
    texts = [json.dumps(answer.headers) for answer in told]
    texts += [str(record.__dict__) for record in caplog.records]
    texts += [str(entry) for entry in installation.stores.activity.entries]
    for secret in secrets:
        assert not any(secret in text for text in texts)


def test_new_credentials_that_do_not_work_leave_the_old_ones_in_force(installation: Installation) -> None:
    shop = installation.connect_shop()
    body = {"credentials": {"client_id": "app-id", "client_secret": "wrong"}}
    assert installation.call("PUT", f"/v1/shops/{shop}/credentials", body).status == 409
    assert _secrets(installation) == {f"shops/{shop}": SHOP_CREDENTIALS}
    assert installation.stores.configuration.get(Shop, shop).state is ConnectionState.ACTIVE


def test_a_shop_that_gets_new_credentials_works_again_and_is_read_from_end_to_end(installation: Installation) -> None:
    shop = installation.connect_shop()
    document = installation.stores.configuration.get(Shop, shop)
    installation.stores.configuration.save(document.model_copy(update={"state": ConnectionState.EXPIRED}))
    body = {"credentials": {**SHOP_CREDENTIALS, "previous_client_secret": "older"}}
    assert installation.call("PUT", f"/v1/shops/{shop}/credentials", body).status == 200
    assert installation.get(f"/shops/{shop}")["state"] == "active"
    assert _secrets(installation)[f"shops/{shop}"]["previous_client_secret"] == "older"
    assert [job["kind"] for job in installation.get("/jobs")["jobs"]] == ["sweep"]


def test_a_check_finds_dead_credentials_and_says_so_once(installation: Installation) -> None:
    shop = installation.connect_shop()
    installation.shopify.deeds.uninstall()
    answer = installation.call("POST", f"/v1/shops/{shop}/check")
    assert answer.status == 409
    assert installation.get(f"/shops/{shop}")["state"] == "expired"
    concerns = installation.get("/health")["concerns"]
    assert [(one["subject"], one["problem"]["code"]) for one in concerns] == [(shop, "shop_expired")]


@pytest.mark.parametrize("fault", [Fault("*", "status", status=503), Fault("*", "html"), Fault("*", "drop_before")])
def test_a_shop_that_does_not_answer_is_a_bad_gateway_and_stays_connected(
    installation: Installation, fault: Fault
) -> None:
    shop = installation.connect_shop()
    installation.shopify.faults.add(fault)
    answer = installation.call("GET", f"/v1/shops/{shop}/products", query={"search": "mug"})
    assert answer.status == 502
    assert answer.body["problem"]["text"] != answer.body["problem"]["code"]
    assert installation.get(f"/shops/{shop}")["state"] == "active"


def test_a_shop_that_nobody_knows_is_not_found(installation: Installation) -> None:
    answer = installation.call("POST", "/v1/shops/shop_none/check")
    assert answer.status == 404
    assert answer.body["problem"]["text"] == "There is no shop shop_none."


def test_locations_are_edited_by_a_counted_job(installation: Installation) -> None:
    shop = installation.connect_shop()
    place = str(installation.shopify.deeds.add_location("Annexe")["location_id"])
    job = installation.patch(f"/shops/{shop}", {"locations": [place]})["job"]
    assert installation.get(f"/shops/{shop}")["locations"] == []
    installation.run()
    assert installation.get(f"/jobs/{job['id']}")["state"] == "done"
    assert installation.get(f"/shops/{shop}")["locations"] == [place]


def test_an_edit_of_an_old_version_is_a_conflict_and_begins_no_job(installation: Installation) -> None:
    shop = installation.connect_shop()
    answer = installation.call("PATCH", f"/v1/shops/{shop}", {"name": "New", "rev": 7})
    assert (answer.status, answer.body["problem"]["code"]) == (409, "edited_meanwhile")
    assert installation.get("/jobs")["jobs"] == []


def test_a_shop_that_an_account_sells_for_stays(installation: Installation) -> None:
    shop = installation.connect_shop()
    account = installation.connect_account(shop)
    answer = installation.call("DELETE", f"/v1/shops/{shop}")
    assert (answer.status, answer.body["problem"]["code"]) == (409, "shop_in_use")
    assert installation.get(f"/shops/{shop}")["name"] == "Demo"
    assert installation.call("DELETE", f"/v1/accounts/{account}").status == 204
    assert installation.call("DELETE", f"/v1/shops/{shop}").status == 204
    assert installation.call("GET", f"/v1/shops/{shop}").status == 404
    assert _secrets(installation) == {}


def test_an_account_learns_who_its_seller_is(installation: Installation) -> None:
    account = installation.get(f"/accounts/{installation.connect_account(installation.connect_shop())}")
    assert account["remote_name"] == installation.ebay.world.sellers["anna"].user_id
    assert (account["sites"], account["auto_quantity"], account["auto_price"]) == ([SITE], True, True)
    assert account["create_orders"] is True


def test_one_seller_cannot_be_connected_twice(installation: Installation) -> None:
    shop = installation.connect_shop()
    first = installation.connect_account(shop)
    draft = {"name": "again", "marketplace": "ebay", "shop": shop, "credentials": installation.ebay_credentials()}
    answer = installation.call("POST", "/v1/accounts", draft)
    assert (answer.status, answer.body["problem"]["code"]) == (409, "seller_connected_already")
    assert [account.id for account in installation.stores.configuration.all(Account)] == [first]
    assert sorted(_secrets(installation)) == [f"accounts/{first}", f"shops/{shop}"]


def test_another_sellers_credentials_are_refused_and_the_old_ones_stay(installation: Installation) -> None:
    account = installation.connect_account(installation.connect_shop())
    other = installation.ebay.deeds.add_seller("boris", marketplaces=[SITE])
    body = {"credentials": {**installation.ebay_credentials(), "refresh_token": other["refreshToken"]}}
    answer = installation.call("PUT", f"/v1/accounts/{account}/credentials", body)
    assert (answer.status, answer.body["problem"]["code"]) == (409, "other_seller")
    assert _secrets(installation)[f"accounts/{account}"] == installation.ebay_credentials()


def test_an_account_for_a_shop_that_is_not_there_is_not_found(installation: Installation) -> None:
    draft = {"name": "x", "marketplace": "ebay", "shop": "shop_none", "credentials": installation.ebay_credentials()}
    answer = installation.call("POST", "/v1/accounts", draft)
    assert answer.status == 404
    assert _secrets(installation) == {}


def test_an_account_with_listings_stays_with_its_shop(installation: Installation) -> None:
    shop = installation.connect_shop()
    account = installation.connect_account(shop)
    installation.add_items(installation.make_list(account), installation.add_product("A1"))
    other = Shop(**{**installation.stores.configuration.get(Shop, shop).model_dump(), "id": "shop_2", "rev": 0})
    installation.stores.configuration.save(other)
    answer = installation.call("PATCH", f"/v1/accounts/{account}", {"shop": "shop_2"})
    assert (answer.status, answer.body["problem"]["code"]) == (409, "account_has_listings")
    installation.run()
    assert installation.get(f"/accounts/{account}")["shop"] == shop


def test_a_switch_is_a_proposal_and_then_obeyed(installation: Installation) -> None:
    account = installation.connect_account(installation.connect_shop())
    job = installation.patch(f"/accounts/{account}", {"auto_quantity": False})["job"]
    assert job["kind"] == "configuration"
    installation.run()
    assert installation.get(f"/accounts/{account}")["auto_quantity"] is False
    assert installation.get(f"/accounts/{account}")["auto_price"] is True


@pytest.mark.parametrize(
    ("patch", "field"),
    [
        ({"guard": {"share": 7}}, "guard.share"),
        ({"rules": {"quantity": {"mode": "cap"}}}, "rules.quantity"),
        ({"sites": ["EBAY_MARS"]}, "sites"),
        ({"auto_quantity": None}, "auto_quantity"),
        ({"settings": {"environment": "moon"}}, "settings.environment"),
    ],
)
def test_an_edit_that_is_not_valid_names_the_field_and_begins_no_job(
    installation: Installation, patch: dict[str, Any], field: str
) -> None:
    account = installation.connect_account(installation.connect_shop())
    answer = installation.call("PATCH", f"/v1/accounts/{account}", patch)
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, [field])
    assert installation.get("/jobs")["jobs"] == []


def test_the_choices_of_a_creation_profile_come_from_the_marketplace(installation: Installation) -> None:
    account = installation.connect_account(installation.connect_shop())
    body = installation.get(f"/accounts/{account}/choices", site=SITE)
    policy = installation.seller["policies"][SITE]["returnPolicyId"]
    assert body["site"] == SITE
    assert policy in json.dumps(body["choices"])


def test_choices_of_an_unknown_site_name_the_field(installation: Installation) -> None:
    account = installation.connect_account(installation.connect_shop())
    answer = installation.call("GET", f"/v1/accounts/{account}/choices", query={"site": "EBAY_MARS"})
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, ["site"])


def test_an_account_with_a_sales_list_stays(installation: Installation) -> None:
    account = installation.connect_account(installation.connect_shop())
    sales_list = installation.make_list(account)
    answer = installation.call("DELETE", f"/v1/accounts/{account}")
    assert (answer.status, answer.body["problem"]["code"]) == (409, "account_in_use")
    assert installation.stores.configuration.get(SalesList, sales_list).account == account
    assert installation.call("DELETE", f"/v1/sales-lists/{sales_list}").status == 204
    assert installation.call("DELETE", f"/v1/accounts/{account}").status == 204
    with pytest.raises(Missing):
        installation.stores.configuration.get(Account, account)


def test_a_revoked_account_is_noted_by_a_check_and_its_return_wakes_the_drainer(installation: Installation) -> None:
    account = installation.connect_account(installation.connect_shop())
    installation.ebay.deeds.revoke_token("anna")
    installation.deps.marketplaces.opener.tokens._tokens.clear()  # type: ignore[attr-defined]
    assert installation.call("POST", f"/v1/accounts/{account}/check").status == 409
    assert installation.get(f"/accounts/{account}")["state"] == "expired"
    installation.ebay.deeds.restore_token("anna")
    assert installation.call("POST", f"/v1/accounts/{account}/check").status == 200
    assert installation.get(f"/accounts/{account}")["state"] == "active"
    assert installation.stores.queues.messages(Lane.REVISE) == [Nudge(account=AccountId(account))]


def test_a_worker_that_still_keeps_the_old_credentials_does_not_end_the_new_ones(installation: Installation) -> None:
    account = installation.connect_account(installation.connect_shop())
    sales_list = installation.make_list(account)
    installation.add_items(sales_list, installation.add_product("A1"))
    installation.act(sales_list, "send")
    kept = dict(_secrets(installation)[f"accounts/{account}"])
    real = installation.stores.secrets.get

    before = installation.stores.configuration.get(Account, AccountId(account)).rev

    def stale(name: str, *, revision: int | None = None) -> dict[str, str]:
        """A worker's store, which read the secret for the account as it was before."""
        return dict(kept) if (name, revision) == (f"accounts/{account}", before) else real(name)

    installation.stores.secrets.get = stale  # type: ignore[method-assign]
    installation.ebay.deeds.revoke_token("anna")
    installation.deps.marketplaces.opener.tokens._tokens.clear()  # type: ignore[attr-defined]
    assert installation.call("POST", f"/v1/accounts/{account}/check").status == 409
    renewed = installation.ebay.world.sellers["anna"]
    renewed.refresh_token = "v^1.1#r#renewed"
    installation.ebay.deeds.restore_token("anna")
    body = {"credentials": {**installation.ebay_credentials(), "refresh_token": "v^1.1#r#renewed"}}
    assert installation.call("PUT", f"/v1/accounts/{account}/credentials", body).status == 200
    installation.act(sales_list, "revise")
    assert installation.get(f"/accounts/{account}")["state"] == "active"
    assert installation.items(sales_list)[0]["listing"]["quantity"]["accepted"] == 7

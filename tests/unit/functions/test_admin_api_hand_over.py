"""Shops and accounts that hand over what opens them: by code and verifier, by posted keys, by a registration, by a signed return."""

from __future__ import annotations

import itertools
import json
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from listbridge import registry
from listbridge.domain.configuration import Account, Shop
from listbridge.services.configuration.hand_over import Consent
from tests.fakes.cuts import CutAt, WorkerDied
from tests.fakes.handing_platforms import SIGNATURE, OtherSide, Platforms, mac, query_of
from tests.unit.functions.installation import ADDRESS, Installation

APP = "the app's own secret"
ITS_URL = "https://store.example"


@pytest.fixture
def other(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> OtherSide:
    platforms = Platforms()
    platforms.install(monkeypatch)
    installation.get("/shops")  # an admin's call, by which the installation learns its address
    return platforms.other


def _shop(its: Installation, platform: str, **settings: str) -> str:
    draft = {
        "name": "Store",
        "platform": platform,
        "settings": settings,
        "credentials": {"app_secret": APP},
        "connect": "by_consent",
    }
    shown = its.post("/shops", draft)["shop"]
    assert (shown["state"], shown["currency"]) == ("disconnected", "XXX")
    return str(shown["id"])


def _begun(its: Installation, shop: str) -> str:
    return str(its.get(f"/shops/{shop}/authorize")["url"])


def _stored(its: Installation, shop: str) -> Shop:
    return its.stores.configuration.get(Shop, shop)


def _account(its: Installation, other: OtherSide) -> str:
    shop = _shop(its, "posts", address=ITS_URL)
    draft = {
        "name": "anna",
        "marketplace": "proves",
        "shop": shop,
        "credentials": {"client_id": "c"},
        "connect": "by_consent",
    }
    return str(its.post("/accounts", draft)["id"])


def _come(its: Installation, slug: str, query: dict[str, str], **more: Any) -> Any:
    return its.call(more.pop("method", "GET"), f"/callbacks/{slug}", query=query, groups=None, **more)


# ---- a code that is worth nothing without what we kept ----


def _consents(its: Installation, other: OtherSide, account: str) -> tuple[dict[str, str], str]:
    url = its.get(f"/accounts/{account}/authorize")["url"]
    other.consents("code-1", query_of(url)["code_challenge"])
    return {"state": query_of(url)["state"], "code": "code-1"}, url


def test_a_code_is_traded_with_the_verifier_that_was_kept(installation: Installation, other: OtherSide) -> None:
    account = _account(installation, other)
    query, url = _consents(installation, other, account)
    (kept,) = [name for name in installation.stores.secrets.names() if "keep_" in name]
    verifier = installation.stores.secrets.get(kept)["verifier"]
    assert verifier not in url
    assert query_of(url)["redirect_uri"] == f"{ADDRESS}/callbacks/proves"
    assert _come(installation, "proves", {**query, "seller": "A1"}).status == 200
    stored = installation.stores.configuration.get(Account, account)
    assert stored.settings["seller"] == "A1"
    assert (stored.state, stored.remote_name, stored.facts) == ("active", "seller", {"number": "7"})
    assert installation.stores.secrets.get(f"accounts/{account}")["key"] in other.opens
    assert not [name for name in installation.stores.secrets.names() if "keep_" in name]


def test_a_code_that_another_began_is_worth_nothing_with_our_verifier(
    installation: Installation, other: OtherSide
) -> None:
    account = _account(installation, other)
    query, _ = _consents(installation, other, account)
    other.consents("code-1", "the challenge of somebody else")
    assert _come(installation, "proves", query).status == 409
    assert installation.get(f"/accounts/{account}")["state"] == "disconnected"
    assert "key" not in installation.stores.secrets.get(f"accounts/{account}")


def test_two_that_come_with_one_state_trade_one_code(installation: Installation, other: OtherSide) -> None:
    query, _ = _consents(installation, other, _account(installation, other))
    assert [_come(installation, "proves", query).status for _ in range(2)] == [200, 409]
    assert other.traded == 1


def test_what_was_kept_for_a_step_that_never_came_is_swept_away(installation: Installation, other: OtherSide) -> None:
    account = _account(installation, other)
    _consents(installation, other, account)
    installation.stores.clock.advance(15 * 60 + 1)
    _consents(installation, other, account)
    assert len([name for name in installation.stores.secrets.names() if "keep_" in name]) == 1
    assert len(installation.stores.configuration.all(Consent)) == 1


@pytest.mark.parametrize("write", ["secrets.put", "configuration.save"])
def test_a_beginning_that_died_half_way_leaves_nothing_that_is_not_swept_away(
    installation: Installation, other: OtherSide, write: str
) -> None:
    account, stores = _account(installation, other), installation.stores

    def dies(what: str) -> None:
        if what == write:
            raise RuntimeError(what)

    stores.cut.hook = dies
    assert installation.call("GET", f"/v1/accounts/{account}/authorize").status == 500
    stores.cut.hook = lambda _: None
    stores.clock.advance(15 * 60 + 1)
    query, _ = _consents(installation, other, account)
    assert len([name for name in stores.secrets.names() if "keep_" in name]) == 1
    assert len(stores.configuration.all(Consent)) == 1
    assert _come(installation, "proves", query).status == 200


# ---- keys that the shop posts ----


def _posts_keys(its: Installation, url: str, **told: str) -> Any:
    callback = query_of(url)["callback_url"]
    assert callback.startswith(f"{ADDRESS}/callbacks/posts?")
    body = json.dumps({"key_id": 1, **told})
    return _come(its, "posts", query_of(callback), method="POST", raw=body)


def test_a_shop_that_posts_its_keys_is_connected_and_the_browser_lands_beside_it(
    installation: Installation, other: OtherSide
) -> None:
    shop = _shop(installation, "posts", address=ITS_URL)
    url = _begun(installation, shop)
    answer = _posts_keys(installation, url, consumer_key=other.key())
    assert (answer.status, answer.body) == (200, {})
    stored = _stored(installation, shop)
    assert (stored.state, stored.currency) == ("active", "EUR")
    assert installation.stores.secrets.get(f"shops/{shop}")["key"] in other.opens
    landing = urlsplit(query_of(url)["return_url"]).path.removeprefix("/prod")
    page = installation.call("GET", landing, query={"success": "1"}, groups=None)
    assert (page.status, "You may close this page" in page.text) == (200, True)


@pytest.mark.parametrize("state", ["", "forged"])
def test_keys_that_are_posted_without_a_state_of_ours_are_not_looked_at(
    installation: Installation, other: OtherSide, state: str
) -> None:
    shop = _shop(installation, "posts", address=ITS_URL)
    _begun(installation, shop)
    body = json.dumps({"consumer_key": other.key()})
    answer = _come(installation, "posts", {"state": state}, method="POST", raw=body)
    assert (answer.status, answer.body["problem"]["code"]) == (409, "consent_state_invalid")
    assert "key" not in installation.stores.secrets.get(f"shops/{shop}")


def test_keys_that_do_not_open_the_shop_are_not_kept(installation: Installation, other: OtherSide) -> None:
    shop = _shop(installation, "posts", address=ITS_URL)
    assert _posts_keys(installation, _begun(installation, shop), consumer_key="wrong").status == 409
    assert _stored(installation, shop).state == "disconnected"
    assert "key" not in installation.stores.secrets.get(f"shops/{shop}")


def test_a_body_that_no_platform_sends_is_refused_before_its_state_is_used(
    installation: Installation, other: OtherSide
) -> None:
    shop = _shop(installation, "posts", address=ITS_URL)
    url = _begun(installation, shop)
    too_much = _come(installation, "posts", query_of(query_of(url)["callback_url"]), method="POST", raw="x" * 200_000)
    assert too_much.status == 413
    assert _posts_keys(installation, url, consumer_key=other.key()).status == 200


# ---- a registration in two signed calls ----


def _registers(its: Installation, url: str, secret: str = APP) -> Any:
    asked = {"shop-id": "s1", "shop-url": ITS_URL, "timestamp": "1700000000"}
    headers = {SIGNATURE: mac(secret, urlencode(asked).encode())}
    return _come(its, "registers", {**query_of(url), **asked}, headers=headers)


def _confirms(its: Installation, url: str, secret: str, key: str) -> Any:
    body = json.dumps({"apiKey": key, "shopUrl": ITS_URL}, indent=1)
    headers = {SIGNATURE: mac(secret, body.encode())}
    return _come(its, "registers", query_of(url), method="POST", raw=body, headers=headers)


def test_a_shop_registers_itself_gets_its_proof_and_confirms(installation: Installation, other: OtherSide) -> None:
    shop = _shop(installation, "registers")
    url = _begun(installation, shop)
    told = _registers(installation, url).body
    assert told["proof"] == mac(APP, f"s1{ITS_URL}listbridge".encode())
    assert query_of(told["confirmation_url"])["state"] != query_of(url)["state"]
    assert _stored(installation, shop).state == "disconnected"
    assert "shop_secret" not in installation.stores.secrets.get(f"shops/{shop}")
    assert _confirms(installation, told["confirmation_url"], told["secret"], other.key()).status == 200
    stored = _stored(installation, shop)
    assert (stored.state, stored.settings["address"]) == ("active", ITS_URL)
    assert installation.stores.secrets.get(f"shops/{shop}")["shop_secret"] == told["secret"]


def test_a_registration_that_is_not_signed_by_the_app_gets_no_secret(
    installation: Installation, other: OtherSide
) -> None:
    url = _begun(installation, _shop(installation, "registers"))
    answer = _registers(installation, url, secret="another")
    assert (answer.status, answer.body) == (409, None)
    assert installation.stores.configuration.all(Consent) == []


def test_a_confirmation_that_is_not_signed_by_the_new_secret_connects_nobody(
    installation: Installation, other: OtherSide
) -> None:
    shop = _shop(installation, "registers")
    told = _registers(installation, _begun(installation, shop)).body
    assert _confirms(installation, told["confirmation_url"], APP, other.key()).status == 409
    assert _stored(installation, shop).state == "disconnected"
    assert "key" not in installation.stores.secrets.get(f"shops/{shop}")


def test_a_registration_is_not_taken_for_its_confirmation(installation: Installation, other: OtherSide) -> None:
    shop = _shop(installation, "registers")
    url = _begun(installation, shop)
    told = _registers(installation, url).body
    assert _confirms(installation, url, told["secret"], other.key()).status == 409
    assert _registers(installation, told["confirmation_url"]).status == 409
    assert _stored(installation, shop).state == "disconnected"


# ---- a return that is signed as a whole ----


def _returns(its: Installation, url: str, **changes: str) -> Any:
    told = {"code": "code-1", "shop": "store", "state": query_of(url)["state"], "timestamp": "1700000000"}
    signed = "&".join(f"{name}={value}" for name, value in sorted(told.items())).encode()
    return _come(its, "signs", {**told, "hmac": mac(APP, signed), **changes})


def test_a_signed_return_connects_the_shop(installation: Installation, other: OtherSide) -> None:
    shop = _shop(installation, "signs", address=ITS_URL)
    other.consents("code-1")
    answer = _returns(installation, _begun(installation, shop))
    assert (answer.status, "Store is connected" in answer.text) == (200, True)
    assert _stored(installation, shop).state == "active"


@pytest.mark.parametrize("changes", [{"shop": "another"}, {"hmac": ""}, {"more": "1"}])
def test_a_return_of_which_anything_was_changed_trades_nothing(
    installation: Installation, other: OtherSide, changes: dict[str, str]
) -> None:
    shop = _shop(installation, "signs", address=ITS_URL)
    other.consents("code-1")
    assert _returns(installation, _begun(installation, shop), **changes).status == 409
    assert (other.traded, _stored(installation, shop).state) == (0, "disconnected")


# ---- all of them ----


def test_a_consent_that_an_earlier_version_asked_for_is_still_good() -> None:
    stored = '{"id": "hash", "account": "acc_1", "actor": "kim", "expires_at": "2026-11-01T12:00:00Z"}'
    consent = Consent.model_validate_json(stored)
    assert (consent.account, consent.shop, consent.step, consent.keeps) == ("acc_1", None, "", False)


def test_a_shop_that_never_handed_anything_over_is_taken_off_without_a_call(
    installation: Installation, other: OtherSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = _shop(installation, "posts", address=ITS_URL)
    monkeypatch.setattr(registry, "open_shop", lambda slug, connection: None)
    assert installation.call("DELETE", f"/v1/shops/{shop}").status == 204
    assert installation.stores.secrets.names() == []
    told, _ = installation.stores.activity.of_subject(shop, 2)
    assert {one.event for one in told} == {"shop_prepared", "shop_removed"}


def test_a_shop_that_was_only_prepared_is_told_of(installation: Installation, other: OtherSide) -> None:
    shop = _shop(installation, "posts", address=ITS_URL)
    told = [entry for entry in installation.get("/activity")["activity"] if entry["subject"] == shop]
    assert [entry["event"] for entry in told] == ["shop_prepared"]


def test_only_an_admin_begins_a_hand_over(installation: Installation, other: OtherSide) -> None:
    shop = _shop(installation, "posts", address=ITS_URL)
    assert installation.call("GET", f"/v1/shops/{shop}/authorize", groups="operator").status == 403
    assert installation.stores.configuration.all(Consent) == []


def test_a_hand_over_that_dies_at_any_write_is_begun_again_and_connects(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two steps, each cut at each of its writes in turn: what is stored then is never half of a connection."""
    for cut in itertools.count(1):
        its = Installation()
        platforms = Platforms()
        platforms.install(monkeypatch)
        its.get("/shops")
        shop = _shop(its, "registers")
        key = platforms.other.key()
        its.stores.cut.hook = CutAt(cut)
        finished = True
        try:
            _connect_by_registering(its, shop, key)
        except WorkerDied:
            finished = False
        its.stores.cut.hook = lambda _: None
        stored = _stored(its, shop)
        if stored.state == "active":
            assert its.stores.secrets.get(f"shops/{shop}")["key"] == key
        if finished:
            break
        its.stores.clock.advance(15 * 60 + 1)
        _connect_by_registering(its, shop, key)
        assert _stored(its, shop).state == "active"
        assert its.stores.configuration.all(Consent) == []
        assert not [name for name in its.stores.secrets.names() if "keep_" in name]
    assert cut > 10


def _connect_by_registering(its: Installation, shop: str, key: str) -> None:
    told = _registers(its, _begun(its, shop)).body
    _confirms(its, told["confirmation_url"], told["secret"], key)

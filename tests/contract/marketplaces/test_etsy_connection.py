"""Etsy's consent with PKCE, its keys, and a refresh token that changes at each use."""

from __future__ import annotations

import base64
import hashlib
import threading
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from listbridge import platforms, registry
from listbridge.domain.configuration import Account
from listbridge.domain.ids import AccountId, ShopId, Site
from listbridge.domain.ports import Arrival, Handed, Way
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.verdicts import Unauthorized
from listbridge.infra.calls.connection import Connection
from listbridge.marketplaces.etsy.auth import SCOPES
from listbridge.marketplaces.etsy.client import EtsyHttp
from listbridge.marketplaces.etsy.hand_over import HAND_OVER
from listbridge.marketplaces.etsy.shop import identify
from simulators.door import Transport
from simulators.faults import Fault
from tests.contract.marketplaces.staged_etsy import EtsyStage
from tests.fakes.grants import StoredGrants

REDIRECT = "https://listbridge.example/callbacks/etsy"
WAY = Way("state-1", REDIRECT, "https://listbridge.example/callbacks/done")


@pytest.fixture
def stage() -> EtsyStage:
    stage = EtsyStage(currency="EUR")
    stage.simulator.deeds.register_redirect(REDIRECT)
    return stage


def unconnected(stage: EtsyStage) -> Connection:
    """The app's keys alone."""
    secret = {**stage.secret(), "refresh_token": ""}
    return replace(stage.connection(), secret=secret, grants=StoredGrants(stage.clock, secret).opened(secret))


def begun(stage: EtsyStage) -> tuple[str, dict[str, str]]:
    first = HAND_OVER.begin(unconnected(stage), WAY)
    return first.url, dict(first.keep)


def consented(stage: EtsyStage, url: str, more: str = "") -> dict[str, str]:
    """What the browser comes back with."""
    with requests.Session() as browser:
        browser.mount("https://", Transport(stage.simulator))
        back = browser.get(url + more, allow_redirects=False)
    assert back.status_code == 302, back.text
    return dict(parse_qsl(urlsplit(back.headers["Location"]).query))


def received(stage: EtsyStage, params: dict[str, str], keep: dict[str, str]) -> Handed:
    request = RawRequest("GET", "/callbacks/etsy", params=params)
    return HAND_OVER.receive(unconnected(stage), Arrival("", request, keep, WAY))


def renewals(stage: EtsyStage) -> int:
    return stage.calls.count("oauthToken")


# ---- consent ----


def test_the_seller_goes_to_etsys_page_with_the_hash_of_what_we_keep(stage: EtsyStage) -> None:
    url, keep = begun(stage)
    parts, query = urlsplit(url), parse_qs(urlsplit(url).query)
    assert (parts.scheme, parts.hostname, parts.path) == ("https", "www.etsy.com", "/oauth/connect")
    hashed = base64.urlsafe_b64encode(hashlib.sha256(keep["verifier"].encode()).digest()).rstrip(b"=").decode()
    assert query == {
        "response_type": ["code"],
        "client_id": [stage.simulator.keystring],
        "redirect_uri": [REDIRECT],
        "scope": [" ".join(SCOPES)],
        "state": ["state-1"],
        "code_challenge": [hashed],
        "code_challenge_method": ["S256"],
    }
    assert stage.simulator.shared_secret not in url
    assert begun(stage)[1]["verifier"] != keep["verifier"]


def test_a_consent_opens_the_shop_and_its_number_currency_and_country_are_kept(stage: EtsyStage) -> None:
    url, keep = begun(stage)
    back = consented(stage, url)
    assert back["state"] == "state-1"
    handed = received(stage, back, keep)
    assert set(handed.credentials) == {"refresh_token"}
    secret = {**stage.secret(), **handed.credentials}
    grants = StoredGrants(stage.clock, secret).opened(secret)
    identity = identify(EtsyHttp(replace(stage.connection(), secret=secret, grants=grants)))
    shop = str(stage.seller["shopId"])
    assert (identity.remote_name, identity.sites) == (shop, (Site("ETSY"),))
    assert identity.facts == {"shop_id": shop, "currency": "EUR", "country": "US"}


def test_prices_are_asked_for_in_the_currency_of_the_accounts_shop() -> None:
    account = Account(
        id=AccountId("a"),
        name="A",
        marketplace="etsy",
        shop=ShopId("s"),
        sites=(Site("ETSY"),),
        facts={"currency": "GBP"},
    )
    opened: Any = platforms.OpenedMarketplaces(opener=Any)  # type: ignore[arg-type]
    assert opened.bounds(account, Site("ETSY")).currency == "GBP"
    assert registry.marketplace("etsy").app_key == "keystring"


def test_a_code_is_worth_nothing_without_what_we_kept(stage: EtsyStage) -> None:
    url, keep = begun(stage)
    back = consented(stage, url)
    with pytest.raises(Unauthorized) as caught:
        received(stage, back, {**keep, "verifier": "x" * 64})
    assert (caught.value.problem.code, caught.value.problem.fix) == ("etsy_token_refused", "reconnect_account")
    assert received(stage, back, {}) == Handed(declined=True)


def test_a_seller_who_declines_hands_nothing_over(stage: EtsyStage) -> None:
    url, keep = begun(stage)
    assert received(stage, consented(stage, url, "&decline=1"), keep) == Handed(declined=True)
    assert renewals(stage) == 0


# ---- keys and tokens ----


def test_every_call_has_the_keystring_with_the_shared_secret_and_the_sellers_token(stage: EtsyStage) -> None:
    seen: list[dict[str, str]] = []
    http = EtsyHttp(stage.connection())
    watched = stage.after
    stage.after = lambda request, response: (seen.append(dict(request.headers)), watched(request, response))[1]  # type: ignore[method-assign]
    http.myself()
    [call] = [one for one in seen if "Authorization" in one]
    assert call["x-api-key"] == f"{stage.simulator.keystring}:{stage.simulator.shared_secret}"
    assert call["Authorization"].startswith(f"Bearer {stage.seller['userId']}.")


def test_a_shared_secret_that_etsy_does_not_know_is_told_as_the_apps_keys(stage: EtsyStage) -> None:
    stage.simulator.deeds.rotate_secret("another")
    with pytest.raises(Unauthorized) as caught:
        stage.open().identify()
    assert (caught.value.problem.code, caught.value.problem.fix) == ("etsy_app_refused", "check_app_keys")


def test_a_secret_without_the_apps_keys_is_told_by_the_name_of_what_is_missing(stage: EtsyStage) -> None:
    with pytest.raises(Unauthorized) as caught:
        registry.open_marketplace("etsy", replace(stage.connection(), secret={"keystring": "k"}))
    assert caught.value.problem.code == "etsy_app_refused"
    assert "shared_secret" in caught.value.detail


def test_before_the_consent_the_account_says_that_it_waits_for_it(stage: EtsyStage) -> None:
    with pytest.raises(Unauthorized) as caught:
        registry.open_marketplace("etsy", unconnected(stage)).identify()
    assert (caught.value.problem.code, caught.value.problem.fix) == ("etsy_consent_missing", "authorize_account")
    assert stage.calls == []


def test_a_renewal_keeps_the_new_refresh_token_for_the_next_process(stage: EtsyStage) -> None:
    first = stage.secret()["refresh_token"]
    stage.open().identify()
    second = stage.secret()["refresh_token"]
    assert second != first
    stage.clock.advance(3601)
    stage.open().identify()
    assert stage.secret()["refresh_token"] not in (first, second)
    assert renewals(stage) == 2


def test_two_workers_that_find_the_token_expired_renew_it_once(stage: EtsyStage) -> None:
    """Each opened the account when the stored token was still the old one: the second renewal with it would end the access."""
    stage.open().identify()
    workers = [stage.open(), stage.open()]
    stage.clock.advance(3601)
    before, told = renewals(stage), []
    threads = [threading.Thread(target=lambda one=one: told.append(one.identify().remote_name)) for one in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert told == [str(stage.seller["shopId"])] * 2
    assert renewals(stage) - before == 1


def test_a_renewal_whose_answer_is_lost_asks_for_a_new_consent_and_ends_nobody_elses(stage: EtsyStage) -> None:
    theirs = stage.stranger()
    other = replace(stage.connection(), id="b", secret=theirs, grants=StoredGrants(stage.clock, theirs).opened(theirs))
    stage.add_faults(Fault("oauthToken", "drop_after"))
    with pytest.raises(Exception, match="no_answer"):
        stage.open().identify()
    with pytest.raises(Unauthorized) as caught:
        stage.open().identify()
    assert caught.value.problem.fix == "reconnect_account"
    assert registry.open_marketplace("etsy", other).identify().remote_name


# ---- limits ----


def test_the_limits_of_a_second_and_of_a_day_are_learned_from_each_answer() -> None:
    stage = EtsyStage()
    stage.simulator.deeds.set_limits(per_second=7, per_day=900)
    stage.open().identify()
    told = stage.budget.learned[-1][1]
    assert (told["rate"], told["limit_today"], told["remaining_today"]) == (7.0, 900, 898)


def test_a_day_that_is_spent_says_when_it_may_be_asked_again() -> None:
    stage = EtsyStage()
    stage.simulator.deeds.set_limits(per_second=5, per_day=50)
    adapter = stage.open()
    adapter.identify()
    stage.simulator.deeds.drain_day()
    with pytest.raises(Exception, match="etsy_limit_reached"):
        adapter.identify()
    operation, told = stage.budget.learned[-1]
    assert operation == "getMe"
    assert stage.clock.now() < told["blocked_until"]

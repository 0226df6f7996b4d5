"""The simulated Etsy lets in whom Etsy lets in: key and secret, consent with PKCE, tokens that change at each use, limits."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from simulators.faults import Fault
from tests.contract.simulators.etsy_seller import API, CALLBACK, CHALLENGE, VERIFIER, EtsySeller, wrong


def consent(etsy: EtsySeller, **changes: str) -> dict[str, str]:
    """Where the consent page sends the seller back to: the parameters, with the address without them as `to`."""
    query = {
        "response_type": "code",
        "client_id": etsy.simulator.keystring,
        "redirect_uri": CALLBACK,
        "scope": "listings_r listings_w shops_r",
        "state": "s1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    answer = etsy.session.get("https://www.etsy.com/oauth/connect", params=query, allow_redirects=False)
    if answer.status_code != 302:
        return {"status": str(answer.status_code)}
    url = urlsplit(answer.headers["Location"])
    return {"to": f"{url.scheme}://{url.netloc}{url.path}", **{k: v[0] for k, v in parse_qs(url.query).items()}}


def code_of(etsy: EtsySeller, **changes: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        "code": consent(etsy)["code"],
        "code_verifier": VERIFIER,
        **changes,
    }


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("", "Missing x-api-key header or client_id"),
        ("simkeystring0123456789ab", "Shared secret is required in x-api-key header."),
        ("simkeystring0123456789ab:wrong", "API key not found or not active, or incorrect shared secret for API key."),
    ],
)
def test_no_call_passes_without_the_key_and_its_secret(key: str, words: str) -> None:
    etsy = EtsySeller()
    assert wrong(etsy.call("GET", "users/me", headers={"x-api-key": key}), 403) == words


def test_a_token_tells_whose_it_is_and_begins_with_the_user() -> None:
    etsy = EtsySeller()
    assert etsy.get("users/me") == {"user_id": etsy.told["userId"], "shop_id": etsy.told["shopId"]}
    assert etsy.token.startswith(f"{etsy.told['userId']}.")


def test_a_missing_and_an_ended_token_are_401() -> None:
    etsy = EtsySeller()
    assert wrong(etsy.call("GET", "users/me", token=""), 401) == "invalid_token"
    etsy.clock.advance(3600)
    answer = etsy.call("GET", "users/me")
    assert wrong(answer, 401) == "invalid_token"
    assert answer.json()["error_description"] == "access token is expired"


def test_a_token_that_was_granted_less_is_403() -> None:
    etsy = EtsySeller(scopes="shops_r listings_r")
    assert etsy.get(f"{etsy.shop}/listings")["count"] == 0
    assert wrong(etsy.create(), 403) == "insufficient_scope"
    assert etsy.simulator.world.made == 0


def test_another_seller_s_shop_is_403_and_an_unknown_one_404() -> None:
    etsy = EtsySeller()
    berta = etsy.deeds.add_seller("berta")
    path = f"shops/{berta['shopId']}/listings"
    assert wrong(etsy.call("POST", path, data=etsy.form()), 403) == "The user is not the owner of the shop."
    assert etsy.simulator.world.made == 0
    assert wrong(etsy.call("GET", "shops/1"), 404) == "Shop not found"


def test_each_renewal_ends_the_refresh_token_that_it_used() -> None:
    etsy = EtsySeller()
    old = etsy.refresh_token
    new = etsy.renewed()
    assert new["refresh_token"] != old
    assert (new["token_type"], new["expires_in"]) == ("Bearer", 3600)
    answer = etsy.ask_token(grant_type="refresh_token", refresh_token=old)
    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_grant", "error_description": "refresh_token is revoked"}
    assert etsy.renewed()["access_token"]


def test_a_token_may_be_asked_for_in_json() -> None:
    """As public clients do (etsy-python 1.2.3)."""
    etsy = EtsySeller()
    fields = {"grant_type": "refresh_token", "client_id": etsy.simulator.keystring, "refresh_token": etsy.refresh_token}
    told = etsy.session.post(f"{API}/v3/public/oauth/token", json=fields)
    assert (told.status_code, told.json()["expires_in"]) == (200, 3600)
    again = etsy.session.post(f"{API}/v3/public/oauth/token", json=fields)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [("application/json", "["), ("application/json", "[]"), ("application/json", ""), ("text/plain", "{}")],
)
def test_a_token_call_in_another_form_is_an_invalid_request(content_type: str, body: str) -> None:
    etsy = EtsySeller()
    told = etsy.session.post(f"{API}/v3/public/oauth/token", data=body, headers={"Content-Type": content_type})
    assert (told.status_code, told.json()["error"]) == (400, "invalid_request")
    assert etsy.renewed()["token_type"] == "Bearer"


def test_a_renewal_whose_answer_is_lost_leaves_nobody_with_a_good_token() -> None:
    etsy = EtsySeller()
    old = etsy.refresh_token
    etsy.simulator.faults.add(Fault("oauthToken", "drop_after"))
    with pytest.raises(Exception, match="answer is lost"):
        etsy.renewed()
    assert etsy.ask_token(grant_type="refresh_token", refresh_token=old).json()["error"] == "invalid_grant"


def test_a_refresh_token_lives_ninety_days() -> None:
    etsy = EtsySeller()
    etsy.clock.advance(90 * 86_400 - 1)
    etsy.renewed()
    etsy.clock.advance(90 * 86_400)
    answer = etsy.ask_token(grant_type="refresh_token", refresh_token=etsy.refresh_token)
    assert answer.json()["error"] == "invalid_grant"


def test_a_withdrawn_consent_ends_both_kinds_of_tokens() -> None:
    etsy = EtsySeller()
    etsy.deeds.revoke_token("anna")
    assert wrong(etsy.call("GET", "users/me"), 401) == "invalid_token"
    answer = etsy.ask_token(grant_type="refresh_token", refresh_token=etsy.refresh_token)
    assert answer.json()["error"] == "invalid_grant"


def test_a_consent_is_answered_with_a_code_that_works_once_and_with_its_verifier_alone() -> None:
    etsy = EtsySeller()
    back = consent(etsy)
    assert (back["to"], back["state"]) == (CALLBACK, "s1")
    form = code_of(etsy)
    told = etsy.ask_token(**form).json()
    scopes = etsy.call("POST", "scopes", data={"token": told["access_token"]}).json()
    assert scopes == {"scopes": ["listings_r", "listings_w", "shops_r"]}
    assert etsy.ask_token(**form).json()["error"] == "invalid_grant"
    for change in ({"code_verifier": "w" * 43}, {"redirect_uri": f"{CALLBACK}/"}, {"code_verifier": ""}):
        assert etsy.ask_token(**code_of(etsy, **change)).json()["error"] == "invalid_grant"


def test_a_code_ends_after_ten_minutes() -> None:
    etsy = EtsySeller()
    form = code_of(etsy)
    etsy.clock.advance(600)
    assert etsy.ask_token(**form).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "change",
    [
        {"code_challenge": ""},
        {"code_challenge_method": "plain"},
        {"redirect_uri": "https://evil.example/"},
        {"client_id": "another"},
        {"state": ""},
        {"scope": "everything"},
        {"response_type": "token"},
    ],
)
def test_a_consent_is_asked_for_with_pkce_and_a_registered_address_or_not_at_all(change: dict[str, str]) -> None:
    assert consent(EtsySeller(), **change) == {"status": "400"}


def test_a_seller_may_decline() -> None:
    assert consent(EtsySeller(), decline="1")["error"] == "access_denied"


def test_every_answer_tells_the_limits_and_what_is_left() -> None:
    etsy = EtsySeller(limits={"per_second": 3, "per_day": 10})
    first, second = etsy.call("GET", "users/me"), etsy.call("GET", "nowhere/1")
    assert {name: first.headers[name] for name in first.headers if name.startswith("x-")} == {
        "x-limit-per-second": "3",
        "x-remaining-this-second": "2",
        "x-limit-per-day": "10",
        "x-remaining-today": "9",
    }
    assert second.status_code == 404
    assert etsy.call("GET", "shops/1").headers["x-remaining-today"] == "8"  # a refusal counts too


def test_the_fourth_call_of_a_second_is_429_and_the_next_second_is_free() -> None:
    etsy = EtsySeller(limits={"per_second": 3, "per_day": 100})
    for _ in range(3):
        assert etsy.call("GET", "users/me").status_code == 200
    refused = etsy.call("GET", "users/me")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    etsy.clock.advance(1)
    assert etsy.call("GET", "users/me").headers["x-remaining-today"] == "96"


def test_the_day_slides() -> None:
    etsy = EtsySeller(limits={"per_second": 100, "per_day": 3})
    for _ in range(3):
        assert etsy.call("GET", "users/me").status_code == 200
        etsy.clock.advance(3600)
        etsy.token = etsy.renewed()["access_token"]
    refused = etsy.call("GET", "users/me")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, str(21 * 3600))
    etsy.clock.advance(21 * 3600)
    etsy.token = etsy.renewed()["access_token"]
    assert etsy.call("GET", "users/me").status_code == 200
    assert etsy.call("GET", "users/me").status_code == 429


def test_all_sellers_of_an_app_share_its_limits() -> None:
    etsy = EtsySeller(limits={"per_second": 100, "per_day": 2})
    berta = etsy.deeds.add_seller("berta")
    hers = etsy.ask_token(grant_type="refresh_token", refresh_token=berta["refreshToken"]).json()["access_token"]
    assert etsy.call("GET", "users/me", token=hers).status_code == 200
    assert etsy.call("GET", "users/me").status_code == 200
    assert etsy.call("GET", "users/me", token=hers).status_code == 429


def test_a_drained_day_leaves_what_the_deed_says() -> None:
    etsy = EtsySeller(limits={"per_second": 100, "per_day": 50})
    assert etsy.deeds.drain_day(2) == {"left": 2}
    assert [etsy.call("GET", "users/me").status_code for _ in range(3)] == [200, 200, 429]


def test_a_header_may_come_cut_short() -> None:
    etsy = EtsySeller()
    etsy.simulator.faults.add(Fault("getMe", "vendor", name="cut_header"))
    headers = etsy.call("GET", "users/me").headers
    assert "x-remaining-this-secon" in headers
    assert "x-remaining-this-second" not in headers


def test_the_api_has_one_address_for_all_hosts() -> None:
    etsy = EtsySeller()
    url = "https://openapi.etsy.com/v3/application/users/me"
    headers = {"x-api-key": etsy.key, "Authorization": f"Bearer {etsy.token}"}
    assert (
        etsy.session.get(url, headers=headers).json()
        == etsy.session.get(f"{API}/v3/application/users/me", headers=headers).json()
    )

"""Connecting an account in the seller's browser."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from listbridge.domain.configuration import Account
from listbridge.services.configuration.hand_over import Consent
from simulators.door import Transport
from tests.unit.functions.installation import SITE, Installation

KEYS = {"client_id": "sim-client", "client_secret": "sim-secret"}


@pytest.fixture
def account(installation: Installation) -> str:
    """An account that waits for its seller; its id."""
    draft = {
        "name": "anna",
        "marketplace": "ebay",
        "shop": installation.connect_shop(),
        "sites": [SITE],
        "settings": {"ru_name": "Demo-RuName"},
        "credentials": KEYS,
        "connect": "by_consent",
    }
    body = installation.post("/accounts", draft)
    assert (body["state"], body["remote_name"]) == ("disconnected", "")
    return str(body["id"])


def _browser(installation: Installation, account: str, seller: str = "anna") -> dict[str, str]:
    """What the seller's browser brings back from the consent page."""
    url = installation.get(f"/accounts/{account}/authorize")["url"]
    session = requests.Session()
    session.mount("https://", Transport(installation.ebay))
    answer = session.get(f"{url}&seller={seller}", allow_redirects=False)
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


def _come_back(installation: Installation, query: dict[str, str], slug: str = "ebay") -> Any:
    return installation.call("GET", f"/callbacks/{slug}", query=query, groups=None)


def test_a_seller_who_consents_connects_his_account(installation: Installation, account: str) -> None:
    answer = _come_back(installation, _browser(installation, account))
    assert (answer.status, "anna is connected" in answer.text) == (200, True)
    view = installation.get(f"/accounts/{account}")
    assert (view["state"], view["credentials_set"][-1]) == ("active", "refresh_token_expires_at")
    secret = installation.stores.secrets.get(f"accounts/{account}")
    assert secret["refresh_token"].startswith("v^1.1#r#")
    assert secret["refresh_token"] not in answer.text
    assert installation.call("POST", f"/v1/accounts/{account}/check").status == 200


def test_coming_back_twice_changes_nothing(installation: Installation, account: str) -> None:
    query = _browser(installation, account)
    _come_back(installation, query)
    before = installation.stores.configuration.get(Account, account)
    assert _come_back(installation, query).status == 409
    assert installation.stores.configuration.get(Account, account) == before


@pytest.mark.parametrize("state", ["", "forged", "x" * 200])
def test_a_state_that_is_none_of_ours_connects_nobody(installation: Installation, account: str, state: str) -> None:
    query = {**_browser(installation, account), "state": state}
    answer = _come_back(installation, query)
    assert (answer.status, "does not come from Listbridge" in answer.text) == (409, True)
    assert installation.get(f"/accounts/{account}")["state"] == "disconnected"
    assert installation.stores.secrets.get(f"accounts/{account}") == {**KEYS, "refresh_token": ""}


def test_a_state_that_is_too_old_connects_nobody(installation: Installation, account: str) -> None:
    query = _browser(installation, account)
    installation.stores.clock.advance(15 * 60 + 1)
    assert _come_back(installation, query).status == 409
    assert installation.get(f"/accounts/{account}")["state"] == "disconnected"


def test_a_state_of_one_marketplace_is_worthless_at_another(installation: Installation, account: str) -> None:
    query = _browser(installation, account)
    assert _come_back(installation, query, slug="amazon").status == 409
    assert installation.get(f"/accounts/{account}")["state"] == "disconnected"


def test_a_seller_who_declines_is_told_so(installation: Installation, account: str) -> None:
    query = _browser(installation, account)
    answer = _come_back(installation, {"state": query["state"], "error": "access_denied"})
    assert (answer.status, "did not agree" in answer.text) == (409, True)
    assert installation.get(f"/accounts/{account}")["state"] == "disconnected"


def test_another_seller_cannot_take_the_account_over(installation: Installation, account: str) -> None:
    _come_back(installation, _browser(installation, account))
    before = installation.stores.secrets.get(f"accounts/{account}")
    installation.ebay.deeds.add_seller("boris", marketplaces=[SITE])
    answer = _come_back(installation, _browser(installation, account, seller="boris"))
    assert (answer.status, "belong to the seller" in answer.text) == (409, True)
    assert installation.stores.secrets.get(f"accounts/{account}") == before


def test_states_are_kept_as_hashes_and_old_ones_are_swept_away(installation: Installation, account: str) -> None:
    states = [_browser(installation, account)["state"] for _ in range(2)]
    kept = installation.stores.configuration.all(Consent)
    assert len(kept) == 2
    assert not any(state in consent.model_dump_json() for state in states for consent in kept)
    installation.stores.clock.advance(3600)
    _browser(installation, account)
    assert len(installation.stores.configuration.all(Consent)) == 1


def test_only_an_admin_gets_the_consent_page(installation: Installation, account: str) -> None:
    answer = installation.call("GET", f"/v1/accounts/{account}/authorize", groups="operator")
    assert answer.status == 403
    assert installation.stores.configuration.all(Consent) == []


def test_what_a_platform_sends_without_a_state_hands_nothing_over(installation: Installation, account: str) -> None:
    _browser(installation, account)
    answer = installation.call("POST", "/callbacks/ebay", {"notification": {}}, groups=None)
    assert (answer.status, answer.body["problem"]["code"]) == (409, "consent_state_invalid")
    assert len(installation.stores.configuration.all(Consent)) == 1
    assert installation.get(f"/accounts/{account}")["state"] == "disconnected"

"""An Etsy account that does not answer: the fix that is named is done, and the account works."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from listbridge import bootstrap
from listbridge.infra import settings
from simulators.door import Transport
from simulators.faults import Fault
from tests.unit.remedies.etsy_installation import SITE, EtsyInstallation
from tests.unit.remedies.walks import ETSY, named, refusal, walks


@pytest.fixture
def its(monkeypatch: pytest.MonkeyPatch) -> Iterator[EtsyInstallation]:
    monkeypatch.delenv("PUBLIC_BASE_URL", raising=False)
    settings.forget()
    yield EtsyInstallation()
    bootstrap.use(None)
    settings.forget()


@pytest.fixture
def account(its: EtsyInstallation) -> str:
    return its.connect_account(its.connect_shop())


def asked(its: EtsyInstallation, account: str, *, status: int = 409) -> Any:
    return refusal(its, "POST", f"/accounts/{account}/check", status=status)


def answers(its: EtsyInstallation, account: str) -> bool:
    its.post(f"/accounts/{account}/check", expect=200)
    return str(its.get(f"/accounts/{account}")["state"]) == "active"


def give(its: EtsyInstallation, account: str, **changes: str) -> None:
    answer = its.call("PUT", f"/v1/accounts/{account}/credentials", {"credentials": its.etsy_credentials(**changes)})
    assert answer.status == 200, answer.text


@walks("etsy_token_refused", on=ETSY)
def test_a_withdrawn_consent_pauses_the_account_until_it_is_connected_again(
    its: EtsyInstallation, account: str
) -> None:
    its.etsy.deeds.revoke_token("anna")
    named(asked(its, account), "etsy_token_refused", "reconnect_account")
    assert its.get(f"/accounts/{account}")["state"] == "expired"
    its.etsy.deeds.restore_token("anna")
    give(its, account)
    assert answers(its, account)


@walks("etsy_app_refused", on=ETSY)
def test_a_shared_secret_that_was_made_again_is_entered(its: EtsyInstallation, account: str) -> None:
    its.etsy.deeds.rotate_secret("the-next")
    named(asked(its, account), "etsy_app_refused", "check_app_keys")
    give(its, account, shared_secret="the-next")
    assert answers(its, account)


@walks("etsy_forbidden", on=ETSY)
def test_what_was_not_granted_is_granted_by_another_consent(its: EtsyInstallation, account: str) -> None:
    body = {"error": "insufficient_scope", "error_description": "access token not permitted"}
    its.etsy.faults.add(Fault("getMe", "status", status=403, body=body))
    named(asked(its, account), "etsy_forbidden", "reconnect_account")
    give(its, account)
    assert answers(its, account)


@walks("etsy_unavailable", on=ETSY)
def test_a_token_endpoint_that_cannot_answer_is_asked_again(its: EtsyInstallation, account: str) -> None:
    its.stores.clock.advance(3601)
    its.etsy.faults.add(Fault("oauthToken", "status", status=503))
    named(asked(its, account, status=502), "etsy_unavailable", "")
    assert answers(its, account)


@walks("etsy_limit_reached", on=ETSY)
def test_a_spent_limit_is_back_after_the_time_that_etsy_says(its: EtsyInstallation, account: str) -> None:
    its.etsy.faults.add(Fault("getMe", "status", status=429, headers={"Retry-After": "9"}))
    named(asked(its, account, status=502), "etsy_limit_reached", "")
    its.stores.clock.advance(10)
    assert answers(its, account)


@walks("etsy_not_there", on=ETSY)
def test_a_seller_who_has_no_shop_opens_one(its: EtsyInstallation, account: str) -> None:
    body = {"error": "Shop not found."}
    its.etsy.faults.add(Fault("getShop", "status", status=404, body=body))
    named(asked(its, account), "etsy_not_there", "send_again")
    assert answers(its, account)


@walks("etsy_consent_missing", on=ETSY)
def test_an_account_that_waits_for_its_seller_is_connected_by_their_consent(its: EtsyInstallation) -> None:
    keys = {name: told for name, told in its.etsy_credentials().items() if name != "refresh_token"}
    draft = {
        "name": "anna",
        "marketplace": "etsy",
        "shop": its.connect_shop(),
        "sites": [SITE],
        "credentials": keys,
        "connect": "by_consent",
    }
    account = str(its.post("/accounts", draft)["id"])
    named(asked(its, account), "etsy_consent_missing", "authorize_account")
    url = its.get(f"/accounts/{account}/authorize")["url"]
    with requests.Session() as browser:
        browser.mount("https://", Transport(its.etsy))
        back = browser.get(url, allow_redirects=False).headers["Location"]
    query = dict(parse_qsl(urlsplit(back).query))
    assert its.call("GET", "/callbacks/etsy", query=query, groups=None).status == 200
    assert answers(its, account)


@walks("switches_apart")
@pytest.mark.parametrize("on", [True, False])
def test_switches_that_go_together_are_switched_together(its: EtsyInstallation, account: str, on: bool) -> None:
    problem = refusal(its, "PATCH", f"/accounts/{account}", {"auto_price": False}, status=422)
    named(problem, "switches_apart", "switch_both")
    its.patch(f"/accounts/{account}", {"auto_quantity": on, "auto_price": on})
    its.run()
    told = its.get(f"/accounts/{account}")
    assert (told["auto_quantity"], told["auto_price"]) == (on, on)

"""An Amazon account that does not answer: the fix that is named is done, and the account works."""

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
from tests.unit.remedies.amazon_installation import SITE, AmazonInstallation
from tests.unit.remedies.test_connections_walked import concerns, forget_tokens
from tests.unit.remedies.walks import AMAZON, OURS, named, refusal, walks

LOOK = "getMarketplaceParticipations"


@pytest.fixture
def its(monkeypatch: pytest.MonkeyPatch) -> Iterator[AmazonInstallation]:
    monkeypatch.delenv("PUBLIC_BASE_URL", raising=False)
    settings.forget()
    yield AmazonInstallation()
    bootstrap.use(None)
    settings.forget()


@pytest.fixture
def account(its: AmazonInstallation) -> str:
    return its.connect_account(its.connect_shop())


def asked(its: AmazonInstallation, account: str, *, status: int = 409) -> Any:
    return refusal(its, "POST", f"/accounts/{account}/check", status=status)


def answers(its: AmazonInstallation, account: str) -> bool:
    its.post(f"/accounts/{account}/check", expect=200)
    return str(its.get(f"/accounts/{account}")["state"]) == "active"


def give(its: AmazonInstallation, account: str, **changes: str) -> None:
    body = {"credentials": its.amazon_credentials(**changes)}
    answer = its.call("PUT", f"/v1/accounts/{account}/credentials", body)
    assert answer.status == 200, answer.text


@walks("amazon_token_refused", on=AMAZON)
def test_a_withdrawn_consent_pauses_the_account_until_it_is_connected_again(
    its: AmazonInstallation, account: str
) -> None:
    its.amazon.deeds.revoke_token("anna")
    forget_tokens(its)
    named(asked(its, account), "amazon_token_refused", "reconnect_account")
    assert its.get(f"/accounts/{account}")["state"] == "expired"
    its.amazon.deeds.restore_token("anna")
    give(its, account)
    assert answers(its, account)


@walks("amazon_app_refused", on=AMAZON)
def test_a_client_secret_that_ended_is_replaced(its: AmazonInstallation, account: str) -> None:
    its.amazon.tokens.client_secret = "the-next"  # the simulator's own
    forget_tokens(its)
    named(asked(its, account), "amazon_app_refused", "renew_client_secret")
    give(its, account, client_secret="the-next")
    assert answers(its, account)


@walks("amazon_role_missing", on=AMAZON)
def test_a_role_that_was_missing_is_granted_and_the_account_connected_again(
    its: AmazonInstallation, account: str
) -> None:
    body = {"errors": [{"code": "Unauthorized", "message": "Access to requested resource is denied.", "details": ""}]}
    its.amazon.faults.add(Fault(LOOK, "status", status=403, body=body, times=2))
    named(asked(its, account), "amazon_role_missing", "grant_roles")
    give(its, account)
    assert answers(its, account)


@walks("amazon_seller_unknown", on=AMAZON)
def test_a_seller_s_id_that_was_forgotten_is_entered(its: AmazonInstallation) -> None:
    shop = its.connect_shop()
    draft = {
        "name": "anna",
        "marketplace": "amazon",
        "shop": shop,
        "sites": [SITE],
        "settings": its.amazon_settings(seller_id=""),
        "credentials": its.amazon_credentials(),
    }
    named(refusal(its, "POST", "/accounts", draft), "amazon_seller_unknown", "enter_seller_id")
    assert its.connect_account(shop)


@walks("amazon_consent_missing", "amazon_application_id_missing", on=AMAZON)
def test_an_account_that_waits_for_its_seller_is_connected_by_their_consent(its: AmazonInstallation) -> None:
    keys = {name: told for name, told in its.amazon_credentials().items() if name != "refresh_token"}
    draft = {
        "name": "anna",
        "marketplace": "amazon",
        "shop": its.connect_shop(),
        "sites": [SITE],
        "settings": {"region": "eu"},
        "credentials": keys,
        "connect": "by_consent",
    }
    account = str(its.post("/accounts", draft)["id"])
    named(asked(its, account), "amazon_consent_missing", "consent_at_amazon")
    problem = refusal(its, "GET", f"/accounts/{account}/authorize")
    named(problem, "amazon_application_id_missing", "set_application_id")
    its.patch(f"/accounts/{account}", {"settings": {"application_id": its.amazon.application_id}})
    its.run()
    url = its.get(f"/accounts/{account}/authorize")["url"]
    with requests.Session() as browser:
        browser.mount("https://", Transport(its.amazon))
        back = browser.get(url, allow_redirects=False).headers["Location"]
    query = dict(parse_qsl(urlsplit(back).query))
    assert its.call("GET", "/callbacks/amazon", query=query, groups=None).status == 200
    told = its.get(f"/accounts/{account}")
    assert (told["state"], told["settings"]["seller_id"]) == ("active", its.anna["sellerId"])
    assert answers(its, account)


PASSING: list[tuple[str, Fault]] = [
    ("amazon_unavailable", Fault("*", "status", status=503, times=99)),
    ("amazon_answer_unreadable", Fault("*", "html", status=200, times=99)),
    ("amazon_limit_reached", Fault("*", "status", status=429, times=99)),
]


@walks(*(code for code, _ in PASSING), on=AMAZON)
@pytest.mark.parametrize(("code", "fault"), PASSING, ids=[code for code, _ in PASSING])
def test_what_passes_at_amazon_names_nothing_to_do_and_passes(
    its: AmazonInstallation, account: str, code: str, fault: Fault
) -> None:
    its.amazon.faults.add(fault)
    named(asked(its, account, status=502), code, "")
    its.amazon.faults.clear()
    its.stores.clock.advance(120)
    assert answers(its, account)


@walks("amazon_request_refused", "amazon_not_there", on=AMAZON)
@pytest.mark.parametrize(
    ("status", "error", "code", "fix"),
    [
        (400, "InvalidInput", "amazon_request_refused", "read_amazon_message"),
        (404, "NotFound", "amazon_not_there", "look_on_amazon"),
    ],
)
def test_what_amazon_refuses_in_its_own_words_is_mended_there(
    its: AmazonInstallation, account: str, status: int, error: str, code: str, fix: str
) -> None:
    body = {"errors": [{"code": error, "message": "In Amazon's words.", "details": ""}]}
    its.amazon.faults.add(Fault(LOOK, "status", status=status, body=body))
    named(asked(its, account), code, fix)
    assert answers(its, account)


@walks("credentials_end_soon", on=OURS)
def test_credentials_that_end_soon_are_renewed_and_nothing_reminds_of_them_any_more(
    its: AmazonInstallation, account: str
) -> None:
    day = its.stores.clock.now().date()
    give(its, account, client_secret_since=day.isoformat())
    assert "credentials_end_soon" not in concerns(its)
    its.stores.clock.advance(151 * 86_400)
    named(concerns(its)["credentials_end_soon"], "credentials_end_soon", "renew_credentials")
    give(its, account, client_secret_since=its.stores.clock.now().date().isoformat())
    assert "credentials_end_soon" not in concerns(its)

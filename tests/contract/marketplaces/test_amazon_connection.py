"""Amazon's hosts, tokens, limits and identity."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from listbridge.domain.verdicts import NotFound, OutcomeUnknown, RateLimited, Rejected, RetryLater, Unauthorized
from listbridge.infra.calls.tokens import TokenCache
from listbridge.marketplaces.amazon.client import AmazonHttp, Request
from listbridge.marketplaces.amazon.participations import identify
from simulators.faults import Fault
from tests.contract.marketplaces.amazon_seller import CA, DE, FR, JP, US, AmazonSeller

LOOK = Request("GET", "/sellers/v1/marketplaceParticipations", "getMarketplaceParticipations")
TOKEN, LOOKED = "POST /auth/o2/token", "GET /sellers/v1/marketplaceParticipations"


def look(http: AmazonHttp) -> None:
    http.object(LOOK)


@pytest.fixture
def anna() -> AmazonSeller:
    return AmazonSeller()


# ---- hosts and headers ----


@pytest.mark.parametrize(("site", "host"), [(US, "na"), (DE, "eu"), (JP, "fe")])
def test_each_region_has_a_host_and_all_have_one_login(site: str, host: str) -> None:
    seller = AmazonSeller(site)
    look(seller.http())
    hosts = [urlsplit(str(one.url)).hostname for one in seller.transport.sent]
    assert hosts == ["api.amazon.com", f"sellingpartnerapi-{host}.amazon.com"]


def test_the_sandbox_is_another_host_and_logs_in_where_everybody_does(anna: AmazonSeller) -> None:
    anna.transport.documents = None  # the models name production alone
    look(anna.http(environment="sandbox"))
    hosts = [urlsplit(str(one.url)).hostname for one in anna.transport.sent]
    assert hosts == ["api.amazon.com", "sandbox.sellingpartnerapi-eu.amazon.com"]


def test_a_base_url_stands_for_all_of_them(anna: AmazonSeller) -> None:
    identify(anna.http(base_url="http://127.0.0.1:8026/"))
    assert {urlsplit(str(one.url)).netloc for one in anna.transport.sent} == {"127.0.0.1:8026"}


def test_every_call_names_the_app_and_carries_the_token_in_amazon_s_header(anna: AmazonSeller) -> None:
    identify(anna.http())
    sent = anna.transport.sent[-1]
    assert sent.headers["User-Agent"].startswith("Listbridge/")
    assert sent.headers["x-amz-access-token"].startswith("Atza")
    assert "Authorization" not in sent.headers


# ---- who it is ----


def test_a_seller_is_known_by_their_id_and_sells_where_they_take_part(anna: AmazonSeller) -> None:
    identity = identify(anna.http())
    assert identity.remote_name == anna.told["sellerId"]
    assert set(identity.sites) == {"AMAZON_DE", "AMAZON_FR"}
    assert identity.facts == {"seller_id": anna.told["sellerId"], "region": "eu"}


def test_sites_that_come_and_go_are_seen_at_the_next_look() -> None:
    seller = AmazonSeller(US)
    assert identify(seller.http()).sites == ("AMAZON_US",)
    seller.simulator.deeds.set_sites("anna", [US, CA])
    assert set(identify(seller.http()).sites) == {"AMAZON_US", "AMAZON_CA"}
    seller.simulator.deeds.set_sites("anna", [CA])
    assert identify(seller.http()).sites == ("AMAZON_CA",)


def test_a_client_secret_whose_day_is_known_ends_180_days_later(anna: AmazonSeller) -> None:
    identity = identify(anna.http(secret=anna.secret(client_secret_since="2026-09-01")))
    assert identity.facts["credentials_end"] == "2027-02-28T00:00:00+00:00"


def test_an_id_that_is_another_seller_s_than_the_token_s_is_refused(anna: AmazonSeller) -> None:
    """A browser brings it, and people type it."""
    told = anna.simulator.deeds.add_seller("berta", sites=[DE])
    with pytest.raises(Unauthorized) as caught:
        identify(anna.http(seller_id=told["sellerId"]))
    assert (caught.value.problem.code, caught.value.problem.fix) == ("amazon_role_missing", "grant_roles")


def test_a_site_of_another_region_is_none_of_this_account(anna: AmazonSeller) -> None:
    """Wherever Amazon lists it: it has another stock, and another host."""
    anna.simulator.world.sellers["anna"].sites.append(US)
    assert set(identify(anna.http()).sites) == {"AMAZON_DE", "AMAZON_FR"}


def test_the_id_that_a_new_consent_brought_counts_and_not_the_fact_of_before(anna: AmazonSeller) -> None:
    before = replace(anna.connection(), facts={"seller_id": "A0BEFORE", "region": "eu"})
    assert identify(AmazonHttp(before)).facts["seller_id"] == anna.told["sellerId"]


def test_without_the_seller_s_id_nobody_is_identified(anna: AmazonSeller) -> None:
    with pytest.raises(Unauthorized) as caught:
        identify(anna.http(seller_id=""))
    assert (caught.value.problem.code, caught.value.problem.fix) == ("amazon_seller_unknown", "enter_seller_id")


# ---- tokens ----


def test_a_token_is_fetched_once_for_many_calls_and_adapters(anna: AmazonSeller) -> None:
    tokens = TokenCache()
    for _ in range(3):
        identify(anna.http(tokens=tokens))
    assert anna.calls("/auth/") == [TOKEN]


def test_a_token_that_dies_before_its_time_is_renewed_once(anna: AmazonSeller) -> None:
    http = anna.http()
    look(http)
    anna.simulator.deeds.expire_tokens()
    look(http)
    assert anna.calls() == [TOKEN, LOOKED, LOOKED, TOKEN, LOOKED]


def test_what_is_forbidden_with_a_fresh_token_is_a_role_that_is_missing(anna: AmazonSeller) -> None:
    body = {"errors": [{"code": "Unauthorized", "message": "Access to requested resource is denied.", "details": ""}]}
    anna.simulator.faults.add(Fault(LOOK.operation, "status", status=403, body=body, times=2))
    with pytest.raises(Unauthorized) as caught:
        identify(anna.http())
    assert (caught.value.problem.code, caught.value.problem.fix) == ("amazon_role_missing", "grant_roles")
    assert caught.value.request_id
    assert len(anna.calls("/sellers/")) == 2


def test_a_fresh_token_that_is_called_expired_is_amazon_s_trouble_and_no_account_pauses(anna: AmazonSeller) -> None:
    words = "The security token included in the request is expired"
    body = {"errors": [{"code": "Unauthorized", "message": words, "details": ""}]}
    anna.simulator.faults.add(Fault(LOOK.operation, "status", status=403, body=body, times=2))
    with pytest.raises(RetryLater) as caught:
        identify(anna.http())
    assert (caught.value.problem.code, caught.value.after_s) == ("amazon_unavailable", 60)


@pytest.mark.parametrize(
    ("changes", "code", "fix"),
    [
        ({"refresh_token": ""}, "amazon_consent_missing", "consent_at_amazon"),
        ({"refresh_token": "Atzr|unknown"}, "amazon_token_refused", "reconnect_account"),
        ({"client_secret": "old"}, "amazon_app_refused", "renew_client_secret"),
        ({"client_secret": ""}, "amazon_app_refused", "renew_client_secret"),
    ],
)
def test_credentials_that_do_not_work_say_which(
    anna: AmazonSeller, changes: dict[str, str], code: str, fix: str
) -> None:
    with pytest.raises(Unauthorized) as caught:
        identify(anna.http(secret=anna.secret(**changes)))
    assert (caught.value.problem.code, caught.value.problem.fix) == (code, fix)
    assert anna.calls("/sellers/") == []


def test_a_withdrawn_consent_ends_this_account_and_no_other_of_the_app(anna: AmazonSeller) -> None:
    told = anna.simulator.deeds.add_seller("berta", sites=[DE])
    tokens = TokenCache()
    berta = anna.http(tokens=tokens, secret=anna.secret(refresh_token=told["refreshToken"]), seller_id=told["sellerId"])
    identify(berta)
    anna.simulator.deeds.revoke_token("anna")
    with pytest.raises(Unauthorized):
        identify(anna.http(tokens=tokens))
    assert identify(berta).remote_name == told["sellerId"]


def test_a_reconnected_account_never_speaks_with_the_old_seller_s_token(anna: AmazonSeller) -> None:
    told = anna.simulator.deeds.add_seller("berta", sites=[FR])
    tokens = TokenCache()
    identify(anna.http(tokens=tokens))
    secret = anna.secret(refresh_token=told["refreshToken"])
    assert identify(anna.http(tokens=tokens, secret=secret, seller_id=told["sellerId"])).sites == ("AMAZON_FR",)


# ---- limits and refusals ----


def test_the_rate_that_an_answer_names_is_learned(anna: AmazonSeller) -> None:
    identify(anna.http())
    assert [(operation, told["rate"]) for operation, told in anna.budget.learned] == [
        (LOOK.operation, 0.016),
        ("searchListingsItems", 5.0),
    ]


def test_a_spent_limit_is_told_to_the_budget_and_not_hammered(anna: AmazonSeller) -> None:
    http = anna.http()
    for _ in range(15):
        look(http)
    anna.budget.learned.clear()
    with pytest.raises(RateLimited):
        look(http)
    [(operation, learned)] = anna.budget.learned
    assert operation == LOOK.operation
    assert learned["blocked_until"] > anna.clock.now()
    assert len(anna.calls("/sellers/")) == 16


@pytest.mark.parametrize(
    ("status", "error", "verdict"),
    [
        (400, "InvalidInput", Rejected),
        (404, "NOT_FOUND", NotFound),
        (413, "RequestTooLarge", Rejected),
        (500, "InternalFailure", RetryLater),
        (503, "ServiceUnavailable", RetryLater),
    ],
)
def test_a_refused_read_is_judged_and_keeps_amazon_s_words_and_its_request(
    anna: AmazonSeller, status: int, error: str, verdict: type[Exception]
) -> None:
    body = {"errors": [{"code": error, "message": "In Amazon's words.", "details": "x"}]}
    anna.simulator.faults.add(Fault(LOOK.operation, "status", status=status, body=body))
    with pytest.raises(verdict) as caught:
        identify(anna.http())
    assert caught.value.request_id  # type: ignore[attr-defined]
    if status < 500:
        assert caught.value.problem.params["message"] == "In Amazon's words."  # type: ignore[attr-defined]


def test_a_write_that_ended_in_a_failure_of_amazon_s_may_have_been_applied(anna: AmazonSeller) -> None:
    http: AmazonHttp = anna.http()
    anna.simulator.faults.add(Fault("createSubscription", "status", status=500))
    body = {"payloadVersion": "1.0", "destinationId": "d"}
    write = Request("POST", "/notifications/v1/subscriptions/ORDER_CHANGE", "createSubscription", body=body, write=True)
    with pytest.raises(OutcomeUnknown):
        http.object(write)

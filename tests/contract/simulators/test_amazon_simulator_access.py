"""Login with Amazon, grantless tokens, consent, regions and token buckets at the simulated Amazon."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from simulators.amazon import AmazonSimulator, Limits, describe_limits
from simulators.amazon.app import OPERATIONS
from simulators.clock import VirtualClock
from simulators.door import Transport
from tests.contract.marketplaces.amazon_documents import OFFICIAL
from tests.contract.simulators.amazon_seller import DE, NOTIFICATIONS, US, AmazonSeller, codes

TOKENS = "https://api.amazon.com/auth/o2/token"
CONSENT = "https://sellercentral.amazon.com/apps/authorize/consent"
PARTICIPATIONS = "/sellers/v1/marketplaceParticipations"
DESTINATIONS = "/notifications/v1/destinations"
BACK = "https://app.example/back"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def anna(clock: VirtualClock) -> AmazonSeller:
    return AmazonSeller(AmazonSimulator(clock=clock, redirects=[BACK]), sites=[US])


def ask(anna: AmazonSeller, **form: str) -> requests.Response:
    app = {"client_id": anna.simulator.client_id, "client_secret": anna.simulator.client_secret}
    return anna.session.post(TOKENS, data={**app, **form})


def refresh(anna: AmazonSeller, **form: str) -> requests.Response:
    token = anna.simulator.world.seller(anna.name).refresh_token
    return ask(anna, grant_type="refresh_token", **{"refresh_token": token, **form})


# Tokens


def test_an_access_token_lives_an_hour_and_the_refresh_token_stays(anna: AmazonSeller, clock: VirtualClock) -> None:
    told = refresh(anna).json()
    assert (told["token_type"], told["expires_in"]) == ("bearer", 3600)
    assert told["refresh_token"] == anna.simulator.world.seller("anna").refresh_token
    clock.advance(3599)
    assert anna.call("GET", PARTICIPATIONS).status_code == 200
    clock.advance(2)
    late = anna.call("GET", PARTICIPATIONS)
    assert (late.status_code, codes(late)) == (403, ["Unauthorized"])
    assert refresh(anna).status_code == 200


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "wrong"}, 401, "invalid_client"),
        ({"refresh_token": "wrong"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "wrong"}, 400, "invalid_grant"),
        ({"grant_type": "client_credentials", "scope": "everything"}, 400, "invalid_scope"),
    ],
)
def test_a_token_call_that_is_wrong_is_refused_by_its_name(
    anna: AmazonSeller, form: dict[str, str], status: int, error: str
) -> None:
    told = ask(anna, **{"grant_type": "refresh_token", **form})
    assert (told.status_code, told.json()["error"]) == (status, error)


def test_a_seller_who_withdraws_their_consent_ends_every_token(anna: AmazonSeller) -> None:
    anna.simulator.deeds.revoke_token("anna")
    assert refresh(anna).json()["error"] == "invalid_grant"
    assert anna.call("GET", PARTICIPATIONS).status_code == 403


def test_a_rotated_secret_ends_the_old_one_and_no_refresh_token(anna: AmazonSeller) -> None:
    anna.simulator.deeds.rotate_secret("newer")
    assert refresh(anna).json()["error"] == "invalid_client"
    assert refresh(anna, client_secret="newer").status_code == 200


def test_grantless_and_sellers_operations_each_need_their_own_token(anna: AmazonSeller) -> None:
    assert anna.call("GET", DESTINATIONS, grantless=True).status_code == 200
    assert anna.call("GET", DESTINATIONS).status_code == 403
    assert anna.call("GET", PARTICIPATIONS, grantless=True).status_code == 403
    assert ask(anna, grant_type="client_credentials", scope=NOTIFICATIONS).json().keys() == {
        "access_token",
        "token_type",
        "expires_in",
    }


def test_without_a_token_nothing_is_answered(anna: AmazonSeller) -> None:
    for headers in ({}, {"x-amz-access-token": "Atza|wrong"}):
        answer = anna.session.get(f"{anna.host}{PARTICIPATIONS}", headers=headers)
        assert (answer.status_code, codes(answer)) == (403, ["Unauthorized"])


def test_a_seller_of_another_region_is_refused_at_this_endpoint(anna: AmazonSeller) -> None:
    emil = AmazonSeller(anna.simulator, "emil", sites=[DE])
    emil.host = anna.host
    assert emil.call("GET", PARTICIPATIONS).status_code == 403


# Consent


def consent(anna: AmazonSeller, **query: str) -> requests.Response:
    asked = {"application_id": anna.simulator.application_id, "state": "s1", **query}
    return anna.session.get(CONSENT, params=asked, allow_redirects=False)


def test_consent_brings_the_sellers_id_and_a_code_that_works_once(anna: AmazonSeller) -> None:
    answer = consent(anna)
    assert answer.status_code == 302
    target = urlsplit(answer.headers["Location"])
    told = dict(parse_qsl(target.query))
    assert f"{target.scheme}://{target.netloc}{target.path}" == BACK
    assert (told["state"], told["selling_partner_id"]) == ("s1", anna.seller_id)
    form = {"grant_type": "authorization_code", "code": told["spapi_oauth_code"]}
    first, second = ask(anna, **form), ask(anna, **form)
    assert first.json()["refresh_token"].startswith("Atzr|")
    assert second.json()["error"] == "invalid_grant"


def test_a_code_lives_five_minutes(anna: AmazonSeller, clock: VirtualClock) -> None:
    told = dict(parse_qsl(urlsplit(consent(anna).headers["Location"]).query))
    clock.advance(301)
    assert ask(anna, grant_type="authorization_code", code=told["spapi_oauth_code"]).json()["error"] == "invalid_grant"


def test_of_several_sellers_a_person_chooses_and_may_decline(anna: AmazonSeller) -> None:
    berta = AmazonSeller(anna.simulator, "berta", sites=[US])
    page = consent(anna)
    assert (page.status_code, "berta" in page.text) == (200, True)
    chosen = dict(parse_qsl(urlsplit(consent(anna, seller="berta").headers["Location"]).query))
    assert chosen["selling_partner_id"] == berta.seller_id
    declined = dict(parse_qsl(urlsplit(consent(anna, decline="1").headers["Location"]).query))
    assert declined == {"state": "s1", "error": "access_denied"}


@pytest.mark.parametrize(
    "query", [{"application_id": "amzn1.other"}, {"state": ""}, {"redirect_uri": "https://evil.example"}]
)
def test_a_consent_that_nobody_registered_goes_nowhere(anna: AmazonSeller, query: dict[str, str]) -> None:
    answer = consent(anna, **query)
    assert answer.status_code == 400
    assert "Location" not in answer.headers


# Rates


def test_the_bucket_of_an_operation_empties_and_the_header_tells_its_rate(
    anna: AmazonSeller, clock: VirtualClock
) -> None:
    item = f"/listings/2021-08-01/items/{anna.seller_id}/NOBODY"
    answers = [anna.call("GET", item, marketplaceIds=US) for _ in range(11)]
    assert [one.status_code for one in answers] == [404] * 10 + [429]
    assert {one.headers["x-amzn-RateLimit-Limit"] for one in answers[:10]} == {"5.0"}
    assert codes(answers[10]) == ["QuotaExceeded"]
    assert "x-amzn-RateLimit-Limit" not in answers[10].headers
    assert len({one.headers["x-amzn-RequestId"] for one in answers}) == 11
    clock.advance(0.2)
    assert anna.call("GET", item, marketplaceIds=US).status_code == 404
    assert anna.call("GET", item, marketplaceIds=US).status_code == 429
    assert anna.call("GET", PARTICIPATIONS).status_code == 200


def test_each_seller_has_buckets_of_their_own_and_may_be_given_another_rate(anna: AmazonSeller) -> None:
    berta = AmazonSeller(anna.simulator, "berta", sites=[US])
    anna.simulator.deeds.drain("getMarketplaceParticipations", seller="anna")
    assert anna.call("GET", PARTICIPATIONS).status_code == 429
    assert berta.call("GET", PARTICIPATIONS).headers["x-amzn-RateLimit-Limit"] == "0.016"
    anna.simulator.deeds.set_rate("getMarketplaceParticipations", 2.5, 9, seller="berta")
    assert berta.call("GET", PARTICIPATIONS).headers["x-amzn-RateLimit-Limit"] == "2.5"


def usage_plans() -> dict[str, list[tuple[float, float]]]:
    plans: dict[str, list[tuple[float, float]]] = {}
    for model in sorted((OFFICIAL / "models").glob("*.json")):
        for operations in json.loads(model.read_text())["paths"].values():
            for operation in operations.values():
                if isinstance(operation, dict) and "operationId" in operation:
                    row = re.search(r"\|\s*(?:Default\s*\|\s*)?([\d.]+)\s*\|\s*([\d.]+)\s*\|", operation["description"])
                    if row:
                        plan = (float(row[1]), float(row[2]))
                        plans.setdefault(operation["operationId"], []).append(plan)
    return plans


def test_the_rates_are_those_of_the_official_usage_plans() -> None:
    plans, limits = usage_plans(), Limits.load()
    for name in limits.values["rates"]:
        assert limits.rate(name) in plans[name], name


def test_every_operation_has_a_rate_and_is_told_by_the_limits() -> None:
    rated = {operation.id for operation in OPERATIONS if not operation.presigned}
    limits = Limits.load()
    assert rated <= set(limits.values["rates"])
    assert all(name in describe_limits(limits) for name in rated)


def test_every_operation_has_the_address_of_its_model() -> None:
    official = {}
    for model in (OFFICIAL / "models").glob("*.json"):
        for path, operations in json.loads(model.read_text())["paths"].items():
            for method, operation in operations.items():
                if isinstance(operation, dict) and "operationId" in operation:
                    official[method.upper(), re.sub(r"\{\w+\}", "{}", path)] = operation["operationId"]
    for operation in OPERATIONS:
        if not operation.presigned:
            assert official[operation.method, re.sub(r"\{\w+\}", "{}", operation.path)] == operation.id


def test_an_unknown_address_is_told_as_amazon_does(anna: AmazonSeller) -> None:
    session = requests.Session()
    session.mount("https://", Transport(anna.simulator))
    answer: Any = session.get(f"{anna.host}/listings/2020-09-01/nothing")
    assert (answer.status_code, codes(answer)) == (404, ["NotFound"])

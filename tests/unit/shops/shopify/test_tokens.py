"""Access tokens of a Shopify store: granted, kept, replaced, refused."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from listbridge.domain.verdicts import RateLimited, RemoteError, RetryLater, Unauthorized
from tests.fakes.clock import VirtualClock
from tests.unit.shops.shopify_line import SECRET, STATIC, Line, ok


def test_a_call_goes_to_the_stores_own_address_with_the_pinned_version_and_a_granted_token(line: Line, open_with: Any):
    line.answers = [ok()]
    open_with().identify()
    assert line.asked[0]["url"] == "https://demo.myshopify.com/admin/api/2026-07/graphql.json"
    assert line.granted == [{"client_id": "id", "client_secret": SECRET, "grant_type": "client_credentials"}]
    assert line.tokens == ["hush-token-1"]


def test_a_token_is_fetched_once_for_many_calls_and_again_when_its_day_is_over(
    line: Line, open_with: Any, clock: VirtualClock
):
    line.answers = [ok(), ok(), ok()]
    adapter = open_with()
    adapter.identify()
    clock.advance(86399 - 61)
    adapter.identify()
    clock.advance(2)
    adapter.identify()
    assert line.tokens == ["hush-token-1", "hush-token-1", "hush-token-2"]


def test_a_refused_token_is_replaced_once_and_the_call_made_again(line: Line, open_with: Any):
    line.answers = [(401, {"errors": "[API] Invalid API key or access token"}, {}), ok()]
    assert open_with().identify().name == "Demo"
    assert line.tokens == ["hush-token-1", "hush-token-2"]


def test_a_second_refusal_says_that_the_credentials_are_dead(line: Line, open_with: Any):
    line.answers = [(401, {"errors": "no"}, {})] * 2
    with pytest.raises(Unauthorized) as refused:
        open_with().identify()
    assert refused.value.problem.code == "shopify_credentials_refused"
    assert (len(line.asked), len(line.granted)) == (2, 2)


def test_an_everlasting_token_is_used_without_a_grant_and_its_refusal_is_final(line: Line, open_with: Any):
    line.answers = [ok(), (401, {"errors": "no"}, {})]
    adapter = open_with(client_secret=SECRET, access_token=STATIC)
    adapter.identify()
    with pytest.raises(Unauthorized):
        adapter.identify()
    assert (line.tokens, line.granted) == ([STATIC, STATIC], [])


@pytest.mark.parametrize(
    ("grant", "kind", "code", "reason"),
    [
        ((400, {"error": "invalid_client"}, {}), Unauthorized, "shopify_grant_refused", "invalid_client"),
        (
            (400, "<h1>Oauth error shop_not_permitted: Client credentials cannot be performed on this shop.</h1>", {}),
            Unauthorized,
            "shopify_grant_refused",
            "shop_not_permitted",
        ),
        ((400, {"error": ["x"]}, {}), Unauthorized, "shopify_grant_refused", "refused"),
        ((401, "", {}), Unauthorized, "shopify_grant_refused", "refused"),
        ((403, "<html>", {}), Unauthorized, "shopify_grant_refused", "refused"),
        ((402, "", {}), RetryLater, "shopify_store_frozen", None),
        ((404, "<html>Not found</html>", {}), RetryLater, "shopify_store_not_found", None),
        ((429, "", {}), RateLimited, "shopify_throttled", None),
        ((503, "<html>", {}), RetryLater, "shopify_unavailable", None),
        ((200, "<html>", {}), RetryLater, "shopify_answer_unreadable", None),
        ((200, {"access_token": "hush-x"}, {}), RetryLater, "shopify_answer_unreadable", None),
        ((200, {"access_token": "", "expires_in": 5}, {}), RetryLater, "shopify_answer_unreadable", None),
        ((200, {"access_token": "hush-x", "expires_in": 0}, {}), RetryLater, "shopify_answer_unreadable", None),
        (requests.ReadTimeout("hush-url"), RetryLater, "no_answer", None),
    ],
)
def test_a_grant_that_fails_says_why_and_nothing_is_asked_without_a_token(
    line: Line, open_with: Any, grant: Any, kind: type[RemoteError], code: str, reason: str | None
):
    line.grants = [grant]
    with pytest.raises(RemoteError) as refused:
        open_with().identify()
    assert type(refused.value) is kind
    assert refused.value.problem.code == code
    assert refused.value.problem.params.get("reason") == reason
    assert line.asked == []
    assert "hush" not in f"{refused.value} {refused.value.detail}"


def test_a_new_secret_of_the_same_app_never_goes_on_with_the_token_of_the_old_one(line: Line, open_with: Any):
    line.answers = [ok(), ok()]
    open_with().identify()
    open_with(client_id="id", client_secret="another secret").identify()
    assert [granted["client_secret"] for granted in line.granted] == [SECRET, "another secret"]

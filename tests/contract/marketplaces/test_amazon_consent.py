"""Amazon's consent: the address, the way back, and a code that works once."""

from __future__ import annotations

from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from listbridge.domain.ports import Arrival, Handed, Way
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.verdicts import Rejected, Unauthorized
from listbridge.marketplaces.amazon.hand_over import HAND_OVER
from listbridge.marketplaces.amazon.participations import identify
from simulators.door import Transport
from tests.contract.marketplaces.amazon_seller import JP, REDIRECT, US, AmazonSeller

WAY = Way("state-1", REDIRECT, "https://listbridge.example/callbacks/done")


@pytest.fixture
def anna() -> AmazonSeller:
    return AmazonSeller()


def begun(seller: AmazonSeller, **settings: object) -> tuple[str, dict[str, str]]:
    """Where the seller goes, with what is kept."""
    secret = seller.secret(refresh_token="")
    first = HAND_OVER.begin(seller.connection(secret=secret, seller_id="", **settings), WAY)
    return first.url, dict(first.keep)


def consented(seller: AmazonSeller, url: str, more: str = "") -> dict[str, str]:
    """What the browser comes back with."""
    with requests.Session() as browser:
        browser.mount("https://", Transport(seller.simulator))
        back = browser.get(url + more, allow_redirects=False)
    assert back.status_code == 302, back.text
    assert back.headers["Location"].startswith(f"{REDIRECT}?")
    return dict(parse_qsl(urlsplit(back.headers["Location"]).query))


def received(seller: AmazonSeller, params: dict[str, str], keep: dict[str, str]) -> Handed:
    request = RawRequest("GET", "/callbacks/amazon", params=params)
    connection = seller.connection(secret=seller.secret(refresh_token=""), seller_id="")
    return HAND_OVER.receive(connection, Arrival("", request, keep, WAY))


def test_the_seller_goes_to_the_pages_of_their_region_with_our_state() -> None:
    for site, host in ((US, "sellercentral.amazon.com"), (JP, "sellercentral.amazon.co.jp")):
        url, _ = begun(AmazonSeller(site))
        parts = urlsplit(url)
        assert (parts.hostname, parts.path) == (host, "/apps/authorize/consent")
        assert parse_qs(parts.query) == {
            "application_id": ["amzn1.sp.solution.sim"],
            "state": ["state-1"],
            "redirect_uri": [REDIRECT],
        }


def test_a_draft_says_that_it_is_one(anna: AmazonSeller) -> None:
    assert parse_qs(urlsplit(begun(anna, application_is_draft=True)[0]).query)["version"] == ["beta"]


def test_without_the_application_s_id_nobody_is_sent_anywhere(anna: AmazonSeller) -> None:
    with pytest.raises(Rejected) as caught:
        begun(anna, application_id="")
    problem = caught.value.problem
    assert (problem.code, problem.fix) == ("amazon_application_id_missing", "set_application_id")


def test_a_consent_becomes_a_refresh_token_and_the_seller_s_id_that_open_the_account(anna: AmazonSeller) -> None:
    url, keep = begun(anna)
    back = consented(anna, url)
    assert back["state"] == "state-1"
    handed = received(anna, back, keep)
    assert handed.settings == {"seller_id": anna.told["sellerId"]}
    assert set(handed.credentials) == {"refresh_token"}
    http = anna.http(secret=anna.secret(**handed.credentials), **handed.settings)
    assert identify(http).remote_name == anna.told["sellerId"]


def test_a_code_works_once(anna: AmazonSeller) -> None:
    url, keep = begun(anna)
    back = consented(anna, url)
    received(anna, back, keep)
    with pytest.raises(Unauthorized) as caught:
        received(anna, back, keep)
    assert caught.value.problem.code == "amazon_token_refused"


def test_a_code_is_too_old_after_five_minutes(anna: AmazonSeller) -> None:
    url, keep = begun(anna)
    back = consented(anna, url)
    anna.clock.advance(301)
    with pytest.raises(Unauthorized):
        received(anna, back, keep)


def test_a_seller_who_declines_hands_nothing_over(anna: AmazonSeller) -> None:
    url, keep = begun(anna)
    assert received(anna, consented(anna, url, "&decline=1"), keep) == Handed(declined=True)
    assert anna.calls("/auth/") == []


@pytest.mark.parametrize("id", ["", "a lower case one", "A1/../..", "A" * 31])
def test_a_return_without_a_seller_s_id_hands_nothing_over(anna: AmazonSeller, id: str) -> None:
    url, keep = begun(anna)
    back = {**consented(anna, url), "selling_partner_id": id}
    assert received(anna, back, keep).declined
    assert anna.calls("/auth/") == []


def test_an_id_that_the_browser_exchanged_opens_nothing(anna: AmazonSeller) -> None:
    berta = anna.simulator.deeds.add_seller("berta", sites=anna.told["sites"])
    url, keep = begun(anna)
    back = {**consented(anna, url, "&seller=anna"), "selling_partner_id": berta["sellerId"]}
    handed = received(anna, back, keep)
    with pytest.raises(Unauthorized):
        identify(anna.http(secret=anna.secret(**handed.credentials), **handed.settings))

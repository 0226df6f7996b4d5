"""Topics that only hint are subscribed to at the simulated eBay: once, at one address, as far as it lets the app."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest

from listbridge.domain.ports import MarketplaceAdapter
from listbridge.domain.verdicts import OutcomeUnknown, Rejected, RemoteError, RetryLater
from simulators.ebay.notices import CONFIRMATION, REVOCATION, Notices
from simulators.faults import Fault, Kind
from tests.contract.marketplaces.staged_ebay import EbayStage

HERE, ELSEWHERE, TOKEN = "https://me.example/notices/ebay", "https://old.example/notices/ebay", "t" * 43
BOTH_TOLD = {CONFIRMATION: None, REVOCATION: None}


class Subscriber:
    """anna's account, whose addresses answer eBay's question while they are `ours`."""

    def __init__(self, *, alert_email: str = "ops@me.example") -> None:
        self.stage = EbayStage()
        self.notices: Notices = self.stage.simulator.world.notices
        self.notices.ask = self.answer
        self.came: list[tuple[str, str]] = []
        self.notices.queue.deliver_with(self.take)
        self.ours = True
        self.adapter: MarketplaceAdapter = self.stage.open(alert_email=alert_email)

    def answer(self, url: str, query: dict[str, str]) -> tuple[int, bytes]:
        token = TOKEN if self.ours else "u" * 43
        told = hashlib.sha256(f"{query['challenge_code']}{token}{url}".encode()).hexdigest()
        return 200, json.dumps({"challengeResponse": told}).encode()

    def take(self, url: str, headers: dict[str, str], body: bytes) -> int:
        self.came.append((url, json.loads(body)["metadata"]["topic"]))
        return 204

    def told(self) -> list[tuple[str, str]]:
        self.notices.queue.pump()
        return self.came


def test_both_topics_are_told_at_the_address_from_then_on() -> None:
    one = Subscriber()
    assert one.adapter.subscribe(HERE, TOKEN) == BOTH_TOLD
    one.stage.simulator.deeds.withdraw_consent("anna")
    assert one.told() == [(HERE, REVOCATION)]


def test_subscribing_again_makes_nothing_a_second_time() -> None:
    one = Subscriber()
    for _ in range(3):
        assert one.adapter.subscribe(HERE, TOKEN) == BOTH_TOLD
    assert (len(one.notices.destinations), len(one.notices.by_api)) == (1, 2)


def test_an_address_that_changed_takes_the_subscriptions_with_it() -> None:
    one = Subscriber()
    one.adapter.subscribe(ELSEWHERE, TOKEN)
    assert one.adapter.subscribe(HERE, TOKEN) == BOTH_TOLD
    one.stage.simulator.deeds.withdraw_consent("anna")
    assert one.told() == [(HERE, REVOCATION)]


def test_what_was_switched_off_is_switched_on_again() -> None:
    one = Subscriber()
    one.adapter.subscribe(HERE, TOKEN)
    for row in (*one.notices.destinations.values(), *one.notices.by_api.values()):
        row.status = "DISABLED"
    assert one.adapter.subscribe(HERE, TOKEN) == BOTH_TOLD
    rows = (*one.notices.destinations.values(), *one.notices.by_api.values())
    assert {row.status for row in rows} == {"ENABLED"}


def test_among_many_destinations_ours_is_found_on_whatever_page_it_is() -> None:
    one = Subscriber()
    for number in range(120):
        one.adapter.subscribe(f"https://other-{number}.example/notices", TOKEN)
    one.stage.calls.clear()
    one.adapter.subscribe("https://other-119.example/notices", TOKEN)
    assert len(one.notices.destinations) == 120
    assert one.stage.calls.count("getDestinations") == 2


@pytest.mark.parametrize(
    ("of", "code", "fix"),
    [
        (lambda: Subscriber(alert_email=""), "ebay_alert_email_missing", "enter_alert_email"),
        (lambda: _not_ours(), "ebay_address_not_proven", "check_public_address"),
    ],
)
def test_an_address_that_ebay_does_not_take_says_why(of: Callable[[], Subscriber], code: str, fix: str) -> None:
    one = of()
    with pytest.raises(Rejected) as refused:
        one.adapter.subscribe(HERE, TOKEN)
    assert (refused.value.problem.code, refused.value.problem.fix) == (code, fix)
    assert (one.notices.destinations, one.notices.by_api) == ({}, {})


def _not_ours() -> Subscriber:
    one = Subscriber()
    one.ours = False
    return one


def test_a_topic_that_the_app_may_not_have_keeps_no_other_back(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Subscriber()
    monkeypatch.setattr("simulators.ebay.notice_api.TOPICS", (REVOCATION,))
    told = one.adapter.subscribe(HERE, TOKEN)
    assert (told[REVOCATION], told[CONFIRMATION] and told[CONFIRMATION].code) == (None, "ebay_topic_refused")


def test_a_consent_without_the_permission_keeps_no_other_topic_back() -> None:
    one = Subscriber()
    error = {"errorId": 1100, "domain": "OAuth", "category": "REQUEST", "message": "Insufficient permissions."}
    one.stage.add_faults(Fault("createSubscription", "status", status=403, body={"errors": [error]}))
    told = one.adapter.subscribe(HERE, TOKEN)
    assert (told[REVOCATION], told[CONFIRMATION] and told[CONFIRMATION].fix) == (None, "reconnect_account")


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status"])
@pytest.mark.parametrize(
    "operation", ["updateConfig", "getDestinations", "createDestination", "getTopic", "createSubscription"]
)
def test_an_answer_that_is_lost_anywhere_is_made_good_by_asking_again(operation: str, kind: Kind) -> None:
    one = Subscriber()
    one.stage.add_faults(Fault(operation, kind, status=503))
    with pytest.raises(RemoteError) as lost:
        one.adapter.subscribe(HERE, TOKEN)
    assert isinstance(lost.value, RetryLater | OutcomeUnknown)
    assert one.adapter.subscribe(HERE, TOKEN) == BOTH_TOLD
    assert (len(one.notices.destinations), len(one.notices.by_api)) == (1, 2)

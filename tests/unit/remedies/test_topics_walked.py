"""What keeps eBay from telling its topics: the deed that is named is done, and they are told."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.domain.work import HintKind
from simulators.ebay.notices import CONFIRMATION, REVOCATION
from tests.unit.functions.installation import ADDRESS, Installation
from tests.unit.functions.noticed import Noticed
from tests.unit.functions.order_desk import OrderDesk
from tests.unit.remedies.walks import EBAY, named, refusal, walks


@pytest.fixture
def noticed() -> Noticed:
    return Noticed(OrderDesk(Installation()).seller)


def path(noticed: Noticed) -> str:
    return f"/accounts/{noticed.account}/topics"


def with_email(noticed: Noticed) -> None:
    answer = noticed.its.call(
        "PATCH", f"/v1/accounts/{noticed.account}", {"settings": {"alert_email": "ops@me.example"}}
    )
    assert answer.status < 300, answer.text
    noticed.its.run()


def subscribed(noticed: Noticed) -> dict[str, Any]:
    told = noticed.its.post(path(noticed), expect=200)["topics"]
    return {one["topic"]: one["reason"] if not one["subscribed"] else None for one in told}


@walks("ebay_alert_email_missing", on=EBAY)
def test_ebay_tells_nothing_before_it_knows_whom_to_write_to(noticed: Noticed) -> None:
    named(refusal(noticed.its, "POST", path(noticed)), "ebay_alert_email_missing", "enter_alert_email")
    assert noticed.ebay.by_api == {}
    with_email(noticed)
    assert subscribed(noticed) == {CONFIRMATION: None, REVOCATION: None}
    assert noticed.ebay.alert_email == "ops@me.example"
    noticed.its.ebay.deeds.withdraw_consent("anna")
    assert noticed.told() == [204]
    (heard,) = noticed.queued()
    assert [hint.kind for hint in heard.hints] == [HintKind.ACCOUNT_GONE]


@walks("ebay_address_not_proven", on=EBAY)
def test_an_address_that_ebay_cannot_reach_is_mended(noticed: Noticed) -> None:
    with_email(noticed)
    noticed.ebay.ask = lambda url, query: (502, b"")
    named(refusal(noticed.its, "POST", path(noticed)), "ebay_address_not_proven", "check_public_address")
    assert noticed.ebay.destinations == {}
    noticed.ebay.ask = noticed.ask
    assert subscribed(noticed) == {CONFIRMATION: None, REVOCATION: None}
    assert [one.endpoint for one in noticed.ebay.destinations.values()] == [f"{ADDRESS}/notices/ebay"]


@walks("ebay_topic_refused", on=EBAY)
def test_a_topic_that_the_app_gets_later_is_asked_for_again(noticed: Noticed, monkeypatch: pytest.MonkeyPatch) -> None:
    with_email(noticed)
    with monkeypatch.context() as without:
        without.setattr("simulators.ebay.notice_api.TOPICS", (REVOCATION,))
        told = subscribed(noticed)
    assert told[REVOCATION] is None
    named(told[CONFIRMATION], "ebay_topic_refused", "read_ebay_message")
    assert subscribed(noticed) == {CONFIRMATION: None, REVOCATION: None}

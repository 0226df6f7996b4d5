"""eBay's notices: what is signed, whom they name, and the key as it is told."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from listbridge.domain.orders.orders import fingerprint
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.work import HintKind
from listbridge.marketplaces.ebay.notices import SCHEME, key_in_lines


def request(body: bytes, header: str = "") -> RawRequest:
    told = {"alg": "ecdsa", "kid": "k1", "signature": base64.b64encode(b"sig").decode(), "digest": "SHA1"}
    signature = header or base64.b64encode(json.dumps(told).encode()).decode()
    return RawRequest("POST", "", {}, {"x-ebay-signature": signature}, body)


def deletion(**notification: Any) -> bytes:
    told = {"notificationId": "n1", "data": {"username": "ada", "userId": "U1"}, **notification}
    return json.dumps({"metadata": {"topic": "MARKETPLACE_ACCOUNT_DELETION"}, "notification": told}).encode()


def test_a_notice_is_signed_as_it_came_or_as_ebays_libraries_write_it() -> None:
    loose = '{ "a": "Jörg é",\n "b": [1.0, true, null], "c": {} }'.encode()
    signed = SCHEME.signed(request(loose))
    assert (signed.key, signed.signature) == ("k1", b"sig")
    assert signed.spellings == (loose, '{"a":"Jörg é","b":[1.0,true,null],"c":{}}'.encode())


@pytest.mark.parametrize("body", [b"", b"[]", b"not json", b"\xff", b"[" * 100_000, b'{"a": NaN}', b'{"a": "\\ud800"}'])
def test_a_body_that_libraries_cannot_write_is_judged_as_it_came(body: bytes) -> None:
    assert SCHEME.signed(request(body)).spellings == (body,)


def test_a_deletion_names_its_user_twice_and_says_when_they_went() -> None:
    at = datetime(2021, 3, 19, 20, 43, 59, 462_000, UTC)
    for told in ("2021-03-19T20:43:59.462Z", "2021-03-19T20:43:59.462"):
        delivery = SCHEME.parse(deletion(eventDate=told))
        assert [(hint.kind, hint.id, hint.until) for hint in delivery.hints] == [
            (HintKind.USER, fingerprint("ebay", "ada"), at),
            (HintKind.USER, fingerprint("ebay", "U1"), at),
        ]


@pytest.mark.parametrize("date", [None, "", "yesterday", 7, [], "2021-13-01T00:00:00Z"])
def test_a_date_that_cannot_be_read_is_left_open(date: Any) -> None:
    assert {hint.until for hint in SCHEME.parse(deletion(eventDate=date)).hints} == {None}


@pytest.mark.parametrize("data", [None, [], {}, {"username": ""}, {"username": 7, "userId": None}, {"eiasToken": "x"}])
def test_a_deletion_that_names_nobody_cannot_be_understood(data: Any) -> None:
    with pytest.raises(ValueError, match="nobody is named"):
        SCHEME.parse(deletion(data=data))


@pytest.mark.parametrize(
    "rest", [{}, {"notification": None}, {"notification": {"data": {}}}, {"payload": {"notificationId": 7}}]
)
def test_of_a_topic_that_we_do_not_need_nothing_is_asked_but_its_name(rest: dict[str, Any]) -> None:
    told = SCHEME.parse(json.dumps({"metadata": {"topic": "PRIORITY_LISTING_REVISION"}, **rest}).encode())
    assert (told.topic, told.known, told.hints) == ("PRIORITY_LISTING_REVISION", False, ())


@pytest.mark.parametrize("topic", ["MARKETPLACE_ACCOUNT_DELETION", "ORDER_CONFIRMATION", "AUTHORIZATION_REVOCATION"])
@pytest.mark.parametrize("notification", [None, [], {}, {"data": {"username": "ada"}}])
def test_a_topic_of_ours_without_an_id_cannot_be_understood(topic: str, notification: Any) -> None:
    with pytest.raises(ValueError, match=r"nobody is named|no notificationId"):
        SCHEME.parse(json.dumps({"metadata": {"topic": topic}, "notification": notification}).encode())


def test_a_fingerprint_is_of_one_marketplace_and_of_any_case() -> None:
    assert fingerprint("ebay", " Ada ") == fingerprint("ebay", "ADA") != fingerprint("etsy", "ada")
    assert (fingerprint("ebay", ""), fingerprint("ebay", "  ")) == ("", "")


def test_a_key_without_line_ends_becomes_one_with_them() -> None:
    told = "-----BEGIN PUBLIC KEY-----MFkwEwYH/+A=-----END PUBLIC KEY-----"
    lines = "-----BEGIN PUBLIC KEY-----\nMFkwEwYH/+A=\n-----END PUBLIC KEY-----\n"
    assert key_in_lines(told) == key_in_lines(lines) == lines


@pytest.mark.parametrize(
    "told",
    [
        "",
        "MFkw",
        "-----BEGIN PRIVATE KEY-----AA-----END PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----<>-----END PUBLIC KEY-----",
    ],
)
def test_what_is_no_public_key_is_refused(told: str) -> None:
    with pytest.raises(ValueError, match="no public key"):
        key_in_lines(told)

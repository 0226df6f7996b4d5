"""Deliveries of a platform that names everything in headers, whatever it calls these."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from listbridge.domain.ports import HookKeys
from listbridge.domain.ports.webhooks import FORGED, GENUINE
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.work import Hint, HintKind
from listbridge.infra.webhooks.scheme import HeaderScheme
from listbridge.infra.webhooks.signatures import sha256_in_base64, sha256_in_hex
from listbridge.infra.webhooks.topics import Topics, points_at

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TOPICS = Topics({"thing.new": points_at(HintKind.PRODUCT)})
SIGNED = HeaderScheme(TOPICS, topic="x-what", ids=("x-id", "x-event"), fingerprint=("x-at",), signature="x-sign")
UNSIGNED = HeaderScheme(TOPICS, topic="x-what", ids=("x-id",))
BODY = b'{"id": 7}'


def sent(body: bytes = BODY, **headers: str) -> RawRequest:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return RawRequest("POST", "https://listbridge.example/in/s1", headers=told, body=body)


def id_of(**headers: str) -> str:
    return SIGNED.parse(sent(x_what="thing.new", **headers)).id


@pytest.mark.parametrize("secrets", [("hush",), ("old", "hush")])
def test_a_body_signed_with_any_of_the_secrets_is_genuine(secrets: tuple[str, ...]):
    signature = sha256_in_base64(b"hush", BODY).decode()
    assert SIGNED.judge(sent(x_sign=signature), HookKeys(secrets), NOW) is GENUINE


@pytest.mark.parametrize(
    ("signature", "secrets"),
    [
        (sha256_in_base64(b"other", BODY).decode(), ("hush",)),
        (sha256_in_base64(b"hush", BODY + b" ").decode(), ("hush",)),
        (sha256_in_base64(b"", BODY).decode(), ("",)),
        (sha256_in_base64(b"hush", BODY).decode(), ()),
        ("", ("hush",)),
        ("\u00e9\ud800", ("hush",)),
    ],
    ids=["another secret", "another body", "an empty secret", "no secret", "no signature", "no ascii"],
)
def test_anything_else_is_forged(signature: str, secrets: tuple[str, ...]):
    assert SIGNED.judge(sent(x_sign=signature), HookKeys(secrets), NOW) is FORGED


def test_where_nothing_is_signed_what_came_by_the_address_is_genuine():
    assert UNSIGNED.judge(sent(), HookKeys(), NOW) is GENUINE


@pytest.mark.parametrize("topic", ["thing.new", " Thing.NEW "])
def test_a_delivery_is_read_by_its_topic_in_any_case(topic: str):
    delivery = SIGNED.parse(sent(x_what=topic, x_id="d-1"))
    assert (delivery.id, delivery.topic, delivery.known) == ("d-1", "thing.new", True)
    assert delivery.hints == (Hint(kind=HintKind.PRODUCT, id="7"),)


@pytest.mark.parametrize(
    ("headers", "name"),
    [({"x_id": "d-1", "x_event": "e-1"}, "d-1"), ({"x_event": "e-1"}, "e-1"), ({"x_id": " ", "x_event": "e-1"}, "e-1")],
)
def test_the_first_id_that_is_told_names_the_delivery(headers: dict[str, str], name: str):
    assert id_of(**headers) == name


def test_without_an_id_two_events_with_the_same_body_stay_two():
    noon = id_of(x_at="12:00")
    assert noon == id_of(x_at="12:00")
    assert len({noon, id_of(x_at="12:01"), id_of()}) == 3
    assert {len(one) for one in (noon, id_of())} == {64}


def test_a_delivery_without_a_topic_is_refused():
    with pytest.raises(ValueError, match=r"^no topic$"):
        SIGNED.parse(sent(x_id="d-1"))


def test_a_signature_is_written_as_the_platform_writes_it():
    in_hex = replace(SIGNED, digest=sha256_in_hex)
    signature = sha256_in_hex(b"hush", BODY).decode()
    assert in_hex.judge(sent(x_sign=signature), HookKeys(("hush",)), NOW) is GENUINE
    assert in_hex.judge(sent(x_sign=signature[:-1]), HookKeys(("hush",)), NOW) is FORGED
    assert in_hex.judge(sent(x_sign=sha256_in_base64(b"hush", BODY).decode()), HookKeys(("hush",)), NOW) is FORGED

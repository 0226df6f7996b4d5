"""A marketplace tells all of its applications: the challenge is answered, the signature is checked, and nothing else gets in."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest

from listbridge.domain.configuration import NoticeAddress
from listbridge.domain.orders.orders import fingerprint
from listbridge.domain.ports import NoticeKey
from listbridge.domain.work import HintKind, LearnNoticeKey
from listbridge.services.inbox.signing_keys import MOST_ASKED
from simulators.faults import Fault
from simulators.kit.deeds import DeedRefused
from tests.fakes.cuts import CutAt
from tests.unit.functions.installation import ADDRESS
from tests.unit.functions.noticed import Noticed, notice
from tests.unit.functions.seller import Seller

ADA = notice(username="ada", userId="U1")


@pytest.fixture
def noticed(seller: Seller) -> Noticed:
    return Noticed(seller)


@pytest.fixture
def known(noticed: Noticed) -> Noticed:
    """The door knows eBay's key."""
    assert (
        noticed.post(noticed.address, signed(noticed, notice("ITEM_AVAILABILITY")), notice("ITEM_AVAILABILITY")) == 204
    )
    assert noticed.asked_ebay() == 1
    return noticed


def signed(noticed: Noticed, body: bytes, **how: str) -> dict[str, str]:
    return {"X-EBAY-SIGNATURE": noticed.ebay.keys.header(body, **how)}


def changed(header: dict[str, str], **fields: Any) -> dict[str, str]:
    told = json.loads(base64.b64decode(header["X-EBAY-SIGNATURE"]))
    return {"X-EBAY-SIGNATURE": base64.b64encode(json.dumps({**told, **fields}).encode()).decode()}


def nothing_came_in(noticed: Noticed) -> bool:
    return (noticed.its.stores.inbox.rows, noticed.queued()) == ([], [])


def test_all_accounts_of_a_marketplace_have_one_address_and_its_token_is_made_once(noticed: Noticed) -> None:
    again = noticed.its.post(f"/accounts/{noticed.account}/events", expect=200)
    assert again == {"address": noticed.address, "token": noticed.token, "enter_by_hand": True, "needs_secret": False}
    assert noticed.address == f"{ADDRESS}/notices/ebay"
    assert 32 <= len(noticed.token) <= 80


def test_a_challenge_is_answered_with_the_hash_of_code_token_and_address(noticed: Noticed) -> None:
    answer = noticed.call("GET", query={"challenge_code": "c0de"})
    wanted = hashlib.sha256(f"c0de{noticed.token}{noticed.address}".encode()).hexdigest()
    assert (answer["statusCode"], json.loads(answer["body"])) == (200, {"challengeResponse": wanted})
    assert answer["headers"] == {"content-type": "application/json"}


def test_ebay_takes_the_address_with_its_token_and_with_no_other(noticed: Noticed) -> None:
    with pytest.raises(DeedRefused, match="answered the challenge with 200 and not with the hash"):
        noticed.its.ebay.deeds.subscribe_notices(noticed.address, "x" * 43)
    assert noticed.ebay.subscriptions == {}
    assert noticed.subscribe().url == noticed.address


@pytest.mark.parametrize("query", [None, {}, {"challenge_code": ""}, {"challenge_code": "x" * 501}])
def test_a_get_that_asks_nothing_is_refused(noticed: Noticed, query: dict[str, str] | None) -> None:
    assert noticed.call("GET", query=query)["statusCode"] == 400


@pytest.mark.parametrize("slug", ["", "nobody", "amazon", "../ebay", "EBAY"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_marketplace_that_signs_nothing_has_no_address(noticed: Noticed, method: str, slug: str) -> None:
    answer = noticed.call(method, ADA, headers=signed(noticed, ADA), query={"challenge_code": "c0de"}, slug=slug)
    assert answer["statusCode"] == 404
    assert nothing_came_in(noticed)


def test_an_address_that_nobody_has_asked_for_is_nobodys_and_is_one_as_soon_as_somebody_does(seller: Seller) -> None:
    noticed = Noticed(seller)
    stored = noticed.its.stores.configuration
    (door,) = stored.all(NoticeAddress)
    stored.delete(door)
    noticed.use_a_fresh_process()
    assert noticed.call("GET", query={"challenge_code": "c0de"})["statusCode"] == 404
    noticed.token = noticed.its.post(f"/accounts/{noticed.account}/events", expect=200)["token"]
    assert noticed.subscribe().url == noticed.address


def test_a_notice_that_ebay_signs_is_stored_and_queued_without_a_word_about_whom_it_names(noticed: Noticed) -> None:
    noticed.subscribe()
    noticed.its.ebay.deeds.close_account("ada", user_id="U1")
    assert noticed.told() == [204]
    (row,) = noticed.its.stores.inbox.rows
    assert (row.source, row.topic, row.of_marketplace, row.of_account, row.state) == (
        "ebay",
        "MARKETPLACE_ACCOUNT_DELETION",
        True,
        False,
        "queued",
    )
    (message,) = noticed.queued()
    assert [(hint.kind, hint.id) for hint in message.hints] == [
        (HintKind.USER, fingerprint("ebay", "ada")),
        (HintKind.USER, fingerprint("ebay", "U1")),
    ]
    assert "ada" not in f"{row}{message.model_dump_json()}"


def test_a_notice_whose_body_was_written_with_other_spaces_than_it_was_signed_with_is_genuine(known: Noticed) -> None:
    loose = json.dumps(json.loads(ADA), indent=2).encode()
    assert known.post(known.address, signed(known, ADA), loose) == 204
    assert len(known.its.stores.inbox.rows) == 1


@pytest.mark.parametrize("told", [None, "", "x", "e30=", base64.b64encode(b"[]").decode(), "bm90IGpzb24=", "A" * 2_001])
def test_a_notice_without_a_signature_that_can_be_read_is_refused_and_asks_ebay_for_nothing(
    noticed: Noticed, told: str | None
) -> None:
    headers = {} if told is None else {"X-EBAY-SIGNATURE": told}
    assert noticed.post(noticed.address, headers, ADA) == 412
    assert nothing_came_in(noticed)
    assert noticed.asked_ebay() == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"alg": "none"},
        {"digest": "SHA256"},
        {"alg": None},
        {"kid": ""},
        {"kid": "../x"},
        {"kid": "k" * 65},
        {"kid": 7},
        {"signature": "%%"},
        {"signature": None},
    ],
)
def test_a_signature_of_another_make_is_refused_before_a_key_is_looked_for(
    noticed: Noticed, fields: dict[str, Any]
) -> None:
    assert noticed.post(noticed.address, changed(signed(noticed, ADA), **fields), ADA) == 412
    assert nothing_came_in(noticed)
    assert noticed.asked_ebay() == 0


def test_a_notice_that_was_tampered_with_is_refused(known: Noticed) -> None:
    for body in (ADA.replace(b"ada", b"bob"), ADA + b" ", ADA[:-1], b"", b"{}", ADA.replace(b"DELETION", b"CREATION")):
        expected = 204 if body == ADA + b" " else 412  # a space more changes nothing of what is said
        assert known.post(known.address, signed(known, ADA), body) == expected
    assert [row.delivery for row in known.its.stores.inbox.rows] == ["n1"]


def test_a_signature_by_another_key_is_refused_whichever_key_it_claims(known: Noticed) -> None:
    genuine = known.ebay.keys.current
    forger = type(known.ebay.keys)(known.its.ebay.world.random)
    forger.rotate()
    forged = {"X-EBAY-SIGNATURE": forger.header(ADA, named=genuine)}
    assert known.post(known.address, forged, ADA) == 412
    assert known.post(known.address, {"X-EBAY-SIGNATURE": forger.header(ADA)}, ADA) == 412  # eBay knows no such key
    assert nothing_came_in(known)


@pytest.mark.parametrize("signature", [b"", b"0", b"\x30\x06\x02\x01\x00\x02\x01\x00", b"x" * 72])
def test_a_signature_that_is_none_is_refused(known: Noticed, signature: bytes) -> None:
    headers = changed(signed(known, ADA), signature=base64.b64encode(signature).decode())
    assert known.post(known.address, headers, ADA) == 412
    assert nothing_came_in(known)


def test_a_notice_of_a_topic_that_tells_us_nothing_is_taken_and_does_nothing(known: Noticed) -> None:
    for topic in ("ITEM_AVAILABILITY", "ITEM_PRICE_REVISION", "SOMETHING_NEW"):
        body = notice(topic, username="ada", userId="U1")
        assert known.post(known.address, signed(known, body), body) == 204
    assert nothing_came_in(known)


def test_a_genuine_notice_that_cannot_be_understood_is_refused(known: Noticed) -> None:
    nobody = [
        notice(),
        notice(username=""),
        notice(username=7),
        notice(username=None, userId="  "),
        notice(id="", username="a"),
    ]
    for body in (*nobody, b"[]", b"7", b"not json"):
        assert known.post(known.address, signed(known, body), body) == 400
    assert nothing_came_in(known)


def test_a_body_that_no_notice_has_is_refused_unread(noticed: Noticed) -> None:
    body = notice(username="a" * 65_536)
    assert noticed.post(noticed.address, signed(noticed, body), body) == 413
    assert (nothing_came_in(noticed), noticed.asked_ebay()) == (True, 0)


def test_a_repeat_of_what_waits_in_the_queue_is_dropped(known: Noticed) -> None:
    assert [known.post(known.address, signed(known, ADA), ADA) for _ in range(3)] == [204, 204, 204]
    assert len(known.queued()) == 1


def test_what_was_stored_and_never_queued_is_answered_5xx_so_that_ebay_repeats_it(
    known: Noticed, monkeypatch: pytest.MonkeyPatch
) -> None:
    known.subscribe()
    known.its.ebay.deeds.close_account("ada")

    def dies(*_: Any, **__: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as cut:
        cut.setattr(known.its.stores.queues, "send", dies)
        assert known.told() == [502]
    assert known.queued() == []
    known.its.stores.clock.advance(12 * 3_600)
    assert known.told() == [204]
    assert len(known.queued()) == 1


def test_a_database_that_is_down_is_answered_5xx_and_ebay_repeats_until_it_is_up(
    known: Noticed, monkeypatch: pytest.MonkeyPatch
) -> None:
    known.subscribe()
    known.its.ebay.deeds.close_account("ada")

    def down(*_: Any, **__: Any) -> bool:
        raise TimeoutError("the table does not answer")

    with monkeypatch.context() as cut:
        cut.setattr(known.its.stores.inbox, "store", down)
        assert known.told() == [502]
        known.its.stores.clock.advance(3_600)
        assert known.told() == [502]
    known.its.stores.clock.advance(4 * 3_600)
    assert known.told() == [204]
    (subscription,) = known.ebay.subscriptions.values()
    assert (subscription.failing_since, subscription.marked_down) == (None, False)


# ---- keys ----


def test_the_key_of_the_first_notice_is_learned_while_the_door_waits(noticed: Noticed) -> None:
    noticed.subscribe()
    noticed.its.ebay.deeds.close_account("ada")
    assert noticed.told() == [204]
    assert noticed.asked_ebay() == 1
    assert noticed.its.stores.clock.slept.count(0.25) == 1


def test_a_key_that_is_not_told_in_time_is_answered_503_and_known_when_ebay_repeats(noticed: Noticed) -> None:
    noticed.its.stores.clock.on_sleep = None  # the lane is busy
    noticed.subscribe()
    noticed.its.ebay.deeds.close_account("ada")
    assert noticed.told() == [503]
    assert sum(noticed.its.stores.clock.slept[-8:]) == 2.0
    noticed.its.step()
    noticed.its.stores.clock.advance(12 * 3_600)
    assert noticed.told() == [204]
    assert noticed.asked_ebay() == 1


def test_a_key_is_asked_for_once_an_hour_however_many_notices_it_signs(noticed: Noticed) -> None:
    noticed.subscribe()
    for number in range(30):
        noticed.its.ebay.deeds.close_account(f"user{number}")
    assert noticed.told() == [204] * 30
    noticed.use_a_fresh_process()
    noticed.its.ebay.deeds.close_account("another")
    assert noticed.told() == [204]
    noticed.its.run()
    assert noticed.asked_ebay() == 1
    noticed.its.stores.clock.advance(3_600)
    for number in range(3):
        noticed.its.ebay.deeds.close_account(f"late{number}")
    assert noticed.told() == [204] * 3
    noticed.its.run()
    assert noticed.asked_ebay() == 2


def test_an_old_key_is_good_while_ebay_cannot_be_asked_for_a_day_and_no_longer(known: Noticed) -> None:
    known.its.ebay.world.faults.add(Fault("getPublicKey", "status", status=500, times=1000))
    for hours, expected in ((1, 204), (22, 204), (1, 503)):
        known.its.stores.clock.advance(hours * 3_600)
        assert known.post(known.address, signed(known, ADA), ADA) == expected
        known.its.run()


def test_a_new_key_of_ebays_is_learned_beside_the_old_one(known: Noticed) -> None:
    old = known.ebay.keys.current
    known.its.ebay.deeds.rotate_signing_key()
    assert known.post(known.address, signed(known, ADA), ADA) == 204
    other = notice(id="n2", username="bob")
    assert known.post(known.address, signed(known, other, id=old), other) == 204
    assert known.asked_ebay() == 2


def test_an_id_that_ebay_knows_no_key_of_is_refused_and_not_asked_for_again_within_the_hour(noticed: Noticed) -> None:
    headers = signed(noticed, ADA, named="00000000-0000-4000-8000-000000000000")
    for _ in range(3):
        assert noticed.post(noticed.address, headers, ADA) == 412
    assert noticed.asked_ebay() == 1
    noticed.its.stores.clock.advance(3_600)
    assert noticed.post(noticed.address, headers, ADA) == 412
    assert noticed.asked_ebay() == 2
    assert nothing_came_in(noticed)


def test_somebody_who_invents_ids_of_keys_makes_us_ask_ebay_no_more_than_sixty_times_an_hour(noticed: Noticed) -> None:
    noticed.subscribe()
    answers = [
        noticed.post(noticed.address, signed(noticed, ADA, named=f"invented-{number}"), ADA) for number in range(90)
    ]
    assert answers == [412] * MOST_ASKED + [503] * 30
    assert noticed.asked_ebay() == MOST_ASKED == 60
    assert nothing_came_in(noticed)


def test_a_known_key_is_good_while_somebody_invents_others_and_it_is_renewed_meanwhile(known: Noticed) -> None:
    known.its.stores.clock.advance(3_600)
    for number in range(90):
        known.post(known.address, signed(known, ADA, named=f"invented-{number}"), ADA)
    before = known.asked_ebay()
    assert known.post(known.address, signed(known, ADA), ADA) == 204
    known.its.run()
    assert known.asked_ebay() == before + 1


def test_a_key_is_asked_for_by_an_account_that_works(noticed: Noticed) -> None:
    asked = LearnNoticeKey(marketplace="ebay", key=noticed.ebay.keys.current)
    noticed.its.ebay.world.faults.add(Fault("getPublicKey", "status", status=500, times=1))
    stores = noticed.its.stores
    noticed.its._work(asked)
    assert stores.notice_keys.find("ebay", asked.key) is None
    noticed.its._work(asked)
    known = stores.notice_keys.find("ebay", asked.key)
    assert known is not None
    assert known.pem.splitlines()[0] == "-----BEGIN PUBLIC KEY-----"
    assert len(known.pem.splitlines()) == 3


def test_a_text_in_the_table_that_is_no_key_proves_nothing(known: Noticed) -> None:
    stores = known.its.stores
    for pem in ("nonsense", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"):
        stores.notice_keys.put(
            NoticeKey("ebay", known.ebay.keys.current, pem, stores.clock.now() + timedelta(seconds=1))
        )
        known.use_a_fresh_process()
        assert known.post(known.address, signed(known, ADA), ADA) == 412
    assert nothing_came_in(known)


def test_when_the_hours_questions_are_spent_an_invented_id_writes_nothing(noticed: Noticed) -> None:
    for number in range(MOST_ASKED):
        noticed.post(noticed.address, signed(noticed, ADA, named=f"invented-{number}"), ADA)
    written = noticed.its.stores.cut.hook = CutAt(10_000)
    assert noticed.post(noticed.address, signed(noticed, ADA, named="one-more"), ADA) == 503
    assert written.seen == []

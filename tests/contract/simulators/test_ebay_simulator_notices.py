"""The simulated eBay tells its application unasked: it asks the address first, signs, repeats, and gives up after a day."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from simulators.ebay import EbaySimulator
from simulators.kit.deeds import DeedRefused
from tests.contract.simulators.ebay_seller import virtual_simulator

_ECDSA = ec.ECDSA(SHA1())  # noqa: S303  # as eBay does
URL, TOKEN = "https://me.example/notices/ebay", "t" * 43


class Receiver:
    """An application at `URL`."""

    def __init__(self) -> None:
        self.simulator: EbaySimulator
        self.simulator, self.clock = virtual_simulator()
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.status, self.token = 204, TOKEN
        self.simulator.world.notices.ask = self.answer
        self.simulator.world.notices.queue.deliver_with(self.take)

    def answer(self, url: str, query: dict[str, str]) -> tuple[int, bytes]:
        told = hashlib.sha256(f"{query['challenge_code']}{self.token}{url}".encode()).hexdigest()
        return 200, json.dumps({"challengeResponse": told}).encode()

    def take(self, url: str, headers: dict[str, str], body: bytes) -> int:
        self.came.append((headers, body))
        return self.status

    def topics(self) -> list[str]:
        self.simulator.world.notices.queue.pump()
        return [json.loads(body)["metadata"]["topic"] for _, body in self.came]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


def test_an_address_that_answers_with_another_hash_is_not_taken(receiver: Receiver) -> None:
    receiver.token = "u" * 43
    with pytest.raises(DeedRefused, match="answered the challenge with 200 and not with the hash"):
        receiver.simulator.deeds.subscribe_notices(URL, TOKEN)
    receiver.simulator.deeds.close_account("ada")
    assert receiver.topics() == []


@pytest.mark.parametrize("token", ["t" * 31, "t" * 81, "t" * 40 + "!", ""])
def test_a_token_that_ebay_does_not_take_is_refused(receiver: Receiver, token: str) -> None:
    with pytest.raises(DeedRefused, match="32 to 80"):
        receiver.simulator.deeds.subscribe_notices(URL, token)


def test_only_the_topics_that_were_asked_for_are_told(receiver: Receiver) -> None:
    with pytest.raises(DeedRefused, match="no such topics"):
        receiver.simulator.deeds.subscribe_notices(URL, TOKEN, topics=["NONSENSE"])
    receiver.simulator.deeds.subscribe_notices(URL, TOKEN, topics=["AUTHORIZATION_REVOCATION"])
    receiver.simulator.deeds.add_seller("anna")
    receiver.simulator.deeds.close_account("ada")
    receiver.simulator.deeds.withdraw_consent("anna")
    assert receiver.topics() == ["AUTHORIZATION_REVOCATION"]


def test_a_notice_is_signed_by_the_key_that_its_header_names(receiver: Receiver) -> None:
    receiver.simulator.deeds.subscribe_notices(URL, TOKEN)
    receiver.simulator.deeds.close_account("ada")
    receiver.simulator.deeds.rotate_signing_key()
    receiver.simulator.deeds.close_account("bob")
    receiver.simulator.world.notices.queue.pump()
    ids = []
    for headers, body in receiver.came:
        told = json.loads(base64.b64decode(headers["X-EBAY-SIGNATURE"]))
        assert (told["alg"], told["digest"]) == ("ecdsa", "SHA1")
        key = receiver.simulator.world.notices.keys.public(told["kid"])
        assert key is not None
        lines = key.replace("-----BEGIN PUBLIC KEY-----", "-----BEGIN PUBLIC KEY-----\n").replace(
            "-----END", "\n-----END"
        )
        public = load_pem_public_key(lines.encode())
        assert isinstance(public, ec.EllipticCurvePublicKey)
        public.verify(base64.b64decode(told["signature"]), body, _ECDSA)
        with pytest.raises(InvalidSignature):
            public.verify(base64.b64decode(told["signature"]), body + b" ", _ECDSA)
        ids.append(told["kid"])
    assert len(set(ids)) == 2


def test_what_is_not_acknowledged_comes_again_and_after_a_day_the_address_is_told_nothing(receiver: Receiver) -> None:
    receiver.simulator.deeds.subscribe_notices(URL, TOKEN)
    receiver.status = 503
    receiver.simulator.deeds.close_account("ada")
    for _ in range(60):
        receiver.topics()
        receiver.clock.sleep(1_800)
    tries = len(receiver.came)
    assert tries == 7
    assert len({body for _, body in receiver.came}) == 1
    (subscription,) = receiver.simulator.world.notices.subscriptions.values()
    assert subscription.marked_down
    receiver.status = 204
    receiver.simulator.deeds.close_account("bob")
    assert len(receiver.topics()) == tries

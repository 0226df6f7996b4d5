"""Signatures by elliptic curves: who holds the key has signed these very bytes."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from listbridge.infra.webhooks.ecdsa import Sha1Ecdsa

KEY = ec.generate_private_key(ec.SECP256R1())
_SHA1 = SHA1()  # noqa: S303  # the digest that is asked for
SAID = b'{"metadata":{}}'


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def signed(digest: HashAlgorithm, key: ec.EllipticCurvePrivateKey = KEY) -> bytes:
    return key.sign(SAID, ec.ECDSA(digest))


def fits(signature: bytes, said: bytes = SAID, key: str = "") -> bool:
    return Sha1Ecdsa().fits(key or pem(KEY), signature, said)


def test_what_the_key_has_signed_fits_and_nothing_else() -> None:
    assert fits(signed(_SHA1))
    assert not fits(signed(_SHA1), SAID + b" ")
    assert not fits(signed(_SHA1), b"")
    assert not fits(signed(_SHA1), key=pem(ec.generate_private_key(ec.SECP256R1())))


def test_a_signature_over_another_digest_does_not_fit() -> None:
    assert not fits(signed(SHA256()))


@pytest.mark.parametrize(
    "signature", [b"", b"0", b"\x30\x06\x02\x01\x00\x02\x01\x00", b"x" * 72, b"\x30" + b"\xff" * 80]
)
def test_what_is_no_signature_does_not_fit(signature: bytes) -> None:
    assert not fits(signature)


def test_a_signature_cut_short_or_with_more_behind_it_does_not_fit() -> None:
    signature = signed(_SHA1)
    assert not fits(signature[:-1])
    assert not fits(signature + b"\x00")


def test_a_key_of_another_kind_or_none_fits_nothing() -> None:
    others = (rsa.generate_private_key(65537, 1024), ed25519.Ed25519PrivateKey.generate())  # noqa: S505  # quick to make
    for key in (
        *map(pem, others),
        "",
        "nonsense",
        pem(KEY)[:-40],
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
    ):
        assert not fits(signed(_SHA1), key=key or " ")

"""A signature is compared with what each secret makes of the raw bytes."""

from __future__ import annotations

import base64

from listbridge.infra.webhooks.signatures import sha256_in_base64, sha256_in_hex, stored_secrets


def test_a_signature_is_the_base64_of_the_hmac_of_the_raw_bytes() -> None:
    by_openssl = b"VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY="
    assert sha256_in_base64(b"hush", b'{"id":1}') == by_openssl


def test_of_the_stored_credentials_those_sign_that_are_named_and_are_not_blank() -> None:
    assert stored_secrets({"a": "x", "b": "", "c": "y"}, "c", "b", "a", "d") == ("y", "x")


def test_a_signature_may_be_the_hexadecimal_digits_of_the_same() -> None:
    by_openssl = base64.b64decode("VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY=").hex().encode()
    assert sha256_in_hex(b"hush", b'{"id":1}') == by_openssl

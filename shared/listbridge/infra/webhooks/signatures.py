"""Whether a delivery is genuine: its signature, and the secrets that may have made it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping


def signed_by(secrets: Iterable[str], given: bytes, digest: Callable[[bytes], bytes]) -> bool:
    """Whether the signature is that of one of the secrets, which `digest` makes of each. All are compared, so that the time
    tells nothing; an empty secret is one that everybody knows, and proves nothing."""
    genuine = False
    for secret in secrets:
        if secret.strip():
            genuine |= hmac.compare_digest(digest(secret.encode()), given)
    return genuine


def sha256_in_hex(secret: bytes, told: bytes) -> bytes:
    """The HMAC-SHA256 in lower-case hexadecimal digits, as a header holds it."""
    return hmac.new(secret, told, hashlib.sha256).hexdigest().encode()


def sha256_in_base64(secret: bytes, told: bytes) -> bytes:
    """Base64 of the HMAC-SHA256, as a header holds it."""
    return base64.b64encode(hmac.new(secret, told, hashlib.sha256).digest())


def stored_secrets(secret: Mapping[str, str], *names: str) -> tuple[str, ...]:
    """What stands under these names in the stored credentials, blanks left out. None where none is stored, and then nothing
    is genuine."""
    held = (secret.get(name, "") for name in names)
    return tuple(one for one in held if one)

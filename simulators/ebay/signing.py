"""The keys that eBay signs its notices with, and the signature as it stands in the header.

Sources: commerce_notification 1.6.7, getPublicKey (the header names the key; algorithm ECDSA, digest SHA1); the header's fields and
the form of the key from eBay's own event-notification-nodejs-sdk (test/test.json, lib/validator.js, read 2026-11-28).
"""

from __future__ import annotations

import base64
import json
import uuid
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey


@dataclass(slots=True)
class SigningKeys:
    """Made when one is first needed, for most runs need none. `rotate` makes another, and the old ones stay known."""

    random: Random
    made: dict[str, EllipticCurvePrivateKey] = field(default_factory=dict)

    @property
    def current(self) -> str:
        """The id of the key that signs now."""
        return next(reversed(self.made)) if self.made else self.rotate()

    def rotate(self) -> str:
        """Sign with a new key from now on; its id."""
        from cryptography.hazmat.primitives.asymmetric import ec

        id = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        self.made[id] = ec.generate_private_key(ec.SECP256R1())
        return id

    def public(self, id: str) -> str | None:
        """The key as getPublicKey tells it, without line ends; None for an unknown id."""
        from cryptography.hazmat.primitives import serialization

        key = self.made.get(id)
        if key is None:
            return None
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return "".join(key.public_key().public_bytes(serialization.Encoding.PEM, form).decode().splitlines())

    def header(self, body: bytes, *, id: str = "", named: str = "") -> str:
        """`X-EBAY-SIGNATURE` of these bytes, by the current key or that of `id`; `named` claims another."""
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.hashes import SHA1

        key = id or self.current
        signature = self.made[key].sign(body, ec.ECDSA(SHA1()))  # noqa: S303  # as eBay does
        told = {
            "alg": "ecdsa",
            "kid": named or key,
            "signature": base64.b64encode(signature).decode(),
            "digest": "SHA1",
        }
        return base64.b64encode(json.dumps(told, separators=(",", ":")).encode()).decode()

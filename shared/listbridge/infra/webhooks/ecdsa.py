"""Signatures by elliptic curves. The one module that imports `cryptography`, which only the second layer holds (ADR 80): what
imports this runs in the function that has it."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_public_key


class Sha1Ecdsa:
    """domain.ports.Signatures: ECDSA over the SHA-1 of what is signed.

    A second text of the same SHA-1 as one that was signed would pass. To find one, both must be of one's own making, and the
    first is the marketplace's.
    """

    def fits(self, pem: str, signature: bytes, signed: bytes) -> bool:
        try:
            key = load_pem_public_key(pem.encode())
        except (ValueError, UnsupportedAlgorithm):
            return False
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        try:
            key.verify(signature, signed, ec.ECDSA(SHA1()))  # noqa: S303  # the sender's choice, not ours
        except InvalidSignature:
            return False
        return True

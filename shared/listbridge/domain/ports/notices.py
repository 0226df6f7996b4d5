"""What a marketplace tells all of its applications, signed with a key that only it has: who sends it, and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from listbridge.domain.ports.webhooks import Delivery
from listbridge.domain.raw_request import RawRequest


@dataclass(frozen=True, slots=True)
class Signed:
    """How a notice is signed: by which key, and over which bytes. `spellings` are the same content as it came and as the
    sender may have written it when it signed; the first that fits proves the notice."""

    key: str
    signature: bytes
    spellings: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class NoticeKey:
    """A marketplace's public key by its id there. `pem` is empty where the marketplace has said that it knows no such key."""

    marketplace: str
    id: str
    pem: str
    learned_at: datetime


class NoticeScheme(Protocol):
    """How one marketplace signs and shapes its notices: pure functions."""

    def challenged(self, request: RawRequest, token: str, address: str) -> Mapping[str, str] | None:
        """What proves that `address` is ours to the marketplace, which asks with a GET; None for a request that asks nothing."""

    def signed(self, request: RawRequest) -> Signed:
        """Raises ValueError where nothing is signed in the marketplace's way."""

    def parse(self, body: bytes) -> Delivery:
        """Raises ValueError when a genuine notice cannot be understood. A hint of kind `user` holds a fingerprint
        (`domain.orders.orders.fingerprint`), never a name."""


class NoticeKeys(Protocol):
    """Public keys as marketplaces told them, for a day; that there is no such key, for an hour."""

    def find(self, marketplace: str, id: str) -> NoticeKey | None:
        """Strongly consistent."""

    def put(self, key: NoticeKey) -> None:
        """Keep it, or replace it."""


class ForgottenUsers(Protocol):
    """Users whom a marketplace told us to forget, by their fingerprint and never by a name, for ninety days."""

    def add(self, user: str, until: datetime) -> None:
        """What they ordered until then is to be forgotten; of several times the latest counts."""

    def until(self, user: str) -> datetime | None:
        """None for somebody whom nobody told us to forget. Strongly consistent."""


class Signatures(Protocol):
    """The arithmetic of public keys: in infra, for it needs a library of its own."""

    def fits(self, pem: str, signature: bytes, signed: bytes) -> bool:
        """Whether the holder of this key made this signature over these bytes. False for a key that is none."""

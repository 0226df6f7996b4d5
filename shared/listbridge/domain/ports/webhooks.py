"""What shops and marketplaces send us unasked: is it genuine, and what does it point at?"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from listbridge.domain.raw_request import RawRequest
from listbridge.domain.work import Hint


@dataclass(frozen=True, slots=True)
class HookKeys:
    """By what a delivery is known: `secrets` of ours with which it may be signed, the secret that the platform `told`, and the
    `token` in which its address ends, where the core made one."""

    secrets: tuple[str, ...] = field(default=(), repr=False)
    token: str = field(default="", repr=False)
    told: str = field(default="", repr=False)

    def fits(self, token: str) -> bool:
        """Whether a delivery came by the address that we told. Where we told none with a token, none has one."""
        return hmac.compare_digest(token.encode("utf-8", "replace"), self.token.encode())

    def for_one_secret(self, secret: str) -> HookKeys:
        """The same with nothing but this secret."""
        return replace(self, secrets=(secret,))


class Judged(StrEnum):
    """What a request is."""

    GENUINE = "genuine"
    PING = "ping"  # nothing to take in: a trial of the address, or a question whether it is ours
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`reply` is what a ping wants to read; None where it only wants 200."""

    judged: Judged
    reply: Mapping[str, str] | None = None


GENUINE, PING, FORGED = Judgement(Judged.GENUINE), Judgement(Judged.PING), Judgement(Judged.FORGED)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A genuine delivery, parsed. `hints` may be empty (a topic we do not need), and are at most `MOST_HINTS`."""

    id: str
    topic: str
    known: bool
    hints: tuple[Hint, ...]


class WebhookScheme(Protocol):
    """How one platform signs and shapes its deliveries: pure functions of the request and the keys."""

    def judge(self, request: RawRequest, keys: HookKeys, now: datetime) -> Judgement:
        """GENUINE only for what the platform sent. An empty secret, or none, proves nothing.

        Whether the request came by the secret address was looked at before: a platform that signs nothing judges what came
        so far as genuine. A ping may be unsigned, for it does nothing.
        """

    def parse(self, request: RawRequest) -> Delivery:
        """Raises ValueError when a genuine request cannot be understood."""


class SignedScheme(WebhookScheme, Protocol):
    """A scheme whose secret the platform makes, and a person brings."""

    def is_secret(self, text: str) -> bool:
        """Whether this can be a secret of the platform's."""


class QueueScheme(Protocol):
    """How a marketplace shapes what it sends to our queue. Only it may send there, so nothing is signed."""

    def addressee(self, body: bytes) -> str:
        """Which seller it is about, by the name that identifies them (`AccountIdentity.remote_name`); "" for a message
        that is not this marketplace's."""

    def parse(self, request: RawRequest) -> Delivery:
        """Raises ValueError when a message cannot be understood."""

"""How a platform hands over the credentials of a shop or an account: in its owner's browser, or from machine to
machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from listbridge.domain.configuration import Account, Shop
from listbridge.domain.raw_request import RawRequest


@dataclass(frozen=True, slots=True)
class Way:
    """The addresses of one hand-over. `state` is worth one request to `redirect`, in its query, and nothing after that.

    `landing` is a page for a browser that brings nothing any more, because a machine has handed over already.
    """

    state: str = field(repr=False)
    redirect: str
    landing: str


@dataclass(frozen=True, slots=True)
class Begun:
    """`url`: where the owner goes, or what they enter at the platform. `keep` is stored for the next step, and never
    in an address: a verifier of which the platform was told only the hash, for example."""

    url: str = field(repr=False)
    keep: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request that came with a good state. `step` is "" for the first, else what the step before called this one.

    `way` leads to the step after it: its state is good only if the adapter says that there is one.
    """

    step: str
    request: RawRequest
    keep: Mapping[str, str] = field(repr=False)
    way: Way


@dataclass(frozen=True, slots=True)
class Handed:
    """What an arrival brought. With a `next_step` nothing is connected yet, and `keep` is stored for that step.

    `credentials` are fields of the secret and `settings` public ones; both come beside what is stored already. `answer` is
    what a machine is told, as JSON; None where a person's browser came. `declined`: the owner refused, or somebody else
    consented.
    """

    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    settings: Mapping[str, Any] = field(default_factory=dict)
    answer: Mapping[str, Any] | None = field(default=None, repr=False)
    declined: bool = False
    next_step: str = ""
    keep: Mapping[str, str] = field(default_factory=dict, repr=False)


class HandOvers(Protocol):
    """Hands over what opens shops and accounts, whichever platform they are of."""

    def begin(self, connection: Shop | Account, way: Way) -> Begun:
        """Raises Missing where the platform has no hand-over, and RemoteError."""

    def receive(self, connection: Shop | Account, arrival: Arrival) -> Handed:
        """Raises RemoteError; a code or key that came with the request may be used up then."""

"""What a platform hands out to apps: access tokens, refresh tokens, and the codes of a consent.

A `TokenStore` holds one kind of them. The platform makes up each text (seeded, so that a run can be repeated) and says what
it stands for; grant names, refusals and consent pages are the platform's own. A refresh token that stays the same is looked
at with `alive`; one that rotates is taken with `use_up`, and another is issued in its place.
Not thread-safe: callers hold the simulator's lock.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

G = TypeVar("G", bound="Grant")


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token stands for: whose it is, when it ends, and what it allows.

    `owner` is the platform's name for the seller or the shop, "" for the app itself. `expires_at` is aware UTC, None for a
    token that lives until somebody ends it. `scopes` is empty where the platform asks the app and not the token.
    """

    owner: str
    expires_at: datetime | None = None
    scopes: frozenset[str] = frozenset()

    def narrowed(self, asked: frozenset[str]) -> frozenset[str] | None:
        """The scopes of a token renewed with this one (RFC 6749, section 6): those asked for, or all where none are.

        None where more is asked for than was granted.
        """
        return (asked or self.scopes) if asked <= self.scopes else None


@dataclass(frozen=True, slots=True)
class Code(Grant):
    """What a consent is answered with. `challenge` is the app's S256 challenge (RFC 7636), "" where it gave none."""

    redirect_uri: str = ""
    challenge: str = ""

    def opens(self, redirect_uri: str, verifier: str = "") -> bool:
        """Whether the app that asked for consent is the one that brings the code: same address, and the verifier."""
        if redirect_uri != self.redirect_uri:
            return False
        return not self.challenge or s256(verifier) == self.challenge


def s256(verifier: str) -> str:
    """The challenge of a verifier (RFC 7636, section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class TokenStore(Generic[G]):
    """Tokens of one kind, by their text."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._grants: dict[str, G] = {}

    def issue(self, text: str, grant: G) -> None:
        """From now on the token stands for this, whatever it stood for before. Those that have ended are forgotten."""
        self._grants = {known: it for known, it in self._grants.items() if self._lives(it)}
        self._grants[text] = grant

    def alive(self, text: str) -> G | None:
        """What a token stands for; None for one that has ended or never was."""
        grant = self._grants.get(text)
        return grant if grant is not None and self._lives(grant) else None

    def use_up(self, text: str, *, lives_on: timedelta = timedelta(0)) -> G | None:
        """As `alive`, and the token ends with it: a code, or a refresh token that rotates.

        It `lives_on` for so long after its first use where the platform lets it, so that a renewal may be asked for again when
        its answer was lost.
        """
        grant = self.alive(text)
        if grant is None or not lives_on:
            self.end(text)
        else:
            ends = self._now() + lives_on
            self._grants[text] = replace(grant, expires_at=min(grant.expires_at or ends, ends))
        return grant

    def end(self, text: str) -> None:
        """End one token. Nothing happens for one that has ended already."""
        self._grants.pop(text, None)

    def end_all(self, owner: str | None = None) -> int:
        """End the tokens of one owner, or all; returns how many lived until now."""
        theirs = [text for text, grant in self._grants.items() if owner is None or grant.owner == owner]
        return sum(self.use_up(text) is not None for text in theirs)

    def _lives(self, grant: G) -> bool:
        return grant.expires_at is None or self._now() < grant.expires_at

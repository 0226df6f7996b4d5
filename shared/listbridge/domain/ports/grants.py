"""Access that is granted for a while, and renewed with a token that may change at each renewal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

REFRESH_TOKEN, GRANTED_TOKEN, GRANTED_UNTIL = "refresh_token", "granted_token", "granted_until"  # names
GRANTED = (GRANTED_TOKEN, GRANTED_UNTIL)
"""Fields of a secret that only hold for the refresh token beside them."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What a renewal gave: an access token until `expires_at` (aware UTC; None: until it is refused), and the refresh token for
    the next one, empty where the one that was used stays good."""

    access_token: str = field(repr=False)
    expires_at: datetime | None = None
    refresh_token: str = field(default="", repr=False)


def grant_lease(name: str) -> str:
    """The lease for writing this secret, so that a renewed token and new credentials do not overwrite each other."""
    return f"grant#{name}"


Renew = Callable[[str], Granted]
"""Asks the platform for access with a refresh token. Raises Unauthorized when it is not good any more, RetryLater."""


class Grants(Protocol):
    """The access of one shop or account, shared by all processes: one of them renews it, the others take what it saved.

    For platforms whose refresh token changes at each use. A process that used an old one would end the access for all.
    """

    def token(self, renew: Renew) -> str:
        """An access token to call with, renewed when there is none or it is about to end.

        Raises Unauthorized only after the stored refresh token was read once more, and RetryLater while another process
        renews for longer than a blink.
        """

    def refused(self, token: str) -> None:
        """The platform did not accept this token, before its time. The next one is another."""

"""Granted access of a connection that has none."""

from __future__ import annotations

from listbridge.domain.ports.grants import Renew


class NoGrants:
    """`Grants` of an adapter whose refresh token never changes, and which therefore never asks."""

    def token(self, renew: Renew) -> str:
        raise AssertionError("nothing is granted here")

    def refused(self, token: str) -> None:
        raise AssertionError("nothing is granted here")

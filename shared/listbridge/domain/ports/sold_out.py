"""The switch of an account that decides what becomes of its listings when they sell out."""

from __future__ import annotations

from typing import Protocol


class SoldOutSwitch(Protocol):
    """Asked only of marketplaces with the capability `sold_out_switch`. All errors are `RemoteError`s."""

    def keeps_sold_out(self) -> bool:
        """Whether the account's listings stay at 0. Where they do not, a zero is refused, and the listing is ended."""

    def keep_sold_out(self) -> int:
        """Ask the marketplace to keep them from now on; idempotent. Returns how many hours that may take at most."""

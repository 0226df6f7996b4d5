"""Which listings somebody looks at, or acts on."""

from __future__ import annotations

from dataclasses import dataclass

from listbridge.domain.configuration import Account
from listbridge.domain.ids import AccountId, SalesListId
from listbridge.domain.listings.holds import hold_of
from listbridge.domain.listings.listing import Listing, Status


@dataclass(frozen=True, slots=True)
class ListingFilter:
    """Which listings are meant; what is None or empty is not asked."""

    account: AccountId | None = None
    sales_list: SalesListId | None = None
    status: Status | None = None
    sku: str = ""
    title: str = ""
    """A part of it, in any case of letters."""
    hold: str = ""
    """The code of the reason why it is not updated."""
    detached: bool | None = None
    """Whether its item left the collections of its list."""

    def fits(self, row: Listing, account: Account | None) -> bool:
        """Whether the listing passes every filter. `account` is its own; without it no reason is known."""
        if self.hold:
            hold = hold_of(row, account) if account is not None else None
            if hold is None or hold.code != self.hold:
                return False
        return (
            (self.status is None or row.status is self.status)
            and (self.account is None or row.key.account == self.account)
            and (self.sales_list is None or row.sales_list == self.sales_list)
            and (self.detached is None or self.detached is (row.detached is not None))
            and self.sku in ("", row.key.sku)
            and self.title.casefold() in row.title.casefold()
        )

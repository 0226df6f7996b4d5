"""Which of a listing's two fields follow the shop automatically: its own switches, its list's, its account's.

The nearest level that has a switch for a field decides, as with rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from listbridge.domain.configuration import Account, SalesList
from listbridge.domain.listings.listing import LedgerField, Level

Switches = Mapping[LedgerField, bool]
"""What one level says; a field that is absent is left to the next level out."""


@dataclass(frozen=True, slots=True)
class Automatic:
    """The fields that follow the shop, and which level says so, or not, where that is not the account."""

    fields: frozenset[LedgerField]
    levels: Mapping[LedgerField, Level] = field(default_factory=dict)


def switches_of(document: Account | SalesList) -> Switches:
    """The switches that a document has."""
    told = {LedgerField.QUANTITY: document.auto_quantity, LedgerField.PRICE: document.auto_price}
    return {name: on for name, on in told.items() if on is not None}


def automatic(account: Switches, sales_list: Switches, own: Switches) -> Automatic:
    """What is in force for a listing with these switches of its own."""
    if not sales_list and not own:
        return Automatic(frozenset(name for name, on in account.items() if on))
    levels = {**dict.fromkeys(sales_list, Level.SALES_LIST), **dict.fromkeys(own, Level.ITEM)}
    return Automatic(frozenset(name for name, on in {**account, **sales_list, **own}.items() if on), levels)


def apart(switches: Switches) -> LedgerField | None:
    """Where a marketplace's updates carry quantity and price together: the switch that does not go with the other, the only
    one that is set or else the one that is off. None where both are on, both off, or both left to the next level out."""
    quantity, price = switches.get(LedgerField.QUANTITY), switches.get(LedgerField.PRICE)
    if quantity == price:
        return None
    price_is_odd = quantity is None or (price is not None and not price)
    return LedgerField.PRICE if price_is_odd else LedgerField.QUANTITY

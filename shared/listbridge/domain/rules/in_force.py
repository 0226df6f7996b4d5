"""Which rules are in force for a sales list, and the documents that they stand on. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from listbridge.domain.configuration import Account, Document, PriceRule, Profile, QuantityRule, Rules, SalesList, Shop
from listbridge.domain.rules.bounds import Bounds
from listbridge.domain.rules.switches import Automatic, Switches, automatic, switches_of

DEFAULT_QUANTITY = QuantityRule()
DEFAULT_PRICE = PriceRule()


def nearest(levels: Sequence[Rules]) -> tuple[QuantityRule, PriceRule]:
    """The rules in force, given the levels from the listing outwards: for each rule the nearest that has one wins."""
    quantity = next((level.quantity for level in levels if level.quantity is not None), DEFAULT_QUANTITY)
    price = next((level.price for level in levels if level.price is not None), DEFAULT_PRICE)
    return quantity, price


@dataclass(frozen=True, slots=True)
class RuleContext:
    """The rules of one sales list, resolved once, with the versions they stand on."""

    account: Account
    shop: Shop
    quantity: QuantityRule
    price: PriceRule
    bounds: Bounds
    basis: dict[str, int]
    switches: Switches = field(default_factory=dict)
    """The sales list's own switches of automatic updates."""
    exports: bool = False
    """New items of the sales list are sent automatically."""
    shares_stock: bool = False
    """The account's sites sell from one stock: the lowest quantity of a SKU's listings is that of all."""

    @property
    def documents(self) -> dict[str, tuple[type[Document], str]]:
        """What the rules stand on: kind and id of each document, under its name in `basis`."""
        kinds: dict[str, type[Document]] = {"list": SalesList, "account": Account, "shop": Shop, "profile": Profile}
        named = ((name, *name.split(":", 1)) for name in self.basis)
        return {name: (kinds[kind], id) for name, kind, id in named}

    def automatic(self, own: Switches) -> Automatic:
        """The fields that follow the shop, of a listing with these switches of its own."""
        return automatic(switches_of(self.account), self.switches, own)

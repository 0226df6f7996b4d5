"""The rules in force for a sales list, resolved from its own, its profile's and its account's (the nearest wins)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from listbridge.domain.configuration import (
    Account,
    Document,
    PriceRule,
    Profile,
    QuantityRule,
    Rules,
    SalesList,
    Shop,
)
from listbridge.domain.listing import Field
from listbridge.domain.rules import Bounds, nearest

if TYPE_CHECKING:
    from listbridge.services.deps import Deps


@dataclass(frozen=True, slots=True)
class RuleContext:
    """The rules of one sales list, resolved once, with the versions they stand on."""

    account: Account
    shop: Shop
    quantity: QuantityRule
    price: PriceRule
    bounds: Bounds
    basis: dict[str, int]
    shares_stock: bool = False
    """The account's sites sell from one stock: the lowest quantity of a SKU's listings is that of all."""

    @property
    def documents(self) -> dict[str, tuple[type[Document], str]]:
        """What the rules stand on: kind and id of each document, under its name in `basis`."""
        kinds: dict[str, type[Document]] = {
            "list": SalesList, "account": Account, "shop": Shop, "profile": Profile,
        }  # fmt: skip
        named = ((name, *name.split(":", 1)) for name in self.basis)
        return {name: (kinds[kind], id) for name, kind, id in named}

    @property
    def auto(self) -> frozenset[Field]:
        switches = {Field.QUANTITY: self.account.auto_quantity, Field.PRICE: self.account.auto_price}
        return frozenset(name for name, on in switches.items() if on)


def context_of(deps: Deps, sales_list: SalesList, account: Account, profile: Profile | None) -> RuleContext:
    """Resolve the rules: the sales list's own, then its profile's, then the account's (the nearest wins)."""
    shop = deps.configuration.get(Shop, account.shop)
    levels = [sales_list.rules, profile.rules if profile else Rules(), account.rules]
    quantity, price = nearest(levels)
    basis = {
        f"list:{sales_list.id}": sales_list.rev,
        f"account:{account.id}": account.rev,
        f"shop:{shop.id}": shop.rev,
    }
    if profile:
        basis[f"profile:{profile.id}"] = profile.rev
    return RuleContext(
        account=account,
        shop=shop,
        quantity=quantity,
        price=price,
        bounds=deps.marketplaces.bounds(account, sales_list.site),
        basis=basis,
        shares_stock=deps.marketplaces.traits(account).shares_stock,
    )

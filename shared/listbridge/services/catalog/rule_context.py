"""The rules in force for a sales list, resolved from its own, its profile's and its account's (the nearest wins)."""

from __future__ import annotations

from listbridge.domain.configuration import Account, Profile, Rules, SalesList, Shop
from listbridge.domain.rules.in_force import RuleContext, nearest
from listbridge.domain.rules.switches import switches_of
from listbridge.services.deps import AccountDeps


def context_of(deps: AccountDeps, sales_list: SalesList, account: Account, profile: Profile | None) -> RuleContext:
    """Resolve the rules: the sales list's own, then its profile's, then the account's (the nearest wins)."""
    shop = deps.configuration.get(Shop, account.shop)
    levels = [sales_list.rules, profile.rules if profile else Rules(), account.rules]
    quantity, price = nearest(levels)
    basis = {f"list:{sales_list.id}": sales_list.rev, f"account:{account.id}": account.rev, f"shop:{shop.id}": shop.rev}
    if profile:
        basis[f"profile:{profile.id}"] = profile.rev
    return RuleContext(
        account=account,
        shop=shop,
        quantity=quantity,
        price=price,
        bounds=deps.marketplaces.bounds(account, sales_list.site),
        basis=basis,
        switches=switches_of(sales_list),
        exports=sales_list.auto_export,
        shares_stock=deps.marketplaces.traits(account).shares_stock,
    )

"""Which rule decided each of a listing's numbers, where it is set, and in which version (promises.md#p10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from listbridge.domain.configuration import Account, Profile, SalesList
from listbridge.domain.listings.listing import LedgerField, Level, Listing
from listbridge.services.deps import DeskDeps

DEFAULT = "default"
"""The level of a rule that nobody has set."""


@dataclass(frozen=True, slots=True)
class DecidingRule:
    """One rule with the level and the document that it is set on. `version` is what the listing was computed from; where `newest`
    is higher, an edit is on its way to it. Both are None at the levels `default` and `item`."""

    rule: str
    level: str
    document: str
    name: str
    version: int | None
    newest: int | None


def deciding_rules(deps: DeskDeps, listing: Listing, account: Account, sales_list: SalesList) -> Sequence[DecidingRule]:
    """The rules of both numbers, and the switches by which they follow the shop. Raises Missing for a profile that is gone."""
    profile = deps.configuration.get(Profile, sales_list.profile) if sales_list.profile else None
    levels = [("sales_list", "list", sales_list), ("profile", "profile", profile), ("account", "account", account)]
    found = []
    for field in LedgerField:
        level, kind, document = next(
            (one for one in levels if one[2] is not None and getattr(one[2].rules, field.value) is not None),
            (DEFAULT, "", None),
        )
        if document is None:
            found.append(DecidingRule(field.value, DEFAULT, "", "", None, None))
        else:
            version = listing.computed.basis.get(f"{kind}:{document.id}")
            found.append(DecidingRule(field.value, level, document.id, document.name, version, document.rev))
    return (*found, *(_switch(listing, account, sales_list, field) for field in LedgerField))


def _switch(listing: Listing, account: Account, sales_list: SalesList, field: LedgerField) -> DecidingRule:
    """Whose switch decides whether the field follows the shop. An item's own has no version: it holds from when it is set."""
    name, basis = f"auto_{field.value}", listing.computed.basis
    match listing.levels.get(field, Level.ACCOUNT):
        case Level.ITEM:
            return DecidingRule(name, Level.ITEM, "", listing.title, None, None)
        case Level.SALES_LIST:
            version = basis.get(f"list:{sales_list.id}")
            return DecidingRule(name, Level.SALES_LIST, sales_list.id, sales_list.name, version, sales_list.rev)
        case _:
            version = basis.get(f"account:{account.id}")
            return DecidingRule(name, Level.ACCOUNT, account.id, account.name, version, account.rev)

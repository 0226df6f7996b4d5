"""What an action is about: items that are named, or all of a sales list or an account that pass a filter, page by page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from listbridge.domain.configuration import Account, SalesList
from listbridge.domain.ids import ListingKey, SalesListId, VariantKey
from listbridge.domain.listings.listing_filter import ListingFilter
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.ports import Missing
from listbridge.domain.problem import Problem
from listbridge.services.deps import AccountDeps, CoreDeps, PublishDeps
from listbridge.services.refusal import FieldRefused

MOST_ROWS = 100_000
"""Of one action: what moves more than that is asked for in parts that somebody can look through."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A sales list, or an account with all of its lists, and what of it is meant."""

    account: Account
    sales_list: SalesListId | None = None
    wanted: ListingFilter | None = None
    """None is everything, items without a listing as well. A filter chooses among listings."""


def named_items(deps: PublishDeps, sales_list: SalesList, variants: Iterable[VariantKey]) -> list[Item]:
    """These items of a list. Raises Missing when one of them is not in it."""
    items = []
    for variant in dict.fromkeys(variants):
        item = deps.items.find(sales_list.id, variant)
        if item is None:
            raise Missing("item", str(variant))
        items.append(item)
    return items


def named_listings(deps: PublishDeps, account: Account, keys: Iterable[ListingKey]) -> list[Item]:
    """The items of these listings of an account. Raises Missing when one of them is not among them."""
    wanted = list(dict.fromkeys(keys))
    rows = deps.listings.get_many(wanted)
    items = []
    for key in wanted:
        row = rows.get(key)
        if row is None or key.account != account.id:
            raise Missing("listing", str(key))
        item = deps.items.find(row.sales_list, row.variant)
        items.append(item or Item(row.sales_list, row.variant, key.sku, row.title, key))
    return items


def page_of_items(deps: PublishDeps, scope: Scope, cursor: str, limit: int) -> tuple[list[Item], str]:
    """The items that are meant among the next `limit` at most, and the place of the rest; empty after the last."""
    lists = _lists(deps, scope)
    at, inner = json.loads(cursor) if cursor else ("", None)
    rest = [one for one in lists if one >= at]
    if not rest:
        return [], ""
    items, following = deps.items.of_list(rest[0], inner if rest[0] == at else None, limit)
    if following is not None:
        place = json.dumps([rest[0], following])
    else:
        place = json.dumps([rest[1], None]) if len(rest) > 1 else ""
    return _meant(deps, scope, items), place


def _lists(deps: CoreDeps, scope: Scope) -> Sequence[SalesListId]:
    if scope.sales_list is not None:
        return [scope.sales_list]
    return sorted(one.id for one in deps.configuration.all(SalesList) if one.account == scope.account.id)


def _meant(deps: AccountDeps, scope: Scope, items: Sequence[Item]) -> list[Item]:
    wanted = scope.wanted
    rows = deps.listings.get_many([item.listing for item in items if item.listing is not None])
    if wanted is None:
        # What left the collections of its list is in no list, although its item stands for its listing.
        return [item for item in items if item.listing not in rows or rows[item.listing].detached is None]
    return [
        item
        for item in items
        if item.listing is not None and (row := rows.get(item.listing)) is not None and wanted.fits(row, scope.account)
    ]


def too_large(field: str) -> Problem:
    """The refusal of a selection with more than `MOST_ROWS`."""
    return Problem("selection_too_large", {"field": field, "most": str(MOST_ROWS)}, "select_fewer")


def nothing_selected(field: str) -> FieldRefused:
    """The refusal of a selection without a single item."""
    return FieldRefused(field, Problem("nothing_selected", fix="choose_items"))

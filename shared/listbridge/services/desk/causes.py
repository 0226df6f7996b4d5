"""What keeps an account's listings from following the shop, grouped by cause: "37 listings: Brand is missing" (promises.md#p7).

A page looks at a bounded number of listings and counts what it finds there, so an account of any size is read in steps that
cost the same. The same cause has the same key on every page, so the counts of all pages add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ids import AccountId, SalesListId
from listbridge.domain.listings.listing import Listing
from listbridge.domain.problem import Problem
from listbridge.services.deps import DeskDeps
from listbridge.services.desk.explain_listing import the_reason

MOST = 2000
"""Listings that one page looks at."""
MOST_NAMED = 500
"""Listings of one cause that a page names, by sales list: as many as one action takes."""
_PAGE = 500


class Concerns(StrEnum):
    """Whose turn it is."""

    SELLER = "seller"  # it waits until somebody acts
    NOBODY = "nobody"  # it passes on its own
    CHOSEN = "chosen"  # a rule, a switch or the seller's own act keeps it so


_CHOSEN = frozenset(
    {
        "auto_price_off",
        "auto_quantity_off",
        "hidden_in_shop",
        "not_sent",
        "observe_mode",
        "price_constant",
        "quantity_constant",
        "sold_by_auction",
        "stock_kept_by_marketplace",
        "stock_not_tracked",
        "stopped",
        "writes_stopped",
    }
)
_PASSES = frozenset({"ended_at_zero", "pending", "waits_for_stock"})
_OF_ONE_LISTING = frozenset(
    {
        "asin",
        "at",
        "barcode",
        "length",
        "listing",
        "max",
        "min",
        "order",
        "orders",
        "price",
        "product",
        "quantity",
        "remote",
        "shown",
        "since",
        "sku",
        "skus",
        "title",
        "tries",
        "units",
        "until",
        "url",
        "value",
        "values",
        "variant",
    }
)
"""What fills a text's blanks for one listing alone: listings that differ only in these have one cause."""


@dataclass(slots=True)
class Cause:
    """Listings that one thing keeps from following the shop. `problem` is that of the first of them."""

    key: str
    problem: Problem
    concerns: Concerns
    count: int = 0
    named: dict[SalesListId, list[Listing]] = field(default_factory=dict)
    """The first of them, by sales list; at most `MOST_NAMED` in all."""
    differ: bool = False
    """They differ in what fills the text's blanks: it is that of the first, as an example."""

    @property
    def example(self) -> Listing:
        """The first of them."""
        return next(iter(self.named.values()))[0]

    def add(self, row: Listing, problem: Problem) -> None:
        """One more with this cause."""
        if sum(map(len, self.named.values())) < MOST_NAMED:
            self.named.setdefault(row.sales_list, []).append(row)
        self.count += 1
        self.differ = self.differ or problem != self.problem


@dataclass(frozen=True, slots=True)
class CausesPage:
    """What was found among the next listings of an account, the largest causes first. `following` whose listings follow the shop."""

    causes: tuple[Cause, ...]
    counted: int
    following: int
    cursor: str | None


def causes_of(deps: DeskDeps, account_id: AccountId, cursor: str | None = None, most: int = MOST) -> CausesPage:
    """Look at the next listings of the account. Raises Missing, and NotACursor."""
    account = deps.configuration.get(Account, account_id)
    shop = deps.configuration.get(Shop, account.shop)
    found: dict[str, Cause] = {}
    counted = following = 0
    while counted < most:
        rows, cursor = deps.listings.of_account(account.id, cursor, min(_PAGE, most - counted))
        counted += len(rows)
        following += group(found, rows, account, shop)
        if cursor is None:
            break
    causes = sorted(found.values(), key=lambda one: (-one.count, one.key))
    return CausesPage(tuple(causes), counted, following, cursor)


def group(found: dict[str, Cause], rows: Iterable[Listing], account: Account, shop: Shop) -> int:
    """Put each row to its cause; how many of them follow the shop."""
    following = 0
    for row in rows:
        reason = the_reason(row, account, shop)
        if reason is None:
            following += 1
            continue
        problem = root_of(reason)
        key = key_of(problem)
        cause = found.get(key)
        if cause is None:
            cause = found[key] = Cause(key, problem, concerns_of(problem))
        cause.add(row, problem)
    return following


def root_of(problem: Problem) -> Problem:
    """What is behind a failure: the reason inside of it, with the fix that it names."""
    inner = problem.params.get("reason")
    if inner is None:
        return problem
    return replace(problem, code=inner, params={name: v for name, v in problem.params.items() if name != "reason"})


def key_of(problem: Problem) -> str:
    """Equal for listings that have one cause, on every page and at any time."""
    shared = _shared(problem.params)
    return "|".join([problem.code, problem.fix, *(f"{name}={value}" for name, value in sorted(shared.items()))])


def concerns_of(problem: Problem) -> Concerns:
    """Whose turn it is."""
    if problem.code in _CHOSEN:
        return Concerns.CHOSEN
    return Concerns.NOBODY if problem.code in _PASSES or not problem.fix else Concerns.SELLER


def _shared(params: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in params.items() if name not in _OF_ONE_LISTING}

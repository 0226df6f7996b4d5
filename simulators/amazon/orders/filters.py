"""What searchOrders filters by, read and checked as the model says; and what pages it has.

Source: official model orders_2026-01-01, searchOrders. Which of two wrong parameters is named first is not documented.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from simulators.amazon.errors import invalid
from simulators.amazon.orders.shown import DATA_SETS
from simulators.amazon.orders.state import Order
from simulators.amazon.times import instant

STATUSES = (
    "PENDING_AVAILABILITY",
    "PENDING",
    "UNSHIPPED",
    "PARTIALLY_SHIPPED",
    "SHIPPED",
    "CANCELLED",
    "UNFULFILLABLE",
)
_REPEATED = frozenset(
    {
        "createdAfter",
        "createdBefore",
        "lastUpdatedAfter",
        "lastUpdatedBefore",
        "fulfillmentStatuses",
        "marketplaceIds",
        "fulfilledBy",
    }
)
"""What may not differ between the pages of one search."""
_MOST_MARKETPLACES = 50
_MOST_RESULTS = 100
_SETTLED = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Search:
    """A search as asked for. `by_change` tells whether its times are those of changes or of placing."""

    by_change: bool
    after: datetime
    before: datetime
    statuses: frozenset[str]
    marketplaces: frozenset[str]
    fulfilled_by: frozenset[str]
    size: int
    included: frozenset[str]
    token: str
    filters: str
    """All that has to be repeated with a pagination token, in one text."""

    def wants(self, order: Order, at: datetime) -> bool:
        """Whether the order belongs to the answer; `at` is its time that the search goes by."""
        return (
            self.after <= at <= self.before
            and (not self.statuses or order.status in self.statuses)
            and (not self.marketplaces or order.marketplace_id in self.marketplaces)
            and (not self.fulfilled_by or order.fulfilled_by in self.fulfilled_by)
        )


def search_of(query: dict[str, str], now: datetime) -> Search:
    """Read the query of searchOrders. Raises 400 (InvalidInput) naming the parameter."""
    by_change = "lastUpdatedAfter" in query
    if by_change == ("createdAfter" in query):
        raise invalid("exactly one of createdAfter and lastUpdatedAfter is required")
    mine, other = ("lastUpdated", "created") if by_change else ("created", "lastUpdated")
    if f"{other}Before" in query:
        raise invalid(f"{other}Before does not go with {mine}After")
    after = instant(query[f"{mine}After"], f"{mine}After")
    before = instant(query[f"{mine}Before"], f"{mine}Before") if f"{mine}Before" in query else now
    if f"{mine}Before" in query and (before < after or before > now - _SETTLED):
        raise invalid(f"{mine}Before is not before {mine}After and at least two minutes in the past")
    marketplaces = values_in(query, "marketplaceIds")
    if len(marketplaces) > _MOST_MARKETPLACES:
        raise invalid("marketplaceIds has more than 50 values")
    return Search(
        by_change=by_change,
        after=after,
        before=before,
        statuses=one_of(query, "fulfillmentStatuses", STATUSES),
        marketplaces=frozenset(marketplaces),
        fulfilled_by=one_of(query, "fulfilledBy", ("MERCHANT", "AMAZON")),
        size=_size_in(query),
        included=included_in(query),
        token=query.get("paginationToken", ""),
        filters="&".join(f"{name}={value}" for name, value in sorted(query.items()) if name in _REPEATED),
    )


def included_in(query: dict[str, str]) -> frozenset[str]:
    """The data sets that a call asks for. Raises 400 for one that there is not."""
    return one_of(query, "includedData", DATA_SETS)


def one_of(query: dict[str, str], name: str, allowed: tuple[str, ...]) -> frozenset[str]:
    """The values of a list parameter. Raises 400 for one outside the enumeration."""
    values = values_in(query, name)
    if not set(values) <= set(allowed):
        raise invalid(f"{name} has a value outside of {', '.join(allowed)}")
    return frozenset(values)


def values_in(query: dict[str, str], name: str) -> list[str]:
    """A list parameter, which stands in the query as comma-separated values. Raises 400 for an empty one."""
    if name not in query:
        return []
    values = query[name].split(",")
    if not all(values):
        raise invalid(f"{name} has an empty value")
    return values


def _size_in(query: dict[str, str]) -> int:
    text = query.get("maxResultsPerPage", str(_MOST_RESULTS))
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_RESULTS:
        raise invalid("maxResultsPerPage is not between 1 and 100")
    return int(text)

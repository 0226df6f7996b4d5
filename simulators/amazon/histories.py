"""getFeeds and getReports: what a seller has submitted or asked for, newest first, page by page.

Source: official models feeds_2021-06-30 and reports_2021-06-30, which word both the same: `nextToken` goes alone, either is kept for
90 days, and without a token a type is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from simulators.amazon.errors import invalid
from simulators.amazon.times import instant
from simulators.amazon.wire import Call
from simulators.kit.pages import number_in
from simulators.kit.wire import Reply

if TYPE_CHECKING:
    from simulators.amazon.state import Seller
    from simulators.amazon.world import World

STATUSES = ("CANCELLED", "DONE", "FATAL", "IN_PROGRESS", "IN_QUEUE")
_KEPT = timedelta(days=90)
_MOST_FILTERS = 10


class Made(Protocol):
    """A feed or a report."""

    seller: Seller
    marketplace_ids: list[str]
    created_at: datetime
    status: str

    @property
    def kind(self) -> str: ...

    def told(self) -> dict[str, Any]: ...


def history(
    world: World, call: Call, made: Mapping[str, Made], pages: dict[str, list[str]], *, rows: str, types: str
) -> Reply:
    """Those of the seller that the filters let through, under the name `rows`. `types` names the filter by type.

    `pages` keeps what is behind each token: the size of a page, and the ids. Raises 400.
    """
    if "nextToken" in call.query:
        if len(call.query) > 1 or call.query["nextToken"] not in pages:
            raise invalid("nextToken is the only parameter, and one that was given out")
        told, *waiting = pages[call.query["nextToken"]]
        return _page(world, made, pages, waiting, int(told), rows)
    kinds = call.csv(types)
    if not 1 <= len(kinds) <= _MOST_FILTERS:
        raise invalid(f"{types} takes 1 to 10 types")
    statuses = call.some_of("processingStatuses", STATUSES, STATUSES)
    sites = set(call.marketplaces(most=_MOST_FILTERS, required=False))
    now = world.now()
    since = instant(call.query["createdSince"], "createdSince") if "createdSince" in call.query else now - _KEPT
    until = instant(call.query["createdUntil"], "createdUntil") if "createdUntil" in call.query else now
    size = number_in(call.query, "pageSize", 10, 1, 100, lambda name, _: invalid(f"{name} is between 1 and 100"))
    found = [
        id
        for id, one in reversed(list(made.items()))
        if one.seller is call.seller
        and one.kind in kinds
        and one.status in statuses
        and (not sites or sites & set(one.marketplace_ids))
        and max(since, now - _KEPT) <= one.created_at <= until
    ]
    return _page(world, made, pages, found, size, rows)


def _page(
    world: World, made: Mapping[str, Made], pages: dict[str, list[str]], waiting: list[str], size: int, rows: str
) -> Reply:
    told: dict[str, Any] = {rows: [made[one].told() for one in waiting[:size]]}
    if rest := waiting[size:]:
        token = world.token("page")
        pages[token] = [str(size), *rest]
        told["nextToken"] = token
    return Reply(200, told)

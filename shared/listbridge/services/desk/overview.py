"""The numbers and the rows that people look at: counters, pages of listings, the health of everything."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.catalog import Visibility
from listbridge.domain.configuration import Account, ConnectionState, SalesList, Shop
from listbridge.domain.credentials_end import credentials_end
from listbridge.domain.ids import AccountId, SalesListId, Sku
from listbridge.domain.jobs import Job, JobState
from listbridge.domain.listings.bands import Band
from listbridge.domain.listings.holds import WRITES_STOPPED, hold_of, write_hold
from listbridge.domain.listings.ledger import UPDATE_FAILED, awaits_look, rests
from listbridge.domain.listings.listing import Listing, Status
from listbridge.domain.listings.listing_filter import ListingFilter
from listbridge.domain.orders.polling import PollState
from listbridge.domain.ports import NotACursor
from listbridge.domain.problem import Problem
from listbridge.services.configuration.public_address import public_base_url
from listbridge.services.connection_state import credentials_end_soon
from listbridge.services.deps import DeskDeps
from listbridge.services.desk.list_orders import OrderCounts, count_orders, orders_wait

_PAGE = 500
_MOST_COUNTED = 50_000
_MOST_ITEMS = 20_000
_MOST_DUE = 1000
_MOST_ASKED = 20
"""Rows of a band that are asked how long they wait: those that failed may stand before the others."""
_MOST_LOOKED_AT = 2_000
"""Rows of an account that its health is told about: one query's worth, for health is asked every few seconds."""
_MOST_PAGES = 20
_FAILED_READS = 3
"""So many readings of an account's orders in a row are no longer a hiccup."""


@dataclass(slots=True)
class AccountCounters:
    """How many of an account's listings are where, in the seller's words.

    Without `complete` the account has more listings than were counted.
    """

    account: Account
    live: int = 0
    error: int = 0
    pending: int = 0
    not_active: int = 0
    ended: int = 0
    detached: int = 0
    """Of all of these: those whose item left the collections of its list."""
    due: int = 0
    holds: Counter[str] = field(default_factory=Counter)
    complete: bool = True
    no_status: int = 0
    """Items of the account's shop that are in none of its lists."""
    all_items: bool = True
    """Whether all of the shop's items were looked at for that."""


def count_listings(deps: DeskDeps) -> list[AccountCounters]:
    """Count every account's listings, row by row: the truth rather than a counter that may have drifted."""
    counted = {account.id: _count(deps, account) for account in deps.configuration.all(Account)}
    for shop in deps.configuration.all(Shop):
        _count_unlisted(deps, shop, [one for one in counted.values() if one.account.shop == shop.id])
    return list(counted.values())


def _count_unlisted(deps: DeskDeps, shop: Shop, counters: Sequence[AccountCounters]) -> None:
    """Look at the shop's items once for all of its accounts. What is gone from the shop, or hidden there, counts nowhere."""
    looked, cursor, begun = 0, None, False
    while counters and (cursor is not None or not begun):
        if looked >= _MOST_ITEMS:
            for one in counters:
                one.all_items = False
            return
        variants, cursor = deps.variants.page(shop.id, cursor, _PAGE)
        begun, looked = True, looked + len(variants)
        for variant in variants:
            if variant.absent or variant.visibility is not Visibility.VISIBLE:
                continue
            sold_by = {key.account for key in variant.listings}
            for one in counters:
                one.no_status += one.account.id not in sold_by


def _count(deps: DeskDeps, account: Account) -> AccountCounters:
    counters = AccountCounters(account)
    counted, cursor = 0, None
    while True:
        rows, cursor = deps.listings.of_account(account.id, cursor, _PAGE)
        for row in rows:
            _add(counters, row)
        counted += len(rows)
        if cursor is None:
            return counters
        if counted >= _MOST_COUNTED:
            counters.complete = False
            return counters


def _add(counters: AccountCounters, row: Listing) -> None:
    failed = row.hold is not None and row.hold.code == UPDATE_FAILED
    if row.status is Status.ERROR or (row.status is Status.ACTIVE and failed):
        counters.error += 1
    elif row.status is Status.ACTIVE:
        counters.live += 1
    elif row.status is Status.PENDING:
        counters.pending += 1
    elif row.status is Status.NOT_ACTIVE:
        counters.not_active += 1
    else:
        counters.ended += 1
    counters.detached += row.detached is not None
    counters.due += row.due_band is not None
    hold = hold_of(row, counters.account)
    if hold is not None:
        counters.holds[hold.code] += 1


def page_of_listings(
    deps: DeskDeps, wanted: ListingFilter, cursor: str | None, limit: int
) -> tuple[list[Listing], str | None]:
    """A page of listings with the cursor to the next. A page may be short, or even empty, before the last.

    Raises Missing for an unknown account or list, and NotACursor.
    """
    accounts = {account.id: account for account in deps.configuration.all(Account)}
    if wanted.sku:
        return _with_sku(deps, wanted, accounts), None
    place, inner = _read(cursor)
    if wanted.sales_list is not None:
        deps.configuration.get(SalesList, wanted.sales_list)
        sources = [str(wanted.sales_list)]
    elif wanted.account is not None:
        sources = [deps.configuration.get(Account, wanted.account).id]
    else:
        sources = list(accounts)
    if place not in range(len(sources) + 1):
        raise NotACursor
    found: list[Listing] = []
    for _ in range(_MOST_PAGES):
        if place >= len(sources):
            return found, None
        if wanted.sales_list is not None:
            rows, inner = deps.listings.of_list(SalesListId(sources[place]), inner, limit - len(found))
        else:
            rows, inner = deps.listings.of_account(AccountId(sources[place]), inner, limit - len(found))
        found += [row for row in rows if wanted.fits(row, accounts.get(row.key.account))]
        if inner is None:
            place += 1
        if len(found) >= limit:
            break
    return found, _written(place, inner) if place < len(sources) else None


def _with_sku(deps: DeskDeps, wanted: ListingFilter, accounts: Mapping[AccountId, Account]) -> list[Listing]:
    """All listings of a SKU; an account has at most one on each of its sites."""
    if wanted.sales_list is not None:
        deps.configuration.get(SalesList, wanted.sales_list)
    of = [deps.configuration.get(Account, wanted.account).id] if wanted.account is not None else list(accounts)
    rows = [row for account in of for row in deps.listings.of_sku(account, Sku(wanted.sku))]
    return [row for row in rows if wanted.fits(row, accounts.get(row.key.account))]


def _read(cursor: str | None) -> tuple[int, str | None]:
    if not cursor:
        return 0, None
    try:
        told = json.loads(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise NotACursor from None
    match told:
        case [int(place), str() | None as inner]:
            return place, inner
    raise NotACursor


def _written(place: int, inner: str | None) -> str:
    return base64.urlsafe_b64encode(json.dumps([place, inner]).encode()).decode()


@dataclass(frozen=True, slots=True)
class Due:
    """What an account has still to send. A band with as many as `most_counted` may have more."""

    account: Account
    by_band: dict[Band, int]
    oldest: datetime | None
    most_counted: int = _MOST_DUE


@dataclass(frozen=True, slots=True)
class Concern:
    """What needs somebody, with the id of the thing concerned, and an example where it is about listings."""

    subject: str
    problem: Problem
    example: Listing | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """The state of everything: what is wrong, what waits for a person, and what is due."""

    shops: Sequence[Shop]
    accounts: Sequence[Account]
    public_base_url: str
    due: Sequence[Due]
    orders: Sequence[OrderCounts]
    polls: Mapping[AccountId, PollState]
    awaiting_approval: Sequence[Job]
    concerns: Sequence[Concern]


def health(deps: DeskDeps) -> Health:
    """Look at everything that is ours; nobody outside is called."""
    shops, accounts = deps.configuration.all(Shop), deps.configuration.all(Account)
    base = public_base_url(deps.configuration)
    due = [_due(deps, account) for account in accounts]
    orders = count_orders(deps, accounts)
    polls = {state.account: state for account in accounts if (state := deps.polls.find(account.id)) is not None}
    waiting = deps.jobs.unfinished(100, JobState.AWAITING_APPROVAL)
    concerns: list[Concern] = []
    if not base:
        concerns.append(Concern("this", Problem("public_address_unknown", fix="set_public_address")))
    for shop in shops:
        if shop.state is not ConnectionState.ACTIVE:
            problem = Problem(f"shop_{shop.state.value}", {"shop": shop.name}, "reconnect_shop")
            concerns.append(Concern(shop.id, problem))
    for account in accounts:
        concerns += [Concern(account.id, problem) for problem in _account_problems(account, deps.clock.now())]
    concerns += [Concern(one.account.id, problem) for one in due for problem in _due_problems(deps, one)]
    concerns += [concern for account in accounts for concern in _listing_concerns(deps, account)]
    for counts in orders:
        concerns += [Concern(counts.account.id, one) for one in _order_problems(counts, polls.get(counts.account.id))]
    for job in waiting:
        numbers = {"affected": str(job.affected), "live": str(job.live)}
        concerns.append(Concern(job.id, Problem("job_waits", numbers, "decide_job")))
    return Health(shops, accounts, base, due, orders, polls, waiting, concerns)


def _account_problems(account: Account, now: datetime) -> list[Problem]:
    problems = []
    if account.state is not ConnectionState.ACTIVE:
        code = f"account_{account.state.value}"
        problems.append(Problem(code, {"account": account.name}, "reconnect_account"))
    ends = credentials_end(account.facts, now)
    if ends is not None:
        problems.append(credentials_end_soon(account, ends))
    stopped = write_hold(account)
    if stopped is not None and stopped.code == WRITES_STOPPED:
        problems.append(stopped)
    if account.observe:
        problems.append(Problem("observe_mode", {"account": account.name}, "leave_observe_mode"))
    return problems


def _due(deps: DeskDeps, account: Account) -> Due:
    now = deps.clock.now()
    counts: dict[Band, int] = {}
    oldest: datetime | None = None
    for band in Band:
        keys = deps.listings.due(account.id, [band], at=now, limit=_MOST_DUE)
        counts[band] = len(keys)
        for row in deps.listings.get_many(keys[:_MOST_ASKED]).values():
            if row.due_since is None or awaits_look(row) or rests(row):
                continue
            if oldest is None or row.due_since < oldest:
                oldest = row.due_since
    return Due(account, counts, oldest)


def _due_problems(deps: DeskDeps, due: Due) -> list[Problem]:
    if due.oldest is None:
        return []
    waited = (deps.clock.now() - due.oldest).total_seconds()
    if waited <= deps.limits.due_too_long_s:
        return []
    params = {"account": due.account.name, "minutes": str(int(waited // 60))}
    return [Problem("due_too_long", params, "look_at_account")]


def _listing_concerns(deps: DeskDeps, account: Account) -> list[Concern]:
    """Listings that failed, and those whose hold or wait somebody can end, among the first of the account's; what waits for time
    or stock, or stands still because the seller chose so, is nobody's concern."""
    rows, _ = deps.listings.of_account(account.id, None, _MOST_LOOKED_AT)
    failed = [row for row in rows if _failed(row)]
    held = [
        (row, why) for row in rows if not _failed(row) if (why := row.hold or row.waits_for) is not None and why.fix
    ]
    concerns = []
    if failed:
        params = {"account": account.name, "count": str(len(failed)), "example": failed[0].key.sku}
        concerns.append(Concern(account.id, Problem("listings_failed", params, "look_at_listings"), failed[0]))
    by_code = Counter(why.code for _, why in held)
    for code, count in sorted(by_code.items()):
        row, why = next(one for one in held if one[1].code == code)
        params = {**why.as_reason(), "account": account.name, "count": str(count), "example": row.key.sku}
        problem = Problem("listings_held", params, why.fix)
        concerns.append(Concern(account.id, problem, row))
    return concerns


def _failed(row: Listing) -> bool:
    return row.status is Status.ERROR or (row.hold is not None and row.hold.code == UPDATE_FAILED)


def _order_problems(counts: OrderCounts, polled: PollState | None) -> list[Problem]:
    problems = []
    account = counts.account.name
    if counts.failed or counts.unclear or counts.undecided:
        problems.append(orders_wait(counts))
    if polled is not None and polled.failures >= _FAILED_READS:
        params = {"account": account, "failures": str(polled.failures)}
        problems.append(Problem("orders_unread", params, "look_at_account"))
    return problems


def recent_activity(
    deps: DeskDeps, account: AccountId | None, limit: int, before: str | None
) -> tuple[list[ActivityEntry], str | None]:
    """What happened on one account, or everywhere, newest first, and the place before which the next page begins.

    Raises Missing.
    """
    if account is not None:
        deps.configuration.get(Account, account)
        return deps.activity.of_account(account, limit, before)
    pages = [deps.activity.of_account(document.id, limit, before) for document in deps.configuration.all(Account)]
    subjects = [*(shop.id for shop in deps.configuration.all(Shop)), "this"]
    pages += [deps.activity.of_subject(subject, limit, before) for subject in subjects]
    entries = sorted((entry for page, _ in pages for entry in page), key=lambda entry: entry.place, reverse=True)
    more = len(entries) > limit or any(following for _, following in pages)
    return entries[:limit], entries[limit - 1].place if more and len(entries) >= limit else None

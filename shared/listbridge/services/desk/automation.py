"""What happens to an account without anybody asking: each automation, whether it is on, where that is set, what it did in 24 hours,
and what it leaves out and why.

Both are counted row by row, up to a bound: what was done among the account's newest activity, what is left out among its listings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, SalesList, SalesListMode, Shop
from listbridge.domain.ids import AccountId
from listbridge.domain.listings.holds import field_reason, shop_hold
from listbridge.domain.listings.listing import LedgerField, Listing
from listbridge.domain.listings.members import Export
from listbridge.services.deps import DeskDeps, PublishDeps
from listbridge.services.desk.causes import Cause, concerns_of, key_of, root_of
from listbridge.services.desk.list_orders import count_orders, orders_wait

_DAY = timedelta(hours=24)
_MOST_ENTRIES = 5000
_MOST_LISTINGS = 5000
_PAGE = 500
_UNCHANGED = "unchanged"
_EXPORT = "auto_export"
_MIRRORED = "mirrored"
"""What collections have is in the lists that mirror them: the mode of a list, which nobody switches."""


@dataclass(frozen=True, slots=True)
class Switch:
    """The field by which an automation is switched: of the account, unless only `lists` have it. Whether it is on as long as nobody
    changes that."""

    field: str
    default: bool = True
    lists: bool = False


SWITCHES: Mapping[str, Switch | None] = {
    "quantity": Switch("auto_quantity"),
    "price": Switch("auto_price"),
    "mirrored": None,
    "auto_export": Switch("auto_export", default=False, lists=True),
    "restocked": None,
    "zeroed": None,
    "retried": None,
    "read_back": None,
    "orders": Switch("create_orders"),
    "parcels": Switch("relay_fulfillments"),
}
"""Every automation that an account has, in the order in which they are shown, with what switches it; None where nothing does."""
_DID: Mapping[str, frozenset[str]] = {
    "restocked": frozenset({"relist_done"}),
    "zeroed": frozenset({"zeroed_done"}),
    "read_back": frozenset({"drift_found", "finished_on_marketplace"}),
    "orders": frozenset({"order_created"}),
    "parcels": frozenset({"parcel_told"}),
}
"""By what stands in the activity that an automation did something; the others are looked at more closely."""
_SENT = "revise_sent"
"""Also of what a marketplace took in and decided later: it is told when it is decided."""
_COUNTED = frozenset({"quantity", "price", "auto_export", *_DID})
_FIELDS = {"quantity": LedgerField.QUANTITY, "price": LedgerField.PRICE}
_WAITING = {"restocked": frozenset({"waits_for_stock", "ended_at_zero"}), "retried": frozenset({"update_failed"})}


@dataclass(frozen=True, slots=True)
class Setting:
    """Where an automation is switched: on the account, or on a sales list, whose own word counts more."""

    level: str
    document: str
    name: str
    on: bool


@dataclass(frozen=True, slots=True)
class Automation:
    """One of them. `did` is of the last 24 hours, None where nobody counts it; `left_out` is by cause, the largest first."""

    name: str
    on: bool
    default: bool
    switch: str
    """The field that switches it; empty for what cannot be switched."""
    settings: tuple[Setting, ...]
    """Where it is set: on the account first, then on each sales list that says something about it."""
    did: int | None
    left_out: tuple[Cause, ...]
    waiting: int
    """How many it will do something for, once their time or their stock has come."""


@dataclass(frozen=True, slots=True)
class Automations:
    """All of an account's. Without `all_done` more happened than was counted, without `all_listings` it has more listings."""

    account: Account
    automations: tuple[Automation, ...]
    counted: int
    all_done: bool
    all_listings: bool


def automations_of(deps: PublishDeps, account_id: AccountId) -> Automations:
    """Look at one account. Raises Missing."""
    account = deps.configuration.get(Account, account_id)
    shop = deps.configuration.get(Shop, account.shop)
    did, all_done = _done(deps, account)
    lists = [one for one in deps.configuration.all(SalesList) if one.account == account.id]
    left_out: dict[str, dict[str, Cause]] = {name: {} for name in SWITCHES}
    waiting: Counter[str] = Counter()
    counted, cursor, begun = 0, None, False
    while counted < _MOST_LISTINGS and (cursor is not None or not begun):
        rows, cursor = deps.listings.of_account(account.id, cursor, _PAGE)
        begun, counted = True, counted + len(rows)
        for row in rows:
            _look(row, account, shop, left_out, waiting)
    complete = cursor is None and _look_at_members(deps, lists, left_out[_EXPORT], waiting)
    orders = count_orders(deps, [account])[0]
    if count := orders.failed + orders.unclear + orders.undecided:
        problem = orders_wait(orders)
        left_out["orders"][problem.code] = Cause(problem.code, problem, concerns_of(problem), count)
    found = tuple(
        Automation(
            name=name,
            on=_is_on(name, account, lists),
            default=switch.default if switch is not None else name != _MIRRORED,
            switch=switch.field if switch is not None else "",
            settings=tuple(_settings(name, switch, account, lists)),
            did=did[name] if name in _COUNTED else None,
            left_out=tuple(sorted(left_out[name].values(), key=lambda one: (-one.count, one.key))),
            waiting=waiting[name],
        )
        for name, switch in SWITCHES.items()
    )
    return Automations(account, found, counted, all_done, complete)


def _is_on(name: str, account: Account, lists: Sequence[SalesList]) -> bool:
    """Whether it is on for the account, or on any of its lists where only these have it."""
    switch = SWITCHES[name]
    if name == _MIRRORED:
        return any(one.mode is SalesListMode.COLLECTION for one in lists)
    if switch is None:
        return True
    return any(getattr(one, switch.field) for one in lists) if switch.lists else bool(getattr(account, switch.field))


def _settings(name: str, switch: Switch | None, account: Account, lists: Sequence[SalesList]) -> Iterator[Setting]:
    if switch is not None and not switch.lists:
        yield Setting("account", account.id, account.name, getattr(account, switch.field))
    for one in sorted(lists, key=lambda one: one.id):
        mirrors = one.mode is SalesListMode.COLLECTION
        own = mirrors if name == _MIRRORED else getattr(one, switch.field, None) if switch is not None else None
        if own is None or (not mirrors and name in (_MIRRORED, _EXPORT)):
            continue
        yield Setting("sales_list", one.id, one.name, own)


def _look(
    row: Listing, account: Account, shop: Shop, left_out: Mapping[str, dict[str, Cause]], waiting: Counter[str]
) -> None:
    code = row.hold.code if row.hold is not None else ""
    for name, codes in _WAITING.items():
        waiting[name] += code in codes
    deaf = shop_hold(shop)
    for name, field in _FIELDS.items():
        reason = deaf or field_reason(row, account, field)
        if reason is None:
            continue
        problem = root_of(reason)
        key = key_of(problem)
        cause = left_out[name].get(key)
        if cause is None:
            cause = left_out[name][key] = Cause(key, problem, concerns_of(problem))
        cause.add(row, problem)


def _look_at_members(
    deps: PublishDeps, lists: Sequence[SalesList], left_out: dict[str, Cause], waiting: Counter[str]
) -> bool:
    """What is new in collections and not sent yet, with what it lacks; False where there are more members than are looked at."""
    looked = 0
    for sales_list in (one for one in lists if one.auto_export):
        cursor, begun = None, False
        while cursor is not None or not begun:
            if looked >= _MOST_LISTINGS:
                return False
            members, cursor = deps.members.of_list(sales_list.id, cursor, _PAGE)
            begun, looked = True, looked + len(members)
            for member in members:
                if not member.inside or member.export is not Export.WAITING:
                    continue
                waiting[_EXPORT] += 1
                if member.reason is not None:
                    problem = root_of(member.reason)
                    left_out.setdefault(
                        key_of(problem), Cause(key_of(problem), problem, concerns_of(problem))
                    ).count += 1
    return True


def _done(deps: DeskDeps, account: Account) -> tuple[Counter[str], bool]:
    did: Counter[str] = Counter()
    since, before, seen = deps.clock.now() - _DAY, None, 0
    while seen < _MOST_ENTRIES:
        entries, before = deps.activity.of_account(account.id, _PAGE, before)
        for entry in entries:
            if entry.at < since:
                return did, True
            did.update(_doers(entry))
        seen += len(entries)
        if before is None:
            return did, True
    return did, False


def _doers(entry: ActivityEntry) -> Iterator[str]:
    """Whose work it was, as often as it did something."""
    if entry.event == "export_started" and entry.actor == "listbridge":
        yield from [_EXPORT] * int(entry.params.get("products", "1"))
    if entry.event == _SENT:
        yield from (name for name in _FIELDS if entry.params.get(name, _UNCHANGED) != _UNCHANGED)
    for name, events in _DID.items():
        if entry.event in events:
            yield name

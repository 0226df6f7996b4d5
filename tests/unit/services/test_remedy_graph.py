"""Whatever a listing says helps is allowed in that very state, and following it again and again comes to an end.

Every status, with and without its product in the shop, under every hold that it can have and every state of its account, and
every action that a person may try there. The transitions are those of the domain; a test that walks the real thing stands
beside (`tests/unit/remedies`).
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import ModuleType

import pytest

from listbridge import registry
from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.ids import AccountId, ShopId, Site, VariantId, VariantKey
from listbridge.domain.listings import ledger, lifecycle
from listbridge.domain.listings.holds import hold_of
from listbridge.domain.listings.ledger import GUARD, NOT_ALIGNED, UPDATE_FAILED
from listbridge.domain.listings.lifecycle import ENDED_AT_ZERO, RELINKED, WAITS_FOR_STOCK
from listbridge.domain.listings.listing import (
    GONE_FROM_SHOP,
    NOTHING,
    PRODUCT_GONE,
    Computed,
    Listing,
    Status,
    TraceLine,
)
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, Rejected
from listbridge.services.desk import messages
from listbridge.services.listings.act.unlink import unlinked
from listbridge.services.listings.action_rules import REMOVING, RULES, Action, hindrance
from tests.unit.domain.a_listing import NOW, a_listing, computed

ACTS = {
    "send": Action.SEND,
    "send_again": Action.SEND,
    "relist": Action.RELIST,
    "link": Action.LINK,
    "align": Action.ALIGN,
    "revise": Action.REVISE,
    "full_revise": Action.FULL_REVISE,
    "link_again": Action.UNLINK,
    "stop_and_remove": Action.STOP_AND_REMOVE,
    "remove_item": Action.REMOVE,
}
"""Fixes that are an action on the listing, the first of them where they are two."""
SETTLED_BY = {
    Action.SEND: frozenset({Status.ACTIVE}),
    Action.LINK: frozenset({Status.ACTIVE}),
    Action.RELIST: frozenset({Status.ACTIVE}),
    Action.STOP: frozenset(Status) - {Status.ACTIVE, Status.PENDING},
    Action.UNLINK: frozenset(Status) - {Status.ACTIVE, Status.PENDING},
    Action.SET_CATALOGUE_ID: frozenset({Status.ACTIVE}),
}
"""Where an action's aim is reached without it."""
PASSES = frozenset({"pending"})
"""What nobody has to do anything about."""


@dataclass(frozen=True)
class State:
    """A listing with what decides what it takes; None is taken out of its list."""

    listing: Listing | None
    account: Account

    def __str__(self) -> str:
        row = self.listing
        if row is None:
            return "removed"
        hold = f"{row.hold.code}→{row.hold.fix}" if row.hold is not None else "no hold"
        gone = ", gone" if row.computed.gone else ""
        observes = ", observes" if self.account.observe else ""
        return f"{row.status.value} ({hold}{gone}), account {self.account.state.value}{observes}"


ACCOUNT = Account(id=AccountId("acc"), name="anna", marketplace="ebay", shop=ShopId("shop"), sites=(Site("EBAY_DE"),))
GONE: Computed = replace(
    computed(0), quantity_trace=(TraceLine("shop_stock", "3", "3"), TraceLine("absent_from_shop", "", "0"))
)
NEW_HOME = VariantKey(ShopId("shop"), a_listing().variant.product, VariantId("v2"))


def _rows(verdict: type[Rejected]) -> Iterator[Problem]:
    """What the marketplaces' error tables refuse so, each with its fix once."""
    seen = set()
    for slug in registry.slugs("marketplaces"):
        module = importlib.import_module(f"listbridge.marketplaces.{slug}.errors")
        for row in [*_in_tables(module), *vars(module).values()]:
            if isinstance(row, module.Row) and issubclass(row.verdict, verdict) and (row.code, row.fix) not in seen:
                seen.add((row.code, row.fix))
                if row.code.endswith("never_appeared"):
                    continue  # said of what is being published: no live listing is refused with it
                if verdict is NotFound or not issubclass(row.verdict, NotFound):
                    yield Problem(row.code, {}, row.fix)


def _in_tables(module: ModuleType) -> Iterator[object]:
    """What stands in tables by a platform's own codes."""
    for table in vars(module).values():
        if isinstance(table, Mapping):
            yield from table.values()


def _holds(status: Status) -> Iterator[Problem | None]:
    """Every hold that a listing of this status is given."""
    yield None
    ended = status in (Status.STOPPED, Status.FINISHED)
    if status is Status.ACTIVE:
        yield Problem(NOT_ALIGNED, fix="align")
        yield Problem(GUARD, fix="approve_changes")
        for problem in (Problem("no_answer"), *_rows(Rejected)):
            yield ledger.held(
                a_listing(), Problem(UPDATE_FAILED, problem.as_reason(), problem.fix or "revise"), NOW
            ).hold
    if status is Status.ERROR or ended:
        yield Problem(PRODUCT_GONE, fix="relink")
        yield Problem("not_listed_there", fix="send")
        yield from _rows(Rejected)
        yield from _rows(NotFound)
    if status is Status.NOT_ACTIVE or ended:
        yield Problem(WAITS_FOR_STOCK, fix="restock")
    if ended:
        yield Problem(GONE_FROM_SHOP, fix="relink")
        yield Problem(RELINKED, fix="send")
        yield Problem(ENDED_AT_ZERO, fix="restock")
        yield Problem(ENDED_AT_ZERO, fix="enable_out_of_stock_control")


def _states() -> Iterator[State]:
    accounts = [ACCOUNT.model_copy(update={"state": state}) for state in ConnectionState]
    accounts.append(ACCOUNT.model_copy(update={"observe": True}))
    for account in accounts:
        for status in Status:
            for hold in _holds(status):
                for gone in (False, True):
                    yield State(_listing(status, hold, gone=gone), account)


def _listing(status: Status, hold: Problem | None, *, gone: bool) -> Listing:
    row = a_listing(status=status, hold=hold, **({"computed": GONE} if gone else {}))
    if status is not Status.ACTIVE:
        row = replace(row, remote=None, accepted=NOTHING)
    return ledger.refreshed(row, NOW)


def act(action: Action, state: State) -> State:
    """What the action makes of the listing, where nothing but the listing itself stands against it."""
    row, account = state.listing, state.account
    assert row is not None
    assert hindrance(action, row, account) is None, f"{action.value} is refused: {state}"
    if action in REMOVING:
        return State(None, account)
    if account.observe and RULES[action].remote and action is not Action.LINK:
        return state  # a rehearsal
    if action is Action.UNLINK:
        return State(unlinked(row, NOW), account)
    if action is Action.STOP:
        return State(lifecycle.ended(row, Status.STOPPED, NOW), account)
    if RULES[action].fields:
        return State(ledger.demanded(row, RULES[action].fields, None, NOW), account)
    if row.computed.gone:
        if row.live:
            return State(lifecycle.still_live(row, NOW), account)
        failed = lifecycle.send_failed(row, Problem(PRODUCT_GONE, fix="relink"), NOW)
        return State(failed, account)
    remote, now = a_listing().remote, NOW
    assert remote is not None
    live = lifecycle.published(row, remote=remote, offer=None, group=None, content_hash="x", now=now)
    return State(replace(live, accepted=a_listing().accepted), account)


def deed(problem: Problem, state: State) -> State:
    """What the seller does elsewhere, and what follows from it automatically or by trying again."""
    row, account = state.listing, state.account
    assert row is not None
    fix = problem.fix
    if fix in ("reconnect_account", "authorize_account", "check_app_keys"):
        return State(row, account.model_copy(update={"state": ConnectionState.ACTIVE}))
    if fix == "leave_observe_mode":
        return State(row, account.model_copy(update={"observe": False}))
    if fix == "approve_changes":
        return State(replace(row, hold=None, guard_passed=True), account)
    if fix == "relink":
        assert row.computed.gone or (row.hold is not None and row.hold.code in (GONE_FROM_SHOP, PRODUCT_GONE)), state
        home = replace(row, computed=computed(5))
        return State(lifecycle.relinked(home, NEW_HOME, NOW), account)
    words = messages.fix_text(problem)
    assert words not in ("", fix), f"nobody is told how: {problem}"
    again = Action.REVISE if row.status is Status.ACTIVE else Action.SEND
    return act(again, state)


def way_out(state: State) -> list[State]:
    """The states through which the named fixes lead, to the one that is told nothing more. Fails where they go in a circle."""
    path = [state]
    while path[-1].listing is not None:
        reason = hold_of(path[-1].listing, path[-1].account)
        if reason is None or reason.code in PASSES:
            return path
        assert reason.fix, f"no way out is named: {reason} in {path[-1]}"
        following = act(ACTS[reason.fix], path[-1]) if reason.fix in ACTS else deed(reason, path[-1])
        assert following not in path, "a circle: " + " → ".join(map(str, [*path, following]))
        path.append(following)
    return path


def test_the_fix_of_every_state_of_a_listing_is_allowed_there_and_leads_out() -> None:
    ends = [way_out(state)[-1] for state in _states()]
    assert len(ends) > 500
    for end in ends:
        assert end.listing is None or end.listing.status in (Status.ACTIVE, Status.PENDING), str(end)


@pytest.mark.parametrize("action", list(Action))
def test_a_refused_action_names_a_fix_that_is_allowed_there_and_leads_to_it(action: Action) -> None:
    refused = 0
    for state in _states():
        visited = [state]
        while (row := visited[-1].listing) is not None:
            problem = hindrance(action, row, visited[-1].account)
            if problem is None or problem.code in PASSES:
                break
            refused += 1
            if not problem.fix:
                assert row.status in SETTLED_BY.get(action, frozenset()), f"{action.value}: {visited[-1]}"
                break
            named = ACTS.get(problem.fix)
            following = act(named, visited[-1]) if named is not None else deed(problem, visited[-1])
            if row.status in SETTLED_BY.get(action, frozenset()):
                break
            if visited[-1].account.observe and named is not None:
                break  # rehearsed: nothing changes, as everywhere in observe mode
            assert following not in visited, f"{action.value}: " + " → ".join(map(str, [*visited, following]))
            visited.append(following)
    assert refused > 0


@pytest.mark.parametrize("problem", list(_rows(NotFound)), ids=lambda problem: problem.code)
def test_what_the_marketplace_does_not_have_is_brought_back_by_acts_that_an_ended_listing_takes(
    problem: Problem,
) -> None:
    if problem.code.endswith(("order_gone", "not_there")):
        return  # said of orders, product types, feeds: of all but listings
    ended = State(lifecycle.ended(a_listing(), Status.FINISHED, NOW), ACCOUNT)
    assert act(ACTS[problem.fix], ended).listing is not None


@pytest.mark.parametrize("problem", list(_rows(Rejected)), ids=lambda problem: f"{problem.code}-{problem.fix}")
def test_what_is_refused_of_a_live_listing_names_nothing_that_only_an_ended_one_takes(problem: Problem) -> None:
    named = ACTS.get(problem.fix)
    assert named is None or hindrance(named, a_listing(), ACCOUNT) is None
    assert "send again" not in messages.fix_text(problem).lower()

"""What a marketplace tells unasked brings forward what would be looked at anyway: it is a hint, never the truth."""

from __future__ import annotations

import pytest

from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.problem import Problem
from listbridge.domain.work import AccountEvent, Hint, HintKind, Lane
from listbridge.services.connection_state import expire_account
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import ACCOUNT
from tests.faults.seeded import seed


@pytest.fixture
def s() -> Scripted:
    made = scripted_world()
    made.market.decides_after_s = 240.0
    return made


def submit(s: Scripted, stock: int) -> None:
    s.world.hint(s.shop.set("S0", stock=stock))
    s.world.run(20)


def tell(s: Scripted, *skus: str, times: int = 1) -> None:
    hints = tuple(Hint(kind=HintKind.LISTING, id=sku) for sku in skus)
    for number in range(times):
        event = AccountEvent(account=ACCOUNT, delivery=f"n{number}", hints=hints)
        s.world.stores.queues.send(Lane.ORDERS, event)
    s.world.run(5)


def asked(s: Scripted) -> int:
    return sum(name == "remote.outcomes" for name in s.fate.calls)


def test_an_outcome_that_is_told_is_asked_for_and_not_believed(s: Scripted) -> None:
    (key,) = seed(s, 1)
    submit(s, 3)
    tell(s, "S0")  # too early, or forged: nothing has been decided
    assert s.world.row(key).accepted.quantity is None
    s.market.decides_after_s = 0.0
    tell(s, "S0")
    assert s.world.row(key).accepted.quantity == 3


def test_a_listing_of_which_nothing_was_submitted_costs_no_call(s: Scripted) -> None:
    (key,) = seed(s, 1)
    before, calls = s.world.row(key), len(s.fate.calls)
    tell(s, "S0", "NOBODYS")
    assert s.world.row(key) == before
    assert not [name for name in s.fate.calls[calls:] if name.startswith("remote.")]


def test_an_account_that_is_not_let_in_any_more_is_not_asked(s: Scripted) -> None:
    seed(s, 1)
    submit(s, 3)
    stored = s.world.stores.configuration
    account = stored.get(Account, ACCOUNT)
    expire_account(s.world.deps, account, Problem("credentials_missing", {"name": "A"}, "reconnect_account"))
    before = asked(s)
    tell(s, "S0")
    assert (asked(s), stored.get(Account, ACCOUNT).state) == (before, ConnectionState.EXPIRED)


def test_what_is_told_of_an_account_that_is_gone_ends_in_silence(s: Scripted) -> None:
    s.world.stores.queues.send(Lane.ORDERS, AccountEvent(account="acc_gone", hints=(Hint(kind=HintKind.ORDER),)))
    s.world.run(5)
    assert s.world.stores.queues.depth(Lane.ORDERS) == 0

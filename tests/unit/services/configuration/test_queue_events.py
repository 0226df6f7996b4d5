"""A marketplace that can send to a queue of ours is asked to, whenever an account is connected or looked at; what it refuses
there stops nothing."""

from __future__ import annotations

import pytest

from listbridge.domain.configuration import Account, ConnectionState, SalesList
from listbridge.domain.ids import AccountId
from listbridge.domain.ports import Missing
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Unauthorized
from listbridge.domain.work import Check, CheckKind
from listbridge.services.configuration.connect_account import (
    check_account,
    connect_account,
    disconnect_account,
    replace_account_credentials,
)
from listbridge.services.refusal import Refused
from listbridge.services.timers.run_check import run_check
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.scripted_adapter import ScriptedAdapter
from tests.fakes.world import ACCOUNT, LIST, SHOP

QUEUE = "arn:aws:sqs:eu-central-1:123456789012:listbridge-prod-marketplace-events"


@pytest.fixture
def s() -> Scripted:
    scripted = scripted_world()
    scripted.market.queue = QUEUE
    return scripted


def _stored(s: Scripted) -> Account:
    return s.world.stores.configuration.get(Account, ACCOUNT)


def test_connecting_has_the_marketplace_tell_our_queue(s: Scripted) -> None:
    draft = Account(id=AccountId("acc_new"), name="New", marketplace="scripted", shop=SHOP)
    connect_account(s.world.deps, draft, {"secret": "s"}, "kim")
    assert s.market.listened == [("acc_new", QUEUE)]


def test_new_credentials_and_each_look_ask_again(s: Scripted) -> None:
    replace_account_credentials(s.world.deps, _stored(s), {"secret": "new"}, "kim")
    check_account(s.world.deps, _stored(s), "kim")
    run_check(s.world.deps, Check(what=CheckKind.ACCOUNT, subject=ACCOUNT), remaining_s=60)
    assert s.market.listened == [(ACCOUNT, QUEUE)] * 3


def test_a_marketplace_that_sends_to_no_queue_is_not_asked(s: Scripted) -> None:
    s.market.queue = ""
    check_account(s.world.deps, _stored(s), "kim")
    assert s.market.listened == []


def test_a_refusal_is_told_and_the_account_goes_on(s: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that elsewhere ends a connection: it is about hints alone."""

    def refuses(self: ScriptedAdapter, address: str, token: str) -> bool:
        raise Unauthorized(Problem("role_missing"))

    monkeypatch.setattr(ScriptedAdapter, "listen", refuses)
    assert check_account(s.world.deps, _stored(s), "kim").account.state is ConnectionState.ACTIVE
    assert _stored(s).state is ConnectionState.ACTIVE
    assert s.world.events(ACCOUNT).count("events_not_told") == 1


def _without_lists(s: Scripted) -> Account:
    s.world.stores.configuration.delete(s.world.stores.configuration.get(SalesList, LIST))
    return _stored(s)


def _is_known(s: Scripted) -> bool:
    try:
        _stored(s)
    except Missing:
        return False
    return True


def test_disconnecting_has_the_marketplace_tell_nothing_more(s: Scripted) -> None:
    disconnect_account(s.world.deps, _without_lists(s), "kim")
    assert (s.market.stopped, _is_known(s)) == ([(ACCOUNT, QUEUE, True)], False)


def test_another_account_of_the_marketplace_keeps_what_they_share(s: Scripted) -> None:
    s.world.connect(name="2")
    disconnect_account(s.world.deps, _without_lists(s), "kim")
    assert s.market.stopped == [(ACCOUNT, QUEUE, False)]


def test_a_marketplace_that_sends_to_no_queue_is_not_asked_to_stop(s: Scripted) -> None:
    s.market.queue = ""
    disconnect_account(s.world.deps, _without_lists(s), "kim")
    assert (s.market.stopped, _is_known(s)) == ([], False)


def test_an_account_that_is_in_use_is_told_of_as_before(s: Scripted) -> None:
    with pytest.raises(Refused):
        disconnect_account(s.world.deps, _stored(s), "kim")
    assert (s.market.stopped, _is_known(s)) == ([], True)


def test_a_marketplace_that_refuses_to_stop_keeps_no_account(s: Scripted) -> None:
    s.market.dead_accounts.add(ACCOUNT)
    disconnect_account(s.world.deps, _without_lists(s), "kim")
    assert (s.world.events(ACCOUNT).count("events_still_told"), _is_known(s)) == (1, False)

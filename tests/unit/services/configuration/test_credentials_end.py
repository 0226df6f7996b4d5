"""Credentials that end on their own are told of a month before, once a day, and on the page of what needs somebody."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.ids import Site
from listbridge.domain.ports import AccountIdentity
from listbridge.domain.problem import Problem
from listbridge.domain.work import Check, CheckKind
from listbridge.services.desk.overview import health
from listbridge.services.timers.run_check import run_check
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.scripted_adapter import ScriptedAdapter
from tests.fakes.world import ACCOUNT

ENDS = datetime.fromisoformat("2027-03-01T00:00:00+00:00")


@pytest.fixture
def s(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    scripted = scripted_world()
    _say(monkeypatch, ENDS.isoformat())
    return scripted


def _say(monkeypatch: pytest.MonkeyPatch, ends: str) -> None:
    said = AccountIdentity("seller", (Site("X_DE"),), {"credentials_end": ends} if ends else {})
    monkeypatch.setattr(ScriptedAdapter, "identify", lambda self: said)


def _at(s: Scripted, moment: datetime) -> None:
    s.world.stores.clock.advance((moment - s.world.stores.clock.now()).total_seconds())


def _looked_at(s: Scripted) -> int:
    """The hourly look; how many reminders there are by then."""
    run_check(s.world.deps, Check(what=CheckKind.ACCOUNT, subject=ACCOUNT), remaining_s=60)
    return s.world.events(ACCOUNT).count("credentials_end_soon")


def _concerns(s: Scripted) -> list[Problem]:
    return [one.problem for one in health(s.world.deps).concerns if one.problem.code == "credentials_end_soon"]


def test_a_month_before_is_the_first_time(s: Scripted) -> None:
    _at(s, ENDS - timedelta(days=30, hours=1))
    assert (_looked_at(s), _concerns(s)) == (0, [])
    _at(s, ENDS - timedelta(days=30))
    assert _looked_at(s) == 1
    account = s.world.stores.configuration.get(Account, ACCOUNT)
    told = Problem("credentials_end_soon", {"account": account.name, "at": "2027-03-01"}, "renew_credentials")
    assert (_concerns(s), account.state) == ([told], ConnectionState.ACTIVE)


def test_it_is_told_once_a_day_and_shown_all_the_time(s: Scripted) -> None:
    _at(s, ENDS - timedelta(days=20))
    assert [_looked_at(s) for _ in range(3)] == [1, 1, 1]
    s.world.stores.clock.advance(2 * 86_400)
    assert (_looked_at(s), len(_concerns(s))) == (2, 1)


def test_new_credentials_end_it(s: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    _at(s, ENDS - timedelta(days=20))
    _looked_at(s)
    _say(monkeypatch, (ENDS + timedelta(days=160)).isoformat())
    assert (_looked_at(s), _concerns(s)) == (1, [])


@pytest.mark.parametrize("said", ["", "soon", "2026-11-01T00:00:00"])
def test_where_nobody_knows_an_end_nobody_is_reminded(s: Scripted, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    _say(monkeypatch, said)
    assert (_looked_at(s), _concerns(s)) == (0, [])

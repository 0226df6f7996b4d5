"""Credentials that are gone or incomplete: the connection pauses with its reason, and nothing lands in the dead-letter
queue."""

from __future__ import annotations

from typing import NoReturn

import pytest

from listbridge.domain.configuration import Account, ConnectionState, Shop
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Unauthorized
from listbridge.services.catalog.sweep_shop import start_sweep
from listbridge.services.listings.revise.check_drift import start_drift_check
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import ACCOUNT, SHOP
from tests.faults.order_stories import story
from tests.faults.seeded import seed


@pytest.fixture
def s() -> Scripted:
    return scripted_world()


def no_credentials(*_: object) -> NoReturn:
    raise Unauthorized(Problem("credentials_missing", {"name": "x"}, "reconnect_account"))


def account_state(s: Scripted) -> ConnectionState:
    return s.world.deps.configuration.get(Account, ACCOUNT).state


def shop_state(s: Scripted) -> ConnectionState:
    return s.world.deps.configuration.get(Shop, SHOP).state


def test_a_drainer_that_cannot_open_the_account_pauses_it(s: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    (key,) = seed(s, 1)
    monkeypatch.setattr(s.market, "open", no_credentials)
    s.world.hint(s.shop.set("S0", stock=0))
    s.world.run(30)
    assert (account_state(s), s.world.dead_letters()) == (ConnectionState.EXPIRED, [])
    assert s.world.row(key).due_band is not None


def test_a_drift_check_that_cannot_open_the_account_pauses_it(s: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(s, 1)
    monkeypatch.setattr(s.market, "open", no_credentials)
    job = start_drift_check(s.world.deps, s.world.deps.configuration.get(Account, ACCOUNT))
    assert job is not None
    s.world.run(30)
    done = s.world.deps.jobs.get(job.id)
    assert (done.state.value, done.reason.code if done.reason else "") == ("failed", "credentials_missing")
    assert (account_state(s), s.world.dead_letters()) == (ConnectionState.EXPIRED, [])


def test_a_shop_event_that_cannot_open_the_shop_pauses_it(s: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(s, 1)
    monkeypatch.setattr(s.shop, "open", no_credentials)
    s.world.hint(s.shop.set("S0", stock=3))
    s.world.run(30)
    assert (shop_state(s), s.world.dead_letters()) == (ConnectionState.EXPIRED, [])


def test_a_sweep_that_cannot_open_the_shop_fails_with_its_reason(s: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(s, 1)
    monkeypatch.setattr(s.shop, "open", no_credentials)
    job = start_sweep(s.world.deps, s.world.deps.configuration.get(Shop, SHOP), "seller")
    s.world.run(30)
    done = s.world.deps.jobs.get(job.id)
    assert (done.state.value, done.reason.code if done.reason else "") == ("failed", "credentials_missing")
    assert (shop_state(s), s.world.dead_letters()) == (ConnectionState.EXPIRED, [])


def test_an_order_that_cannot_open_the_shop_pauses_it_and_comes_in_when_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = story()
    told.sell("A", 5)
    opened = told.shop.open
    monkeypatch.setattr(told.shop, "open", no_credentials)
    placed = told.buy("A")
    told.run(90)
    assert (shop_state(told), told.world.dead_letters()) == (ConnectionState.EXPIRED, [])
    assert (told.made(placed), told.reserved("A")) == ([], 1)
    monkeypatch.setattr(told.shop, "open", opened)
    shop = told.world.deps.configuration.get(Shop, SHOP)
    told.world.deps.configuration.save(shop.model_copy(update={"state": ConnectionState.ACTIVE}))
    told.rest()
    assert len(told.made(placed)) == 1
    told.in_order()


def test_a_poll_that_cannot_open_the_account_pauses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told = story()
    told.sell("A", 5)
    monkeypatch.setattr(told.market, "open", no_credentials)
    told.buy("A")
    told.run(90)
    assert (account_state(told), told.world.dead_letters()) == (ConnectionState.EXPIRED, [])

"""Code that registers a missing webhook again also reads what it did not tell, and no shop or account waits for
another."""

from __future__ import annotations

import pytest

from listbridge.domain.configuration import Account, ConnectionState, Deployment, Shop
from listbridge.domain.ids import ShopId
from listbridge.domain.job_params import SweepParams
from listbridge.domain.jobs import Job, JobKind
from listbridge.domain.ports import HookReport
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RetryLater, Unauthorized
from listbridge.domain.work import Check, CheckKind, Lane
from listbridge.services.configuration.connect_shop import check_shop, replace_shop_credentials
from listbridge.services.configuration.public_address import ensure_public_address
from listbridge.services.timers.reconcile import Timer, reconcile
from listbridge.services.timers.run_check import run_check
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import ACCOUNT, SHOP

LOST = HookReport(healthy=("orders",), created=("stock",))


@pytest.fixture
def s(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    scripted = scripted_world()
    scripted.world.stores.configuration.save(Deployment(id="this", public_base_url="https://a.example"))
    return scripted


def _loses_a_hook(s: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s.shop, "ensure_webhooks", lambda url: LOST)


def sweeps(s: Scripted) -> list[Job]:
    return [job for job in s.world.stores.jobs.recent(100)[0] if job.kind is JobKind.SWEEP]


def _shop(s: Scripted) -> Shop:
    return s.world.stores.configuration.get(Shop, SHOP)


def test_checking_a_shop_that_lacks_a_hook_reads_what_was_missed(s: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    _loses_a_hook(s, monkeypatch)
    assert check_shop(s.world.deps, _shop(s), "kim").hooks == LOST
    assert [(job.params_of(SweepParams).shop, job.created_by) for job in sweeps(s)] == [(SHOP, "kim")]
    assert s.world.events(SHOP).count("hooks_restored") == 1


def test_checking_a_shop_whose_hooks_stand_reads_nothing(s: Scripted) -> None:
    check_shop(s.world.deps, _shop(s), "kim")
    assert sweeps(s) == []


def test_a_shop_that_works_again_is_read_once_and_after_its_hooks_stand(
    s: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept_before: list[int] = []

    def ensure(url: str) -> HookReport:
        swept_before.append(len(sweeps(s)))
        return LOST

    monkeypatch.setattr(s.shop, "ensure_webhooks", ensure)
    expired = _shop(s).model_copy(update={"state": ConnectionState.EXPIRED})
    check_shop(s.world.deps, s.world.stores.configuration.save(expired), "kim")
    assert (swept_before, len(sweeps(s))) == ([0], 1)
    replace_shop_credentials(s.world.deps, _shop(s), {"secret": "new"}, "kim")
    assert (swept_before, len(sweeps(s))) == ([0, 1], 2)


def test_a_new_public_address_reads_what_the_old_one_missed(s: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    _loses_a_hook(s, monkeypatch)
    ensure_public_address(s.world.deps, configured="https://b.example", called="")
    assert len(sweeps(s)) == 1


def test_the_timer_asks_of_each_shop_and_account_by_itself(s: Scripted) -> None:
    second = _shop(s).model_copy(update={"id": ShopId("shop_2"), "rev": 0})
    s.world.stores.configuration.save(second)
    s.world.stores.queues.empty(Lane.RECOMPUTE)
    assert reconcile(s.world.deps, Timer.HOOKS) == 3
    asked = [message for message, _ in s.world.stores.queues.empty(Lane.RECOMPUTE)]
    assert asked == [
        Check(what=CheckKind.SHOP, subject=SHOP),
        Check(what=CheckKind.SHOP, subject="shop_2"),
        Check(what=CheckKind.ACCOUNT, subject=ACCOUNT),
    ]


def test_the_timer_heals_a_lost_hook_and_reads_the_gap(s: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    key = s.world.sell(s.shop.put("p1", "MUG", stock=5).product)[0]
    _loses_a_hook(s, monkeypatch)
    s.shop.set("MUG", stock=0)
    s.world.tick("hooks")
    s.world.settle()
    assert s.market.shown(key) == (0, "10.00")


def test_a_shop_that_does_not_answer_is_told_and_asked_again(s: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    def hangs(url: str) -> HookReport:
        raise RetryLater(Problem("no_answer"))

    monkeypatch.setattr(s.shop, "ensure_webhooks", hangs)
    assert run_check(s.world.deps, Check(what=CheckKind.SHOP, subject=SHOP), remaining_s=60) == 0
    assert s.world.events(SHOP).count("check_failed") == 1
    assert sweeps(s) == []


def test_a_shop_that_refuses_our_credentials_expires(s: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(url: str) -> HookReport:
        raise Unauthorized(Problem("token_revoked"))

    monkeypatch.setattr(s.shop, "ensure_webhooks", refuses)
    run_check(s.world.deps, Check(what=CheckKind.SHOP, subject=SHOP), remaining_s=60)
    assert _shop(s).state is ConnectionState.EXPIRED


@pytest.mark.parametrize("what", list(CheckKind))
def test_what_was_disconnected_meanwhile_is_let_go(s: Scripted, what: CheckKind) -> None:
    assert run_check(s.world.deps, Check(what=what, subject="gone"), remaining_s=60) == 0


def test_an_account_that_only_observes_is_not_asked_who_it_is(s: Scripted) -> None:
    account = s.world.stores.configuration.get(Account, ACCOUNT)
    s.world.stores.configuration.save(account.model_copy(update={"observe": True}))
    s.world.fate.calls.clear()
    run_check(s.world.deps, Check(what=CheckKind.ACCOUNT, subject=ACCOUNT), remaining_s=60)
    assert s.world.fate.calls == []

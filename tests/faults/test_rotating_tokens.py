"""A refresh token that changes at each use, and several workers: one renews, nobody ends the access of another."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from listbridge import registry
from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.ids import ShopId
from listbridge.domain.ports import Share
from listbridge.domain.verdicts import RetryLater, Unauthorized
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.tokens import TokenCache
from listbridge.platforms import OpenedMarketplaces, Opener
from listbridge.services.configuration.connect_account import replace_account_credentials
from listbridge.services.configuration.credentials import replace_credentials, stored_on_trial
from listbridge.services.connection_state import expire_account
from listbridge.services.refusal import Refused
from tests.fakes.budget import FakeBudget
from tests.fakes.rotating import DEAD, HOUR, SECRET, RotatingPlatform
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.stores import Stores
from tests.fakes.world import ACCOUNT


@pytest.fixture
def platform() -> RotatingPlatform:
    made = RotatingPlatform(Stores())
    made.stores.secrets.put(SECRET, made.consent())
    return made


def stored(platform: RotatingPlatform) -> dict[str, str]:
    return platform.stores.secrets.get(SECRET)


def test_of_two_workers_that_opened_the_account_at_once_one_renews_and_the_other_takes_what_it_saved(
    platform: RotatingPlatform,
) -> None:
    first, second = platform.worker(), platform.worker()
    tokens = {first.token(platform.renew), second.token(platform.renew)}
    assert len(tokens) == 1
    assert (platform.renewals, platform.refusals) == (1, 0)
    assert platform.takes(tokens.pop())


def test_a_worker_that_comes_while_another_renews_waits_for_a_blink_and_asks_nobody(platform: RotatingPlatform) -> None:
    first, second = platform.worker(), platform.worker()
    told: list[RetryLater] = []

    def meanwhile() -> None:
        with pytest.raises(RetryLater) as waits:
            second.token(platform.renew)
        told.append(waits.value)

    platform.meanwhile = meanwhile
    token = first.token(platform.renew)
    assert (platform.renewals, platform.refusals) == (1, 0)
    assert [(one.problem.code, one.after_s) for one in told] == [("access_being_renewed", 2.0)]
    assert sum(platform.stores.clock.slept) <= 2.0
    assert second.token(platform.renew) == token


def test_a_worker_that_waited_takes_the_new_token_as_soon_as_it_is_saved(platform: RotatingPlatform) -> None:
    first, second = platform.worker(), platform.worker()
    lease = platform.stores.leases.acquire(f"grant#{SECRET}", "elsewhere", seconds=12)
    assert lease is not None
    clock, leases = platform.stores.clock, platform.stores.leases

    def elsewhere(_: float) -> None:
        clock.on_sleep = None
        leases.release(lease)
        first.token(platform.renew)

    clock.on_sleep = elsewhere
    assert platform.takes(second.token(platform.renew))
    assert (platform.renewals, platform.refusals) == (1, 0)


def test_both_tokens_are_saved_in_one_write_beside_everything_else(platform: RotatingPlatform) -> None:
    writes: list[str] = []
    platform.stores.cut.hook = writes.append
    token = platform.worker().token(platform.renew)
    assert writes.count("secrets.put") == 1
    assert stored(platform) == {
        "client_id": "c",
        "refresh_token": "refresh-2",
        "granted_token": token,
        "granted_until": "2026-11-01T13:00:00+00:00",
    }


def test_an_access_token_is_used_until_a_minute_before_its_end(platform: RotatingPlatform) -> None:
    worker = platform.worker()
    first = worker.token(platform.renew)
    platform.stores.clock.advance(3600 - 61)
    assert worker.token(platform.renew) == first
    platform.stores.clock.advance(2)
    assert worker.token(platform.renew) != first
    assert platform.renewals == 2


def test_a_token_that_died_before_its_time_is_replaced_once_for_all(platform: RotatingPlatform) -> None:
    first, second = platform.worker(), platform.worker()
    dead = first.token(platform.renew)
    assert second.token(platform.renew) == dead
    platform.ends(dead)
    for worker in (first, second):
        worker.refused(dead)
    tokens = {worker.token(platform.renew) for worker in (first, second)}
    assert len(tokens) == 1
    assert platform.takes(tokens.pop())
    assert (platform.renewals, platform.refusals) == (2, 0)


def test_a_renewal_that_is_refused_because_the_seller_just_consented_again_goes_on_with_his_new_token(
    platform: RotatingPlatform,
) -> None:
    worker = platform.worker()
    platform.meanwhile = lambda: platform.stores.secrets.put(SECRET, platform.consent())
    assert platform.takes(worker.token(platform.renew))
    assert (platform.renewals, platform.refusals) == (1, 1)


def test_a_dead_refresh_token_is_told_after_a_second_look_and_nothing_is_written(platform: RotatingPlatform) -> None:
    before = stored(platform)
    platform.consent()  # with another app of the seller's: ours is dead
    reads = len(platform.stores.secrets.reads)
    with pytest.raises(Unauthorized):
        platform.worker(before).token(platform.renew)
    assert len(platform.stores.secrets.reads) - reads == 2
    assert stored(platform) == before


def test_a_renewal_whose_answer_is_lost_ends_the_access_where_a_refresh_token_works_once(
    platform: RotatingPlatform,
) -> None:
    before = stored(platform)
    platform.answer_lost = True
    with pytest.raises(RetryLater):
        platform.worker().token(platform.renew)
    for _ in range(2):
        with pytest.raises(Unauthorized) as dead:
            platform.worker().token(platform.renew)
        assert dead.value.problem == DEAD
    assert (platform.renewals, stored(platform)) == (1, before)


def test_a_renewal_whose_answer_is_lost_is_asked_for_again_where_the_old_token_lives_for_a_while(
    platform: RotatingPlatform,
) -> None:
    platform.lives_on, platform.answer_lost = HOUR, True
    with pytest.raises(RetryLater):
        platform.worker().token(platform.renew)
    token = platform.worker().token(platform.renew)
    assert platform.takes(token)
    assert (platform.renewals, platform.refusals) == (2, 0)


def test_a_worker_that_lost_its_lease_does_not_write_over_what_the_seller_consented_to(
    platform: RotatingPlatform,
) -> None:
    worker, granted = platform.worker(), platform.renew

    def slowly(refresh_token: str) -> Any:
        answer = granted(refresh_token)
        platform.stores.clock.advance(60)
        replaced = platform.stores.leases.acquire(f"grant#{SECRET}", "an admin", seconds=10)
        assert replaced is not None
        platform.stores.secrets.put(SECRET, platform.consent())
        platform.stores.leases.release(replaced)
        return answer

    with pytest.raises(RetryLater):
        worker.token(slowly)
    assert "granted_token" not in stored(platform)
    assert platform.takes(worker.token(platform.renew))


def test_processes_that_open_one_account_share_what_one_of_them_renewed(
    platform: RotatingPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes: each has its own adapters, opened from the same document and secret before anything was granted."""
    stores = platform.stores
    card = SimpleNamespace(slug="rotating", app_key="client_id", budgets=(), traits=SimpleNamespace(longest_call_s=0.0))
    monkeypatch.setattr(registry, "marketplace", lambda slug: card)
    monkeypatch.setattr(registry, "open_marketplace", lambda slug, connection: connection.grants)
    account = Account(id=ACCOUNT, name="anna", marketplace="rotating", shop=ShopId("shop_1"))

    def process() -> OpenedMarketplaces:
        return OpenedMarketplaces(
            Opener(
                stores.configuration,
                stores.secrets,
                stores.leases,
                stores.counters,
                stores.clock,
                TokenCache(),
                lambda observe, budget, longest_call_s: HttpSession(),
                lambda *_: FakeBudget(stores.clock),
            )
        )

    opened = [one.open(account, share) for one in (process(), process()) for share in Share]
    tokens = {grants.token(platform.renew) for grants in opened}
    assert len(tokens) == 1
    assert (platform.renewals, platform.refusals) == (1, 0)
    stores.clock.advance(3600)
    assert len({grants.token(platform.renew) for grants in reversed(opened)}) == 1
    assert (platform.renewals, platform.refusals) == (2, 0)


def test_new_credentials_wait_until_nobody_renews_the_old_ones() -> None:
    s = scripted_world()
    lease = s.world.stores.leases.acquire(f"grant#accounts/{ACCOUNT}", "a worker", seconds=120)
    assert lease is not None
    with pytest.raises(Refused) as refused:
        replace_credentials(s.world.deps, "accounts", ACCOUNT, {"key": "new"})
    assert refused.value.problem.code == "access_being_renewed"
    s.world.stores.leases.release(lease)
    replace_credentials(s.world.deps, "accounts", ACCOUNT, {"key": "new"})
    assert s.world.stores.secrets.get(f"accounts/{ACCOUNT}") == {"key": "new"}


def test_credentials_whose_proof_renewed_them_are_stored_as_they_are_then(monkeypatch: pytest.MonkeyPatch) -> None:
    s = scripted_world()
    secrets = s.world.stores.secrets
    opened = type(s.market).open

    def renewing(market: Any, account: Account, *share: Any) -> Any:
        if account.id != ACCOUNT:
            name = f"accounts/{account.id}"
            secrets.put(name, {**secrets.get(name), "refresh_token": "the next"})
        return opened(market, account, *share)

    monkeypatch.setattr(type(s.market), "open", renewing)
    account = s.world.stores.configuration.get(Account, ACCOUNT)
    replace_account_credentials(s.world.deps, account, {"refresh_token": "first"}, "kim")
    assert secrets.get(f"accounts/{ACCOUNT}") == {"refresh_token": "the next"}


def test_what_a_trial_of_the_stored_credentials_renewed_is_stored_over_them() -> None:
    """An edit of a shop's settings asks who answers under them, with the credentials as they are."""
    s = scripted_world()
    deps, secrets = s.world.deps, s.world.stores.secrets
    secrets.put("shops/shop_1", {"refresh_token": "first"})
    with stored_on_trial(deps, "shops", "shop_1") as trial_id:
        assert deps.leases.acquire("grant#shops/shop_1", "a worker", seconds=10) is None
        secrets.put(f"shops/{trial_id}", {"refresh_token": "second"})
    assert secrets.get("shops/shop_1") == {"refresh_token": "second"}
    assert f"shops/{trial_id}" not in secrets.names()
    assert deps.leases.acquire("grant#shops/shop_1", "a worker", seconds=10) is not None


def test_a_trial_that_fails_after_it_renewed_keeps_the_new_token() -> None:
    s = scripted_world()
    secrets = s.world.stores.secrets
    secrets.put("shops/shop_1", {"refresh_token": "first"})

    def tried() -> None:
        with stored_on_trial(s.world.deps, "shops", "shop_1") as trial_id:
            secrets.put(f"shops/{trial_id}", {"refresh_token": "second"})
            raise Unauthorized(DEAD)

    with pytest.raises(Unauthorized):
        tried()
    assert secrets.get("shops/shop_1") == {"refresh_token": "second"}


def test_a_worker_that_was_refused_with_the_old_credentials_does_not_end_the_new_connection() -> None:
    s: Scripted = scripted_world()
    configuration = s.world.stores.configuration
    as_the_worker_read_it = configuration.get(Account, ACCOUNT)
    replace_account_credentials(s.world.deps, as_the_worker_read_it, {"key": "new"}, "kim")
    expire_account(s.world.deps, as_the_worker_read_it, DEAD)
    assert configuration.get(Account, ACCOUNT).state is ConnectionState.ACTIVE
    assert "account_expired" not in s.world.events(ACCOUNT)
    expire_account(s.world.deps, configuration.get(Account, ACCOUNT), DEAD)
    assert configuration.get(Account, ACCOUNT).state is ConnectionState.EXPIRED

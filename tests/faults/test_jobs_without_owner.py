"""A shop or an account is disconnected while a job about it runs: the job ends, and nothing is sent for it any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from listbridge.domain.configuration import Account, Shop
from listbridge.domain.jobs import Job, JobState
from listbridge.domain.work import Lane
from listbridge.services.catalog.sweep_shop import start_sweep
from listbridge.services.listings.revise.check_drift import start_drift_check
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import ACCOUNT, SHOP


def drift(s: Scripted) -> Job:
    account = s.world.stores.configuration.get(Account, ACCOUNT)
    job = start_drift_check(s.world.deps, account)
    assert job is not None
    s.world.stores.configuration.delete(account)
    return job


def sweep(s: Scripted) -> Job:
    shop = s.world.stores.configuration.get(Shop, SHOP)
    job = start_sweep(s.world.deps, shop, "anna")
    s.world.stores.configuration.delete(s.world.stores.configuration.get(Account, ACCOUNT))
    s.world.stores.configuration.delete(shop)
    return job


@pytest.mark.parametrize(("begin", "gone"), [(drift, ACCOUNT), (sweep, SHOP)])
def test_the_job_ends_and_says_what_is_gone(begin: Callable[[Scripted], Job], gone: str) -> None:
    s = scripted_world()
    job = begin(s)
    s.world.run(3600)
    ended = s.world.stores.jobs.get(job.id)
    assert ended.state is JobState.FAILED
    assert ended.reason is not None
    assert (ended.reason.code, ended.reason.params["id"]) == ("not_found", gone)
    assert s.world.stores.queues.depth(Lane.RECOMPUTE) == 0
    assert s.world.dead_letters() == []

"""Adoptions as people begin and approve them, over a scripted market."""

from __future__ import annotations

from listbridge.domain.configuration import Account
from listbridge.domain.ids import JobId
from listbridge.domain.jobs import Job, JobEntry
from listbridge.services.jobs.decide_job import decide
from listbridge.services.listings.act.adopt_listings import start_adoption
from tests.fakes.scripted import Scripted
from tests.fakes.scripted_adopting import HandMade
from tests.fakes.world import ACCOUNT, SITE


def by_hand(s: Scripted, *skus: str) -> list[HandMade]:
    """One product each in the sales list and listed by hand."""
    for sku in skus:
        s.world.add(s.shop.put(f"p-{sku}", sku).product)
    return [s.market.make_by_hand(sku) for sku in skus]


def begin(s: Scripted, *chosen: HandMade) -> Job:
    """Read and matched, as far as nothing goes wrong."""
    account = s.world.stores.configuration.get(Account, ACCOUNT)
    job = start_adoption(s.world.deps, account, SITE, [one.remote for one in chosen] or None, "kim")
    s.world.run(60)
    return s.world.stores.jobs.get(job.id)


def approve(s: Scripted, job: Job, seconds: float = 1200) -> Job:
    decide(s.world.deps, job.id, approve=True, actor="kim")
    s.world.run(seconds)
    return s.world.stores.jobs.get(job.id)


def entries(s: Scripted, job: JobId) -> dict[str, JobEntry]:
    return {entry.item: entry for entry in s.world.stores.jobs.entries(job, None, 500)[0]}


def reason(s: Scripted, job: Job, made: HandMade) -> str:
    found = entries(s, job.id)[made.remote].reason
    return found.code if found is not None else ""


def calls(s: Scripted, operation: str) -> int:
    return s.fate.calls.count(f"remote.{operation}")


def observe(s: Scripted, on: bool) -> None:
    account = s.world.stores.configuration.get(Account, ACCOUNT)
    s.world.stores.configuration.save(account.model_copy(update={"observe": on}))
